"""Addresses of the administrator's pages on background tasks, under `/technique/`."""

from django.urls import path

from jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.home, name="home"),
    path("taches/", views.job_list, name="list"),
    path("taches/<uuid:dead_id>/relancer/", views.retry, name="retry"),
    path("taches/<uuid:dead_id>/abandonner/", views.drop, name="drop"),
]
