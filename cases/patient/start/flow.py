"""Going on after a page: back to check-your-answers, or to the next thing to do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cases.models import Case
from cases.patient.start.pages import actor, is_checking
from cases.patient.start.preparation import Preparation
from cases.patient.start.spaces import space_of
from cases.patient.start.tasks import TaskList


def onward(request: HttpRequest, case: Case, name: str) -> HttpResponse:
    """Where a page leads once it is saved.

    Args:
        name: of the task just done, as `Task.name`.
    """
    space = space_of(request)
    if is_checking(request):
        return redirect(space.url("prepare_check", case.pk))
    fresh = Case.objects.select_related("patient", "pathology", "requested_expert__user").get(pk=case.pk)
    following = TaskList(Preparation(fresh), space, actor(request)).next_after(name)
    if following is None:
        return redirect(space.url("prepare", case.pk))
    return redirect(following.url)
