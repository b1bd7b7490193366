"""The register's page, its print and its files: the same rows for those who keep it, and for nobody else."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from openpyxl import load_workbook

from motcua.dossiers import register, register_printing
from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Dossier, RegisterEntry, RegisterPrint
from motcua.dossiers.register import Period
from motcua.kernel import jobs
from motcua.kernel.clock import local_day
from motcua.kernel.ids import uuid7
from motcua.kernel.refusals import NotAllowed, Refused
from tests import factories
from tests.dossiers.test_slips import tight
from tests.factories import AGENCY, NOW, OTHER_AGENCY, World
from tests.kernel.test_pdf import words_of

DAY = local_day(NOW)
ON = f"since={DAY.isoformat()}&until={DAY.isoformat()}"


def shown(response: Any) -> str:
    return response.content.decode()


@pytest.fixture
def received(world: World) -> Dossier:
    return factories.advance(world, factories.filed_dossier(world), "received")


def more(dossier: Dossier, count: int, name: str = "") -> None:
    """More lines of the same: rows only, since what is measured is the reading of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(max(number), 0) FROM dossiers_registerentry WHERE agency_id = %s",
            [dossier.agency_id],
        )
        (last,) = cursor.fetchone() or (0,)
    for number in range(last + 1, last + 1 + count):
        dossier.pk = dossier.id = None
        dossier._state.adding = True
        dossier.stream = uuid7()
        dossier.code = f"{AGENCY}-990101-{number:04d}"
        if name:
            dossier.applicant_name = name
        dossier.save(force_insert=True)
        RegisterEntry.objects.create(
            agency_id=dossier.agency_id, dossier=dossier, year=DAY.year, number=number, day=DAY
        )


def period(world: World) -> Period:
    return Period(world.agencies[AGENCY].pk, DAY, DAY)


def test_a_received_dossier_stands_in_the_register_of_its_desk(world: World, received: Dossier) -> None:
    page = shown(world.client("minh").get(f"/desk/register/?{ON}"))
    number = RegisterEntry.objects.get(dossier=received).number
    assert received.code in page
    assert f'<td class="is-number" data-label="Số">{number}</td>' in page
    assert received.applicant_name in page
    assert "Sổ theo dõi hồ sơ" in page
    assert received.code not in shown(world.client("linh").get(f"/desk/register/?{ON}"))
    for who in ("hoa", "tuan"):
        assert world.client(who).get("/desk/register/").status_code == 404


def test_without_a_period_it_is_this_month(world: World, received: Dossier) -> None:
    with time_machine.travel(NOW + timedelta(hours=8), tick=False):
        page = shown(world.client("minh").get("/desk/register/"))
    assert 'value="01/11/2026"' in page
    assert 'value="24/11/2026"' in page
    assert received.code in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("since=hom-qua&until=2026-11-30", "Nhập ngày bắt đầu"),
        ("since=01/11/2026&until=31/11/2026", "Nhập ngày kết thúc"),
        ("since=30/11/2026&until=01/11/2026", "Ngày kết thúc phải từ ngày bắt đầu"),
    ],
)
def test_a_period_that_is_none_is_said_and_kept(world: World, asked: str, said: str) -> None:
    response = world.client("minh").get(f"/desk/register/?{asked}")
    assert response.status_code == 422
    page = shown(response)
    assert said in page
    for value in (part.split("=")[1] for part in asked.split("&")):
        assert f'value="{value}"' in page


def test_days_are_written_as_people_write_them(world: World, received: Dossier) -> None:
    assert received.code in shown(
        world.client("minh").get("/desk/register/?since=24/11/2026&until= 24/11/2026")
    )


def test_a_page_costs_as_much_for_fifty_lines_as_for_one(
    world: World, received: Dossier, django_assert_num_queries: Any
) -> None:
    minh = world.client("minh")
    minh.get(f"/desk/register/?{ON}")
    with django_assert_num_queries(6):
        minh.get(f"/desk/register/?{ON}")
    more(received, 60)
    with django_assert_num_queries(6):
        page = minh.get(f"/desk/register/?{ON}")
    assert shown(page).count("data-row-link") == 50


