"""Processes on screen: a draft by forms alone, its faults beside the rows, publication, files, two authors, moving dossiers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from motcua.processing import actions, authoring, bpmn, tables
from motcua.processing.checks import problems
from motcua.processing.definitions import current_process, process
from motcua.processing.models import ProcessDraft, ProcessVersion, StepRun
from tests import factories
from tests.factories import BUILDING, MARITAL, World

SAMPLES = Path(__file__).parents[2] / "processing" / "bpmn" / "samples"
REASON = "Quyết định 1234/QĐ-UBND về quy trình nội bộ"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No version of one test, which is rolled back, in the memory of another."""
    yield
    current_process.forget()
    process.forget()


class Author:
    """Somebody at the studio, who sends the forms of the pages as they stand."""

    def __init__(self, world: World, code: str = MARITAL, who: str = "toan", key: str = "") -> None:
        self.world, self.browser = world, world.client(who)
        self.case = None if key else world.case(code)
        self.path = f"/studio/processes/{key or self.case}/"

    def get(self, end: str = "") -> str:
        answer = self.browser.get(self.path + end)
        assert answer.status_code == 200, (end, answer.status_code)
        return str(answer.content.decode())

    def post(self, end: str = "", expect: int = 302, **data: Any) -> Any:
        data.setdefault("revision", self.revision)
        answer = self.browser.post(self.path + end, data)
        assert answer.status_code == expect, (end, answer.status_code, answer.content.decode()[:3000])
        return answer

    @property
    def revision(self) -> int:
        return authoring.draft_of(self.case).revision

    def add(self, name: str, kind: str = "task", after: str = "") -> str:
        to = self.post(what="add", name=name, kind=kind, after=after).headers["Location"]
        found = re.search(r"/rows/([a-z0-9_]+)/", to)
        assert found is not None, to
        return found[1]

    def row(self, key: str, /, expect: int = 302, **data: Any) -> Any:
        step = authoring.draft_of(self.case).table.row(key)
        assert step is not None
        usual = {"key": key, "name": step.name, "name_en": step.name_en, "role": step.role, "unit_rule": step.unit_rule,
                 "unit": step.unit, "agency": step.agency, "permits": list(step.permits), "does": step.does, "join": step.join}  # fmt: skip
        ways = (
            {f"to-{name}": to or "@end" for name, to in step.outcomes.items()} if step.kind == "task" else {}
        )
        return self.post(f"rows/{key}/", expect, **{**usual, **ways, **data})

    def lose(self, key: str) -> None:
        """The draft without a row that others lead to."""
        written = authoring.draft_of(self.case)
        actions.save_draft(
            actor=self.world.officer("toan"), case=self.case, revision=written.revision,
            table=written.table.without(key), change="removed", row=key, now=self.world.now,
        )  # fmt: skip

    @property
    def steps(self) -> dict[str, Any]:
        return {step.key: step for step in authoring.draft_of(self.case).table.steps}


def with_branches(author: Author) -> None:
    """Two opinions at once between receipt and appraisal, by the forms alone."""
    fork = author.add("Lấy ý kiến song song", "fork", "receive")
    join = author.add("Chờ đủ ý kiến", "join", fork)
    land = author.add("Ý kiến địa chính", "task", fork)
    fire = author.add("Ý kiến hộ tịch", "task", land)
    for key in (land, fire):
        author.row(
            key,
            **{
                "role": "civil_servant",
                "unit_rule": "responsible",
                "to-complete": join,
                "time": "2",
                "time_unit": "hour",
            },
        )
    author.row(fork, **{"way-0-to": land, "way-1-to": fire, "join": join})
    author.row(join, **{"to-on": "appraise"})
    author.row("receive", **{"to-receive": fork})


