"""Who may write which form, and what is being written: reads for the studio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet

from motcua.catalogue.authorship import Author, author_among, offered_within, offering, reach, top
from motcua.catalogue.models import Procedure, ProcedureCase, Service
from motcua.eforms import editing
from motcua.eforms.models import FormBlock, FormDraft, FormVersion
from motcua.kernel.actors import Actor
from motcua.kernel.models import Event
from motcua.kernel.refusals import NotAllowed
from motcua.organisations.models import Agency


def procedures_of(key: str) -> QuerySet[Procedure]:
    """The procedures a form is of: those whose cases in force use it, and the one it is named after."""
    using = ProcedureCase.objects.filter(form_key=key, version__procedure__current_version=F("version"))
    return Procedure.objects.filter(
        Q(pk__in=using.values("version__procedure")) | Q(national_code=key), current_version__isnull=False
    )


def author(actor: Actor, key: str) -> Author:
    """What the actor may do about a form."""
    return author_among(actor, offering(procedures_of(key).values_list("pk", flat=True)))


def check_may_write(actor: Actor, key: str) -> None:
    """Raises :class:`NotAllowed`."""
    if not author(actor, key).writes:
        raise NotAllowed("form.not_yours")


def procedures_for(actor: Actor) -> QuerySet[Procedure]:
    """The procedures whose forms the actor may read, by their code: those offered below them, and at the top those that
    nobody offers yet, to be prepared."""
    wanted = Q(pk__in=offered_within(actor).values("procedure"))
    if top(actor):
        wanted |= ~Q(pk__in=Service.objects.filter(active=True).values("procedure"))
    found = Procedure.objects.filter(wanted, current_version__isnull=False)
    return found.select_related("sector").order_by("national_code")


def form_keys(procedures: Sequence[int]) -> dict[int, list[str]]:
    """Procedure to the keys of the forms its cases in force use."""
    found: dict[int, list[str]] = {}
    rows = (
        ProcedureCase.objects.filter(
            version__procedure__in=procedures, version__procedure__current_version=F("version")
        )
        .exclude(form_key=None)
        .order_by("position")
        .values_list("version__procedure", "form_key")
    )
    for procedure, key in rows:
        keys = found.setdefault(procedure, [])
        if key and key not in keys:
            keys.append(key)
    return found


# --- what is being written -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """The definition an author sees: the draft, or what it would begin with. ``revision`` 0: nothing has been saved yet."""

    definition: dict[str, Any]
    revision: int = 0
    edited_by: str = ""
    saved_at: datetime | None = None
    published: int | None = None
    asked_by: int | None = None
    asked_by_name: str = ""
    asked_at: datetime | None = None
    reason: str = ""
    undoable: bool = False

    @property
    def new(self) -> bool:
        """Whether there is something that has not been published."""
        return self.revision > 0 and self.published is None


def written(key: str) -> Written:
    """The draft of a form; without one, the version in force, or a form that asks nothing yet."""
    draft = FormDraft.objects.select_related("edited_by", "asked_by").filter(key=key).first()
    if draft is None:
        return Written(beginning(key))
    return Written(
        draft.definition,
        draft.revision,
        draft.edited_by.full_name if draft.edited_by else "",
        draft.saved_at,
        draft.published_id,
        draft.asked_by_id,
        draft.asked_by.full_name if draft.asked_by else "",
        draft.asked_at,
        draft.reason,
        draft.revisions.exists(),
    )


def beginning(key: str) -> dict[str, Any]:
    """What an author begins with. Raises :class:`NotAllowed` where there is no such procedure."""
    version = newest(key)
    if version is not None:
        return dict(version.definition)
    procedure = procedures_of(key).first()
    if procedure is None:
        raise NotAllowed("form.not_yours")
    title = {"vi": procedure.short_name}
    return editing.skeleton(key, title | ({"en": procedure.name_en} if procedure.name_en else {}))


def newest(key: str) -> FormVersion | None:
    """The version in force."""
    return FormVersion.objects.select_related("published_by").filter(key=key).order_by("-number").first()


def versions(key: str) -> list[FormVersion]:
    """All versions, newest first."""
    found = FormVersion.objects.filter(key=key).select_related("published_by", "asked_by")
    return list(found.order_by("-number"))


def settled_ids(key: str) -> frozenset[str]:
    """Ids of the version in force: answers are found by them, so they are not changed any more."""
    version = newest(key)
    return frozenset(editing.ids(version.definition)) if version else frozenset()


def second_needed(key: str) -> bool:
    """Whether an agency that offers the procedure, or one above it, wants a second person to publish."""
    codes = offering(procedures_of(key).values_list("pk", flat=True))
    above = {".".join(code.split(".")[:n]) for code in codes for n in range(1, code.count(".") + 2)}
    return Agency.objects.filter(code__in=above, second_publisher=True).exists()


def history(key: str, limit: int = 30) -> list[Event]:
    """What was done to the draft of a form, newest first."""
    stream = FormDraft.objects.filter(key=key).values_list("stream", flat=True).first()
    return list(Event.objects.filter(stream=stream).order_by("-seq")[:limit]) if stream else []


def since(key: str, revision: int) -> list[Event]:
    """What others did to a draft after a revision, oldest first."""
    return [event for event in reversed(history(key, 50)) if int(event.data.get("revision", 0)) > revision]


# --- the library -------------------------------------------------------------------------------------------------------


def blocks() -> list[FormBlock]:
    """The newest version of each block, by its key. Definitions are nobody's secret."""
    found = FormBlock.objects.order_by("key", "-number").distinct("key").select_related("published_by")
    return list(found)


def block_versions(key: str) -> list[FormBlock]:
    """All versions of a block, newest first."""
    return list(FormBlock.objects.filter(key=key).select_related("published_by").order_by("-number"))


def agencies_within(actor: Actor) -> list[Agency]:
    """The agencies the actor heads or operates themselves (not those below), by code."""
    return list(Agency.objects.filter(code__in=reach(actor)).order_by("code"))
