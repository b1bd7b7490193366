"""Data for the bench, made by the database itself: 200 thousand dossiers in well under a minute.

Fifty communes with three officers each, five hundred citizens, and dossiers that are what the actions would have
left: row, answers, papers, a slip, step runs, events and facts that agree with the status. Two things are not
real: event hashes do not chain (nothing the bench measures reads them back), and encrypted columns are drawn from a
small pool of ciphertexts, each of which opens (a ciphertext is bound to its column, not to its row).

A person has four dossiers, but for those that wait, whose number is one of the pool's.

Per commune the last ``OPEN`` dossiers of a batch wait to be received, at every size: a list of 50 finds as much to
show among 10 thousand as among 200 thousand, so that the two can be compared.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import orjson
import psycopg
from django.db import connection, transaction

AGENCIES = 50
CITIZENS = 500
OPEN = 160
POOL = 64
JOINT = 12
SECRET = "K7M2Q9XA"
#: A citizen ID by which a search finds as much at every size.
NUMBER = "038190000007"
PROCEDURE = "1.004873"

_SURNAMES = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi")
_GIVEN = ("Thị Lan", "Văn Bình", "Minh Châu", "Quốc Tuấn", "Thu Hoài", "Đức Anh", "Thanh Hương", "Gia Khánh")


@dataclass(frozen=True)
class World:
    """What requests are made from."""

    case: int
    officers: dict[int, dict[str, int]]
    """Agency to accounts by role."""
    citizens: list[int]


def prepare(now: datetime) -> None:
    """Tables, catalogue, forms, process, calendar and the demo province (without its dossiers)."""
    from django.core.management import call_command

    from motcua.catalogue.actions import import_catalogue
    from motcua.catalogue.importing import bundled_sources, parse
    from motcua.config import base
    from motcua.demo import province
    from motcua.kernel.actors import SYSTEM

    call_command("migrate", interactive=False, verbosity=0)
    import_catalogue(actor=SYSTEM, parsed=parse(bundled_sources()), now=now)
    base.bring_up(now)
    province.build(now)


def people(now: datetime) -> World:
    """The communes with their units, posts and officers, and the citizens; made once."""
    from motcua.catalogue.models import Procedure, ProcedureCase
    from motcua.identity.models import Account
    from motcua.organisations.models import Agency, Holding, Post, Unit

    procedure = Procedure.objects.get(national_code=PROCEDURE)
    case = ProcedureCase.objects.filter(version=procedure.current_version_id).order_by("position")[0]
    province = Agency.objects.get(code="H56")
    if not Agency.objects.filter(code="H56.301").exists():
        with transaction.atomic():
            agencies = Agency.objects.bulk_create(
                Agency(
                    code=f"H56.{301 + n}",
                    name=f"Ủy ban nhân dân xã Thử nghiệm {n + 1}",
                    name_en=f"People's Committee of Trial Commune {n + 1}",
                    short_name=f"Xã Thử nghiệm {n + 1}",
                    level="commune",
                    parent=province,
                    place="Thanh Hóa",
                )
                for n in range(AGENCIES)
            )
            for agency in agencies:
                units = Unit.objects.bulk_create(
                    [
                        Unit(agency=agency, code="one-stop", name="Trung tâm Phục vụ hành chính công", one_stop=True),
                        Unit(agency=agency, code="civil", name="Phòng Văn hóa - Xã hội", sectors=["ho-tich"]),
                        Unit(agency=agency, code="leaders", name="Lãnh đạo Ủy ban nhân dân"),
                    ]
                )  # fmt: skip
                for unit, role in zip(units, ("one_stop", "civil_servant", "head"), strict=True):
                    account = Account.objects.create(
                        subject=f"bench|{agency.code}|{role}",
                        full_name=f"Cán bộ {agency.code} {role}",
                        created_at=now,
                    )
                    post = Post.objects.create(unit=unit, title="Công chức", role=role)
                    Holding.objects.create(post=post, officer=account, since=date(2025, 7, 1))
            Account.objects.bulk_create(
                Account(
                    subject=f"bench|citizen|{n}",
                    full_name=_name(n),
                    citizen_id=f"0381900{n:05d}",
                    phone="0912345678",
                    birth_date=date(1990, 1, 1),
                    claims=orjson.dumps(_claims(n)).decode(),
                    created_at=now,
                )
                for n in range(CITIZENS)
            )
            for agency in agencies:
                _offer(agency.pk, procedure.pk, now)
    officers: dict[int, dict[str, int]] = {}
    for holding in Holding.objects.filter(officer__subject__startswith="bench|").select_related("post__unit"):
        officers.setdefault(holding.post.unit.agency_id, {})[holding.post.role] = holding.officer_id
    citizens = list(
        Account.objects.filter(subject__startswith="bench|citizen|")
        .order_by("id")
        .values_list("pk", flat=True)
    )
    return World(case.pk, officers, citizens)


def _offer(agency: int, procedure: int, now: datetime) -> None:
    from motcua.catalogue.actions import offer_service
    from motcua.catalogue.models import Procedure
    from motcua.kernel.actors import SYSTEM
    from motcua.organisations.models import Agency

    what = Procedure.objects.get(pk=procedure)
    offer_service(
        actor=SYSTEM,
        agency=Agency.objects.get(pk=agency),
        procedure=what,
        level=what.level,
        since=date(2025, 7, 1),
        now=now,
    )


def _name(n: int) -> str:
    return f"{_SURNAMES[n % 8]} {_GIVEN[n // 8 % 8]}"


def _claims(n: int) -> dict[str, Any]:
    from motcua.demo.province import cast_file

    lan = next(person for person in cast_file()["people"] if person["username"] == "lan")["claims"]
    return {**lan, "HoVaTen": _name(n), "SoDinhDanh": f"0381900{n:05d}"}


def _answers(n: int, now: datetime) -> tuple[str, str]:
    """Valid answers of the bench's procedure: as a draft holds them, and cleaned as a dossier keeps them."""
    from motcua.demo.answers import answers_for
    from motcua.dossiers.bundles import form_of, newest_form
    from motcua.eforms import rules
    from motcua.kernel.clock import local_day

    key = newest_form(PROCEDURE)
    assert key is not None
    form, today = form_of(key), local_day(now)
    typed = answers_for(form, _claims(n), today=today, rng=random.Random(n))
    cleaned = dict(rules.validate(form, typed, today=today).cleaned)
    return orjson.dumps(typed).decode(), orjson.dumps(cleaned).decode()


