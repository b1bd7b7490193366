"""Drafts and blocks come and go with their migrations; what was published before stays, and stays as it is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from motcua.catalogue.forms import actions, drafts
from motcua.eforms.models import FormBlock, FormVersion
from motcua.organisations.models import Agency
from tests.committed import Committed
from tests.factories import MARITAL, NOW

pytestmark = pytest.mark.race
REASON = "Quyết định 1234/QĐ-UBND"


def tables() -> set[str]:
    return {name for name in connection.introspection.table_names() if name.startswith("eforms_")}


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
            " WHERE NOT tgisinternal AND relname LIKE 'eforms_%'"
        )
        return {name for (name,) in cursor.fetchall()}


def columns(table: str) -> set[str]:
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def migrate(app: str, name: str = "") -> None:
    call_command("migrate", app, *([name] if name else []), verbosity=0)


def test_they_go_back_and_forth_over_what_was_written(committed: Committed) -> None:
    toan: Any = committed.world.officer("toan")
    made = {**drafts.written(MARITAL).definition, "title": {"vi": "Khác"}}
    actions.save_draft(actor=toan, key=MARITAL, revision=0, definition=made, change="form", now=NOW)
    version = actions.publish_draft(actor=toan, key=MARITAL, revision=1, reason=REASON, now=NOW)
    section = {**made["sections"][0], "show_if": None}
    actions.publish_block(actor=toan, key="nguoi", section=section, reason=REASON, now=NOW)
    Agency.objects.filter(code="H56").update(second_publisher=True)

    migrate("eforms", "0003")
    assert tables() == {"eforms_formversion"}
    assert triggers() == {"eforms_formversion"}
    assert not columns("eforms_formversion") & {"published_by_id", "asked_by_id", "reason"}
    migrate("organisations", "0003")
    assert "second_publisher" not in columns("organisations_agency")

    migrate("organisations")
    migrate("eforms")
    assert triggers() == {"eforms_formversion", "eforms_formblock"}
    again = FormVersion.objects.get(pk=version.pk)
    assert (again.definition, again.published_by_id, again.reason) == (made, None, "")
    assert not Agency.objects.filter(second_publisher=True).exists()

    # And are at work again.
    assert drafts.written(MARITAL).revision == 0
    block = actions.publish_block(actor=toan, key="nguoi", section=section, reason=REASON, now=NOW)
    assert block.number == 1
    for rows in (FormBlock.objects.all(), FormVersion.objects.filter(pk=version.pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(reason="khác")
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.delete()