def test_a_process_with_two_branches_is_built_by_forms_published_and_followed(world: World) -> None:
    author = Author(world)
    with_branches(author)
    assert problems(list(author.steps.values())) == []
    page = author.get()
    assert "Quy trình hợp lệ" in page
    assert page.count("<svg") == 1 + page.split("<main")[0].count("<svg")
    assert "Ý kiến địa chính" in author.get("publish/")
    author.post("publish/", reason=REASON)
    version = ProcessVersion.objects.get(case=author.case)
    assert version.reason == REASON
    filed = factories.filed_dossier(world)
    run = StepRun.objects.get(dossier=filed, closed_at=None)
    assert run.step.process_id == version.pk
    from motcua.processing import actions as desk

    desk.receive(actor=factories.actor_for(world, run), run_id=run.pk, now=world.now)
    names = StepRun.objects.filter(dossier=filed, closed_at=None).values_list("step__name", flat=True)
    assert sorted(names) == ["Ý kiến hộ tịch", "Ý kiến địa chính"]


def test_what_is_wrong_stands_beside_its_row_in_both_languages(world: World) -> None:
    author = Author(world)
    author.lose("sign")
    page = author.get()
    row = page.split('id="row-appraise"')[1].split("</tr>")[0]
    assert "Dẫn đến bước không còn trong bảng" in row
    assert "Không còn bước" in page.split("<svg")[-1]
    author.browser.cookies["motcua_language"] = "en"
    english = author.get().split('id="row-appraise"')[1].split("</tr>")[0]
    assert "Dẫn đến" not in english
    assert author.post("publish/", 422, reason=REASON)
    assert not ProcessVersion.objects.filter(case=author.case).exists()


def test_rows_move_up_and_down_and_by_dragging(world: World) -> None:
    author = Author(world)
    author.post(what="down", row="receive")
    assert list(author.steps) == ["appraise", "receive", "sign", "return"]
    author.post(what="up", row="receive")
    assert list(author.steps) == ["receive", "appraise", "sign", "return"]
    author.post(what="order", order=["receive", "sign", "appraise", "return"])
    assert list(author.steps) == ["receive", "sign", "appraise", "return"]
    author.post(expect=422, what="order", order=["receive", "sign"])


def test_a_row_is_edited_whole(world: World) -> None:
    author = Author(world)
    author.row(
        "appraise", key="tham_dinh", name="Thẩm định", name_en="Appraisal", role="head", unit_rule="named", unit="KT",
        agency="other", agency_code="H56.15", time="3", time_unit="day", result="Tờ trình", permits=["consult"],
        **{"to-reject": "", "to-complete": "sign"},
    )  # fmt: skip
    step = author.steps["tham_dinh"]
    assert (step.name, step.name_en, step.role, step.unit, step.agency) == (
        "Thẩm định",
        "Appraisal",
        "head",
        "KT",
        "H56.15",
    )
    assert (step.working_minutes, step.result, step.permits) == (1440, "Tờ trình", ("consult",))
    assert step.outcomes == {"propose": "sign", "complete": "sign"}
    assert author.steps["receive"].outcomes["receive"] == "tham_dinh"
    form = author.get("rows/tham_dinh/")
    assert 'value="3"' in form
    assert "H56.15" in form


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "  ", "Nhập tên bước."),
        ("key", "Thẩm định", "Mã bước “Thẩm định” chưa đúng"),
        ("key", "sign", "Mã này đã dùng"),
        ("time", "-4", "Nhập thời gian"),
        ("time", "1e9", "Nhập thời gian"),
        ("time", "999999", "Nhập thời gian"),
        ("unit_rule", "named", "Nhập mã đơn vị."),
        ("agency", "other", "Nhập mã cơ quan."),
    ],
)
def test_a_bad_row_is_refused_and_what_was_typed_stays(
    world: World, field: str, typed: str, said: str
) -> None:
    author = Author(world)
    answer = author.row("appraise", 422, **{"result": "Gõ dở dang", "time_unit": "day", field: typed})
    page = answer.content.decode()
    assert said in page
    assert "Gõ dở dang" in page
    assert not ProcessDraft.objects.exists()


