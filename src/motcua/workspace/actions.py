"""What an officer writes around a dossier and for themselves.

What lies on a dossier (labels, notes) leaves an event on it; what is only the officer's own (follows, views,
preferences) changes no dossier and leaves none.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from motcua.dossiers import actions as filing
from motcua.dossiers.models import Dossier
from motcua.kernel.actions import action
from motcua.kernel.actors import Actor, Role
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.kernel.text import clean, fold
from motcua.workspace.models import (
    Colour,
    DossierLabel,
    Follow,
    Label,
    Note,
    Notice,
    Preference,
    SavedView,
)
from motcua.workspace.rules import Asked, Telling, columns

NOTE_WRITTEN = "note.written"
LABEL_PUT = "label.put"
LABEL_TAKEN = "label.taken"

MAX_NOTE = 4000
MAX_LABELS = 60
MAX_VIEWS = 40


def account_of(actor: Actor) -> int:
    """The officer's account; nobody else has a desk."""
    if actor.kind != "officer" or actor.account is None:
        raise NotAllowed("desk.only_officers")
    return actor.account


def units_of(actor: Actor) -> frozenset[int]:
    """Units in which the officer works on dossiers."""
    return frozenset(s.unit for s in actor.seats_as(Role.ONE_STOP, Role.CIVIL_SERVANT, Role.HEAD))


def _locked(actor: Actor, code: str | None, dossier_id: int | None) -> Dossier:
    account_of(actor)
    return filing.locked(actor, code=code) if code is not None else filing.locked(actor, pk=dossier_id)


@action("workspace.write_note")
def write_note(*, actor: Actor, code: str, body: str, now: datetime) -> Note:
    """An internal note on a dossier the officer may see."""
    text = clean(body, multiline=True).strip()[:MAX_NOTE]
    if not text:
        raise Refused("note.empty")
    dossier = _locked(actor, code, None)
    note = Note.objects.create(dossier=dossier, author_id=account_of(actor), body=text, written_at=now)
    filing.record(dossier, NOTE_WRITTEN, actor=actor, now=now, data={"note": note.pk})
    return note


def _label(actor: Actor, label_id: int, *, retired: bool = False) -> Label:
    found = Label.objects.filter(pk=label_id, unit__in=units_of(actor)).first()
    if found is None or (found.retired_at is not None and not retired):
        raise NotAllowed("label.unknown")
    return found


@action("workspace.put_label")
def put_label(
    *, actor: Actor, label_id: int, now: datetime, code: str | None = None, dossier_id: int | None = None
) -> Dossier:
    """Lay a label of one's unit on a dossier."""
    account = account_of(actor)
    dossier = _locked(actor, code, dossier_id)
    label = _label(actor, label_id)
    _, new = DossierLabel.objects.get_or_create(
        dossier=dossier, label=label, defaults={"put_by_id": account, "put_at": now}
    )
    if not new:
        raise Conflict("label.there_already")
    filing.record(dossier, LABEL_PUT, actor=actor, now=now, data={"label": label.pk})
    return dossier


@action("workspace.take_label")
def take_label(
    *, actor: Actor, label_id: int, now: datetime, code: str | None = None, dossier_id: int | None = None
) -> Dossier:
    """Take a label of one's unit off a dossier."""
    dossier = _locked(actor, code, dossier_id)
    label = _label(actor, label_id, retired=True)
    removed, _ = DossierLabel.objects.filter(dossier=dossier, label=label).delete()
    if not removed:
        raise Conflict("label.not_there")
    filing.record(dossier, LABEL_TAKEN, actor=actor, now=now, data={"label": label.pk})
    return dossier


@transaction.atomic
def make_label(*, actor: Actor, unit: int, name: str, colour: str, now: datetime) -> Label:
    """A new label for one of the officer's units."""
    if unit not in units_of(actor):
        raise NotAllowed("label.unknown")
    text = _name(name, 40)
    if Label.objects.filter(unit=unit, retired_at=None).count() >= MAX_LABELS:
        raise Refused("label.too_many", limit=MAX_LABELS)
    try:
        with transaction.atomic():
            return Label.objects.create(
                unit_id=unit,
                name=text,
                folded=fold(text)[:40],
                colour=_colour(colour),
                made_by_id=account_of(actor),
                made_at=now,
            )
    except IntegrityError as error:
        raise Conflict("label.name_taken", name=text) from error


