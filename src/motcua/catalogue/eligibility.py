"""At which level a procedure can go online, and why: the eligibility assessment (issue 5, R2.1–R2.4).

Pure: facts and the law of a day in, level with reasons and blockers out. Which conditions make a service
full-process, and which grounds lawfully keep it partial, are law parameters (`eligibility.*`): Decree
42/2022 art. 11 before 1/7/2026, Decree 224/2026 art. 14 from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, get_args

from motcua.law import keys
from motcua.law.registry import Law, Parameter

Level = Literal["full", "partial", "information"]
ResultBy = Literal["online", "post", "counter"]
Owner = Literal["resolving_agency", "lawmaker", "it_unit"]

#: What must be so for a full-process service, in the order people check it, and the parameter that says so.
CONDITIONS: Final[Mapping[str, str]] = {
    "information_complete": keys.FULL_INFORMATION_COMPLETE,
    "files_online": keys.FULL_FILES_ONLINE,
    "resolved_online": keys.FULL_RESOLVED_ONLINE,
    "result_by": keys.FULL_RESULT_BY,
}
#: What keeps a service from being full-process even where the rest is ready.
GROUNDS: Final[Mapping[str, str]] = {
    "presence_required": keys.GROUND_PRESENCE,
    "onsite_verification": keys.GROUND_ONSITE,
    "technical_blocker": keys.GROUND_TECHNICAL,
}
#: Grounds that only a law can create: which one has to be named.
GROUNDS_BY_LAW: Final = frozenset({"presence_required", "onsite_verification"})
FACTS: Final = (*CONDITIONS, *GROUNDS)

RESULT_WAYS: Final[tuple[ResultBy, ...]] = get_args(ResultBy)

#: Who can remove a blocker: the agency that resolves the procedure, whoever makes the sector law, or IT.
OWNERS: Final[Mapping[str, Owner]] = {
    "information_complete": "resolving_agency",
    "files_online": "resolving_agency",
    "resolved_online": "resolving_agency",
    "result_by": "resolving_agency",
    "presence_required": "lawmaker",
    "onsite_verification": "lawmaker",
    "technical_blocker": "it_unit",
}


class FactError(ValueError):
    """A fact is unknown, missing, of the wrong kind, or contradicts another.

    `code` and `params` are for the face; `str()` is English.
    """

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(message)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found about one procedure. `basis` holds the legal basis named for a fact, by its name."""

    files_online: bool
    resolved_online: bool
    information_complete: bool
    result_by: ResultBy
    presence_required: bool = False
    onsite_verification: bool = False
    technical_blocker: bool = False
    basis: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.files_online and not self.resolved_online and self.result_by == "online":
            raise FactError(
                "contradiction",
                "result_by is 'online' although neither filing nor resolving is online",
                facts=("result_by", "files_online", "resolved_online"),
            )


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding. code: `met`, `unmet`, `ground`, `not_lawful_ground`, `basis_missing`, `no_published_reason`,
    `information_only`; the rule's own words are in the parameter's titles."""

    code: str
    fact: str
    rule: Parameter
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """What would have to change for the service to be full-process, and who can change it.

    lawful: the law itself lets the service stay partial for this.
    """

    fact: str
    rule: Parameter
    owner: Owner
    lawful: bool
    basis: str | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The level, the act that decides it, and why."""

    level: Level
    instrument: str
    reasons: tuple[Reason, ...]
    blockers: tuple[Blocker, ...]


def read_facts(data: Mapping[str, object]) -> Facts:
    """Facts from JSON or a spreadsheet row.

    A fact is a plain value, or `{"value": …, "legal_basis": "…"}`; a flat row may carry the basis as
    `<fact>_legal_basis` (`basis` is understood for short). The three grounds may be left out (false). When neither filing nor resolving is
    online, the other conditions may be left out too: they decide nothing.
    """
    basis: dict[str, str] = {}
    values: dict[str, object] = {}
    for name, given in data.items():
        fact = name.removesuffix("_basis").removesuffix("_legal")
        if fact not in FACTS:
            raise FactError("unknown-fact", f"unknown fact {name!r}; known are {', '.join(FACTS)}", fact=name)
        if fact != name:
            _note_basis(basis, fact, given)
        elif isinstance(given, Mapping):
            if strange := set(given) - {"value", "legal_basis", "basis"}:
                field_name = f"{name}.{sorted(strange)[0]}"
                raise FactError("unknown-fact", f"unknown field {field_name!r}", fact=field_name)
            if "value" not in given:
                raise FactError("missing-fact", f"{name}: its value is missing", fact=name)
            values[name] = given["value"]
            _note_basis(basis, name, given.get("legal_basis"))
            _note_basis(basis, name, given.get("basis"))
        else:
            values[name] = given
    files, resolves = _flag(values, "files_online"), _flag(values, "resolved_online")
    if not files and not resolves:
        values = {"information_complete": False, "result_by": "counter", **values}
    return Facts(
        files_online=files,
        resolved_online=resolves,
        information_complete=_flag(values, "information_complete"),
        result_by=_result_by(values),
        presence_required=_flag(values, "presence_required", default=False),
        onsite_verification=_flag(values, "onsite_verification", default=False),
        technical_blocker=_flag(values, "technical_blocker", default=False),
        basis=basis,
    )


