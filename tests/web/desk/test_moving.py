"""A dossier in several branches is moved from its own page; refusals are really rolled back, so the world is committed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from motcua.processing.definitions import DEFAULT, publish
from motcua.processing.rules import StepSpec
from tests.committed import Committed
from tests.factories import MARITAL
from tests.processing.test_checks import fork
from tests.processing.test_engine import BRANCHED, complete, received, run_of
from tests.web.desk.test_lawful_screens import WHY, page, shown, take

pytestmark = pytest.mark.race


def test_a_dossier_in_branches_moves_with_all_of_them(committed: Committed) -> None:
    world = committed.world
    publish(case=world.case(MARITAL), name="Có nhánh", steps=BRANCHED, now=world.now)
    dossier = received(world)
    complete(world, dossier, "culture", "hoa")
    # Without the fork: said why, with what was chosen still there.
    plain = publish(case=world.case(MARITAL), name="Không nhánh", steps=DEFAULT, now=world.now).pk
    form = shown(world, "tuan", dossier, "?do=move_version")
    assert form.count('name="step-') == 2
    mapped = {"step-economy": "appraise", "step-department": "appraise"}
    lost = take(world, "tuan", dossier, "move_version", version=plain, reason=WHY, **mapped)
    assert lost.status_code == 422
    assert "không nằm trong nhánh tương ứng" in lost.content.decode()
    assert 'value="appraise" selected' in lost.content.decode()
    # With it, and a branch more, which has to be said to count as done.
    version = publish(case=world.case(MARITAL), name="Có nhánh, sửa", steps=_with_land(), now=world.now)
    form = shown(world, "tuan", dossier, "?do=move_version")
    assert "Nhánh của phiên bản mới coi là đã xong" in form
    mapped = {"step-economy": "economy", "step-department": "department"}
    lost = take(world, "tuan", dossier, "move_version", version=version.pk, reason=WHY, **mapped)
    assert lost.status_code == 422
    assert "Nhánh “Land” của phiên bản mới chưa có bước nào của hồ sơ" in lost.content.decode()
    moved = take(
        world, "tuan", dossier, "move_version", version=version.pk, reason=WHY, done=["land"], **mapped
    )
    assert moved.status_code == 302
    after = shown(world, "dung", dossier)
    assert "Chuyển sang phiên bản quy trình khác" in after
    assert "Economy; Department" in after
    assert after.count('aria-labelledby="ask-') == 2
    done = take(world, "dung", dossier, "complete", run=run_of(dossier, "economy").pk, note="Đồng ý.")
    assert done.status_code == 302
    browser = world.client("tuan")
    browser.cookies["motcua_language"] = "en"
    assert browser.get(page(dossier)).status_code == 200


def _with_land() -> tuple[StepSpec, ...]:
    """The branched process with one branch more."""
    land = replace(next(one for one in BRANCHED if one.key == "department"), key="land", name="Land", agency="",
                   unit="economy")  # fmt: skip
    forked = fork("opinions", "met", "culture", "economy", "department", "land")
    return (BRANCHED[0], forked, *BRANCHED[2:6], land, *BRANCHED[6:])
