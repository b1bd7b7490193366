"""Published processes: the default one, and which process a case follows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Max, QuerySet

from motcua.catalogue.models import Service
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.joint.plans import plan_of
from motcua.kernel import locks
from motcua.kernel.actors import Role
from motcua.kernel.caching import Kept
from motcua.organisations.models import Post
from motcua.organisations.queries import AgencyUnits, agency_of_code, units_of
from motcua.processing.checks import Problem, over_term, problems
from motcua.processing.fitting import unfit
from motcua.processing.models import ProcessVersion, Step
from motcua.processing.rules import OWN, PARENT, Kind, Policy, Process, StepSpec, UnitRule

#: Receive → appraise → sign → return. Internal steps are planned in working minutes, 8 hours a day (R3.21);
#: the intake answer is due in 8 working hours (R3.19).
DEFAULT = (
    StepSpec(0, "receive", "Tiếp nhận hồ sơ", "Receive the dossier", Role.ONE_STOP, "one_stop", 480,
             {"receive": "appraise", "refuse": None}, ("ask_supplement", "transfer"),
             result="Giấy tiếp nhận hồ sơ và hẹn trả kết quả"),
    StepSpec(0, "appraise", "Thẩm định hồ sơ", "Appraise the dossier", Role.CIVIL_SERVANT, "responsible", None,
             {"propose": "sign", "reject": None}, ("return_ineligible", "ask_payment", "consult", "transfer"),
             result="Dự thảo kết quả"),
    StepSpec(0, "sign", "Ký duyệt kết quả", "Sign the result", Role.HEAD, "leaders", 240,
             {"sign": "return", "send_back": "appraise"}, result="Kết quả đã ký số"),
    StepSpec(0, "return", "Trả kết quả", "Return the result", Role.ONE_STOP, "one_stop", 240,
             {"return_result": None}, result="Kết quả đến tay người nộp"),
)  # fmt: skip


def own_versions(case: int | None) -> QuerySet[ProcessVersion]:
    """The versions of the process of a case, newest first; of None: of the general one.

    A process belongs to a case by its procedure and key, not by its row: when the catalogue publishes a new version of
    a procedure, the case of the same key follows the process that was there, and continues its numbers. The newest is
    the one published last.
    """
    versions = ProcessVersion.objects.order_by("-pk")
    if case is None:
        return versions.filter(case=None)
    procedure, key = case_bundle(case).line
    return versions.filter(case__version__procedure=procedure, case__key=key)


def made_for(version: ProcessVersion, case: int) -> bool:
    """Whether a version may be followed by dossiers of a case: it is of its own process, or of the general one."""
    return version.case_id is None or case_bundle(version.case_id).line == case_bundle(case).line


def alone_with(case: int | None) -> None:
    """Be the only one who writes the process of a case, whichever of its rows is named, until the transaction ends."""
    procedure, key = case_bundle(case).line if case is not None else (0, "")
    locks.wait_for(f"process {procedure} {key}")


class Faulty(ValueError):
    """A definition that may not be published: ``problems`` say what, step by step."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.code} {p.step} {p.detail}".strip() for p in problems))
        self.problems = tuple(problems)


@transaction.atomic
def publish(
    *,
    case: int | None,
    name: str,
    steps: Sequence[StepSpec],
    now: datetime,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    by: int | None = None,
    reason: str = "",
) -> ProcessVersion:
    """Publish a process version; a faulty definition is refused whole (:class:`Faulty`)."""
    if wrong := faults(case, steps):
        raise Faulty(wrong)
    alone_with(case)
    last = own_versions(case).order_by().aggregate(last=Max("number"))["last"]
    version = ProcessVersion.objects.create(
        case_id=case,
        number=(last or 0) + 1,
        name=name,
        policy=policy.written(),
        published_at=now,
        published_by_id=by,
        reason=reason,
    )
    Step.objects.bulk_create(_row(version, position, step) for position, step in enumerate(steps, 1))
    current_process.forget()
    return version


def faults(case: int | None, steps: Sequence[StepSpec]) -> list[Problem]:
    """Everything for which a definition is refused: of its shape first; then what its conditions ask, its length, and
    whether it has people.
    """
    wrong = problems(steps) or not_joint(case, steps)
    if wrong:
        return wrong
    wrong = unfit(case, steps)
    if case is not None:
        wrong += [*over_term(steps, case_bundle(case).term), *unresolved(case, steps)]
    return wrong


