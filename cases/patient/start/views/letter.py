"""A ready letter to the hospital for a copy of one's own file (L.1111-7). Nothing typed for it is kept."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import Representation
from accounts.selectors import representation_for
from cases.models import Case
from cases.opinions.fonts import printable
from cases.opinions.render import print_letter
from cases.patient.start.forms import LetterForm
from cases.patient.start.pages import draw, prepare_page
from cases.patient.start.preparation import Preparation
from cases.policy import OPEN_FILE
from clock import now
from ui.dates import say_date


@require_http_methods(["GET", "POST"])
@prepare_page("case.add_document", states=OPEN_FILE)
def letter(request: HttpRequest, case: Case, number: int = 0) -> HttpResponse:
    """The letter as a PDF to print and sign. It says nothing of this service nor of a second opinion."""
    language = (get_language() or "fr")[:2]
    preparation = Preparation(case)
    piece = preparation.piece(number) if number else None
    wanted = [piece] if piece else preparation.pieces_open
    form = LetterForm(request.POST or None, initial={"pieces": "\n".join(one.label(language) for one in wanted)})
    if request.method == "POST" and form.is_valid():
        pdf = print_letter(render_to_string("cases/patient/start/letter_paper.html", _content(request, case, form)))
        answer = HttpResponse(pdf, content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{_("letter")}.pdf"'
        answer["Cache-Control"] = "no-store, private"
        return answer
    context = {"form": form, "piece": piece}
    return draw(request, "letter.html", case, context, status=422 if request.method == "POST" else 200)


def _content(request: HttpRequest, case: Case, form: LetterForm) -> dict[str, object]:
    patient, typed = case.patient, {name: printable(text)[0] for name, text in form.cleaned_data.items()}
    link = representation_for(request.user, patient)  # type: ignore[arg-type]
    writes_for = link is not None and link.kind in (Representation.Kind.PARENT, Representation.Kind.GUARDIAN)
    return {
        "typed": typed,
        "pieces": [line.strip(" -\t") for line in typed["pieces"].splitlines() if line.strip(" -\t")],
        "patient": patient,
        "writer": request.user.get_full_name() if writes_for else patient.full_name,  # type: ignore[union-attr]
        "writes_for": writes_for,
        "born": say_date(patient.birth_date, "full"),
        "today": say_date(now(), "full"),
        "language": (get_language() or "fr")[:2],
    }
