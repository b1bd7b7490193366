"""Routes of the board."""

from __future__ import annotations

from django.urls import path

from motcua.web.board import views

urlpatterns = [
    path("", views.board, name="board"),
    path("dossiers/", views.dossiers, name="board_dossiers"),
]
