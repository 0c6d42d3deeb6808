"""Pages of the expert about himself, under /expert/."""

from django.urls import path

from experts import views

app_name = "experts"
urlpatterns = [
    path("profil/", views.profile, name="profile"),
    path("absences/", views.absences, name="absences"),
    path("absences/<uuid:absence_id>/retirer/", views.remove_absence, name="remove_absence"),
]
