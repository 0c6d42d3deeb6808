"""Pages of the expert about himself, under /expert/."""

from django.urls import path

from experts import views
from experts.conventions import views as conventions
from experts.own_questions import views as own

app_name = "experts"
urlpatterns = [
    path("profil/", views.profile, name="profile"),
    path("convention/", conventions.convention, name="convention"),
    path("convention/<uuid:convention_id>/", conventions.own_copy, name="convention_copy"),
    path("mes-questions/", own.list_page, name="own_list"),
    path("mes-questions/<uuid:pathology_id>/", own.page, name="own"),
    path("mes-questions/<uuid:pathology_id>/apercu/", own.preview, name="own_preview"),
    path("mes-questions/<uuid:pathology_id>/ajouter/<slug:kind>/", own.add, name="own_add"),
    path("mes-questions/<uuid:pathology_id>/<uuid:item_id>/", own.change, name="own_change"),
    path("mes-questions/<uuid:pathology_id>/<uuid:item_id>/deplacer/", own.move, name="own_move"),
    path("mes-questions/<uuid:pathology_id>/<uuid:item_id>/retirer/", own.remove, name="own_remove"),
    path("capacite/", views.capacity, name="capacity"),
    path("absences/", views.absences, name="absences"),
    path("absences/<uuid:absence_id>/retirer/", views.remove_absence, name="remove_absence"),
]
