"""The transition table: complete, lawful, and the only way a status is reached."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import motcua
from motcua.dossiers.lifecycle import CLOSED, EDGES, OPEN, PAUSED, Status, allowed, move
from motcua.kernel.refusals import Conflict

ACTIONS = sorted({edge.action for edge in EDGES})
PAIRS = {(edge.before, edge.action, edge.after) for edge in EDGES}


def test_the_ten_national_codes() -> None:
    assert [status.value for status in Status] == list(range(1, 11))


def test_every_status_is_reached_from_the_beginning() -> None:
    reached: set[Status] = set()
    frontier: set[Status | None] = {None}
    while frontier:
        reached |= {status for status in frontier if status is not None}
        frontier = {edge.after for edge in EDGES if edge.before in frontier} - reached
    assert reached == set(Status)


def test_only_a_reopening_leads_on_from_the_end_and_something_from_everywhere_else() -> None:
    for status in Status:
        assert bool(allowed(status) - {"reopen"}) != (status in CLOSED)
    assert not allowed(Status.WITHDRAWN), "what its applicant took back is not the agency's to reopen"
    assert OPEN | CLOSED | {Status.FINISHED} == set(Status)
    assert {Status.SUPPLEMENT, Status.FINANCIAL_DUTY} == PAUSED, "the applicant is awaited, and nobody else"
    assert PAUSED < OPEN
    assert not OPEN & CLOSED


def test_every_edge_names_its_article() -> None:
    for edge in EDGES:
        assert any(sign in edge.article for sign in ("NĐ ", "NQ ", "TT ", "Luật ")), edge


def test_one_action_leads_one_way_unless_it_is_told_which() -> None:
    twice = {
        (edge.before, edge.action)
        for edge in EDGES
        if sum((e.before, e.action) == (edge.before, edge.action) for e in EDGES) > 1
    }
    assert twice == {(Status.SUPPLEMENT, "answer_supplement")}
    for towards in (Status.REGISTERED, Status.PROCESSING):
        assert move(Status.SUPPLEMENT, "answer_supplement", towards=towards).after == towards
    with pytest.raises(Conflict):
        move(Status.SUPPLEMENT, "answer_supplement", towards=Status.FINISHED)


@pytest.mark.parametrize("before", [None, *Status])
@pytest.mark.parametrize("action", ACTIONS)
def test_what_the_table_does_not_open_is_refused(before: Status | None, action: str) -> None:
    if any(edge.before == before and edge.action == action for edge in EDGES):
        assert (before, action, move(before, action).after) in PAIRS
        return
    with pytest.raises(Conflict) as refused:
        move(before, action)
    assert refused.value.params == {"status": int(before or 0), "action": action}


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.none() | st.sampled_from(list(Status))), max_size=30))
def test_no_walk_leaves_the_table(turns: list[tuple[str, Status | None]]) -> None:
    """Whatever is tried in whatever order: only listed edges are taken, and an end is an end."""
    status: Status | None = None
    for action, towards in turns:
        try:
            edge = move(status, action, towards=towards)
        except Conflict:
            continue
        assert (status, action, edge.after) in PAIRS
        assert status not in CLOSED or action == "reopen"
        assert towards in (None, edge.after)
        status = edge.after


def test_no_code_writes_a_status_past_the_table() -> None:
    """``status`` of a dossier is assigned in ``step_to`` alone, and given once, in ``submit``, from the table."""
    source = Path(motcua.__file__).parent
    writers = set()
    for path in source.glob("**/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                for target in targets:
                    if (
                        isinstance(target, ast.Attribute)
                        and target.attr == "status"
                        and isinstance(target.value, ast.Name)
                        and target.value.id in {"dossier", "row", "filed"}
                    ):
                        writers.add(path.relative_to(source).as_posix())
    assert writers == {"dossiers/actions.py"}
