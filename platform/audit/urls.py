"""Addresses of the data protection officer's journal, under `/dpo/`."""

from django.urls import path

from audit import views

app_name = "audit"
urlpatterns = [
    path("", views.journal, name="journal"),
    path("recherche/", views.search, name="search"),
    path("verification/", views.request_verification, name="verify"),
]
