"""Making an export: a page of the list at a time into a file on disk, then into the store. Bounded memory throughout.

A worker that dies begins anew; nobody sees half a file. The rights are those of the officer while it is made.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson
import structlog
from django.db import transaction
from django.utils import translation

from motcua.dossiers.drafts import blob_store
from motcua.kernel import contents
from motcua.kernel.actors import Actor
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job
from motcua.kernel.refusals import Refused
from motcua.organisations.queries import officer as officer_of
from motcua.workspace.exports import writers
from motcua.workspace.models import Export
from motcua.workspace.queries import desk_of
from motcua.workspace.rules import Asked
from motcua.workspace.worklists import Row, walk

log = structlog.get_logger(__name__)

PAGE = 1000
#: Larger files are not made: the officer narrows the filter.
MAX_BYTES = 2 * 1024**3
MAX_FILES_DOSSIERS = 5000


class CalledOff(Exception):
    """The officer has cancelled it."""


@job("workspace.make_export", queue="desk", attempts=5)
def make_export(export: str) -> None:
    """Make the file of an export, once."""
    make(UUID(export), clock_now())


def make(key: UUID, now: datetime) -> None:
    """Make it, unless it is made, called off or somebody else's turn ended it."""
    Export.objects.filter(pk=key, state=Export.State.WAITING).update(state=Export.State.WORKING)
    export = Export.objects.select_related("account").get(pk=key)
    if export.state != Export.State.WORKING:
        return
    actor = officer_of(export.account_id, export.account.full_name, local_day(now))
    try:
        if actor is None:
            raise Refused("export.no_post")
        with (
            tempfile.TemporaryDirectory(prefix="motcua-export-") as folder,
            translation.override(export.language),
        ):
            path = Path(folder) / "export"
            done = _write(export, actor, path, now)
            _keep(export, path, done)
    except CalledOff:
        log.info("export.called_off", export=str(key))
    except Refused as refusal:
        Export.objects.filter(pk=key, state=Export.State.WORKING).update(
            state=Export.State.FAILED, problem=refusal.code, ended_at=clock_now()
        )


@dataclass(slots=True)
class Pages:
    """The pages of what an export holds; tells how far it is, and stops when it is called off."""

    export: Export
    actor: Actor
    now: datetime
    done: int = 0

    def __iter__(self) -> Iterator[list[Row]]:
        asked = orjson.loads(self.export.asked)
        if asked["dossiers"]:
            yield from self._named(asked["dossiers"])
            return
        for page in walk(self.actor, Asked.read(asked["asked"]), now=self.now, size=PAGE):
            yield page
            self.tell(len(page))

    def _named(self, wanted: list[int]) -> Iterator[list[Row]]:
        from motcua.workspace.worklists.reading import rows_of

        page = rows_of(self.actor, wanted, now=self.now)
        yield page
        self.tell(len(page))

    def tell(self, more: int) -> None:
        self.done += more
        alive = Export.objects.filter(pk=self.export.pk, state=Export.State.WORKING).update(done=self.done)
        if not alive:
            raise CalledOff


def _write(export: Export, actor: Actor, path: Path, now: datetime) -> int:
    pages = Pages(export, actor, now)
    shown = tuple(export.columns)
    labels = desk_of(actor).labels
    if export.format == Export.Format.CSV:
        writers.write_csv(path, pages, shown, labels)
    elif export.format == Export.Format.XLSX:
        writers.write_xlsx(path, pages, shown, labels)
    elif export.format == Export.Format.ZIP:
        writers.write_zip(
            path, pages, shown, labels, blob_store(), max_bytes=MAX_BYTES, max_dossiers=MAX_FILES_DOSSIERS
        )
    else:
        writers.write_slips(path, pages, blob_store())
    return pages.done


def _keep(export: Export, path: Path, done: int) -> None:
    """The file becomes a content, and the export says so, in one transaction."""
    from motcua.workspace.exports.orders import kept_until

    store, now = blob_store(), clock_now()
    with path.open("rb") as file:
        sha, size = store.write(iter(lambda: file.read(1024 * 1024), b""))
    with transaction.atomic():
        blob = contents.hold(sha, size=size, mime=writers.MIME[export.format], now=now)
        Export.objects.filter(pk=export.pk, state=Export.State.WORKING).update(
            state=Export.State.DONE,
            blob=blob,
            done=done,
            total=done,
            ended_at=now,
            expires_at=kept_until(now),
        )
