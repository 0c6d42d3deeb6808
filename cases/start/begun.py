"""What a visitor answered before the account exists: signed, carried in hidden fields, stored nowhere.

No address, no cookie and no session holds it until the person is logged in; the draft then takes it over, sealed.
"""

import uuid
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core import signing

from cases.checks import obstacles_now
from cases.start.words import NEEDS, WHOM
from clock import now
from experts.models import ExpertProfile, Pathology
from experts.selectors import offered_pathologies, with_record

_SALT = "cases.start"
#: A page left open longer begins again.
LIFETIME = timedelta(hours=12)
#: The answers given so far, in the hidden field `carried`.
FIELD = "carried"


@dataclass(frozen=True)
class Begun:
    """The answers so far; "" or None where there is none yet.

    Args:
        draft: id the draft will have, so that the last form sent twice opens one draft.
        emergency: «no» once it was said that nothing is urgent.
        diagnosis: «yes» once a diagnosis and a first opinion were said to be there.
        whom: for whom, a key of `words.WHOM`.
        planned_on: day of a planned operation or treatment, ISO.
        language: in which the opinion is wanted.
        needs: keys of `words.NEEDS`.
        interpreter_for: language of the interpreter.
        pathology: code of the disease.
        expert: id of the expert whose page the visitor came from, as his wish; he confirms or changes it in the draft.
        at: when the first answer was given, ISO.
    """

    draft: str = ""
    emergency: str = ""
    diagnosis: str = ""
    whom: str = ""
    planned_on: str = ""
    language: str = ""
    needs: tuple[str, ...] = ()
    interpreter_for: str = ""
    pathology: str = ""
    expert: str = ""
    at: str = ""

    @property
    def draft_id(self) -> UUID:
        """The id of the draft to come."""
        return UUID(self.draft)

    @property
    def planned_day(self) -> date | None:
        """The planned date."""
        return date.fromisoformat(self.planned_on) if self.planned_on else None

    @property
    def is_complete(self) -> bool:
        """Whether a draft may be opened with these answers."""
        return bool(
            self.draft
            and self.emergency == "no"
            and self.diagnosis == "yes"
            and self.whom in WHOM
            and self.whom != "helped"
            and self.pathology
        )

    @property
    def has_wish(self) -> bool:
        """Whether an expert or a disease was chosen before the first question."""
        return bool(self.expert or self.pathology)

    @property
    def eligibility(self) -> dict[str, Any]:
        """What the case keeps of it, sealed."""
        return {
            "emergency": self.emergency,
            "diagnosis": self.diagnosis,
            "whom": self.whom,
            "needs": list(self.needs),
            "interpreter_for": self.interpreter_for,
            "at": self.at,
        }

    def find_pathology(self) -> Pathology | None:
        """The disease, if it is still offered."""
        return offered_pathologies().filter(code=self.pathology).first()

    def find_expert(self) -> ExpertProfile | None:
        """The expert wished for, as long as a case of this disease, of any before it is chosen, can be his now."""
        expert = with_record(ExpertProfile.objects.filter(pk=self.expert)).first() if self.expert else None
        if expert is None or obstacles_now(expert, pathology=self.find_pathology(), on=now()):
            return None
        return expert


def fresh() -> Begun:
    """No answer yet."""
    return Begun(draft=str(uuid.uuid4()), at=now().isoformat())


def seal(begun: Begun) -> str:
    """The answers as a signed text for a hidden field."""
    return signing.dumps(asdict(begun), salt=_SALT, compress=True)


def unseal(text: str) -> Begun:
    """The answers of a hidden field; none when it was changed, or is too old."""
    try:
        values = signing.loads(text, salt=_SALT)
        known = {item.name for item in fields(Begun)}
        begun = Begun(**{name: value for name, value in values.items() if name in known})
        begun = replace(begun, needs=tuple(need for need in begun.needs if need in NEEDS))
        if not timedelta(0) <= now() - datetime.fromisoformat(begun.at) + timedelta(minutes=5) <= LIFETIME:
            return fresh()
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return fresh()
    return begun


def seal_wish(*, expert: UUID | None = None, pathology: str = "") -> str:
    """What the page of an expert or of a disease carries to the first question.

    Args:
        pathology: its code.
    """
    return seal(replace(fresh(), expert=str(expert or ""), pathology=pathology))
