"""A small world for tests: the demo province with the named cast, and dossiers brought to any state by real actions.

Nothing is written past the actions. Take it by the fixture ``world`` (``tests/web/conftest.py``), which makes it once a
module and rolls it back, or call :func:`build_world` yourself.

    lan      citizen                      minh   one-stop officer of H56.201
    binh     household business           hoa    civil servant (civil status) of H56.201
    nguoila  a stranger                   tuan   head of H56.201;  an: outreach
    linh, cuong, hung                     the same three seats at H56.202, the other agency
    thu, tien, cong                       the same at the police of H56.201 (G01.56.201)
    diep, quyen, binhan                   the same at the social insurance (G24.56)
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from PIL import Image

from motcua.catalogue import queries as catalogue
from motcua.catalogue.actions import import_catalogue
from motcua.catalogue.importing import bundled_sources, parse
from motcua.catalogue.models import Procedure, ProcedureCase
from motcua.catalogue.records import Case, Definition
from motcua.config import base
from motcua.config.wiring import follow
from motcua.demo.answers import answers_for
from motcua.demo.cast import sample_scan
from motcua.demo.province import Person, build
from motcua.dossiers import actions as filing
from motcua.dossiers import bundles, drafts, outcomes
from motcua.dossiers.models import Channel, Dossier, Draft, DraftUpload
from motcua.dossiers.rules import AssistanceKind, asked
from motcua.kernel import jobs
from motcua.kernel.actors import SYSTEM, Actor, Role
from motcua.kernel.clock import local_day
from motcua.organisations import queries as organisations
from motcua.organisations.models import Agency
from motcua.processing import actions as desk
from motcua.processing import definitions
from motcua.processing.models import StepRun
from motcua.results.actions import sign_at
from motcua.results.models import ResultDocument
from motcua.results.suggestions import suggest
from motcua.web.shared import context
from motcua.workspace.worklists.options import forget as forget_options

#: A Tuesday morning, inside working hours (10:00 in Vietnam).
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
AGENCY, OTHER_AGENCY = "H56.201", "H56.202"
POLICE, INSURANCE = "G01.56.201", "G24.56"
BIRTH, MARITAL, HOUSEHOLD, BUILDING, COPIES = "1.001193", "1.004873", "1.001612", "1.013225", "2.000815"
JOINT_BIRTH, JOINT_DEATH = "2.000986", "2.002622"


def forget() -> None:
    """Drop what this process remembers of another test's rolled-back rows."""
    catalogue.forget()
    for kept in (
        bundles.case_bundle,
        bundles.form_of,
        bundles.newest_form,
        organisations.units_of,
        organisations.agency_of_code,
        outcomes.cases_of,
        definitions.current_process,
        definitions.process,
        context.site_agency,
    ):
        kept.forget()
    forget_options()
    # Kept by the number of a change, which another database of the tests gives to another change.
    organisations._calendars.forget()
    organisations.calendar_changed()


@dataclass(frozen=True)
class World:
    """The province and its people. ``now`` is when things happen unless a test says otherwise."""

    people: dict[str, Person]
    agencies: dict[str, Agency]
    now: datetime = NOW

    def account(self, username: str) -> Any:
        return self.people[username].account

    def person(self, username: str) -> Actor:
        """Anybody as a citizen, staff too."""
        account = self.account(username)
        index = account.citizen_id_index
        return Actor(
            kind="person",
            account=account.pk,
            name=account.full_name,
            identity_index=bytes(index) if index else None,
        )

    def officer(self, username: str) -> Actor:
        """A member of staff in their seats."""
        account = self.account(username)
        found = organisations.officer(account.pk, account.full_name, local_day(self.now))
        assert found is not None, f"{username} holds no post"
        return found

    def client(self, username: str | None = None, **options: Any) -> Client:
        """A browser, signed in as ``username``; a visitor without one."""
        browser = Client(**options)
        if username is not None:
            browser.force_login(self.account(username))
        return browser

    def case(self, code: str) -> int:
        """The first case of a procedure's current version."""
        version = Procedure.objects.values("current_version").get(national_code=code)["current_version"]
        cases = ProcedureCase.objects.filter(version=version).order_by("position")
        return cases.values_list("pk", flat=True)[0]

    def applicant(self, username: str, *, account: bool = True) -> filing.ApplicantDetails:
        person = self.people[username]
        business = person.claims.get("LoaiTaiKhoan") == "2"
        return filing.ApplicantDetails(
            kind="business" if business else "citizen",
            name=person.claims["TenDoanhNghiep"] if business else person.claims["HoVaTen"],
            number=person.claims["SoDinhDanh"],
            account=person.account.pk if account else None,
            phone=person.claims.get("SoDienThoai", ""),
            email=person.claims.get("ThuDienTu", ""),
        )


def build_world(now: datetime = NOW) -> World:
    """The catalogue, its forms, the calendar and the demo province (two seconds)."""
    forget()
    import_catalogue(actor=SYSTEM, parsed=parse(bundled_sources()), now=now)
    base.bring_up(now)
    people = {person.username: person for person in build(now)}
    return World(people, {agency.code: agency for agency in Agency.objects.all()}, now)


