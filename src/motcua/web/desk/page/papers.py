"""The papers of a dossier: every component with its files, the slips, what went by post, and what can be marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from motcua.dossiers.bundles import CaseBundle
from motcua.dossiers.models import Dossier
from motcua.dossiers.rules import asked
from motcua.processing.documents import fields_of, papers_of
from motcua.processing.queries import FileLine
from motcua.web.desk import words

INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})


def file_row(line: FileLine, code: str) -> dict[str, Any]:
    """A file as the page lists it."""
    where = "papers" if line.kind == "paper" else "slips"
    url = f"/desk/dossiers/{code}/{where}/{line.id}/"
    return {
        "id": line.id,
        "name": line.name,
        "size": line.size,
        "url": url,
        "download": f"{url}?download=1",
        "image": line.mime.startswith("image/"),
        "pdf": line.mime == "application/pdf",
        "inline": line.mime in INLINE,
        "at": line.at,
        "origin": _(words.ORIGINS[line.origin]) if line.origin in words.ORIGINS else "",
        "replaced_at": line.replaced_at,
    }


def slip_row(line: FileLine, code: str) -> dict[str, Any]:
    """A slip, by its name in words."""
    return {**file_row(line, code), "name": words.slip_name(line.name)}


def papers(bundle: CaseBundle, files: Sequence[FileLine], code: str) -> list[dict[str, Any]]:
    """Every component with its files; one that a database replaces or that is missing says so. No paper is hidden."""
    by_component: dict[int | None, list[dict[str, Any]]] = {}
    for line in files:
        if line.kind == "paper":
            by_component.setdefault(line.component, []).append(file_row(line, code))
    listed = []
    for component in bundle.components:
        if component.by_form:
            continue
        given = by_component.pop(component.pk, [])
        listed.append(
            {
                "name": component.name,
                "condition": component.condition,
                "required": component.required,
                "database": component.replaced_by or "",
                "files": [file for file in given if not file["replaced_at"]],
                "replaced": [file for file in given if file["replaced_at"]],
            }
        )
    rest = [file for some in by_component.values() for file in some]
    if rest:
        listed.append(
            {
                "name": _("Giấy tờ khác"),
                "condition": "",
                "required": False,
                "database": "",
                "files": rest,
                "replaced": [],
            }
        )
    return listed


def marks(dossier: Dossier, bundle: CaseBundle, files: Sequence[FileLine]) -> dict[str, Any]:
    """What can be marked for completion: every field with its answer's label, every paper that is asked for."""
    given = {line.component for line in files if line.kind == "paper" and line.replaced_at is None}
    expected = {component.pk for component in bundle.components if asked(component)}
    return {
        "papers": [
            {"key": str(key), "label": label, "given": key in given}
            for key, label in papers_of(dossier)
            if key in expected or key in given
        ],
        "fields": [{"key": key, "label": label} for key, label in fields_of(dossier)],
    }
