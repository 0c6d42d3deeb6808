"""Pages of the coordinator about public texts, under /bureau/textes/."""

from django.urls import path

from cms import desk_views as views

app_name = "pages_desk"
urlpatterns = [
    path("", views.drafts, name="drafts"),
    path("fiches/<uuid:expert_id>/<slug:language>/", views.profile, name="profile"),
    path("<uuid:page_key>/<slug:language>/", views.draft, name="draft"),
]
