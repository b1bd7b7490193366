"""What an agency finds about one procedure, as data; pure.

Findings are what people can answer about their own procedure (must the applicant come? must the original be handed in?).
The judge of the catalogue (:mod:`motcua.catalogue.eligibility`) asks seven facts of law. :func:`facts_of` leads from
one to the other, and :mod:`motcua.programme.review.rules` keeps which finding made which fact, so that a blocker
names the thing that has to change and not only the article.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, get_args

from motcua.catalogue.eligibility import FactError, Facts, ResultBy
from motcua.kernel.text import clean

Payment = Literal["online", "offline", "none"]
PAYMENTS: Final = get_args(Payment)
#: What a law may require of the applicant or the agency; each with the law that does, and what shows it.
REQUIREMENTS: Final = ("presence", "onsite", "originals", "wet_signature", "physical_result", "technical")
#: What is ready at the agency: yes or no.
READINESS: Final = (
    "information_complete", "electronic_form", "electronic_resolution", "electronic_result", "result_by_post",
)  # fmt: skip
MAX_TEXT: Final = 500
MAX_REPLACED: Final = 60


@dataclass(frozen=True, slots=True)
class Requirement:
    """Whether it is required, by which law, and what shows it (a clause, a decision, a link)."""

    required: bool = False
    basis: str = ""
    evidence: str = ""


NOT_REQUIRED: Final = Requirement()


@dataclass(frozen=True, slots=True)
class Findings:
    """One assessment. ``replaced`` holds numbers of the national list of papers that databases replace; ``fixed_by``
    is when the technical fault ends (NĐ 224/2026 art. 14: published with the reason)."""

    information_complete: bool
    electronic_form: bool
    electronic_resolution: bool
    electronic_result: bool
    result_by_post: bool
    payment: Payment
    presence: Requirement = NOT_REQUIRED
    onsite: Requirement = NOT_REQUIRED
    originals: Requirement = NOT_REQUIRED
    wet_signature: Requirement = NOT_REQUIRED
    physical_result: Requirement = NOT_REQUIRED
    technical: Requirement = NOT_REQUIRED
    fixed_by: date | None = None
    replaced: tuple[int, ...] = ()
    note: str = ""

    def document(self) -> dict[str, Any]:
        """The JSON form, as stored and as written into history."""
        found: dict[str, Any] = {name: getattr(self, name) for name in READINESS}
        found["payment"] = self.payment
        for name in REQUIREMENTS:
            one: Requirement = getattr(self, name)
            found[name] = {"required": one.required, "basis": one.basis, "evidence": one.evidence}
        found["fixed_by"] = self.fixed_by.isoformat() if self.fixed_by else None
        found["replaced"] = list(self.replaced)
        found["note"] = self.note
        return found


@dataclass(slots=True)
class Unanswered(ValueError):
    """What is missing or cannot be read: field → code (``missing``, ``not_allowed``, ``bad_date``, ``contradiction``)."""

    faults: dict[str, str] = field(default_factory=dict)


def read(data: Mapping[str, Any]) -> Findings:
    """Findings from JSON (as :meth:`Findings.document` wrote it, or as a form or an importer gives them).

    Raises Unanswered with every field at fault, not only the first.
    """
    faults: dict[str, str] = {}
    flags = {name: _flag(data.get(name), name, faults) for name in READINESS}
    payment = data.get("payment")
    if payment not in PAYMENTS:
        faults["payment"] = "missing" if payment in (None, "") else "not_allowed"
    needs = {name: _requirement(data.get(name), name, faults) for name in REQUIREMENTS}
    until = _day(data.get("fixed_by"), faults)
    replaced = _numbers(data.get("replaced"), faults)
    if faults:
        raise Unanswered(faults)
    given: dict[str, Any] = {
        **flags,
        **needs,
        "payment": payment,
        "fixed_by": until,
        "replaced": replaced,
        "note": clean(str(data.get("note") or ""), multiline=True)[: 4 * MAX_TEXT],
    }
    found = Findings(**given)
    for name, fault in contradictions(found).items():
        faults[name] = fault
    if faults:
        raise Unanswered(faults)
    return found


def contradictions(found: Findings) -> dict[str, str]:
    """What cannot both be true, at the field to look at."""
    faults = {}
    if found.electronic_result and not found.electronic_resolution:
        # A result made by the system presupposes that the system is where the case is decided.
        faults["electronic_result"] = "contradiction"
    if found.fixed_by is not None and not found.technical.required:
        faults["fixed_by"] = "contradiction"
    return faults


def facts_of(found: Findings) -> Facts:
    """The seven facts of NĐ 42/2022 art. 11 and NĐ 224/2026 art. 14, from what was found.

    Performing online fails for want of a form, for a fee that can only be paid at the counter, for an original that must
    be handed in, or for a signature by hand. Raises FactError when the facts contradict each other.
    """
    by: ResultBy = "counter"
    if found.electronic_result and not found.physical_result.required:
        by = "online"
    elif found.result_by_post:
        by = "post"
    basis = {
        "presence": "presence_required",
        "onsite": "onsite_verification",
        "technical": "technical_blocker",
    }
    return Facts(
        information_complete=found.information_complete,
        files_online=not causes_of(found, "files_online"),
        resolved_online=found.electronic_resolution,
        result_by=by,
        presence_required=found.presence.required,
        onsite_verification=found.onsite.required,
        technical_blocker=found.technical.required,
        basis={
            fact: getattr(found, name).basis for name, fact in basis.items() if getattr(found, name).basis
        },
    )


def causes_of(found: Findings, fact: str) -> tuple[str, ...]:
    """Which findings make a fact of law fail, in the order people check them."""
    failing: Mapping[str, tuple[tuple[str, bool], ...]] = {
        "information_complete": (("information_complete", not found.information_complete),),
        "files_online": (
            ("electronic_form", not found.electronic_form),
            ("payment", found.payment == "offline"),
            ("originals", found.originals.required),
            ("wet_signature", found.wet_signature.required),
        ),
        "resolved_online": (("electronic_resolution", not found.electronic_resolution),),
        # One way out is enough: by post where the law wants a thing in the hand, else an electronic result.
        "result_by": (
            ("result_by_post", found.physical_result.required and not found.result_by_post),
            ("electronic_result", not found.physical_result.required and not found.electronic_result),
        ),
        "presence_required": (("presence", found.presence.required),),
        "onsite_verification": (("onsite", found.onsite.required),),
        "technical_blocker": (("technical", found.technical.required),),
    }
    return tuple(name for name, fails in failing[fact] if fails)


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the findings in which two documents differ, for the history."""
    return sorted(name for name in {*before, *after} if before.get(name) != after.get(name))


