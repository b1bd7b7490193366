"""Forms on screen: written by the boxes of the pages alone, tried, compared, published by one or by two, from files and to
files, from the library; two authors; and who sees any of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from motcua.catalogue.forms import actions, drafts
from motcua.catalogue.models import Level, Procedure, ProcedureCase, Service
from motcua.dossiers import bundles
from motcua.eforms import editing
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.forms import check_definition
from motcua.eforms.models import FormBlock, FormDraft, FormVersion
from motcua.kernel.actors import Role
from motcua.organisations.models import Agency, Holding, Post, Unit
from motcua.web.studio.forms import reading
from tests import factories
from tests.factories import BIRTH, COPIES, MARITAL, World

REASON = "Tờ khai mới theo Thông tư 04/2026/TT-BTP"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No version of one test, which is rolled back, in the memory of another."""
    yield
    bundles.newest_form.forget()
    bundles.form_of.forget()


class Author:
    """Somebody at the studio, who sends the forms of the pages as they stand."""

    def __init__(self, world: World, key: str = COPIES, who: str = "toan") -> None:
        self.world, self.key, self.browser = world, key, world.client(who)
        self.path = f"/studio/forms/{key}/"

    def raw(self, end: str = "", expect: int = 200) -> str:
        answer = self.browser.get(self.path + end)
        assert answer.status_code == expect, (end, answer.status_code)
        return str(answer.content.decode())

    def get(self, end: str = "", expect: int = 200) -> str:
        return unescape(self.raw(end, expect))

    def post(self, end: str = "", expect: int = 302, **data: Any) -> Any:
        data.setdefault("revision", self.revision)
        answer = self.browser.post(self.path + end, data)
        assert answer.status_code == expect, (
            end,
            answer.status_code,
            unescape(answer.content.decode())[2000:9000],
        )
        return answer

    @property
    def revision(self) -> int:
        return drafts.written(self.key).revision

    @property
    def definition(self) -> dict[str, Any]:
        return drafts.written(self.key).definition

    def section(self, title: str) -> str:
        to = self.post(what="add_section", title_vi=title).headers["Location"]
        return to.rpartition("#section-")[2]

    def add(self, label: str, kind: str = "text", section: str = "", **more: Any) -> str:
        to = self.post(what="add", label_vi=label, kind=kind, part=section, **more).headers["Location"]
        found = re.search(r"/fields/([a-z0-9_]+)/", to)
        assert found, to
        return found[1]

    def boxes(self, end: str) -> dict[str, Any]:
        """What the page of a question, part or rule holds, as a browser would send it back."""
        return boxes(self.raw(end), f"{self.path}{end}")

    def write(self, name: str, expect: int = 302, **typed: Any) -> Any:
        return self.post(f"fields/{name}/", expect, **(self.boxes(f"fields/{name}/") | typed))

    def field(self, name: str) -> dict[str, Any]:
        return editing.field_of(self.definition, name)


def boxes(html: str, action: str) -> dict[str, Any]:
    """The first form of a page with this action: names to values, as it stands."""
    start = html.index(f'action="{action}')
    form = html[start : html.index("</form>", start)]
    found: dict[str, Any] = {}
    for tag in re.finditer(r"<input\b[^>]*>", form):
        name, kind = _attr(tag[0], "name"), _attr(tag[0], "type")
        if not name or (kind in ("radio", "checkbox") and " checked" not in tag[0]):
            continue
        value = _attr(tag[0], "value")
        if kind == "checkbox" and name in found:
            value = [*(found[name] if isinstance(found[name], list) else [found[name]]), value]
        found[name] = value
    for tag in re.finditer(r"<select\b([^>]*)>(.*?)</select>", form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', tag[2]) or re.search(
            r'<option value="([^"]*)"', tag[2]
        )
        found[_attr(tag[1], "name")] = unescape(chosen[1]) if chosen else ""
    for tag in re.finditer(r"<textarea\b([^>]*)>(.*?)</textarea>", form, re.DOTALL):
        found[_attr(tag[1], "name")] = unescape(tag[2])
    found.pop("csrfmiddlewaretoken", None)
    return found


