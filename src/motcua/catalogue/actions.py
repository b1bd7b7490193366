"""Every write to the catalogue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import connection, transaction

from motcua.catalogue import queries
from motcua.catalogue.models import (
    CatalogueState,
    Level,
    LifeEvent,
    LifeEventProcedure,
    PaperReplacement,
    Procedure,
    Sector,
    Service,
)
from motcua.catalogue.records import Definition, Parsed, ProcedureRecord
from motcua.catalogue.versions import new_version, publish
from motcua.kernel import events
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor
from motcua.kernel.text import slug, sort_key
from motcua.organisations.models import Agency


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed. A second run of the same sources changes nothing: all counts are zero."""

    procedures_added: int
    procedures_changed: int
    procedures_delisted: int
    versions_published: int
    replacements: int
    life_events: int


@action("catalogue.import")
def import_catalogue(*, actor: Actor, parsed: Parsed, now: datetime) -> Imported:
    """Bring the tables to what `parsed` says, in one transaction.

    Nothing is ever deleted that a dossier may point at: a procedure that left the list is only no longer `listed`,
    and a changed definition becomes a new version beside the old one.
    """
    state = _locked_state()
    sectors = _write_sectors(parsed)
    added, changed, delisted = _write_procedures(parsed.procedures, sectors)
    published = publish(parsed.procedures, now)
    replacements = _write_replacements(parsed)
    life_events = _write_life_events(parsed)
    done = Imported(added, changed, delisted, published, replacements, life_events)
    facts = {name: getattr(done, name) for name in Imported.__slots__}
    facts["odd"] = dict(Counter(odd.reason for odd in parsed.odd))
    _record(
        state, "catalogue.imported", actor, now, facts, changed=any(v for k, v in facts.items() if k != "odd")
    )
    return done


@action("catalogue.offer_service")
def offer_service(
    *,
    actor: Actor,
    agency: Agency,
    procedure: Procedure,
    level: Level,
    since: date,
    now: datetime,
    active: bool = True,
) -> Service:
    """Say that an agency offers a procedure online from a day on, at a level, or (`active=False`) no longer does."""
    state = _locked_state()
    service, _ = Service.objects.update_or_create(
        agency=agency, procedure=procedure, defaults={"level": level, "active": active, "valid_from": since}
    )
    facts = {
        "agency": agency.code,
        "procedure": procedure.national_code,
        "level": str(level),
        "active": active,
    }
    _record(state, "catalogue.service_offered", actor, now, facts, changed=True)
    return service


@action("catalogue.set_levels")
def set_levels(
    *,
    actor: Actor,
    agency: Agency,
    owners: Mapping[str, Agency],
    levels: Mapping[str, str],
    since: date,
    instrument: str,
    now: datetime,
) -> int:
    """Put the levels of an approved list in force: on each procedure's page, and on every service of ``agency`` and below.

    ``owners`` says which agency answers for a code. A service that nobody offers yet is written down as not active: the
    list decides its level, opening it to people stays the agency's own step (:func:`offer_service`). Returns how many
    services are at their level now.
    """
    state = _locked_state()
    codes = sorted(levels)
    values = [[levels[code] for code in codes], codes]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE catalogue_procedure AS p SET decided_level = v.level, decided_from = %s, decided_by = %s"
            " FROM unnest(%s::text[], %s::text[]) AS v(level, code) WHERE p.national_code = v.code",
            [since, instrument, *values],
        )
        cursor.execute(
            "INSERT INTO catalogue_service (agency_id, procedure_id, level, active, valid_from)"
            " SELECT v.agency, p.id, v.level, false, %s"
            "   FROM unnest(%s::text[], %s::text[], %s::bigint[]) AS v(level, code, agency)"
            "   JOIN catalogue_procedure AS p ON p.national_code = v.code"
            " ON CONFLICT (agency_id, procedure_id) DO NOTHING",
            [since, *values, [owners[code].pk for code in codes]],
        )
        cursor.execute(
            "UPDATE catalogue_service AS s SET level = v.level, valid_from = %s"
            "  FROM unnest(%s::text[], %s::text[]) AS v(level, code), catalogue_procedure AS p,"
            "       organisations_agency AS a"
            " WHERE p.national_code = v.code AND s.procedure_id = p.id AND a.id = s.agency_id"
            "   AND (a.code = %s OR a.code LIKE %s)",
            [since, *values, agency.code, f"{agency.code}.%"],
        )
        changed: int = cursor.rowcount
    facts: dict[str, object] = {
        "agency": agency.code,
        "instrument": instrument,
        "since": since.isoformat(),
        "levels": dict(Counter(levels.values())),
    }
    _record(state, "catalogue.levels_set", actor, now, facts, changed=True)
    return changed


@action("catalogue.attach_form")
def _attach_form(
    *, actor: Actor, procedure: Procedure, definition: Definition, source: str, now: datetime
) -> None:
    state = _locked_state()
    version = new_version(procedure, definition, source, now)
    facts = {"procedure": procedure.national_code, "number": version.number}
    _record(state, "catalogue.form_attached", actor, now, facts, changed=True)


@transaction.atomic
def attach_form(*, actor: Actor, key: str, now: datetime) -> None:
    """Let the procedure a form is named after be filed with it: its cases without any form take this one.

    That is a new version of the procedure; its cases that have a form keep it, and nothing is done where all have one.
    """
    if _formless(key) is None:
        return
    # Read again when the catalogue is ours: an import may have published a version meanwhile.
    _locked_state()
    procedure = _formless(key)
    if procedure is None or procedure.current_version is None:
        return
    current = procedure.current_version
    definition = Definition.read(current.definition)
    cases = tuple(replace(case, form_key=case.form_key or key) for case in definition.cases)
    made = replace(definition, cases=cases)
    _attach_form(actor=actor, procedure=procedure, definition=made, source=current.source, now=now)


