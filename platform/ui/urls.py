"""Addresses of the interface itself: the gallery, in demo settings only."""

from django.urls import path

from ui.gallery import gallery

app_name = "ui"
urlpatterns = [
    path("demo/composants/", gallery, name="gallery"),
    path("demo/composants/<slug:name>/", gallery, name="sample"),
]
