"""Files and figures of a round by its pages."""

from __future__ import annotations

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.factories import World
from tests.programme import rounds
from tests.web.programme.test_walk import MARRIAGE, post


@pytest.mark.parametrize("name", ["junk.xlsx", "junk.csv"])
def test_ten_megabytes_of_junk(world: World, name: str) -> None:
    round_ = rounds.opened(world)
    junk = io.BytesIO(bytes(range(256)) * (40 * 1024))
    junk.name = name
    shown = post(
        world.client("hieu"), f"/programme/rounds/{round_.pk}/assign/", {"what": "file", "file": junk}, 422
    )
    assert "Tệp nặng 10,0 MB" in shown.content.decode()


def test_demand_from_a_file_orders_the_list(world: World) -> None:
    round_ = rounds.opened(world)
    rounds.assigned(world, round_)
    rounds.approved(world, rounds.one(round_, MARRIAGE), presence=rounds.PRESENCE)
    rounds.approved(world, rounds.one(round_, "1.001193"), electronic_form=False)
    hieu = world.client("hieu")
    path = f"/programme/rounds/{round_.pk}/"
    rows = "code,demand,online\n1.000894,12000,6000\n1.001193,300,10\n"
    post(hieu, f"{path}assign/", {"what": "confirm-demand", "rows": rows})
    shown = hieu.get(f"{path}priority/").content.decode()
    assert shown.index("1.000894/") < shown.index("1.001193/")
    assert "12.000" in shown
    assert "★" in shown


def test_the_xlsx_can_be_imported_again(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    made = rounds.listed(world, {MARRIAGE: {"presence": rounds.PRESENCE}})
    answer = world.client("hieu").get(f"/programme/rounds/{made.round_id}/list/xlsx/")
    page = load_workbook(io.BytesIO(answer.content)).active
    assert page is not None
    assert [cell.value for cell in page[2]][1] == MARRIAGE
    assert not page.merged_cells.ranges
