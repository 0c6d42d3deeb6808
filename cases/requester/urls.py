"""Addresses of the requester space."""

from django.urls import URLPattern

app_name = "requester"
urlpatterns: list[URLPattern] = []
