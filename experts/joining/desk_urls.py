"""Pages of the coordinator about candidacies, under /bureau/experts/candidatures/."""

from django.urls import path

from experts.joining import desk_views as views

app_name = "candidacies"
urlpatterns = [
    path("", views.list_page, name="list"),
    path("<uuid:candidacy_id>/", views.detail, name="detail"),
    path("<uuid:candidacy_id>/clore/", views.close, name="close"),
    path("<uuid:candidacy_id>/expliquer/", views.tell, name="tell"),
    path("<uuid:candidacy_id>/rouvrir/", views.reopen, name="reopen"),
]
