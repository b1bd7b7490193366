"""From the published data to records and a report of every odd row. Pure: reads values, writes nothing.

`parse` is called by `catalogue.actions.import_catalogue` and by `motcua catalogue import --dry-run`, which needs no
database. What it decides, and the meaning of every reason code, is in docs/catalogue.md.
"""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from motcua.catalogue.importing.fees import CHANNELS, read_fees
from motcua.catalogue.importing.names import (
    canonical_spellings,
    ministry_name,
    public_text,
    rejoin,
    short_name,
    unique_names,
)
from motcua.catalogue.importing.papers import read_components, read_replacements
from motcua.catalogue.importing.terms import read_term, variant_term
from motcua.catalogue.records import (
    Case,
    Definition,
    Handling,
    LifeEventRecord,
    OddRow,
    Paper,
    Parsed,
    ProcedureRecord,
    Replacement,
    Result,
)
from motcua.kernel.codes import national_code
from motcua.kernel.text import clean, fold, nfc

LEVELS = {"toan_trinh": "full", "mot_phan": "partial", "chua": "information"}


@dataclass(frozen=True, slots=True)
class Sources:
    """The four inputs as loaded: 74 detailed procedures, the national index, papers replaced by databases, our own."""

    details: Sequence[Mapping[str, Any]]
    index: Mapping[str, Mapping[str, Any]]
    papers: Sequence[Mapping[str, Any]]
    curation: Mapping[str, Any]


def bundled_sources() -> Sources:
    """The project's own copy of the published data (`catalogue/data`)."""
    data = resources.files("motcua.catalogue") / "data"

    def load(name: str) -> Any:
        return json.loads((data / name).read_text("utf-8"))

    return Sources(
        details=_with_additions(load("procedures.json")["procedures"], load("additions.json")["procedures"]),
        index=load("procedure-index.json"),
        papers=load("paper-to-database.json"),
        curation=tomllib.loads((data / "curation.toml").read_text("utf-8")),
    )


