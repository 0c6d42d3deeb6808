"""Addresses of the verification, under /verifier/."""

from django.urls import path

from cases.verify import views

app_name = "verify"
urlpatterns = [
    path("", views.start, name="start"),
    path("code/", views.by_code, name="code"),
    path("fichier/", views.by_file, name="file"),
    path("autorite.pem", views.authority, name="authority"),
]
