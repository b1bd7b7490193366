"""The forms as HTML: names, ids, errors beside their field and in the summary, escaping, the read view, speed."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import jinja2
import pytest

from motcua.eforms import rendering
from motcua.eforms.fields.base import Control
from motcua.eforms.from_catalogue import bundled_codes, bundled_definition
from motcua.eforms.rules import load_definition, validate

from .generate import TODAY, good_answers

SCRIPT = "<script>alert('Lan')</script>"


class Page(HTMLParser):
    """Ids, names and label targets of a piece of HTML; refuses tags that do not close."""

    VOID = {"input", "br", "img", "hr", "link", "meta"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.names: list[str] = []
        self.pointed: set[str] = set()
        self.open: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.attributes |= set(given)
        if "id" in given:
            self.ids.append(given["id"])
        if "name" in given:
            self.names.append(given["name"])
        for key in ("for", "aria-describedby", "aria-labelledby"):
            self.pointed |= set((given.get(key) or "").split())
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def whole(form, answers, errors=rendering.NOTHING, lang="vi", **rest):
    return "".join(rendering.section_html(form, s.id, answers, errors, lang, **rest) for s in form.sections)


def bundled(code):
    return load_definition(bundled_definition(code))


@pytest.fixture(scope="module")
def birth():
    return bundled("1.001193")


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("code", bundled_codes())
def test_every_form_is_sound_html_and_every_error_leads_to_a_control(code, lang):
    form = bundled(code)
    for answers in ({}, good_answers(form)):
        errors = validate(form, answers, today=TODAY).errors
        page = Page(whole(form, answers, errors, lang))
        assert page.open == []
        assert len(set(page.ids)) == len(page.ids)
        assert page.pointed <= set(page.ids)
        for link in rendering.error_list(form, errors, lang):
            assert link["href"].removeprefix("#") in page.ids, link
        assert not any(name.startswith("on") or name == "style" for name in page.attributes)


def test_what_is_drawn_is_what_is_parsed(birth):
    """Each control's name is read back by its field: a browser that posts the page unchanged loses nothing."""
    from motcua.eforms.rules import parse_section

    answers = good_answers(birth, {"quan_he_voi_tre": "ong_ba"})
    cleaned = validate(birth, answers, today=TODAY).cleaned
    for section in birth.sections:
        names = Page(rendering.section_html(birth, section.id, cleaned)).names
        posted = parse_section(birth, section.id, {name: [""] for name in names})
        assert {f.id for f in section.fields if f.kind.asks} == set(posted)


def test_an_error_stands_beside_its_field_between_hint_and_input(birth):
    errors = validate(birth, {"tre_ho_ten": "123"}, today=TODAY).errors
    html = str(rendering.field_html(birth, "tre_ho_ten", {"tre_ho_ten": "123"}, errors))
    order = [
        html.index(piece)
        for piece in ("<label", 'id="f-tre_ho_ten-hint"', 'id="f-tre_ho_ten-error"', "<input")
    ]
    assert order == sorted(order)
    assert 'value="123"' in html
    assert 'aria-describedby="f-tre_ho_ten-hint f-tre_ho_ten-error"' in html
    assert 'data-field="tre_ho_ten"' in html


def test_a_script_in_a_name_is_only_text(birth):
    answers = {"tre_ho_ten": SCRIPT, "nguoi_yeu_cau_noi_cu_tru": {"province": "38", "detail": SCRIPT}}
    html = whole(birth, answers)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    cleaned = validate(birth, answers, today=TODAY).cleaned
    assert "<script>" not in rendering.answers_summary_html(birth, cleaned).lower()


def test_prefilled_answers_say_where_they_come_from(birth):
    html = str(
        rendering.field_html(
            birth,
            "nguoi_yeu_cau_ho_ten",
            {"nguoi_yeu_cau_ho_ten": "Lan"},
            sources={"nguoi_yeu_cau_ho_ten": "HoVaTen"},
        )
    )
    assert 'data-source="HoVaTen"' in html
    assert 'autocomplete="name"' in html


def test_messages_speak_as_a_person_would(birth):
    errors = validate(birth, {"me_so_dinh_danh": "123"}, today=TODAY).errors
    said = {e["href"]: e["text"] for e in rendering.error_list(birth, errors, "vi")}
    assert said["#f-tre_ho_ten"] == "Nhập họ, chữ đệm, tên của trẻ"
    assert said["#f-tre_gioi_tinh"] == "Chọn giới tính của trẻ"
    assert said["#f-me_so_dinh_danh"] == "Số định danh cá nhân của mẹ phải có đủ 12 chữ số; bạn đã nhập 3"


def test_a_condition_on_the_same_page_is_drawn_said_and_given_to_the_browser(birth):
    html = str(rendering.section_html(birth, "ban_sao", {}))
    assert 'data-field="so_luong_ban_sao"' in html
    assert "Chỉ trả lời khi đã đánh dấu “Đề nghị cấp bản sao trích lục khai sinh”" in html
    assert "data-show-if" in html


def test_a_mother_who_files_sees_no_questions_about_the_mother(birth):
    answers = good_answers(birth, {"quan_he_voi_tre": "me"})
    assert 'data-field="me_ho_ten"' not in rendering.section_html(birth, "me", answers)
    titles = dict(rendering.answers_summary(birth, validate(birth, answers, today=TODAY).cleaned))
    assert any(label.startswith("Họ, chữ đệm, tên") for label, _ in titles["Người mẹ"])


def test_the_chosen_option_is_marked_once(birth):
    html = str(rendering.field_html(birth, "tre_dan_toc", {"tre_dan_toc": "01"}))
    assert html.count(" selected") == 1
    assert '<option value="01" selected>Kinh</option>' in html


def test_our_input_is_the_input_of_govuk_frontend():
    """Same tags and attributes as govuk-frontend-jinja's own macro; ours only adds the optional mark to the label."""
    loader = jinja2.PackageLoader("govuk_frontend_jinja")
    env = jinja2.Environment(
        loader=jinja2.PrefixLoader({"govuk_frontend_jinja": loader}),
        autoescape=True,
        undefined=jinja2.ChainableUndefined,
    )
    theirs = env.get_template("govuk_frontend_jinja/components/input/macro.html").module.govukInput(
        {
            "id": "f-a",
            "name": "a",
            "label": {"text": "Tên"},
            "hint": {"text": "Gợi ý"},
            "value": "Lan",
            "autocomplete": "name",
            "inputmode": "text",
            "errorMessage": {"text": "Sai", "visuallyHiddenText": "Lỗi"},
        }
    )
    control = Control(
        kind="input",
        id="f-a",
        name="a",
        label="Tên",
        hint="Gợi ý",
        value="Lan",
        autocomplete="name",
        inputmode="text",
        error="Sai",
        required=True,
    )
    ours = rendering.environment().get_template("eforms/widgets.html").module.input(control, "vi")

    def tags(html):
        # Theirs is inside its form group, which our field macro writes.
        return sorted(
            (match[1], tuple(sorted(re.findall(r'([\w-]+)="([^"]*)"', match[2]))))
            for match in re.finditer(r"<(\w+)([^>]*)>", html)
            if "govuk-form-group" not in match[2]
        )

    assert tags(str(ours)) == tags(str(theirs))


def test_a_birth_form_is_drawn_fast(birth):
    """The budget is 5 ms for all 35 questions."""
    answers = good_answers(birth, {"quan_he_voi_tre": "ong_ba"})
    whole(birth, answers)
    times = []
    for _ in range(12):
        start = time.process_time()
        whole(birth, answers)
        times.append(time.process_time() - start)
    assert min(times) < 0.005
