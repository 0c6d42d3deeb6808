"""`{% load ui %}`: the components of the interface. `platform/ui/README.md` has a usage line for each."""

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.defaultfilters import stringfilter
from django.template.loader import select_template
from django.templatetags.static import PrefixNode
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from clock import now
from ui import dates, rendering, typography
from ui.icons import draw_circles, draw_icon

register = template.Library()
Text = str | Promise

# The five states, each with its own colour; the words are what counts.
KINDS = ("you", "done", "pause", "late", "neutral")
# What `{% field %}` understands; everything else is an attribute of the control.
_OPTIONS = ("label", "hint", "heading", "hide_optional", "inline")
# A clock with less than this left is shown as waiting for someone.
_SOON = dt.timedelta(hours=48)


# --- filters


@register.filter
def said(value: dt.date | dt.datetime | None, style: str = "") -> str:
    """`{{ sent_at|said }}` → «12 novembre, 18 h 42»."""
    return dates.say(value, style)


@register.filter
def said_date(value: dt.date | dt.datetime | None, style: str = "") -> str:
    """`{{ sent_at|said_date }}` → «12 novembre»; styles "full" and "short"."""
    return dates.say_date(value, style)


@register.filter
def said_month(value: dt.date | None) -> str:
    """`{{ first_day|said_month }}` → «novembre 2026»."""
    return dates.say_month(value) if value else ""


@register.filter
def remaining(value: dt.datetime | None) -> str:
    """`{{ due_at|remaining }}` → «reste 1 j 2 h», «en retard de 3 h»."""
    return dates.say_remaining(value)


@register.filter
def lasting(value: dt.timedelta | None) -> str:
    """`{{ length|lasting }}` → «1 j 2 h»."""
    return dates.say_duration(value) if value is not None else ""


@register.filter
def plain(value: str | None) -> SafeString:
    """`{{ message.text|plain }}` → escaped paragraphs and lists."""
    return typography.plain_to_html(str(value or ""))


@register.filter(is_safe=True)
@stringfilter
def typo(value: str) -> str:
    """`{{ question.text|typo }}` → the same words, no line break before «?»."""
    return typography.french_spaces(value)


@register.filter
def size_words(value: int | None) -> str:
    """`{{ file.size|size_words }}` → «3,2 Mo»."""
    return typography.size_words(value)


# --- small pieces


@register.simple_tag
def asset(path: str) -> str:
    """`{% asset "ui/ui.css" %}`: the address of a static file, also where no manifest has been collected."""
    try:
        return staticfiles_storage.url(path)
    except ValueError:
        return PrefixNode.handle_simple("STATIC_URL") + path


@register.simple_tag
def icon(name: str) -> SafeString:
    """`{% icon "file" %} Document`: always beside words."""
    return draw_icon(name)


@register.simple_tag
def logo() -> SafeString:
    """The two circles of the header."""
    return draw_circles("logo")


@register.simple_tag
def drawing(template: str | tuple[str, ...], *, said: bool = False) -> SafeString:
    """`{% drawing "ui/drawings/lost.html" %}`: of several the first there is.

    Args:
        said: named for those who do not see it; else hidden from them, as one that only decorates.
    """
    return drawn((template,) if isinstance(template, str) else template, said, get_language())


@cache
def drawn(templates: tuple[str, ...], said: bool, _language: str | None) -> SafeString:
    """Drawn once: it depends on these alone."""
    drawn: SafeString = select_template(templates).render({"said": said})
    return drawn


@register.simple_tag
def state_tag(kind: str, text: Text) -> SafeString:
    """`{% state_tag "you" _("for you") %}`: kinds you, done, pause, late, neutral."""
    return format_html('<span class="tag tag-{}">{}</span>', kind if kind in KINDS else "neutral", text)


@register.simple_tag
def clock(due_at: dt.datetime | None, paused: bool = False, done: bool = False) -> SafeString:
    """`{% clock case.due_at case.paused %}`: a deadline in words, coloured by what is left of it."""
    if done:
        return state_tag("done", pgettext("state", "done"))
    if paused:
        return state_tag("pause", pgettext("state", "paused"))
    if due_at is None:
        return state_tag("neutral", _("no deadline"))
    left = due_at - now()
    kind = "late" if left < dt.timedelta(0) else "you" if left < _SOON else "neutral"
    return state_tag(kind, dates.say_remaining(due_at))


