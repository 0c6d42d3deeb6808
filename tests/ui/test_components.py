"""Components: what they draw, what they tell a screen reader, and that data never becomes markup."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context, Template
from django.template.loader import get_template
from django.test import RequestFactory
from django.utils.translation import gettext

import ui
from ui import forms
from ui.gallery import PAGES, gallery
from ui.icons import NAMES

Draw = Callable[..., BeautifulSoup]
EVIL = "\"><svg onload=x>'{{7*7}}"
TEMPLATES = Path(str(ui.__file__)).parent / "templates"


class Sample(forms.Form):
    name = forms.PlainTextField(label="Nom", help_text="Comme sur la carte.")
    story = forms.LongTextField(label="Récit", max_length=2000, required=False)
    pain = forms.YesNoField(label="Mal ?")
    needs = forms.MultipleChoiceField(label="Besoins", choices=[("a", "A"), ("b", "B")], hints={"b": "Si oui."})
    agree = forms.CheckField(label="D’accord")
    secret = forms.PlainTextField(required=False, widget=forms.PlainTextField().hidden_widget)


# --- fields


def test_a_right_field_has_label_and_hint(draw: Draw) -> None:
    page = draw("{% field form.name %}", form=Sample())
    box = page.select_one("input#id_name")
    assert box is not None
    assert page.select_one("label[for=id_name]").text == "Nom"
    assert box["aria-describedby"] == "id_name_hint"
    assert page.select_one("#id_name_hint").text == "Comme sur la carte."
    assert "aria-invalid" not in box.attrs
    assert page.select_one(".error") is None


def test_a_wrong_field_tells_what_is_wrong_beside_and_to_the_reader(draw: Draw) -> None:
    page = draw("{% field form.name %}", form=Sample({}))
    box = page.select_one("input#id_name")
    assert box["aria-invalid"] == "true"
    assert box["aria-describedby"] == "id_name_hint id_name_error"
    assert page.select_one("#id_name_error") is not None


class Carrying(forms.Form):
    draft = forms.PlainTextField(widget=forms.PlainTextField().hidden_widget)
    text = forms.PlainTextField(widget=forms.PlainTextField().hidden_widget)


def test_what_is_lost_of_the_fields_nobody_sees_is_said_once_and_a_reason_of_its_own_as_it_is(draw: Draw) -> None:
    form = Carrying({"draft": "", "text": ""})
    assert [li.text for li in draw("{% error_summary form %}", form=form).select("li")] == [
        "Un élément que cette page transmet d’elle-même s’est perdu. Rechargez la page et recommencez."
    ]
    form = Carrying({"draft": "d", "text": "t"})
    form.add_error("text", "Le texte a changé.")
    assert [li.text for li in draw("{% error_summary form %}", form=form).select("li")] == ["Le texte a changé."]


def test_each_description_exists(draw: Draw) -> None:
    for form in (Sample(), Sample({})):
        page = draw("{% fields form %}", form=form)
        named = [i for e in page.select("[aria-describedby]") for i in e["aria-describedby"].split()]
        assert named
        for one in named:
            assert page.select_one(f"#{one}") is not None, one
        ids = [e["id"] for e in page.select("[id]")]
        assert len(ids) == len(set(ids))


def test_a_group_is_a_fieldset_with_a_legend(draw: Draw) -> None:
    page = draw("{% field form.pain %}", form=Sample({}))
    group = page.select_one("fieldset")
    assert group["aria-invalid"] == "true"
    assert "id_pain_error" in group["aria-describedby"]
    assert page.select_one("legend").text.strip() == "Mal ?"
    assert [i["value"] for i in page.select("input[type=radio]")] == ["yes", "no", "unknown"]


def test_several_choices_are_checkboxes_and_keep_what_was_ticked(draw: Draw) -> None:
    page = draw("{% field form.needs %}", form=Sample({"needs": ["b"]}))
    boxes = page.select("input[type=checkbox]")
    assert [b["id"] for b in boxes] == ["id_needs_0", "id_needs_1"]
    assert [b.has_attr("checked") for b in boxes] == [False, True]
    assert boxes[1]["aria-describedby"] == "id_needs_1_hint"


def test_an_optional_field_says_so_unless_told_not_to(draw: Draw) -> None:
    assert draw("{% field form.story %}", form=Sample()).select_one(".optional") is not None
    assert draw("{% field form.story hide_optional=True %}", form=Sample()).select_one(".optional") is None


def test_a_long_text_counts_along(draw: Draw) -> None:
    page = draw("{% field form.story rows=9 %}", form=Sample())
    area = page.select_one("textarea")
    assert (area["data-limit"], area["data-count"], area["rows"]) == ("2000", "id_story_count", "9")
    assert "2\u00a0000" in page.select_one("#id_story_count").text


def test_one_question_a_page_makes_the_label_the_heading(draw: Draw) -> None:
    assert draw("{% field form.pain heading=True %}", form=Sample()).select_one("legend h1").text == "Mal ?"
    assert draw("{% field form.name heading=True %}", form=Sample()).select_one("h1 label[for=id_name]") is not None


def test_what_was_typed_comes_back_and_never_as_markup(draw: Draw) -> None:
    data = {"name": EVIL + "\x00", "story": EVIL, "pain": EVIL, "needs": [EVIL], "agree": EVIL, "secret": EVIL}
    page = draw("{% error_summary form %}{% fields form %}", form=Sample(data))
    assert page.select("[onload]") == []
    assert page.select_one("#id_name")["value"].startswith(EVIL)
    assert page.select_one("textarea").text.strip() == EVIL


def test_prefixed_forms_keep_apart(draw: Draw) -> None:
    page = draw("{% fields a %}{% fields b %}", a=Sample(prefix="a"), b=Sample(prefix="b"))
    ids = [e["id"] for e in page.select("[id]")]
    assert len(ids) == len(set(ids))


# --- errors


def test_the_summary_leads_to_every_wrong_field(draw: Draw) -> None:
    form = Sample({})
    page = draw("{% error_summary form %}{% fields form %}", form=form)
    summary = page.select_one(".error-summary")
    assert summary["tabindex"] == "-1"
    links = [a["href"] for a in summary.select("a")]
    assert links == ["#id_name", "#id_pain_0", "#id_needs_0", "#id_agree"]
    for link in links:
        assert page.select_one(link).name == "input"
    assert "Nom" in summary.select_one("a").text


def test_errors_of_several_forms_and_of_the_whole_form_are_counted_together(draw: Draw) -> None:
    first, second = Sample({}), Sample({}, prefix="b")
    second.add_error(None, "Les deux dates se contredisent.")
    page = draw("{% error_summary a b %}", a=first, b=second)
    assert len(page.select("li")) == 9
    assert "Les deux dates se contredisent." in page.text


def test_nothing_wrong_draws_no_summary_and_no_prefix(draw: Draw) -> None:
    right = Sample({"name": "a", "pain": "no", "needs": ["a"], "agree": "on"})
    for form in (Sample(), right):
        assert draw("{% error_summary form %}", form=form).text.strip() == ""
        assert draw("{% error_prefix form %}", form=form).text == ""
    assert Template("{% load ui %}{% error_prefix form %}").render(Context({"form": Sample({})})).strip(" :\u00a0")


# --- words of a state


@pytest.mark.parametrize("kind", ["you", "done", "pause", "late", "neutral"])
def test_a_state_always_has_words(draw: Draw, kind: str) -> None:
    tag = draw("{% state_tag kind text %}", kind=kind, text=EVIL).select_one("span")
    assert tag["class"] == ["tag", f"tag-{kind}"]
    assert tag.text == EVIL


def test_an_unknown_state_is_neutral(draw: Draw) -> None:
    assert draw("{% state_tag kind 'x' %}", kind='a" onclick="b').select_one("span")["class"] == ["tag", "tag-neutral"]


@pytest.mark.parametrize(
    ("left", "kind", "words"),
    [
        (timedelta(hours=-3), "late", "en retard de 3 h"),
        (timedelta(hours=47, minutes=59), "you", "reste 1 j 23 h"),
        (timedelta(hours=48), "neutral", "reste 2 j"),
    ],
)
def test_a_clock_speaks_and_is_coloured_by_what_is_left(
    draw: Draw, evening: datetime, left: timedelta, kind: str, words: str
) -> None:
    tag = draw("{% clock due %}", due=evening + left).select_one("span")
    assert (tag["class"][1], tag.text.replace("\u00a0", " ")) == (f"tag-{kind}", words)


def test_a_paused_clock_shows_no_time(draw: Draw, evening: datetime) -> None:
    tag = draw("{% clock due True %}", due=evening - timedelta(days=1)).select_one("span")
    assert tag["class"][1] == "tag-pause"
    assert draw("{% clock None %}").select_one(".tag-neutral") is not None
    assert draw("{% clock None done=True %}").select_one(".tag-done") is not None


def test_a_path_says_in_words_where_the_case_is(draw: Draw) -> None:
    steps = [{"title": EVIL, "status": s, "detail": EVIL} for s in ("done", "now", "next")]
    page = draw("{% path steps %}", steps=steps)
    assert [li.get("aria-current") for li in page.select("li")] == [None, "step", None]
    assert all(li.select_one(".sr").text.strip(" –") for li in page.select("li"))
    assert page.select("[onload]") == []
    assert page.select_one(".step-now svg.circles") is not None
    ended = draw("{% path steps %}", steps=[{"title": "Retiré", "status": "end"}])
    assert ended.select_one(".step-title").text == "Retiré" and ended.select_one("[aria-current]") is None


# --- lists and pages of lists


@pytest.mark.parametrize(
    ("number", "shown"),
    [(1, "1 2 … 20"), (2, "1 2 3 … 20"), (7, "1 … 6 7 8 … 20"), (20, "1 … 19 20")],
)
def test_pages_of_a_list_keep_the_filters(number: int, shown: str) -> None:
    request = RequestFactory().get("/", {"state": "a&b", "page": "3"})
    context = Context({"request": request, "page_obj": Paginator(range(200), 10).page(number)})
    page = BeautifulSoup(Template("{% load ui %}{% pager page_obj %}").render(context), "lxml")
    assert " ".join(li.text.split()[-1] for li in page.select("li")) == shown
    assert all("state=a%26b" in a["href"] for a in page.select("a"))
    assert page.select_one("[aria-current=page]")["href"].endswith(f"page={number}")
    assert (page.select_one("[rel=prev]") is None) == (number == 1)
    assert (page.select_one("[rel=next]") is None) == (number == 20)


def test_one_page_needs_no_pager() -> None:
    context = Context({"request": RequestFactory().get("/"), "page_obj": Paginator([1], 10).page(1)})
    assert Template("{% load ui %}{% pager page_obj %}").render(context).strip() == ""


def test_lists_escape_what_people_wrote(draw: Draw, evening: datetime) -> None:
    text = (
        "{% task_list tasks %}{% summary_list rows %}{% timeline events %}{% file_list files %}{% bubbles talk %}"
        "{% count_tiles tiles %}{% tabs tabs evil %}{% empty_state evil evil '/x' evil %}{% notice 'done' evil evil %}"
        "{% crumbs trail %}{% back_link '/x' evil %}{% progress 1 2 evil %}{{ evil|typo }}{{ evil|plain }}"
    )
    page = draw(
        text,
        evil=EVIL,
        tasks=[{"title": EVIL, "status": EVIL, "hint": EVIL, "url": "/x"}, {"title": "a", "status": "b"}],
        rows=[{"label": EVIL, "value": EVIL, "url": "/x"}, {"label": EVIL, "value": EVIL, "plain": True}],
        events=[{"at": evening, "title": EVIL, "by": EVIL, "detail": EVIL}],
        files=[{"name": EVIL, "detail": EVIL, "state": EVIL, "url": "/x", "size": 3}],
        talk=[{"author": EVIL, "text": EVIL, "at": evening}],
        tiles=[{"count": 1, "label": EVIL, "url": "/x"}],
        tabs=[{"label": EVIL, "url": "/x", "count": 0}],
        trail=[{"label": EVIL, "url": "/x"}],
    )
    assert page.select("[onload]") == []
    assert page.text.count("<svg onload=x>") >= 25


def test_a_change_link_says_what_it_changes(draw: Draw) -> None:
    link = draw("{% summary_list rows %}", rows=[{"label": "Nom", "value": "a", "url": "/x"}]).select_one("a")
    assert "Nom" in link.select_one(".sr").text


def test_a_task_that_cannot_start_is_no_link(draw: Draw) -> None:
    page = draw("{% task_list tasks %}", tasks=[{"title": "Envoyer", "status": "pas encore"}])
    assert page.select("a") == []


def test_a_late_tile_is_calm_when_nothing_is_late(draw: Draw) -> None:
    assert draw("{% count_tiles t %}", t=[{"count": 0, "label": "en retard", "late": True}]).select(".tile-late") == []


def test_icons_are_silent_and_an_unknown_one_fails(draw: Draw) -> None:
    for name in NAMES:
        assert draw("{% icon name %}", name=name).select_one("svg")["aria-hidden"] == "true"
    with pytest.raises(KeyError):
        draw("{% icon 'unicorn' %}")


def test_a_static_file_has_an_address_even_where_none_were_collected(draw: Draw, settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    settings.DEBUG = False
    assert draw("{% asset 'ui/ui.css' %}").text == "/static/ui/ui.css"


# --- pages


@pytest.mark.parametrize("name", ["", *PAGES])
@pytest.mark.parametrize("query", ["", "?erreurs=1"])
@pytest.mark.usefixtures("small_site")
def test_every_sample_page_is_sound(ask: Callable[..., HttpRequest], name: str, query: str) -> None:
    answer = gallery(ask(f"/demo/composants/{query}", role="patient"), name)
    page = BeautifulSoup(answer.content, "lxml")
    assert answer.status_code == 200
    assert len(page.select("h1")) == 1
    assert page.html["lang"] == "fr"
    assert page.title.text.strip(" –").endswith("second regard")
    ids = [e["id"] for e in page.select("[id]")]
    assert sorted(ids) == sorted(set(ids))
    for label in page.select("label[for]"):
        assert page.select_one(f"#{label['for']}") is not None
    for control in page.select("input:not([type=hidden]), select, textarea"):
        assert page.select_one(f"label[for={control['id']}]") is not None
    wrong = page.select_one(".error-summary") is not None
    assert wrong == (bool(query) and name in ("", "patient", "question"))
    assert page.title.text.startswith(gettext("Error: ")) == wrong


FILES = sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_a_template_has_nothing_inline_and_marks_nothing_safe(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    get_template(str(path.relative_to(TEMPLATES)))
    assert "style=" not in text
    assert "<style" not in text
    assert "|safe" not in text
    assert "autoescape off" not in text
    page = BeautifulSoup(text, "lxml")
    assert [a for e in page.find_all(True) for a in e.attrs if re.fullmatch("on[a-z]+", a)] == []
    assert [s for s in page.select("script") if not s.has_attr("src")] == []
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in text