def test_pages_follow_each_other_without_gap_or_repetition(world: World, received: Dossier) -> None:
    more(received, 120)
    minh, path, numbers = world.client("minh"), f"/desk/register/?{ON}", []
    while path:
        page = shown(minh.get(path))
        numbers += [
            int(part.split("<")[0]) for part in page.split('<td class="is-number" data-label="Số">')[1:]
        ]
        path = (
            page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
            if 'rel="next"' in page
            else ""
        )
    assert numbers == list(range(numbers[0], numbers[0] + 121))


def test_a_key_that_is_none_begins_at_the_top(world: World, received: Dossier) -> None:
    for after in ("x", "2026~x", "9~9", "2026~" + "9" * 30, "2026~²", "~"):
        assert world.client("minh").get(f"/desk/register/?{ON}&after={after}").status_code == 200


def test_the_line_tells_how_it_went(world: World) -> None:
    returned = factories.advance(world, factories.filed_dossier(world), "returned")
    (line,) = [line for line in register.every(period(world)) if line.code == returned.code]
    said = register.in_words(line)
    assert said.signature == "Đã nhận bản điện tử"
    assert said.returned == "24/11/2026 14:00"
    assert said.method == "Trực tuyến"
    assert said.note == ""


# --- print ---------------------------------------------------------------------------------------------------


def test_the_book_is_ordered_printed_by_a_job_and_kept(world: World, received: Dossier) -> None:
    more(received, 30)
    minh = world.client("minh")
    with jobs.held() as held:
        answer = minh.post("/desk/register/print/", {"since": DAY.isoformat(), "until": DAY.isoformat()})
    assert answer.status_code == 302
    waiting = shown(minh.get(answer["Location"]))
    assert "Đang lập sổ" in waiting
    assert 'http-equiv="refresh"' in waiting
    order = RegisterPrint.objects.get()
    assert minh.get(f"{answer['Location']}so-theo-doi.pdf").status_code == 404
    [(job, arguments)] = held
    job.run(**arguments)
    ready = shown(minh.get(answer["Location"]))
    assert "Sổ đã lập xong" in ready
    assert 'http-equiv="refresh"' not in ready
    response = minh.get(f"{answer['Location']}so-theo-doi.pdf")
    book = b"".join(response.streaming_content)
    assert response["Content-Type"] == "application/pdf"
    words = words_of(book)
    assert tight("31 hồ sơ") in words
    for line in register.every(period(world)):
        assert line.code in words
    # Printed again it is the same, whatever has come since.
    more(received, 1)
    job.run(**arguments)
    order.refresh_from_db()
    with blob_store().open(order.blob_id or "") as content:
        assert content.read() == book
    listed = shown(minh.get(f"/desk/register/?{ON}"))
    assert f"/desk/register/prints/{order.pk}/" in listed
    linh = world.client("linh")
    assert linh.get(answer["Location"]).status_code == 404
    assert linh.get(f"{answer['Location']}so-theo-doi.pdf").status_code == 404


