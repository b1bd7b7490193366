"""Reads of the catalogue. Everything here is public; an anonymous page costs no query, or one.

Lists, life events, sectors and the search index are kept in the process as one `Snapshot`, rebuilt when the stamp of
`CatalogueState` moves. The stamp is looked at once in `STAMP_SECONDS` at most; a change made in this very process is
seen at once after its commit (`refresh`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from motcua.catalogue.models import (
    CatalogueState,
    LifeEvent,
    LifeEventProcedure,
    Procedure,
    ProcedureVersion,
    Sector,
)
from motcua.catalogue.pages import Bilingual, HonestTime, ProcedurePage, build_page
from motcua.catalogue.search import Entry, Index

STAMP_SECONDS = 2.0
PAGES_KEPT = 400
Audience = Literal["citizen", "business"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A procedure in a list. `citizen` / `business` null: the national list does not say."""

    national_code: str
    name: str
    short_name: str
    name_en: str
    level: str
    sector: str
    sector_slug: str
    ministry: str
    citizen: bool | None
    business: bool | None
    detailed: bool
    essential: bool
    decided: bool = False  # its level is that of a published list, not of the national data


@dataclass(frozen=True, slots=True)
class LifeEventView:
    slug: str
    audience: str
    title: Bilingual
    lead: Bilingual
    procedures: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SectorView:
    slug: str
    name: Bilingual
    count: int


@dataclass(frozen=True, slots=True)
class Home:
    """The front page: what happens in a life, in a business, and what people ask for most."""

    citizen: tuple[LifeEventView, ...]
    business: tuple[LifeEventView, ...]
    popular: tuple[Hit, ...]
    sectors: tuple[SectorView, ...]
    procedures: int
    online: int


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The catalogue's lists as of one stamp."""

    stamp: int
    hits: Mapping[str, Hit]
    index: Index
    life_events: tuple[LifeEventView, ...]
    sectors: tuple[SectorView, ...]
    by_sector: Mapping[str, tuple[Hit, ...]]
    versions: Mapping[str, int]  # national code → id of its current version


_lock = threading.Lock()
_snapshot: Snapshot | None = None
_looked_at = float("-inf")
_pages: OrderedDict[int, dict[str, Any]] = OrderedDict()


def refresh() -> None:
    """Look at the stamp on the next read (actions call it after commit, tests between changes)."""
    global _looked_at
    _looked_at = float("-inf")


def forget() -> None:
    """Drop all that this process remembers (tests, whose transactions roll the stamp back)."""
    global _snapshot
    with _lock:
        _snapshot = None
        _pages.clear()
    _found.cache_clear()
    refresh()


def stamp() -> int:
    """The version of what this process shows; an ETag for public pages."""
    return snapshot().stamp


def snapshot() -> Snapshot:
    """The lists, at most `STAMP_SECONDS` behind the database. One query when the stamp is due, else none."""
    global _snapshot, _looked_at
    now = time.monotonic()
    if _snapshot is not None and now - _looked_at < STAMP_SECONDS:
        return _snapshot
    current = CatalogueState.objects.filter(id=1).values_list("stamp", flat=True).first() or 0
    with _lock:
        if _snapshot is None or _snapshot.stamp != current:
            _snapshot = _load(current)
            _found.cache_clear()  # else it would keep the old lists alive
        _looked_at = now
        return _snapshot


def _load(current: int) -> Snapshot:
    """Four queries, about half a second, once after each change of the catalogue."""
    entries: list[Entry] = []
    hits: dict[str, Hit] = {}
    versions: dict[str, int] = {}
    by_sector: dict[str, list[Hit]] = {}
    rows = (
        Procedure.objects.filter(listed=True).select_related("sector").order_by("sort_key", "national_code")
    )
    for row in rows:
        hit = Hit(
            national_code=row.national_code,
            name=row.name,
            short_name=row.short_name,
            name_en=row.name_en,
            level=row.decided_level or row.level,
            decided=bool(row.decided_level),
            sector=row.sector.name,
            sector_slug=row.sector.slug,
            ministry=row.ministry,
            citizen=row.citizen,
            business=row.business,
            detailed=row.detailed,
            essential=row.essential_no is not None,
        )
        hits[row.national_code] = hit
        by_sector.setdefault(row.sector.slug, []).append(hit)
        if row.current_version_id is not None:
            versions[row.national_code] = row.current_version_id
        entries.append(
            Entry(
                code=row.national_code,
                name=row.name,
                short_name=row.short_name,
                sector=row.sector.name,
                synonyms=tuple(row.synonyms),
                name_en=row.name_en,
                detailed=row.detailed,
                popularity=row.popularity,
            )
        )
    sectors = tuple(
        SectorView(s.slug, Bilingual(s.name, s.name_en), len(by_sector[s.slug]))
        for s in Sector.objects.order_by("sort_key")
        if s.slug in by_sector
    )
    return Snapshot(
        stamp=current,
        hits=hits,
        index=Index(entries),
        life_events=_load_life_events(hits),
        sectors=sectors,
        by_sector={slug: tuple(found) for slug, found in by_sector.items()},
        versions=versions,
    )


