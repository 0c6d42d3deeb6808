"""Changes to an expert's own questions: on the copy he works on, then published as a version that never changes."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from audit import Actor, record
from clock import now
from errors import Invalid, Missing
from experts.models import ExpertProfile, OwnQuestions, Questionnaire, RetiredQuestion
from experts.notices import tell_expert
from experts.own_questions.content import body_of, code_of, id_of, items_of, list_with, make_body, part_of, place_of
from experts.own_questions.selectors import asked_item, is_published, newest_version
from experts.own_questions.wording import wording_faults
from experts.publishing import fingerprint
from experts.questionnaires.format import COMMON, Body, problems
from experts.selectors import current_questionnaire
from experts.services import SHORTEST_MOTIVE, locked_expert
from vault.keys import create_key

#: More would keep a patient from sending her request.
MOST = {"questions": 15, "documents": 10}


def _own(expert: ExpertProfile, pathology_id: UUID) -> OwnQuestions:
    """The copy of a pathology he covers, stored with the first change; the caller holds the row of the expert."""
    pathology = expert.pathologies.filter(pk=pathology_id).first()
    if pathology is None:
        raise Missing(_("You do not cover this pathology."))
    stored = OwnQuestions.objects.filter(expert=expert, pathology=pathology).first()
    return stored or OwnQuestions(expert=expert, pathology=pathology)


def _keep(own: OwnQuestions, actor: Actor) -> None:
    own.changed_at = now()
    own.save()
    _journal("expert.questions_changed", actor, own.expert, own.pathology_id)


def _journal(action: str, actor: Actor, expert: ExpertProfile, pathology_id: UUID, **detail: int) -> None:
    subjects = {"expert": [expert.pk], "user": [expert.user_id], "pathology": [pathology_id]}
    record(action, actor=actor, subjects=subjects, detail=detail)


def save_item(
    expert_id: UUID, pathology_id: UUID, item: Mapping[str, Any], *, actor: Actor, item_id: UUID | None = None
) -> UUID:
    """Add a question or document to the copy, or word one anew. Nothing is asked of anybody before it is published.

    Args:
        item: as in the format, without its code.
        item_id: the one that is changed; a new one when not given.

    Returns:
        Its id.

    Raises:
        Invalid: the words are not fit for patients, or there are too many items.
        Missing: it was removed meanwhile, or he does not cover the pathology.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.set_questions")
        own = _own(expert, pathology_id)
        part = part_of(item)
        items = getattr(own, part)
        kept = {**item, "code": code_of(item_id or uuid4())}
        others = [other for other in items if other["code"] != kept["code"]]
        if faults := wording_faults(item, others, ExpertProfile.objects.select_related("user")):
            raise Invalid(_("These words are not fit for a patient."), fields=faults)
        if item_id is not None:
            items[place_of(item_id, items)] = kept
        elif len(items) >= MOST[part]:
            raise Invalid(_("You ask for a lot already: remove something first."))
        else:
            items.append(kept)
        _require_sound(body_of(own))
        _keep(own, actor)
        return id_of(kept)


def _require_sound(body: Body) -> None:
    if problems(body, common=current_questionnaire(COMMON).body):
        raise Invalid(_("This cannot be asked as it stands. Check each field."))


def move_item(expert_id: UUID, pathology_id: UUID, item_id: UUID, *, up: bool, actor: Actor) -> None:
    """Put a question or document one place higher or lower; at the end of the list, nothing happens."""
    with transaction.atomic():
        own = _own(locked_expert(expert_id, actor, "expert.set_questions"), pathology_id)
        items = list_with(own, item_id)
        here = place_of(item_id, items)
        there = here - 1 if up else here + 1
        if 0 <= there < len(items):
            items[here], items[there] = items[there], items[here]
            _keep(own, actor)


def remove_item(expert_id: UUID, pathology_id: UUID, item_id: UUID, *, actor: Actor) -> None:
    """Take a question or document out of the copy; versions that hold it, and answers to them, stay."""
    with transaction.atomic():
        own = _own(locked_expert(expert_id, actor, "expert.set_questions"), pathology_id)
        items = list_with(own, item_id)
        del items[place_of(item_id, items)]
        _keep(own, actor)


def publish_questions(expert_id: UUID, pathology_id: UUID, *, actor: Actor) -> Questionnaire | None:
    """Publish the copy as a new version, asked in the requests that name the expert from now on.

    Returns:
        the version; None when nothing has changed since the last one.
    """
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.set_questions")
        own = _own(expert, pathology_id)
        newest = newest_version(expert.pk, pathology_id)
        if is_published(own, newest):
            return None
        return _publish(own.questions, own.documents, own, newest, actor)


def _publish(
    questions: list[Any], documents: list[Any], own: OwnQuestions, newest: Questionnaire | None, actor: Actor
) -> Questionnaire:
    version = newest.version + 1 if newest is not None else 1
    body = make_body(code_of(own.pk), version, questions, documents)
    _require_sound(body)
    published = Questionnaire(
        code=body["pathology"],
        pathology_id=own.pathology_id,
        expert_id=own.expert_id,
        version=version,
        body=body,
        sha256=fingerprint(body),
    )
    published.save()
    _journal("expert.questions_published", actor, own.expert, own.pathology_id, version=version)
    return published


def retire_question(expert_id: UUID, item_id: UUID, motive: str, *, actor: Actor) -> Questionnaire:
    """Publish a version without a question or document of an expert, against him and in the open: he reads the motive.

    Requests already begun keep the version they hold. It leaves the copy he works on too; nothing else of it changes.

    Raises:
        Invalid: the motive is too short.
        Missing: it is not asked.
    """
    if len(motive.strip()) < SHORTEST_MOTIVE:
        message = _("Say why, in at least 20 characters.")
        raise Invalid(message, fields={"motive": message})
    with transaction.atomic():
        expert = locked_expert(expert_id, actor, "expert.retire_question")
        newest, item = asked_item(expert, item_id)
        own = OwnQuestions.objects.get(expert=expert, pathology=newest.pathology)
        rest = [other for other in items_of(newest.body) if other["code"] != item["code"]]
        questions, documents = (
            [one for one in rest if part_of(one) == "questions"],
            [one for one in rest if part_of(one) == "documents"],
        )
        published = _publish(questions, documents, own, newest, actor)
        own.questions = [one for one in own.questions if one["code"] != item["code"]]
        own.documents = [one for one in own.documents if one["code"] != item["code"]]
        own.save()
        retired = RetiredQuestion(
            questionnaire=published,
            code=item["code"],
            label_fr=item["label"]["fr"],
            label_en=item["label"]["en"],
            content_key=create_key("user"),
            retired_by_id=actor.person,
        )
        retired.motive = motive.strip()
        retired.save(force_insert=True)
        _journal("expert.question_retired", actor, expert, own.pathology_id, version=published.version)
        tell_expert("expert.question_retired", expert, str(retired.pk))
        return published
