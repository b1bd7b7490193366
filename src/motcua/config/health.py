"""Whether everything is ready: for people who run it, load balancers and the supervisor."""

from __future__ import annotations

from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from motcua.kernel.refusals import NotAllowed
from motcua.runtime.health import read_state


def healthz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers and every process of this installation is up; else 503 with what is missing."""
    state = read_state(settings.HEALTH_DIR)
    checks: dict[str, object] = {"database": _database()}
    ready = checks["database"] == "ok"
    if state:
        checks["processes"] = state.get("processes", {})
        ready = ready and bool(state.get("ready"))
    return JsonResponse({"status": "ok" if ready else "starting", **checks}, status=200 if ready else 503)


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when this process can serve: what a load balancer asks."""
    database = _database()
    return JsonResponse({"database": database}, status=200 if database == "ok" else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, to the machine itself only; a proxy must not pass this path on (docs/running.md)."""
    if (
        request.META.get("REMOTE_ADDR") not in {"127.0.0.1", "::1", ""}
        or "HTTP_X_FORWARDED_FOR" in request.META
    ):
        raise NotAllowed("page.unknown")
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return "unreachable"
    return "ok"
