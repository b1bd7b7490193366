"""Budgets of design.md for the six operations of the bench: statements a request, and as many for much as for little.

Who is there costs two statements (session and account), at the desk three (with the posts). The time a page takes is
measured by ``make bench``; that a page cannot become slow by asking once per row is held here.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from motcua.web.shared.caching import pages
from tests import factories
from tests.bench.counting import statements
from tests.factories import MARITAL, World

#: The session and its account come together.
WHO_IS_THERE = 1


def asked(client: Any, path: str, fields: dict[str, str] | None = None, status: int = 200) -> list[str]:
    with statements() as seen:
        response = client.get(path) if fields is None else client.post(path, fields)
        assert response.status_code == status, response.content[:300]
    return [sql for sql in seen if not sql.startswith(("SAVEPOINT", "RELEASE"))]


def test_filing_costs_twelve_and_who_is_there(world: World) -> None:
    lan = world.client("lan")
    for _ in range(2):  # the first fills what a process keeps: form, case, units, process, calendar
        draft = factories.draft(world, code=MARITAL)
        seen = asked(lan, f"/drafts/{draft.pk}/check/", {"return_by": "online", "declared": "1"}, 302)
    uploads = [sql for sql in seen if "dossiers_paper" in sql]
    assert len(seen) - len(uploads) <= 12 + WHO_IS_THERE, "\n".join(seen)


def test_receiving_costs_eleven_the_line_in_the_register_and_the_lock_on_the_whole(world: World) -> None:
    minh = world.client("minh")
    for _ in range(2):
        dossier = factories.filed_dossier(world, "lan", MARITAL)
        run = factories.open_run(dossier)
        page = f"/desk/dossiers/{dossier.code}/"
        seen = asked(minh, page, {"turn": "receive", "run": str(run.pk)}, 302)
    # The whole of a joint dossier is locked before any part (dossiers/joint/locking.py), in its own statement: PostgreSQL
    # does not promise in what order one statement locks the rows of two tables.
    assert len(seen) <= 11 + 1 + 1, "\n".join(seen)


def test_a_dossier_page_costs_nine_however_long_its_history(world: World) -> None:
    """Fifty more papers and events cost rows, not statements."""
    dossier = factories.advance(world, factories.filed_dossier(world, "lan", MARITAL), "returned")
    minh, page = world.client("minh"), f"/desk/dossiers/{dossier.code}/"
    asked(minh, page)
    few = asked(minh, page)
    _lengthen(dossier, 50)
    assert len(asked(minh, page)) == len(few) <= 9, "\n".join(few)


def _lengthen(dossier: Any, by: int) -> None:
    """Rows alone: what is measured is the reading of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_event (stream, seq, kind, at, actor_kind, officer, data, hash)"
            " SELECT stream, %s + n, 'step.claimed', now(), 'officer', 'Hoa', '{}', event_hash"
            "   FROM dossiers_dossier, generate_series(1, %s) AS n WHERE id = %s",
            [dossier.event_seq + 100, by, dossier.pk],
        )
        cursor.execute("INSERT INTO kernel_blob VALUES (%s, 1, 'application/pdf', now())", ["b" * 64])
        cursor.execute(
            "INSERT INTO dossiers_paper (dossier_id, blob_id, filename, origin, added_at)"
            " SELECT %s, %s, 'ban-chup.pdf', 'uploaded', now() FROM generate_series(1, %s)",
            [dossier.pk, "b" * 64, by],
        )


def test_a_worklist_costs_five_at_most(world: World) -> None:
    minh = world.client("minh")
    factories.filed_dossier(world)
    asked(minh, "/desk/")
    few = asked(minh, "/desk/")
    for _ in range(9):
        factories.filed_dossier(world, code=factories.COPIES)
    assert len(asked(minh, "/desk/")) == len(few) <= 5, "\n".join(few)


def test_tracking_costs_one(world: World) -> None:
    dossier = factories.filed_dossier(world)
    fields = {"code": dossier.code, "secret": dossier.lookup_secret}
    visitor = world.client()
    asked(visitor, "/track/", fields)
    assert len(asked(visitor, "/track/", fields)) == 1


@pytest.mark.parametrize("path", ["/", f"/procedures/{MARITAL}/"])
def test_a_public_page_costs_none_once_it_is_kept(world: World, path: str) -> None:
    visitor = world.client()
    visitor.get(path)
    pages.forget()
    assert len(asked(visitor, path)) <= 1
    assert asked(visitor, path) == []
