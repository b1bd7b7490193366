"""As many queries for 2,639 procedures as for twenty; the round page within the time of a page."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.programme.models import ReviewAssessment, ReviewRound
from motcua.programme.review import lists, receiving
from tests.factories import AGENCY, NOW, World
from tests.programme import rounds

#: Session, account, seats and the page's own.
ROUND, PRIORITY, LIST, PUBLIC, BOARD, ASSESSMENT = 12, 12, 16, 6, 12, 14


def queries(browser: Any, path: str) -> int:
    """Of a page, when what processes keep for seconds is fresh (the lesser of two looks)."""
    counts = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as seen:
            answer = browser.get(path)
        assert answer.status_code == 200, path
        counts.append(len(seen))
    return min(counts)


def test_round_pages_cost_the_same_for_all_procedures(world: World) -> None:
    small = rounds.opened(world)
    rounds.assigned(world, small)
    large = rounds.opened(world, sectors=(), name="Toàn bộ danh mục")
    assert ReviewAssessment.objects.filter(round=large).count() > 2600
    sectors = (
        ReviewAssessment.objects.filter(round=large)
        .values_list("procedure__sector__slug", flat=True)
        .distinct()
    )
    rounds.assigned(world, large, sectors=tuple(sectors))
    hieu = world.client("hieu")
    for suffix, budget in (
        ("", ROUND),
        ("?state=todo&agency=H56.201&q=cấp", ROUND + 1),
        ("assign/", ROUND + 2),
        ("priority/", PRIORITY),
        ("list/", LIST),
    ):
        few, many = (queries(hieu, f"/programme/rounds/{one.pk}/{suffix}") for one in (small, large))
        assert few == many, suffix
        assert many <= budget, (suffix, many)
    assert queries(hieu, "/programme/") <= ROUND
    began = time.process_time()
    hieu.get(f"/programme/rounds/{large.pk}/")
    took = time.process_time() - began
    assert took < 0.25, f"{took * 1000:.0f} ms of CPU"


def test_priority_over_many_judged_rows(world: World) -> None:
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    hieu = world.client("hieu")
    path = f"/programme/rounds/{round_.pk}/priority/"
    codes = ReviewAssessment.objects.filter(round=round_).values_list("procedure__national_code", flat=True)
    rounds.saved(world, rounds.one(round_, codes[0]), electronic_form=False)
    one = queries(hieu, path)
    for code in list(codes)[1:15]:
        rounds.saved(world, rounds.one(round_, code), presence=rounds.PRESENCE)
    assert queries(hieu, path) == one


def test_an_assessment_costs_the_same_with_a_long_history(world: World) -> None:
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    hoa = world.client("hoa")
    path = f"/programme/rounds/{round_.pk}/1.001193/"
    rounds.saved(world, rounds.one(round_, "1.001193"))
    one = queries(hoa, path)
    for number in range(12):
        rounds.saved(world, rounds.one(round_, "1.001193"), note=f"lần {number}")
    assert queries(hoa, path) == one <= ASSESSMENT


def test_the_public_list_and_the_board(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    rounds.listed(world, {code: {} for code in ("1.001193", "1.000894", "1.000656", "1.004873")})
    assert queries(world.client(), "/service-list/?q=khai+sinh") <= PUBLIC
    hieu = world.client("hieu")
    asked = receiving.open_collection(
        actor=world.officer("hieu"), name="A", instrument="B", deadline=date(2027, 1, 1), now=NOW
    )
    path = f"/programme/collections/{asked.key}/"
    before = queries(hieu, path)
    entries = [{"code": f"1.{n:06}", "name": f"Thủ tục {n}", "level": "full"} for n in range(2639)]
    for sender in ("thanh-hoa", "ha-noi", "bo-cong-an"):
        incoming = receiving.read_list(
            {
                "format": lists.FORMAT,
                "number": sender,
                "signer": "A",
                "signed_on": "2026-11-20",
                "entries": entries,
            }
        )
        receiving.receive(sender=sender, collection=asked.key, incoming=incoming, now=NOW)
    assert queries(hieu, path) == before <= BOARD
    assert queries(hieu, f"{path}consolidated/") <= BOARD


def test_a_whole_index_is_assessed_approved_and_printed(world: World, settings: Any, tmp_path: Any) -> None:
    """2,652 procedures through the list's own code: the papers of the largest list there is."""
    settings.DATA_DIR = tmp_path
    round_: ReviewRound = rounds.opened(world, sectors=())
    sectors = (
        ReviewAssessment.objects.filter(round=round_)
        .values_list("procedure__sector__slug", flat=True)
        .distinct()
    )
    rounds.assigned(world, round_, AGENCY, tuple(sectors))
    # Two thousand signatures by three people are tested one by one elsewhere; here only their outcome counts.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE programme_assessment SET state = 'approved', level = 'full', judgement = '{\"blockers\": []}' WHERE round_id = %s",
            [round_.pk],
        )
    from motcua.kernel.jobs import held

    with held() as waiting:
        made = lists.approve_list(
            actor=world.officer("dat"),
            round_id=round_.pk,
            number="9/QĐ-UBND",
            place="Thanh Hóa",
            signer_title="Phó Chủ tịch",
            effective_on=date(2026, 11, 24),
            now=NOW,
        )
    began = time.process_time()
    for job, arguments in waiting:
        job.run(**arguments)
    made.refresh_from_db()
    assert made.pdf is not None
    took = time.process_time() - began
    assert took < 60, f"{took:.1f} s of CPU"
    print(f"signed PDF of {made.entries.count()} lines: {took:.1f} s CPU, {made.pdf.size} bytes")
    hieu = world.client("hieu")
    for kind in ("docx", "xlsx", "csv"):
        began = time.process_time()
        answer = hieu.get(f"/programme/rounds/{round_.pk}/list/{kind}/")
        assert answer.status_code == 200
        print(f"{kind}: {time.process_time() - began:.1f} s CPU, {len(answer.content)} bytes")
