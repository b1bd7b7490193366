"""Who is signed in, for every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from motcua.identity.sessions import user_of


def signed_in(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """``request.user``, read when first asked for (``AuthenticationMiddleware``, with one statement for both rows)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: user_of(request))  # type: ignore[assignment]  # as Django itself does
        return get_response(request)

    return middleware
