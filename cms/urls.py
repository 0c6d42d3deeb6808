"""Addresses of the public site that are no page of Wagtail."""

from django.urls import path

from cms import views

app_name = "cms"
urlpatterns = [
    path("recherche/", views.search, name="search"),
    path("questions/chercher/", views.questions, name="questions"),
    path("questions/utile/", views.useful, name="useful"),
]
