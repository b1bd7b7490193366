"""How an agency's list reaches the Ministry: one POST, from a job.

The standard library's ``urllib`` is enough: one request in a job, no pool, no streaming, nothing to keep alive; a client
library would be one more thing to watch for faults. Redirects are not followed: a token must not go where nobody sent it.
"""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

import orjson
from django.conf import settings

from motcua.kernel.refusals import Refused, Unavailable

TIMEOUT: Final = 30
MAX_ANSWER: Final = 64 * 1024


class Refusal(Exception):
    """The Ministry has read the list and does not take it; trying again would change nothing."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        self.said = said


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the Ministry gives for a list."""

    receipt: str
    received_at: datetime
    late_days: int


def checked_address(text: str) -> str:
    """An address that a token may be sent to: https, or plain http in a demo only. Raises Refused."""
    text = text.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or 0 < parts.port < 65536
    except ValueError as error:
        raise Refused("connection.bad_address") from error
    allowed = {"https", "http"} if settings.DEMO else {"https"}
    plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in allowed or not parts.hostname or not plain or not port_is_fine or len(text) > 300:
        raise Refused("connection.bad_address")
    return text


class _Straight(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Straight)


def submit(address: str, collection: str, token: str, document: Mapping[str, Any]) -> Receipt:
    """Hand a list over; the receipt. Raises Refusal for a final no, Unavailable when it may work later."""
    url = f"{checked_address(address)}/api/v1/review/collections/{quote(collection, safe='')}/submissions"
    request = urllib.request.Request(  # noqa: S310 - the scheme has been checked
        url,
        data=orjson.dumps(document),
        method="POST",
        headers={
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "Motcua",
        },
    )
    try:
        with _opener.open(request, timeout=TIMEOUT) as answer:
            body = answer.read(MAX_ANSWER)
    except urllib.error.HTTPError as error:
        with error:
            said = _message(error.read(MAX_ANSWER)) or f"HTTP {error.code}"
        if error.code in {408, 425, 429} or error.code >= 500:
            raise Unavailable("ministry.unavailable", detail=said) from error
        raise Refusal(said) from error
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise Unavailable("ministry.unavailable", detail=str(error)[:200]) from error
    try:
        found = orjson.loads(body)
        return Receipt(
            str(found["receipt"])[:40], datetime.fromisoformat(found["received_at"]), int(found["late_days"])
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Unavailable("ministry.unavailable", detail="answer without a receipt") from error


def _message(body: bytes) -> str:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    return str(found.get("message") or found.get("code") or "")[:280] if isinstance(found, dict) else ""
