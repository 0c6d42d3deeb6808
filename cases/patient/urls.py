"""Addresses of the patient space, under /patient/."""

from django.urls import include, path

from cases.everyone.urls import case_routes
from cases.patient import views

app_name = "patient"
urlpatterns = [
    path("", views.home, name="home"),
    path("<uuid:case_id>/", views.case, name="case"),
    path("<uuid:case_id>/repondre/", views.answer, name="answer"),
    path("<uuid:case_id>/completer/", views.information, name="information"),
    path("<uuid:case_id>/ajouter/", views.add, name="add"),
    path("<uuid:case_id>/documents/", views.documents, name="documents"),
    path("<uuid:case_id>/reponses/", views.answers, name="answers"),
    path("<uuid:case_id>/avis/avant/", views.before_opinion, name="before_opinion"),
    path("<uuid:case_id>/avis/", views.opinion, name="opinion"),
    path("<uuid:case_id>/appel/", views.ask_call, name="ask_call"),
    path("<uuid:case_id>/question-complementaire/", views.follow_up, name="follow_up"),
    path("<uuid:case_id>/retirer/", views.withdraw, name="withdraw"),
    path("<uuid:case_id>/refuser-l-expert/", views.object_to_expert, name="object_to_expert"),
    path("<uuid:case_id>/clore/", views.close, name="close"),
    path("<uuid:case_id>/reprendre/", views.resume, name="resume"),
    path("<uuid:case_id>/choix/", views.choices, name="choices"),
    path("<uuid:case_id>/choix/reception/", views.reception, name="reception"),
    path("<uuid:case_id>/choix/professionnel/", views.block, name="block"),
    path("<uuid:case_id>/choix/<slug:purpose>/retirer/", views.withdraw_consent, name="withdraw_consent"),
    path("<uuid:case_id>/choix/<slug:purpose>/accepter/", views.give_consent, name="give_consent"),
    path("<uuid:case_id>/qui-a-vu/", views.seen, name="seen"),
    path("<uuid:case_id>/", include(case_routes())),
    path("demarrer/", include("cases.patient.start.opening_urls")),
    path("<uuid:case_id>/preparer/", include("cases.patient.start.urls")),
]
