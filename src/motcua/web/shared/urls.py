"""Routes of the whole site that belong to no face."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from motcua.web.shared import views
from motcua.web.shared.style_page import style_page

urlpatterns = [
    path("language/", views.language, name="language"),
    path("help/", views.help_page, name="help"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("site-map/", views.site_map, name="site_map"),
    path("sitemap.xml", views.sitemap_xml, name="sitemap_xml"),
    path("robots.txt", views.robots, name="robots"),
]
if settings.DEMO:
    urlpatterns.append(path("style/", style_page, name="style"))
