"""Addresses of the patient space, under /patient/."""

from django.urls import include, path

from cases.everyone.urls import case_routes
from cases.patient.views import acting, billing, choices, opinion, standing

app_name = "patient"
urlpatterns = [
    path("", standing.home, name="home"),
    path("<uuid:case_id>/", standing.case, name="case"),
    path("<uuid:case_id>/repondre/", acting.answer, name="answer"),
    path("<uuid:case_id>/completer/", acting.information, name="information"),
    path("<uuid:case_id>/ajouter/", acting.add, name="add"),
    path("<uuid:case_id>/documents/", standing.documents, name="documents"),
    path("<uuid:case_id>/reponses/", standing.answers, name="answers"),
    path("<uuid:case_id>/avis/avant/", opinion.before_opinion, name="before_opinion"),
    path("<uuid:case_id>/avis/", opinion.opinion, name="opinion"),
    path("<uuid:case_id>/appel/", opinion.ask_call, name="ask_call"),
    path("<uuid:case_id>/question-complementaire/", opinion.follow_up, name="follow_up"),
    path("<uuid:case_id>/retirer/", acting.withdraw, name="withdraw"),
    path("<uuid:case_id>/refuser-l-expert/", acting.object_to_expert, name="object_to_expert"),
    path("<uuid:case_id>/clore/", acting.close, name="close"),
    path("<uuid:case_id>/reglement/", billing.page, name="payment"),
    path("<uuid:case_id>/reglement/recus/<uuid:receipt_id>/", billing.receipt, name="receipt"),
    path("<uuid:case_id>/reprendre/", acting.resume, name="resume"),
    path("<uuid:case_id>/choix/", choices.choices, name="choices"),
    path("<uuid:case_id>/choix/reception/", choices.reception, name="reception"),
    path("<uuid:case_id>/choix/professionnel/", choices.block, name="block"),
    path("<uuid:case_id>/choix/renouveler/", choices.renew, name="renew_consent"),
    path("<uuid:case_id>/choix/<slug:purpose>/retirer/", choices.withdraw_consent, name="withdraw_consent"),
    path("<uuid:case_id>/choix/<slug:purpose>/accepter/", choices.give_consent, name="give_consent"),
    path("<uuid:case_id>/qui-a-vu/", standing.seen, name="seen"),
    path("<uuid:case_id>/", include(case_routes())),
    path("demarrer/", include("cases.patient.start.opening_urls")),
    path("<uuid:case_id>/preparer/", include("cases.patient.start.urls")),
]