def test_conditions_are_data_chosen_from_the_form_and_shown_as_a_sentence(world: World) -> None:
    author = Author(world, BUILDING)
    key = author.add("Rẽ theo kênh", "choice", "receive")
    author.row(
        key,
        **{
            "way-0-to": "appraise", "way-0-0-field": "dossier.channel", "way-0-0-op": "in", "way-0-0-value": "trực tuyến, post",
            "way-0-word": "all", "way-0-1-field": "dossier.online", "way-0-1-op": "eq", "way-0-1-value": "có",
            "way-1-to": "appraise", "way-1-0-field": "dossier.applicant_kind", "way-1-0-op": "filled",
            "to-else": "sign",
        },
    )  # fmt: skip
    step = author.steps[key]
    assert list(step.conditions.values()) == [
        {"all": [{"field": "dossier.channel", "op": "in", "value": ["online", "post"]},
                 {"field": "dossier.online", "op": "eq", "value": True}]},
        {"field": "dossier.applicant_kind", "op": "filled"},
    ]  # fmt: skip
    assert step.outcomes == {"w1": "appraise", "w2": "appraise", "else": "sign"}
    page = author.get()
    assert "Kênh nộp là một trong “trực tuyến”, “bưu chính công ích” và Nộp trực tuyến là có" in page
    form = author.get(f"rows/{key}/")
    assert 'value="trực tuyến, bưu chính công ích"' in form
    wrong = author.row(
        key, 422,
        **{"way-0-to": "sign", "way-0-0-field": "dossier.channel", "way-0-0-op": "eq", "way-0-0-value": "bồ câu"},
    )  # fmt: skip
    assert "Giá trị phải là một trong" in wrong.content.decode()
    none = author.row(key, 422, **{"way-0-to": "sign"})
    assert "Chọn ít nhất một điều kiện" in none.content.decode()
    unknown = author.row(
        key,
        422,
        **{"way-0-to": "sign", "way-0-0-field": "os.system", "way-0-0-op": "eq", "way-0-0-value": "1"},
    )
    assert "không có trong biểu mẫu" in unknown.content.decode()


def test_a_field_of_the_form_is_compared_with_a_value_of_its_kind(world: World) -> None:
    author = Author(world, MARITAL)
    page = author.get(f"rows/{author.add('Rẽ', 'choice', 'receive')}/")
    from motcua.web.studio.processes import reading

    form = reading.fields_form(author.case)
    assert form is not None
    field = next(f for f in form.fields if f.choices and not f.columns)
    code = field.choices.options[0].code
    assert f'value="{field.id}"' in page
    author.row("re", **{"way-0-to": "appraise", "way-0-0-field": field.id, "way-0-0-op": "eq",
                        "way-0-0-value": field.choices.options[0].label("vi"), "to-else": "sign"})  # fmt: skip
    assert author.steps["re"].conditions == {"w1": {"field": field.id, "op": "eq", "value": code}}


def test_two_authors_the_second_is_refused_with_the_difference_and_may_save_again(world: World) -> None:
    author = Author(world)
    read = author.revision
    author.row("appraise", name="Tên của người thứ nhất")
    answer = author.row("appraise", 409, name="Tên của người thứ hai", revision=read)
    page = answer.content.decode()
    assert "Tên của người thứ nhất" in page.split("Khác biệt của bước này", 1)[1]
    assert 'value="Tên của người thứ hai"' in page
    assert world.account("toan").full_name in page
    assert author.steps["appraise"].name == "Tên của người thứ nhất"
    again = re.search(r'name="revision" value="(\d+)"', page)
    assert again is not None
    author.row("appraise", name="Tên của người thứ hai", revision=int(again[1]))
    assert author.steps["appraise"].name == "Tên của người thứ hai"
    stale = author.post(expect=409, what="remove", row="sign", revision=read).content.decode()
    assert "Đã thay đổi từ khi Ông/Bà mở trang" in stale
    assert "sign" in author.steps


def test_settings_and_policy(world: World) -> None:
    author = Author(world)
    author.post(what="settings", name="Quy trình riêng", ineligible_within="3", ineligible_within_unit="wd",
                after_supplement="restart", silence_closes="15", silence_closes_unit="wd")  # fmt: skip
    policy = authoring.draft_of(author.case).table.policy
    assert policy.written() == {
        "ineligible_within": "3wd",
        "after_supplement": "restart",
        "silence_closes": "15wd",
    }
    assert "đóng hồ sơ sau 15 ngày làm việc không trả lời" in author.get()
    for bad in ({"silence_closes": "0", "silence_closes_unit": "wd"}, {"silence_closes": "5", "silence_closes_unit": "năm"},
                {"after_supplement": "never"}):  # fmt: skip
        answer = author.post(expect=422, what="settings", name="Gõ dở", **bad)
        assert 'value="Gõ dở"' in answer.content.decode()


