"""Pages of the scientific committee, under /conseil/."""

from django.urls import path

from experts.joining import committee_views as views

app_name = "committee"
urlpatterns = [
    path("", views.home, name="home"),
    path("pratique/", views.practice, name="practice"),
    path("candidatures/<uuid:candidacy_id>/", views.candidacy, name="candidacy"),
    path("candidatures/<uuid:candidacy_id>/conflit/", views.conflict, name="conflict"),
]
