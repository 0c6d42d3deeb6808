"""Addresses of a request being prepared, to include after its id. Numbers, not names: an address tells no disease."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from cases.patient.start.views import choices, documents, finish, letter, questions, tasks

View = Callable[..., Any]


def routes(wrap: Callable[[View], View] = lambda view: view) -> list[URLPattern]:
    """The pages, each view passed through `wrap` (a role that must be held, for instance)."""
    return [
        path("", wrap(tasks.prepare), name="prepare"),
        path("identite/", wrap(tasks.identity), name="prepare_identity"),
        path("questions/<int:number>/", wrap(questions.block), name="prepare_block"),
        path("questions/<int:number>/brouillon/", wrap(questions.autosave), name="prepare_autosave"),
        path("attention/", wrap(questions.warning), name="prepare_warning"),
        path("documents/", wrap(documents.documents), name="prepare_documents"),
        path("documents/complets/", wrap(documents.finish), name="prepare_documents_done"),
        path("documents/ajouter/", wrap(documents.add), name="prepare_document_add"),
        path("documents/ajouter/<int:number>/", wrap(documents.add), name="prepare_piece_add"),
        path("documents/<uuid:document_id>/modifier/", wrap(documents.describe), name="prepare_document_describe"),
        path("documents/<uuid:document_id>/retirer/", wrap(documents.remove), name="prepare_document_remove"),
        path("documents/manque/<int:number>/", wrap(documents.missing), name="prepare_piece_missing"),
        path("documents/manque/<int:number>/annuler/", wrap(documents.found), name="prepare_piece_found"),
        path("documents/lettre/", wrap(letter.letter), name="prepare_letter"),
        path("documents/lettre/<int:number>/", wrap(letter.letter), name="prepare_piece_letter"),
        path("debut/", wrap(choices.beginning), name="prepare_beginning"),
        path("mes-questions/", wrap(choices.questions), name="prepare_questions"),
        path("adressage/", wrap(choices.referral), name="prepare_referral"),
        path("expert/", wrap(choices.expert), name="prepare_expert"),
        path("medecin-traitant/", wrap(choices.doctor), name="prepare_doctor"),
        path("medecin-traitant/coordonnees/", wrap(choices.doctor_details), name="prepare_doctor_details"),
        path("medecin-traitant/refus/", wrap(choices.doctor_refusal), name="prepare_doctor_refusal"),
        path("reception/", wrap(choices.reception), name="prepare_reception"),
        path("reception/personne/", wrap(choices.companion), name="prepare_companion"),
        path("qui-paie/", wrap(choices.payer), name="prepare_payer"),
        path("relire/", wrap(finish.check), name="prepare_check"),
        path("relire/complet/", wrap(finish.complete), name="prepare_complete"),
        path("accords/", wrap(finish.consents), name="prepare_consents"),
        path("accords/revenir/", wrap(finish.revise), name="prepare_revise"),
        path("accords/refuser/", wrap(finish.refuse), name="prepare_refuse"),
        path("envoye/", wrap(finish.sent), name="prepare_sent"),
        path("detruire/", wrap(tasks.discard), name="prepare_discard"),
    ]


urlpatterns = routes()
