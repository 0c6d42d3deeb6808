"""The expert's space: his cases, and what the service has on file about him."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cases.services.opinions import draft_of, open_follow_up
from cms.profiles.reading import profile_of
from experts.models import ExpertProfile
from tests.accounts.logins import last_code
from tests.site.rows import DONE, HIDDEN, NO, PAGE, Outcomes, Row
from tests.site.stage import Stage
from ui.forms import today

E = "expert"
EXPERTS = "expert other_expert"


def _code(stage: Stage, who: str) -> Mapping[str, Any]:
    return {"code": (last_code(stage.people.users[who].email) if who in stage.people.users else "") or "000000"}


def _opinion(stage: Stage, who: str) -> Mapping[str, Any]:
    return {"version": str(draft_of(stage.case("in_review")).version), "relevance": "accept", "analysis": "Vu."}


def _correction(stage: Stage, who: str) -> Mapping[str, Any]:
    return {**_opinion(stage, who), "version": str(draft_of(stage.case("correcting")).version)}


def _addendum(stage: Stage, who: str) -> Mapping[str, Any]:
    return {"version": str(open_follow_up(stage.case("follow_up")).draft_version), "answer": "Oui, au bout d’un mois."}


_PUBLIC = ("acts_fr", "training_fr", "acts_en", "training_en")
_WRITTEN = (("profile:write", dict.fromkeys(_PUBLIC, "Exercice en équipe, 2019")),)


#: A question of his own, and what the kinds with more fields need besides.
_ASKED = {"label_fr": "Marchez-vous avec une canne ?", "label_en": "Do you walk with a stick?"}
_KINDS: dict[str, dict[str, str]] = {
    "choix": {"choices_fr": "Toujours\nParfois", "choices_en": "Always\nSometimes"},
    "nombre": {"least": "0", "most": "10", "decimals": "0"},
    "document": {"document_type": "letter", "why_fr": "La suite donnée.", "why_en": "What followed."},
}
_OWN_PAGE: Outcomes = {E: PAGE, "other_expert": HIDDEN}
_OWN_DONE: Outcomes = {E: DONE, "other_expert": HIDDEN}


def _shown(stage: Stage, who: str) -> Mapping[str, Any]:
    expert = ExpertProfile.objects.filter(user=stage.people.users.get(who)).first()
    return {"sha256": profile_of(expert).sha256 if expert else ""}


ROWS = [
    Row("expert:home", get={EXPERTS: PAGE}),
    Row("expert:snippets", "", {EXPERTS: PAGE}, {EXPERTS: DONE}, {"label": "Formule", "text": "Bien à vous."}),
    # Removing is quiet when there is nothing of one's own to remove.
    Row("expert:remove_snippet", post={EXPERTS: DONE}),
    Row("expert:case", "written", {E: PAGE}),
    Row("expert:case", "proposed", {E: DONE}),
    Row("expert:case", "on_hold", {E: PAGE}),
    Row("expert:case", "closed", {E: PAGE}),
    Row("expert:case", "withdrawn", {E: HIDDEN}),
    Row("expert:proposal", "proposed", {E: PAGE}),
    Row("expert:accept", "proposed", post={E: DONE}, data={"no_conflict": "on"}),
    Row("expert:decline", "proposed", {E: PAGE}, {E: DONE}, {"reason_code": "no_time", "reason": ""}),
    Row("expert:hand_back", "in_review", {E: PAGE}, {E: DONE}, {"reason_code": "must_examine", "reason": ""}),
    Row("expert:answers", "in_review", {E: PAGE}),
    # Before he accepts he reads neither name nor file.
    Row("expert:answers", "proposed", {E: NO}),
    Row("expert:answers", "on_hold", {E: NO}),
    Row("expert:compare", "in_review", {E: PAGE}),
    Row("expert:set_aside", "in_review", {E: PAGE}, {E: DONE}, {"reason": "Sans rapport."}),
    Row("expert:ask", "in_review", {E: PAGE}, {E: DONE}, {"text": "Depuis quand ?"}),
    Row("expert:go_on", "question", {E: PAGE}, {E: DONE}),
    Row("expert:desk_messages", "in_review", {E: PAGE}, {E: DONE}, {"body": "Bonjour."}),
    Row("expert:save", "in_review", post={E: DONE}, data=_opinion),
    Row("expert:read_again", "written", {E: PAGE}, {E: PAGE}),
    Row("expert:draft_pdf", "written", {E: PAGE}),
    Row("expert:sign_code", "written", post={E: DONE}),
    Row("expert:sign", "written", post={E: DONE}, data=_code, before=(("expert:sign_code", {}),)),
    Row("expert:retract", "signed", {E: PAGE}, {E: DONE}, {"reason": "Une faute."}),
    # A delivered opinion: he begins a correction, gives it up, or writes and signs it as he did the first.
    Row("expert:correct", "correction_asked", {E: PAGE}, {E: DONE}),
    Row("expert:correct", "opened", {E: PAGE}, {E: DONE}),
    Row("expert:correct", "signed", {E: NO}, {E: NO}),
    Row("expert:correct", "closed", {E: NO}, {E: NO}),
    Row("expert:give_up_correction", "correcting", {E: PAGE}, {E: DONE}, {"why": "Tout est exact."}),
    Row("expert:save", "correcting", post={E: DONE}, data=_correction),
    Row("expert:save", "opened", post={E: NO}, data=_correction),
    Row("expert:read_again", "correcting", {E: PAGE}, {E: PAGE}),
    Row("expert:draft_pdf", "correcting", {E: PAGE}),
    Row("expert:sign", "correcting", post={E: DONE}, data=_code, before=(("expert:sign_code", {}),)),
    Row("expert:follow_up", "follow_up", {E: PAGE}, {E: DONE}, _addendum),
    Row("expert:follow_up_read", "follow_up", {E: PAGE}),
    Row("expert:follow_up_pdf", "follow_up", {E: PAGE}),
    Row("expert:follow_up_code", "follow_up", post={E: DONE}),
    Row("expert:follow_up_sign", "follow_up", post={E: DONE}, data=_code, before=(("expert:follow_up_code", {}),)),
    Row("expert:document", "in_review", {E: PAGE}),
    Row("expert:document_file", "in_review", {E: PAGE}),
    Row("expert:document_file", "proposed", {E: NO}),
    Row("expert:document_page", "in_review", {E: PAGE}),
    Row("expert:wrong_document", "in_review", {E: PAGE}, {E: DONE}, {"note": "Un autre nom."}),
    # Words to the service about the patient's request are not his: he writes to the coordinator.
    Row("expert:messages", "in_review", {E: NO}, {E: NO}, {"body": "Bonjour."}),
    Row("expert:danger", "in_review", {E: PAGE}, {E: PAGE}, {"note": "Signe grave."}),
    Row("expert:incident", "in_review", {E: PAGE}, {E: DONE}, {"text": "Page blanche."}),
    Row("expert:opinion_file", "signed", {E: PAGE}),
    Row("expert:opinion_file", "closed", {E: PAGE}),
    Row("expert:opinion_annex", "opened", {E: PAGE}),
    Row("expert:opinion_annex", "signed", {E: HIDDEN}),
    Row("experts:profile", get={EXPERTS: PAGE}),
    Row("experts:capacity", "", {EXPERTS: PAGE}, {EXPERTS: DONE}, {"capacity_per_month": "6"}),
    # One has signed and waits for the service; the convention of the other ends soon: he reads and signs a new one.
    Row("experts:convention", "", {EXPERTS: PAGE}, {E: DONE, "other_expert": PAGE}, {"send_code": "1"}),
    Row(
        "experts:convention",
        "",
        {EXPERTS: PAGE},
        {EXPERTS: DONE},
        _code,
        before=(("experts:convention", {"send_code": "1"}),),
    ),
    Row("experts:convention_copy", get={E: PAGE, "other_expert": HIDDEN}),
    Row("experts:own_list", get={EXPERTS: PAGE}),
    Row("experts:own", get={EXPERTS: PAGE}),
    *(
        Row("experts:own_add", "", {EXPERTS: PAGE}, {EXPERTS: DONE}, {**_ASKED, **more}, args={"kind": kind})
        for kind, more in _KINDS.items()
    ),
    Row("experts:own_change", "", _OWN_PAGE, _OWN_DONE, _ASKED),
    Row("experts:own_move", post=_OWN_DONE, data={"to": "down"}),
    Row("experts:own_remove", "", _OWN_PAGE, _OWN_DONE),
    # Publishing what is published already is quiet.
    Row("experts:own_preview", "", {EXPERTS: PAGE}, {EXPERTS: DONE}),
    Row("profile:page", get={EXPERTS: PAGE}),
    Row("profile:write", "", {EXPERTS: PAGE}, {EXPERTS: DONE}, dict.fromkeys(_PUBLIC, "Exercice en équipe, 2019")),
    # Nothing is written yet: there is nothing to agree to.
    Row("profile:approve", post={EXPERTS: HIDDEN}),
    Row("profile:approve", post={EXPERTS: DONE}, data=_shown, before=_WRITTEN),
    # Taking off what is not on the site is quiet.
    Row("profile:take_back", "", {EXPERTS: PAGE}, {EXPERTS: DONE}),
    Row(
        "experts:absences",
        "",
        {EXPERTS: PAGE},
        {EXPERTS: DONE},
        lambda *_: {
            "start": f"{today() + timedelta(days=9):%d/%m/%Y}",
            "end": f"{today() + timedelta(days=9):%d/%m/%Y}",
        },
    ),
    Row(
        "experts:remove_absence",
        "",
        {E: PAGE, "other_expert": HIDDEN},
        {E: DONE, "other_expert": HIDDEN},
    ),
]
