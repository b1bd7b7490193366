"""The diagram of a process as a place to work: what is offered at a box or a line, each change, undo, two authors, strangers."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from motcua.processing import authoring
from motcua.processing.checks import problems
from motcua.processing.definitions import current_process, process
from motcua.processing.models import ProcessDraft, ProcessVersion
from motcua.processing.tables import linked
from tests.factories import MARITAL, World
from tests.web.studio.test_processes import REASON, Author, queries

ON = {"on": "diagram"}
RECEIVE = "receive:receive"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No version of one test, which is rolled back, in the memory of another."""
    yield
    current_process.forget()
    process.forget()


class Drawer(Author):
    """An author at the diagram."""

    def draw(self, what: str, expect: int = 302, **data: Any) -> Any:
        return self.post(expect=expect, what=what, **{**ON, **data})

    def insert(self, name: str, kind: str = "task", line: Any = RECEIVE, **data: Any) -> str:
        to = self.draw("insert", name=name, kind=kind, line=line, **data).headers["Location"]
        found = re.search(r"\?at=([a-z0-9_]+)&saved=1&on=diagram#picture", to)
        assert found is not None, to
        return found[1]

    def panel(self, end: str) -> str:
        return html.unescape(self.get(end).split('id="panel"')[1].split("</section>")[0])

    def ways(self, key: str) -> dict[str, str | None]:
        return dict(self.steps[key].outcomes)


@pytest.mark.parametrize(
    ("kind", "more", "on"),
    [
        ("task", {"role": "head"}, {"complete": "appraise"}),
        ("auto", {"does": "notify"}, {"on": "appraise"}),
        ("choice", {}, {"else": "appraise"}),
    ],
)
def test_a_step_is_put_on_a_line(world: World, kind: str, more: dict[str, str], on: dict[str, str]) -> None:
    author = Drawer(world)
    assert "Chèn bước vào đường này" in author.panel(f"?line={RECEIVE}")
    key = author.insert("Kiểm tra thực địa", kind, **more)
    assert list(author.steps)[:3] == ["receive", key, "appraise"]
    assert author.ways("receive") == {"receive": key, "refuse": None}
    assert author.ways(key) == on
    step = author.steps[key]
    assert (step.role, step.does) == (more.get("role", ""), more.get("does", ""))
    assert (step.unit_rule == "leaders") == (kind == "task")
    page = author.get(f"?at={key}&saved=1&on=diagram")
    assert "Chèn bước “Kiểm tra thực địa” trên sơ đồ" in page
    assert "Đã lưu bản thảo" in page.split('id="picture"')[1].split("<svg")[0]


def test_a_fork_comes_with_its_branches_and_its_join_and_is_taken_out_whole(world: World) -> None:
    author = Drawer(world)
    fork = author.insert("Lấy ý kiến", "fork", role="civil_servant")
    assert list(author.steps)[1:6] == [fork, "nhanh_1", "nhanh_2", f"{fork}_du", "appraise"]
    assert author.steps[f"{fork}_du"].name == "Chờ đủ: Lấy ý kiến"
    assert problems(list(author.steps.values())) == []
    assert "Quy trình hợp lệ" in author.get()
    author.draw("branch", row=fork)
    assert author.steps["nhanh_3"].name == "Nhánh 3"
    author.insert("Ý kiến thứ hai", line=f"{fork}:b2", role="head")
    author.row("nhanh_3", role="civil_servant")
    assert problems(list(author.steps.values())) == []
    panel = author.panel(f"?at={fork}_du")
    assert "Bỏ cả đoạn song song (6 bước)" in panel
    assert "“Tiếp nhận hồ sơ” dẫn thẳng đến “Thẩm định hồ sơ”" in panel
    before = list(authoring.beginning(author.case).steps)
    assert "quy trình bắt đầu từ “Lấy ý kiến”" in author.panel("?at=receive")
    author.draw("remove", row=f"{fork}_du")
    assert list(author.steps.values()) == before


