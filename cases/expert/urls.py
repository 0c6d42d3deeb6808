"""Addresses of the expert space."""

from django.urls import URLPattern

app_name = "expert"
urlpatterns: list[URLPattern] = []
