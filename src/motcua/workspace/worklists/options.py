"""What filters can be set to: short lists that change rarely, kept for a while."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Q

from motcua.catalogue.models import Procedure
from motcua.kernel.actors import Actor, Role
from motcua.kernel.caching import Kept
from motcua.kernel.text import fold
from motcua.organisations.models import Agency

#: Agencies, units, and the agencies an officer heads: they may give work to anybody in these.
_Places = tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]

_KEPT_SECONDS = 30
#: A word that names more procedures than this names none in particular.
_TOO_MANY = 200


@dataclass(frozen=True, slots=True)
class Options:
    """(value, words) each; ``officers``: whom the officer can give work to."""

    procedures: tuple[tuple[str, str], ...]
    steps: tuple[tuple[str, str, str], ...]
    units: tuple[tuple[int, str], ...]
    officers: tuple[tuple[int, str], ...]


_PROCEDURES = """
    SELECT DISTINCT procedure.national_code, procedure.short_name, procedure.sort_key
      FROM processing_steprun AS run
      JOIN dossiers_dossier AS dossier ON dossier.id = run.dossier_id
      JOIN catalogue_procedure AS procedure ON procedure.id = dossier.procedure_id
     WHERE run.closed_at IS NULL AND run.agency_id = ANY(%s)
     ORDER BY procedure.sort_key LIMIT 300
"""
_STEPS = """
    SELECT DISTINCT ON (step.key) step.key, step.name, step.name_en
      FROM processing_step AS step
     WHERE EXISTS (SELECT 1 FROM processing_steprun AS run
                    WHERE run.step_id = step.id AND run.closed_at IS NULL AND run.agency_id = ANY(%s))
     ORDER BY step.key, step.id DESC
"""
_UNITS = "SELECT id, name FROM organisations_unit WHERE agency_id = ANY(%s) ORDER BY id"
_OFFICERS = """
    SELECT DISTINCT account.id, account.full_name
      FROM organisations_holding AS holding
      JOIN organisations_post AS post ON post.id = holding.post_id
      JOIN identity_account AS account ON account.id = holding.officer_id
     WHERE (post.unit_id = ANY(%s) OR post.unit_id IN (SELECT id FROM organisations_unit WHERE agency_id = ANY(%s)))
       AND post.role = ANY(%s) AND holding.since <= current_date
       AND (holding.until IS NULL OR holding.until >= current_date)
     ORDER BY account.full_name
"""


def _load(key: _Places) -> Options:
    agencies, units, headed = [list(some) for some in key]
    with connection.cursor() as cursor:
        cursor.execute(_PROCEDURES, [agencies])
        procedures = tuple((code, name) for code, name, _ in cursor.fetchall())
        cursor.execute(_STEPS, [agencies])
        steps = tuple((step, name, name_en or name) for step, name, name_en in cursor.fetchall())
        cursor.execute(_UNITS, [agencies])
        all_units = tuple(cursor.fetchall())
        cursor.execute(_OFFICERS, [units, headed, [Role.ONE_STOP, Role.CIVIL_SERVANT, Role.HEAD]])
        return Options(procedures, steps, all_units, tuple(cursor.fetchall()))


_options: Kept[_Places, Options] = Kept(_load, seconds=_KEPT_SECONDS)


def options(actor: Actor) -> Options:
    """The filters' values for an officer; at most half a minute behind."""
    seats = actor.seats
    agencies, units, headed = (
        {s.agency for s in seats}, {s.unit for s in seats}, {s.agency for s in actor.seats_as(Role.HEAD)}
    )  # fmt: skip
    return _options((tuple(sorted(agencies)), tuple(sorted(units)), tuple(sorted(headed))))


def _below(heads: tuple[str, ...]) -> tuple[int, ...]:
    agencies = Q(pk__in=[])
    for code in heads:
        agencies |= Q(code__startswith=f"{code}.")
    return tuple(Agency.objects.filter(agencies).values_list("pk", flat=True))


_agencies_below: Kept[tuple[str, ...], tuple[int, ...]] = Kept(_below, seconds=_KEPT_SECONDS)


def reach(actor: Actor) -> list[int]:
    """The agencies of an officer's seats, and those below the agencies they head."""
    heads = tuple(sorted({seat.agency_code for seat in actor.seats_as(Role.HEAD)}))
    own = {seat.agency for seat in actor.seats}
    return sorted(own.union(_agencies_below(heads) if heads else ()))


def headed(actor: Actor) -> list[int]:
    """The agencies that an officer heads, and those below them."""
    heads = list(actor.seats_as(Role.HEAD))
    codes = tuple(sorted({seat.agency_code for seat in heads}))
    return sorted({seat.agency for seat in heads}.union(_agencies_below(codes) if codes else ()))


def forget() -> None:
    """Between tests: another world has other rows."""
    _agencies_below.forget()
    _options.forget()
    _names.forget()


_names: Kept[None, tuple[tuple[int, str, str], ...]] = Kept(
    lambda _: tuple(
        (pk, code, f" {fold(f'{short} {name}')}")
        for pk, code, short, name in Procedure.objects.values_list(
            "pk", "national_code", "short_name", "name"
        )
    ),
    seconds=300,
)


def procedures_of(code: str) -> list[int]:
    """The procedure of a national code, if there is one."""
    return [pk for pk, own, _ in _names(None) if own == code]


def procedures_like(folded: str) -> list[int]:
    """Procedures whose name has all words of a search, so that "khai sinh" finds its dossiers."""
    if len(folded) < 3:
        return []
    words = [f" {word}" for word in folded.split()]
    found = [pk for pk, _, name in _names(None) if all(word in name for word in words)]
    return found if len(found) <= _TOO_MANY else []
