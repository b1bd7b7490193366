"""The site map. Each face brings its own; nothing is routed twice."""

from __future__ import annotations

from django.urls import include, path

from motcua.config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("", include("motcua.web.shared.urls")),
    path("", include("motcua.identity.urls")),
    path("", include("motcua.web.portal.urls")),
    path("desk/", include("motcua.web.desk.urls")),
    path("studio/", include("motcua.web.studio.urls")),
    path("board/", include("motcua.web.board.urls")),
    path("programme/", include("motcua.web.programme.urls")),
    path("api/v1/", include("motcua.api.urls")),
]

handler400 = "motcua.web.shared.errors.bad_request"
handler403 = "motcua.web.shared.errors.forbidden"
handler404 = "motcua.web.shared.errors.not_found"
handler500 = "motcua.web.shared.errors.server_error"
