"""The processes that ship, by procedure: tables in the form that the studio imports and exports.

They are drafted after the annexes of provincial decisions, from memory (docs/limits.md): an agency compares each with the
decision in force, and publishes its own over it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from importlib import resources

import structlog

from motcua.catalogue.models import Procedure, ProcedureCase
from motcua.processing.definitions import Faulty, own_versions, publish
from motcua.processing.tables import Table, read

log = structlog.get_logger(__name__)


def shipped() -> dict[str, Table]:
    """National code to its process, for every procedure that has one of its own."""
    folder = resources.files("motcua.processing") / "library"
    return {
        entry.name.removesuffix(".json"): read(json.loads(entry.read_text(encoding="utf-8")))
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".json")
    }


def publish_shipped(now: datetime, codes: Iterable[str] | None = None) -> int:
    """Publish them for the cases that have none yet; how many. One that no agency here could do is left out, and logged."""
    published = 0
    wanted = None if codes is None else set(codes)
    for code, table in shipped().items():
        if wanted is not None and code not in wanted:
            continue
        for case in _cases(code):
            if own_versions(case).exists():
                continue
            try:
                publish(case=case, name=table.name, steps=table.steps, policy=table.policy, now=now)
                published += 1
            except Faulty as wrong:
                log.warning("process.not_published", procedure=code, problems=str(wrong))
    return published


def _cases(code: str) -> list[int]:
    """The cases of the current version of a procedure."""
    version = Procedure.objects.filter(national_code=code).values("current_version")[:1]
    cases = ProcedureCase.objects.filter(version=version).order_by("position")
    return list(cases.values_list("pk", flat=True))