def _load_life_events(hits: Mapping[str, Hit]) -> tuple[LifeEventView, ...]:
    members: dict[int, list[Hit]] = {}
    links = LifeEventProcedure.objects.order_by("position").values_list(
        "life_event_id", "procedure__national_code"
    )
    for event_id, code in links:
        if code in hits:
            members.setdefault(event_id, []).append(hits[code])
    return tuple(
        LifeEventView(
            slug=event.slug,
            audience=event.audience,
            title=Bilingual(event.title_vi, event.title_en),
            lead=Bilingual(event.lead_vi, event.lead_en),
            procedures=tuple(members.get(event.pk, ())),
        )
        for event in LifeEvent.objects.order_by("position")
    )


def search(
    q: str,
    *,
    audience: Audience | None = None,
    sector: str | None = None,
    life_event: str | None = None,
    limit: int = 20,
) -> list[Hit]:
    """Procedures for what a person typed, best first; an empty `q` lists all that pass the filters, popular first.

    `sector` and `life_event` are slugs; an unknown one finds nothing. A procedure whose audience the national list
    does not state passes either audience: hiding it would be a guess.
    """
    now = snapshot()
    return [now.hits[code] for code in _found(now, q, audience, sector, life_event, limit)]


@lru_cache(maxsize=4096)
def _found(
    now: Snapshot, q: str, audience: Audience | None, sector: str | None, life_event: str | None, limit: int
) -> tuple[str, ...]:
    """Codes found. Remembered: people who type as they search ask the same beginnings over and over."""
    allowed: set[str] | None = None
    if sector is not None:
        allowed = {hit.national_code for hit in now.by_sector.get(sector, ())}
    if life_event is not None:
        event = next((e for e in now.life_events if e.slug == life_event), None)
        members = {hit.national_code for hit in event.procedures} if event else set()
        allowed = members if allowed is None else allowed & members
    if audience is not None:
        fitting = {code for code, hit in now.hits.items() if getattr(hit, audience) is not False}
        allowed = fitting if allowed is None else allowed & fitting
    return tuple(
        code for code, _ in now.index.search(q, limit, None if allowed is None else frozenset(allowed))
    )


def home() -> Home:
    """What the front page shows; no query of its own."""
    now = snapshot()
    return Home(
        citizen=tuple(e for e in now.life_events if e.audience == LifeEvent.Audience.CITIZEN),
        business=tuple(e for e in now.life_events if e.audience == LifeEvent.Audience.BUSINESS),
        popular=tuple(now.hits[code] for code in now.index.order[:8]),
        sectors=now.sectors,
        procedures=len(now.hits),
        online=sum(1 for hit in now.hits.values() if hit.level in {"full", "partial"}),
    )


def life_events(audience: Audience | None = None) -> tuple[LifeEventView, ...]:
    return tuple(e for e in snapshot().life_events if audience is None or e.audience == audience)


def life_event(slug: str) -> LifeEventView | None:
    return next((e for e in snapshot().life_events if e.slug == slug), None)


def sectors() -> tuple[SectorView, ...]:
    return snapshot().sectors


def sector_procedures(slug: str) -> tuple[Hit, ...]:
    """Procedures of a sector in dictionary order; empty for an unknown one."""
    return snapshot().by_sector.get(slug, ())


def hit(national_code: str) -> Hit | None:
    return snapshot().hits.get(national_code)


def procedure_page(national_code: str, *, honest_time: HonestTime | None = None) -> ProcedurePage | None:
    """All a citizen should know about a procedure (R1.22, 11 items), or None when there is no such code.

    `honest_time` comes from measurement, which stands above this room. One query the first time a process shows a
    version, none afterwards: a version never changes.
    """
    now = snapshot()
    found = now.hits.get(national_code)
    if found is None:
        return None
    version_id = now.versions.get(national_code)
    stored = _stored_version(version_id) if version_id is not None else None
    events = tuple((e.slug, e.title) for e in now.life_events if found in e.procedures)
    sector = next(s for s in now.sectors if s.slug == found.sector_slug)
    agencies = (
        []
        if stored
        else Procedure.objects.values_list("executing_agencies", flat=True).get(national_code=national_code)
    )
    return build_page(
        code=found.national_code,
        name=found.name,
        short_name=found.short_name,
        name_en=found.name_en,
        ministry=found.ministry,
        sector=(sector.slug, sector.name),
        level=found.level,
        level_decided=found.decided,
        citizen=found.citizen,
        business=found.business,
        essential=found.essential,
        executing_agencies=agencies,
        version=stored,
        life_events=events,
        honest_time=honest_time,
    )


def _stored_version(version_id: int) -> dict[str, Any]:
    with _lock:
        if version_id in _pages:
            _pages.move_to_end(version_id)
            return _pages[version_id]
    row = ProcedureVersion.objects.values("id", "number", "published_at", "definition").get(pk=version_id)
    stored = dict(row)
    with _lock:
        _pages[version_id] = stored
        while len(_pages) > PAGES_KEPT:
            _pages.popitem(last=False)
    return stored