def _pools(now: datetime) -> dict[str, list[Any]]:
    """Ciphertexts and names to draw from, by column."""
    from motcua.kernel import crypto
    from motcua.kernel.text import fold

    answers = [_answers(n, now) for n in range(POOL)]
    contact = '{"phone":"0912345678","address":"Số 2 đường Tống Duy Tân"}'
    return {
        "secret": [crypto.encrypt(SECRET, "dossiers_dossier.lookup_secret") for _ in range(POOL)],
        "number": [
            crypto.encrypt(f"0381900{n:05d}", "dossiers_dossier.applicant_number") for n in range(POOL)
        ],
        "index": [crypto.blind_index(f"0381900{n:05d}", crypto.CITIZEN_ID) for n in range(POOL)],
        "contact": [crypto.encrypt(contact, "dossiers_dossier.contact") for _ in range(POOL)],
        "name": [_name(n) for n in range(POOL)],
        "folded": [fold(_name(n)) for n in range(POOL)],
        "answers": [crypto.encrypt(text, "dossiers_dossieranswers.body") for _typed, text in answers],
        "drafts": [crypto.encrypt(text, "dossiers_draft.body") for text, _cleaned in answers],
    }


_STREAM = """
    (lpad(to_hex((extract(epoch from {at}) * 1000)::bigint), 12, '0') || '7' || substr(md5({n}::text), 1, 3)
     || '8' || substr(md5({n}::text), 4, 15))::uuid
"""

