"""«Devenir expert», and a candidate's own pages, under /devenir-expert/."""

from django.urls import path

from experts.joining import views

app_name = "joining"
urlpatterns = [
    path("", views.start, name="start"),
    path("candidature/", views.candidacy, name="candidacy"),
    path("candidature/ecrire/", views.write, name="write"),
    path("candidature/envoyer/", views.send, name="send"),
    path("candidature/retirer/", views.withdraw, name="withdraw"),
    path("candidature/repondre/", views.answer, name="answer"),
]
