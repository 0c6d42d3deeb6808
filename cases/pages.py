"""What every page of a case does: find the case, decide, answer, and journal the reading."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import Rights, require, rights_of, visible_to
from accounts.selectors import actor_for_patient
from audit import Actor, record, record_read
from cases.models import Case
from cases.services.locking import subjects
from errors import DomainError, Invalid, Missing, NotAllowed

#: Why the coordination reads an ended case (the task at hand, in one click).
MOTIVES = {
    "patient_call": gettext_lazy("the patient called about it"),
    "rights_request": gettext_lazy("a request about the patient's rights"),
    "complaint": gettext_lazy("a complaint or an incident"),
    "quality": gettext_lazy("a quality review"),
}
_MOTIVES_KEY = "reading_motives"
_PATIENT_ROLES = frozenset({"patient", "representative", "helper"})

CaseView = Callable[..., HttpResponseBase]


def actor_of(request: HttpRequest, case: Case | None = None) -> Actor:
    """Who asks; on the patient's pages as patient, representative or helper of this very case."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if case is None or actor.role not in _PATIENT_ROLES:
        return actor
    user: Any = request.user
    return actor_for_patient(actor, user, case.patient) or actor


def find_case(request: HttpRequest, case_id: UUID, *, select: tuple[str, ...] = ()) -> Case:
    """The case, if it is in the actor's lists; a hidden one and an unknown one look the same, in the journal too.

    Raises:
        Missing: it is not.
    """
    related = ("patient", "pathology", "assigned_expert__user", "coordinator", "requester", "content_key", *select)
    rows = Case.objects.filter(visible_to(request.actor, "case"), content_key__destroyed_at__isnull=True)  # type: ignore[attr-defined]
    # Without `first` or `get`: an order or a limit makes the database plan these joins for longer than it reads them.
    for case in rows.filter(pk=case_id).select_related(*related):
        return case
    with transaction.atomic():
        record("access.refused", actor=request.actor, detail={"asked": str(case_id)}, outcome="refused")  # type: ignore[attr-defined]
    raise Missing(_("This case does not exist, or is not yours to see."))


def case_page(action: str, *, event: str = "case.page_read") -> Callable[[CaseView], CaseView]:
    """Turn `view(request, case, …)` into a page of a case.

    The view gets the case once the actor may do `action`. When it answers a GET with a page, one event says what was
    shown; the view adds subjects with `request.shown["document"] = [ids]`. Asking again for each part of the page goes
    through `rights_on(request)`. Whatever refuses, the page or what it calls, one event says so.

    Args:
        action: of the table of rights.
        event: journal name of the reading.
    """

    def decorate(view: CaseView) -> CaseView:
        @wraps(view)
        def answered(request: HttpRequest, case_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            case = find_case(request, case_id)
            actor = actor_of(request, case)
            request.actor = actor  # type: ignore[attr-defined]
            motive = request.session.get(_MOTIVES_KEY, {}).get(str(case.pk), "")
            rights = rights_of(actor, case)
            decision = rights.to(action, motive=motive)
            if decision.reason == "motive":
                return _ask_motive(request, case)
            if not decision.allowed:
                _record_refused(case, actor, action)
                if decision.status == 404:
                    raise Missing(decision.message)
                raise NotAllowed(decision.message)
            request.shown = {}  # type: ignore[attr-defined]
            request.case = case  # type: ignore[attr-defined]
            request.rights = rights  # type: ignore[attr-defined]
            try:
                response = view(request, case, *args, **kwargs)
            except NotAllowed as error:
                if not error.journaled:
                    _record_refused(case, actor, action)
                raise
            if request.method == "GET" and response.status_code == 200:
                _record_reading(request, case, actor, event, motive)
            return response

        return answered

    return decorate


def rights_on(request: HttpRequest) -> Rights:
    """What the reader may do to the case of this page, as read when the page was asked for."""
    rights: Rights = request.rights  # type: ignore[attr-defined]
    return rights


def _record_reading(request: HttpRequest, case: Case, actor: Actor, event: str, motive: str) -> None:
    shown: dict[str, list[UUID]] = request.shown  # type: ignore[attr-defined]
    name = request.resolver_match.view_name if request.resolver_match else ""
    detail: dict[str, str | int | bool | list[str]] = {"page": name}
    if motive:
        detail["motive"] = motive
    with transaction.atomic():
        record_read(
            event,
            actor=actor,
            case_id=case.pk,
            subjects=subjects(case, **shown),
            detail=detail,
            request_key=uuid.uuid4().hex,
        )


def _record_refused(case: Case, actor: Actor, action: str) -> None:
    with transaction.atomic():
        record("access.refused", actor=actor, case_id=case.pk, detail={"action": action}, outcome="refused")


def require_on_page(request: HttpRequest, case: Case, action: str, target: Any = None, *, motive: str = "") -> None:
    """Decide once more on a page that is already open; a refusal is journaled, once, like that of the page itself.

    Args:
        target: what the action is about, when it is not the case: a document of it.
        motive: why an ended case is read.

    Raises:
        Missing, NotAllowed: as `access.require`.
    """
    actor = actor_of(request, case)
    try:
        require(actor, action, case if target is None else target, motive=motive)
    except (Missing, NotAllowed) as error:
        _record_refused(case, actor, action)
        error.journaled = True
        raise


def _ask_motive(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask why an ended case is read, before anything of it is shown."""
    context = {"case": case, "motives": MOTIVES, "next": request.path, "missing": False}
    return render(request, "cases/motive.html", context)


def keep_motive(request: HttpRequest, case: Case, motive: str) -> None:
    """Keep the reading motive for this case until the session ends, and journal it."""
    with transaction.atomic():
        record(
            "case.motive_given",
            actor=request.actor,  # type: ignore[attr-defined]
            case_id=case.pk,
            subjects=subjects(case),
            detail={"motive": motive},
        )
    request.session[_MOTIVES_KEY] = {**request.session.get(_MOTIVES_KEY, {}), str(case.pk): motive}


def attempt(request: HttpRequest, form: BaseForm | None, act: Callable[[], Any], *, done: str = "") -> bool:
    """Do what a form asked; a refusal is shown at its field or above the form, and nothing entered is lost.

    Args:
        form: where messages go; None shows them above the page.
        act: the service call.
        done: what to say when it worked.

    Returns:
        Whether it worked.

    Raises:
        Missing, NotAllowed: shown as pages of their own.
    """
    try:
        act()
    except (Missing, NotAllowed):
        raise
    except DomainError as error:
        _show(request, form, error)
        return False
    if done:
        messages.success(request, done)
    return True


def _show(request: HttpRequest, form: BaseForm | None, error: DomainError) -> None:
    words = f"{error.message} {error.next_step}".strip()
    if form is None:
        messages.error(request, words)
        return
    placed = False
    if isinstance(error, Invalid):
        for name, text in error.fields.items():
            if name in form.fields:
                form.add_error(name, str(text))
                placed = True
    if not placed:
        form.add_error(None, words)
