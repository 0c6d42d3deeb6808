"""The same pages for each side, to include in its addresses: `path("<uuid:case_id>/", include(case_routes()))`."""

from django.urls import URLPattern, path

from cases import serving
from cases.everyone import views


def case_routes() -> list[URLPattern]:
    """Documents, their files and page images, messages with the service, alerts."""
    return [
        path("documents/<uuid:document_id>/", views.document, name="document"),
        path("documents/<uuid:document_id>/fichier/", serving.document_file, name="document_file"),
        path("documents/<uuid:document_id>/pages/<int:number>/", serving.document_page, name="document_page"),
        path("documents/<uuid:document_id>/autre-patient/", views.wrong_document, name="wrong_document"),
        path("messages/", views.messages_page, name="messages"),
        path("danger/", views.danger, name="danger"),
        path("incident/", views.incident, name="incident"),
        path("avis/<uuid:opinion_id>/fichier/", serving.opinion_file, name="opinion_file"),
        path("avis/<uuid:opinion_id>/annexe/", serving.opinion_annex, name="opinion_annex"),
    ]
