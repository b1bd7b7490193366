"""Who may open a staff page, and what its navigation leads to: for the desk, the board and the studio alike."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect

from motcua.kernel.actors import Actor, Role

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def acting(request: HttpRequest) -> Actor:
    """The officer of this request (``web.shared.middleware.actor``)."""
    found: Actor = request.actor  # type: ignore[attr-defined]  # put there by the middleware
    return found


def sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and back here. A POST comes back to the page it was sent from."""
    back = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"/sign-in/?next={quote(back)}")


def staff(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Only for holders of one of ``roles`` (any post when none is named); for others the page does not exist."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return sign_in(request)
            actor = acting(request)
            if actor.kind != "officer" or (roles and not actor.holds(*roles)):
                raise Http404
            response = view(request, *args, **kwargs)
            # What an officer sees is nobody else's, nor the next one's at the same machine.
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        guarded.staff_roles = roles  # type: ignore[attr-defined]  # read by the test that walks all routes
        return guarded

    return decorate


def places(actor: Actor) -> tuple[str, ...]:
    """What the navigation of an officer leads to besides the worklists."""
    found = []
    if actor.holds(Role.ONE_STOP):
        found += ["intake", "register"]
    if actor.holds(Role.HEAD):
        found += ["board", "lookups"]
    if actor.holds(Role.HEAD, Role.OPERATOR):
        found += ["studio", "processes", "forms"]
    if actor.holds(Role.FOCAL_POINT, Role.CIVIL_SERVANT, Role.HEAD):
        found.append("programme")
    return tuple(found)


def navigation(actor: Actor, here: str, *, unread: int | None = None) -> dict[str, Any]:
    """The ``staff`` value of a staff page: where we are (desk, notices, intake, register, board,
    studio, processes, forms, programme, lookups) and what else there is.

    ``unread``: notices not seen, where the page has asked for them anyway.
    """
    return {"here": here, "places": places(actor), "unread": unread or 0}
