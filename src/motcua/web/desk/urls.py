"""Routes of the desk."""

from __future__ import annotations

from django.urls import path

from motcua.web.desk import (
    absences,
    beside,
    bulk,
    dossier,
    exporting,
    files,
    labelling,
    lookups,
    register,
    telling,
    views,
    worklist,
)
from motcua.web.desk.intake import beginning, filling

urlpatterns = [
    path("", worklist.desk, name="desk"),
    path("search/", worklist.search, name="desk-search"),
    path("filters/", worklist.filters, name="desk-filters"),
    path("columns/", views.columns, name="desk-columns"),
    path("views/", views.views, name="desk-views"),
    path("views/<uuid:key>/", views.view, name="desk-view"),
    path("labels/", labelling.labels, name="desk-labels"),
    path("notices/", telling.notices, name="desk-notices"),
    path("settings/", telling.settings, name="desk-settings"),
    path("bulk/", bulk.bulk, name="desk-bulk"),
    path("bulk/<uuid:key>/", bulk.bulk_run, name="desk-bulk-run"),
    path("exports/", exporting.exports, name="desk-exports"),
    path("exports/<uuid:key>/", exporting.export, name="desk-export"),
    path("exports/<uuid:key>/file/", exporting.export_file, name="desk-export-file"),
    path("dossiers/<str:code>/", dossier.dossier_page, name="desk-dossier"),
    path("dossiers/<str:code>/papers/<int:number>/", files.paper, name="desk-paper"),
    path("dossiers/<str:code>/slips/<int:number>/", files.slip, name="desk-slip"),
    path("dossiers/<str:code>/result.pdf", files.result, name="desk-result"),
    path("dossiers/<str:code>/preview/", files.preview, name="desk-preview"),
    path("register/", register.book, name="desk-register"),
    path("register/so-theo-doi.csv", register.as_csv, name="desk-register-csv"),
    path("register/so-theo-doi.xlsx", register.as_xlsx, name="desk-register-xlsx"),
    path("register/print/", register.order, name="desk-register-order"),
    path("register/prints/<int:number>/", register.ordered, name="desk-register-print"),
    path("register/prints/<int:number>/so-theo-doi.pdf", register.printed, name="desk-register-book"),
    path("absences/", absences.away, name="desk-absences"),
    path("lookups/", lookups.lookups, name="desk-lookups"),
    path("dossiers/<str:code>/notes/", beside.note, name="desk-note"),
    path("dossiers/<str:code>/letters/", beside.letter, name="desk-letter"),
    path("dossiers/<str:code>/letters/<int:number>/", beside.letter_file, name="desk-letter-file"),
    path("dossiers/<str:code>/labels/", beside.labels, name="desk-label"),
    path("dossiers/<str:code>/follow/", beside.follow, name="desk-follow"),
    path("intake/", beginning.begin, name="desk-intake"),
    path("intake/<uuid:draft>/", filling.fill, name="desk-intake-fill"),
]