def _flag(value: object, name: str, faults: dict[str, str]) -> bool:
    if not isinstance(value, bool):
        faults[name] = "missing" if value in (None, "") else "not_allowed"
    return value is True


def _requirement(value: object, name: str, faults: dict[str, str]) -> Requirement:
    if not isinstance(value, Mapping) or not isinstance(value.get("required"), bool):
        faults[name] = "missing"
        return NOT_REQUIRED
    if not value["required"]:
        return NOT_REQUIRED
    basis, evidence = (clean(str(value.get(part) or ""))[:MAX_TEXT] for part in ("basis", "evidence"))
    return Requirement(True, basis, evidence)


def _day(value: object, faults: dict[str, str]) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        faults["fixed_by"] = "bad_date"
        return None


def _numbers(value: object, faults: dict[str, str]) -> tuple[int, ...]:
    if value in (None, ""):
        return ()
    if not isinstance(value, list | tuple) or not all(isinstance(n, int) and n > 0 for n in value):
        faults["replaced"] = "not_allowed"
        return ()
    return tuple(sorted(set(value)))[:MAX_REPLACED]


__all__ = [
    "NOT_REQUIRED",
    "PAYMENTS",
    "READINESS",
    "REQUIREMENTS",
    "FactError",
    "Findings",
    "Requirement",
    "Unanswered",
    "causes_of",
    "changed",
    "contradictions",
    "facts_of",
    "read",
]
