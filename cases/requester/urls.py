"""Addresses of the requesting professional's space, under /requerant/."""

from django.urls import include, path

from cases.everyone.urls import case_routes
from cases.everyone.views import colleague_messages
from cases.requester.views import case, consent, documents, prepare, report

app_name = "requester"
urlpatterns = [
    path("", prepare.home, name="home"),
    path("nouvelle/", prepare.new, name="new"),
    # A request being prepared.
    path("<uuid:case_id>/preparer/", prepare.question, name="prepare"),
    path("<uuid:case_id>/preparer/dossier/", prepare.file, name="prepare_file"),
    path("<uuid:case_id>/preparer/documents/", documents.documents, name="prepare_documents"),
    path("<uuid:case_id>/preparer/documents/ajouter/", documents.add, name="prepare_document_add"),
    path(
        "<uuid:case_id>/preparer/documents/<uuid:document_id>/modifier/",
        documents.describe,
        name="prepare_document_describe",
    ),
    path(
        "<uuid:case_id>/preparer/documents/<uuid:document_id>/retirer/",
        documents.remove,
        name="prepare_document_remove",
    ),
    path("<uuid:case_id>/preparer/relire/", prepare.check, name="prepare_check"),
    path("<uuid:case_id>/preparer/detruire/", prepare.discard, name="prepare_discard"),
    # The patient's agreement, and telling her.
    path("<uuid:case_id>/accord/", consent.consent, name="consent"),
    path("<uuid:case_id>/accord/attester/", consent.attest, name="attest"),
    path("<uuid:case_id>/accord/demander/", consent.ask, name="ask"),
    path("<uuid:case_id>/accord/renouveler/", consent.renew, name="renew_consent"),
    path("<uuid:case_id>/accord/texte/", consent.handout, name="handout"),
    path("<uuid:case_id>/accord/revenir/", consent.revise, name="revise"),
    path("<uuid:case_id>/patient/", consent.reach, name="reach"),
    path("<uuid:case_id>/patient/lettre/", consent.letter, name="letter"),
    # Afterwards.
    path("<uuid:case_id>/", case.case, name="case"),
    path("<uuid:case_id>/demande/", case.content, name="content"),
    path("<uuid:case_id>/demande/completer/", case.add, name="add"),
    path("<uuid:case_id>/repondre/", case.answer, name="answer"),
    path("<uuid:case_id>/completer/", case.information, name="information"),
    path("<uuid:case_id>/expert/messages/", colleague_messages, name="expert_messages"),
    path("<uuid:case_id>/annuler/", case.withdraw, name="withdraw"),
    path("<uuid:case_id>/clore/", case.close, name="close"),
    path("<uuid:case_id>/reprendre/", case.resume, name="resume"),
    path("<uuid:case_id>/compte-rendu/", report.report, name="report"),
    path("<uuid:case_id>/compte-rendu/accuse/", report.acknowledge, name="acknowledge"),
    path("<uuid:case_id>/compte-rendu/patient-informe/", report.told, name="told"),
    path("<uuid:case_id>/compte-rendu/question/", report.follow_up, name="follow_up"),
    path("<uuid:case_id>/", include(case_routes())),
]
