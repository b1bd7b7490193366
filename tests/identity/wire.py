"""A portal and a provider that talk without sockets: requests of the first are answered by the second in memory."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
from django.http import HttpResponse
from django.test import Client

from motcua.simulators.identity_provider.http import Answer, Request
from motcua.simulators.identity_provider.provider import IdentityProvider

HOME = "http://testserver"
START = "/accounts/oidc/login/"
CALLBACK = "/accounts/oidc/login/callback/"


class Wire(requests.adapters.BaseAdapter):
    """The network between the two. ``broken`` is raised instead; ``answers`` replaces single paths."""

    def __init__(self, provider: IdentityProvider) -> None:
        super().__init__()
        self.provider = provider
        self.broken: Exception | None = None
        self.answers: dict[str, Answer] = {}
        self.timeouts: list[Any] = []
        self.asked: list[str] = []

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self.timeouts.append(kwargs.get("timeout"))
        if self.broken:
            raise self.broken
        parts = urlsplit(str(request.url))
        self.asked.append(parts.path)
        answer = self.answers.get(parts.path) or self.provider.answer(
            Request(
                method=str(request.method),
                path=parts.path,
                query=dict(parse_qsl(parts.query)),
                form=dict(parse_qsl(str(request.body or ""))),
                authorization=str(request.headers.get("Authorization", "")),
                repeated=False,
            )
        )
        response = requests.Response()
        response.status_code = int(answer.status)
        response._content = answer.body
        response.headers["content-type"] = answer.content_type
        response.url = str(request.url)
        return response

    def close(self) -> None:
        pass


class Browser:
    """Somebody at a browser who signs in as one of the cast."""

    def __init__(self, provider: IdentityProvider) -> None:
        self.provider = provider
        self.client = Client()

    def start(self, next_url: str = "", **extra: str) -> HttpResponse:
        return self.client.post(START, {"next": next_url, **extra} if next_url or extra else {})

    def at_provider(self, started: HttpResponse, **form: str) -> str:
        """Fill in the provider's page; the address it sends the browser back to."""
        assert started.status_code == 302, started.content.decode()
        parts = urlsplit(started["Location"])
        page = self.provider.answer(Request("GET", parts.path, dict(parse_qsl(parts.query)), {}, "", False))
        if "Location" in page.headers:
            return page.headers["Location"]
        found = re.search(r'name="request" value="([^"]+)"', page.body.decode())
        assert found, page.body.decode()
        sent = {"request": found[1], "pin": self.provider.cast.pin, **form}
        back = self.provider.answer(Request("POST", "/authorize", {}, sent, "", False))
        return back.headers["Location"]

    def come_back(self, address: str) -> HttpResponse:
        assert address.startswith(HOME + CALLBACK)
        return self.client.get(address.removeprefix(HOME))

    def sign_in(self, username: str, next_url: str = "") -> HttpResponse:
        return self.come_back(self.at_provider(self.start(next_url), username=username))

    @property
    def signed_in(self) -> bool:
        return "_auth_user_id" in self.client.session
