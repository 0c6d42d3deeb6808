"""Papers to print for the patient: the text she agrees to, and the code that lets her answer or follow."""

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import Invitation
from cases.checks import purposes_put
from cases.models import Case
from cases.opinions.fonts import printable
from cases.opinions.render import print_letter
from clock import now
from consent.texts import current_text, words_shown
from ui.dates import say_date


def _paper(template: str, context: dict[str, object], name: str) -> HttpResponse:
    answer = HttpResponse(print_letter(render_to_string(template, context)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    answer["Cache-Control"] = "no-store, private"
    return answer


def _frame(case: Case, language: str) -> dict[str, object]:
    """What both papers say of who asks and who is asked."""
    user = case.requester
    professional = getattr(user, "professional", None)
    return {
        "language": language,
        "service": settings.SERVICE_NAME,
        "contact": settings.SERVICE_CONTACT,
        "phone": settings.SERVICE_PHONE,
        "reference": case.reference,
        "today": say_date(now(), "full"),
        "asker": printable(user.get_full_name())[0],
        "asker_role": professional.specialty or professional.get_profession_display() if professional else "",
        "asker_address": printable(professional.address if professional else "")[0],
        "patient": printable(case.patient.full_name)[0],
        "born": say_date(case.patient.birth_date, "full") if case.patient.birth_date else "",
    }


def handout(case: Case, language: str) -> HttpResponse:
    """The texts of the agreements, to hand over before the patient agrees (C-CON-2, C-HAS-2).

    Args:
        language: «fr» or «en», the patient's.
    """
    expert = case.requested_expert
    with override(language):
        texts = []
        for purpose in purposes_put(case, attested=True):
            text = current_text(purpose, case.kind)
            shown = words_shown(text, language, expert=expert.name if expert else "")
            title, _blank, body = printable(shown)[0].partition("\n\n")
            texts.append({"title": title, "body": body, "version": text.version})
        context = {**_frame(case, language), "texts": texts}
        return _paper("cases/requester/handout_paper.html", context, _("information"))


def invitation_letter(case: Case, invitation: Invitation, code: str) -> HttpResponse:
    """The letter of a patient without an e-mail address.

    Args:
        code: as it is printed.
    """
    with override(invitation.language):
        context = {
            **_frame(case, invitation.language),
            "code": code,
            "address": f"{settings.SITE_ORIGIN.rstrip('/')}{reverse('accounts:invitation')}",
            "until": say_date(invitation.expires_at, "full"),
            "agreed": case.consented_at is not None,
        }
        return _paper("cases/requester/invitation_paper.html", context, _("letter"))
