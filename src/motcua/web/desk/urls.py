"""Routes of the desk."""

from __future__ import annotations

from django.urls import path

from motcua.web.desk import dossier, files, intake, worklist

urlpatterns = [
    path("", worklist.desk, name="desk"),
    path("dossiers/<str:code>/", dossier.dossier_page, name="desk-dossier"),
    path("dossiers/<str:code>/papers/<int:number>/", files.paper, name="desk-paper"),
    path("dossiers/<str:code>/slips/<int:number>/", files.slip, name="desk-slip"),
    path("dossiers/<str:code>/result.pdf", files.result, name="desk-result"),
    path("dossiers/<str:code>/preview/", files.preview, name="desk-preview"),
    path("intake/", intake.begin, name="desk-intake"),
    path("intake/<uuid:draft>/", intake.fill, name="desk-intake-fill"),
]