def _attr(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def without_form(world: World) -> str:
    """A procedure that is offered and has no form yet."""
    using = ProcedureCase.objects.exclude(form_key=None).values("version__procedure")
    found = Procedure.objects.filter(current_version__isnull=False).exclude(pk__in=using).first()
    assert found is not None
    agency = Agency.objects.get(code=factories.AGENCY)
    Service.objects.create(agency=agency, procedure=found, level=Level.FULL, valid_from=date(2026, 1, 1))
    return found.national_code


def seat(world: World, who: str, code: str) -> None:
    """Somebody heads another agency as well."""
    unit = Unit.objects.filter(agency__code=code).first()
    assert unit is not None
    post = Post.objects.create(unit=unit, title="Giám đốc", role=Role.HEAD)
    Holding.objects.create(post=post, officer_id=world.officer(who).account, since=date(2026, 1, 1))


# --- writing ---------------------------------------------------------------------------------------------------------------


def test_a_form_is_written_by_the_pages_alone_tried_and_published(world: World) -> None:
    author = Author(world, without_form(world))
    assert "Biểu mẫu chưa hỏi gì" in author.get()
    part = author.section("Người đề nghị")
    name = author.add("Họ và tên", "name", part)
    author.write(name, label_en="Full name", required="yes", prefill="HoVaTen")
    why = author.add("Mục đích", "code", part)
    author.write(why, **{"o-0-vi": "Đi học", "o-0-en": "Study", "o-1-vi": "Việc khác", "o-1-code": "khac"})
    other = author.add("Việc gì", "text", part)
    author.write(
        other,
        required="yes",
        **{"show_if-0-field": why, "show_if-0-op": "eq", "show_if-0-value": "Việc khác"},
    )
    count = author.add("Số bản", "int", part)
    author.write(count, **{"s-min": "0", "s-max": "20", "s-unit": "bản"})

    assert author.field(name) == {
        "id": "ho_va_ten", "type": "name", "label": {"vi": "Họ và tên", "en": "Full name"}, "required": True, "prefill": "HoVaTen",
    }  # fmt: skip
    assert [one["code"] for one in author.field(why)["options"]] == ["di_hoc", "khac"]
    assert author.field(other)["show_if"] == {"field": why, "op": "eq", "value": "khac"}
    assert author.field(count) | {"min": 0, "max": 20, "unit": "bản"} == author.field(count)
    page = author.get()
    assert "hiện khi “Mục đích” là Việc khác" in page
    assert "Biểu mẫu hợp lệ: 4 câu hỏi." in page
    assert check_definition(author.definition) == []

    # Nothing can be filed yet; once it is published the procedure can.
    assert world.client("lan").get(f"/file/{author.key}/").status_code == 404
    assert "Thủ tục nộp được trực tuyến bằng biểu mẫu này" in author.get("publish/")
    author.post("publish/", what="publish", reason=REASON)
    version = FormVersion.objects.get(key=author.key)
    assert (version.number, version.reason, version.published_by.full_name) == (
        1,
        REASON,
        world.officer("toan").name,
    )
    assert ProcedureCase.objects.filter(
        version__procedure__current_version=F("version"), form_key=author.key
    ).exists()


def test_every_type_can_be_added_and_its_page_saved_as_it_stands(world: World) -> None:
    """A page that is saved untouched changes nothing: what it does not show is not lost, what it shows comes back."""
    author = Author(world)
    part = author.section("Mọi kiểu")
    for kind in FIELD_TYPES:
        name = author.add(f"Kiểu {kind.key}", kind.key, part)
        before = author.field(name)
        author.write(name)
        assert author.field(name) == before, kind.key


def test_what_is_longer_than_its_page_is_not_cut(world: World) -> None:
    author = Author(world)
    name = author.add("Chọn trong nhiều", "code", author.section("Danh sách dài"))
    many = [{"code": f"m{n}", "label": {"vi": f"Mục thứ {n}", "en": f"Item {n}"}} for n in range(400)]
    watched = [f"m{n}" for n in range(50)]
    longer = editing.put_field(author.definition, name, {**author.field(name), "options": many})
    longer, other = editing.add_field(longer, "text", {"vi": "Nói rõ"}, section="danh_sach_dai")
    shown = {"field": name, "op": "in", "value": watched}
    longer = editing.put_field(longer, other, {**editing.field_of(longer, other), "show_if": shown})
    actions.save_draft(
        actor=world.officer("toan"),
        key=author.key,
        revision=author.revision,
        definition=longer,
        change="imported",
        now=factories.NOW,
    )
    assert "Danh sách có 400 lựa chọn" in author.get(f"fields/{name}/")
    author.write(name, label_en="Choose")
    assert author.field(name)["options"] == many
    author.write(other)
    assert author.field(other)["show_if"] == shown
    assert "Dài quá 500 ký tự" in unescape(author.write(other, 422, label_vi="x" * 501).content.decode())


@pytest.mark.parametrize("key", [MARITAL, BIRTH, COPIES])
def test_saving_the_pages_of_a_shipped_form_untouched_changes_nothing(world: World, key: str) -> None:
    author = Author(world, key)
    before = drafts.written(key).definition
    for name in editing.ids(before):
        author.write(name)
    for section in before["sections"]:
        author.post(f"sections/{section['id']}/", **author.boxes(f"sections/{section['id']}/"))
    assert list(apart(normal(author.definition), normal(before))) == []


def apart(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two values differ: short enough to read in a failure."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in one.keys() | other.keys():
            yield from apart(one.get(name), other.get(name), f"{at}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, pair in enumerate(zip(one, other, strict=True)):
            yield from apart(*pair, f"{at}.{place}")
    elif one != other:
        yield at, one, other


def normal(definition: dict[str, Any]) -> Any:
    """What a definition says, whatever the order of its words; `false` and absence are the same."""

    def tidy(value: Any) -> Any:
        if isinstance(value, dict):
            kept = {name: tidy(one) for name, one in value.items() if one not in (False, "", None)}
            if isinstance(kept.get("type"), str) and ":" in kept["type"]:
                kept["type"], _, kept["reference"] = kept["type"].partition(":")
            return kept
        return [tidy(one) for one in value] if isinstance(value, list) else value

    return json.loads(json.dumps(tidy(definition), sort_keys=True))


def test_questions_and_parts_are_moved_copied_removed_and_it_can_be_undone(world: World) -> None:
    author = Author(world)
    before = author.definition
    first, second = editing.ids(before)[:2]
    author.post(what="down", part=first)
    assert editing.ids(author.definition)[:2] == [second, first]
    author.post(what="duplicate", part=first)
    assert f"{first}_2" in editing.ids(author.definition)
    author.post(what="remove", part=second)
    assert second not in editing.ids(author.definition)
    part = author.section("Thêm")
    author.post(what="section_up", part=part)
    author.post(what="order", order=[f"{part}/{one}" for one in editing.ids(author.definition)])
    assert {editing.home_of(author.definition, one) for one in editing.ids(author.definition)} == {part}
    for _ in range(6):
        author.post(what="undo")
    assert author.definition == before
    assert "Không còn thay đổi nào để hoàn tác" in author.post(what="undo", expect=422).content.decode()


def test_an_order_of_other_questions_and_a_button_of_one_that_left_are_refused(world: World) -> None:
    author = Author(world)
    assert "câu hỏi khác" in author.post(what="order", order=["phan/la"], expect=409).content.decode()
    assert "câu hỏi khác" in author.post(what="up", part="khong_co", expect=409).content.decode()
    assert author.browser.get(f"{author.path}fields/khong_co/").status_code == 404
    assert author.post(what="boil", expect=404)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"label_vi": ""}, "Nhập lời hỏi."),
        ({"id": "Họ tên"}, "chữ thường không dấu"),
        ({"required": "when"}, "Chọn ít nhất một điều kiện."),
        ({"max_length": "x"}, "Nhập số từ 1 đến 20.000"),
        ({"show_if-0-field": "la", "show_if-0-op": "eq"}, "Mục này không có trong biểu mẫu."),
        ({"hint_en": "only English", "hint_vi": ""}, "Nhập tiếng Việt trước."),
        ({"type": "unicorn"}, "Chọn kiểu câu hỏi."),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_box_and_nothing_typed_is_lost(
    world: World, typed: dict[str, str], said: str
) -> None:
    author = Author(world)
    name = author.add("Ghi chú riêng", "text", author.section("Phần thử"))
    page = unescape(author.write(name, 422, label_en="kept as typed", **typed).content.decode())
    assert said in page
    assert 'value="kept as typed"' in page
    assert author.field(name)["label"] == {"vi": "Ghi chú riêng"}


def test_the_id_of_a_published_question_stays(world: World) -> None:
    author = Author(world)
    published = editing.ids(author.definition)[0]
    assert "giữ nguyên mã" in unescape(author.write(published, 422, id="ten_khac").content.decode())
    fresh = author.add("Câu mới", "bool", author.section("Phần thử"))
    watching = author.add("Câu theo", "text", "phan_thu")
    author.write(watching, **{"show_if-0-field": fresh, "show_if-0-op": "filled"})
    author.write(fresh, id="cau_da_doi")
    assert author.field(watching)["show_if"] == {"field": "cau_da_doi", "op": "filled"}


def test_questions_inside_a_table_have_pages_of_their_own(world: World) -> None:
    author = Author(world)
    table = author.add("Thành viên", "table", author.section("Gia đình"))
    assert "chưa có câu hỏi nào bên trong" in author.get(f"fields/{table}/")
    to = author.post(
        f"fields/{table}/", what="column_add", column_label="Họ tên", column_kind="name"
    ).headers["Location"]
    assert f"/fields/{table}.ho_ten/" in to
    author.post(f"fields/{table}/", what="column_add", column_label="Năm sinh", column_kind="int")
    author.write(f"{table}.ho_ten", label_en="Name", required="yes")
    author.post(f"fields/{table}/", what="column_down", part=f"{table}.ho_ten")
    assert [column["id"] for column in author.field(table)["columns"]] == ["nam_sinh", "ho_ten"]
    author.write(table, label_en="Members")
    assert len(author.field(table)["columns"]) == 2
    author.post(f"fields/{table}/", what="column_remove", part=f"{table}.nam_sinh")
    assert [column["id"] for column in author.field(table)["columns"]] == ["ho_ten"]
    assert author.post(f"fields/{table}/", what="column_add", column_label="", column_kind="name", expect=422)


def test_rules_over_several_answers(world: World) -> None:
    author = Author(world, MARITAL)
    there = len(editing.rules(author.definition, "checks"))
    asked = [one.id for one in reading.askable(author.definition, "vi")]
    rule = {
        "if-0-field": asked[0],
        "if-0-op": "filled",
        "message_vi": "Không được",
        "field": asked[0],
        "level": "warning",
    }
    author.post("rules/checks/new/", **rule)
    assert editing.rules(author.definition, "checks")[there]["level"] == "warning"
    author.post("rules/blocks/new/", **rule)
    page = author.get()
    assert "Không đủ điều kiện nộp" in page
    assert "Không được" in page
    assert "Nhập lời báo" in unescape(
        author.post("rules/blocks/new/", 422, **(rule | {"message_vi": ""})).content.decode()
    )
    author.post(f"rules/checks/{there}/", what="remove")
    assert len(editing.rules(author.definition, "checks")) == there
    assert author.get("rules/checks/99/", 404) is not None
    paper = next(iter(reading.target_names(MARITAL, "vi")["components"]))
    author.post("rules/components/new/", **{"if-0-field": asked[0], "if-0-op": "filled", "target": paper})
    assert editing.rules(author.definition, "components")[-1]["component"] == paper
    author.post("rules/components/new/", 422, **{"if-0-field": asked[0], "if-0-op": "filled", "target": "la"})


def test_the_fee_takes_a_formula_that_fits_and_refuses_others(world: World) -> None:
    author = Author(world)
    copies = author.add("Số bản xin thêm", "int", author.section("Phí"))
    assert "Công thức" in unescape(author.post("fee/", 422, formula="so_la * 2").content.decode())
    author.post("fee/", formula=f"{copies} * 8000", zero="1")
    assert author.definition["outcomes"]["fee"] == {"formula": f"{copies} * 8000", "blanks": "zero"}
    author.post("fee/", formula="")
    assert "fee" not in (author.definition.get("outcomes") or {})


def test_what_nobody_offers_yet_is_prepared_at_the_top(world: World) -> None:
    """A form has to be there before the service is opened."""
    fresh = Procedure.objects.filter(current_version__isnull=False).exclude(services__active=True).first()
    assert fresh is not None
    listed = unescape(world.client("toan").get(f"/studio/forms/?q={fresh.national_code}").content.decode())
    assert fresh.short_name in listed
    assert 'name="what" value="add_section"' in Author(world, fresh.national_code).get()
    assert world.client("tuan").get(f"/studio/forms/{fresh.national_code}/").status_code == 404


# --- two authors ---------------------------------------------------------------------------------------------------------------


def test_the_second_of_two_authors_is_refused_with_what_differs_and_keeps_what_was_typed(
    world: World,
) -> None:
    author = Author(world)
    name = author.add("Câu chung", "text", author.section("Phần thử"))
    read = author.revision
    mine = author.boxes(f"fields/{name}/") | {"label_vi": "Lời của tôi"}
    author.write(name, label_vi="Lời của đồng nghiệp")
    answer = author.post(f"fields/{name}/", 409, **(mine | {"revision": read}))
    raw = answer.content.decode()
    page = unescape(raw)
    assert "đã lưu bản thảo này lúc" in page
    assert "Lời hỏi: “Lời của đồng nghiệp” thành “Lời của tôi”" in page
    assert 'value="Lời của tôi"' in page
    assert author.field(name)["label"] == {"vi": "Lời của đồng nghiệp"}
    # The page now carries the revision it was shown, so that saving again is a choice, not an accident.
    author.post(f"fields/{name}/", **boxes(raw, f"{author.path}fields/{name}/"))
    assert author.field(name)["label"] == {"vi": "Lời của tôi"}


@pytest.mark.parametrize(
    ("end", "typed"),
    [
        ("sections/nguoi_yeu_cau/", {"title_vi": "Tên phần của tôi"}),
        ("rules/checks/0/", {"message_vi": "Lời báo của tôi"}),
        ("fee/", {"formula": "8000"}),
    ],
)
def test_so_it_is_on_every_page_that_writes_a_part(world: World, end: str, typed: dict[str, str]) -> None:
    author = Author(world, MARITAL)
    mine, read = author.boxes(end) | typed, author.revision
    author.section("Phần của đồng nghiệp")
    raw = author.post(end, 409, **(mine | {"revision": read})).content.decode()
    assert "Thêm phần “Phần của đồng nghiệp”" in unescape(raw)
    assert next(iter(typed.values())) in unescape(raw)
    author.post(end, **boxes(raw, author.path + end))
    assert "Phần của đồng nghiệp" in author.get()


@pytest.mark.parametrize("end", ["fields/email/", "sections/muc_dich/", "rules/checks/0/"])
def test_a_part_that_left_while_it_was_written_is_told_and_comes_back_by_undo(world: World, end: str) -> None:
    author = Author(world, MARITAL)
    mine, read = author.boxes(end), author.revision
    removed = {"fields": ("remove", "email"), "sections": ("section_remove", "muc_dich")}
    what, part = removed.get(end.partition("/")[0], ("", ""))
    if what:
        author.post(what=what, part=part)
    else:
        author.post(end, what="remove")
    page = unescape(author.post(end, 409, **(mine | {"revision": read})).content.decode())
    assert "vừa bị bỏ nên chưa lưu được" in page
    assert "Phùng Văn Toàn" in page
    assert author.browser.get(author.path + end).status_code == 404
    author.post(what="undo")
    assert author.browser.get(author.path + end).status_code == 200


# --- publishing ------------------------------------------------------------------------------------------------------------------


def test_what_publishing_would_do_is_said_before_and_done_after(world: World) -> None:
    author = Author(world)
    factories.filed_dossier(world, "lan", COPIES)
    factories.draft(world, code=COPIES)
    name = author.add(
        "Câu mới", "text", editing.section_of(author.definition, author.definition["sections"][0]["id"])["id"]
    )
    page = author.get("publish/")
    assert "Thêm câu hỏi “Câu mới”" in page
    assert "1 bản khai dở dang được chuyển sang bản mới" in page
    assert "1 người: có câu hỏi mới, bắt buộc" in page
    assert "1 hồ sơ đã nộp" in page
    assert "ít nhất 10 ký tự" in unescape(
        author.post("publish/", 422, what="publish", reason="ngắn").content.decode()
    )
    author.post("publish/", what="publish", reason=REASON)
    assert name in editing.ids(FormVersion.objects.filter(key=COPIES).latest("number").definition)
    assert "Chưa có thay đổi" in unescape(
        author.post("publish/", 422, what="publish", reason=REASON).content.decode()
    )
    versions = drafts.versions(COPIES)
    compared = author.get(f"compare/?from={versions[1].pk}&to={versions[0].pk}")
    assert "Thêm câu hỏi “Câu mới”" in compared
    assert "Bỏ câu hỏi “Câu mới”" in author.get(f"compare/?from={versions[0].pk}&to={versions[1].pk}")
    assert "Câu mới" not in author.get(f"?version={versions[1].pk}").partition("mc-section")[0]
    author.post(what="restore", version=str(versions[1].pk))
    assert author.definition == versions[1].definition
    author.post(what="restore", version="1234567", expect=404)


def test_a_faulty_draft_says_what_is_wrong_with_the_way_there(world: World) -> None:
    author = Author(world)
    author.section("Phần trống")
    page = author.get()
    assert "Chưa công bố được: 1 chỗ cần sửa" in page
    assert f'href="{author.path}sections/phan_trong/"' in page
    assert author.post("publish/", 422, what="publish", reason=REASON)


def test_where_an_agency_says_so_a_second_person_publishes(world: World) -> None:
    author, browser = Author(world), world.client("toan")
    above = Agency.objects.get(code="H56")
    assert browser.post("/studio/forms/", {"agency": above.code, "needed": "1"}).status_code == 302
    author.add("Câu mới", "text", author.definition["sections"][0]["id"])
    assert "do người thứ hai công bố" in author.get("publish/")
    assert author.post("publish/", 422, what="publish", reason=REASON)
    author.post("publish/", what="ask", reason=REASON)
    assert "cần người khác" in author.get("publish/")
    assert author.post("publish/", 422, what="publish")
    assert "Đề nghị công bố" in unescape(browser.get("/studio/forms/").content.decode())
    seat(world, "hung", above.code)
    second = Author(world, who="hung")
    assert REASON in second.get("publish/")
    second.post("publish/", what="decline", reason="Còn thiếu tiếng Anh của câu mới")
    author.post("publish/", what="ask", reason=REASON)
    second.post("publish/", what="publish")
    version = FormVersion.objects.filter(key=COPIES).latest("number")
    assert (version.published_by_id, version.asked_by_id) == (
        world.officer("hung").account,
        world.officer("toan").account,
    )
    assert version.reason == REASON


# --- trying ------------------------------------------------------------------------------------------------------------------------


def test_a_trial_walks_the_pages_judges_and_keeps_nothing(world: World) -> None:
    author = Author(world, MARITAL)
    first = boxes(author.raw("trial/"), f"{author.path}trial/")
    assert first["_page"] == author.definition["sections"][0]["id"]
    wrong = author.post("trial/", 422, **(first | {"_go": "next"}))
    assert "Nhập họ, chữ đệm, tên" in unescape(wrong.content.decode())
    before = FormDraft.objects.count()
    done = author.post("trial/", 200, **(first | {"_go": "example"})).content.decode()
    assert "Nộp được" in done
    carried = boxes(done, f"{author.path}trial/")
    pdf = author.post("trial/", 200, **(carried | {"_go": "declaration"}))
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert FormDraft.objects.count() == before
    back = unescape(author.post("trial/", 200, **(carried | {"_go": "to-nguoi_yeu_cau"})).content.decode())
    assert "Nguyễn" in back


def test_a_trial_of_an_unfinished_form_leaves_out_what_is_wrong_and_says_so(world: World) -> None:
    author = Author(world)
    author.add("Lựa chọn trống", "code", author.definition["sections"][0]["id"])
    page = author.get("trial/")
    assert "Còn chỗ cần sửa nên chưa hiện: Lựa chọn trống" in page


def test_a_trial_carries_nothing_but_answers(world: World) -> None:
    author = Author(world)
    for junk in ("[]", "{", "x" * 300_000, '{"a": {"b": [1, null]}}'):
        assert author.post("trial/", 200, _answers=junk, _go="check").status_code == 200


def test_the_preview_is_a_page_of_its_own_that_frames_itself_only_here(world: World) -> None:
    author = Author(world, MARITAL)
    answer = author.browser.get(f"{author.path}preview/")
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    page = unescape(answer.content.decode())
    assert "Trang 1 trong" in page
    assert "Họ, chữ đệm, tên của người yêu cầu" in page
    second = author.definition["sections"][1]["id"]
    assert "Giấy xác nhận cho ai?" in author.get(f"preview/?page={second}")


def test_what_is_being_typed_is_drawn_and_not_kept(world: World) -> None:
    author = Author(world)
    name = editing.ids(author.definition)[0]
    typed = author.boxes(f"fields/{name}/") | {"label_vi": "Đang gõ"}
    drawn = author.post(f"fields/{name}/preview/", 200, **typed)
    assert "Đang gõ" in unescape(drawn.content.decode())
    assert not FormDraft.objects.exists()
    assert "Nhập lời hỏi." in unescape(
        author.post(f"fields/{name}/preview/", 422, **(typed | {"label_vi": ""})).content.decode()
    )


# --- files ---------------------------------------------------------------------------------------------------------------------------


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_form_goes_from_one_installation_to_another_tried_first(world: World) -> None:
    here, there = Author(world, MARITAL), Author(world, COPIES)
    file = here.browser.get(f"{here.path}export/json/").content
    before = there.definition
    page = there.post("import/", 200, what="try", file=upload("f.json", file)).content.decode()
    assert "Xem trước: chưa có gì thay đổi" in page
    assert "Nếu sau này công bố" in page
    assert there.definition == before
    taken = boxes(page, f"{there.path}import/")
    there.post("import/", what="take", **taken)
    assert {**there.definition, "key": MARITAL} == json.loads(file)
    there.post(what="undo")
    assert there.definition == before


def test_an_xlsform_and_a_json_schema_are_a_starting_point(world: World) -> None:
    author = Author(world)
    book = openpyxl.Workbook()
    survey = book.active
    survey.title = "survey"
    for row in (("type", "name", "label"), ("text", "ho_ten", "Họ tên"), ("integer", "tuoi", "Tuổi")):
        survey.append(row)
    held = BytesIO()
    book.save(held)
    page = author.post("import/", 200, what="try", file=upload("f.xlsx", held.getvalue())).content.decode()
    assert "2 câu hỏi" in page
    author.post("import/", what="take", **boxes(page, f"{author.path}import/"))
    assert editing.ids(author.definition) == ["ho_ten", "tuoi"]
    schema = {
        "type": "object",
        "title": "Đơn",
        "properties": {"email": {"type": "string", "format": "email", "title": "Thư"}},
    }
    file = upload("s.json", json.dumps(schema).encode())
    page = author.post("import/", 200, what="try", file=file).content.decode()
    author.post("import/", what="take", **boxes(page, f"{author.path}import/"))
    assert author.field("email")["type"] == "email"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04junk",
        b"\xd0\xcf\x11\xe0old",
        b"[1,2",
        b'{"sections": 3}',
        b'"text"',
        b"{}",
        b"\x00" * 50,
    ],
)
def test_a_file_that_is_no_form_is_refused_in_words(world: World, content: bytes) -> None:
    author = Author(world)
    page = author.post("import/", 422, what="try", file=upload("f.bin", content)).content.decode()
    assert "govuk-error-summary" in page
    assert not FormDraft.objects.exists()


