"""Worklists: by seat, by key, and counts that are what the lists show."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from motcua.dossiers.models import Dossier
from motcua.kernel import crypto
from motcua.kernel.actors import Actor
from motcua.kernel.refusals import NotAllowed
from motcua.kernel.text import fold
from motcua.processing import actions
from motcua.processing.models import StepRun
from motcua.workspace import actions as desk
from motcua.workspace.queries import desk_of
from motcua.workspace.rules import due_between
from motcua.workspace.worklists import VIEWS, Asked, Row, counts, neighbours, read_key, walk, worklist
from motcua.workspace.worklists.conditions import searched, sql_of
from tests import factories
from tests.factories import World
from tests.workspace import helpers
from tests.workspace.helpers import refused


@pytest.fixture
def busy(world: World) -> World:
    """A desk with something in every view."""
    factories.filed_dossier(world)
    factories.filed_dossier(world, "binh", factories.HOUSEHOLD)
    factories.advance(world, factories.filed_dossier(world), "received")
    factories.advance(world, factories.filed_dossier(world), "processing")
    factories.advance(world, factories.filed_dossier(world), "proposed")
    factories.ask_supplement(world, factories.filed_dossier(world), field="muc_dich")
    factories.advance(world, factories.filed_dossier(world), "finished")
    factories.filed_dossier(world, agency=factories.OTHER_AGENCY)
    return world


@pytest.mark.parametrize("who", ["minh", "hoa", "tuan", "linh"])
@pytest.mark.parametrize("days", [0, 1, 30])
def test_counts_are_what_the_lists_show(busy: World, who: str, days: int) -> None:
    actor = busy.officer(who)
    now = busy.now + timedelta(days=days, hours=8)
    counted = counts(actor, now=now)
    for view in VIEWS:
        found = worklist(actor, Asked(view), limit=200, now=now)
        assert len(found.rows) == counted[view] == found.counts[view], view


def test_mine_is_what_i_may_take_or_have_taken(busy: World) -> None:
    hoa = busy.officer("hoa")
    mine = worklist(hoa, Asked("mine"), now=busy.now).rows
    assert {row.claimed_by for row in mine} <= {"", hoa.name}
    colleague = Actor(kind="officer", account=busy.account("dung").pk, seats=hoa.seats)
    theirs = worklist(colleague, Asked("mine"), now=busy.now).rows
    claimed = StepRun.objects.filter(closed_at=None, claimed_by=hoa.account).count()
    assert claimed == 1
    assert len(theirs) == len(mine) - claimed


def test_whoever_takes_the_seat_today_sees_todays_work(busy: World) -> None:
    minh = busy.officer("minh")
    newcomer = Actor(kind="officer", account=busy.account("nguoila").pk, seats=minh.seats)
    assert (
        worklist(newcomer, Asked("mine"), now=busy.now).rows
        == worklist(minh, Asked("mine"), now=busy.now).rows
    )
    assert worklist(Actor(kind="officer", account=minh.account), Asked("unit"), now=busy.now).rows == ()


def test_late_is_late_and_waiting_is_never_late(busy: World) -> None:
    later = busy.now + timedelta(days=60)
    for who in ("minh", "hoa", "tuan"):
        found = worklist(busy.officer(who), Asked("late"), now=later, limit=200)
        assert all(row.due_state == "late" and row.minutes > 0 for row in found.rows)
        waiting = worklist(busy.officer(who), Asked("waiting"), now=later, limit=200)
        assert not {row.run for row in found.rows} & {row.run for row in waiting.rows}
    assert worklist(busy.officer("minh"), Asked("waiting"), now=later).rows[0].due_state == "paused"


def test_pages_by_key_meet_without_gap_or_overlap(busy: World) -> None:
    tuan = busy.officer("tuan")
    everything = [row.run for row in worklist(tuan, Asked("unit"), limit=200, now=busy.now).rows]
    gathered, key = [], None
    for _ in range(20):
        page = worklist(tuan, Asked("unit"), after=key, limit=2, now=busy.now)
        gathered += [row.run for row in page.rows]
        key = page.next_key
        if key is None:
            break
    assert gathered == everything
    assert len(everything) == 7


def test_a_claimed_run_is_on_top_of_nobody_elses_list(busy: World) -> None:
    run = StepRun.objects.filter(
        closed_at=None, role="one_stop", waits_for="", agency__code=factories.AGENCY
    ).first()
    assert run is not None
    actions.claim(actor=busy.officer("minh"), run_id=run.pk, now=busy.now)
    assert run.pk in {row.run for row in worklist(busy.officer("minh"), Asked("mine"), now=busy.now).rows}


@pytest.mark.parametrize("junk", ["", None, "1.5~2", "a~b", "1~" + "9" * 30])
def test_keys_that_are_none(junk: str | None) -> None:
    assert read_key(junk) is None


# --- others, followed, filters, neighbours ---------------------------------------------------------------


def test_every_open_step_of_the_agency_is_with_me_with_my_unit_or_elsewhere(busy: World) -> None:
    """The lists part what the officer may see; nothing is in two of them, nothing in none."""
    open_here = set(
        StepRun.objects.filter(closed_at=None, agency__code=factories.AGENCY).values_list("pk", flat=True)
    )
    for who in ("minh", "tuan"):  # both may see all of their agency
        actor = busy.officer(who)
        unit = {row.run for row in worklist(actor, Asked("unit"), limit=200, now=busy.now).rows}
        others = {row.run for row in worklist(actor, Asked("others"), limit=200, now=busy.now).rows}
        assert not unit & others
        assert unit | others == open_here
    assert worklist(busy.officer("minh"), Asked("others"), now=busy.now).rows


@pytest.mark.parametrize("view", VIEWS)
def test_the_other_agency_sees_nothing_of_ours_in_any_list(busy: World, view: str) -> None:
    lan = busy.person("lan")
    ours = {d.code for d in Dossier.objects.filter(agency__code=factories.AGENCY)}
    for who in ("linh", "cuong", "hung"):
        actor = busy.officer(who)
        for dossier in Dossier.objects.filter(agency__code=factories.AGENCY)[:2]:
            with refused(NotAllowed):
                desk.follow(actor=actor, code=dossier.code, wanted=True, now=busy.now)
        found = worklist(actor, Asked(view), limit=200, now=busy.now + timedelta(days=40))
        assert not {row.code for row in found.rows} & ours
        assert not {row.code for page in walk(actor, Asked(view), now=busy.now) for row in page} & ours
    with refused(NotAllowed):
        desk.follow(actor=lan, code=next(iter(ours)), wanted=True, now=busy.now)


@pytest.mark.parametrize(
    "q", ["Nguyễn Thị Lan", "nguyen thi", "khai sinh", "hon nhan", "038192186762", "H56.201"]
)
def test_searching_shows_a_stranger_nothing(busy: World, q: str) -> None:
    assert not any(
        row.code.startswith("H56.201")
        for row in worklist(busy.officer("linh"), Asked(q=q), limit=200, now=busy.now).rows
    )


SEARCHES = [
    "Nguyễn Thị Lan",
    "nguyen",
    "lan",
    "thi la",
    "binh",
    "hon nhan",
    "kinh doanh",
    factories.MARITAL,
    "H56.20",
    "038192186762",
]


@pytest.mark.parametrize("q", SEARCHES)
def test_a_search_finds_what_a_slow_look_at_everything_finds(busy: World, q: str) -> None:
    """Whoever asks: one-stop, civil servant, heads, also of a province; lent dossiers too."""
    lent = factories.filed_dossier(busy, agency=factories.OTHER_AGENCY)
    seat = busy.officer("hoa").seats[0]
    lent.involve(agency=seat.agency, unit=seat.unit)
    index = crypto.blind_index(q, crypto.CITIZEN_ID)
    found_by_anybody = 0
    for person in busy.people.values():
        if not person.staff:
            continue
        actor = busy.officer(person.username)
        wanted = [
            dossier.code
            for dossier in Dossier.objects.visible_to(actor).select_related("procedure").order_by("-pk")
            if dossier.code.startswith(q)
            or dossier.procedure.national_code == q
            or bytes(dossier.applicant_index or b"") == index
            or f" {fold(q)}" in f" {dossier.applicant_folded}"
            or all(f" {word}" in f" {fold(dossier.procedure.name)}" for word in fold(q).split())
        ]
        found = worklist(actor, Asked(q=q), limit=200, now=busy.now)
        assert [row.code for row in found.rows] == wanted, (person.username, q)
        assert found.found == len(wanted)
        assert [row.code for page in walk(actor, Asked(q=q), now=busy.now, size=2) for row in page] == wanted
        filtered = worklist(actor, Asked(q=q, channel=(2,)), limit=200, now=busy.now)
        assert [row.code for row in filtered.rows] == wanted == wanted[: filtered.found]
        found_by_anybody += len(wanted)
    assert found_by_anybody


@pytest.mark.parametrize("q", SEARCHES)
@pytest.mark.parametrize("who", ["minh", "hoa", "tuan"])
def test_a_search_never_asks_every_dossier_whose_it_is(busy: World, who: str, q: str) -> None:
    """ "Their own, or lent to them" is a condition that no index serves: among a million dossiers it costs seconds."""
    found = searched(busy.officer(who), q)
    for sql, _values in (sql_of(part) for part, _small in found.parts):
        assert "OR EXISTS" not in sql
        assert re.search(r"""WHERE \(?"dossiers_dossier"."(agency_id" (=|IN)|id" IN \(SELECT)""", sql), sql
    newest, _values = found.newest(51)
    # Large sets are read from their newest on; small ones behind a fence, so that the plan begins with their index.
    assert newest.count("LIMIT 51") == sum(1 for _part, small in found.parts if not small)
    assert newest.count("OFFSET 0") == sum(1 for _part, small in found.parts if small)


