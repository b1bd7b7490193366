"""Exports: exactly what is filtered and seen, safe to open, bounded in memory, gone after some days."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pikepdf
import pytest

from motcua.dossiers.drafts import blob_store
from motcua.kernel.jobs import held
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.models import Holding
from motcua.workspace.exports import making, orders, writers
from motcua.workspace.models import Export
from motcua.workspace.rules import COLUMNS, DEFAULT_COLUMNS, Asked
from motcua.workspace.worklists import Row, worklist
from tests import factories
from tests.factories import World
from tests.workspace.helpers import refused


def made(world: World, who: str, format_: str, asked: Asked, **more: Any) -> Export:
    """An export, ordered and made."""
    with held():
        export = orders.order_export(
            actor=world.officer(who),
            format_=format_,
            asked=asked,
            shown=more.pop("shown", DEFAULT_COLUMNS),
            language="vi",
            now=world.now,
            **more,
        )
    making.make(export.pk, world.now)
    export.refresh_from_db()
    return export


def content(export: Export) -> bytes:
    assert export.blob_id is not None, export.problem
    with blob_store().open(export.blob_id) as file:
        return file.read()


def table(export: Export) -> list[list[str]]:
    raw = content(export)
    if export.format == "csv":
        assert raw.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    return [[str(value or "") for value in row] for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("minh", Asked("unit")),
        ("minh", Asked("unit", procedure=(factories.HOUSEHOLD,))),
        ("tuan", Asked("unit", status=(2, 4))),
        ("minh", Asked("mine", q="Nguyễn Thị Lan")),
        ("linh", Asked("unit")),
        ("hoa", Asked("others")),
    ],
)
def test_a_file_holds_exactly_what_the_list_shows(world: World, format_: str, who: str, asked: Asked) -> None:
    factories.filed_dossier(world)
    factories.filed_dossier(world, "binh", factories.HOUSEHOLD)
    factories.advance(world, factories.filed_dossier(world), "processing")
    factories.filed_dossier(world, agency=factories.OTHER_AGENCY)
    export = made(world, who, format_, asked)
    shown = worklist(world.officer(who), asked, limit=200, now=world.now).rows
    lines = table(export)
    assert lines[0][:3] == ["Hạn", "Tình trạng hạn", "Mã hồ sơ"]
    assert [line[2] for line in lines[1:]] == [row.code for row in shown]
    assert export.done == export.total == len(shown)
    assert (export.state, export.expires_at) == ("done", orders.kept_until(export.ended_at))


@pytest.mark.parametrize(
    "name", ['=HYPERLINK("http://x")', "+84", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]
)
def test_a_name_that_is_a_formula_runs_nowhere(world: World, name: str) -> None:
    dossier = factories.filed_dossier(world)
    dossier.applicant_name = name
    dossier.save(update_fields=["applicant_name"])
    line = table(made(world, "minh", "csv", Asked("unit")))[1]
    assert f"'{name}" in line
    raw = content(made(world, "minh", "xlsx", Asked("unit")))
    cells = [c for row in openpyxl.load_workbook(io.BytesIO(raw)).worksheets[0].iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    sheet = zipfile.ZipFile(io.BytesIO(raw)).read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"sharedStrings" not in sheet


def test_every_column_can_be_taken_along(world: World) -> None:
    factories.filed_dossier(world)
    lines = table(made(world, "minh", "csv", Asked("unit"), shown=COLUMNS))
    assert len(lines[0]) == len(lines[1]) == len(COLUMNS) + 1
    assert all(lines[0])


def test_a_zip_has_the_list_and_the_papers_of_those_dossiers_alone(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    other = factories.filed_dossier(world)
    export = made(world, "minh", "zip", Asked(q=dossier.code))
    names = zipfile.ZipFile(io.BytesIO(content(export))).namelist()
    assert "danh-sach.csv" in names
    folders = {name.split("/")[0] for name in names if "/" in name}
    assert folders == {dossier.code}
    assert {name.split("/")[1] for name in names if "/" in name} >= {"phieu", "ket-qua"}
    assert other.code not in str(names)


def test_slips_come_as_one_pdf_in_the_order_chosen(world: World) -> None:
    dossiers = [factories.advance(world, factories.filed_dossier(world), "received") for _ in range(2)]
    export = made(world, "minh", "slips", Asked(), dossiers=[d.pk for d in reversed(dossiers)])
    assert len(pikepdf.open(io.BytesIO(content(export))).pages) >= 2
    assert export.done == 2
    empty = made(world, "minh", "slips", Asked(), dossiers=[factories.filed_dossier(world).pk])
    assert (empty.state, empty.problem) == ("failed", "export.no_slips")


def test_dossiers_of_another_agency_fall_out_of_what_was_chosen(world: World) -> None:
    theirs = factories.filed_dossier(world, agency=factories.OTHER_AGENCY)
    mine = factories.filed_dossier(world)
    lines = table(made(world, "minh", "csv", Asked(), dossiers=[theirs.pk, mine.pk]))
    assert [line[2] for line in lines[1:]] == [mine.code]


def test_rights_are_those_of_the_moment_it_is_made(world: World) -> None:
    factories.filed_dossier(world)
    with held():
        export = orders.order_export(
            actor=world.officer("minh"),
            format_="csv",
            asked=Asked("unit"),
            shown=(),
            language="vi",
            now=world.now,
        )
    Holding.objects.filter(officer=world.account("minh")).delete()
    making.make(export.pk, world.now)
    export.refresh_from_db()
    assert (export.state, export.problem, export.blob_id) == ("failed", "export.no_post", None)


def test_a_job_that_runs_twice_makes_one_file(world: World) -> None:
    factories.filed_dossier(world)
    export = made(world, "minh", "csv", Asked("unit"))
    blob = export.blob_id
    making.make(export.pk, world.now + timedelta(hours=1))
    export.refresh_from_db()
    assert export.blob_id == blob


def test_it_stops_when_it_is_called_off(world: World, monkeypatch: Any) -> None:
    factories.filed_dossier(world)
    actor = world.officer("minh")
    with held():
        export = orders.order_export(
            actor=actor, format_="csv", asked=Asked("unit"), shown=(), language="vi", now=world.now
        )
    real = making.walk

    def walk(*given: Any, **named: Any) -> Iterator[list[Row]]:
        for page in real(*given, **named):
            orders.cancel_export(actor=actor, key=export.pk, now=world.now)
            yield page

    monkeypatch.setattr(making, "walk", walk)
    making.make(export.pk, world.now)
    export.refresh_from_db()
    assert (export.state, export.blob_id) == ("cancelled", None)


def test_a_file_is_its_own_officers_and_taking_it_leaves_a_trace(world: World) -> None:
    factories.filed_dossier(world)
    export = made(world, "minh", "csv", Asked("unit", q=""))
    path = f"/desk/exports/{export.pk}/file/"
    for who in ("tuan", "linh", "nguoila"):
        assert world.client(who).get(path).status_code == 404
        assert world.client(who).get(f"/desk/exports/{export.pk}/").status_code == 404
    answer = world.client("minh").get(path)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    for close in answer._resource_closers:
        close()
    kinds = list(Event.objects.filter(stream=export.stream).order_by("seq").values_list("kind", flat=True))
    assert kinds == ["export.ordered", "export.fetched"]


def test_what_was_searched_for_is_in_no_event_and_encrypted_in_its_row(world: World) -> None:
    from django.db import connection

    export = made(world, "minh", "csv", Asked(q="038192186762"))
    assert "038192186762" not in str(list(Event.objects.filter(stream=export.stream).values("data")))
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked FROM workspace_export WHERE id = %s", [export.pk])
        assert "038192186762" not in (cursor.fetchone() or ("",))[0]


def test_a_file_is_let_go_of_after_its_days(world: World) -> None:
    factories.filed_dossier(world)
    export = made(world, "minh", "csv", Asked("unit"))
    assert export.expires_at is not None
    assert orders.forget_at(export.expires_at - timedelta(minutes=1)) == 0
    assert orders.forget_at(export.expires_at) == 1
    export.refresh_from_db()
    assert export.blob_id is None
    with refused(Conflict):
        orders.fetch_export(actor=world.officer("minh"), key=export.pk, now=world.now)


def test_only_so_many_are_on_the_way_at_once(world: World) -> None:
    def order() -> None:
        with held():
            orders.order_export(
                actor=world.officer("minh"),
                format_="csv",
                asked=Asked(),
                shown=(),
                language="vi",
                now=world.now,
            )

    for _ in range(orders.MAX_OPEN):
        order()
    with refused(Refused, match=r"export.too_many"):
        order()
    with refused(NotAllowed):
        orders.order_export(
            actor=world.person("lan"), format_="csv", asked=Asked(), shown=(), language="vi", now=world.now
        )
    with refused(NotAllowed):
        orders.cancel_export(actor=world.officer("tuan"), key=UUID(int=1), now=world.now)


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_a_hundred_thousand_lines_cost_no_more_memory_than_ten_thousand(
    world: World, tmp_path: Path, format_: str
) -> None:
    """The writers hold one page: ten times the lines, the same peak (each line's texts differ)."""
    factories.filed_dossier(world)
    row = worklist(world.officer("minh"), Asked("unit"), now=world.now).rows[0]

    def pages(lines: int) -> Iterator[list[Row]]:
        for first in range(0, lines, 1000):
            yield [
                replace(row, code=f"H56.201-{n:09d}", applicant=f"Người nộp số {n}")
                for n in range(first, first + 1000)
            ]

    def peak(lines: int) -> int:
        write = writers.write_csv if format_ == "csv" else writers.write_xlsx
        tracemalloc.start()
        write(tmp_path / f"{lines}", pages(lines), DEFAULT_COLUMNS, {})
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    few, many = peak(5_000), peak(20_000)
    assert many < few * 1.3 + 2_000_000, (few, many)
