"""Requests by phone, under /bureau/telephone/: the nurse's own pages, and those of a request being prepared."""

from collections.abc import Callable
from typing import Any

from django.urls import include, path

from accounts.access import require_role
from cases import serving
from cases.patient.start.urls import routes
from cases.phone import views

_nurse: Callable[[Callable[..., Any]], Callable[..., Any]] = require_role("care_coordinator")

app_name = "phone"
urlpatterns = [
    path("", _nurse(views.home), name="home"),
    path("nouveau/", _nurse(views.new), name="new"),
    path("nouveau/patient/", _nurse(views.who), name="who"),
    path("<uuid:case_id>/confirmer/", _nurse(views.confirm), name="confirm"),
    path("<uuid:case_id>/accord/renouveler/", _nurse(views.renew), name="renew_consent"),
    path("<uuid:case_id>/confirmer/adresse/", _nurse(views.email), name="email"),
    path("<uuid:case_id>/documents/<uuid:document_id>/", _nurse(serving.document_file), name="document_file"),
    path("<uuid:case_id>/", include(routes(_nurse))),
]
