"""What officers are told: once each, quietly, and only about what they may still see."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail

from motcua.config.wiring import follow
from motcua.dossiers.models import Dossier
from motcua.kernel.jobs import held
from motcua.kernel.working_time import Term
from motcua.messaging import letters
from motcua.organisations.models import Holding, Unit
from motcua.processing import actions as desk
from motcua.processing.actions import alarming
from motcua.workspace import actions, notices
from motcua.workspace.models import Notice, NoticeMail
from motcua.workspace.rules import Telling
from tests import factories
from tests.factories import World

#: 10:00 in Vietnam; the quiet hours begin at 18:00.
EVENING = timedelta(hours=11)


def kinds(world: World, who: str) -> list[str]:
    rows = Notice.objects.filter(account=world.account(who)).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def followed(world: World, who: str = "tuan") -> Dossier:
    dossier = factories.filed_dossier(world)
    actions.follow(actor=world.officer(who), code=dossier.code, wanted=True, now=world.now)
    return dossier


def test_followers_hear_of_what_matters_and_not_of_their_own_deeds(world: World) -> None:
    dossier = followed(world)
    actions.follow(actor=world.officer("minh"), code=dossier.code, wanted=True, now=world.now)
    factories.advance(world, dossier, "returned")
    assert kinds(world, "tuan") == ["dossier.received", "dossier.finished", "dossier.returned"]
    assert kinds(world, "minh") == ["dossier.finished"]
    assert not Notice.objects.filter(urgent=True).exists()


def test_a_job_that_runs_again_tells_nothing_again(world: World) -> None:
    dossier = followed(world)
    factories.advance(world, dossier, "received")
    for _ in range(2):
        follow.run(kind="dossier.received", dossier=dossier.pk, at=_received(dossier))
    assert kinds(world, "tuan") == ["dossier.received"]


def _received(dossier: Dossier) -> str:
    dossier.refresh_from_db()
    assert dossier.received_at is not None
    return dossier.received_at.isoformat()


def test_whoever_has_moved_away_hears_no_more(world: World) -> None:
    dossier = followed(world, "minh")
    Holding.objects.filter(officer=world.account("minh")).delete()
    notices.tell_watchers(dossier, "dossier.received", world.now)
    assert kinds(world, "minh") == []


def test_an_answer_of_the_applicant_reaches_whoever_has_it_in_hand_at_once(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    with factories.after_commit():
        letters.write_letter(
            actor=world.officer("minh"), code=dossier.code, body="Mời trả lời.", now=world.now
        )
        letters.answer_letter(actor=world.person("lan"), code=dossier.code, body="Vâng.", now=world.now)
    for who in ("hoa", "minh"):  # who has claimed it, and who wrote last
        assert kinds(world, who) == ["letter.answered"]
    assert Notice.objects.filter(urgent=True).count() == 2


def test_whoever_is_given_work_by_somebody_else_is_told(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "received")
    with factories.after_commit():
        desk.assign(
            actor=world.officer("tuan"),
            run_id=factories.open_run(dossier).pk,
            officer=world.account("hoa").pk,
            now=world.now,
        )
    assert kinds(world, "hoa") == ["assigned"]


def test_a_deadline_that_comes_near_is_told_once_to_whoever_has_it_then_up_the_line(world: World) -> None:
    """By the sweepers of ``processing``, which say each thing once; here it finds its people."""
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    run = factories.open_run(dossier)
    assert run.claimed_by_id == world.account("hoa").pk
    with factories.after_commit():
        for minutes in (-30, -29, 1, 2):
            alarming.look_at(run_id=run.pk, now=run.due_at + timedelta(minutes=minutes))
    own = [kind for kind in kinds(world, "hoa") if kind != "apology"]
    assert own == ["soon_late", "late"]
    assert "soon_late" not in kinds(world, "tuan")
    with factories.after_commit():
        alarming.look_at(run_id=run.pk, now=run.due_at + timedelta(days=3))
    assert Notice.objects.filter(urgent=False).count() == 0


def test_a_step_that_nobody_has_taken_concerns_all_who_may(world: World) -> None:
    dossier = factories.filed_dossier(world)
    run = factories.open_run(dossier)
    with factories.after_commit():
        alarming.look_at(run_id=run.pk, now=run.due_at - timedelta(minutes=5))
    assert kinds(world, "minh") == ["soon_late"]
    assert kinds(world, "linh") == []


def test_what_cannot_wait_goes_out_at_once_and_in_quiet_hours_when_they_end(world: World) -> None:
    dossier, hoa = followed(world), world.account("hoa").pk
    with held() as waiting:
        notices.tell(hoa, dossier.pk, "assigned", once="a", now=world.now)
        assert [(job.name, given) for job, given in waiting] == [("workspace.send_urgent", {"account": hoa})]
        waiting.clear()
        notices.tell(hoa, dossier.pk, "assigned", once="a", now=world.now)
        notices.tell(hoa, dossier.pk, "dossier.received", once="a", now=world.now)
        assert waiting == []
    notices.tell(hoa, dossier.pk, "assigned", once="b", now=world.now + EVENING)
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'workspace.send_urgent'"
        )
        assert [at for (at,) in cursor.fetchall()] == [world.now + timedelta(hours=21)]  # 07:00 tomorrow


def test_one_mail_of_all_that_could_not_wait_and_each_thing_in_one_mail(
    world: World, settings: object
) -> None:
    dossier, hoa = followed(world), world.account("hoa").pk
    notices.tell(hoa, dossier.pk, "dossier.finished", once="x", now=world.now)
    for once in "ab":
        notices.tell(hoa, dossier.pk, "assigned", once=once, now=world.now)
    with held():
        first = notices.gather(hoa, digest=False, now=world.now)
        assert first is not None
        assert notices.gather(hoa, digest=False, now=world.now) is None
        digest = notices.gather(hoa, digest=True, now=world.now)
        assert digest is not None
        assert notices.gather(hoa, digest=True, now=world.now) is None
    assert [first.notices.count(), digest.notices.count()] == [2, 1]
    for each in (first, digest):
        for _ in range(2):
            notices.send_notice_mail.run(mail=each.pk)
    assert len(mail.outbox) == 2
    assert dossier.code in mail.outbox[0].body
    assert dossier.applicant_name not in str([(m.subject, m.body) for m in mail.outbox])
    assert {m.state for m in NoticeMail.objects.all()} == {"sent"}


@pytest.mark.parametrize("hour", [7, 8, 9])
def test_the_digest_comes_at_its_hour_and_only_when_there_is_something(world: World, hour: int) -> None:
    dossier, hoa = followed(world), world.account("hoa").pk
    morning = world.now.replace(hour=(hour - 7) % 24)
    with held():
        assert notices.digests_at(morning) == 0
        notices.tell(hoa, dossier.pk, "dossier.finished", once="x", now=world.now)
        assert notices.digests_at(morning) == (1 if hour >= 8 else 0)
        assert notices.digests_at(morning + timedelta(minutes=15)) == 0


def test_what_was_seen_at_the_desk_is_not_mailed(world: World) -> None:
    dossier, hoa = followed(world), world.account("hoa").pk
    notices.tell(hoa, dossier.pk, "assigned", once="a", now=world.now)
    browser = world.client("hoa")
    page = browser.get("/desk/notices/").content.decode()
    assert f"Hồ sơ {dossier.code} được giao cho Ông/Bà" in page
    assert "mới" in page
    assert 'mc-count--late">1' in browser.get("/desk/").content.decode()
    browser.post("/desk/notices/")
    assert 'mc-count--late">1' not in browser.get("/desk/").content.decode()
    with held():
        assert notices.gather(hoa, digest=False, now=world.now) is None


def test_an_officer_says_how_to_be_told(world: World) -> None:
    browser = world.client("hoa")
    browser.post(
        "/desk/settings/",
        {"digest_at": "6", "quiet_from": "20", "quiet_to": "5", "instant": ["answered", "x"]},
    )
    assert notices.telling_of(world.account("hoa").pk) == Telling(False, 6, ("answered",), 20, 5)
    dossier, hoa = followed(world), world.account("hoa").pk
    with held() as waiting:
        notices.tell(hoa, dossier.pk, "assigned", once="a", now=world.now)
        assert waiting == []
        assert notices.digests_at(world.now) == 0


def test_a_mail_without_its_job_gets_one_and_is_given_up_after_days(world: World) -> None:
    dossier, hoa = followed(world), world.account("hoa").pk
    notices.tell(hoa, dossier.pk, "assigned", once="a", now=world.now)
    with held():
        notices.gather(hoa, digest=False, now=world.now)
    with held() as waiting:
        assert notices.look_after(world.now + timedelta(minutes=1)) == (0, 0)
        assert notices.look_after(world.now + timedelta(hours=1)) == (1, 0)
        assert [job.name for job, _ in waiting] == ["workspace.send_notice_mail"]
        assert notices.look_after(world.now + timedelta(days=4)) == (0, 1)


def test_who_is_asked_for_an_opinion_hears_of_it_and_who_asked_of_the_answer(world: World) -> None:
    """R3.9: the unit asked, a reminder, its head and whoever asked when it is overdue, whoever asked when it is given."""
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    unit = Unit.objects.get(agency__code=factories.OTHER_AGENCY, code="culture")
    run = factories.open_run(dossier)
    with factories.after_commit():
        asked = desk.consult(
            actor=world.officer("hoa"),
            run_id=run.pk,
            unit=unit.pk,
            question="Nơi cư trú trước đây có đúng không?",
            within=Term(2, "wd"),
            now=world.now + timedelta(hours=1),
        )
    assert kinds(world, "cuong") == ["opinion_asked"]
    assert (
        "Nơi cư trú trước đây có đúng không?" in world.client("cuong").get("/desk/notices/").content.decode()
    )
    assert "Nơi cư trú trước đây" not in world.client("hung").get("/desk/notices/").content.decode()
    assert "opinion_asked" not in kinds(world, "hung") + kinds(world, "hoa")
    with factories.after_commit():
        alarming.remind_of_opinion(consultation_id=asked.pk, now=asked.due_at - timedelta(minutes=30))
    assert kinds(world, "cuong") == ["opinion_asked", "opinion_soon"]
    with factories.after_commit():
        alarming.remind_of_opinion(consultation_id=asked.pk, now=asked.due_at + timedelta(minutes=1))
    assert kinds(world, "hung")[-1] == kinds(world, "hoa")[-1] == "opinion_late"
    with factories.after_commit():
        desk.answer_consultation(
            actor=world.officer("cuong"),
            consultation_id=asked.pk,
            agrees=True,
            answer="Đúng như khai.",
            now=asked.due_at + timedelta(hours=1),
        )
    assert kinds(world, "hoa")[-1] == "opinion_given"
    assert "Nơi cư trú trước đây" not in world.client("cuong").get("/desk/notices/").content.decode()
    assert kinds(world, "cuong") == ["opinion_asked", "opinion_soon"]
