"""What a message may say."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from string import Formatter

import pytest
from django.core import mail as outbox
from django.utils import translation

from jobs import run_until_empty
from notify import register_template, send
from notify.delivery import compose
from notify.models import OutgoingMail
from notify.texts import SECRETS, VARIABLES, Template, check_text, render, templates

CONTEXT = {
    "reference": "DA-2611-0482",
    "due": "2026-11-12T17:42:00+00:00",
    "day": "2026-11-12",
    "count": 3,
    "days": 4,
    "hours": 5,
    "minutes": 10,
}
SECRET = dict.fromkeys(SECRETS, "012345")
#: Words that would say what a file is about; the names of the diseases are taken from the questionnaires themselves.
TELLING = (
    r"cancer|tumeur|tumor|scoliose|scoliosis|hernie|hernia|endométriose|endometriosis|thyroïd|thyroid|anévrisme|aneurysm"
    r"|crohn|chirurg|surg(ery|eon)|oncolog|gynécolog|gynaecolog|orthop|urolog|cardiolog|diagnos|maladie|disease|patholog"
    r"|traitement|treatment|opération|\bDr\b|\bPr\b"
)


def rendered(template: Template, language: str) -> tuple[str, str]:
    given = {name: value for name, value in CONTEXT.items() if name in template.variables}
    secrets = {name: value for name, value in SECRET.items() if name in template.variables}
    return render(template.code, given, language, secrets)


def test_every_message_is_said_in_both_languages_with_nothing_but_its_variables():
    assert templates()
    for template in templates():
        for language in ("fr", "en"):
            subject, body = rendered(template, language)
            assert subject.strip(), template.code
            assert body.strip(), template.code
            assert "{" not in subject + body, template.code
            assert "\n" not in subject, template.code


def test_no_message_says_what_a_file_is_about():
    for template in templates():
        for language in ("fr", "en"):
            said = " ".join(rendered(template, language))
            assert not re.search(TELLING, said, re.IGNORECASE), f"{template.code} in {language}: {said}"


def test_no_variable_could_hold_a_sentence():
    assert set(VARIABLES) == set(CONTEXT)
    for template in templates():
        assert set(template.variables) <= {*VARIABLES, *SECRETS}
        named = {name for _l, name, _s, _c in Formatter().parse(str(template.body)) if name}
        assert named <= {*template.variables, "site"}, template.code


@pytest.mark.parametrize(
    ("subject", "body", "variables"),
    [
        ("News", "About {pathology}.", ("pathology",)),
        ("News", "About {pathology}.", ("reference",)),
        ("News", "Written by {expert}.", ()),
        ("News", "{reference.__class__}", ("reference",)),
        ("News", "{reference!r}", ("reference",)),
        ("News", "{reference:>99}", ("reference",)),
        ("News", "{0}", ("reference",)),
        ("News of {reference}", "x", ("reference",)),
        ("News\r\nBcc: x@y.z", "x", ()),
    ],
)
def test_a_text_that_names_more_is_refused(samples, subject, body, variables):
    with pytest.raises(ValueError, match="bad"):
        register_template("bad", subject, body, variables=variables)


def test_a_secret_stands_in_no_notice(samples):
    with pytest.raises(ValueError, match="no notice"):
        register_template("bad", "x", "{code}", variables=("code",))


def test_a_translation_that_names_more_is_refused(samples):
    with translation.override("fr"), pytest.raises(ValueError, match="pathology"):
        check_text(Template("x", "x", "{pathology}", ("reference",), in_app=False))


@pytest.mark.django_db
@pytest.mark.behaviour("S1-23")
@pytest.mark.parametrize(
    ("language", "type_it", "when"),
    [
        ("fr", "tapez vous-même l’adresse", "12 novembre 2026, 18 h 42"),
        ("en", "type the address of the site yourself", "12 November 2026, 18:42"),
    ],
)
def test_a_mail_can_be_recognised_and_holds_one_link_which_changes_nothing(samples, settings, language, type_it, when):
    settings.SITE_ORIGIN = "https://avis.example.org"
    settings.DEFAULT_FROM_EMAIL = "Second Regard <ne-pas-repondre@example.org>"
    send(
        "sample.plain",
        email="camille@example.org",
        key="k",
        language=language,
        context={"reference": "DA-2611-0482", "due": datetime(2026, 11, 12, 17, 42, tzinfo=UTC)},
    )
    run_until_empty()
    message = message_from_bytes(outbox.outbox[0].message().as_bytes(), policy=policy.default)
    plain = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert message["From"] == "Second Regard <ne-pas-repondre@example.org>"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"
    for text in (plain, html):
        assert type_it in text
        assert "avis.example.org" in text
        links = set(re.findall(r"https?://[^\s<\"]+", text))
        assert len(links) == 1
        assert "?" not in links.pop()
    assert when in plain.replace("\xa0", " ").replace("\u202f", " ")
    for outside in ("<img", "<style", "style=", "<script", "src=", "url("):
        assert outside not in html


@pytest.mark.django_db
def test_text_in_a_mail_is_text_in_html_too(samples):
    register_template("sample.html", "{site}", "A <b>bold</b> & {reference}", variables=("reference",))
    mail = OutgoingMail(
        key="k", email="a@b.example", language="en", template="sample.html", context={"reference": "DA-2611-1"}
    )
    plain, html = (
        part.get_content()
        for part in message_from_bytes(compose(mail).message().as_bytes(), policy=policy.default).iter_parts()
    )
    assert "A <b>bold</b> & DA-2611-1" in plain
    assert "A &lt;b&gt;bold&lt;/b&gt; &amp; DA-2611-1" in html


def test_the_same_key_has_the_same_message_id_and_another_key_another():
    first, again, other = (OutgoingMail(key=key).message_id for key in ("k", "k", "l"))
    assert first == again != other
    assert re.fullmatch(r"<[0-9a-f]{40}@[\w.-]+>", first)
