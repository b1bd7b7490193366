"""What a soak looks at in the end finds what is missing, twice or broken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from motcua.dossiers.models import Dossier
from tests import factories
from tests.factories import World
from tests.soak import whole

SINCE = 0


@pytest.fixture
def filed(world: World) -> Dossier:
    """Lan's dossier, filed online as Bình's is: its confirmation and its message are there."""
    dossier = factories.filed_dossier(world)
    factories.filed_dossier(world, "binh", factories.COPIES)
    return dossier


def changed(sql: str, dossier: Dossier) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [dossier.pk])
        assert cursor.rowcount == 1


def found() -> Iterator[str]:
    yield from whole._followed(SINCE)
    yield from whole._broken(SINCE)
    yield from whole._gaps(SINCE)


@pytest.mark.django_db
def test_whole_dossiers_are_not_told_of(filed: Dossier) -> None:
    assert list(found()) == []
    assert list(whole._counts(SINCE, filed=2, received=0)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "told"),
    [
        (
            "UPDATE messaging_message SET kind = 'other' WHERE dossier_id = %s",
            "1 slips or messages are missing",
        ),
        ("UPDATE dossiers_dossier SET received_at = now() WHERE id = %s", "1 slips or messages are missing"),
        ("UPDATE dossiers_dossier SET event_seq = event_seq + 1 WHERE id = %s", "says it has 3 events"),
        ("UPDATE dossiers_slip SET number = 7 WHERE dossier_id = %s", "numbers of slips"),
        ("UPDATE dossiers_dossier SET code = code || '7' WHERE id = %s", "numbers of codes"),
    ],
)
def test_what_is_missing_or_broken_is_named(filed: Dossier, sql: str, told: str) -> None:
    changed(sql, filed)
    (sentence,) = found()
    assert told in sentence


@pytest.mark.django_db
def test_answers_without_dossiers_and_mail_that_never_came_are_named(filed: Dossier, tmp_path: Path) -> None:
    (sentence,) = whole._counts(SINCE, filed=3, received=0)
    assert sentence == "3 filings were confirmed, and there are 2 dossiers"
    (sentence,) = whole._uploads(1)
    assert sentence == "1 files were taken, and 0 are kept"
    assert any("e-mail" in sentence for sentence in whole._mail(tmp_path))