_DOSSIERS = f"""
    INSERT INTO dossiers_dossier (
        stream, code, lookup_secret, version_id, case_id, procedure_id, form_id, agency_id, unit_id, status,
        channel, assistance, remote, return_by, applicant_id, applicant_kind, applicant_name, applicant_folded,
        applicant_number, applicant_index, contact, submitted_at, received_at, due_at, finished_at, returned_at,
        event_seq, event_hash)
    SELECT {_STREAM.format(at="at", n="n")},
           agency.code || '-' || to_char(at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYMMDD') || '-'
               || lpad((n / %(agencies)s + 1)::text, greatest(4, length((n / %(agencies)s + 1)::text)), '0'),
           (%(secret)s::text[])[pick], %(version)s, %(case)s, %(procedure)s, %(form)s, agency.id, civil.id,
           CASE WHEN waits THEN 1 ELSE 10 END, 2, 'none', true, 'online', (%(citizens)s::bigint[])[1 + n %% %(people)s],
           'citizen', (%(name)s::text[])[pick], (%(folded)s::text[])[pick], (%(number)s::text[])[pick],
           CASE WHEN waits THEN (%(index)s::bytea[])[pick] ELSE sha256((n / 4)::text::bytea) END, (%(contact)s::text[])[pick], at,
           CASE WHEN waits THEN NULL ELSE at + interval '2 hours' END,
           CASE WHEN waits THEN NULL ELSE at + interval '5 days' END,
           CASE WHEN waits THEN NULL ELSE at + interval '3 days' END,
           CASE WHEN waits THEN NULL ELSE at + interval '4 days' END,
           CASE WHEN waits THEN 1 ELSE 5 END, sha256(n::text::bytea)
      FROM (SELECT n, 1 + n %% {POOL} AS pick, n >= %(last)s - %(agencies)s * {OPEN} AS waits,
                   CASE WHEN n >= %(last)s - %(agencies)s * {OPEN}
                        THEN %(end)s - (%(last)s - n) * interval '40 seconds'
                        ELSE %(begin)s + (n - %(first)s) * (%(end)s - interval '9 days' - %(begin)s) / %(many)s END AS at
              FROM generate_series(%(first)s::int, %(last)s::int - 1) AS n) AS made
      JOIN (SELECT id, code, row_number() OVER (ORDER BY code) - 1 AS place FROM organisations_agency
             WHERE id = ANY(%(agency_ids)s)) AS agency ON agency.place = n %% %(agencies)s
      JOIN organisations_unit AS civil ON civil.agency_id = agency.id AND civil.code = 'civil'
     ORDER BY n
"""
_ANSWERS = f"""
    INSERT INTO dossiers_dossieranswers (dossier_id, number, body, filed_at)
    SELECT id, 1, (%(answers)s::text[])[1 + id %% {POOL}], submitted_at FROM dossiers_dossier WHERE id > %(after)s
     ORDER BY id
"""
_SLIPS = """
    INSERT INTO dossiers_slip (dossier_id, kind, number, year, blob_id, issued_at)
    SELECT id, kind, id, 2026, %(blob)s, submitted_at
      FROM dossiers_dossier, (VALUES ('ack', 1), ('01', 10)) AS given (kind, since)
     WHERE id > %(after)s AND status >= since
"""
_RUNS = """
    INSERT INTO processing_steprun (dossier_id, step_id, agency_id, unit_id, role, opened_at, due_at, waits_for, closed_at,
                                    closed_by_id, outcome, note)
    SELECT dossier.id, step.id, dossier.agency_id, unit.id, step.role,
           dossier.submitted_at + (step.position - 1) * interval '1 day',
           dossier.submitted_at + step.position * interval '1 day', '',
           CASE WHEN status = 10 THEN dossier.submitted_at + (step.position - 1) * interval '1 day' + interval '2 hours' END,
           CASE WHEN status = 10 THEN holding.officer_id END,
           CASE WHEN status = 10 THEN (ARRAY['receive', 'propose', 'sign', 'return_result'])[step.position] ELSE '' END, ''
      FROM dossiers_dossier AS dossier
      JOIN processing_step AS step ON step.process_id = %(process)s
      JOIN organisations_unit AS unit ON unit.agency_id = dossier.agency_id
       AND unit.code = (ARRAY['one-stop', 'civil', 'leaders', 'one-stop'])[step.position]
      JOIN organisations_post AS post ON post.unit_id = unit.id
      JOIN organisations_holding AS holding ON holding.post_id = post.id
     WHERE dossier.id > %(after)s AND (status = 10 OR step.position = 1)
     ORDER BY dossier.id, step.position
"""
_EVENTS = """
    INSERT INTO kernel_event (stream, seq, kind, at, actor_kind, account_id, officer, data, hash)
    SELECT stream, seq, kind, submitted_at + after, CASE WHEN seq = 1 THEN 'person' ELSE 'officer' END, applicant_id,
           CASE WHEN seq = 1 THEN '' ELSE 'Cán bộ một cửa' END, jsonb_build_object('status', told), event_hash
      FROM dossiers_dossier,
           (VALUES (1, 'dossier.submitted', interval '0', 1), (2, 'dossier.received', interval '2 hours', 2),
                   (3, 'dossier.taken_up', interval '1 day', 4), (4, 'dossier.finished', interval '3 days', 9),
                   (5, 'dossier.returned', interval '4 days', 10)) AS happened (seq, kind, after, told)
     WHERE id > %(after)s AND seq <= event_seq
     ORDER BY id, seq
"""
_FACTS = """
    INSERT INTO measurement_fact (measure, day, agency_id, procedure_id, dossier_id, online, remote, late, minutes)
    SELECT measure, (submitted_at + after)::date, agency_id, procedure_id, id, true, true, false,
           CASE WHEN measure = 2 THEN 900 + id %% 800 END
      FROM dossiers_dossier,
           (VALUES (1, interval '0'), (2, interval '3 days'), (3, interval '4 days')) AS counted (measure, after)
     WHERE id > %(after)s AND (measure = 1 OR status = 10)
"""


