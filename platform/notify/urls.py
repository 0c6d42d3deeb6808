"""Addresses of a person's notices, under `/compte/avis/`."""

from django.urls import path

from notify import views

app_name = "notify"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("lu/", views.read, name="read"),
]
