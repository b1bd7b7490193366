"""What a procedure is, as plain values: the shape the import produces, a version stores and a page shows. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Handling(StrEnum):
    """What the import did about an odd row."""

    REPAIRED = "repaired"  # the intended value is certain from the row itself
    UNCERTAIN = "uncertain"  # kept, but marked so that no page states it as a fact
    SKIPPED = "skipped"  # not imported
    NOTED = "noted"  # imported as it is; a person should look


@dataclass(frozen=True, slots=True)
class OddRow:
    """One finding about one source row. `reason` is stable (docs/catalogue.md explains each); `detail` shows the text."""

    dataset: str  # details | index | papers
    row: str  # national code, or #position when there is none
    reason: str
    handling: Handling
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """A legal term. `value` null: not known. `cutoff` is "HH:MM": received later counts from the next working day."""

    value: int | None = None
    unit: str = ""
    cutoff: str | None = None
    rule: str = ""
    certain: bool = False


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A line of the fee table; `amount` in đồng, null when the source does not give it. Dates are ISO."""

    amount: int | None
    certain: bool
    channel: str = ""
    per: str = ""
    rule: str = ""
    formula: dict[str, int] | None = None
    valid_from: str | None = None
    valid_to: str | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A component of the dossier."""

    key: str
    name: str
    originals: int
    copies: int
    required: bool
    condition: str = ""
    form_no: str = ""
    replaced_by: str | None = None
    channel: str = ""
    by_form: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    key: str
    name_vi: str
    name_en: str
    term: Term
    papers: tuple[Paper, ...] = ()
    fees: tuple[FeeLine, ...] = ()
    condition: str = ""
    form_key: str | None = None


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A paper the law no longer lets an agency ask for, and the database that holds it (NQ 66.7/2025/NQ-CP)."""

    document: str
    database: str
    owner: str


@dataclass(frozen=True, slots=True)
class Definition:
    """What a published version freezes."""

    name: str
    cases: tuple[Case, ...]
    subjects: tuple[str, ...] = ()
    executing_agencies: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()  # online | counter | post: where it can be filed
    results: tuple[Result, ...] = ()
    legal_basis: tuple[str, ...] = ()
    replacements: tuple[Replacement, ...] = ()
    announced_by: str = ""  # the decision that published the procedure
    level: str = "unknown"
    level_certain: bool = False
    level_note: str = ""
    notes: tuple[str, ...] = ()
    linked_codes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON form, as stored."""
        loaded: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        return loaded

    @classmethod
    def read(cls, document: dict[str, Any]) -> Definition:
        """From the JSON form."""

        def case(raw: dict[str, Any]) -> Case:
            parts = {
                "term": Term(**raw["term"]),
                "papers": tuple(Paper(**paper) for paper in raw["papers"]),
                "fees": tuple(FeeLine(**fee) for fee in raw["fees"]),
            }
            return Case(**{**raw, **parts})

        lists = {name: tuple(value) for name, value in document.items() if isinstance(value, list)}
        lists |= {
            "cases": tuple(case(raw) for raw in document["cases"]),
            "results": tuple(Result(**raw) for raw in document["results"]),
            "replacements": tuple(Replacement(**raw) for raw in document["replacements"]),
        }
        return cls(**{**document, **lists})

    def content_hash(self) -> str:
        """SHA-256 of the canonical JSON: equal content, equal hash, no new version."""
        text = json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ProcedureRecord:
    """One procedure to write: what may change freely, and the definition that is versioned (null: index only)."""

    national_code: str
    name: str
    short_name: str
    name_en: str
    ministry: str
    sector: str
    executing_agencies: tuple[str, ...]
    citizen: bool | None
    business: bool | None
    level: str
    essential_no: int | None
    synonyms: tuple[str, ...]
    popularity: int
    source: str
    definition: Definition | None


@dataclass(frozen=True, slots=True)
class PaperReplacementRecord:
    number: int
    national_code: str
    procedure_name: str
    document: str
    database: str
    owner: str
    instrument: str
    article: str
    certain: bool


@dataclass(frozen=True, slots=True)
class LifeEventRecord:
    slug: str
    audience: str
    title_vi: str
    title_en: str
    lead_vi: str
    lead_en: str
    procedures: tuple[str, ...]


@dataclass(slots=True)
class Parsed:
    """The whole import before anything is written."""

    procedures: list[ProcedureRecord] = field(default_factory=list)
    replacements: list[PaperReplacementRecord] = field(default_factory=list)
    life_events: list[LifeEventRecord] = field(default_factory=list)
    sectors: dict[str, str] = field(default_factory=dict)  # name → English name
    odd: list[OddRow] = field(default_factory=list)
