"""Addresses of the desk, under /bureau/."""

from django.urls import include, path

from cases.desk.views import billing, case, confirm, copies, corrections, lists, payers, referral, work
from cases.everyone.urls import case_routes
from cases.everyone.views import desk_expert_messages

app_name = "desk"
urlpatterns = [
    path("", lists.home, name="home"),
    path("recherche/", lists.search, name="search"),
    path("appels/", lists.calls, name="calls"),
    path("alertes/", lists.alerts, name="alerts"),
    path("adressage/", referral.page, name="referral"),
    path("payeurs/", payers.home, name="payers"),
    path("payeurs/<uuid:payer_id>/", payers.page, name="payer"),
    path("payeurs/<uuid:payer_id>/bons/", payers.make, name="make_vouchers"),
    path("payeurs/<uuid:payer_id>/bons/<uuid:batch_id>/annuler/", payers.void, name="void_vouchers"),
    path("payeurs/<uuid:payer_id>/releves/<int:year>/<int:month>/", payers.statement, name="statement"),
    path("payeurs/<uuid:payer_id>/gestionnaires/", payers.add_manager, name="add_manager"),
    path("payeurs/<uuid:payer_id>/gestionnaires/<uuid:manager_id>/retirer/", payers.end_manager, name="end_manager"),
    path("dossiers/<uuid:case_id>/", case.page, name="case"),
    path("dossiers/<uuid:case_id>/motif/", case.motive, name="motive"),
    path("dossiers/<uuid:case_id>/reponses/", case.answers, name="answers"),
    path("dossiers/<uuid:case_id>/historique/", case.history, name="history"),
    path("dossiers/<uuid:case_id>/avis/", case.opinion, name="opinion"),
    path("dossiers/<uuid:case_id>/medecin-traitant/", copies.page, name="copies"),
    path("dossiers/<uuid:case_id>/medecin-traitant/lettre/", copies.letter, name="copy_letter"),
    path("dossiers/<uuid:case_id>/correction/", corrections.ask, name="ask_correction"),
    path("dossiers/<uuid:case_id>/correction/clore/", corrections.end, name="end_correction"),
    path("dossiers/<uuid:case_id>/expert/messages/", desk_expert_messages, name="expert_messages"),
    path("dossiers/<uuid:case_id>/expert/", case.experts, name="experts"),
    path("dossiers/<uuid:case_id>/expert/<uuid:expert_id>/proposer/", confirm.propose, name="propose"),
    path("dossiers/<uuid:case_id>/liste/", work.checklist, name="checklist"),
    path("dossiers/<uuid:case_id>/identite/", work.identity, name="identity"),
    path("dossiers/<uuid:case_id>/reglement/", billing.page, name="payment"),
    path("dossiers/<uuid:case_id>/reglement/prix/", billing.price, name="price"),
    path("dossiers/<uuid:case_id>/reglement/recus/<uuid:receipt_id>/", billing.receipt, name="receipt"),
    path("dossiers/<uuid:case_id>/reglement/recus/<uuid:receipt_id>/avoir/", billing.refund, name="refund"),
    path("dossiers/<uuid:case_id>/responsable/", work.owner, name="owner"),
    path("dossiers/<uuid:case_id>/notes/", work.note, name="note"),
    path("dossiers/<uuid:case_id>/appels/", work.add_call, name="add_call"),
    path("dossiers/<uuid:case_id>/appels/<uuid:task_id>/", work.close_call, name="close_call"),
    path("dossiers/<uuid:case_id>/alertes/<uuid:alert_id>/prendre/", work.take_alert, name="take_alert"),
    path("dossiers/<uuid:case_id>/alertes/<uuid:alert_id>/clore/", work.close_alert, name="close_alert"),
    path("dossiers/<uuid:case_id>/arret/abandonner/", work.drop_stop, name="drop_stop"),
    path("dossiers/<uuid:case_id>/outrepasser/", confirm.override, name="override"),
    path("dossiers/<uuid:case_id>/outrepasser/code/", confirm.override_code, name="override_code"),
    path("dossiers/<uuid:case_id>/faire/<slug:name>/", confirm.move, name="move"),
    path("dossiers/<uuid:case_id>/", include(case_routes())),
]