#: The columns of a step that its specification names alike.
_COLUMNS = ("key", "kind", "name", "name_en", "role", "agency", "unit_rule", "unit", "working_minutes", "join", "does",
            "result")  # fmt: skip


def _row(version: ProcessVersion, position: int, step: StepSpec) -> Step:
    return Step(
        process=version,
        position=position,
        outcomes=dict(step.outcomes),
        permits=list(step.permits),
        # A list: the order in which conditions are judged is part of the definition, and JSONB keeps no order of keys.
        conditions=[[outcome, condition] for outcome, condition in step.conditions.items()],
        **{name: getattr(step, name) for name in _COLUMNS},
    )


def not_joint(case: int | None, steps: Sequence[StepSpec]) -> list[Problem]:
    """Only a joint procedure has parts to open."""
    if case is not None and plan_of(case_bundle(case).national_code) is not None:
        return []
    return [Problem("not_joint", step.key) for step in steps if step.does == "open_parts"]


def unresolved(case: int, steps: Sequence[StepSpec]) -> list[Problem]:
    """Steps whose role nobody could hold, in the agencies that offer the procedure of the case.

    A seat is asked for, not somebody in it: a post may be vacant for a while.
    """
    offering = Service.objects.filter(procedure=case_bundle(case).procedure, active=True).values_list(
        "agency", flat=True
    )
    sector = case_bundle(case).sector
    seats = set(Post.objects.values_list("unit", "role"))
    found = []
    for agency in offering:
        own = units_of(agency)
        for step in steps:
            if step.kind == Kind.TASK:
                units, unit = seated(own, step, sector)
                if unit is None or (unit, step.role) not in seats:
                    code = units.agency.code if units else step.agency
                    found.append(Problem("no_seat", step.key, f"{step.role} / {code}"))
    return sorted(set(found), key=lambda p: (p.step, p.detail))


def seated(own: AgencyUnits, step: StepSpec, sector: str) -> tuple[AgencyUnits | None, int | None]:
    """The agency and unit that do a step for an agency whose units are ``own``; None where there is none."""
    units: AgencyUnits | None = own
    if step.agency == PARENT:
        units = units_of(own.agency.parent_id) if own.agency.parent_id is not None else own
    elif step.agency != OWN:
        other = agency_of_code(step.agency)
        units = units_of(other) if other is not None else None
    if units is None:
        return None, None
    match UnitRule(step.unit_rule):
        case UnitRule.ONE_STOP:
            return units, units.one_stop
        case UnitRule.LEADERS:
            return units, units.leaders
        case UnitRule.RESPONSIBLE:
            return units, units.responsible(sector)
        case UnitRule.NAMED:
            return units, units.by_code.get(step.unit)


def ensure_default(now: datetime) -> None:
    """Publish the default process where none is yet."""
    if not ProcessVersion.objects.filter(case=None).exists():
        publish(case=None, name="Quy trình chung", steps=DEFAULT, now=now)


def _load(pk: int) -> Process:
    version = ProcessVersion.objects.get(pk=pk)
    return Process(pk, tuple(steps_of([pk])[pk]), Policy.read(version.policy))


def steps_of(versions: Collection[int]) -> dict[int, list[StepSpec]]:
    """The steps of each version, in order; one query for all of them."""
    found: dict[int, list[StepSpec]] = {pk: [] for pk in versions}
    for row in Step.objects.filter(process__in=versions).order_by("process", "position"):
        found[row.process_id].append(
            StepSpec(
                pk=row.pk,
                outcomes=row.outcomes,
                permits=tuple(row.permits),
                conditions=dict(row.conditions),
                **{name: getattr(row, name) for name in _COLUMNS},
            )
        )
    return found


#: A version is immutable (trigger).
process: Kept[int, Process] = Kept(_load, seconds=None)


def _current(case: int) -> int:
    keys = (own_versions(of).values_list("pk", flat=True).first() for of in (case, None))
    found = next((key for key in keys if key is not None), None)
    if found is None:
        raise LookupError("No process is published: run `motcua setup-base`, or publish one in the studio.")
    return found


#: The version that a dossier filed now follows; a newly published one is followed within ten seconds. What the catalogue
#: publishes brings new keys and changes nothing that is kept here.
current_process: Kept[int, int] = Kept(_current, seconds=10)
