"""Several authors at one draft at the same moment: one save each time, one version, and everybody else is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, Refused
from motcua.processing import actions, authoring
from motcua.processing.models import ProcessDraft, ProcessVersion
from motcua.processing.tables import Table
from tests.committed import Committed, at_once
from tests.factories import MARITAL, NOW

pytestmark = pytest.mark.race
REASON = "Quyết định 1234/QĐ-UBND"


def test_of_authors_who_save_at_once_one_is_kept_and_the_others_are_told(committed: Committed) -> None:
    world = committed.world
    case, toan = world.case(MARITAL), world.officer("toan")
    for revision in (0, 1, 2):
        table = authoring.draft_of(case).table

        def save(number: int, revision: int = revision, table: Table = table) -> object:
            return actions.save_draft(
                actor=toan,
                case=case,
                revision=revision,
                table=replace(table, name=f"Tác giả {revision}.{number}"),
                change="settings",
                now=NOW,
            )

        ended = at_once(4, save)
        saved = [one for one in ended if isinstance(one, ProcessDraft)]
        assert len(saved) == 1, ended
        assert sum(isinstance(one, Conflict) for one in ended) == 3, ended
        assert authoring.draft_of(case).table.name == saved[0].table["name"]
    draft = ProcessDraft.objects.get(case=case)
    assert draft.revision == 3
    assert broken_at(list(Event.objects.filter(stream=draft.stream).order_by("seq"))) is None


def test_publishing_twice_at_once_gives_one_version(committed: Committed) -> None:
    world = committed.world
    case, toan = world.case(MARITAL), world.officer("toan")
    table = replace(authoring.draft_of(case).table, name="Quy trình riêng")
    actions.save_draft(actor=toan, case=case, revision=0, table=table, change="settings", now=NOW)
    ended = at_once(
        4, lambda _: actions.publish_draft(actor=toan, case=case, revision=1, reason=REASON, now=NOW)
    )
    assert sum(isinstance(one, ProcessVersion) for one in ended) == 1, ended
    assert all(isinstance(one, ProcessVersion | Conflict | Refused) for one in ended), ended
    assert ProcessVersion.objects.filter(case=case).count() == 1
