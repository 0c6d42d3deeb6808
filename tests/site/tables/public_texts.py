"""The coordinator's pages about public texts that a rule keeps off the site, and what visitors send."""

from collections.abc import Mapping
from typing import Any

from cms.faq import themes_of
from cms.models import FaqPage, InformationPage
from cms.profiles import reading
from cms.profiles.models import ProfileText
from cms.review import fingerprint
from tests.site.rows import DONE, PAGE, Row
from tests.site.stage import Stage

WHO = "coordinator deputy involved"


def _release(stage: Stage, who: str) -> Mapping[str, Any]:
    page = InformationPage.objects.get(translation_key=stage.things["page_key"], locale__language_code="fr")
    words = fingerprint(page.get_latest_revision_as_object())
    return {"motive": "Le titre d’un journal, cité comme tel.", "sha256": words}


def _release_text(stage: Stage, who: str) -> Mapping[str, Any]:
    text = ProfileText.objects.get(expert=stage.things["kept_expert"])
    return {"motive": "Le titre d’un livre, cité comme tel.", "sha256": reading.fingerprint(text, "fr")}


def _useful(stage: Stage, who: str) -> Mapping[str, Any]:
    page = FaqPage.objects.get(locale__language_code="fr")
    return {"token": themes_of(page)[0].entries[0].token, "useful": "yes"}


ROWS = [
    Row("pages_desk:drafts", get={WHO: PAGE}),
    Row("robots", get={"everybody": PAGE}),
    Row("sitemap", get={"everybody": PAGE}),
    Row("security_txt", get={"everybody": PAGE}),
    Row("cms:questions", "", {"everybody": DONE}, {"everybody": PAGE}, {"q": "ordonnance"}),
    Row("cms:search", "", {"everybody": PAGE}, {"everybody": PAGE}, {"q": "endometriose"}),
    Row("cms:useful", post={"everybody": DONE}, data=_useful),
    Row("pages_desk:draft", "", {WHO: PAGE}, {WHO: DONE}, _release, args={"language": "fr"}),
    Row("pages_desk:profile", "", {WHO: PAGE}, {WHO: DONE}, _release_text, args={"language": "fr"}),
]
