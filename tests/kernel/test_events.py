"""The event log: append-only, chained, one stream a thing; any single change shows."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from motcua.kernel import events
from motcua.kernel.actors import SYSTEM, Actor
from motcua.kernel.events import GENESIS, append, broken_at, digest
from motcua.kernel.models import Event, RulesSkipped
from tests.kernel.things import Thing

AT = datetime(2026, 11, 24, 2, 0, 0, 123456, tzinfo=UTC)


def history(thing: Thing) -> list[Event]:
    return list(Event.objects.filter(stream=thing.stream).order_by("seq"))


@pytest.mark.django_db
def test_events_are_numbered_and_chained_and_verify_as_read_back() -> None:
    thing, hoa = Thing(), Actor(kind="officer", account=7, name="Lê Thị Hoa")
    append(thing, "test.begun", actor=SYSTEM, at=AT, data={"chữ": "Đỗ Thị Ý", "số": 1, "không": None})
    append(thing, "test.ended", actor=hoa, at=AT + timedelta(hours=1), data={"b": [1, {"c": True}], "a": 1.5})

    first, second = history(thing)
    assert (first.seq, second.seq) == (1, 2)
    assert (first.officer, second.officer) == ("", "Lê Thị Hoa")
    assert bytes(second.hash) == thing.event_hash
    assert broken_at([first, second]) is None


@pytest.mark.django_db
def test_a_persons_name_is_never_written_an_officers_is() -> None:
    thing = Thing()
    append(thing, "test.begun", actor=Actor(kind="person", account=3, name="Nguyễn Thị Lan"), at=AT)
    (event,) = history(thing)
    assert (event.actor_kind, event.account_id, event.officer) == ("person", 3, "")


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["UPDATE kernel_event SET data = '{}'", "DELETE FROM kernel_event"])
def test_the_database_refuses_to_change_history(change: str) -> None:
    thing = Thing()
    append(thing, "test.begun", actor=SYSTEM, at=AT, data={"a": 1})
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert len(history(thing)) == 1


@pytest.mark.django_db
def test_the_models_refuse_too() -> None:
    for attempt in (
        lambda: Event.objects.update(kind="x"),
        lambda: Event.objects.all().delete(),
        lambda: Event.objects.bulk_create([Event()]),
        lambda: Event().save(),
    ):
        with pytest.raises(RulesSkipped):
            attempt()


@pytest.mark.django_db
def test_a_fork_is_refused() -> None:
    thing = Thing()
    append(thing, "test.begun", actor=SYSTEM, at=AT)
    stale = Thing()
    stale.stream = thing.stream
    with pytest.raises(IntegrityError), transaction.atomic():
        append(stale, "test.forked", actor=SYSTEM, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE kernel_event SET data = jsonb_set(data, '{n}', '9') WHERE seq = 2",
        "UPDATE kernel_event SET kind = 'test.other' WHERE seq = 2",
        "UPDATE kernel_event SET at = at + interval '1 microsecond' WHERE seq = 2",
        "UPDATE kernel_event SET account_id = 8 WHERE seq = 2",
        "UPDATE kernel_event SET hash = decode(repeat('ab', 32), 'hex') WHERE seq = 2",
        "DELETE FROM kernel_event WHERE seq = 2",
    ],
)
def test_tampering_past_the_trigger_shows(change: str) -> None:
    """Whoever owns the table can switch the trigger off; the chain still tells."""
    thing = Thing()
    for number in range(4):
        append(thing, "test.noted", actor=SYSTEM, at=AT, data={"n": number})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER USER")
        cursor.execute(f"{change} AND stream = %s", [thing.stream])
        cursor.execute("ALTER TABLE kernel_event ENABLE TRIGGER USER")
    assert broken_at(history(thing)) == (3 if change.startswith("DELETE") else 2)


@dataclass(frozen=True)
class Link:
    stream: UUID
    seq: int
    kind: str
    at: datetime
    account_id: int | None
    data: dict[str, Any]
    hash: bytes


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FACTS = st.dictionaries(st.text(max_size=6), VALUES, max_size=4)


@st.composite
def chains(draw: st.DrawFn) -> list[Link]:
    """A good stream of one to six events."""
    stream, previous, links = draw(st.uuids()), GENESIS, []
    for seq in range(1, draw(st.integers(1, 6)) + 1):
        kind, account, data = draw(st.text(min_size=1)), draw(st.none() | st.integers(1, 9)), draw(FACTS)
        at = AT + timedelta(seconds=seq)
        previous = digest(previous, stream=stream, seq=seq, kind=kind, at=at, account=account, data=data)
        links.append(Link(stream, seq, kind, at, account, data, previous))
    return links


@given(chains())
def test_a_good_chain_is_whole(chain: list[Link]) -> None:
    assert broken_at(chain) is None


@given(chains(), st.data())
def test_any_single_change_is_found_where_it_is(chain: list[Link], data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(chain) - 1))
    link = chain[where]
    change = data.draw(
        st.sampled_from(
            [
                {"kind": link.kind + "x"},
                {"at": link.at + timedelta(microseconds=1)},
                {"account_id": (link.account_id or 0) + 10},
                {"data": {**link.data, "thêm": 1}},
                {"hash": bytes([link.hash[0] ^ 1]) + link.hash[1:]},
                {"seq": link.seq + 1},
                {"stream": uuid4()},
            ]
        )
    )
    changed = [*chain[:where], dataclasses.replace(link, **change), *chain[where + 1 :]]
    assert broken_at(changed) is not None
    assert broken_at(changed) >= link.seq


@given(chains().filter(lambda chain: len(chain) > 1), st.data())
def test_a_missing_or_moved_event_is_found(chain: list[Link], data: st.DataObject) -> None:
    where = data.draw(st.integers(0, len(chain) - 2))
    assert broken_at([*chain[:where], *chain[where + 1 :]]) is not None
    swapped = [*chain]
    swapped[where], swapped[where + 1] = swapped[where + 1], swapped[where]
    assert broken_at(swapped) is not None


@pytest.mark.django_db
def test_a_subscriber_is_told_once_in_the_transaction_and_can_undo_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_subscribers", events.defaultdict(list))
    told: list[events.Happened] = []
    events.subscribe(["test.begun"], told.append)
    events.subscribe(["test.begun", "test.other"], told.append)
    thing = Thing()
    append(thing, "test.begun", actor=SYSTEM, at=AT, data={"a": 1})
    append(thing, "test.silent", actor=SYSTEM, at=AT)
    assert [(h.kind, h.seq, h.data, h.subject) for h in told] == [("test.begun", 1, {"a": 1}, thing)]

    def refuse(_: events.Happened) -> None:
        raise RuntimeError("not possible")

    events.subscribe(["test.refused"], refuse)
    with pytest.raises(RuntimeError), transaction.atomic():
        append(thing, "test.refused", actor=SYSTEM, at=AT)
    assert len(history(thing)) == 2