def _with_additions(
    details: Sequence[Mapping[str, Any]], additions: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Our own rows fill what the detailed record of their code leaves empty, and add to its lists; of another code they
    stand by themselves.
    """
    ours = {row["national_code"]: row for row in additions}
    found = [_added(row, ours.pop(row.get("national_code"), {})) for row in details]
    return [*found, *ours.values()]


def _added(row: Mapping[str, Any], more: Mapping[str, Any]) -> Mapping[str, Any]:
    filled = {name: value for name, value in more.items() if not row.get(name)}
    for name in ("dossier_components", "linked_codes"):
        if row.get(name) and more.get(name):
            filled[name] = [*row[name], *(item for item in more[name] if item not in row[name])]
    return {**row, **filled}


def parse(sources: Sources) -> Parsed:
    """Everything the sources say, cleaned, with a report. Records come in code order, the same on every run."""
    out = Parsed()
    index = _read_index(sources.index, out)
    details = _codes_of_details(sources.details, out)
    spellings = canonical_spellings(
        [*(str(r["sector"]) for r in sources.index.values()), *(str(d["sector"]) for d in sources.details)]
    )
    for position, detail in enumerate(sources.details, start=1):
        raw = str(detail["sector"])
        if spellings[raw] != raw:
            row = detail.get("national_code") or f"#{position}"
            why = "decomposed letters (NFD)" if nfc(raw) == spellings[raw] else f"{raw} → {spellings[raw]}"
            out.odd.append(OddRow("details", row, "sector_variant", Handling.REPAIRED, why))
    overlay: Mapping[str, Mapping[str, Any]] = sources.curation.get("procedure", {})
    for code in sorted({*index, *details}):
        out.procedures.append(
            _procedure(code, index.get(code), details.get(code), overlay.get(code, {}), spellings, out)
        )
    english = sources.curation.get("sector_en", {})
    out.sectors = {
        r.sector: english.get(r.sector, "") for r in sorted(out.procedures, key=lambda r: r.sector)
    }
    out.replacements, odd = read_replacements(sources.papers, {c: str(r["name"]) for c, r in index.items()})
    out.odd += odd
    known = {r.national_code for r in out.procedures}
    out.odd += [
        OddRow("curation", code, "curated_code_unknown", Handling.SKIPPED)
        for code in overlay
        if code not in known
    ]
    for event in sources.curation.get("life_event", []):
        codes = tuple(event["procedures"])
        out.odd += [
            OddRow("curation", f"{event['slug']}: {c}", "curated_code_unknown", Handling.SKIPPED)
            for c in codes
            if c not in known
        ]
        kept = {**event, "procedures": tuple(c for c in codes if c in known)}
        out.life_events.append(LifeEventRecord(**kept))
    return out


def _read_index(raw: Mapping[str, Mapping[str, Any]], out: Parsed) -> dict[str, Mapping[str, Any]]:
    index: dict[str, Mapping[str, Any]] = {}
    by_name: dict[str, list[str]] = defaultdict(list)
    file_of: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in raw.values():
        file_of[str(row["file"])][ministry_name(row["issuer"])] += 1
    for key, row in raw.items():
        try:
            code = national_code(key)
        except ValueError:
            out.odd.append(OddRow("index", key, "code_unreadable", Handling.SKIPPED, str(row.get("name"))))
            continue
        index[code] = row
        by_name[fold(str(row["name"]))].append(code)
        if nfc(str(row["name"])) != row["name"]:
            out.odd.append(OddRow("index", code, "name_decomposed", Handling.REPAIRED, str(row["name"])))
        executors = [str(e) for e in row.get("executor", [])]
        if not unique_names(executors):
            out.odd.append(OddRow("index", code, "agency_missing", Handling.UNCERTAIN))
        elif len(unique_names(executors)) != len(executors):
            out.odd.append(
                OddRow("index", code, "agency_blank_or_twice", Handling.REPAIRED, "; ".join(executors))
            )
        issuer = ministry_name(row["issuer"])
        if issuer != clean(str(row["issuer"])):
            out.odd.append(OddRow("index", code, "ministry_variant", Handling.REPAIRED, str(row["issuer"])))
        usual = max(file_of[str(row["file"])].items(), key=lambda item: item[1])[0]
        if issuer != usual:
            detail = f"{issuer}, in the list of {usual}"
            out.odd.append(OddRow("index", code, "ministry_unlike_its_list", Handling.NOTED, detail))
    for codes in by_name.values():
        if len(codes) > 1:
            for code in codes:
                others = ", ".join(c for c in codes if c != code)
                out.odd.append(OddRow("index", code, "name_shared", Handling.NOTED, f"also {others}"))
    return index


def _codes_of_details(raw: Sequence[Mapping[str, Any]], out: Parsed) -> dict[str, Mapping[str, Any]]:
    """Detailed records by code; those whose code is missing or not certain are reported and left out."""
    details: dict[str, Mapping[str, Any]] = {}
    for position, row in enumerate(raw, start=1):
        name = clean(str(row["name"]))
        if not row.get("national_code"):
            out.odd.append(OddRow("details", f"#{position}", "code_missing", Handling.SKIPPED, name))
            continue
        try:
            code = national_code(row["national_code"])
        except ValueError:
            out.odd.append(OddRow("details", f"#{position}", "code_unreadable", Handling.SKIPPED, name))
            continue
        certainty = row.get("verified", {}).get("code")
        if not certainty:
            out.odd.append(OddRow("details", code, "code_unverified", Handling.SKIPPED, name))
            continue
        if certainty is not True:  # seen in use by a province, not in the national list
            out.odd.append(OddRow("details", code, "code_unverified", Handling.UNCERTAIN, name))
        if code in details:
            out.odd.append(OddRow("details", code, "row_twice", Handling.SKIPPED, name))
            continue
        details[code] = row
    return details


def _procedure(
    code: str,
    index: Mapping[str, Any] | None,
    detail: Mapping[str, Any] | None,
    overlay: Mapping[str, Any],
    spellings: Mapping[str, str],
    out: Parsed,
) -> ProcedureRecord:
    source = detail or index
    assert source is not None
    name = clean(str((index or source)["name"]))
    short = clean(str(detail["short_name"])) if detail else short_name(name)
    executors = unique_names(str(e) for e in (index or {}).get("executor", []))
    target = detail.get("target") or [] if detail else []
    level = LEVELS.get(str(detail.get("online_level")), "unknown") if detail else "unknown"
    definition = None
    if detail:
        if index is None:
            out.odd.append(OddRow("details", code, "not_in_index", Handling.NOTED, name))
        elif fold(str(index["name"])) != fold(str(detail["name"])):
            # The portal's crawl mixes pages of different procedures: the official list decides the name.
            out.odd.append(
                OddRow("details", code, "name_differs", Handling.UNCERTAIN, f"{detail['name']} | {name}")
            )
        executors = unique_names([*map(str, detail.get("executing_agencies") or []), *executors])
        definition = _definition(code, name, executors, detail, overlay, out)
    return ProcedureRecord(
        national_code=code,
        name=name,
        short_name=short,
        name_en=overlay.get("name_en", ""),
        ministry=ministry_name((index or {}).get("issuer") or (detail or {}).get("issuing_ministry")),
        sector=spellings[str((index or source)["sector"])],
        executing_agencies=tuple(executors),
        citizen=("citizen" in target) if target else None,
        business=("business" in target) if target else None,
        level=level,
        essential_no=detail.get("da06_no") if detail else None,
        synonyms=tuple(overlay.get("synonyms", ())),
        popularity=int(overlay.get("popularity", 10 if detail else 0)),
        source=clean(str(detail["source"])) if detail else clean(str((index or {})["file"])),
        definition=definition,
    )


def _definition(
    code: str,
    name: str,
    executors: Sequence[str],
    detail: Mapping[str, Any],
    overlay: Mapping[str, Any],
    out: Parsed,
) -> Definition:
    verified = detail.get("verified", {})
    channels = detail.get("portal_channels") or []
    term, odd = read_term(code, detail.get("legal_time"), channels, verified=verified.get("time") == "yes")
    fees, more = read_fees(code, detail.get("fee"), channels)
    papers, notes, most = read_components(code, detail.get("dossier_components") or [])
    out.odd += [*odd, *more, *most]
    subjects, split = rejoin(detail.get("subjects") or [])
    if split:
        out.odd.append(
            OddRow("details", code, "subjects_split", Handling.REPAIRED, " | ".join(detail["subjects"]))
        )
    if not papers:
        out.odd.append(OddRow("details", code, "components_missing", Handling.UNCERTAIN))
    if not detail.get("legal_basis"):
        out.odd.append(OddRow("details", code, "legal_basis_missing", Handling.UNCERTAIN))
    level_note = str(verified.get("online_level") or "")
    level_certain = level_note.startswith("CT 24")
    if not level_certain:
        out.odd.append(
            OddRow("details", code, "level_unverified", Handling.UNCERTAIN, str(detail.get("online_level")))
        )
    if verified.get("name") is not True:
        out.odd.append(
            OddRow("details", code, "name_unverified", Handling.NOTED, f"{name}: {verified.get('name')}")
        )
    # Fields listed: a form can be built from them, under the procedure's own code (`eforms/from_catalogue.py`).
    form_key = code if detail.get("form_fields") else None
    base = Case("default", "Trường hợp chung", "General case", term, papers, fees, "", form_key)
    return Definition(
        name=name,
        cases=_cases(base, overlay.get("case", []), (detail.get("legal_time") or {}).get("variants") or {}),
        subjects=tuple(subjects),
        executing_agencies=tuple(executors),
        channels=tuple(dict.fromkeys(CHANNELS[c["channel"]] for c in channels if c["channel"] in CHANNELS)),
        results=tuple(
            Result(clean(r["name"]), str(r.get("national_result_code") or "")) for r in detail["results"]
        ),
        legal_basis=tuple(unique_names(detail.get("legal_basis") or [])),
        replacements=tuple(
            Replacement(clean(r["document"]), clean(r["database"]), ministry_name(r["owner"]))
            for r in detail.get("db_replacements") or []
        ),
        announced_by=clean(str(detail.get("announced_by") or "")),
        level=LEVELS.get(str(detail.get("online_level")), "unknown"),
        level_certain=level_certain,
        level_note=public_text(str(detail.get("online_level_note") or "")),
        notes=notes,
        linked_codes=tuple(detail.get("linked_codes") or ()),
    )


def definition_of(detail: Mapping[str, Any]) -> Definition:
    """The definition of one detailed description by itself, with or without a code: for reports over all of them."""
    return _definition(
        str(detail.get("national_code") or ""),
        clean(str(detail["name"])),
        list(detail.get("executing_agencies") or []),
        detail,
        {},
        Parsed(),
    )


def _cases(base: Case, curated: Sequence[Mapping[str, Any]], variants: Mapping[str, int]) -> tuple[Case, ...]:
    """One default case, or the curated ones: each takes the base and says what differs."""
    if not curated:
        return (base,)

    def matches(paper: Paper, starts: Sequence[str]) -> bool:
        return any(paper.name.startswith(s) for s in starts)

    cases = []
    for item in curated:
        papers = [p for p in base.papers if not matches(p, item.get("without", ()))]
        papers = [
            replace(p, required=True, condition="") if matches(p, item.get("required", ())) else p
            for p in papers
        ]
        variant = item.get("term_variant")
        cases.append(
            replace(
                base,
                key=item["key"],
                name_vi=item["name_vi"],
                name_en=item["name_en"],
                condition=item.get("condition", ""),
                term=variant_term(base.term, int(variants[variant])) if variant else base.term,
                papers=tuple(papers),
            )
        )
    return tuple(cases)
