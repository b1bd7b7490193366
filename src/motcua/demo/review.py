"""The review in the demo: last year's published list, a round in the middle of its work, and the Ministry's board of April 2023.

Made by the same actions as the screens. Who sent what to the board is invented; the senders and the deadline are real.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from motcua.catalogue.models import Procedure
from motcua.demo.province import Person
from motcua.kernel import jobs
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.organisations import queries as organisations
from motcua.programme.models import ReviewAssessment, ReviewRound
from motcua.programme.review import actions, lists, queries, receiving, senders
from motcua.programme.review.findings import NOT_REQUIRED, Findings, Requirement
from motcua.programme.review.receiving import read_list

SECTORS = ("ho-tich", "chung-thuc", "hoat-dong-xay-dung")
#: Where each sector's procedures go in the demo.
_OWNERS = {"ho-tich": "H56.201", "chung-thuc": "H56.202", "hoat-dong-xay-dung": "H56.10"}
_DRAFTERS = {"H56.201": "hoa", "H56.202": "cuong", "H56.10": "hai"}
_HEADS = {"H56.201": "tuan", "H56.202": "hung", "H56.10": "phong"}
#: Kept short so that the demo starts quickly; the rest of the round is still to do.
_ASSESSED = 22
_ELSEWHERE = "Chưa rà soát trong đợt này; sẽ rà soát ở đợt sau."


def seed(people: Sequence[Person], now: datetime) -> str:
    """Make all of it; a few words about it."""
    if ReviewRound.objects.exists():
        return ""
    cast = _Cast({person.username: person for person in people}, now)
    with jobs.held() as waiting:
        last_year(cast, now - timedelta(days=200))
        this_year(cast, now - timedelta(days=12))
        sent = board(cast)
        for job, arguments in list(waiting):
            if job in (lists.publish, lists.put_in_force):
                job.run(**arguments)
    return f"2 rounds, {sent} lists on the board"


class _Cast:
    """Officers by username, in the seats they hold today."""

    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self._people, self._today = people, local_day(now)

    def __getitem__(self, username: str) -> Actor:
        account = self._people[username].account
        found = organisations.officer(account.pk, account.full_name, self._today)
        assert found is not None, username
        return found


def _open(cast: _Cast, name: str, instrument: str, days: int, now: datetime) -> ReviewRound:
    made = actions.open_round(
        actor=cast["hieu"],
        name=name,
        instrument=instrument,
        deadline=local_day(now) + timedelta(days=days),
        judged_on=local_day(now),
        agencies=sorted({*_OWNERS.values(), "H56.15", "H56.203"}),
        sectors=SECTORS,
        now=now,
    )
    for sector, agency in _OWNERS.items():
        actions.assign(actor=cast["hieu"], round_id=made.pk, agency=agency, sectors=[sector], now=now)
    return made


def _detailed(round_: ReviewRound) -> list[ReviewAssessment]:
    return list(
        ReviewAssessment.objects.filter(round=round_, procedure__detailed=True)
        .select_related("procedure__current_version", "agency")
        .order_by("procedure__national_code")
    )


def found_about(procedure: Procedure, *, ready: bool = True) -> Findings:
    """What the demo's officials find: what the published definition says, and no more than that."""
    said = queries.propose(procedure).document
    partial = procedure.level == "partial"
    law = (
        "; ".join((procedure.current_version.definition.get("legal_basis") or [])[:1])
        if procedure.current_version
        else ""
    )

    def need(name: str) -> Requirement:
        one = said[name]
        return Requirement(True, one["basis"] or law, one["evidence"]) if one["required"] else NOT_REQUIRED

    presence = need("presence")
    if partial and not presence.required and not need("onsite").required:
        presence = Requirement(
            True, law, "Mức độ một phần theo dữ liệu quốc gia; đơn vị đang đối chiếu căn cứ."
        )
    return Findings(
        information_complete=bool(said["information_complete"]),
        electronic_form=bool(said["electronic_form"]),
        electronic_resolution=bool(said["electronic_form"]),
        electronic_result=bool(said["electronic_form"]) and not need("physical_result").required,
        result_by_post=said["result_by_post"] is not False,
        payment=said["payment"] or ("online" if ready else "offline"),
        presence=presence,
        onsite=need("onsite"),
        physical_result=need("physical_result"),
        replaced=tuple(said["replaced"]),
    )


