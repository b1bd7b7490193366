"""Sessions in the database (``SESSION_ENGINE``), each with its account: both are read by one statement a request."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import DEFAULT_DB_ALIAS, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from motcua.identity.models import Account, Session
from motcua.kernel.fields import EncryptedTextField

#: What a request needs of an account; claims are the largest column and needed by forms alone.
_FIELDS = tuple(field for field in Account._meta.concrete_fields if field.name != "claims")
_NAMES = [field.attname for field in _FIELDS]
_SEALED = tuple((at, field) for at, field in enumerate(_FIELDS) if isinstance(field, EncryptedTextField))
_ALIVE = f"""
    SELECT session.session_data, {", ".join(f"account.{field.column}" for field in _FIELDS)}
      FROM identity_session AS session
      LEFT JOIN identity_account AS account ON account.id = session.account_id AND account.is_active
     WHERE session.session_key = %s AND session.expire_date > %s
"""  # noqa: S608 - names of our own columns


class SessionStore(DatabaseStore):
    """``account``: whose it was when it was read, if they may still come in."""

    account: Account | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        row.account_id = int(data[auth.SESSION_KEY]) if auth.SESSION_KEY in data else None
        return row

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_ALIVE, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        self.account = _account(list(row[1:]))
        decoded: dict[str, Any] = self.decode(row[0])
        return decoded


def _account(values: list[Any]) -> Account | None:
    if values[0] is None:
        return None
    for at, field in _SEALED:
        values[at] = field.from_db_value(values[at], None, connection)
    found: Account = Account.from_db(DEFAULT_DB_ALIAS, _NAMES, values)
    return found


def user_of(request: HttpRequest) -> Account | AnonymousUser:
    """Who is signed in: ``django.contrib.auth.get_user`` with the account that came with the session.

    Whatever is out of the ordinary (a secret key that is going out of use, a session that does not fit its account)
    is left to Django's own function.
    """
    session: Any = request.session
    signed = session.get(auth.HASH_SESSION_KEY, "")  # reads the session, if nobody has yet
    account: Account | None = session.account
    if (
        account is not None
        and session.get(auth.SESSION_KEY) == str(account.pk)
        and constant_time_compare(signed, account.get_session_auth_hash())
    ):
        return account
    found: Account | AnonymousUser = auth.get_user(request)
    return found
