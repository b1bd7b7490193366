"""Processes in force that fit their case no more, since the catalogue or a form has changed: all of them, those that a form
about to be published would bring, and which of them has not been told yet.

What was told is a row (:class:`Unfit`) until it is mended; so nothing is told twice, and what comes back is told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db.models import F, QuerySet

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.bundles import term_of
from motcua.eforms.compiled import Form
from motcua.kernel import locks
from motcua.processing.definitions import steps_of
from motcua.processing.fitting import NO_FIELDS, Fields, Misfit, asks_form, fields_in_force, misfits
from motcua.processing.models import ProcessVersion, Unfit

log = structlog.get_logger(__name__)

#: The procedure and key of a case.
Line = tuple[int, str]
#: From the line of a case to the version of the process it has of its own.
Own = Mapping[Line, ProcessVersion]


def line_of(case: ProcedureCase) -> Line:
    """As :attr:`motcua.dossiers.bundles.CaseBundle.line`, of a row with its version."""
    return case.version.procedure_id, case.key


def found(
    cases: Iterable[ProcedureCase], own: Own, *, instead: Mapping[str, Fields] | None = None
) -> dict[int, list[Misfit]]:
    """Case to what of its own process fits no more. ``instead``: fields of forms as they would be. The number of queries
    does not grow with the cases.
    """
    with_own = {case: own[line_of(case)] for case in cases if line_of(case) in own}
    steps = steps_of({version.pk for version in with_own.values()})
    asking = {case for case, version in with_own.items() if asks_form(steps[version.pk])}
    fields = fields_in_force({case.form_key for case in asking if case.form_key}) if asking else {}
    fields |= instead or {}
    return {
        case.pk: misfits(
            steps[version.pk],
            term_of(case.term_value, case.term_unit),
            fields.get(case.form_key or "", NO_FIELDS),
        )
        for case, version in with_own.items()
    }


def own_in_force(procedures: Iterable[int] | None = None) -> dict[Line, ProcessVersion]:
    """The newest process of its own of every case that has one; one query."""
    line = ("case__version__procedure", "case__key")
    versions = ProcessVersion.objects.filter(case__isnull=False)
    if procedures is not None:
        versions = versions.filter(case__version__procedure__in=list(procedures))
    newest = versions.order_by(*line, "-pk").distinct(*line).select_related("case__version", "published_by")
    return {line_of(version.case): version for version in newest if version.case is not None}


def _in_force(own: Own) -> QuerySet[ProcedureCase]:
    cases = ProcedureCase.objects.filter(
        version__procedure__in={procedure for procedure, _key in own},
        version__procedure__current_version=F("version"),
    )
    return cases.select_related("version__procedure").order_by(
        "version__procedure__national_code", "position"
    )


# --- before a form is published ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Broken:
    """What a form about to be published takes from the process of a case."""

    case: ProcedureCase
    misfit: Misfit


def broken_by(form: Form) -> list[Broken]:
    """What of the processes in force would fit no more with ``form`` as the version in force of its key; what does not fit
    today either is left out. By procedure, then step.
    """
    own = own_in_force(
        ProcedureCase.objects.filter(
            form_key=form.key, version__procedure__current_version=F("version")
        ).values_list("version__procedure", flat=True)
    )
    cases = [case for case in _in_force(own) if case.form_key == form.key]
    today = found(cases, own)
    then = found(cases, own, instead={form.key: form.by_id})
    return [
        Broken(case, misfit)
        for case in cases
        for misfit in then.get(case.pk, ())
        if misfit not in today[case.pk]
    ]


# --- what has not been told --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """A process in force and what of it fits no more. ``case``: the row of today, or of a case that is gone the one the
    process was published for.
    """

    case: ProcedureCase
    version: ProcessVersion
    misfits: tuple[Misfit, ...]


def _standing(own: Own) -> dict[Line, Standing]:
    cases = list(_in_force(own))
    there = {line_of(case): case for case in cases}
    wrong = found(cases, own)
    standing = {}
    for line, version in own.items():
        case = there.get(line)
        assert version.case is not None
        amiss = tuple(wrong[case.pk]) if case is not None else (Misfit("gone_case"),)
        standing[line] = Standing(case or version.case, version, amiss)
    return standing


def _each_standing(own: Own) -> dict[Line, Standing]:
    """All together where all can be judged; else one by one, so that one that cannot leaves the others."""
    try:
        return _standing(own)
    except Exception:
        log.exception("processes.not_judged_together")
    standing: dict[Line, Standing] = {}
    for line, version in own.items():
        try:
            standing |= _standing({line: version})
        except Exception:
            log.exception("process.not_judged", version=version.pk)
    return standing


def _said(version: int, misfit: Misfit) -> tuple[int, str, str, str]:
    """What makes a misfit the same as one that was told."""
    return version, misfit.code, misfit.key, misfit.field


def changed() -> list[Line]:
    """Cases of whose process something fits no more that was not told, or was told and is mended. The number of queries
    does not grow with the processes.
    """
    own = own_in_force()
    told: dict[Line, set[tuple[int, str, str, str]]] = {}
    for row in _told(Unfit.objects.all()):
        line = (row.version.case.version.procedure_id, row.version.case.key) if row.version.case else (0, "")
        told.setdefault(line, set()).add((row.version_id, row.code, row.step, row.field))
    return [
        line
        for line, one in _each_standing(own).items()
        if {_said(one.version.pk, misfit) for misfit in one.misfits} != told.get(line, set())
    ]


def _told(rows: QuerySet[Unfit]) -> QuerySet[Unfit]:
    return rows.filter(mended_at=None).select_related("version__case__version")


def settle(line: Line, *, now: datetime) -> tuple[Standing, list[tuple[Unfit, Misfit]]]:
    """Note what of the process of a case is mended and what fits no more, as it is now; what is new is the caller's to tell,
    in the same transaction. Whoever comes second waits, and finds nothing new.
    """
    procedure, key = line
    locks.wait_for(f"process fit {procedure} {key}")
    own = {one: version for one, version in own_in_force([procedure]).items() if one == line}
    standing = _standing(own)[line]
    amiss = {_said(standing.version.pk, misfit): misfit for misfit in standing.misfits}
    rows = _told(Unfit.objects.filter(version__case__version__procedure=procedure, version__case__key=key))
    told = {(row.version_id, row.code, row.step, row.field): row.pk for row in rows}
    Unfit.objects.filter(pk__in=[pk for what, pk in told.items() if what not in amiss]).update(mended_at=now)
    new = [
        (
            Unfit.objects.create(
                version=standing.version, code=misfit.code, step=misfit.key, field=misfit.field, found_at=now
            ),
            misfit,
        )
        for what, misfit in amiss.items()
        if what not in told
    ]
    return standing, new