def test_the_form_of_another_procedure_can_be_copied(world: World) -> None:
    author = Author(world)
    page = author.post("import/", 200, what="copy", source=MARITAL).content.decode()
    author.post("import/", what="take", **boxes(page, f"{author.path}import/"))
    assert "nguoi_duoc_cap_la" in editing.ids(author.definition)
    assert author.definition["key"] == COPIES
    assert author.post("import/", 422, what="copy", source="la")


def test_the_schema_of_answers_is_for_finished_forms(world: World) -> None:
    author = Author(world, MARITAL)
    schema = json.loads(author.browser.get(f"{author.path}export/schema/").content)
    assert schema["properties"]["email"]["type"] == "string"
    author.section("Phần trống")
    assert "saved=unfinished" in author.browser.get(f"{author.path}export/schema/").headers.get(
        "Location", "saved=unfinished"
    )


# --- the library -----------------------------------------------------------------------------------------------------------------------


def test_a_part_goes_into_the_library_into_another_form_and_is_renewed(world: World) -> None:
    here, there = Author(world, MARITAL), Author(world, COPIES)
    here.post("sections/nguoi_yeu_cau/", what="library", block_name="Người yêu cầu riêng", reason=REASON)
    assert FormBlock.objects.filter(key="nguoi-yeu-cau-rieng", number=1).exists()
    there.post(what="block", block="nguoi-yeu-cau-rieng")
    taken = [s for s in there.definition["sections"] if s.get("block") == "nguoi-yeu-cau-rieng@1"]
    assert len(taken) == 1
    assert check_definition(there.definition) == []
    here.write("email", hint_vi="Gợi ý mới")
    here.post("sections/nguoi_yeu_cau/", what="library", block_key="nguoi-yeu-cau-rieng", reason=REASON)
    library = unescape(here.browser.get("/studio/forms/library/nguoi-yeu-cau-rieng/").content.decode())
    assert "Gợi ý mới" in library
    page = there.get(f"sections/{taken[0]['id']}/")
    assert "Khối này có bản 2" in page
    there.post(f"sections/{taken[0]['id']}/", what="renew")
    section = editing.section_of(there.definition, taken[0]["id"])
    assert section["block"] == "nguoi-yeu-cau-rieng@2"


