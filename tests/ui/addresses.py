"""A small site for tests of the frame: the gallery, and named places the frame asks for."""

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


accounts = (
    [
        path("deconnexion/", answer, name="logout"),
        path("activite/", answer, name="keepalive"),
        path("connexion/", answer, name="login"),
    ],
    "accounts",
)
urlpatterns = i18n_patterns(
    path("", include("ui.urls")),
    path("", include(accounts)),
    path("patient/", answer, name="patient-home"),
    path("patient/documents/", answer, name="patient-documents"),
    path("mentions/", answer, name="legal"),
    prefix_default_language=False,
)
