"""What the form of a turn offers to choose from, fetched only when it is being filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.dossiers.bundles import CaseBundle
from motcua.dossiers.models import Dossier
from motcua.kernel.clock import local_day
from motcua.law import keys, limits
from motcua.organisations.models import Unit
from motcua.organisations.queries import ancestors, colleagues
from motcua.processing import clock
from motcua.processing.actions.ending import MOST_EXTENDED
from motcua.processing.actions.intake import competent_agencies
from motcua.processing.definitions import process
from motcua.processing.matters import Matters
from motcua.processing.models import ProcessVersion
from motcua.processing.moving import choices
from motcua.processing.queries import FileLine, RunLine
from motcua.processing.rules import Kind, StepSpec
from motcua.results.models import ResultDocument
from motcua.results.rendering import template_for
from motcua.results.suggestions import suggest
from motcua.web.desk import forms
from motcua.web.desk.page.papers import marks

Typed = Mapping[str, Any]


def drawn_for(
    turn: str,
    dossier: Dossier,
    bundle: CaseBundle,
    run: RunLine | None,
    runs: Sequence[RunLine],
    files: Sequence[FileLine],
    matters: Matters,
    result: ResultDocument | None,
    typed: Typed,
    now: datetime,
    language: str,
) -> dict[str, Any]:
    """The choices of the form of ``turn``; empty for one that only asks for a reason."""
    match turn:
        case "ask_supplement" | "return_ineligible":
            return {"marks": marks(dossier, bundle, files)}
        case "propose":
            return {"result_form": _result_form(dossier, bundle, result, typed, now)}
        case "transfer":
            return {"agencies": [(agency.code, agency.name) for agency in competent_agencies(dossier)]}
        case "consult" if run is not None:
            return _consult(dossier, run, typed, now)
        case "assign" if run is not None:
            found = colleagues(run.agency, local_day(now), unit=run.unit, role=run.role)
            return {
                "people": [
                    (one.account, f"{one.name} – {one.titles}")
                    for one in found
                    if one.account != run.claimed_by
                ]
            }
        case "extend":
            return _extend(dossier, typed, now)
        case "stop" | "decline_stop":
            return {"asked_stop": matters.stop_asked}
        case "reopen":
            return {
                "signed": result
                if result is not None and result.state == ResultDocument.State.FINAL
                else None
            }
        case "move_version" if run is not None:
            return _move([line for line in runs if line.closed_at is None], matters, typed, language)
        case "return_result":
            return {"address": dossier.contacts.get("address", "")}
    return {}


def _result_form(
    dossier: Dossier, bundle: CaseBundle, result: ResultDocument | None, typed: Typed, now: datetime
) -> dict[str, Any]:
    template = template_for(bundle.national_code)
    if typed:
        posted = QueryDict(mutable=True)
        for name, value in typed.items():
            posted.setlist(name, value if isinstance(value, list) else [value])
        values: Mapping[str, Any] = forms.content(template, posted)
    elif result is not None:
        values = orjson.loads(result.content)  # sent back: what the unit wrote stands, to be mended
    else:
        values = suggest(dossier, today=local_day(now))
    return {
        "title": template.title,
        "fields": forms.result_fields(template, values),
        "suggested": result is None and not typed,
    }


def _consult(dossier: Dossier, run: RunLine, typed: Typed, now: datetime) -> dict[str, Any]:
    """Units by agency: the dossier's own, those above it, and those beside it under the same superior."""
    line = ancestors(dossier.agency.code)
    beside = Q(agency__code__in=line)
    if len(line) > 1:
        beside |= Q(agency__code__startswith=f"{line[1]}.")
    units = (
        Unit.objects.filter(beside, agency__active=True)
        .exclude(pk=run.unit)
        .select_related("agency")
        .order_by("agency__code", "pk")
    )
    groups: dict[str, list[tuple[int, str]]] = {}
    for unit in sorted(units, key=lambda one: one.agency_id != dossier.agency_id):
        groups.setdefault(unit.agency.name, []).append((unit.pk, unit.name))
    chosen = str(typed.get("unit", ""))
    asked = next((one for one in units if str(one.pk) == chosen), None)
    return {
        "due_at": dossier.due_at,
        "groups": list(groups.items()),
        "experts": [
            (one.account, f"{one.name} – {one.titles}")
            for one in colleagues(asked.agency_id, local_day(now), unit=asked.pk)
        ]
        if asked is not None
        else [],
    }


def _extend(dossier: Dossier, typed: Typed, now: datetime) -> dict[str, Any]:
    """The new appointment that the typed days would bring, and until when it may be given."""
    days = forms.whole(str(typed.get("days", "")), most=MOST_EXTENDED)
    found: dict[str, Any] = {"before": dossier.due_at, "after": None, "until": None, "most": MOST_EXTENDED}
    if dossier.due_at is not None:
        found["until"] = clock.extend_until(dossier.due_at, now)
        found["day"] = limits.term(keys.APOLOGY_BEFORE_EXPIRY, now).value
        if days:
            found["after"] = clock.later(dossier, dossier.due_at, days)
    return found


def _move(runs: Sequence[RunLine], matters: Matters, typed: Typed, language: str) -> dict[str, Any]:
    """The newest version of the process, which of its steps may take the place of each open one, and which of its branches
    may be said to count as done.
    """
    version = ProcessVersion.objects.get(pk=matters.newest_version or 0)
    published = process(version.pk)

    def named(step: StepSpec | RunLine) -> str:
        return step.name_en if language == "en" and step.name_en else step.name

    tasks = [step for step in published.steps if step.kind == Kind.TASK]
    known = {step.key for step in tasks}
    return {
        "version": version.pk,
        "version_words": _("%(name)s, phiên bản %(number)s")
        % {"name": version.name, "number": version.number},
        "steps": [(step.key, named(step)) for step in tasks],
        "open": [
            (line.step, named(line), typed.get(f"step-{line.step}", line.step if line.step in known else ""))
            for line in runs
        ],
        "branches": [(step.key, named(step)) for step in choices(published)]
        if any(line.scope is not None for line in runs)
        else [],
        "done": _several(typed.get("done")),
    }


def _several(value: Any) -> list[str]:
    """A typed value of boxes, which is one text when one box is marked."""
    return [value] if isinstance(value, str) else list(value or ())
