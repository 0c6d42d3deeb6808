"""The matrix: every address of ours, in the situations where it means something, for everybody."""

from tests.site.rows import Row
from tests.site.tables import (
    accounts,
    desk,
    expert,
    experts_desk,
    joining,
    patient,
    payer,
    phone,
    prepare,
    public_texts,
    requester,
    technical,
)

TABLES: dict[str, list[Row]] = {
    "public": accounts.PUBLIC,
    "account": accounts.OWN,
    "opening": prepare.OPENING,
    "patient": patient.ROWS,
    "preparing": prepare.PATIENT,
    "phone": phone.ROWS,
    "desk": desk.ROWS,
    "experts_desk": experts_desk.ROWS,
    "public_texts": public_texts.ROWS,
    "payer": payer.ROWS,
    "expert": expert.ROWS,
    "joining": joining.ROWS,
    "requester": requester.ROWS,
    "technical": technical.ROWS,
}
ROWS = [row for rows in TABLES.values() for row in rows]
