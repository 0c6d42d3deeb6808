"""The addresses of the site, read from the URLconf, and how the stage fills them in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import override

from cases.models import Opinion
from tests.site.rows import Row
from tests.site.stage import Stage

#: First module of the views of libraries, whose addresses are tried by prefix.
LIBRARIES = ("wagtail", "django", "two_factor", "django_otp", "taggit")


#: Which candidacy of the stage an address is about, when it is not the one before the committee.
_CANDIDACIES = {"candidacies:close": "over", "candidacies:tell": "refused", "candidacies:reopen": "told"}


@dataclass(frozen=True)
class Address:
    """One pattern of the URLconf.

    Args:
        name: with its namespaces.
        route: as written.
        parameters: names of its parts.
        module: of its view.
    """

    name: str
    route: str
    parameters: tuple[str, ...]
    module: str

    @property
    def is_ours(self) -> bool:
        """Whether its view is code of this project."""
        return self.module.partition(".")[0] not in LIBRARIES


def addresses() -> list[Address]:
    """Every pattern there is, in French."""
    with override("fr"):
        return list(_walk(get_resolver().url_patterns, "", (), ()))


def _walk(
    patterns: Iterable[URLPattern | URLResolver], route: str, spaces: tuple[str, ...], before: tuple[str, ...]
) -> Iterator[Address]:
    for found in patterns:
        full = route + str(found.pattern)
        parameters = (*before, *found.pattern.converters)
        if isinstance(found, URLResolver):
            inner = (*spaces, found.namespace) if found.namespace else spaces
            yield from _walk(found.url_patterns, full, inner, parameters)
        else:
            callback: Any = found.callback
            target = getattr(callback, "view_class", callback)
            yield Address(":".join((*spaces, found.name or "")), full, parameters, target.__module__)


def parts(row: Row, parameters: Iterable[str], stage: Stage, situation: str = "") -> dict[str, Any]:
    """The values of an address's parts on the stage.

    Args:
        situation: another case than that of the row.
    """
    case_id = stage.cases.get(situation or row.at)
    known: dict[str, Any] = {
        "case_id": case_id,
        "document_id": stage.things["late_document"] if row.name.endswith("set_aside") else stage.things.get(case_id),
        "expert_id": stage.things["kept_expert"] if row.name == "pages_desk:profile" else stage.people.expert.pk,
        "patient_id": stage.people.patient.pk,
        "user_id": stage.people.users["assistant"].pk,
        "professional_id": stage.things["professional"],
        "task_id": stage.things["call"],
        "dead_id": stage.things["dead"],
        "alert_id": stage.things["alert"],
        "absence_id": stage.things["absence"],
        "candidacy_id": stage.things[_CANDIDACIES.get(row.name, "candidacy")],
        # What is signed on line is another one than that on paper.
        "convention_id": stage.things["convention" if row.name.endswith("sent_to_order") else "signed_convention"],
        "receipt_id": stage.things["receipt"],
        "payer_id": stage.things["payer"],
        "manager_id": stage.things["manager"],
        "batch_id": stage.things["batch"],
        "snippet_id": stage.things["snippet"],
        "session_id": stage.things["session"],
        "kept_id": stage.things["kept"],
        "page_key": stage.things["page_key"],
        "pathology_id": stage.pathology.pk,
        "item_id": stage.things["own_question"],
        "number": 1,
    }
    if "opinion_id" in parameters:
        known["opinion_id"] = Opinion.objects.filter(case_id=case_id).order_by("number").values_list("pk").first()[0]
    known |= row.args
    return {name: known[name] for name in parameters}


def url_of(row: Row, parameters: Iterable[str], stage: Stage, *, language: str = "fr", **other: Any) -> str:
    """The address of a row, in a language; `other` replaces parts."""
    with override(language):
        return reverse(row.name, kwargs={**parts(row, parameters, stage), **other})


#: Those of our own code, by name.
ADDRESSES: dict[str, Address] = {found.name: found for found in addresses() if found.is_ours}
