"""What granian gets: a page as a list, which goes out in one piece; a file as what it is, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from tests.factories import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def wsgi(_static_files: None) -> ModuleType:
    """The module, imported when the static files that it names are there."""
    return import_module("motcua.config.wsgi")


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The test's transaction is on it: it is not put away between requests (as Django's own client has it)."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def answer(wsgi: ModuleType, path: str, method: str = "GET") -> tuple[Any, str]:
    said: list[str] = []
    environ = RequestFactory().generic(method, path).environ
    return wsgi.application(environ, lambda status, _headers: said.append(status)), said[0]


def test_a_page_is_a_list_and_its_request_is_over(world: World, wsgi: ModuleType) -> None:
    over: list[Any] = []
    request_finished.connect(ended := lambda **_: over.append(1))
    try:
        body, status = answer(wsgi, "/")
    finally:
        request_finished.disconnect(ended)
    assert status == "200 OK"
    assert isinstance(body, list)
    assert body[0].rstrip().endswith(b"</html>")
    assert over == [1]


def test_an_answer_without_a_body_is_one_too(world: World, wsgi: ModuleType) -> None:
    body, status = answer(wsgi, "/desk/")
    assert (status, body) == ("302 Found", [b""])


def test_what_comes_chunk_by_chunk_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, wsgi: ModuleType
) -> None:
    closed: list[int] = []

    def streamed(_environ: Any, start: Any) -> StreamingHttpResponse:
        start("200 OK", [])
        response = StreamingHttpResponse(iter([b"a", b"b"]))
        response._resource_closers.append(lambda: closed.append(1))
        return response

    monkeypatch.setattr(wsgi, "_django", streamed)
    body, _ = answer(wsgi, "/")
    assert not isinstance(body, list)
    assert not closed, "granian closes it when it has been sent"
    assert list(body) == [b"a", b"b"]


def test_a_page_is_closed_also_when_it_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, wsgi: ModuleType
) -> None:
    closed: list[int] = []

    class Broken(HttpResponse):
        @property
        def content(self) -> bytes:
            raise OSError("no page")

        @content.setter
        def content(self, value: Any) -> None:
            pass

        def close(self) -> None:
            closed.append(1)

    monkeypatch.setattr(wsgi, "_django", lambda _environ, _start: Broken())
    with pytest.raises(OSError, match="no page"):
        wsgi.application({}, None)
    assert closed == [1]
