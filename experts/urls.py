"""Pages of the expert about himself, under /expert/."""

from django.urls import path

from experts import views
from experts.conventions import views as conventions

app_name = "experts"
urlpatterns = [
    path("profil/", views.profile, name="profile"),
    path("convention/", conventions.convention, name="convention"),
    path("convention/<uuid:convention_id>/", conventions.own_copy, name="convention_copy"),
    path("capacite/", views.capacity, name="capacity"),
    path("absences/", views.absences, name="absences"),
    path("absences/<uuid:absence_id>/retirer/", views.remove_absence, name="remove_absence"),
]