def test_before_publishing_one_sees_what_differs_and_whom_it_touches(world: World) -> None:
    factories.filed_dossier(world)
    author = Author(world)
    author.row("appraise", name="Thẩm tra")
    page = author.get("publish/")
    assert "<del>Thẩm định hồ sơ</del>" in page
    assert "<ins>Thẩm tra</ins>" in page
    assert "1 hồ sơ đang mở ở lại bản chung 1" in page
    short = author.post("publish/", 422, reason="ngắn").content.decode()
    assert 'id="reason-error"' in short
    author.post("publish/", reason=REASON)
    assert "1 hồ sơ đang mở theo bản chung 1" in author.get()
    old = ProcessVersion.objects.get(case=author.case)
    version = author.get(f"?version={old.pk}")
    assert REASON in version
    assert 'name="what" value="add"' not in version
    listing = world.client("tuan").get("/studio/processes/").content.decode()
    assert "Riêng, phiên bản 1" in listing
    assert "(bản cũ)" in listing


def test_whoever_reads_sees_no_form_and_posts_nothing(world: World) -> None:
    reader = Author(world, who="tuan")
    page = reader.get()
    assert "<svg" in page
    assert 'name="what"' not in page
    for end in ("", "publish/", "import/"):
        assert reader.browser.post(reader.path + end, {"what": "discard", "revision": 0}).status_code == 404
    for who in ("minh", "lan", "nguoila"):
        assert world.client(who).get(reader.path).status_code == 404


def test_unknown_things_are_not_there(world: World) -> None:
    author = Author(world)
    other = ProcessVersion.objects.create(
        case_id=world.case(BUILDING), number=1, name="x", published_at=world.now
    )
    for end in ("rows/khong_co/", "rows/Sai/", "export/pdf/", f"?version={other.pk}", "?version=x", "export/json/?version=999999999",
                f"dossiers/?version={other.pk}"):  # fmt: skip
        assert author.browser.get(author.path + end).status_code == 404, end
    for key in ("999999", "x", "²", "9" * 30):
        assert author.browser.get(f"/studio/processes/{key}/").status_code == 404
    assert author.browser.post(author.path, {"what": "drop", "revision": 0}).status_code == 404


# --- files ----------------------------------------------------------------------------------------------------------


def tried(author: Author, data: bytes, expect: int = 200) -> str:
    file = SimpleUploadedFile("quy-trinh.bpmn", data)
    return str(author.post("import/", expect, what="try", file=file).content.decode())


def test_a_file_is_tried_first_and_taken_when_asked(world: World) -> None:
    author = Author(world)
    page = tried(author, (SAMPLES / "camunda-modeler.bpmn").read_bytes())
    assert "Xem thử: chưa lưu gì" in page
    assert "đoán vị trí theo tên làn “Bộ phận Một cửa”" in page
    assert not ProcessDraft.objects.exists()
    found = re.search(r'name="table" value="([^"]*)"', page)
    assert found is not None
    import html

    author.post("import/", what="take", change="imported", table=html.unescape(found[1]))
    assert "ky_giay_phep" in author.steps
    assert "Nhập từ tệp" in author.get()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Vui lòng chọn tệp."),
        (b"{", "Tệp JSON bị hỏng."),
        (b'{"steps": [{"key": "A"}]}', "Mã bước “A” chưa đúng"),
        (b"[" * 100_000, "Tệp không phải XML"),
        (b'{"steps":' + b"[" * 100_000, "Tệp JSON bị hỏng."),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "DOCTYPE"),
        (b" " * 2_200_000 + b"<a/>", "Tệp quá lớn"),
        (
            (SAMPLES / "camunda-expressions.bpmn").read_bytes(),
            "Phần tử “f3” (sequenceFlow, dòng 9): điều kiện là mã lệnh",
        ),
    ],
)
def test_a_file_that_is_not_read_says_why(world: World, data: bytes, said: str) -> None:
    author = Author(world)
    assert said in tried(author, data, 422)
    assert not ProcessDraft.objects.exists()


