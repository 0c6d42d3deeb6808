"""The answers offered before the account exists."""

from django.utils.translation import gettext_lazy as _

WHOM = {
    "self": _("For me"),
    "child": _("For my child, under 18"),
    "represented": _("For an adult I legally represent"),
    "helped": _("For an adult I am helping"),
}
WHOM_HINTS = {
    "child": _("You hold parental authority."),
    "represented": _("You are the guardian, or another legal protection measure names you."),
    "helped": _("A parent, a spouse, a friend who has asked for your help."),
}
DIAGNOSIS = {
    "yes": _("Yes: I have a diagnosis, and a doctor has told me what should be done"),
    "no_opinion": _("I have a diagnosis, but nobody has told me yet what should be done"),
    "no": _("No, I have no diagnosis yet"),
}
DIAGNOSIS_HINTS = {"yes": _("An operation, a treatment, or simply to wait and see.")}
EMERGENCY = {
    "no": _("No, none of this"),
    "yes": _("Yes, or I am not sure"),
}
#: Each in its own words.
LANGUAGES = {"fr": "Français", "en": "English"}
NEEDS = {
    "interpreter": _("An interpreter"),
    "sign_language": _("Sign language"),
    "large_print": _("Large print"),
    "read_aloud": _("To be read to, or called by phone rather than written to"),
}