def test_a_procedure_is_found_by_its_words(busy: World) -> None:
    found = worklist(busy.officer("minh"), Asked(q="tinh trang hon nhan"), limit=200, now=busy.now).rows
    assert found
    assert all("hôn nhân" in row.procedure for row in found)
    assert not worklist(busy.officer("minh"), Asked(q="tinh trang khong co"), now=busy.now).rows


FILTERS: list[dict[str, object]] = [
    {"procedure": [factories.HOUSEHOLD]},
    {"step": ["receive", "sign"]},
    {"status": [1, 5]},
    {"channel": [2]},
    {"channel": [1]},
    {"due": "late"},
    {"due": "today"},
    {"due": "week"},
    {"due": "later"},
    {"claimed": "me"},
    {"claimed": "nobody"},
    {"claimed": "somebody"},
    {"unit": [1, 2, 3]},
    {"status": [4], "claimed": "somebody"},
]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("given", FILTERS, ids=str)
def test_a_filtered_count_is_what_the_filtered_list_shows(
    busy: World, view: str, given: dict[str, object]
) -> None:
    """And the list is what a slow look at every line of the whole list leaves."""
    now = busy.now + timedelta(days=2)
    for who in ("minh", "hoa", "tuan"):
        actor = busy.officer(who)
        asked = Asked.read({"list": view, **given})
        assert asked.filters
        found = worklist(actor, asked, limit=200, now=now)
        assert found.found == len(found.rows)
        everything = worklist(actor, Asked.read({"list": view}), limit=200, now=now)
        assert found.counts == everything.counts
        assert [row.key for row in found.rows] == [
            row.key for row in everything.rows if _fits(row, given, actor, now)
        ]
        assert [row.key for page in walk(actor, asked, now=now, size=2) for row in page] == [
            row.key for row in found.rows
        ]