def test_a_box_is_moved_doubled_and_taken_out(world: World) -> None:
    author = Drawer(world)
    key = author.insert("Kiểm tra thực địa", role="head")
    assert "Thẩm định hồ sơ: Trình ký → Ký duyệt kết quả" in author.panel(f"?at={key}")
    author.draw("move_to", row=key, line="appraise:propose")
    assert author.ways("receive")["receive"] == "appraise"
    assert author.ways("appraise")["propose"] == key
    assert author.ways(key) == {"complete": "sign"}
    author.draw("duplicate", row=key)
    assert author.ways(key) == {"complete": f"{key}_2"}
    assert author.steps[f"{key}_2"].name == "Kiểm tra thực địa (bản sao)"
    author.draw("remove", row=f"{key}_2")
    author.draw("remove", row=key)
    assert list(author.steps.values()) == list(authoring.beginning(author.case).steps)
    refused = author.draw("move_to", 422, row="sign", line="sign:sign").content.decode()
    assert "đi ra từ chính bước đó" in refused
    assert 'id="panel"' in refused


def test_lines_are_led_elsewhere_added_and_cut(world: World) -> None:
    author = Drawer(world)
    author.draw("way", row="appraise", outcome="complete", to="sign")
    panel = author.panel("?line=appraise:complete")
    assert panel.count('type="checkbox" name="line"') == 2
    author.draw("lead", line="appraise:complete", to="return")
    assert author.ways("appraise") == {"propose": "sign", "complete": "return", "reject": None}
    author.draw("lead", line="appraise:complete", to="@end")
    assert author.ways("appraise")["complete"] is None
    author.draw("cut", line="appraise:complete appraise:reject")
    assert author.ways("appraise") == {"propose": "sign"}
    author.draw("lead", line="@start:on", to="sign")
    assert next(iter(author.steps)) == "sign"
    assert "Bắt đầu từ bước “Ký duyệt kết quả”" in author.get()
    for what, data in (
        ("lead", {"line": "@start:on", "to": "@end"}),
        ("lead", {"line": RECEIVE, "to": ""}),
        ("way", {"row": "receive", "outcome": "receive", "to": "sign"}),
        ("branch", {"row": "sign"}),
        ("insert", {"line": RECEIVE, "name": " ", "kind": "task"}),
        ("insert", {"line": RECEIVE, "name": "Chờ", "kind": "join"}),
    ):
        assert "error-summary" in author.draw(what, 422, **data).content.decode()


def test_what_led_to_a_box_without_one_way_on_leads_to_what_is_missing_and_can_be_led_anew(
    world: World,
) -> None:
    author = Drawer(world)
    key = author.insert("Rẽ theo kênh", "choice")
    author.row(key, **{"way-0-to": "sign", "way-0-0-field": "dossier.online", "way-0-0-op": "eq",
                       "way-0-0-value": "có", "to-else": "appraise"})  # fmt: skip
    assert "“Tiếp nhận hồ sơ” sẽ dẫn đến chỗ trống" in author.panel(f"?at={key}")
    author.draw("remove", row=key)
    assert not linked(list(author.steps.values()))
    page = author.get("?saved=1&on=diagram")
    assert "Chọn lại nơi đến ở chỗ được đánh dấu" in page
    assert "mc-process__missing" in page
    author.draw("lead", line=RECEIVE, to="appraise")
    assert list(author.steps.values()) == list(authoring.beginning(author.case).steps)


def test_every_change_can_be_undone_from_the_page(world: World) -> None:
    author = Drawer(world)
    assert 'value="undo"' not in author.get()
    key = author.insert("Kiểm tra thực địa")
    assert 'value="undo"' in author.get(f"?at={key}&saved=1&on=diagram").split('id="picture"')[1]
    author.post(what="settings", name="Tên khác", after_supplement="")
    author.draw("undo")
    author.draw("undo")
    assert list(author.steps.values()) == list(authoring.beginning(author.case).steps)
    assert "Hoàn tác thay đổi gần nhất" in author.get()
    assert "Không còn thay đổi nào để hoàn tác." in author.draw("undo", 422).content.decode()


