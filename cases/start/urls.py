"""Addresses of the public way to a request."""

from django.urls import path

from cases.start import views

app_name = "start"
urlpatterns = [
    path("", views.begin, name="begin"),
    path("urgence/", views.step, {"name": "emergency"}, name="emergency"),
    path("diagnostic/", views.step, {"name": "diagnosis"}, name="diagnosis"),
    path("pour-qui/", views.step, {"name": "whom"}, name="whom"),
    path("date/", views.step, {"name": "date"}, name="date"),
    path("besoins/", views.step, {"name": "needs"}, name="needs"),
    path("maladie/", views.step, {"name": "disease"}, name="disease"),
]
