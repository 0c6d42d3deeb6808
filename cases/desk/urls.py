"""Addresses of the desk space."""

from django.urls import URLPattern

app_name = "desk"
urlpatterns: list[URLPattern] = []
