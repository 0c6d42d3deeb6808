"""Pages of the coordinator about experts, under /bureau/experts/."""

from django.urls import path

from experts import desk_views as views
from experts.conventions import views as conventions
from experts.own_questions import desk_views as own

app_name = "experts_desk"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("ajouter/", views.add, name="add"),
    path("<uuid:expert_id>/", views.detail, name="detail"),
    path("<uuid:expert_id>/exercice/", views.practice, name="practice"),
    path("<uuid:expert_id>/statut/", views.status, name="status"),
    path("<uuid:expert_id>/inscription/", views.record_piece, {"piece": "registration"}, name="registration"),
    path("<uuid:expert_id>/inscription/annuaire/", views.ask_directory, name="ask_directory"),
    path("<uuid:expert_id>/assurance/", views.record_piece, {"piece": "insurance"}, name="insurance"),
    path("<uuid:expert_id>/convention/", views.record_piece, {"piece": "convention"}, name="convention"),
    path("<uuid:expert_id>/interets/", views.record_piece, {"piece": "interests"}, name="interests"),
    path("<uuid:expert_id>/conseil/", views.record_piece, {"piece": "committee"}, name="committee"),
    path("<uuid:expert_id>/convention/<uuid:convention_id>/ordre/", views.sent_to_order, name="sent_to_order"),
    path("<uuid:expert_id>/convention/<uuid:convention_id>/", conventions.copy, name="convention_copy"),
    path("<uuid:expert_id>/convention/<uuid:convention_id>/signer/", conventions.sign, name="sign_convention"),
    path("<uuid:expert_id>/questions/", own.questions, name="questions"),
    path("<uuid:expert_id>/questions/<uuid:item_id>/retirer/", own.retire, name="retire_question"),
    path("<uuid:expert_id>/absences/", views.absences, name="absences"),
    path("<uuid:expert_id>/absences/<uuid:absence_id>/retirer/", views.remove_absence, name="remove_absence"),
]
