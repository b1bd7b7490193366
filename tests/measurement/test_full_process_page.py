"""The full-process figure on the public statistics, in a world that is really committed (the fold counts nothing else)."""

from __future__ import annotations

from motcua.measurement import folding
from tests import factories
from tests.committed import Committed


def test_the_public_figure_names_the_steps(committed: Committed) -> None:
    world = committed.world
    factories.advance(world, factories.filed_dossier(world), "returned")
    factories.advance(world, factories.filed_dossier(world, assistance="kiosk"), "returned")
    folding.fold.run()
    page = world.client().get("/statistics/?year=2026").content.decode()
    assert "Hồ sơ toàn trình" in page
    assert "1 trên 2 hồ sơ đã trả kết quả" in page
    assert "nộp trực tuyến nhưng tại bộ phận một cửa (1)" in page
