"""Every lawful turn on the dossier page: its form, its answer, and why it cannot be taken when it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from motcua.dossiers.models import Dossier, DossierView
from motcua.kernel.clock import now as clock_now
from motcua.messaging.models import Message
from motcua.organisations.models import Absence, Unit
from motcua.processing import actions, clock
from motcua.processing.definitions import DEFAULT, publish
from motcua.processing.models import Consultation, Extension, StepRun, Transfer
from motcua.processing.rules import StepSpec
from motcua.processing.turns import OF_DOSSIER, ORDER
from motcua.results.models import ResultDocument
from motcua.web.desk import words
from motcua.web.desk.dossier import DO
from motcua.web.shared.formats import datetime_vn
from tests import factories
from tests.factories import AGENCY, MARITAL, OTHER_AGENCY, World
from tests.processing.test_engine import branched, run_of  # noqa: F401 - a fixture

WHY = "Cần xác minh thêm với cơ quan công an cấp xã."


def page(dossier: Dossier, query: str = "") -> str:
    return f"/desk/dossiers/{dossier.code}/{query}"


def shown(world: World, who: str, dossier: Dossier, query: str = "") -> str:
    answer = world.client(who).get(page(dossier, query))
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def take(world: World, who: str, dossier: Dossier, turn: str, **more: Any) -> Any:
    if turn not in OF_DOSSIER and not {"run", "consultation"} & set(more):
        more["run"] = StepRun.objects.filter(dossier=dossier, closed_at=None).latest("pk").pk
    with factories.after_commit():
        return world.client(who).post(page(dossier), {"turn": turn, **more})


def received(world: World) -> Dossier:
    """Received just now, so that what the law allows for a while is still allowed."""
    dossier = factories.filed_dossier(world, at=clock_now() - timedelta(minutes=5))
    with factories.after_commit():
        actions.receive(
            actor=world.officer("minh"),
            run_id=factories.open_run(dossier).pk,
            now=clock_now() - timedelta(minutes=1),
        )
    dossier.refresh_from_db()
    return dossier


def returned(world: World) -> Dossier:
    return factories.advance(world, factories.filed_dossier(world), "returned")


def test_every_turn_has_words_and_an_action() -> None:
    assert set(ORDER) <= set(words.TURNS)
    assert set(words.TURNS) == set(DO)


def test_every_event_of_processing_has_words() -> None:
    from motcua.processing import events
    from motcua.results import actions as results

    kinds = {value for name, value in vars(events).items() if name.isupper() and isinstance(value, str)}
    kinds |= {results.DRAFTED, results.ORDERED, results.SIGNED, results.REVOKED, "dossier.withdrawn"}
    # Those of a process are the studio's, and in no dossier.
    kinds = {kind for kind in kinds if not kind.startswith("process.")}
    assert kinds - set(words.EVENTS) == set()


# --- transfer, opinions, hands ------------------------------------------------------------------------------


def test_sent_on_to_an_agency_of_the_list(world: World) -> None:
    dossier = factories.filed_dossier(world)
    form = shown(world, "minh", dossier, "?do=transfer")
    assert f'value="{OTHER_AGENCY}"' in form
    assert f'value="{AGENCY}"' not in form
    bad = take(world, "minh", dossier, "transfer", to="", reason=WHY)
    assert bad.status_code == 422
    assert WHY in bad.content.decode()
    assert take(world, "minh", dossier, "transfer", to=OTHER_AGENCY, reason=WHY).status_code == 302
    assert Transfer.objects.get(dossier=dossier).to_agency.code == OTHER_AGENCY
    there = shown(world, "linh", dossier)
    assert "Việc của Ông/Bà" in there
    assert "Chuyển hồ sơ đến cơ quan có thẩm quyền" in there
    assert WHY in there
    # Its first agency goes on seeing it, with nothing to do.
    assert "Việc của Ông/Bà" not in shown(world, "minh", dossier)


def test_one_step_back_with_the_reason(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    assert take(world, "tuan", dossier, "go_back", reason="Thiếu").status_code == 422
    assert take(world, "tuan", dossier, "go_back", reason=WHY).status_code == 302
    again = shown(world, "hoa", dossier)
    assert "Việc của Ông/Bà: Thẩm định hồ sơ" in again
    assert "Ký duyệt kết quả → Thẩm định hồ sơ" in again
    assert WHY in again


# --- several open steps -------------------------------------------------------------------------------------


def test_branches_are_all_shown_and_a_turn_is_taken_on_its_own(branched: World) -> None:  # noqa: F811 - the fixture
    world = branched
    dossier = received(world)
    seen = shown(world, "hoa", dossier)
    assert seen.count('aria-labelledby="ask-') == 3
    mine = run_of(dossier, "culture")
    assert seen.index(f"ask-{mine.pk}") < seen.index(f"ask-{run_of(dossier, 'economy').pk}")
    assert f'href="/desk/dossiers/{dossier.code}/?do=complete&amp;run={mine.pk}#do"' in seen
    assert (
        take(world, "hoa", dossier, "complete", run=mine.pk, note="Đã đối chiếu sổ gốc.").status_code == 302
    )
    left = shown(world, "hoa", dossier)
    assert left.count('aria-labelledby="ask-') == 2
    assert "Đã đối chiếu sổ gốc." in left


def _with_newer_version(world: World, dossier: Dossier) -> Dossier:
    publish(case=world.case(MARITAL), name="Quy trình mới", steps=DEFAULT, now=world.now)
    return dossier


def test_a_run_of_another_dossier_is_not_there(world: World) -> None:
    one, other = factories.filed_dossier(world), factories.filed_dossier(world, "binh")
    run = factories.open_run(other).pk
    assert take(world, "minh", one, "receive", run=run).status_code == 404
    assert factories.open_run(other).step.key == "receive"


# --- the dossier itself -------------------------------------------------------------------------------------


def test_an_extension_is_seen_before_it_is_given(world: World) -> None:
    dossier = received(world)
    assert "Xin lỗi và hẹn lại" in shown(world, "tuan", dossier)
    assert "do=extend" not in shown(world, "hoa", dossier)
    assert dossier.due_at is not None
    after = clock.later(dossier, dossier.due_at, 3)
    preview = take(world, "tuan", dossier, "extend", days="3", reason=WHY)
    assert preview.status_code == 200
    assert not Extension.objects.exists()
    text = preview.content.decode()
    assert f'value="{after.isoformat()}"' in text
    assert "mẫu 04" in text
    # Other days than those that were shown: shown again, not done.
    other = take(world, "tuan", dossier, "extend", days="5", reason=WHY, confirmed=after.isoformat())
    assert other.status_code == 200
    assert not Extension.objects.exists()
    assert (
        take(world, "tuan", dossier, "extend", days="3", reason=WHY, confirmed=after.isoformat()).status_code
        == 302
    )
    dossier.refresh_from_db()
    assert dossier.due_at == after
    explained = shown(world, "tuan", dossier, "?clock=1")
    assert "Hẹn lại:" in explained
    assert "cộng 3 ngày làm việc" in explained
    assert explained.count("hạn trả</strong>") == 1
    assert "chỉ cho phép hẹn lại một lần" in explained
    assert Message.objects.filter(dossier=dossier, kind="extended").exists()


def test_an_extension_too_late_says_until_when_it_could_be(world: World) -> None:
    dossier = factories.filed_dossier(world, at=world.now - timedelta(days=20))
    with factories.after_commit():
        actions.receive(
            actor=world.officer("minh"),
            run_id=factories.open_run(dossier).pk,
            now=world.now - timedelta(days=20),
        )
    dossier.refresh_from_db()
    assert dossier.due_at is not None
    until = clock.extend_until(dossier.due_at, clock_now())
    page_ = shown(world, "tuan", dossier)
    assert "do=extend" not in page_
    assert datetime_vn(until) in page_


def test_reopening_warns_and_revokes(world: World) -> None:
    dossier = returned(world)
    assert "do=reopen" not in shown(world, "minh", dossier)
    form = shown(world, "tuan", dossier, "?do=reopen")
    assert "Kết quả đã ký sẽ bị thu hồi" in form
    assert take(world, "tuan", dossier, "reopen", reason=WHY).status_code == 302
    after = shown(world, "tuan", dossier)
    assert "Kết quả đã thu hồi" in after
    assert "Mở lại hồ sơ" in after
    assert "NĐ 61/2018 Đ.21" in after
    assert ResultDocument.objects.get(formerly=dossier).state == "revoked"
    assert Message.objects.filter(dossier=dossier, kind="reopened_revoked").exists()


def test_moving_to_a_newer_version_maps_the_open_step(world: World) -> None:
    dossier = received(world)
    _with_newer_version(world, dossier)
    # A general process was followed; the case has its own now.
    version = publish(case=world.case(MARITAL), name="Quy trình hai cấp", steps=_renamed(), now=world.now)
    form = shown(world, "tuan", dossier, "?do=move_version")
    assert "Quy trình hai cấp" in form
    lost = take(
        world, "tuan", dossier, "move_version", version=version.pk, **{"step-appraise": ""}, reason=WHY
    )
    assert lost.status_code == 422
    mapped = {"step-appraise": "check"}
    moved = take(world, "tuan", dossier, "move_version", version=version.pk, reason=WHY, **mapped)
    assert moved.status_code == 302
    assert factories.open_run(dossier).step.key == "check"


def _renamed() -> tuple[StepSpec, ...]:
    """The general process with its appraisal under another key."""
    names = {"appraise": "check"}
    return tuple(
        replace(
            spec,
            key=names.get(spec.key, spec.key),
            outcomes={name: names.get(key or "", key) for name, key in spec.outcomes.items()},
        )
        for spec in DEFAULT
    )


# --- what the page tells ------------------------------------------------------------------------------------


def test_restart_is_explained(world: World) -> None:
    dossier = received(world)
    take(world, "hoa", dossier, "return_ineligible", reason=WHY, items="field:muc_dich")
    draft = actions.start_supplement(actor=world.person("lan"), code=dossier.code, now=clock_now())
    with factories.after_commit():
        actions.answer_supplement(actor=world.person("lan"), draft_id=draft.pk, now=clock_now())
    explained = shown(world, "hoa", dossier, "?clock=1")
    assert "Tính lại từ đầu" in explained
    assert "Trả hồ sơ chưa đủ điều kiện giải quyết" in explained
    assert Message.objects.filter(dossier=dossier, kind="ineligible").exists()


def test_who_has_looked_is_kept_by_day_and_shown_to_the_agency(world: World) -> None:
    dossier = factories.filed_dossier(world)
    for _ in range(3):
        shown(world, "minh", dossier)
    world.client("minh").head(page(dossier))
    seen = DossierView.objects.get(dossier=dossier)
    assert (seen.officer_id, seen.count) == (world.account("minh").pk, 3)
    assert seen.first_at < seen.last_at
    table = shown(world, "tuan", dossier).split('id="looks"')[1]
    assert world.account("minh").full_name in table
    assert world.account("tuan").full_name in table
    # Refused visitors leave nothing, and the applicant's own page tells nothing of it.
    world.client("linh").get(page(dossier))
    assert not DossierView.objects.filter(officer=world.account("linh").pk).exists()
    assert "Ai đã xem" not in world.client("lan").get(f"/account/dossiers/{dossier.code}/").content.decode()


def test_a_substitute_works_and_the_timeline_says_for_whom(world: World) -> None:
    dossier = received(world)
    today = clock_now().date()
    Absence.objects.create(
        officer=world.account("hoa"),
        substitute=world.account("minh"),
        since=today - timedelta(days=1),
        until=today + timedelta(days=1),
        made_by=world.account("hoa"),
        made_at=clock_now(),
    )
    assert "Việc của Ông/Bà: Thẩm định hồ sơ" in shown(world, "minh", dossier)
    assert take(world, "minh", dossier, "reject", reason=WHY).status_code == 302
    told = shown(world, "minh", dossier)
    assert f"thay ông/bà {world.account('hoa').full_name}" in told


@pytest.mark.parametrize("state", ["branched", "consulted", "reopened"])
def test_a_full_page_costs_no_more(
    branched: World,  # noqa: F811 - the fixture
    django_assert_max_num_queries: Any,
    state: str,
) -> None:
    world = branched
    if state == "reopened":
        publish(case=world.case(MARITAL), name="Quy trình chung", steps=DEFAULT, now=world.now)
        dossier = returned(world)
        take(world, "tuan", dossier, "reopen", reason=WHY)
    else:
        dossier = received(world)
    if state == "consulted":
        run = run_of(dossier, "culture")
        for unit in Unit.objects.filter(agency__code=OTHER_AGENCY):
            Consultation.objects.create(
                dossier=dossier,
                run=run,
                agency=unit.agency,
                unit=unit,
                question=WHY,
                asked_at=clock_now(),
                asked_by=world.account("hoa"),
                due_at=clock_now(),
            )
    client = world.client("tuan")
    client.get(page(dossier))
    with django_assert_max_num_queries(10):
        assert client.get(page(dossier)).status_code == 200


def test_a_picture_is_enlarged_without_a_script(world: World) -> None:
    from motcua.dossiers.drafts import keep_content
    from motcua.dossiers.models import Paper

    dossier = factories.filed_dossier(world)
    picture = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
    Paper.objects.create(
        dossier=dossier,
        blob=keep_content(picture, "image/jpeg", world.now),
        filename="anh.jpg",
        added_at=world.now,
    )
    seen = shown(world, "minh", dossier)
    assert seen.count('type="radio" class="mc-viewer__') == 3
    assert "Ảnh chụp" in seen
