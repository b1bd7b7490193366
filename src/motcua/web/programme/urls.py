"""Routes of the programme."""

from __future__ import annotations

from django.urls import path

from motcua.web.programme import assessment, assigning, collections, lists, priority, rounds

urlpatterns = [
    path("", rounds.rounds, name="programme"),
    path("rounds/<int:pk>/", rounds.round_, name="programme-round"),
    path("rounds/<int:pk>/assign/", assigning.assign, name="programme-assign"),
    path("rounds/<int:pk>/priority/", priority.priority, name="programme-priority"),
    path("rounds/<int:pk>/list/", lists.service_list, name="programme-list"),
    path("rounds/<int:pk>/list/<slug:kind>/", lists.paper, name="programme-paper"),
    path("rounds/<int:pk>/<str:code>/", assessment.assessment, name="programme-assessment"),
    path("collections/", collections.collections, name="programme-collections"),
    path("collections/<slug:key>/", collections.board, name="programme-board"),
    path("collections/<slug:key>/consolidated/", collections.consolidated, name="programme-consolidated"),
]
