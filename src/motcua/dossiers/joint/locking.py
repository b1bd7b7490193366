"""The order of locks around joint dossiers: the whole before its part, everywhere.

A part that ends changes its whole, and a whole that is stopped changes its parts. Whoever locks a part therefore locks
the whole first: two parts that finish at the same moment come one after the other, and the second sees the first.
"""

from __future__ import annotations

from django.db import connection

_WHOLE = """
    SELECT whole.id FROM dossiers_dossier AS whole
     WHERE whole.id = (SELECT part.joint_id FROM dossiers_dossier AS part WHERE {})
       FOR UPDATE
"""
_BY_PK, _BY_CODE = _WHOLE.format("part.id = %s"), _WHOLE.format("part.code = %s")


def lock_whole(*, pk: int | None = None, code: str | None = None) -> None:
    """Lock the joint dossier that a dossier is part of, until the transaction ends; nothing for any other dossier."""
    with connection.cursor() as cursor:
        if code is not None:
            cursor.execute(_BY_CODE, [code])
        else:
            cursor.execute(_BY_PK, [pk])