def test_a_long_book_is_bound_from_sheets_and_tells_its_progress(
    world: World, received: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    more(received, 49)
    monkeypatch.setattr(register_printing, "SHEET", 20)
    order = register_printing.order(actor=world.officer("minh"), period=period(world), now=NOW)
    seen: list[int] = []
    bind = register_printing.binding.bind

    def counting(sheets: Any) -> bytes:
        seen.append(len(sheets))
        order.refresh_from_db()
        return bind(sheets)

    monkeypatch.setattr(register_printing.binding, "bind", counting)
    register_printing.make(order.pk, now=NOW)
    assert seen == [3]
    assert order.done == order.total == 50
    order.refresh_from_db()
    with blob_store().open(order.blob_id or "") as content:
        words = words_of(content.read())
    positions = [words.index(line.code) for line in register.every(period(world))]
    assert positions == sorted(positions)
    assert words.count("SỔTHEODÕIHỒSƠ") == 1


def test_too_long_or_empty_a_period_is_refused_in_words(
    world: World, received: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    minh = world.client("minh")
    nothing = minh.post("/desk/register/print/", {"since": "2020-01-01", "until": "2020-01-02"})
    assert nothing.status_code == 422
    assert "không có dòng nào để in" in shown(nothing)
    assert 'value="01/01/2020"' in shown(nothing)
    more(received, 3)
    monkeypatch.setattr(register_printing, "MOST", 3)
    for answer in (
        minh.post("/desk/register/print/", {"since": DAY.isoformat(), "until": DAY.isoformat()}),
        minh.get(f"/desk/register/so-theo-doi.xlsx?{ON}"),
    ):
        assert answer.status_code == 422
        assert "Kỳ này có 4 dòng; mỗi lần in hoặc lập XLSX tối đa 3 dòng" in shown(answer)
    assert not RegisterPrint.objects.exists()
    with pytest.raises(Refused, match="too_long"):
        register_printing.order(actor=world.officer("minh"), period=period(world), now=NOW)


def test_nobody_orders_the_book_of_another_desk(world: World, received: Dossier) -> None:
    other = Period(world.agencies[OTHER_AGENCY].pk, DAY, DAY)
    for actor, wanted in (
        (world.officer("minh"), other),
        (world.officer("tuan"), period(world)),
        (world.person("lan"), period(world)),
    ):
        with pytest.raises(NotAllowed):
            register_printing.order(actor=actor, period=wanted, now=NOW)
    assert world.client("minh").get(f"/desk/register/?agency={OTHER_AGENCY}").status_code == 404
    answer = world.client("minh").post("/desk/register/print/", {"agency": OTHER_AGENCY})
    assert answer.status_code == 404


def test_a_print_that_was_given_up_says_so(
    world: World, received: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = register_printing.order(actor=world.officer("minh"), period=period(world), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'dossiers.print_register'"
        )
    page = shown(world.client("minh").get(f"/desk/register/prints/{order.pk}/"))
    assert "Chưa lập được sổ" in page
    assert 'http-equiv="refresh"' not in page


# --- files of the same rows -------------------------------------------------------------------------------------


def test_csv_and_workbook_have_the_rows_of_the_book(world: World, received: Dossier) -> None:
    more(received, 20)
    minh = world.client("minh")
    answer = minh.get(f"/desk/register/so-theo-doi.csv?{ON}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "so-theo-doi-ho-so-20261124-20261124.csv" in answer["Content-Disposition"]
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    listed = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    book = load_workbook(
        io.BytesIO(b"".join(minh.get(f"/desk/register/so-theo-doi.xlsx?{ON}").streaming_content))
    )
    sheet = [[cell.value or "" for cell in row] for row in book.active.iter_rows()]
    assert listed == sheet
    said = [register.in_words(line) for line in register.every(period(world))]
    assert [row[1] for row in listed[1:]] == [line.code for line in said]
    assert len(listed) == 22
    assert listed[1][4] == said[0].contact
    assert listed[0][9] == "Phương thức nhận kết quả"


@pytest.mark.parametrize("name", ['=HYPERLINK("http://x")', "+84 912", "-1+1", "@SUM(1)", "\tx"])
def test_a_name_is_never_a_formula(world: World, received: Dossier, name: str) -> None:
    more(received, 1, name=name)
    minh = world.client("minh")
    text = b"".join(minh.get(f"/desk/register/so-theo-doi.csv?{ON}").streaming_content).decode()
    assert list(csv.reader(io.StringIO(text)))[-1][3] == f"'{name}"
    content = b"".join(minh.get(f"/desk/register/so-theo-doi.xlsx?{ON}").streaming_content)
    cell = list(load_workbook(io.BytesIO(content)).active.iter_rows())[-1][3]
    assert (cell.value, cell.data_type) == (name, "s")


def test_files_of_no_period_are_not_there(world: World) -> None:
    for ending in ("csv", "xlsx"):
        assert world.client("minh").get(f"/desk/register/so-theo-doi.{ending}?since=x").status_code == 404


def test_a_range_over_two_years_names_the_volume_of_each_number(world: World, received: Dossier) -> None:
    wide = Period(received.agency_id, date(2025, 1, 1), DAY)
    assert wide.volume == "2025–2026"
    page = shown(world.client("minh").get(f"/desk/register/?since=2025-01-01&until={DAY.isoformat()}"))
    assert f"{RegisterEntry.objects.get(dossier=received).number}/2026" in page
