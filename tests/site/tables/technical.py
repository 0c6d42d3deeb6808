"""The data protection officer and the technical administrator: neither reads a case."""

from tests.site.rows import DONE, HIDDEN, PAGE, Row

A, D = "administrator", "dpo"

ROWS = [
    Row("audit:journal", get={D: PAGE}),
    Row("audit:search", post={D: PAGE}, data={"name": "Canarivrac"}),
    Row("audit:verify", post={D: DONE}),
    Row("jobs:home", get={A: DONE}),
    Row("jobs:list", get={A: PAGE}),
    Row("jobs:retry", "", {A: PAGE}, {A: DONE}),
    Row("jobs:drop", "", {A: PAGE}, {A: DONE}),
    Row("accounts:staff", "", {A: PAGE}, {A: PAGE}, {"email": "inconnu@example.org"}),
    Row(
        "accounts:staff_new",
        "",
        {A: PAGE},
        {A: DONE},
        {"full_name": "Nina Neuve", "email": "nina@example.org", "language": "fr", "roles": "assistant"},
    ),
    Row("accounts:staff_member", get={A: PAGE}),
    Row("accounts:change_member", post={A: DONE}, data={"role": "dpo"}, args={"what": "donner"}),
    Row("accounts:change_member", post={A: DONE}, data={"role": "assistant"}, args={"what": "retirer"}),
    Row("accounts:change_member", post={A: DONE}, args={"what": "suspendre"}),
    Row("accounts:change_member", post={A: DONE}, args={"what": "retablir"}),
    Row("accounts:change_member", post={A: DONE}, args={"what": "sessions"}),
    # A word that names nothing does nothing.
    Row("accounts:change_member", post={A: HIDDEN}, args={"what": "nimporte"}),
    Row(
        "accounts:answer_registration_technical",
        "",
        {A: PAGE},
        {A: DONE},
        {"answer": "confirmed", "identity_means": "id_document", "note": ""},
    ),
]
