"""Moving what stands in branches from the studio: a mapping for all, what cannot go on with it and why, and who is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.dossiers.models import Dossier
from motcua.processing import actions
from motcua.processing.definitions import DEFAULT, publish
from motcua.processing.models import StepRun
from motcua.processing.rules import StepSpec
from motcua.web.shared.wording import sentence
from tests import factories
from tests.factories import MARITAL, World
from tests.processing.test_checks import fork
from tests.processing.test_engine import BRANCHED, complete, open_keys, received, step

WHY = "Quyết định 1234/QĐ-UBND sửa quy trình nội bộ"
LAND = step("land", "civil_servant", "named", {"complete": "met"}, unit="economy")
#: The branched process with one branch more.
MORE = (
    BRANCHED[0], fork("opinions", "met", "culture", "economy", "department", "land"), *BRANCHED[2:6], LAND, *BRANCHED[6:],
)  # fmt: skip


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    factories.forget()


def two(world: World, steps: tuple[StepSpec, ...]) -> tuple[Dossier, Dossier, str, int]:
    """A dossier in three branches, one in two of them, the page that moves them, and the version they are moved to."""
    old = publish(case=world.case(MARITAL), name="Có nhánh", steps=BRANCHED, now=world.now)
    first, second = received(world), received(world)
    complete(world, second, "culture", "hoa")
    new = publish(case=world.case(MARITAL), name="Sửa", steps=steps, now=world.now)
    return first, second, f"/studio/processes/{world.case(MARITAL)}/dossiers/?version={old.pk}", new.pk


def sent(
    world: World, path: str, target: int, dossiers: list[Dossier], who: str = "tuan", **data: Any
) -> Any:
    given = {"target": target, "dossier": [one.pk for one in dossiers], "reason": WHY, **data}
    return world.client(who).post(path, given)


SAME = {f"map-{key}": key for key in ("culture", "economy", "department")}


def test_what_can_go_on_goes_on_and_the_rest_says_why(world: World) -> None:
    first, second, path, target = two(world, MORE)
    page = world.client("tuan").get(path).content.decode()
    assert "được chuyển cùng lúc cả các nhánh" in page
    assert page.count("Nhánh “Land” của phiên bản mới chưa có bước nào của hồ sơ") == 2
    assert 'type="checkbox" name="dossier"' in page
    assert "checked" not in page
    refused = sent(world, path, target, [first, second], **SAME).content.decode()
    assert "Đã chuyển 0 trên 2 hồ sơ" in refused
    done = sent(world, path, target, [first, second], done="land", **SAME).content.decode()
    assert "Đã chuyển 2 trên 2 hồ sơ" in done
    for dossier, keys in ((first, {"culture", "economy", "department"}), (second, {"economy", "department"})):
        assert open_keys(dossier) == keys
        runs = StepRun.objects.filter(dossier=dossier, closed_at=None)
        assert set(runs.values_list("step__process", flat=True)) == {target}
        assert world.client("tuan").get(f"/desk/dossiers/{dossier.code}/").status_code == 200


def test_the_page_says_what_stays_with_the_mapping_as_it_is(world: World) -> None:
    first, second, path, target = two(world, BRANCHED)
    page = world.client("tuan").get(path).content.decode()
    assert page.count(" checked") == 2
    assert "▲" not in page
    # What is chosen to stay stays: only the one that stands at no such step is moved.
    answer = sent(world, path, target, [first, second], **{**SAME, "map-culture": ""}).content.decode()
    assert "Đã chuyển 1 trên 2 hồ sơ" in answer
    assert f"{first.code}: Chưa chọn bước thay cho “Culture” nên hồ sơ ở lại phiên bản cũ." in answer


def test_what_is_being_signed_stays_and_the_page_says_so(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world), "proposed")
    run = factories.open_run(dossier)
    actions.sign(actor=world.officer("tuan"), run_id=run.pk, now=world.now + timedelta(days=1))
    publish(case=world.case(MARITAL), name="Mới", steps=DEFAULT, now=world.now)
    path = f"/studio/processes/{world.case(MARITAL)}/dossiers/?version={run.step.process_id}"
    page = world.client("tuan").get(path).content.decode()
    assert dossier.code in page
    assert sentence("result.being_signed", {}) in page
    assert " checked" not in page


def test_without_the_fork_nothing_is_moved_and_it_is_said_in_both_languages(world: World) -> None:
    first, _second, path, target = two(world, DEFAULT)
    mapped = dict.fromkeys(SAME, "appraise")
    answer = sent(world, path, target, [first], **mapped).content.decode()
    assert "Đã chuyển 0 trên 1 hồ sơ" in answer
    assert "không nằm trong nhánh tương ứng" in answer
    browser = world.client("tuan")
    browser.cookies["motcua_language"] = "en"
    answer = browser.post(
        path, {"target": target, "dossier": [first.pk], "reason": WHY, **mapped}
    ).content.decode()
    assert "is not in a branch that matches" in answer


@pytest.mark.parametrize("who", ["thu", "minh", "lan", "hung"])
def test_a_stranger_moves_nothing(world: World, who: str) -> None:
    first, _second, path, target = two(world, BRANCHED)
    answer = sent(world, path, target, [first], who=who, **SAME)
    assert answer.status_code in (403, 404) or "✓" not in answer.content.decode()
    assert not StepRun.objects.filter(dossier=first, closed_at=None, step__process=target).exists()


def test_many_dossiers_in_branches_cost_as_much_as_one(world: World) -> None:
    _first, _second, path, _target = two(world, MORE)

    def queries() -> int:
        browser = world.client("tuan")
        browser.get(path)
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(path).status_code == 200
        return len(caught)

    few = queries()
    again = publish(case=world.case(MARITAL), name="Có nhánh", steps=BRANCHED, now=world.now)
    for _ in range(4):
        received(world)
    publish(case=world.case(MARITAL), name="Sửa", steps=MORE, now=world.now)
    path = path.rsplit("=", 1)[0] + f"={again.pk}"
    assert queries() <= few
