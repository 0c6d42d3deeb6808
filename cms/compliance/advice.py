"""What to do instead, one sentence for each topic of the rules."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

ADVICE: dict[str, "_StrPromise"] = {
    "superlative": _(
        "Say what can be verified: registered specialty, diplomas, functions with their dates, usual acts."
    ),
    "comparison": _("Describe only what is done here; name or judge no other doctor and no other establishment."),
    "testimonial": _("Take out what patients or relatives say: comments on a doctor stay inside the service."),
    "ranking": _("Take out stars, scores, satisfaction rates and places in a ranking, whoever gave them."),
    "price": _(
        "Take the price out of the profile: fees stand on the price page alone, complete and without comparison."
    ),
    "lure": _("State the whole fee on the price page, with no rebate, gift or offer that would draw patients in."),
    "promise": _("Describe what is done and its limits: a doctor owes care and means, never a result."),
    "delay": _("Say from when the delay runs: “in under seven days once your file is complete”."),
    "brand": _("Use the generic name of the substance, device or kind of service, without any commercial name."),
    "link": _("Take out the address or the embedded content, or cite the public source by its name and date."),
    "social": _("Take out the reference to a social network or an outside platform."),
    "patient_image": _(
        "Take out pictures of patients and results before and after; a drawing explains without showing anyone."
    ),
    "undated": _("Say from which year the statement dates, or fill in the page's date of review."),
    "unsourced": _("Name the source and its year, for example “(HAS, 2024)”, or fill in the page's sources."),
    "doctor_name": _("Name no doctor here: names stand on the profiles which the doctors themselves have approved."),
    "incitement": _("Let the reader decide at leisure: say for whom an opinion is useful, and for whom it is not."),
    "sponsorship": _("Take out what was paid for: no place, order or mention on this site is sold."),
}
