"""Reads about experts' own questions: the copy being worked on, what is asked now, what was retired."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from access import require
from audit import Actor
from errors import Missing
from experts.models import ExpertProfile, OwnQuestions, Questionnaire, RetiredQuestion
from experts.own_questions.content import body_of, code_of, items_of, list_with, place_of
from experts.publishing import fingerprint


def newest_version(expert_id: UUID, pathology_id: UUID) -> Questionnaire | None:
    """The newest version an expert published about a pathology, even one that asks nothing any more."""
    return Questionnaire.objects.filter(expert_id=expert_id, pathology_id=pathology_id).order_by("-version").first()


def is_published(own: OwnQuestions, newest: Questionnaire | None) -> bool:
    """Whether the copy says what its newest version says."""
    if newest is None:
        return not own.questions and not own.documents
    return fingerprint(body_of(own, newest.version)) == newest.sha256


def retired_of(expert: ExpertProfile, pathology_id: UUID | None = None) -> list[RetiredQuestion]:
    """What coordinators have retired of this expert's questions, newest first."""
    rows = RetiredQuestion.objects.filter(questionnaire__expert=expert)
    if pathology_id is not None:
        rows = rows.filter(questionnaire__pathology_id=pathology_id)
    return list(rows.select_related("questionnaire__pathology", "retired_by", "content_key"))


def working_copy(actor: Actor, expert: ExpertProfile, pathology_id: UUID) -> OwnQuestions:
    """The copy of a pathology he covers, to show; not stored when nothing was written yet.

    Raises:
        Missing: he does not cover it.
    """
    require(actor, "expert.set_questions", expert)
    pathology = next((one for one in expert.pathologies.all() if one.pk == pathology_id), None)
    if pathology is None:
        raise Missing(_("You do not cover this pathology."))
    stored = OwnQuestions.objects.filter(expert=expert, pathology=pathology).first()
    return stored or OwnQuestions(expert=expert, pathology=pathology)


def item_in(own: OwnQuestions, item_id: UUID) -> Mapping[str, Any]:
    """A question or document of the copy.

    Raises:
        Missing: it was removed.
    """
    items = list_with(own, item_id)
    return items[place_of(item_id, items)]  # type: ignore[no-any-return]


def asked_now(expert: ExpertProfile) -> list[Questionnaire]:
    """The newest version of everything an expert published, by pathology; some may ask nothing any more."""
    rows = expert.questionnaires.select_related("pathology").order_by("pathology__code", "-version")
    newest: dict[UUID | None, Questionnaire] = {}
    for row in rows:
        newest.setdefault(row.pathology_id, row)
    return list(newest.values())


def asked_item(expert: ExpertProfile, item_id: UUID) -> tuple[Questionnaire, Mapping[str, Any]]:
    """A question or document that is asked now, and the version that asks it.

    Raises:
        Missing: it is not asked, or no longer.
    """
    for questionnaire in asked_now(expert):
        for item in items_of(questionnaire.body):
            if item["code"] == code_of(item_id):
                return questionnaire, item
    raise Missing(_("This question is no longer there."))
