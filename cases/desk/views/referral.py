"""The rule on referral by a doctor, as a coordinating doctor records it in the open."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_role
from cases import referral
from cases.desk.forms import ReferralRuleForm
from cases.models import ReferralDecision
from cases.pages import attempt
from cases.start.prices import price_lines


@require_http_methods(["GET", "POST"])
@require_role("coordinator")
def page(request: HttpRequest) -> HttpResponse:
    """What holds now, what held before, and the form of a new rule."""
    actor = request.actor  # type: ignore[attr-defined]
    form = ReferralRuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        done = _("The rule is recorded; the price page says so.")
        if attempt(request, form, lambda: referral.record_decision(**values, actor=actor), done=done):
            return redirect("desk:referral")
    context = {
        "form": form,
        "words": referral.rule_words(),
        "barred": referral.fee_barred(),
        "prices": price_lines(),
        "decisions": list(ReferralDecision.objects.select_related("recorded_by")),
    }
    return render(request, "cases/desk/referral.html", context, status=422 if request.method == "POST" else 200)
