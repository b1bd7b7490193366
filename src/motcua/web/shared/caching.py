"""Public pages kept per process, so that a visitor without a session costs neither a query nor a template.

A page is kept by its address, its language and the catalogue's stamp, for a minute at most (usual times and
statistics move without the stamp). Whoever carries a session cookie gets a page of their own. ``Vary: Cookie``
keeps proxies from mixing the two up; the ETag answers 304.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from motcua.catalogue import queries

View = Callable[..., HttpResponse]

SECONDS: Final = 60.0
#: All pages of a process together; the list of every service alone is half a megabyte.
MAX_BYTES: Final = 48 * 1024 * 1024
#: A longer address is somebody filling the memory, not a page anybody links to.
MAX_ADDRESS: Final = 300


@dataclass(frozen=True, slots=True)
class Page:
    """A rendered page, and until when (monotonic seconds) it is shown."""

    body: bytes
    etag: str
    content_type: str
    stamp: int
    until: float


class Pages:
    """The kept pages of this process, the least recently shown leave first."""

    def __init__(self) -> None:
        self._pages: OrderedDict[tuple[str, str], Page] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: tuple[str, str], stamp: int) -> Page | None:
        page = self._pages.get(key)
        if page is None or page.stamp != stamp or page.until < time.monotonic():
            return None
        with self._lock:
            if key in self._pages:
                self._pages.move_to_end(key)
        return page

    def put(self, key: tuple[str, str], page: Page) -> None:
        with self._lock:
            before = self._pages.pop(key, None)
            self._size += len(page.body) - (len(before.body) if before else 0)
            self._pages[key] = page
            while self._size > MAX_BYTES:
                _, gone = self._pages.popitem(last=False)
                self._size -= len(gone.body)

    def forget(self) -> None:
        with self._lock:
            self._pages.clear()
            self._size = 0


pages: Final = Pages()


def public_page(view: View) -> View:
    """A view whose GET answer is the same for every visitor without a session."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            response = view(request, *args, **kwargs)
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.headers["Vary"] = "Cookie"
            return response
        address = request.get_full_path()
        if request.method not in {"GET", "HEAD"} or len(address) > MAX_ADDRESS:
            return view(request, *args, **kwargs)
        # A partial answer of the same address (search as you type) is another page.
        key = (address + ("#part" if wants_part(request) else ""), translation.get_language() or "")
        stamp = queries.stamp()
        page = pages.get(key, stamp)
        if page is None:
            response = view(request, *args, **kwargs)
            if response.status_code != 200 or response.cookies or response.streaming:
                return response
            page = Page(
                body=response.content,
                etag=f'"{hashlib.sha256(response.content).hexdigest()[:20]}"',
                content_type=response["Content-Type"],
                stamp=stamp,
                until=time.monotonic() + SECONDS,
            )
            pages.put(key, page)
        return _answer(request, page)

    return wrapped


def _answer(request: HttpRequest, page: Page) -> HttpResponse:
    if request.headers.get("If-None-Match") == page.etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(page.body, content_type=page.content_type)
    headers = response.headers
    headers["ETag"] = page.etag
    headers["Vary"] = "Cookie, HX-Request"
    headers["Cache-Control"] = "public, max-age=0, must-revalidate"
    return response


def wants_part(request: HttpRequest) -> bool:
    """Whether a script asks for the changing part of a page alone."""
    return request.headers.get("HX-Request") == "true"