def assess(facts: Facts, law: Law, on: date) -> Assessment:
    """The level of a procedure by the law of a day, with every reason.

    Raises NoParameterError for a day before the first rule (15/8/2022).
    """
    conditions = {fact: law.parameter(key, on) for fact, key in CONDITIONS.items()}
    grounds = {fact: law.parameter(key, on) for fact, key in GROUNDS.items()}
    needs_reason = law.parameter(keys.PARTIAL_NEEDS_REASON, on)
    reasons: list[Reason] = []
    blockers: list[Blocker] = []
    for fact, rule in conditions.items():
        met = _meets(getattr(facts, fact), rule)
        reasons.append(Reason("met" if met else "unmet", fact, rule, facts.basis.get(fact)))
        if not met:
            blockers.append(Blocker(fact, rule, OWNERS[fact], lawful=False, basis=facts.basis.get(fact)))
    for fact, rule in grounds.items():
        if getattr(facts, fact):
            named = facts.basis.get(fact)
            lawful = bool(rule.value)
            reasons.append(Reason("ground" if lawful else "not_lawful_ground", fact, rule, named))
            unnamed = lawful and named is None and fact in GROUNDS_BY_LAW
            if unnamed:
                reasons.append(Reason("basis_missing", fact, rule))
            blockers.append(Blocker(fact, rule, OWNERS[fact], lawful=lawful and not unnamed, basis=named))
    level = _level(facts, blockers)
    if level == "partial" and needs_reason.value and not any(blocker.fact in grounds for blocker in blockers):
        # Full-process is the default: without one of the lawful grounds nothing excuses staying partial.
        reasons += [Reason("no_published_reason", blocker.fact, needs_reason) for blocker in blockers[:1]]
    if level == "information":
        reasons = [
            Reason("information_only", fact, conditions[fact], facts.basis.get(fact))
            for fact in ("files_online", "resolved_online")
        ] + [reason for reason in reasons if reason.fact not in ("files_online", "resolved_online")]
    return Assessment(level, needs_reason.instrument, tuple(reasons), tuple(blockers))


def _level(facts: Facts, blockers: list[Blocker]) -> Level:
    if not facts.files_online and not facts.resolved_online:
        return "information"
    return "partial" if blockers else "full"


def _meets(value: object, rule: Parameter) -> bool:
    return value in rule.value if isinstance(rule.value, tuple) else value == rule.value


def _flag(values: Mapping[str, object], name: str, *, default: bool | None = None) -> bool:
    value = values.get(name)
    if value is None:
        if default is None:
            raise FactError("missing-fact", f"the fact {name} is missing", fact=name)
        return default
    if not isinstance(value, bool):
        raise FactError("wrong-kind", f"{name} must be true or false, not {value!r}", fact=name, value=value)
    return value


def _result_by(values: Mapping[str, object]) -> ResultBy:
    value = values.get("result_by")
    if value is None:
        raise FactError("missing-fact", "the fact result_by is missing", fact="result_by")
    for way in RESULT_WAYS:
        if value == way:
            return way
    raise FactError(
        "wrong-kind",
        f"result_by must be online, post or counter, not {value!r}",
        fact="result_by",
        value=value,
    )


def _note_basis(basis: dict[str, str], fact: str, given: object) -> None:
    if given is None or given == "":
        return
    if not isinstance(given, str):
        raise FactError(
            "wrong-kind", f"the legal basis of {fact} must be text, not {given!r}", fact=fact, value=given
        )
    if basis.setdefault(fact, given.strip()) != given.strip():
        raise FactError("contradiction", f"{fact} names two different legal bases", facts=(fact,))
