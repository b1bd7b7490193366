"""Routes of the studio."""

from __future__ import annotations

from django.urls import path

from motcua.web.studio import views
from motcua.web.studio.forms import (
    editor,
    fields,
    files,
    library,
    listing,
    publishing,
    rules,
    sections,
    trying,
)
from motcua.web.studio.processes import editor as process
from motcua.web.studio.processes import listing as processes
from motcua.web.studio.processes import moving as process_moving
from motcua.web.studio.processes import publishing as process_publishing
from motcua.web.studio.processes import rows as process_rows

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/<str:code>/", views.calendar, name="calendar"),
    path("processes/", processes.processes, name="processes"),
    path("processes/<str:key>/", process.process_editor, name="process"),
    path("processes/<str:key>/rows/<str:row>/", process_rows.process_row, name="process_row"),
    path("processes/<str:key>/publish/", process_publishing.process_publish, name="process_publish"),
    path("processes/<str:key>/import/", process_publishing.process_import, name="process_import"),
    path("processes/<str:key>/export/<str:form>/", process_publishing.process_export, name="process_export"),
    path("processes/<str:key>/dossiers/", process_moving.process_dossiers, name="process_dossiers"),
    path("forms/", listing.forms, name="forms"),
    path("forms/library/", library.form_library, name="form_library"),
    path("forms/library/<str:block>/", library.form_block, name="form_block"),
    path("forms/<str:key>/", editor.form_editor, name="form"),
    path("forms/<str:key>/fields/<str:path>/", fields.form_field, name="form_field"),
    path("forms/<str:key>/fields/<str:path>/preview/", fields.form_field_preview, name="form_field_preview"),
    path("forms/<str:key>/sections/<str:section>/", sections.form_section, name="form_section"),
    path("forms/<str:key>/rules/<str:kind>/<str:place>/", rules.form_rule, name="form_rule"),
    path("forms/<str:key>/fee/", rules.form_fee, name="form_fee"),
    path("forms/<str:key>/preview/", trying.form_preview, name="form_preview"),
    path("forms/<str:key>/trial/", trying.form_trial, name="form_trial"),
    path("forms/<str:key>/compare/", publishing.form_compare, name="form_compare"),
    path("forms/<str:key>/publish/", publishing.form_publish, name="form_publish"),
    path("forms/<str:key>/import/", files.form_import, name="form_import"),
    path("forms/<str:key>/export/<str:form>/", files.form_export, name="form_export"),
]
