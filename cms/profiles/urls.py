"""Pages of the expert about his public page, under /expert/."""

from django.urls import path

from cms.profiles import views

app_name = "profile"
urlpatterns = [
    path("fiche/", views.page, name="page"),
    path("fiche/ecrire/", views.write, name="write"),
    path("fiche/accord/", views.approve, name="approve"),
    path("fiche/retirer/", views.take_back, name="take_back"),
]