@register.simple_tag
def when(value: dt.date | dt.datetime | None, style: str = "") -> SafeString | str:
    """`{% when event.at %}`: `<time>` with the words of `|said`."""
    if value is None:
        return ""
    # HTML knows no more than thousandths of a second.
    exact = value.isoformat(timespec="seconds") if isinstance(value, dt.datetime) else value.isoformat()
    return format_html('<time datetime="{}">{}</time>', exact, dates.say(value, style))


# --- forms


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, **options: Any) -> dict[str, Any]:
    """`{% field form.name %}`: label, hint, error and control.

    Options: label, hint (words instead of the field's own), heading=True (the label is the h1 of a page with one
    question), hide_optional=True, inline=True (short choices side by side); any
    other option is an attribute of the control, `_` read as `-`.
    """
    known = {name: options.pop(name) for name in _OPTIONS if name in options}
    attrs = {name.replace("_", "-"): value for name, value in options.items()}
    return {"field": rendering.draw(bound, attrs=attrs, **known)}


@register.inclusion_tag("ui/parts/fields.html")
def fields(form: BaseForm) -> dict[str, Any]:
    """`{% fields form %}`: every field of a form in its order, hidden ones included."""
    return {"hidden": form.hidden_fields(), "drawn": [rendering.draw(bound) for bound in form.visible_fields()]}


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """`{% error_summary form %}`, or several forms: what is wrong, each line leading to its field; focused on load."""
    found: list[dict[str, str]] = []
    for form in forms:
        if not form.is_bound:
            continue
        found += [{"label": "", "text": str(e), "anchor": ""} for e in form.non_field_errors()]
        for bound in form.visible_fields():
            target = rendering.anchor(bound)
            found += [{"label": str(bound.label), "text": str(e), "anchor": target} for e in bound.errors]
        unseen = [e for bound in form.hidden_fields() for e in form.errors.as_data().get(bound.name, [])]
        # Nobody can fill in what he does not see.
        lost = _("Something this page carries along was lost. Reload the page and begin again.")
        texts = [lost if e.code in ("required", "invalid") else " ".join(e.messages) for e in unseen]
        found += [{"label": "", "text": text, "anchor": ""} for text in dict.fromkeys(texts)]
    return {"errors": found}


@register.simple_tag
def error_prefix(*forms: BaseForm) -> str:
    """`{% block title %}{% error_prefix form %}Ma question{% endblock %}`: «Erreur : » when something is wrong."""
    return _("Error: ") if any(form.is_bound and not form.is_valid() for form in forms) else ""


# --- parts of a page


@register.inclusion_tag("ui/parts/path.html")
def path(steps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% path steps %}`: the path of a case; a step has title, status (done, now, next, end) and maybe detail."""
    return {"steps": [{"detail": "", **step} for step in steps]}


@register.simple_tag
def circles() -> SafeString:
    """The step «now» on a path."""
    return draw_circles("circles")


@register.inclusion_tag("ui/parts/pager.html", takes_context=True)
def pager(context: template.Context, page_obj: Page[Any], name: str = "page") -> dict[str, Any]:
    """`{% pager page_obj %}`: pages of a list; filters in the address are kept."""
    query: QueryDict = context["request"].GET.copy()

    def address(number: int) -> str:
        query[name] = str(number)
        return "?" + query.urlencode()

    last, here = page_obj.paginator.num_pages, page_obj.number
    shown = sorted({1, last, *range(max(1, here - 1), min(last, here + 1) + 1)})
    pages: list[dict[str, Any]] = []
    for number in shown:
        if pages and number - pages[-1]["number"] > 1:
            pages.append({"gap": True, "number": number - 1})
        pages.append({"gap": False, "number": number, "url": address(number), "current": number == here})
    return {
        "page": page_obj,
        "pages": pages if last > 1 else [],
        "previous": address(here - 1) if here > 1 else "",
        "next": address(here + 1) if here < last else "",
    }


@register.inclusion_tag("ui/parts/emergency.html")
def emergency_box(urgent: bool = False) -> dict[str, Any]:
    """`{% emergency_box %}`: whom to call when it cannot wait; urgent=True where a warning sign was told."""
    return {"urgent": urgent}


@register.inclusion_tag("ui/parts/not_read_now.html")
def not_read_now() -> dict[str, Any]:
    """`{% not_read_now %}`: under every answer box: it is not read at once, and whom to call."""
    return {}


@register.inclusion_tag("ui/parts/save_state.html")
def save_state(saved_at: dt.datetime | None = None) -> dict[str, Any]:
    """`{% save_state draft.saved_at %}` inside a form with `data-autosave-url`: «enregistré à 21 h 14»."""
    return {"saved_at": saved_at}


@register.inclusion_tag("ui/parts/task_list.html")
def task_list(tasks: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% task_list tasks %}`: a task has title, url (empty: cannot start yet), kind and status words, maybe hint."""
    return {"tasks": [{"hint": "", "url": "", "kind": "neutral", **task} for task in tasks]}


@register.inclusion_tag("ui/parts/summary_list.html")
def summary_list(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% summary_list rows %}`: check-your-answers; a row has label, value, maybe url («Modifier») and plain=True."""
    return {"rows": [{"url": "", "plain": False, **row} for row in rows]}


