"""What the actions of a round refuse, and what they leave behind: rights, revisions, history, the catalogue."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from motcua.catalogue import queries as catalogue
from motcua.catalogue.actions import import_catalogue
from motcua.catalogue.importing import bundled_sources, parse
from motcua.catalogue.models import Procedure, Service
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import local_day
from motcua.kernel.events import broken_at
from motcua.kernel.jobs import held
from motcua.kernel.models import Event, RulesSkipped
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.models import Agency
from motcua.programme.review import actions, lists, queries
from motcua.programme.review.models import ListEntry, ReviewAssessment, ServiceList
from motcua.results.verification import verify
from tests.committed import Committed
from tests.factories import AGENCY, OTHER_AGENCY
from tests.programme import rounds

BIRTH, MARRIAGE, DEATH = "1.001193", "1.000894", "1.000656"


def refused(code: str, action: Any, **arguments: Any) -> Refused:
    with pytest.raises(Refused) as caught:
        action(**arguments)
    assert caught.value.code == code
    return caught.value


def test_only_the_focal_point_opens_and_gives(committed: Committed) -> None:
    world = committed.world
    common = {
        "name": "A",
        "instrument": "B",
        "deadline": local_day(world.now),
        "judged_on": local_day(world.now),
        "agencies": [AGENCY],
        "now": world.now,
    }
    for who in ("hoa", "tuan", "toan", "minh"):
        refused("review.only_focal", actions.open_round, actor=world.officer(who), **common)
    hieu = world.officer("hieu")
    yesterday = local_day(world.now) - timedelta(days=1)
    refused("review.deadline_past", actions.open_round, actor=hieu, **{**common, "deadline": yesterday})
    refused("review.no_name", actions.open_round, actor=hieu, **{**common, "name": " "})
    refused("review.no_agency", actions.open_round, actor=hieu, **{**common, "agencies": ["G01"]})
    refused(
        "review.no_law",
        actions.open_round,
        actor=hieu,
        **{**common, "judged_on": local_day(world.now).replace(year=2021)},
    )
    refused("review.no_procedure", actions.open_round, actor=hieu, **common, sectors=["no-such-sector"])
    round_ = rounds.opened(world)
    for who in ("hoa", "tuan", "dat"):
        refused(
            "review.unknown",
            actions.assign,
            actor=world.officer(who),
            round_id=round_.pk,
            agency=AGENCY,
            sectors=["ho-tich"],
            now=world.now,
        )
    refused(
        "review.agency_not_in_round",
        actions.assign,
        actor=hieu,
        round_id=round_.pk,
        agency="H56.10",
        sectors=["ho-tich"],
        now=world.now,
    )


def test_each_part_sees_and_does_its_own(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    found = rounds.one(round_, BIRTH)
    counts = {
        who: queries.round_page(world.officer(who), round_.pk, queries.Filter()).total
        for who in ("hieu", "hoa", "tuan", "dat", "cuong")
    }
    assert counts["hieu"] == counts["hoa"] == counts["tuan"] == counts["dat"] > 20
    assert counts["cuong"] == 0, "takes part, but nothing is theirs"
    for who in ("minh", "mai", "kien", "toan"):
        with pytest.raises(NotAllowed):
            queries.find_round(world.officer(who), round_.pk)
    with pytest.raises(NotAllowed):
        rounds.saved(world, found, "cuong")
    for who in ("tuan", "hieu"):
        with pytest.raises(Conflict):
            rounds.saved(world, found, who)
    rounds.saved(world, found)
    for who, step in (("hoa", "check"), ("hieu", "submit"), ("tuan", "approve"), ("hieu", "approve")):
        with pytest.raises(Conflict):
            rounds.moved(world, found, who, step)
    rounds.moved(world, found, "hoa", "submit")
    with pytest.raises(Conflict):
        rounds.moved(world, found, "tuan", "approve")
    with pytest.raises(Refused) as short:
        rounds.moved(world, found, "hieu", "send_back", "không")
    assert short.value.code == "reason.too_short"
    rounds.moved(world, found, "hieu", "check")
    with pytest.raises(Conflict):
        rounds.moved(world, found, "hung", "approve") if False else rounds.moved(
            world, found, "hoa", "submit"
        )
    rounds.moved(world, found, "dat", "approve")  # a head above may as well


def test_an_older_revision_overwrites_nothing(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    first, second = rounds.one(round_, BIRTH), rounds.one(round_, BIRTH)
    rounds.saved(world, first, electronic_form=False)
    with pytest.raises(Conflict) as late:
        rounds.saved(world, second, payment="offline")
    assert late.value.code == "assessment.changed_elsewhere"
    assert late.value.params["by"] == "Phạm Thị Hoa"
    kept = rounds.one(round_, BIRTH)
    assert kept.findings is not None
    assert (kept.findings["electronic_form"], kept.findings["payment"]) == (False, "none")


def test_whoever_holds_two_posts_does_not_sign_off_their_own_work(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    found = rounds.saved(world, rounds.one(round_, BIRTH))
    rounds.moved(world, found, "hoa", "submit")
    from dataclasses import replace

    both = replace(world.officer("hoa"), seats=(*world.officer("hoa").seats, *world.officer("hieu").seats))
    found.refresh_from_db()
    refused(
        "assessment.own_work",
        actions.move,
        actor=both,
        assessment_id=found.pk,
        revision=found.revision,
        step="check",
        now=world.now,
    )


def test_several_at_once_are_all_or_none(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    chosen = []
    for code in (BIRTH, MARRIAGE):
        rounds.moved(world, rounds.saved(world, rounds.one(round_, code)), "hoa", "submit")
    for code in (BIRTH, MARRIAGE):
        found = rounds.one(round_, code)
        chosen.append((found.pk, found.revision))
    stale = [chosen[0], (chosen[1][0], chosen[1][1] - 1)]
    hieu = world.officer("hieu")
    refused(
        "assessment.changed_elsewhere",
        actions.move_many,
        actor=hieu,
        chosen=stale,
        step="check",
        now=world.now,
    )
    assert rounds.one(round_, BIRTH).state == "submitted", "the first was rolled back with the second"
    refused("assessment.none_chosen", actions.move_many, actor=hieu, chosen=[], step="check", now=world.now)
    refused(
        "assessment.too_many", actions.move_many, actor=hieu, chosen=chosen * 200, step="check", now=world.now
    )
    assert actions.move_many(actor=hieu, chosen=chosen, step="check", now=world.now) == 2


def test_work_that_was_handed_up_is_not_given_to_another_agency(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    total = rounds.assigned(world, round_)
    rounds.moved(world, rounds.saved(world, rounds.one(round_, BIRTH)), "hoa", "submit")
    hieu = world.officer("hieu")
    given, left = actions.assign(
        actor=hieu, round_id=round_.pk, agency=OTHER_AGENCY, sectors=["ho-tich"], now=world.now
    )
    assert (given, left) == (total - 1, 1)
    refused(
        "review.rows_moved",
        actions.assign_rows,
        actor=hieu,
        round_id=round_.pk,
        rows=[(BIRTH, OTHER_AGENCY), (MARRIAGE, AGENCY)],
        now=world.now,
    )
    assert rounds.one(round_, MARRIAGE).agency.code == OTHER_AGENCY


def test_history_tells_everything_and_cannot_be_forked(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    found = rounds.approved(world, rounds.one(round_, MARRIAGE), presence=rounds.PRESENCE)
    rounds.moved(world, found, "hieu", "reopen", "Văn bản chuyên ngành đã thay đổi.")
    kinds = [event.kind for event in reversed(queries.history(rounds.one(round_, MARRIAGE)))]
    assert kinds == [
        "review.assigned",
        "assessment.saved",
        "assessment.submitted",
        "assessment.checked",
        "assessment.approved",
        "assessment.reopened",
    ]
    for stream in (found.stream, round_.stream):
        assert broken_at(Event.objects.filter(stream=stream).order_by("seq")) is None
    with pytest.raises(RulesSkipped):
        ReviewAssessment.objects.filter(pk=found.pk).update(level="full")


def test_a_list_needs_every_procedure_and_its_own_head(committed: Committed) -> None:
    world = committed.world
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    common = {
        "round_id": round_.pk,
        "number": "1/QĐ-UBND",
        "place": "Thanh Hóa",
        "signer_title": "Chủ tịch",
        "effective_on": local_day(world.now),
        "now": world.now,
    }
    dat = world.officer("dat")
    for who in ("hieu", "tuan", "hoa"):
        refused("review.unknown", lists.approve_list, actor=world.officer(who), **common)
    left = refused("list.unfinished", lists.approve_list, actor=dat, **common).params["count"]
    assert left == ReviewAssessment.objects.filter(round=round_).count()
    rounds.all_but(world, round_, [])
    refused("list.empty", lists.approve_list, actor=dat, **common)
    refused("list.no_number", lists.approve_list, actor=dat, **{**common, "number": ""})
    yesterday = local_day(world.now) - timedelta(days=1)
    refused("list.effective_past", lists.approve_list, actor=dat, **{**common, "effective_on": yesterday})
    assert not ServiceList.objects.exists()


def test_a_list_sets_the_catalogue_and_an_import_does_not_undo_it(
    committed: Committed, time_machine: Any
) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    before = Service.objects.get(agency__code=AGENCY, procedure__national_code=BIRTH)
    assert before.level == "full"
    made = rounds.listed(world, {BIRTH: {"electronic_form": False}, MARRIAGE: {}})
    after = Service.objects.get(pk=before.pk)
    assert (after.level, after.valid_from, after.active) == ("partial", made.effective_on, True)
    catalogue.forget()
    hit = catalogue.hit(BIRTH)
    page = catalogue.procedure_page(BIRTH)
    assert hit is not None
    assert page is not None
    assert (hit.level, page.level, page.level_certain) == ("partial", "partial", True)
    import_catalogue(actor=SYSTEM, parsed=parse(bundled_sources()), now=world.now)
    catalogue.forget()
    assert catalogue.hit(BIRTH).level == "partial"
    assert Procedure.objects.get(national_code=BIRTH).level == "full", "the national data stay what they are"
    lists.put_in_force.run(list_id=made.pk)  # looks first
    assert Event.objects.filter(kind="catalogue.levels_set").count() == 1


def test_levels_wait_for_their_day_and_an_older_list_does_not_come_back(
    committed: Committed, time_machine: Any
) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    made = rounds.listed(world, {BIRTH: {"electronic_form": False}}, run=False)
    ServiceList.objects.filter(pk=made.pk).update(effective_on=local_day(world.now) + timedelta(days=9))
    lists.put_in_force.run(list_id=made.pk)
    made.refresh_from_db()
    assert made.applied_at is None, "its day has not come"
    newer = rounds.listed(world, {BIRTH: {}}, number="2/QĐ-UBND")
    assert newer.previous == made
    ServiceList.objects.filter(pk=newer.pk).update(effective_on=local_day(world.now) + timedelta(days=10))
    time_machine.move_to(world.now + timedelta(days=30), tick=True)
    lists.put_in_force.run(list_id=made.pk)
    catalogue.forget()
    assert catalogue.hit(BIRTH).level == "full"


def test_the_document_is_signed_once_over_all_of_it(committed: Committed, time_machine: Any) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    made = rounds.listed(world, {BIRTH: {}, MARRIAGE: {"presence": rounds.PRESENCE}})
    assert made.pdf is not None
    path = committed.data / "blobs" / made.pdf.sha256[:2] / made.pdf.sha256[2:4] / made.pdf.sha256
    content = path.read_bytes()
    from motcua.results.signing import current_signer

    found = verify(content, current_signer().roots(), at=world.now)
    assert found.status == "valid", found
    lists.publish.run(list_id=made.pk)
    assert ServiceList.objects.get(pk=made.pk).pdf_id == made.pdf.sha256
    assert made.content_hash == lists.content_hash(made)


def test_the_difference_to_the_list_before(committed: Committed, time_machine: Any) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    rounds.listed(world, {BIRTH: {"electronic_form": False}, MARRIAGE: {}})
    made = rounds.listed(world, {BIRTH: {}, DEATH: {}}, number="2/QĐ-UBND")
    found = {(d.code, d.kind) for d in queries.changes(made)}
    assert found == {(BIRTH, "raised"), (MARRIAGE, "removed"), (DEATH, "added")}
    refused(
        "list.number_taken",
        lists.approve_list,
        actor=world.officer("dat"),
        round_id=rounds.opened(world).pk,
        number="2/QĐ-UBND",
        place="x",
        signer_title="y",
        effective_on=local_day(world.now),
        now=world.now,
    )
    assert ListEntry.objects.filter(service_list=made).count() == 2


def test_a_closed_round_stands(committed: Committed) -> None:
    world = committed.world
    made = rounds.listed(world, {BIRTH: {}}, run=False)
    found = rounds.one(made.round, BIRTH)
    with pytest.raises(Conflict) as closed:
        rounds.moved(world, found, "hieu", "reopen", "Cần sửa lại đánh giá này.")
    assert closed.value.code == "review.closed"


def test_a_worker_knows_the_jobs_of_the_review() -> None:
    """The queue hands a job by its name: a module that nobody imports leaves it standing for ever."""
    script = (
        "import django; django.setup(); import motcua.config.wiring; from motcua.kernel.jobs import JOBS;"
        "print(*sorted(name for name in JOBS if name.startswith('review.')))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].split() == [
        "review.deliver",
        "review.publish",
        "review.put_in_force",
        "review.send_reminder",
    ]


def test_rounds_belong_to_the_province_of_the_focal_point(committed: Committed) -> None:
    world = committed.world
    with held():
        round_ = rounds.opened(world)
    assert round_.agency == Agency.objects.get(code="H56")