def _formless(key: str) -> Procedure | None:
    """The procedure of a code, when a case of its current version has no form."""
    procedure = Procedure.objects.select_related("current_version").filter(national_code=key).first()
    if procedure is None or procedure.current_version is None:
        return None
    definition = Definition.read(procedure.current_version.definition)
    return None if all(case.form_key for case in definition.cases) else procedure


def _locked_state() -> CatalogueState:
    """The catalogue's one row, locked: two imports never mix."""
    CatalogueState.objects.get_or_create(id=1)
    return CatalogueState.objects.select_for_update().get(id=1)


def _record(
    state: CatalogueState, kind: str, actor: Actor, now: datetime, facts: dict[str, object], *, changed: bool
) -> None:
    events.append(state, kind, actor=actor, at=now, data=facts)
    if changed:
        state.stamp += 1
        transaction.on_commit(queries.refresh)
    state.save()


def _write_sectors(parsed: Parsed) -> dict[str, Sector]:
    existing = {s.name: s for s in Sector.objects.all()}
    slugs = {s.slug for s in existing.values()}
    for name, name_en in parsed.sectors.items():
        if name in existing:
            if existing[name].name_en != name_en:
                existing[name].name_en = name_en
                existing[name].save()
            continue
        own = unique = slug(name)
        number = 2
        while unique in slugs:
            unique, number = f"{own[:76]}-{number}", number + 1
        slugs.add(unique)
        existing[name] = Sector.objects.create(
            slug=unique, name=name, name_en=name_en, sort_key=sort_key(name)
        )
    return existing


_FREE_FIELDS = (
    "name",
    "short_name",
    "name_en",
    "ministry",
    "sector_id",
    "executing_agencies",
    "citizen",
    "business",
    "level",
    "essential_no",
    "synonyms",
    "popularity",
    "detailed",
    "listed",
    "sort_key",
)


def _row(record: ProcedureRecord, sectors: dict[str, Sector]) -> Procedure:
    return Procedure(
        national_code=record.national_code,
        name=record.name,
        short_name=record.short_name,
        name_en=record.name_en,
        ministry=record.ministry,
        sector_id=sectors[record.sector].pk,
        executing_agencies=list(record.executing_agencies),
        citizen=record.citizen,
        business=record.business,
        level=record.level,
        essential_no=record.essential_no,
        synonyms=list(record.synonyms),
        popularity=record.popularity,
        detailed=record.definition is not None,
        listed=True,
        sort_key=sort_key(record.short_name),
    )


def _write_procedures(records: list[ProcedureRecord], sectors: dict[str, Sector]) -> tuple[int, int, int]:
    existing = {p.national_code: p for p in Procedure.objects.all()}
    new: list[Procedure] = []
    changed: list[Procedure] = []
    for record in records:
        row = _row(record, sectors)
        old = existing.pop(record.national_code, None)
        if old is None:
            new.append(row)
        elif any(getattr(old, field) != getattr(row, field) for field in _FREE_FIELDS):
            row.pk, row.current_version_id = old.pk, old.current_version_id
            changed.append(row)
    Procedure.objects.bulk_create(new)
    if changed:
        Procedure.objects.bulk_update(changed, _FREE_FIELDS, batch_size=500)
    gone = [p.pk for p in existing.values() if p.listed]
    Procedure.objects.filter(pk__in=gone).update(listed=False)
    return len(new), len(changed), len(gone)


def _write_replacements(parsed: Parsed) -> int:
    """The list is replaced as a whole when it differs: nothing points at its rows."""
    fields = (
        "number",
        "national_code",
        "procedure_name",
        "document",
        "database",
        "owner",
        "instrument",
        "article",
        "certain",
    )
    wanted = [tuple(getattr(r, f) for f in fields) for r in parsed.replacements]
    if list(PaperReplacement.objects.order_by("number").values_list(*fields)) == wanted:
        return 0
    PaperReplacement.objects.all().delete()
    PaperReplacement.objects.bulk_create(
        PaperReplacement(**dict(zip(fields, row, strict=True))) for row in wanted
    )
    return len(wanted)


def _write_life_events(parsed: Parsed) -> int:
    """Life events by slug; counted when their words or their list of procedures changed."""
    ids = dict(Procedure.objects.values_list("national_code", "pk"))
    changed = 0
    kept = []
    for position, record in enumerate(parsed.life_events, start=1):
        fields = {
            "title_vi": record.title_vi,
            "title_en": record.title_en,
            "lead_vi": record.lead_vi,
            "lead_en": record.lead_en,
            "audience": record.audience,
            "position": position,
        }
        event = LifeEvent.objects.filter(slug=record.slug).first() or LifeEvent(slug=record.slug)
        links = [ids[code] for code in record.procedures]
        present = (
            list(event.procedures.order_by("lifeeventprocedure__position").values_list("pk", flat=True))
            if event.pk
            else None
        )
        kept.append(record.slug)
        if present == links and all(getattr(event, name) == value for name, value in fields.items()):
            continue
        changed += 1
        for name, value in fields.items():
            setattr(event, name, value)
        event.save()
        LifeEventProcedure.objects.filter(life_event=event).delete()
        LifeEventProcedure.objects.bulk_create(
            LifeEventProcedure(life_event=event, procedure_id=pk, position=i)
            for i, pk in enumerate(links, start=1)
        )
    changed += LifeEvent.objects.exclude(slug__in=kept).delete()[1].get("catalogue.LifeEvent", 0)
    return changed