@register.inclusion_tag("ui/parts/timeline.html")
def timeline(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% timeline events %}`: an event has at, title, maybe detail and by."""
    return {"events": [{"detail": "", "by": "", **event} for event in events]}


@register.inclusion_tag("ui/parts/file_list.html")
def file_list(files: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% file_list files %}`: a file has name, maybe url, size (bytes), detail words, kind and state words, icon."""
    blank = {"url": "", "size": None, "detail": "", "kind": "neutral", "state": "", "icon": "file"}
    return {"files": [{**blank, **file} for file in files]}


@register.inclusion_tag("ui/parts/bubbles.html")
def bubbles(messages: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% bubbles messages %}`: a message has author, text, at, maybe mine=True."""
    return {"messages": [{"mine": False, **message} for message in messages]}


@register.inclusion_tag("ui/parts/count_tiles.html")
def count_tiles(tiles: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% count_tiles tiles %}`: a tile has count, label, maybe url, late=True and current=True."""
    blank = {"url": "", "late": False, "current": False}
    return {"tiles": [{**blank, **tile} for tile in tiles]}


@register.inclusion_tag("ui/parts/progress.html")
def progress(done: int, total: int, label: Text = "") -> dict[str, Any]:
    """`{% progress 3 12 %}`: how far along, in words and as a bar."""
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("ui/parts/tabs.html")
def tabs(items: Iterable[Mapping[str, Any]], label: Text) -> dict[str, Any]:
    """`{% tabs items label %}`: links between views of one thing; an item has label, url, maybe current and count."""
    return {"tabs": [{"current": False, "count": None, **item} for item in items], "label": label}


@register.inclusion_tag("ui/parts/empty.html")
def empty_state(
    title: Text, text: Text = "", url: str = "", action: Text = "", *, drawn: bool = False
) -> dict[str, Any]:
    """`{% empty_state title text url action %}`: what to say, and what to do, where there is nothing yet.

    Args:
        drawn: with a drawing, on public pages.
    """
    return {"title": title, "text": text, "url": url, "action": action, "drawn": drawn}


@register.inclusion_tag("ui/parts/notice.html")
def notice(kind: str, title: Text, text: Text = "") -> dict[str, Any]:
    """`{% notice "done" title text %}`: a banner above the page; kinds as state tags."""
    return {"kind": kind if kind in KINDS else "neutral", "title": title, "text": text}


@register.inclusion_tag("ui/parts/back.html")
def back_link(url: str, text: Text = "") -> dict[str, Any]:
    """`{% back_link url %}`: «Retour», at the top of a page of a journey."""
    return {"url": url, "text": text}


@register.inclusion_tag("ui/parts/crumbs.html")
def crumbs(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`{% crumbs items %}`: where this page stands; an item has label and url (empty for the page itself)."""
    return {"items": [{"url": "", **item} for item in items]}
