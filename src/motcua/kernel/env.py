"""The settings that come from outside the process, read once and checked where they are read.

Nothing else in the code base reads ``os.environ``: a setting that is missing or malformed is one
sentence at start, never an exception in the middle of somebody's filing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

DEMO_SECRET_PREFIX = "demo-"  # noqa: S105 - marks a secret as public, it is not one

_TRUE = {"1", "true", "yes", "on"}


def text(name: str, default: str | None = None) -> str:
    """Value of ``MOTCUA_<name>``; raises :class:`ImproperlyConfigured` when it is needed and absent."""
    value = os.environ.get(f"MOTCUA_{name}", default)
    if value is None:
        raise ImproperlyConfigured(
            f"MOTCUA_{name} is not set. `make run` sets it for a demo; for an installation see docs/running.md."
        )
    return value


def flag(name: str, default: bool = False) -> bool:
    """Truth of ``MOTCUA_<name>``."""
    value = os.environ.get(f"MOTCUA_{name}")
    return default if value is None else value.lower() in _TRUE


def number(name: str, default: int) -> int:
    """Whole number in ``MOTCUA_<name>``."""
    value = os.environ.get(f"MOTCUA_{name}")
    if value is None:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"MOTCUA_{name} must be a whole number, not {value!r}.") from error


def path(name: str, default: Path) -> Path:
    """Folder in ``MOTCUA_<name>``, made absolute."""
    return Path(os.environ.get(f"MOTCUA_{name}", default)).expanduser().resolve()


def secret(name: str, *, demo: bool) -> str:
    """A secret; outside demo mode one that begins like a demo secret is refused (no default keys in service)."""
    value = text(name)
    if not demo and value.split(":", 1)[-1].startswith(DEMO_SECRET_PREFIX):
        raise ImproperlyConfigured(
            f"MOTCUA_{name} is a demo secret, and MOTCUA_DEMO is off. Make a new one: see docs/running.md."
        )
    return value


def database(url: str, *, prepared: bool = True) -> dict[str, Any]:
    """Django's ``DATABASES`` entry for a PostgreSQL URL (``postgresql://user:pw@host:port/name?host=/socket/dir``).

    ``prepared``: values travel beside the statement, and one that a connection has sent three times is planned no
    more. Two thirds of PostgreSQL's CPU of a page was planning (docs/performance.md). Off for a pooler that hands
    each transaction another connection.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL must begin with postgresql:// — Motcua runs on PostgreSQL only."
        )
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", None) or unquote(parts.hostname or "")
    return {
        "ENGINE": "motcua.kernel.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": options.pop("port", None) or str(parts.port or ""),
        # Keeping connections open halves the CPU of a request (docs/decisions/0002); health checks make a
        # restarted database invisible to the person who is filing.
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "application_name": "motcua",
            "server_side_binding": prepared,
            "prepare_threshold": 3 if prepared else None,
            **options,
        },
    }
