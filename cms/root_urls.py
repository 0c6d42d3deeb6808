"""Addresses of the public site that have no language."""

from django.urls import path

from cms import crawlers

urlpatterns = [
    path("robots.txt", crawlers.robots, name="robots"),
    path("sitemap.xml", crawlers.sitemap, name="sitemap"),
    path(".well-known/security.txt", crawlers.security, name="security_txt"),
]
