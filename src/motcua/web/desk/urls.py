"""Routes of the desk."""

from __future__ import annotations

from django.urls import path

from motcua.web.desk import absences, dossier, files, intake, lookups, register, worklist

urlpatterns = [
    path("", worklist.desk, name="desk"),
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
    path("intake/", intake.begin, name="desk-intake"),
    path("intake/<uuid:draft>/", intake.fill, name="desk-intake-fill"),
]
