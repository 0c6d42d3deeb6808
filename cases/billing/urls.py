"""The space of a payer's manager, under /payeur/."""

from django.urls import path

from cases.billing import views

app_name = "payer"
urlpatterns = [
    path("", views.home, name="home"),
    path("bons/", views.make, name="make"),
    path("bons/<uuid:batch_id>/annuler/", views.void, name="void"),
    path("releves/<int:year>/<int:month>/", views.statement, name="statement"),
]
