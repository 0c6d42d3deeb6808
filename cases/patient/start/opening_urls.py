"""Addresses between login and the draft, under /patient/demarrer/."""

from django.urls import path

from cases.patient.start.views import opening

urlpatterns = [
    path("", opening.begin, name="begin"),
    path("accord/", opening.agree, name="begin_agree"),
    path("rien-garder/", opening.give_up, name="begin_give_up"),
    path("identite/", opening.identity, name="begin_identity"),
]
