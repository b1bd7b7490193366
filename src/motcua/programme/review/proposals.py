"""What the catalogue already says about a procedure: proposed to whoever assesses it, with where it comes from. Pure.

Nothing here decides. A proposal fills the boxes of a new assessment; the unit confirms or changes each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from motcua.kernel.text import fold
from motcua.programme.review.findings import READINESS, REQUIREMENTS

#: Words of a published definition by which a law requires presence, a look on site, or a thing in the hand.
_PRESENCE: Final = re.compile(r"\b(co mat|truc tiep den|xuat trinh ban chinh|sinh trac hoc|hai ben nam nu)\b")
_ONSITE: Final = re.compile(
    r"\b(kiem tra thuc te|kiem tra thuc dia|tham dinh thuc te|xac minh tai cho|kiem tra tai cho|thuc dia|ngoai thuc dia)\b"
)
_HAND: Final = re.compile(
    r"\b(the can cuoc|ho chieu|bien so xe|giay phep lai xe|giay chung nhan quyen su dung dat)\b"
)


class Replaced(Protocol):
    """A row of the national list of papers that databases replace."""

    @property
    def number(self) -> int: ...
    @property
    def document(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper of the dossier, and the database that may replace it (numbers of the national list)."""

    name: str
    originals: int
    replaced_by: str
    numbers: tuple[int, ...]


@dataclass(slots=True)
class Proposal:
    """Findings as a JSON document, the words for each box that was filled, and papers with their replacement."""

    document: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    papers: list[PaperLine] = field(default_factory=list)
    replacements: list[Any] = field(default_factory=list)


def from_definition(definition: Mapping[str, Any] | None, replacements: Sequence[Replaced]) -> Proposal:
    """The same from plain values: what the definition states is proposed, what it does not stays open."""
    out = Proposal(replacements=list(replacements))
    # An answer of None is a box left open; a requirement nobody wrote down is proposed as not required.
    out.document = dict.fromkeys(READINESS) | {
        name: {"required": False, "basis": "", "evidence": ""} for name in REQUIREMENTS
    }
    out.document |= {
        "payment": None,
        "fixed_by": None,
        "replaced": [r.number for r in replacements],
        "note": "",
    }
    if definition is None:
        return out
    _readiness(definition, out)
    _papers(definition, replacements, out)
    _requirements(definition, out)
    return out


def _readiness(definition: Mapping[str, Any], out: Proposal) -> None:
    cases = definition.get("cases") or []
    channels = definition.get("channels") or []
    out.document["information_complete"] = bool(
        cases and definition.get("legal_basis") and definition.get("results")
    )
    out.sources["information_complete"] = "definition"
    out.document["electronic_form"] = any(case.get("form_key") for case in cases) and (
        not channels or "online" in channels
    )
    out.sources["electronic_form"] = "form"
    # A procedure with an electronic form runs through this system's own steps and signature.
    out.document["electronic_resolution"] = out.document["electronic_form"]
    out.document["electronic_result"] = out.document["electronic_form"]
    out.document["result_by_post"] = not channels or "post" in channels
    out.sources["result_by_post"] = "channels"
    amounts = [fee.get("amount") for case in cases for fee in case.get("fees") or []]
    if amounts and all(amount == 0 for amount in amounts):
        out.document["payment"], out.sources["payment"] = "none", "fees"


def _papers(definition: Mapping[str, Any], replacements: Sequence[Replaced], out: Proposal) -> None:
    seen = set()
    for case in definition.get("cases") or []:
        for paper in case.get("papers") or []:
            if paper["name"] in seen or paper.get("by_form"):
                continue
            seen.add(paper["name"])
            numbers = tuple(r.number for r in replacements if _same(paper["name"], r.document))
            out.papers.append(
                PaperLine(
                    paper["name"], int(paper.get("originals") or 0), paper.get("replaced_by") or "", numbers
                )
            )


def _same(paper: str, document: str) -> bool:
    """Whether two wordings name one paper: all words of the shorter stand in the longer."""
    a, b = set(fold(paper).split()), set(fold(document).split())
    small, large = sorted((a, b), key=len)
    return len(small) >= 3 and len(small & large) >= max(3, round(0.8 * len(small)))


def _requirements(definition: Mapping[str, Any], out: Proposal) -> None:
    texts = [definition.get("level_note") or "", *(definition.get("notes") or [])]
    papers = [paper["name"] for case in definition.get("cases") or [] for paper in case.get("papers") or []]
    law = "; ".join((definition.get("legal_basis") or [])[:2])
    for name, pattern, where in (("presence", _PRESENCE, texts), ("onsite", _ONSITE, [*texts, *papers])):
        hit = next((text for text in where if pattern.search(fold(text))), None)
        if hit is not None:
            out.document[name] = {"required": True, "basis": law, "evidence": hit[:300]}
            out.sources[name] = "notes"
    results = " ".join(str(result.get("name") or "") for result in definition.get("results") or [])
    if _HAND.search(fold(results)):
        out.document["physical_result"] = {"required": True, "basis": law, "evidence": results[:300]}
        out.document["electronic_result"] = False
        out.sources["physical_result"] = "results"