def publish_anew(
    code: str, change: Callable[[Case], Case | None], at: datetime = NOW + timedelta(hours=1)
) -> None:
    """The catalogue publishes a procedure anew, each of its cases as ``change`` makes it (None: it is gone)."""
    parsed = parse(bundled_sources())
    parsed.procedures = [
        replace(record, definition=_anew(record.definition, change))
        if record.national_code == code and record.definition
        else record
        for record in parsed.procedures
    ]
    done = import_catalogue(actor=SYSTEM, parsed=parsed, now=at)
    assert done.versions_published == 1


def _anew(definition: Definition, change: Callable[[Case], Case | None]) -> Definition:
    cases = tuple(new for case in definition.cases if (new := change(case)) is not None)
    return replace(definition, cases=cases, announced_by="2/QĐ-BTP")


@contextmanager
def after_commit() -> Iterator[None]:
    """Do at once what actions inside defer (slips, messages), as the worker would; mail is not sent."""
    with jobs.held() as held:
        yield
        while held:
            waiting, held[:] = list(held), []
            for job, arguments in waiting:
                if job is follow:
                    job.run(**arguments)


@contextmanager
def refusal(kind: type[Exception]) -> Iterator[pytest.ExceptionInfo[Any]]:
    """``pytest.raises`` in a savepoint: a refused action rolls back its own transaction, not the test's."""
    with pytest.raises(kind) as told, transaction.atomic():
        yield told


def draft(
    world: World,
    username: str = "lan",
    code: str = MARITAL,
    agency: str = AGENCY,
    *,
    channel: Channel = Channel.ONLINE,
    filled: bool = True,
    papers: bool = True,
    at: datetime | None = None,
) -> Draft:
    """A draft: begun by the real action, filled with answers its form accepts, with a scan for each required paper."""
    moment = at or world.now
    person = world.people[username]
    online = channel == Channel.ONLINE
    begun = drafts.start(
        actor=world.person(username) if online else world.officer("minh"),
        case=world.case(code),
        agency=world.agencies[agency].pk,
        claims=person.claims,
        channel=channel,
        now=moment,
    )
    if filled and begun.form_id is not None:
        form = bundles.form_of(begun.form_id)
        begun.answers = answers_for(
            form, person.claims, today=local_day(moment), rng=random.Random(code + username)
        )
        if online:
            for name in drafts.photos(form) & begun.answers.keys():
                picture = add_portrait(begun, name, at=moment)
                begun.answers = {**begun.answers, name: {"file": str(picture.pk), "name": picture.filename}}
        begun.save(update_fields=["body"])
    if papers and online:
        for paper in bundles.case_bundle(begun.case_id).components:
            if paper.required and asked(paper):
                add_file(begun, paper.pk, at=moment)
    return begun


def add_file(begun: Draft, component: int, *, name: str = "ban-chup.pdf", at: datetime = NOW) -> DraftUpload:
    """A kept file of a draft."""
    blob = drafts.keep_content(sample_scan(), "application/pdf", at)
    return DraftUpload.objects.create(
        draft=begun,
        component_id=component,
        filename=name,
        size=blob.size,
        offset=blob.size,
        state=DraftUpload.State.KEPT,
        blob=blob,
        created_at=at,
    )


def add_portrait(begun: Draft, field: str, *, at: datetime = NOW) -> DraftUpload:
    """A kept picture that is the answer of a field."""
    picture = io.BytesIO()
    Image.new("RGB", (300, 400), "gray").save(picture, "JPEG")
    blob = drafts.keep_content(picture.getvalue(), "image/jpeg", at)
    return DraftUpload.objects.create(
        draft=begun,
        field=field,
        filename="anh.jpg",
        size=blob.size,
        offset=blob.size,
        state=DraftUpload.State.KEPT,
        blob=blob,
        created_at=at,
    )


def file(
    world: World,
    draft: Draft,
    username: str = "lan",
    *,
    assistance: AssistanceKind = "none",
    return_by: str = "online",
    at: datetime = NOW,
) -> Dossier:
    """File a draft as its owner does online; what follows is left to the caller."""
    return filing.submit(
        actor=world.person(username),
        draft_id=draft.pk,
        applicant=world.applicant(username),
        assistance=assistance,
        return_by=return_by,
        now=at,
    )


def filed_dossier(
    world: World,
    username: str = "lan",
    code: str = MARITAL,
    agency: str = AGENCY,
    *,
    assistance: AssistanceKind = "none",
    return_by: str = "online",
    at: datetime | None = None,
) -> Dossier:
    """A dossier filed online by ``username``, its confirmation slip issued; waits for intake."""
    moment = at or world.now
    begun = draft(world, username, code, agency, at=moment)
    with after_commit():
        return file(world, begun, username, assistance=assistance, return_by=return_by, at=moment)


def counter_dossier(world: World, username: str = "lan", code: str = MARITAL) -> Dossier:
    """A dossier keyed by Minh at the counter for ``username``, received at once."""
    begun = draft(world, username, code, channel=Channel.COUNTER)
    with after_commit():
        return desk.intake_at_counter(
            actor=world.officer("minh"),
            draft_id=begun.pk,
            applicant=world.applicant(username, account=False),
            return_by="counter",
            now=world.now,
        )


