"""Versions of procedures, and the rows under them: written once, kept by a trigger from then on. Called by actions alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from motcua.catalogue.models import (
    Component,
    Fee,
    LegalBasis,
    Procedure,
    ProcedureCase,
    ProcedureVersion,
    ResultKind,
)
from motcua.catalogue.records import Definition, ProcedureRecord


def publish(records: list[ProcedureRecord], now: datetime) -> int:
    procedures = {
        p.national_code: p
        for p in Procedure.objects.select_related("current_version").filter(
            national_code__in=[r.national_code for r in records if r.definition]
        )
    }
    published = 0
    for record in records:
        if record.definition is None:
            continue
        procedure = procedures[record.national_code]
        current = procedure.current_version
        definition = record.definition
        if current is not None:
            definition = _with_forms(definition, Definition.read(current.definition))
            if current.content_hash == definition.content_hash():
                continue
        new_version(procedure, definition, record.source, now)
        published += 1
    return published


def _with_forms(definition: Definition, current: Definition) -> Definition:
    """A source that knows no form of a case does not take away the one that was written here."""
    forms = {case.key: case.form_key for case in current.cases}
    cases = tuple(replace(case, form_key=case.form_key or forms.get(case.key)) for case in definition.cases)
    return replace(definition, cases=cases)


def new_version(procedure: Procedure, definition: Definition, source: str, now: datetime) -> ProcedureVersion:
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=procedure.current_version.number + 1 if procedure.current_version else 1,
        definition=definition.document(),
        content_hash=definition.content_hash(),
        source=source,
    )
    _write_definition(version, definition)
    version.published_at = now  # from here on the trigger keeps it, and all under it, as it is
    version.save(update_fields=["published_at"])
    procedure.current_version = version
    procedure.save(update_fields=["current_version"])
    return version


def _write_definition(version: ProcedureVersion, definition: Definition) -> None:
    for position, case in enumerate(definition.cases, start=1):
        row = ProcedureCase.objects.create(
            version=version,
            key=case.key,
            name_vi=case.name_vi,
            name_en=case.name_en,
            condition=case.condition,
            position=position,
            term_value=case.term.value,
            term_unit=case.term.unit,
            term_cutoff=time.fromisoformat(case.term.cutoff) if case.term.cutoff else None,
            term_rule=case.term.rule,
            term_certain=case.term.certain,
            form_key=case.form_key,
        )
        Component.objects.bulk_create(
            Component(
                case=row,
                position=i,
                key=paper.key,
                name=paper.name,
                originals=paper.originals,
                copies=paper.copies,
                required=paper.required,
                condition=paper.condition,
                form_no=paper.form_no,
                replaced_by=paper.replaced_by,
                channel=paper.channel,
                by_form=paper.by_form and case.form_key is not None,
            )
            for i, paper in enumerate(case.papers, start=1)
        )
        Fee.objects.bulk_create(
            Fee(
                case=row,
                position=i,
                channel=fee.channel,
                amount=fee.amount,
                per=fee.per,
                formula=fee.formula,
                rule=fee.rule,
                valid_from=date.fromisoformat(fee.valid_from) if fee.valid_from else None,
                valid_to=date.fromisoformat(fee.valid_to) if fee.valid_to else None,
                certain=fee.certain,
            )
            for i, fee in enumerate(case.fees, start=1)
        )
    LegalBasis.objects.bulk_create(
        LegalBasis(version=version, position=i, number=number)
        for i, number in enumerate(definition.legal_basis, start=1)
    )
    ResultKind.objects.bulk_create(
        ResultKind(version=version, position=i, name=result.name, code=result.code)
        for i, result in enumerate(definition.results, start=1)
    )