def _fits(row: Row, given: dict[str, object], actor: Actor, now: datetime) -> bool:
    run = StepRun.objects.select_related("step").filter(pk=row.run or 0).first()
    dossier = Dossier.objects.select_related("procedure").get(code=row.code)
    for name, wanted in given.items():
        match name:
            case "procedure":
                fits = dossier.procedure.national_code in wanted
            case "status":
                fits = dossier.status in wanted
            case "channel":
                fits = dossier.channel in wanted
            case "step":
                fits = run is not None and run.step.key in wanted
            case "unit":
                fits = run is not None and run.unit_id in wanted
            case "claimed":
                who = run.claimed_by_id if run else None
                fits = run is not None and {
                    "me": who == actor.account, "nobody": who is None, "somebody": who is not None,
                }[str(wanted)]  # fmt: skip
            case _:
                begin, end = due_between(str(wanted), now)
                fits = (
                    run is not None
                    and (begin is None or run.due_at >= begin)
                    and (end is None or run.due_at < end)
                    and (wanted != "late" or run.waits_for == "")
                )
        if not fits:
            return False
    return True


@pytest.mark.parametrize("view", ["unit", "others", "followed"])
def test_walking_by_neighbours_meets_every_line_once_and_back(busy: World, view: str) -> None:
    tuan = busy.officer("tuan")
    for dossier in Dossier.objects.filter(agency__code=factories.AGENCY):
        desk.follow(actor=tuan, code=dossier.code, wanted=True, now=busy.now)
    asked = Asked(view)
    rows = worklist(tuan, asked, limit=200, now=busy.now).rows
    if not rows:
        assert view == "others"
        return
    key, seen = rows[0].key, [rows[0].code]
    while (after := neighbours(tuan, asked, key, now=busy.now).after) is not None:
        seen.append(after[0])
        key = after[1]
    assert seen == [row.code for row in rows]
    back = [seen[-1]]
    while (before := neighbours(tuan, asked, key, now=busy.now).before) is not None:
        back.append(before[0])
        key = before[1]
    assert back == seen[::-1]


def test_whoever_has_done_a_line_still_goes_on_to_the_next(busy: World) -> None:
    minh = busy.officer("minh")
    rows = worklist(minh, Asked("mine", step=("receive",)), limit=200, now=busy.now).rows
    actions.receive(actor=minh, run_id=rows[0].run or 0, now=busy.now)
    after = neighbours(minh, Asked("mine", step=("receive",)), rows[0].key, now=busy.now).after
    assert after is not None
    assert after[0] == rows[1].code


def test_a_label_of_another_unit_filters_nothing_and_is_not_shown(busy: World) -> None:
    minh, hoa = busy.officer("minh"), busy.officer("hoa")
    mine = helpers.label(busy, "minh")
    row = worklist(minh, Asked("unit"), now=busy.now).rows[0]
    desk.put_label(actor=minh, label_id=mine.pk, dossier_id=row.dossier, now=busy.now)
    asked = Asked("unit", label=(mine.pk,))
    assert [r.code for r in worklist(minh, asked, now=busy.now).rows] == [row.code]
    assert worklist(hoa, asked, now=busy.now).rows == ()
    assert mine.pk not in desk_of(hoa).labels
    with refused(NotAllowed):
        desk.put_label(actor=hoa, label_id=mine.pk, code=row.code, now=busy.now)
