"""WSGI entry point, served by granian."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import get_resolver

from motcua.kernel.frames import with_room

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "motcua.config.settings")

_django = get_wsgi_application()
# Every view is imported now: a second and a half that the first person to come would wait for.
_ = get_resolver().url_patterns
# What was loaded stays for good, and is no longer looked through for garbage: 0.2 s each time, in the middle of a page.
gc.collect()
gc.freeze()


@with_room
def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """A page as a list: granian sends that in one piece, and whatever has to be asked for its next chunk through a channel."""
    response = _django(environ, start_response)
    if not isinstance(response, HttpResponse):
        return response
    try:
        return [response.content]
    finally:
        response.close()
