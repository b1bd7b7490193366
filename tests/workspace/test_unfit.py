"""Processes that stop fitting are told to those who write them: once, quietly, again when it came back, and never to others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.catalogue.authorship import writing
from motcua.catalogue.records import Case, Term
from motcua.dossiers.bundles import case_bundle
from motcua.kernel.jobs import held
from motcua.organisations.models import Holding
from motcua.processing import actions, authoring, watching
from motcua.processing.models import Unfit
from motcua.workspace import notices, unfit
from motcua.workspace.models import Notice
from tests import factories
from tests.factories import BIRTH, BUILDING, COPIES, MARITAL, NOW, World, publish_anew
from tests.processing.asking import form_key, own, publish_form

LATER = NOW + timedelta(days=1)
FACT = {"field": "dossier.online", "op": "eq", "value": True}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    factories.forget()


def told(world: World) -> dict[str, list[str]]:
    """Who was told what of processes."""
    found: dict[str, list[str]] = {}
    names = {person.account.pk: name for name, person in world.people.items()}
    for account, kind in Notice.objects.filter(dossier=None).order_by("pk").values_list("account", "kind"):
        found.setdefault(names[account], []).append(kind)
    return found


def lost(world: World, code: str = MARITAL) -> None:
    """A process that asks what the form asks no more."""
    publish_form(form_key(world, code))
    own(world, code)
    publish_form(form_key(world, code), None)


def in_days(days: int) -> Any:
    return lambda case: replace(case, term=Term(days, "working_day", rule="rút ngắn", certain=True))


def gone(case: Case) -> Case | None:
    return replace(case, key="khac") if case.key == "default" else case


def test_all_who_may_write_it_are_told_and_nobody_else(world: World) -> None:
    assert unfit.unfit_at(NOW) == 0
    lost(world)
    assert unfit.unfit_at(LATER) == 1
    case = world.case(MARITAL)
    staff = [
        name for name, one in world.people.items() if Holding.objects.filter(officer=one.account).exists()
    ]
    writers = {name for name in staff if authoring.author(world.officer(name), case).writes}
    assert {"toan"} <= writers
    assert not {"tuan", "hung", "minh", "thu"} & writers
    assert told(world) == {name: ["process.gone_field"] for name in writers}
    assert not Notice.objects.filter(dossier=None, urgent=True).exists()


@pytest.mark.parametrize(
    ("offering", "above"),
    [
        (["H56.15"], ["H56", "H56.15"]),
        (["H56.15", "H56.16"], ["H56"]),
        (["H56.15", "H56.15.1"], ["H56", "H56.15"]),
        (["H56.2", "H56.20"], ["H56"]),
        (["H56.15", "G01.56"], []),
    ],
)
def test_whose_it_is_to_write(offering: list[str], above: list[str]) -> None:
    assert writing(offering) == above


def test_run_twice_it_tells_once(world: World) -> None:
    lost(world)
    for hour in range(3):
        unfit.unfit_at(LATER + timedelta(hours=hour))
    assert told(world)["toan"] == ["process.gone_field"]
    assert Unfit.objects.count() == 1


def test_mended_it_is_quiet_and_when_it_comes_back_it_is_told_again(world: World) -> None:
    lost(world)
    unfit.unfit_at(LATER)
    publish_form(form_key(world))
    assert unfit.unfit_at(LATER) == 0
    assert Unfit.objects.get().mended_at == LATER
    publish_form(form_key(world), None)
    assert unfit.unfit_at(LATER) == 1
    assert unfit.unfit_at(LATER) == 0
    assert told(world)["toan"] == ["process.gone_field"] * 2


def test_a_new_version_that_fits_ends_it(world: World) -> None:
    lost(world)
    unfit.unfit_at(LATER)
    case = world.case(MARITAL)
    table = authoring.draft_of(case).table
    row = table.row("re")
    assert row is not None
    toan = world.officer("toan")
    table = table.with_row("re", replace(row, conditions={"xa": FACT}))
    draft = actions.save_draft(
        actor=toan, case=case, revision=2, table=table, change="row", row="re", now=NOW
    )
    actions.publish_draft(
        actor=toan, case=case, revision=draft.revision, reason="Quy trình đã sửa theo tờ khai", now=NOW
    )
    assert unfit.unfit_at(LATER) == 0
    assert not Unfit.objects.filter(mended_at=None).exists()


def test_a_shorter_term_is_told_and_a_still_shorter_one_is_the_same(world: World) -> None:
    own(world, BUILDING, condition=FACT, minutes=480 * 9)
    publish_anew(BUILDING, in_days(5))
    assert unfit.unfit_at(LATER) == 1
    assert told(world)["toan"] == ["process.over_term"]
    publish_anew(BUILDING, in_days(4))
    assert unfit.unfit_at(LATER) == 0
    publish_anew(BUILDING, in_days(30))
    assert unfit.unfit_at(LATER) == 0
    assert not Unfit.objects.filter(mended_at=None).exists()


def test_a_case_that_is_gone_is_told(world: World) -> None:
    own(world, MARITAL, condition=FACT)
    before = world.case(MARITAL)
    publish_anew(MARITAL, gone)
    assert unfit.unfit_at(LATER) == 1
    assert told(world)["toan"] == ["process.gone_case"]
    assert Notice.objects.filter(dossier=None)[0].about["path"] == f"/studio/processes/{before}/"


def test_one_that_cannot_be_judged_stops_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lost(world)
    lost(world, BIRTH)
    bad = watching.own_in_force()[(_procedure(world, BIRTH), "default")]
    real = watching.steps_of

    def poisoned(versions: Any) -> Any:
        if bad.pk in versions:
            raise ValueError("not a process")
        return real(versions)

    monkeypatch.setattr(watching, "steps_of", poisoned)
    assert unfit.unfit_at(LATER) == 1
    assert told(world)["toan"] == ["process.gone_field"]
    monkeypatch.undo()
    assert unfit.unfit_at(LATER) == 1


def test_one_that_cannot_be_told_stops_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lost(world)
    lost(world, BIRTH)
    real, seen = watching.settle, []

    def failing(line: Any, *, now: Any) -> Any:
        seen.append(line)
        if len(seen) == 1:
            raise RuntimeError("no")
        return real(line, now=now)

    monkeypatch.setattr(watching, "settle", failing)
    assert unfit.unfit_at(LATER) == 1
    monkeypatch.undo()
    assert unfit.unfit_at(LATER) == 1


def _procedure(world: World, code: str) -> int:
    return case_bundle(world.case(code)).procedure


def test_publications_ask_for_a_look_in_their_own_transaction(world: World) -> None:
    publish_form(form_key(world))
    for change in (
        lambda: own(world),
        lambda: publish_form(form_key(world), None),
        lambda: publish_anew(MARITAL, in_days(2)),
    ):
        with held() as waiting:
            change()
        assert [job for job, _arguments in waiting if job is unfit.tell_unfit]


def test_the_digest_and_the_desk_lead_to_the_process(world: World) -> None:
    lost(world)
    unfit.unfit_at(NOW)
    toan = world.account("toan")
    path = f"/studio/processes/{world.case(MARITAL)}/"
    browser = world.client("toan")
    page = browser.get("/desk/notices/").content.decode()
    assert f'href="{path}"' in page
    assert "bước “Rẽ theo mục đích” rẽ theo nội dung không còn trong tờ khai" in page
    browser.cookies["motcua_language"] = "en"
    english = browser.get("/desk/notices/").content.decode()
    assert "branches on something the form asks no more" in english
    assert browser.get(path).status_code == 200
    sent = notices.gather(toan.pk, digest=True, now=NOW + timedelta(days=2))
    assert sent is not None
    notices.send_notice_mail.run(mail=sent.pk)
    assert path in mail.outbox[0].body
    assert "/desk/notices/" not in world.client("nguoila").get("/desk/notices/").headers.get("Location", "")


def test_looking_costs_the_same_for_many_processes(world: World) -> None:
    def statements() -> int:
        watching.changed()
        with CaptureQueriesContext(connection) as caught:
            watching.changed()
        return len(caught)

    lost(world)
    unfit.unfit_at(NOW)
    few = statements()
    for code in (BIRTH, COPIES):
        lost(world, code)
    own(world, BUILDING, condition=FACT)
    unfit.unfit_at(NOW)
    assert statements() == few
