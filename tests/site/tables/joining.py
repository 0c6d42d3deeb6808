"""Becoming an expert: the public page, a candidate's own pages, the committee's, and the desk's."""

from tests.site.rows import DONE, HIDDEN, PAGE, Row

DESK = "coordinator deputy involved"
#: Physicians without a profile as an expert: who has sent, who writes, who was refused, who has not begun.
SENT, WRITES, UNTOLD, TOLD, FREE = "requester nurse", "other_requester", "deputy", "involved", "coordinator unchecked"
MAY_WRITE = f"{WRITES} {UNTOLD} {TOLD} {FREE}"
CONTENT = {"institution": "Hôpital", "languages": "fr", "pathologies": "lumbar_disc_herniation", "acts": "Chirurgie."}
VOTE = {"choice": "for", "reason": "Un dossier solide."}


ROWS = [
    Row("joining:start", get={"everybody": PAGE}),
    Row("joining:candidacy", get={f"{SENT} {WRITES} {UNTOLD} {TOLD}": PAGE, "others": DONE}),
    Row("joining:write", "", {MAY_WRITE: PAGE, "others": DONE}, {"others": DONE}, CONTENT),
    Row("joining:send", "", {WRITES: PAGE, "others": DONE}, {"others": DONE}),
    Row("joining:withdraw", "", {f"{SENT} {WRITES}": PAGE, "others": DONE}, {"others": DONE}),
    # The answer is written: it is shown with the candidacy.
    Row("joining:answer", "", {"others": DONE}, {"others": DONE}, {"answer": "Un diplôme a été oublié."}),
    Row("committee:home", get={"member aside": PAGE}),
    Row("committee:practice", "", {"member aside": PAGE}, {"member aside": DONE}, {"pathologies": "scoliosis"}),
    # Whoever has stepped aside is shown a name and no more.
    Row("committee:candidacy", "", {"member aside": PAGE}, {"member": DONE, "aside": PAGE}, VOTE),
    Row("committee:conflict", "", {"member": PAGE, "aside": DONE}, {"member aside": DONE}),
    Row("candidacies:list", get={DESK: PAGE}),
    Row("candidacies:detail", get={DESK: PAGE}),
    Row("candidacies:close", "", {DESK: PAGE}, {DESK: DONE}),
    # Nobody acts as the desk on a candidacy of his own.
    Row(
        "candidacies:tell",
        "",
        {"coordinator involved": PAGE, UNTOLD: HIDDEN},
        {"coordinator involved": DONE, UNTOLD: HIDDEN},
        {"explanation": "Une expérience plus longue est demandée."},
    ),
    Row(
        "candidacies:reopen",
        "",
        {"coordinator deputy": PAGE, TOLD: HIDDEN},
        {"coordinator deputy": DONE, TOLD: HIDDEN},
    ),
]
