"""The administrator's pages: how the queue is doing, and what to do about tasks that failed for good."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from audit import Actor, record_read, request_key
from audit.requests import acting_as
from errors import Missing
from jobs.models import DeadJob
from jobs.selectors import dead_jobs, decided_jobs, health
from jobs.services import drop_dead_job, retry_dead_job

PAGE = 25
_ROLE = "administrator"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the space leads to the tasks."""
    acting_as(request, _ROLE)
    return redirect("jobs:list")


@require_GET
def job_list(request: HttpRequest) -> HttpResponse:
    """Tasks that failed for good, or with `?decided=1` those somebody has decided about."""
    actor = acting_as(request, _ROLE)
    decided = request.GET.get("decided") == "1"
    page = Paginator(decided_jobs() if decided else dead_jobs(), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    record_read(
        "job.list_read",
        actor=actor,
        subjects={"job": [dead.task_id for dead in rows]},
        request_key=request_key(request),
    )
    state = health()
    return render(
        request,
        "jobs/list.html",
        {"rows": rows, "page_obj": page, "decided": decided, "health": state},
    )


@require_http_methods(["GET", "POST"])
def retry(request: HttpRequest, dead_id: UUID) -> HttpResponse:
    """Ask, then put a failed task back in the queue."""
    return _decide(request, dead_id, "jobs/retry.html", retry_dead_job, _("The task is in the queue again."))


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, dead_id: UUID) -> HttpResponse:
    """Ask, then give a failed task up."""
    return _decide(request, dead_id, "jobs/drop.html", drop_dead_job, _("The task was dropped."))


def _decide(
    request: HttpRequest, dead_id: UUID, template: str, decide: Callable[..., DeadJob], done: str
) -> HttpResponse:
    actor: Actor = acting_as(request, _ROLE)
    if request.method == "POST":
        decide(dead_id, actor=actor)
        messages.success(request, done)
        return redirect("jobs:list")
    dead = dead_jobs().filter(id=dead_id).first()
    if dead is None:
        raise Missing(_("This task is not waiting for a decision."), _("Go back to the list."))
    return render(request, template, {"dead": dead})
