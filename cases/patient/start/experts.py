"""Which experts a patient may name, in the neutral order of the day (C-DEO-3)."""

from cases.checks import close_to, conflicts_of_role, loads_now
from cases.models import Case
from clock import now
from consent.models import Block
from experts.models import ExpertProfile
from experts.selectors import candidates, is_named_in, shares_department


def experts_to_choose(case: Case) -> list[ExpertProfile]:
    """Experts of the disease who are free now, are not refused by the patient and did not give the first opinion."""
    if case.pathology is None:
        return []
    blocked = set(
        Block.objects.filter(patient_id=case.patient_id, lifted_at__isnull=True).values_list(
            "professional_id", flat=True
        )
    )
    close = close_to(case)
    first_doctor, first_place = case.first_opinion_doctor or "", case.first_opinion_department
    return [
        candidate.expert
        for candidate in candidates(case.pathology, now(), loads=loads_now(case.pathology, now()))
        if candidate.is_free
        and candidate.expert.user_id not in blocked
        and not is_named_in(candidate.expert, first_doctor)
        and not shares_department(candidate.expert, first_place)
        and not conflicts_of_role(case, candidate.expert, close=close)
    ]