def _assess(
    cast: _Cast, rows: Iterable[ReviewAssessment], upto: str, now: datetime, *, ready: bool = True
) -> None:
    """Bring assessments to a state: draft, submitted, returned, checked or approved."""
    steps = {
        "draft": [], "submitted": ["submit"], "returned": ["submit", "send_back"], "checked": ["submit", "check"],
        "approved": ["submit", "check", "approve"],
    }[upto]  # fmt: skip
    for row in rows:
        assert row.agency is not None
        who = {
            "submit": _DRAFTERS[row.agency.code],
            "check": "hieu",
            "send_back": "hieu",
            "approve": _HEADS[row.agency.code],
        }
        found = actions.save_findings(
            actor=cast[who["submit"]],
            assessment_id=row.pk,
            revision=row.revision,
            findings=found_about(row.procedure, ready=ready),
            now=now,
        )
        for number, step in enumerate(steps, 1):
            found = actions.move(
                actor=cast[who[step]],
                assessment_id=row.pk,
                revision=found.revision,
                step=step,
                remark="Đề nghị nêu rõ điều, khoản của văn bản chuyên ngành." if step == "send_back" else "",
                now=now + timedelta(hours=number),
            )


def last_year(cast: _Cast, now: datetime) -> None:
    """A round that is over: its list is published and in force."""
    made = _open(
        cast,
        "Rà soát dịch vụ công trực tuyến, đợt 1",
        "Kế hoạch số 12/KH-UBND của Ủy ban nhân dân tỉnh",
        30,
        now,
    )
    rows = _detailed(made)[:_ASSESSED]
    _assess(cast, rows, "approved", now + timedelta(days=3), ready=False)
    rest = ReviewAssessment.objects.filter(round=made, state="todo").values_list(
        "procedure__national_code", flat=True
    )
    actions.exclude(
        actor=cast["hieu"], round_id=made.pk, codes=list(rest), reason=_ELSEWHERE, now=now + timedelta(days=9)
    )
    lists.approve_list(
        actor=cast["dat"],
        round_id=made.pk,
        number="1486/QĐ-UBND",
        place="Thanh Hóa",
        signer_title="Phó Chủ tịch",
        effective_on=local_day(now + timedelta(days=12)),
        now=now + timedelta(days=12),
    )


def this_year(cast: _Cast, now: datetime) -> None:
    """A round in the middle of its work."""
    made = _open(
        cast,
        "Rà soát dịch vụ công trực tuyến, đợt 2",
        "Nghị định số 224/2026/NĐ-CP, Điều 14; Kế hoạch số 85/KH-UBND",
        45,
        now,
    )
    rows = _detailed(made)[:_ASSESSED]
    plan = ("approved", "approved", "checked", "submitted", "returned", "draft")
    for place, row in enumerate(rows):
        _assess(cast, [row], plan[place % len(plan)], now + timedelta(days=2, minutes=place))


def board(cast: _Cast) -> int:
    """The dispatch of 2023: who sent a list to the Ministry, on time, late, or not at all."""
    opened = datetime(2023, 4, 12, 2, tzinfo=UTC)
    made = receiving.open_collection(
        actor=cast["hieu"],
        name="Danh mục dịch vụ công trực tuyến năm 2023",
        instrument="Công văn số 1284/BTTTT-CĐSQG ngày 12/4/2023",
        deadline=date(2023, 4, 21),
        now=opened,
    )
    rng = random.Random(1284)  # noqa: S311 - a demo that is the same each time
    known = list(
        Procedure.objects.filter(detailed=True, level__in=["full", "partial"])
        .order_by("national_code")
        .values_list("national_code", "name", "level")
    )
    owing = senders.on_day(made.deadline)
    sent = 0
    for sender in owing:
        luck = rng.random()
        if luck < 0.18:
            continue  # has sent nothing to this day
        late = luck > 0.85
        at = opened + timedelta(
            days=rng.randint(10, 19) if late else rng.randint(2, 8), hours=rng.randint(0, 8)
        )
        entries = []
        for code, name, level in rng.sample(known, rng.randint(18, 30)):
            # Two agencies in three judge alike; the third is what the consolidated list is for.
            judged = level if rng.random() < 0.9 else {"full": "partial", "partial": "full"}[level]
            reason = "Người nộp phải có mặt tại cơ quan" if judged == "partial" else ""
            entries.append({"code": code, "name": name, "level": judged, "reason": reason})
        incoming = read_list(
            {
                "format": lists.FORMAT,
                "number": f"{rng.randint(100, 2400)}/QĐ",
                "signer": "Dữ liệu dùng thử",
                "signed_on": local_day(at).isoformat(),
                "entries": entries,
                "agency": {"code": sender.key},
            }
        )
        receiving.receive(sender=sender.key, collection=made.key, incoming=incoming, now=at)
        sent += 1
    receiving.remind(actor=cast["hieu"], collection=made.key, now=datetime(2023, 4, 24, 2, tzinfo=UTC))
    return sent
