"""Sessions in the database (``SESSION_ENGINE``): Django's own, read with the SQL of their shape (kernel/planned.py)."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from motcua.kernel.planned import PlannedQuerySet


class SessionStore(DatabaseStore):
    """A session is read on every request of somebody who has signed in."""

    def _get_session_from_db(self) -> Session | None:
        alive = PlannedQuerySet(Session).filter(session_key=self.session_key, expire_date__gt=timezone.now())
        found: Session | None = next(iter(alive), None)
        if found is None:
            self._session_key = None
        return found
