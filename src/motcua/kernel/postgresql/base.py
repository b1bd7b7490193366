"""The connection: the name of this module is what Django looks for."""

from __future__ import annotations

import select
from datetime import UTC
from functools import lru_cache
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import _queries
from psycopg.adapt import AdaptersMap
from psycopg.types.datetime import TimestamptzLoader

# Statements of the pages are longer than psycopg keeps parsed; ours are few, and as long as their columns. The names are
# not promised by psycopg: a test says when they have gone.
_queries.MAX_CACHED_STATEMENT_LENGTH = 16_384
_queries._query2pg = lru_cache(maxsize=1024)(_queries._query2pg_nocache)


class DatabaseWrapper(base.DatabaseWrapper):
    """``CONN_HEALTH_CHECKS`` without a question to the server, and moments of time read in C.

    Django reads a moment by Python that puts its own zone in the place of the session's: here both are UTC.
    """

    def get_connection_params(self) -> dict[str, Any]:
        params: dict[str, Any] = super().get_connection_params()
        if self.timezone == UTC:
            params["context"] = context = AdaptersMap(params["context"].adapters)
            context.register_loader("timestamptz", TimestamptzLoader)
        return params

    def create_cursor(self, name: str | None = None) -> Any:
        """Django's asks the loader for its zone each time."""
        if self.timezone != UTC:
            return super().create_cursor(name)
        if name:
            return self.connection.cursor(name, scrollable=False, withhold=self.connection.autocommit)
        return self.connection.cursor()

    def is_usable(self) -> bool:
        """Nothing is said on a connection at rest. Where something is, the server is leaving: then it is asked."""
        if self.connection is None:
            return False
        return not _spoken_to(self.connection) or super().is_usable()


def _spoken_to(connection: Any) -> bool:
    """Whether a word, or the end of the connection, waits to be read."""
    try:
        waiting = select.poll()
        waiting.register(connection.fileno(), select.POLLIN)
        return bool(waiting.poll(0))
    except (OSError, ValueError, psycopg.Error):  # closed on this side
        return True
