"""Addresses of the demonstration's mailbox; included in demo settings only."""

from django.urls import path

from notify import demo_views

app_name = "demo"
urlpatterns = [
    path("", demo_views.mailbox, name="mailbox"),
    path("<slug:token>/", demo_views.one, name="mail"),
]
