"""A row written with kept SQL is the row that ``save()`` would have written."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from motcua.identity.models import Account
from motcua.kernel import rows
from motcua.organisations.models import Agency, Unit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


def account(subject: str) -> Account:
    return Account(
        subject=subject,
        full_name="Đặng Thị Ngọc Ánh",
        citizen_id="038190000001",
        citizen_id_index=b"\x00'%s\xff",
        birth_year=1990,
        claims='{"a": "%s"}',
        created_at=NOW,
    )


def test_inserted_like_saved() -> None:
    saved, inserted = account("t|saved"), account("t|inserted")
    saved.save(force_insert=True)
    rows.insert(inserted)
    assert inserted.pk == saved.pk + 1
    assert (inserted._state.adding, inserted._state.db) == (False, "default")
    left, right = (Account.objects.get(pk=found.pk) for found in (saved, inserted))
    for field in Account._meta.local_concrete_fields:
        if field.name not in {"id", "subject"}:
            assert getattr(left, field.attname) == getattr(right, field.attname), field.name


def test_what_is_encrypted_stays_encrypted() -> None:
    rows.insert(account("t|sealed"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT citizen_id, claims FROM identity_account WHERE subject = 't|sealed'")
        assert all(text.startswith("v1.") for text in cursor.fetchone() or ("",))


def test_json_and_references() -> None:
    agency = Agency(code="H56", name="Tỉnh", short_name="Tỉnh", level="province")
    rows.insert(agency)
    unit = Unit(agency=agency, code="civil", name="Phòng", sectors=["ho-tich", "Đất đai"])
    rows.insert(unit)
    found = Unit.objects.select_related("agency").get()
    assert (found.sectors, found.agency, found.pk) == (["ho-tich", "Đất đai"], agency, unit.pk)


def test_updates_only_what_is_named() -> None:
    made = account("t|changed")
    rows.insert(made)
    made.full_name, made.citizen_id, made.language = "Lan", "038190000002", "en"
    rows.update(made, "full_name", "citizen_id")
    found = Account.objects.get(pk=made.pk)
    assert (found.full_name, found.citizen_id, found.language) == ("Lan", "038190000002", "vi")


def test_a_row_that_is_gone_cannot_be_updated() -> None:
    made = account(f"t|{uuid.uuid4()}")
    rows.insert(made)
    Account.objects.filter(pk=made.pk).delete()
    with pytest.raises(DatabaseError):
        rows.update(made, "full_name")
