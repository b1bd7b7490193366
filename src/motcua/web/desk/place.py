"""Where an officer is in which list, as a token for addresses.

A filter is codes and keys and stands there as it is; what was searched for may be a person's name or number, and is
sealed: no personal data in an address, nor in a log or a history that keeps it.
"""

from __future__ import annotations

import base64
import binascii
from urllib.parse import urlencode

import orjson

from motcua.kernel import crypto
from motcua.workspace.rules import Asked

_CONTEXT = "desk.place"
_LONGEST = 6000


def pack(asked: Asked) -> str:
    """The token of a list with its filters and search."""
    text = orjson.dumps(asked.write())
    if asked.q:
        return "s" + crypto.encrypt(text.decode(), _CONTEXT)
    return "p" + base64.urlsafe_b64encode(text).decode().rstrip("=")


def unpack(token: str) -> Asked | None:
    """What a token says; None for anything that is not one."""
    if not 1 < len(token) < _LONGEST:
        return None
    try:
        if token[0] == "s":
            given = orjson.loads(crypto.decrypt(token[1:], _CONTEXT))
        elif token[0] == "p":
            given = orjson.loads(base64.urlsafe_b64decode(token[1:] + "=" * (-len(token[1:]) % 4)))
        else:
            return None
    except (crypto.CryptoError, binascii.Error, ValueError):
        return None
    return Asked.read(given) if isinstance(given, dict) else None


def beside(token: str, key: str) -> str:
    """The query that a dossier's page carries along: the list it was opened from, and where it stood there."""
    return urlencode({"from": token, "at": key})
