"""The demo's review is made quickly, by the real actions, and shows every state."""

from __future__ import annotations

import time
from typing import Any

from motcua.demo import review
from motcua.programme.models import Collection, ReviewAssessment, ServiceList
from motcua.programme.review import board, senders
from tests.factories import World


def test_the_demo_has_a_list_a_round_and_a_board(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    began = time.process_time()
    said = review.seed(list(world.people.values()), world.now)
    took = time.process_time() - began
    assert took < 3, f"{took:.1f} s of CPU"
    assert "2 rounds" in said
    states = set(ReviewAssessment.objects.values_list("state", flat=True))
    assert states == {"todo", "draft", "returned", "submitted", "checked", "approved", "excluded"}
    published = ServiceList.objects.get()
    assert published.pdf_id is not None
    assert published.applied_at is not None
    asked = Collection.objects.get()
    assert asked.deadline.isoformat() == "2023-04-21"
    page = board.board(world.officer("hieu"), asked.key, world.now)
    assert len(page.rows) == len(senders.on_day(asked.deadline)) == 85
    assert all(page.counts[state] for state in ("on_time", "late", "missing"))
    assert any(line.conflict for line in board.consolidated(world.officer("hieu"), asked.key)[1])
    assert review.seed(list(world.people.values()), world.now) == "", "harmless when called again"