def dossiers(world: World, total: int, now: datetime, *, admin: str) -> None:
    """Make dossiers until there are ``total``; the newest of the batch are open. ``admin``: URL of a superuser."""
    from motcua.catalogue.models import ProcedureCase
    from motcua.dossiers.bundles import newest_form
    from motcua.dossiers.drafts import keep_content
    from motcua.processing.definitions import current_process

    version = ProcedureCase.objects.select_related("version").get(pk=world.case).version
    slip = keep_content(b"%PDF-1.7 bench", "application/pdf", now)
    with psycopg.connect(admin) as loading, loading.cursor() as cursor:
        # As pg_restore does it: references are right by construction, and checking them costs two thirds of the time.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM dossiers_dossier")
        there, newest = cursor.fetchone() or (0, 0)
        if there >= total:
            return
        values = _pools(now) | {
            "first": there,
            "last": total,
            "many": total - there,
            "after": newest,
            "agencies": AGENCIES,
            "agency_ids": sorted(world.officers),
            "citizens": world.citizens,
            "people": len(world.citizens),
            "version": version.pk,
            "case": world.case,
            "procedure": version.procedure_id,
            "form": newest_form(PROCEDURE),
            "process": current_process(world.case),
            "blob": slip.pk,
            "begin": now - timedelta(days=364),
            "end": now - timedelta(days=1),
        }
        for statement in (_DOSSIERS, _ANSWERS, _SLIPS, _RUNS, _EVENTS, _FACTS):
            cursor.execute(statement, values)
    _settle()


