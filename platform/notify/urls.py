"""Addresses of a person's notices, and of what our mail looks like, under `/compte/avis/`."""

from django.urls import path

from notify import views

app_name = "notify"
urlpatterns = [
    path("", views.notices, name="notices"),
    path("lu/", views.read, name="read"),
    path("reconnaitre/", views.recognise, name="recognise"),
]
