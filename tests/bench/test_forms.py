"""The short form of ``tests/bench/forms.py``: what drawing and saving a large form may cost beside an empty page."""

from __future__ import annotations

import pytest

from tests.bench.forms import measure
from tests.factories import World

pytestmark = pytest.mark.bench


def test_a_large_form_is_drawn_and_saved_for_few_empty_pages(world: World) -> None:
    small, large = measure(world, 200, 5), measure(world, 300, 5)
    # Grows with the number of questions, not with their square; and a save never draws them.
    assert large.draw < small.draw * 2.2, (small, large)
    assert large.draw < 40, large
    assert large.save < 12, large
