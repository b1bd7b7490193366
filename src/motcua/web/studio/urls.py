"""Routes of the studio."""

from __future__ import annotations

from django.urls import path

from motcua.web.studio import views

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/<str:code>/", views.calendar, name="calendar"),
]