def test_export_and_import_give_the_same_process(world: World) -> None:
    author = Author(world)
    with_branches(author)
    table = authoring.draft_of(author.case).table
    answer = author.browser.get(author.path + "export/bpmn/")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="quy-trinh-{MARITAL}.bpmn"'
    assert bpmn.read(answer.content).table == table
    assert tables.read(json.loads(author.browser.get(author.path + "export/json/").content)) == table
    author.lose("sign")
    assert author.browser.get(author.path + "export/bpmn/").status_code == 302
    version = authoring.followed(author.case)
    assert version is not None
    assert (
        b"bpmn:definitions" in author.browser.get(f"{author.path}export/bpmn/?version={version.pk}").content
    )


def test_a_process_is_copied_from_another_procedure(world: World) -> None:
    first = Author(world)
    first.row("appraise", name="Thẩm tra")
    first.post("publish/", reason=REASON)
    version = ProcessVersion.objects.get(case=first.case)
    other = Author(world, BUILDING)
    page = other.post("import/", 200, what="copy", source=version.pk).content.decode()
    assert "<ins>Thẩm tra</ins>" in page
    assert (
        "Chọn quy trình để chép." in other.post("import/", 422, what="copy", source="77777").content.decode()
    )


# --- moving ---------------------------------------------------------------------------------------------------------


def test_open_dossiers_are_moved_with_a_reason_and_refused_ones_say_why(world: World) -> None:
    early, later = factories.filed_dossier(world), factories.filed_dossier(world)
    factories.advance(world, later, "received")
    author = Author(world)
    author.row("appraise", key="tham_tra")
    author.post("publish/", reason=REASON)
    old = StepRun.objects.filter(dossier=early).get().step.process_id
    new = ProcessVersion.objects.get(case=author.case)
    head = Author(world, who="tuan")
    page = head.get(f"dossiers/?version={old}")
    assert early.code in page
    assert later.code in page
    assert early.code not in Author(world, who="toan").get(f"dossiers/?version={old}")
    data: dict[str, Any] = {"target": new.pk, "dossier": [early.pk, later.pk], "map-receive": "receive"}
    end = f"dossiers/?version={old}"
    assert 'id="reason-error"' in head.post(end, 422, **data, reason="x").content.decode()
    assert "Chọn ít nhất một hồ sơ." in head.post(end, 422, target=new.pk, reason=REASON).content.decode()
    assert (
        "phiên bản mới hơn" in head.post(end, 409, **{**data, "target": old}, reason=REASON).content.decode()
    )
    done = head.post(end, 200, **data, reason=REASON).content.decode()
    assert "Đã chuyển 1 trên 2 hồ sơ" in done
    assert f"{later.code}: Phiên bản mới không có bước được chọn" in done
    again = head.post(
        end, 200, **{**data, "map-appraise": "tham_tra", "dossier": [later.pk]}, reason=REASON
    ).content.decode()
    assert "Đã chuyển 1 trên 1 hồ sơ" in again
    assert set(
        StepRun.objects.filter(closed_at=None, dossier__in=[early, later]).values_list(
            "step__process", flat=True
        )
    ) == {new.pk}
    # A stranger's dossier is not moved by naming it.
    assert Author(world, who="hung").post(end, 200, **data, reason=REASON).content.decode().count("✓") == 0


# --- cost -----------------------------------------------------------------------------------------------------------


def queries(author: Author, path: str) -> int:
    author.browser.get(path)
    with CaptureQueriesContext(connection) as caught:
        assert author.browser.get(path).status_code == 200
    return len(caught)


def test_lists_cost_the_same_for_many_rows(world: World) -> None:
    author = Author(world, who="tuan")
    few = queries(author, "/studio/processes/?q=2.000815")
    assert queries(author, "/studio/processes/") <= few + 1
    factories.filed_dossier(world)
    version = authoring.followed(author.case)
    assert version is not None
    one = queries(author, f"{author.path}dossiers/?version={version.pk}")
    for _ in range(3):
        factories.filed_dossier(world)
    assert queries(author, f"{author.path}dossiers/?version={version.pk}") == one
    writer = Author(world)
    before = queries(writer, writer.path)
    with_branches(writer)
    assert queries(writer, writer.path) <= before + 4
