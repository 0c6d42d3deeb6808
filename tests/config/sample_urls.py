"""Pages that fail in every way, for the tests of what a person sees then."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST
from django.views.generic import View

from accounts.access import public
from errors import Conflict, Invalid, Missing, NotAllowed, TooMany

handler400 = "config.pages.bad_request"
handler403 = "config.pages.permission_denied"
handler404 = "config.pages.page_not_found"
handler500 = "config.pages.server_error"

FAILURES = {
    "refused": lambda: NotAllowed("You are not this patient's doctor.", "Ask the coordinator."),
    "missing": lambda: Missing("There is no such case."),
    "conflict": lambda: Conflict("The case has moved on."),
    "invalid": lambda: Invalid("The date lies in the future."),
    "many": lambda: TooMany("Too many tries.", retry_after=90),
    "django403": PermissionDenied,
    "django404": Http404,
    "django400": SuspiciousOperation,
    "crash": lambda: RuntimeError("crash about Mme Exemple"),
}


@public
def fail(request: HttpRequest, how: str) -> HttpResponse:
    diagnosis = "carcinome lobulaire"
    if how == "ok":
        return HttpResponse(f"ok {len(diagnosis)}")
    if how == "session":
        request.session["x"] = 1
        return HttpResponse("ok")
    raise FAILURES[how]()


@public
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("text", ""))


class Only(View):
    """Answers GET alone."""

    public = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")


urlpatterns = [
    path("fail/<str:how>/", fail),
    path("send/", send),
    path("only/", public(Only.as_view())),
    path("cms/fail/<str:how>/", fail),
]