def test_the_second_of_two_authors_is_told_and_loses_nothing(world: World) -> None:
    author = Drawer(world)
    read = author.revision
    first = author.insert("Của người thứ nhất")
    stale = author.draw(
        "insert", 409, line=RECEIVE, name="Của người thứ hai", kind="auto", does="notify", revision=read
    ).content.decode()
    assert "Đã thay đổi từ khi Ông/Bà mở trang" in stale
    assert "Chèn bước “Của người thứ nhất” trên sơ đồ" in stale
    panel = stale.split('id="panel"')[1]
    assert 'value="Của người thứ hai"' in panel
    assert 'value="auto" selected' in panel
    assert list(author.steps)[1] == first
    # The line is there no more: what was typed stands in the form of the table.
    author.draw("cut", line=RECEIVE)
    gone = author.draw(
        "insert", 409, line=RECEIVE, name="Của người thứ hai", kind="auto", revision=read
    ).content.decode()
    assert 'id="panel"' not in gone
    assert 'value="Của người thứ hai"' in gone
    for what, data in (
        ("remove", {"row": first}),
        ("move_to", {"row": "sign", "line": RECEIVE}),
        ("lead", {"line": RECEIVE, "to": "sign"}),
        ("way", {"row": "sign", "outcome": "complete", "to": "return"}),
        ("undo", {}),
    ):
        assert "Đã thay đổi từ khi" in author.draw(what, 409, revision=read, **data).content.decode()


def test_rows_and_lines_that_are_not_there(world: World) -> None:
    author = Drawer(world)
    for end in ("?at=nobody", "?at=", "?line=", "?line=receive", "?line=receive:sign", "?line=nobody:on"):
        assert author.browser.get(author.path + end).status_code == 404, end
    for what, data in (
        ("insert", {"line": "receive:sign", "name": "Bước", "kind": "task"}),
        ("insert", {"name": "Bước", "kind": "task"}),
        ("move_to", {"row": "nobody", "line": RECEIVE}),
        ("lead", {"line": RECEIVE, "to": "nobody"}),
        ("cut", {"line": "@start:on"}),
        ("way", {"row": "nobody", "outcome": "complete", "to": "sign"}),
        ("branch", {"row": "nobody"}),
        ("duplicate", {"row": "nobody"}),
        ("remove", {"row": "nobody"}),
    ):
        author.draw(what, 404, **data)
    assert not ProcessDraft.objects.exists()


def test_whoever_reads_changes_nothing_and_is_offered_nothing(world: World) -> None:
    reader = Drawer(world, who="tuan")
    page = reader.get("?at=receive")
    assert 'id="panel"' not in page
    assert "mc-process__plus" not in page
    for who in ("tuan", "minh", "lan", "nguoila"):
        for what in ("insert", "move_to", "lead", "cut", "way", "branch", "duplicate", "remove", "undo"):
            data = {"what": what, "revision": 0, "row": "sign", "line": RECEIVE, "to": "sign", "name": "Bước"}
            assert world.client(who).post(reader.path, {**ON, **data}).status_code == 404
    author = Drawer(world)
    author.insert("Kiểm tra thực địa", role="head")
    author.post("publish/", reason=REASON)
    version = ProcessVersion.objects.get(case=world.case(MARITAL))
    old = author.get(f"?version={version.pk}")
    assert "mc-process__plus" not in old
    assert 'value="undo"' not in old


def test_the_page_costs_the_same_with_a_panel_and_with_many_rows(world: World) -> None:
    author = Drawer(world)
    author.insert("Bước 0", role="head")
    few = queries(author, author.path)
    for end in ("?at=receive", f"?line={RECEIVE}"):
        assert queries(author, author.path + end) == few
    for number in range(1, 6):
        author.insert(f"Bước {number}", "fork", role="head")
    assert queries(author, author.path + "?at=receive") == few


def test_the_panel_in_english(world: World) -> None:
    author = Drawer(world)
    author.browser.cookies["motcua_language"] = "en"
    for end in ("?at=sign", f"?line={RECEIVE}"):
        panel = re.sub(r"<option.*?</option>|lang=.vi.>[^<]*", "", author.panel(end))
        assert "Insert step" in panel or "Remove this step" in panel
        assert not re.search(r"[đĐơƠưƯ]", panel), panel
