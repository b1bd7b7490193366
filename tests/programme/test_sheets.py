"""Tables as people hand them in: read whole, or refused with row and reason; nothing ever half-imported."""

from __future__ import annotations

import io
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from motcua.programme.review import importing
from motcua.programme.review.models import ReviewAssessment
from motcua.programme.review.sheets import MAX_BYTES, MAX_PROBLEMS, read_table
from tests.factories import AGENCY, World
from tests.programme import rounds

FIELDS = importing.ASSIGNMENTS
HEAD = "Mã TTHC;Mã cơ quan\n"


def xlsx(*rows: tuple[Any, ...], merge: str = "") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_csv_and_xlsx_read_alike() -> None:
    head, row = ("MÃ SỐ TTHC", "Ghi chú", "mã định danh"), ("1.001193", "x", "H56.201")
    wanted = [(2, {"code": "1.001193", "agency": "H56.201"})]
    for content in (
        xlsx(head, row),
        "\n".join(",".join(line) for line in (head, row)).encode(),
        "\n".join(";".join(line) for line in (head, row)).encode("utf-8-sig"),
        "\r\n".join("\t".join(line) for line in (head, row)).encode(),
    ):
        table = read_table(content, FIELDS)
        assert (table.rows, table.problems) == (wanted, [])


BAD = [
    (b"", 0, "empty"),
    (b"   \n \n", 0, "empty"),
    (HEAD.encode(), 0, "empty"),
    ("Mã TTHC;Tên\n1.001193;x\n".encode(), 1, "heading_missing"),
    ("Mã TTHC;code;Mã cơ quan\n1;2;3\n".encode(), 1, "heading_twice"),
    (HEAD.encode() + b"1.001193;\xff\xfe\n", 2, "not_text"),
    (HEAD.encode() + b"1.001193;\x00\n", 2, "not_text"),
    (HEAD.encode() + b'1.001193;"H56\n', 2, "bad_quotes"),
    (HEAD.encode() + b"1.001193;" + b"x" * 600, 2, "row_too_long"),
    (HEAD.encode() + b"1;2\n" * 20_001, 20_002, "too_many_rows"),
    (b"PK\x03\x04 not a zip", 0, "not_a_spreadsheet"),
    (b"x" * (10 * 1024 * 1024), 0, "too_large"),
    (
        xlsx(("Mã TTHC", "Mã cơ quan"), ("1.001193", "H56.201"), ("1.000894", None), merge="B2:B3"),
        2,
        "merged_cells",
    ),
]


@pytest.mark.parametrize(("content", "row", "code"), BAD, ids=[case[2] + str(case[1]) for case in BAD])
def test_what_cannot_be_read_names_row_and_reason(content: bytes, row: int, code: str) -> None:
    table = read_table(content, FIELDS)
    assert (row, code) in [(problem.row, problem.code) for problem in table.problems]


def test_a_spreadsheet_that_is_cut_off_or_shuffled_is_refused_and_never_raises() -> None:
    good = xlsx(("Mã TTHC", "Mã cơ quan"), *((f"1.{n:06}", "H56.201") for n in range(200)))
    rng = random.Random(5)
    for _ in range(40):
        broken = bytearray(good[: rng.randrange(4, len(good))])
        for _ in range(20):
            broken[rng.randrange(4, len(broken))] = rng.randrange(256)
        table = read_table(bytes(broken), FIELDS)
        assert table.problems or len(table.rows) <= 200


def test_a_bomb_is_not_unpacked() -> None:
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (60 * 1024 * 1024))
    assert len(out.getvalue()) < MAX_BYTES
    assert [problem.code for problem in read_table(out.getvalue(), FIELDS).problems] == ["archive_bomb"]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_problems(content: bytes) -> None:
    table = read_table(content, FIELDS)
    assert table.problems or table.rows


def test_a_plan_names_each_bad_row_and_has_no_half(world: World) -> None:
    round_ = rounds.opened(world)
    lines = [
        "1.001193;H56.201",
        "1.001193;H56.201",
        "9.1;H56.201",
        ";H56.201",
        "1.000894;",
        "1.000894;H56.99",
        "1.004222;H56.201",
    ]
    plan = importing.plan_assignments(round_, (HEAD + "\n".join(lines)).encode())
    assert [(p.row, p.code) for p in plan.problems] == [
        (3, "row_twice"),
        (4, "code_unreadable"),
        (5, "code_missing"),
        (6, "agency_missing"),
        (7, "row_twice"),
        (8, "not_in_round"),
    ]
    assert not plan.good
    assert not ReviewAssessment.objects.filter(round=round_, agency__isnull=False).exists()
    many = importing.plan_assignments(round_, (HEAD + "x;y\n" * 5000).encode())
    assert len(many.problems) == MAX_PROBLEMS
    assert many.cut


@pytest.mark.parametrize(
    ("row", "counts", "problem"),
    [
        ("1.001193;1.234;234", ("1.001193", 1234, 234), ""),
        ("1.001193;1 234 567;0", ("1.001193", 1234567, 0), ""),
        ("1.001193;12.0;", ("1.001193", 12, 0), ""),
        ("1.001193;nhiều;0", None, "not_a_number"),
        ("1.001193;-5;0", None, "not_a_number"),
        ("1.001193;5;6", None, "online_more_than_all"),
    ],
)
def test_counts(world: World, row: str, counts: Any, problem: str) -> None:
    plan = importing.plan_demand(rounds.opened(world), f"Mã TTHC;Số hồ sơ;Trực tuyến\n{row}\n".encode())
    assert plan.counts == ([counts] if counts else [])
    assert [p.code for p in plan.problems] == ([problem] if problem else [])


def test_the_whole_index_in_one_file(world: World) -> None:
    round_ = rounds.opened(world, sectors=())
    codes = ReviewAssessment.objects.filter(round=round_).values_list("procedure__national_code", flat=True)
    plan = importing.plan_assignments(
        round_, (HEAD + "\n".join(f"{code};{AGENCY}" for code in codes)).encode()
    )
    assert plan.good
    assert plan.changed == len(codes) > 2600
