"""Routes of the studio."""

from __future__ import annotations

from django.urls import path

from motcua.web.studio import processes, processes_moving, processes_publishing, processes_rows, views

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/<str:code>/", views.calendar, name="calendar"),
    path("processes/", processes.processes, name="processes"),
    path("processes/<str:key>/", processes.process_editor, name="process"),
    path("processes/<str:key>/rows/<str:row>/", processes_rows.process_row, name="process_row"),
    path("processes/<str:key>/publish/", processes_publishing.process_publish, name="process_publish"),
    path("processes/<str:key>/import/", processes_publishing.process_import, name="process_import"),
    path(
        "processes/<str:key>/export/<str:form>/", processes_publishing.process_export, name="process_export"
    ),
    path("processes/<str:key>/dossiers/", processes_moving.process_dossiers, name="process_dossiers"),
]
