"""``motcua processes``: what ships is listed, published once, and a code nobody knows is one sentence."""

from __future__ import annotations

import pytest
from tests.cli.verbs import run
from tests.factories import MARITAL, World
from tests.web.conftest import _world, world

from motcua.cli import processes
from motcua.processing.models import ProcessVersion
from motcua.runtime.errors import CannotRun

__all__ = ["_world", "world"]
Capture = pytest.CaptureFixture[str]


def test_listed_and_published_once(world: World, capsys: Capture) -> None:
    _, out, _ = run(processes, capsys)
    assert len(out.splitlines()) >= 20
    case = world.case(MARITAL)
    for said in ("1 published", "0 published"):
        status, out, _ = run(processes, capsys, "--publish", MARITAL)
        assert (status, out.startswith(said)) == (0, True)
        assert ProcessVersion.objects.filter(case=case).count() == 1


def test_a_code_nobody_knows_is_one_sentence(world: World, capsys: Capture) -> None:
    with pytest.raises(CannotRun, match=r"No process ships for 9\.999999"):
        run(processes, capsys, "--publish", "9.999999")