@transaction.atomic
def change_label(*, actor: Actor, label_id: int, name: str, colour: str) -> Label:
    """Another name or colour; it stays the same label wherever it lies."""
    label = _label(actor, label_id)
    label.name = _name(name, 40)
    label.folded, label.colour = fold(label.name)[:40], _colour(colour)
    try:
        with transaction.atomic():
            label.save(update_fields=["name", "folded", "colour"])
    except IntegrityError as error:
        raise Conflict("label.name_taken", name=label.name) from error
    return label


@transaction.atomic
def retire_label(*, actor: Actor, label_id: int, now: datetime) -> None:
    """Offer it no more; dossiers keep it until somebody takes it off."""
    label = _label(actor, label_id)
    label.retired_at = now
    label.save(update_fields=["retired_at"])


def _name(name: str, longest: int) -> str:
    text = " ".join(clean(name).split())[:longest]
    if not fold(text):
        raise Refused("name.empty")
    return text


def _colour(colour: str) -> str:
    return colour if colour in Colour.values else Colour.GREY


@transaction.atomic
def follow(*, actor: Actor, code: str, wanted: bool, now: datetime) -> None:
    """Hear what becomes of a dossier, or no more. Asking twice changes nothing."""
    account = account_of(actor)
    dossier = Dossier.objects.visible_to(actor).only("pk").filter(code=code).first()
    if dossier is None:
        raise NotAllowed("dossier.unknown")
    if wanted:
        Follow.objects.get_or_create(dossier=dossier, account_id=account, defaults={"since": now})
    else:
        Follow.objects.filter(dossier=dossier, account=account).delete()


@transaction.atomic
def save_view(
    *, actor: Actor, name: str, asked: Asked, shown: tuple[str, ...], unit: int | None, now: datetime
) -> SavedView:
    """Keep a filter under a name, for oneself or (``unit``) for the members of one of one's units.

    What was searched for is not kept: it is a person's name or number.
    """
    account = account_of(actor)
    if unit is not None and unit not in units_of(actor):
        raise NotAllowed("view.unknown")
    if SavedView.objects.filter(account=account).count() >= MAX_VIEWS:
        raise Refused("view.too_many", limit=MAX_VIEWS)
    kept = {key: value for key, value in asked.write().items() if key != "q"}
    return SavedView.objects.create(
        account_id=account,
        unit_id=unit,
        name=_name(name, 60),
        asked=kept,
        columns=list(columns(shown)),
        made_at=now,
    )


def _view(actor: Actor, key: UUID) -> SavedView:
    view = SavedView.objects.select_for_update().filter(pk=key, account=account_of(actor)).first()
    if view is None:
        raise NotAllowed("view.unknown")
    return view


@transaction.atomic
def share_view(*, actor: Actor, key: UUID, unit: int | None) -> SavedView:
    """Open one's view to a unit, or close it again (None)."""
    view = _view(actor, key)
    if unit is not None and unit not in units_of(actor):
        raise NotAllowed("view.unknown")
    view.unit_id = unit
    view.save(update_fields=["unit"])
    return view


@transaction.atomic
def drop_view(*, actor: Actor, key: UUID) -> None:
    """Throw one's own view away."""
    _view(actor, key).delete()


def _prefer(actor: Actor, now: datetime) -> Preference:
    preference, _ = Preference.objects.select_for_update().get_or_create(
        account_id=account_of(actor), defaults={"changed_at": now}
    )
    preference.changed_at = now
    return preference


@transaction.atomic
def keep_filters(*, actor: Actor, asked: Asked, now: datetime) -> None:
    """Show this list with these filters from now on."""
    preference = _prefer(actor, now)
    kept: dict[str, Any] = {**preference.filters, asked.view: asked.filters}
    preference.filters = {view: filters for view, filters in kept.items() if filters}
    preference.save(update_fields=["filters", "changed_at"])


@transaction.atomic
def keep_columns(*, actor: Actor, chosen: tuple[str, ...], now: datetime) -> None:
    """Show these columns from now on."""
    preference = _prefer(actor, now)
    preference.columns = list(columns(chosen)) if chosen else []
    preference.save(update_fields=["columns", "changed_at"])


@transaction.atomic
def keep_telling(*, actor: Actor, telling: Telling, now: datetime) -> None:
    """Be told like this from now on."""
    preference = _prefer(actor, now)
    preference.notices = telling.write()
    preference.save(update_fields=["notices", "changed_at"])


def read_notices(*, actor: Actor, now: datetime) -> None:
    """The officer has seen the notices. What has been seen needs no e-mail any more."""
    Notice.objects.filter(account=account_of(actor), read_at=None).update(read_at=now, unmailed=False)
