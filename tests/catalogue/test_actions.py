import datetime as dt
from dataclasses import replace

import pytest
from django.db import DatabaseError, connection, transaction

from motcua.catalogue import queries
from motcua.catalogue.actions import import_catalogue, offer_service
from motcua.catalogue.importing import Sources, bundled_sources, parse
from motcua.catalogue.models import (
    CatalogueState,
    Component,
    Fee,
    LegalBasis,
    Level,
    PaperReplacement,
    Procedure,
    ProcedureCase,
    ProcedureVersion,
    ResultKind,
)
from motcua.catalogue.records import Parsed
from motcua.kernel.actors import SYSTEM
from motcua.kernel.models import Event
from motcua.organisations.models import Agency

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=1)


def few() -> Parsed:
    """Birth registration and household business in full, a handful of the index."""
    sources = bundled_sources()
    wanted = {"1.001193", "1.001612", "1.013225", "1.015027", "1.014981"}
    return parse(
        Sources(
            [d for d in sources.details if d["national_code"] in wanted],
            {c: r for c, r in sources.index.items() if c in wanted},
            sources.papers[:3],
            {"life_event": sources.curation["life_event"][:1], "procedure": {}},
        )
    )


def test_import_writes_versions_with_their_parts() -> None:
    done = import_catalogue(actor=SYSTEM, parsed=few(), now=NOW)
    assert (done.procedures_added, done.versions_published, done.replacements, done.life_events) == (
        5,
        3,
        3,
        1,
    )
    birth = Procedure.objects.get(national_code="1.001193")
    assert birth.current_version is not None
    assert birth.current_version.published_at == NOW
    case = ProcedureCase.objects.get(version=birth.current_version)
    assert (case.term_value, case.term_unit, case.term_cutoff) == (1, "same_day", dt.time(15, 0))
    assert case.components.count() == 7
    assert case.fees.count() == 3
    assert LegalBasis.objects.filter(version=birth.current_version).count() == 12
    assert ResultKind.objects.get(version=birth.current_version).code == "KQ.G15.000031"
    event = Event.objects.get(kind="catalogue.imported")
    assert event.data["procedures_added"] == 5


def test_a_second_import_changes_nothing() -> None:
    import_catalogue(actor=SYSTEM, parsed=few(), now=NOW)
    before = CatalogueState.objects.get().stamp
    done = import_catalogue(actor=SYSTEM, parsed=few(), now=LATER)
    assert (done.procedures_added, done.procedures_changed, done.versions_published, done.life_events) == (
        0,
        0,
        0,
        0,
    )
    assert CatalogueState.objects.get().stamp == before
    assert ProcedureVersion.objects.count() == 3


def test_changed_content_becomes_a_new_version_and_the_old_one_stays() -> None:
    parsed = few()
    import_catalogue(actor=SYSTEM, parsed=parsed, now=NOW)
    old = Procedure.objects.get(national_code="1.001193").current_version
    parsed.procedures = [
        replace(r, definition=replace(r.definition, announced_by="1/QĐ-BTP"))
        if r.national_code == "1.001193" and r.definition
        else r
        for r in parsed.procedures
    ]
    done = import_catalogue(actor=SYSTEM, parsed=parsed, now=LATER)
    assert done.versions_published == 1
    new = Procedure.objects.get(national_code="1.001193").current_version
    assert old is not None
    assert new is not None
    assert (old.number, new.number) == (1, 2)
    assert ProcedureVersion.objects.get(pk=old.pk).definition["announced_by"] == "163/QĐ-BTP"


def test_what_leaves_the_list_is_kept_unlisted() -> None:
    parsed = few()
    import_catalogue(actor=SYSTEM, parsed=parsed, now=NOW)
    parsed.procedures = [r for r in parsed.procedures if r.national_code != "1.014981"]
    done = import_catalogue(actor=SYSTEM, parsed=parsed, now=LATER)
    assert done.procedures_delisted == 1
    assert not Procedure.objects.get(national_code="1.014981").listed


def test_a_failing_import_leaves_nothing() -> None:
    parsed = few()
    parsed.procedures.append(replace(parsed.procedures[0], national_code="wrong"))
    with pytest.raises(DatabaseError), transaction.atomic():
        import_catalogue(actor=SYSTEM, parsed=parsed, now=NOW)
    assert not Procedure.objects.exists()
    assert not PaperReplacement.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE catalogue_procedureversion SET source = 'x'",
        "UPDATE catalogue_procedureversion SET published_at = NULL",
        "DELETE FROM catalogue_procedureversion",
        "UPDATE catalogue_procedurecase SET term_value = 1",
        "DELETE FROM catalogue_component",
        "UPDATE catalogue_fee SET amount = 0",
        "UPDATE catalogue_legalbasis SET number = 'x'",
        "DELETE FROM catalogue_resultkind",
        "INSERT INTO catalogue_legalbasis (version_id, position, number) SELECT max(id), 99, 'x' FROM catalogue_procedureversion",
    ],
)
def test_a_published_version_cannot_be_changed_even_by_sql(statement: str) -> None:
    import_catalogue(actor=SYSTEM, parsed=few(), now=NOW)
    with (
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_rows_and_document_say_the_same() -> None:
    import_catalogue(actor=SYSTEM, parsed=few(), now=NOW)
    for version in ProcedureVersion.objects.all():
        document = version.definition
        cases = list(version.cases.order_by("position"))
        assert [c.key for c in cases] == [c["key"] for c in document["cases"]]
        for case, raw in zip(cases, document["cases"], strict=True):
            assert list(
                Component.objects.filter(case=case).order_by("position").values_list("key", flat=True)
            ) == [p["key"] for p in raw["papers"]]
            assert list(
                Fee.objects.filter(case=case).order_by("position").values_list("amount", flat=True)
            ) == [f["amount"] for f in raw["fees"]]


def test_an_agency_offers_a_service() -> None:
    import_catalogue(actor=SYSTEM, parsed=few(), now=NOW)
    agency = Agency.objects.create(code="H56.14", name="UBND phường", short_name="Phường", level="commune")
    procedure = Procedure.objects.get(national_code="1.001193")
    service = offer_service(
        actor=SYSTEM, agency=agency, procedure=procedure, level=Level.FULL, since=NOW.date(), now=NOW
    )
    again = offer_service(
        actor=SYSTEM, agency=agency, procedure=procedure, level=Level.PARTIAL, since=NOW.date(), now=LATER
    )
    assert service.pk == again.pk
    assert again.level == "partial"


@pytest.fixture(autouse=True)
def _fresh_snapshot() -> None:
    queries.refresh()