def joint(now: datetime) -> None:
    """Joint dossiers with their parts, filed and played by the demo's own hand; made once."""
    from motcua.demo import history, province
    from motcua.demo.cast import Cast
    from motcua.dossiers.models import Dossier

    if Dossier.objects.exclude(joint=None).exists():
        return
    for _ in range(JOINT // 6):
        history.make(Cast(province.people(), now), [], joint=True)


def joint_clerk() -> int:
    """The one-stop officer of the demo's commune."""
    from motcua.demo import province

    return next(person.account.pk for person in province.people() if person.username == "minh")


_DRAFTS = f"""
    WITH made AS (
        INSERT INTO dossiers_draft (id, account_id, case_id, form_id, agency_id, channel, for_person, body, sources,
                                    revision, created_at, saved_at)
        SELECT gen_random_uuid(), (%(citizens)s::bigint[])[1 + n %% %(people)s], %(case)s, %(form)s,
               (%(agency_ids)s::bigint[])[1 + n %% %(agencies)s], 2, '', (%(drafts)s::text[])[1 + n %% {POOL}], '{{}}', 3,
               %(now)s, %(now)s
          FROM generate_series(1, %(many)s::int) AS n
        RETURNING id, account_id)
    INSERT INTO dossiers_draftupload (id, draft_id, component_id, filename, size, "offset", state, problem, blob_id,
                                      created_at)
    SELECT gen_random_uuid(), made.id, component, 'ban-chup.pdf', 14, 14, 'kept', '', %(blob)s, %(now)s
      FROM made, unnest(%(components)s::bigint[]) AS component
"""


def drafts(world: World, many: int, now: datetime) -> list[tuple[str, int]]:
    """``many`` drafts ready to be filed, each with its papers: (id, account)."""
    from motcua.dossiers.bundles import case_bundle, newest_form
    from motcua.dossiers.drafts import keep_content
    from motcua.dossiers.rules import asked

    blob = keep_content(b"%PDF-1.7 bench", "application/pdf", now)
    papers = [c.pk for c in case_bundle(world.case).components if c.required and asked(c)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _DRAFTS,
            _pools(now)
            | {
                "citizens": world.citizens,
                "people": len(world.citizens),
                "case": world.case,
                "form": newest_form(PROCEDURE),
                "agency_ids": sorted(world.officers),
                "agencies": AGENCIES,
                "now": now,
                "many": many,
                "blob": blob.pk,
                "components": papers,
            },
        )
        cursor.execute(
            "SELECT id::text, account_id FROM dossiers_draft WHERE dossier_id IS NULL ORDER BY md5(id::text) LIMIT %s",
            [many],
        )
        return [(str(draft), int(account)) for draft, account in cursor.fetchall()]


def _settle() -> None:
    """Statistics and visibility as autovacuum would leave them, and a checkpoint that no run has to pay for."""
    connection.set_autocommit(True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def sessions(accounts: Sequence[int], now: datetime) -> dict[int, str]:
    """A session key for each account, as signing in leaves it."""
    from motcua.identity.models import Account
    from motcua.identity.sessions import SessionStore

    store = SessionStore()
    keys: dict[int, str] = {}
    rows = []
    for account in Account.objects.filter(pk__in=accounts):
        key = f"bench{account.pk:027d}"
        encoded = store.encode(
            {
                "_auth_user_id": str(account.pk),
                "_auth_user_backend": "motcua.identity.backends.AccountBackend",
                "_auth_user_hash": account.get_session_auth_hash(),
            }
        )
        rows.append((key, encoded, now + timedelta(hours=8), account.pk))
        keys[account.pk] = key
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO identity_session (session_key, session_data, expire_date, account_id) VALUES (%s, %s, %s, %s)
               ON CONFLICT (session_key) DO UPDATE SET session_data = excluded.session_data,
                                                       expire_date = excluded.expire_date""",
            rows,
        )
    return keys
