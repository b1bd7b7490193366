"""What the applicant is told of each turn, and asks: in the timeline, on the page, as a notice, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation

from motcua.dossiers.models import Dossier
from motcua.kernel.clock import now as clock_now
from motcua.messaging.models import Message
from motcua.messaging.wording import subject_of, text_of
from motcua.processing import actions
from motcua.processing.models import StopRequest
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from tests import factories
from tests.factories import OTHER_AGENCY, World
from tests.web.desk.test_lawful_screens import WHY, received, take

ITEMS = [{"kind": "field", "key": "muc_dich", "label": "Mục đích", "note": ""}]


def page(world: World, dossier: Dossier, who: str = "lan") -> str:
    return str(world.client(who).get(f"/account/dossiers/{dossier.code}/").content.decode())


def told(dossier: Dossier) -> Message:
    """The newest message, worded in both languages without a fault."""
    message = Message.objects.filter(dossier=dossier).latest("pk")
    fresh = Dossier.objects.select_related("agency", "procedure").get(pk=dossier.pk)
    for language in ("vi", "en"):
        with translation.override(language):
            assert "%(" not in subject_of(message, fresh) + text_of(message, fresh)
    return message


def slips(dossier: Dossier) -> set[str]:
    """Kinds of the slips that were issued."""
    return set(dossier.slips.values_list("kind", flat=True))


def test_before_receipt_it_is_withdrawn_and_after_it_asked_to_stop(world: World) -> None:
    dossier = factories.filed_dossier(world, at=clock_now() - timedelta(minutes=9))
    base = f"/account/dossiers/{dossier.code}/"
    assert f"{base}withdraw/" in page(world, dossier)
    assert f"{base}stop/" not in page(world, dossier)
    assert world.client("lan").get(f"{base}stop/").status_code == 302
    dossier = received(world)
    base = f"/account/dossiers/{dossier.code}/"
    assert f"{base}withdraw/" not in page(world, dossier)
    assert world.client("lan").get(f"{base}withdraw/").status_code == 302
    form = world.client("lan").get(f"{base}stop/").content.decode()
    assert "bộ phận một cửa xem xét" in form
    with factories.after_commit():
        sent = world.client("lan").post(f"{base}stop/", {"reason": "Tôi đã đổi ý."})
    assert sent["Location"] == f"{base}?done=stop"
    assert StopRequest.objects.get(dossier=dossier).reason == "Tôi đã đổi ý."
    assert told(dossier).kind == "stop_asked"
    waiting = page(world, dossier)
    assert "Ông/Bà đã yêu cầu dừng giải quyết" in waiting
    assert f"{base}stop/" not in waiting
    assert take(world, "minh", dossier, "decline_stop", reason=WHY).status_code == 302
    assert told(dossier).kind == "stop_declined"
    answered = page(world, dossier)
    assert "Cơ quan không dừng giải quyết hồ sơ" in answered
    assert WHY in answered


def test_a_stranger_stops_nothing(world: World) -> None:
    dossier = received(world)
    path = f"/account/dossiers/{dossier.code}/stop/"
    for who in ("nguoila", "binh"):
        assert world.client(who).get(path).status_code == 404
        assert world.client(who).post(path, {"reason": "x"}).status_code == 404
    assert not StopRequest.objects.exists()


def test_stopped_as_asked(world: World) -> None:
    dossier = received(world)
    with factories.after_commit():
        actions.request_stop(actor=world.person("lan"), code=dossier.code, reason="", now=clock_now())
    assert take(world, "minh", dossier, "stop").status_code == 302
    assert told(dossier).kind == "stopped"
    assert slips(dossier) >= {"05"}
    assert "Theo yêu cầu của Ông/Bà" in page(world, dossier)


def test_given_back_as_ineligible(world: World) -> None:
    dossier = received(world)
    with factories.after_commit():
        actions.return_ineligible(
            actor=world.officer("hoa"),
            run_id=factories.open_run(dossier).pk,
            reason=WHY,
            items=ITEMS,
            now=clock_now(),
        )
    assert told(dossier).kind == "ineligible"
    assert slips(dossier) >= {"tbkd"}
    shown = page(world, dossier)
    assert "chưa đủ điều kiện: cần hoàn thiện" in shown
    assert "tính lại từ đầu" in shown


def test_transferred(world: World) -> None:
    dossier = factories.filed_dossier(world)
    take(world, "minh", dossier, "transfer", to=OTHER_AGENCY, reason=WHY)
    assert told(dossier).kind == "transferred"
    shown = page(world, dossier)
    assert "Nơi giải quyết đã thay đổi" in shown
    assert WHY in shown
    assert world.agencies[OTHER_AGENCY].name in shown


def test_extended_with_an_apology_and_the_new_date(world: World) -> None:
    dossier = received(world)
    with factories.after_commit():
        actions.extend(
            actor=world.officer("tuan"), dossier_id=dossier.pk, working_days=2, reason=WHY, now=clock_now()
        )
    message = told(dossier)
    assert message.kind == "extended"
    assert slips(dossier) >= {"04"}
    dossier.refresh_from_db()
    assert dossier.due_at is not None
    fresh = Dossier.objects.select_related("agency", "procedure").get(pk=dossier.pk)
    assert dossier.due_at.astimezone(factories.NOW.tzinfo).date() >= clock_now().date()
    with translation.override("vi"):
        assert "xin lỗi" in text_of(message, fresh)
    shown = page(world, dossier)
    assert "Cơ quan xin lỗi và hẹn lại" in shown
    assert WHY in shown


@pytest.mark.parametrize("early", [True, False])
def test_an_early_result_is_announced(world: World, early: bool) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    assert dossier.due_at is not None
    at = world.now + timedelta(hours=5) if early else dossier.due_at
    with factories.after_commit():
        actions.sign(actor=world.officer("tuan"), run_id=factories.open_run(dossier).pk, now=at)
        sign_at(ResultDocument.objects.get(dossier=dossier).pk, at)
    assert told(dossier).kind == ("early" if early else "finished")
    assert ("Sớm hơn thời gian đã hẹn" in page(world, dossier)) is early


def test_reopened_and_its_second_result_announced_as_well(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "returned")
    at = world.now + timedelta(days=1)
    with factories.after_commit():
        actions.reopen(actor=world.officer("tuan"), dossier_id=dossier.pk, reason=WHY, now=at)
    assert told(dossier).kind == "reopened_revoked"
    shown = page(world, dossier)
    assert "không còn hiệu lực" in shown
    assert WHY in shown
    before = Message.objects.filter(dossier=dossier, kind__in=["finished", "early"]).count()
    dossier.refresh_from_db()
    factories.advance(world, dossier, "returned", start=at)
    assert Message.objects.filter(dossier=dossier, kind__in=["finished", "early"]).count() == before + 1
    assert Message.objects.filter(dossier=dossier, kind="returned").count() == 2


def test_the_control_slip_is_the_offices_and_complete_with_the_dossier(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "finished")
    assert "06" not in slips(dossier), "not before it is handed over"
    dossier = factories.advance(world, dossier, "returned")
    control = dossier.slips.get(kind="06")
    minh, base = world.client("minh"), f"/desk/dossiers/{dossier.code}/"
    assert f"slips/{control.pk}/" in minh.get(base).content.decode()
    assert f"/account/files/slip/{control.pk}/" not in page(world, dossier)
    assert world.client("lan").get(f"/account/files/slip/{control.pk}/").status_code == 404
    shown = minh.get(f"{base}slips/{control.pk}/")
    assert shown.status_code == 200
    shown.close()
