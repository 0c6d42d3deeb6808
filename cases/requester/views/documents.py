"""Documents of a request: the list; adding, describing and withdrawing are the pages of every request."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from accounts.access import while_checked
from cases.models import Case
from cases.models.states import State
from cases.patient.start.pages import actor
from cases.patient.start.preparation import Preparation
from cases.patient.start.views import documents as pages
from cases.policy import OPEN_FILE
from cases.requester.pages import draft_page, draw
from vault.scan import is_demo

add = while_checked(pages.add)
describe = while_checked(pages.describe)
remove = while_checked(pages.remove)


@require_GET
@draft_page("case.add_document", states=OPEN_FILE)
def documents(request: HttpRequest, case: Case) -> HttpResponse:
    """What is there, and how far each file's check is."""
    rows = [
        pages.document_row(document, mine=document.added_by_id == actor(request).id)
        for document in Preparation(case).documents
    ]
    request.shown["document"] = [row["document"].pk for row in rows]  # type: ignore[attr-defined]
    context = {"rows": rows, "is_draft": case.state == State.DRAFT, "demo_scanner": is_demo()}
    return draw(request, "documents.html", case, context)