def joint_dossier(
    world: World,
    username: str = "lan",
    code: str = JOINT_BIRTH,
    *,
    answers: Mapping[str, Any] | None = None,
    paper: bool = True,
    received: bool = True,
    return_by: str = "online",
    at: datetime | None = None,
) -> Dossier:
    """A joint request filed online at H56.201 with one paper, received unless told otherwise (its parts are open)."""
    moment = at or world.now
    begun = draft(world, username, code, at=moment)
    begun.answers = {**begun.answers, **(answers or {})}
    begun.save(update_fields=["body"])
    if paper:
        add_file(
            begun, bundles.case_bundle(begun.case_id).components[1].pk, name="giay-chung-sinh.pdf", at=moment
        )
    with after_commit():
        whole = file(world, begun, username, return_by=return_by, at=moment)
        if received:
            run = open_run(whole)
            desk.receive(actor=actor_for(world, run), run_id=run.pk, now=moment + timedelta(minutes=30))
    whole.refresh_from_db()
    return whole


def part_of(whole: Dossier, key: str) -> Dossier:
    """A part of a joint dossier, as it is now."""
    return Dossier.objects.select_related("agency", "joint").get(joint=whole, joint_part=key)


#: Who acts on which step in the two communes of the tests.
_SEATS = {
    AGENCY: {Role.ONE_STOP: ("minh",), Role.CIVIL_SERVANT: ("hoa", "dung"), Role.HEAD: ("tuan",)},
    OTHER_AGENCY: {Role.ONE_STOP: ("linh",), Role.CIVIL_SERVANT: ("cuong", "trang"), Role.HEAD: ("hung",)},
    POLICE: {Role.ONE_STOP: ("thu",), Role.CIVIL_SERVANT: ("tien",), Role.HEAD: ("cong",)},
    "G01.56.202": {Role.ONE_STOP: ("hanh",), Role.CIVIL_SERVANT: ("dai",), Role.HEAD: ("luc",)},
    INSURANCE: {Role.ONE_STOP: ("diep",), Role.CIVIL_SERVANT: ("quyen",), Role.HEAD: ("binhan",)},
}


def open_run(dossier: Dossier) -> StepRun:
    """The step that is open on a dossier."""
    return StepRun.objects.select_related("step", "agency").get(dossier=dossier, closed_at=None)


def actor_for(world: World, run: StepRun) -> Actor:
    """The member of the cast who may act on a run."""
    for username in _SEATS[run.agency.code][Role(run.role)]:
        found = world.officer(username)
        if any(seat.unit == run.unit_id and seat.role == run.role for seat in found.seats):
            return found
    raise AssertionError(f"nobody of the cast sits at {run}")


def advance(world: World, dossier: Dossier, until: str, *, start: datetime | None = None) -> Dossier:
    """Bring a filed dossier to ``received``, ``processing``, ``proposed``, ``finished`` or ``returned``.

    Each turn comes an hour after the one before.
    """
    moment = start or world.now
    stops = {"received": "appraise", "proposed": "sign", "finished": "return"}
    with after_commit():
        while True:
            run = (
                StepRun.objects.filter(dossier=dossier, closed_at=None)
                .select_related("step", "agency")
                .first()
            )
            if run is None or stops.get(until) == run.step.key:
                break
            moment += timedelta(hours=1)
            actor = actor_for(world, run)
            if run.step.key == "receive":
                desk.receive(actor=actor, run_id=run.pk, now=moment)
            elif run.step.key == "appraise":
                desk.claim(actor=actor, run_id=run.pk, now=moment)
                if until == "processing":
                    break
                dossier.refresh_from_db()
                desk.propose(actor=actor, run_id=run.pk, content=suggest(dossier), now=moment)
            elif run.step.key == "sign":
                desk.sign(actor=actor, run_id=run.pk, now=moment)
                sign_at(ResultDocument.objects.values_list("pk", flat=True).get(dossier=dossier), moment)
            else:
                desk.return_result(actor=actor, run_id=run.pk, now=moment)
            dossier.refresh_from_db()
    dossier.refresh_from_db()
    return dossier


def ask_supplement(
    world: World, dossier: Dossier, *, field: str = "", component: int | None = None
) -> Dossier:
    """The open step asks the applicant to complete one field and (or) one paper."""
    items = []
    if field:
        items.append({"kind": "field", "key": field, "label": field, "note": "Kiểm tra lại."})
    if component is not None:
        items.append(
            {"kind": "component", "key": str(component), "label": "Giấy tờ", "note": "Bản chụp bị mờ."}
        )
    run = open_run(dossier)
    with after_commit():
        desk.ask_supplement(
            actor=actor_for(world, run),
            run_id=run.pk,
            reason="Thông tin khai chưa khớp với dữ liệu dân cư; đề nghị kiểm tra.",
            items=items,
            now=world.now + timedelta(hours=1),
        )
    dossier.refresh_from_db()
    return dossier