# --- who sees it, and what it costs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"), [("minh", 404), ("hoa", 404), ("lan", 404), ("tuan", 200), ("toan", 200)]
)
def test_heads_and_operators_read_others_find_nothing(world: World, who: str, status: int) -> None:
    browser = world.client(who)
    for end in ("", "preview/", "trial/", "compare/", "publish/", "export/json/"):
        assert browser.get(f"/studio/forms/{MARITAL}/{end}").status_code == status, end


def test_a_head_of_one_of_several_agencies_reads_and_does_not_write(world: World) -> None:
    author = Author(world, MARITAL, "tuan")
    page = author.get()
    assert "Ông/Bà xem, điền thử và xuất được" in page
    assert 'name="what" value="add"' not in page
    for end in ("", "publish/", "import/", "fee/"):
        assert author.browser.post(author.path + end, {"what": "undo", "revision": "0"}).status_code == 404
    assert author.browser.get(f"{author.path}fields/email/").status_code == 404


def test_the_list_costs_the_same_for_many_forms(world: World) -> None:
    browser = world.client("toan")
    browser.get("/studio/forms/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/studio/forms/?q=khai sinh")
    with CaptureQueriesContext(connection) as many:
        browser.get("/studio/forms/")
    assert len(many) <= len(few) + 1 <= 16


@pytest.mark.parametrize(
    ("end", "most"),
    [
        ("", 20),
        ("fields/{field}/", 14),
        ("sections/{section}/", 14),
        ("publish/", 20),
        ("preview/", 10),
        ("trial/", 12),
    ],
)
def test_a_page_costs_the_same_for_a_long_form(world: World, end: str, most: int) -> None:
    """Statements do not grow with questions, with versions, or with what was done to the draft."""
    author = Author(world)
    part = author.section("Phần dài")
    name = author.add("Câu đầu", "text", part)
    path = author.path + end.format(field=name, section=part)

    def cost() -> int:
        author.browser.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert author.browser.get(path).status_code == 200
        return len(seen)

    few = cost()
    longer = author.definition
    for number in range(60):
        longer, _ = editing.add_field(
            longer, "text", {"vi": f"Câu {number}", "en": f"Q {number}"}, section=part
        )
    actions.save_draft(
        actor=world.officer("toan"),
        key=author.key,
        revision=author.revision,
        definition=longer,
        change="imported",
        now=factories.NOW,
    )
    assert cost() <= few <= most
