"""Every page and component, drawn in both languages with the strictest environment, and looked at as HTML."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
import pytest
from django.template import engines
from django.utils import translation

from motcua.web.shared.charts import grouped_bars, nice_top
from motcua.web.shared.formats import (
    STATUSES,
    date_vn,
    datetime_vn,
    file_size,
    lang_attr,
    money,
    number_vn,
    percent_vn,
    status_tag,
    time_vn,
    working_time,
)
from motcua.web.shared.style_page import samples as style_samples
from tests.web.samples import PAGES, SAVED, home, procedure, search

ROOT = Path(__file__).resolve().parents[2]
ALL = {**PAGES, "shared/style_page.html": None}


@pytest.fixture(scope="module")
def env() -> jinja2.Environment:
    return engines["jinja2"].env


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    with translation.override("vi"):
        yield


def draw(env: jinja2.Environment, name: str, lang: str = "vi", **context: Any) -> str:
    with translation.override(lang):
        # The samples of the style page are worded when they are made.
        given = style_samples() if ALL.get(name) is None and name in ALL else ALL.get(name, {})
        return env.get_template(name).render(**{**(given or {}), "lang": lang, **context})


def macro(env: jinja2.Environment, file: str, call: str, **context: Any) -> str:
    name = call.split("(")[0]
    source = f'{{% from "components/{file}.html" import {name} %}}{{{{ {call} }}}}'
    return env.from_string(source).render(**context)


class Page(HTMLParser):
    """The parts of a page that tests ask for."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]

    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _, attrs in self.tags if "id" in attrs]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("name", ALL)
class TestEveryPage:
    def test_is_drawn_without_a_missing_name(self, env: jinja2.Environment, name: str, lang: str) -> None:
        html = draw(env, name, lang)
        assert f'<html lang="{lang}"' in html
        assert html.count("<h1") == 1
        assert 'id="main"' in html

    def test_obeys_the_content_security_policy(self, env: jinja2.Environment, name: str, lang: str) -> None:
        for tag, attrs in Page(draw(env, name, lang)).tags:
            assert "style" not in attrs, tag
            assert not [key for key in attrs if key.startswith("on")], tag
            assert tag != "style"
            if tag == "script":
                assert attrs.get("src", "").startswith("/static/"), attrs

    def test_has_no_id_twice_and_labels_every_control(
        self, env: jinja2.Environment, name: str, lang: str
    ) -> None:
        page = Page(draw(env, name, lang))
        ids = page.ids()
        assert len(ids) == len(set(ids))
        labelled = {attrs.get("for") for attrs in page.all("label")}
        for tag in ("input", "select", "textarea"):
            for attrs in page.all(tag):
                if attrs.get("type") != "hidden":
                    assert attrs["id"] in labelled
        for _, attrs in page.tags:
            for key in ("aria-describedby", "aria-labelledby", "aria-controls"):
                assert set((attrs.get(key) or "").split()) <= set(ids), (key, attrs)

    def test_links_nowhere_outside_by_script(self, env: jinja2.Environment, name: str, lang: str) -> None:
        html = draw(env, name, lang)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
        assert "javascript:" not in html


def test_names_of_people_are_escaped_everywhere(env: jinja2.Environment) -> None:
    nasty = '"><script>alert(1)</script>'
    for html in (
        draw(env, "portal/search.html", **search(query=nasty)),
        draw(env, "portal/procedure.html", **procedure(name=nasty, summary=nasty)),
        draw(env, "portal/home.html", **home(draft={"procedure": nasty, "url": "/x/", "saved_at": SAVED})),
        macro(env, "forms", "text_field('a', n, value=n, error=n, hint=n)", n=nasty),
        macro(env, "tables", "dense_table(n, [{'label': n}], [{'cells': [n], 'href': n}])", n=nasty),
        macro(env, "messages", "error_summary([('#a', n)])", n=nasty),
        macro(env, "lists", "summary_list([{'key': n, 'value': n}])", n=nasty),
    ):
        assert "<script>alert" not in html
        assert "&lt;script&gt;alert" in html


def test_values_inside_a_translated_sentence_are_escaped(env: jinja2.Environment) -> None:
    template = env.from_string('{{ _("Tìm “%(query)s”", query=q) }} {{ _("Đang gửi, {percent}%%") }}')
    assert template.render(q="<b>") == "Tìm “&lt;b&gt;” Đang gửi, {percent}%"


def test_a_name_that_no_view_gave_is_an_error_not_a_blank(env: jinja2.Environment) -> None:
    with pytest.raises(jinja2.UndefinedError):
        env.from_string("{{ procedur.name }}").render()


def test_the_ported_govuk_macros_work_beside_our_strictness(env: jinja2.Environment) -> None:
    source = (
        '{% from "govuk_frontend_jinja/components/button/macro.html" import govukButton %}'
        '{{ govukButton({"text": name}) }}'
    )
    assert "&lt;Lan&gt;" in env.from_string(source).render(name="<Lan>")


def test_a_text_field_has_the_markup_of_the_ported_macro(env: jinja2.Environment) -> None:
    ours = Page(macro(env, "forms", "text_field('ten', 'Tên', error='Nhập tên', hint='Có dấu')"))
    port = Page(
        env.from_string(
            '{% from "govuk_frontend_jinja/components/input/macro.html" import govukInput %}'
            '{{ govukInput({"id": "ten", "name": "ten", "label": {"text": "Tên"}, "hint": {"text": "Có dấu"},'
            ' "errorMessage": {"text": "Nhập tên"}}) }}'
        ).render()
    )
    for tag in ("input", "label"):
        assert set((ours.all(tag)[0]["class"] or "").split()) == set(
            (port.all(tag)[0]["class"] or "").split()
        )
    assert set((ours.all("input")[0]["aria-describedby"] or "").split()) == {"ten-hint", "ten-error"}


def test_the_procedure_page_has_the_eleven_items_of_r1_22(env: jinja2.Environment) -> None:
    html = draw(env, "portal/procedure.html")
    for item in (
        "Thủ tục đăng ký khai sinh",
        "Chủ tịch Ủy ban nhân dân cấp xã ký",
        "Bưu chính công ích",
        "Giấy chứng sinh",
        "Nộp 1 bộ.",
        "Trong ngày; nhận sau 15 giờ",
        "Người Việt Nam định cư ở nước ngoài",
        "Ủy ban nhân dân cấp xã",
        "Giấy khai sinh (bản chính)",
        "8.000\u00a0đ",
        "Nhận kết quả:",
        "Luật Hộ tịch",
        "163/QĐ-BTP",
    ):
        assert item in html
    assert html.count("govuk-button--start") == 1


def test_a_procedure_that_is_not_online_has_no_green_button_but_an_office(env: jinja2.Environment) -> None:
    context = procedure(online=False, start_url="")
    context["offices"] = [
        {"name": "Một cửa phường Hạc Thành", "address": "35 Lê Lợi", "hours": "", "phone": ""}
    ]
    html = draw(env, "portal/procedure.html", **context)
    assert "govuk-button--start" not in html
    assert "Một cửa phường Hạc Thành" in html


def test_vietnamese_content_on_an_english_page_says_so(env: jinja2.Environment) -> None:
    assert '<h1 class="govuk-heading-l" lang="vi">' in draw(env, "portal/procedure.html", "en")
    assert ' lang="vi">Thủ tục' not in draw(env, "portal/procedure.html", "vi")


@pytest.mark.parametrize("name", ["400", "403", "404", "429", "500", "503", "csrf", "offline"])
def test_an_error_page_says_what_happened_what_is_safe_what_to_do(env: jinja2.Environment, name: str) -> None:
    # No context at all: the page must come out when nothing else works.
    html = env.get_template(f"shared/{name}.html").render()
    assert "Điều gì vẫn an toàn" in html
    assert "Ông/Bà có thể làm gì" in html
    assert 'href="tel:' in html


def test_a_form_open_too_long_is_told_apart_from_a_forbidden_page(env: jinja2.Environment) -> None:
    template = env.get_template("shared/403.html")
    assert "Chưa có gì được gửi đi" in template.render(expired=True)
    assert "không có quyền" in template.render()


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_is_a_sign_and_words_never_colour_alone(status: int) -> None:
    html = status_tag(status)
    words, sign, _ = STATUSES[status]
    assert words in html
    assert f'aria-hidden="true">{sign}<' in html
    assert len({entry[1] for entry in STATUSES.values()}) == len(STATUSES)


def test_there_is_no_eleventh_status() -> None:
    with pytest.raises(KeyError):
        status_tag(11)


@pytest.mark.parametrize(
    ("state", "minutes", "words"),
    [
        ("on_time", 1440, "Còn 3 ngày làm việc"),
        ("soon", 180, "Sắp đến hạn, còn 3 giờ làm việc"),
        ("late", -960, "Trễ 2 ngày làm việc"),
        ("late", 960, "Trễ 2 ngày làm việc"),
        ("paused", 0, "Tạm dừng tính thời gian"),
        ("none", 0, "Không có hạn"),
    ],
)
def test_the_clock_in_words(env: jinja2.Environment, state: str, minutes: int, words: str) -> None:
    assert words in macro(env, "tags", "due_badge(state, minutes)", state=state, minutes=minutes)


def test_the_size_limit_stands_beside_the_file_picker(env: jinja2.Environment) -> None:
    assert "Mỗi tệp tối đa 10\u00a0MB" in macro(env, "files", "upload('c', 'Giấy', '/u/', 10485760)")


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0, "1 phút làm việc"),
        (59, "59 phút làm việc"),
        (60, "1 giờ làm việc"),
        (479, "7 giờ làm việc"),
        (480, "1 ngày làm việc"),
        (-4800, "10 ngày làm việc"),
    ],
)
def test_working_time(minutes: int, words: str) -> None:
    assert working_time(minutes) == words


def test_dates_and_times_are_those_of_vietnamese_clocks() -> None:
    late = datetime(2026, 6, 8, 17, 32, tzinfo=UTC)
    assert date_vn(late) == "09/06/2026"
    assert time_vn(late) == "00:32"
    assert datetime_vn(late) == "00:32 ngày 09/06/2026"
    assert date_vn(date(2026, 1, 2)) == "02/01/2026"
    with pytest.raises(ValueError, match="time zone"):
        date_vn(datetime(2026, 6, 8, 17, 32))


def test_numbers() -> None:
    assert number_vn(1234567.5, 1) == "1.234.567,5"
    assert percent_vn(0.954) == "95,4%"
    assert percent_vn(1) == "100%"
    assert percent_vn(0) == "0%"
    assert percent_vn(0.1, 0) == "10%"
    assert percent_vn(None) == "–"
    assert money(0) == "Miễn phí"
    assert money(1234567) == "1.234.567\u00a0đ"
    assert file_size(0) == "0\u00a0B"
    assert file_size(640 * 1024) == "640\u00a0KB"
    assert file_size(2_516_582) == "2,4\u00a0MB"
    assert file_size(104_857_600) == "100\u00a0MB"


def test_lang_attr_follows_the_page() -> None:
    assert lang_attr("vi") == ""
    with translation.override("en"):
        assert lang_attr("vi") == ' lang="vi"'


class TestChart:
    def test_bars_stand_on_the_axis_and_a_gap_is_no_bar(self) -> None:
        chart = grouped_bars(["01", "02", "03"], [[10, None, 0]], target=8)
        assert [bar.value for bar in chart.bars] == [10, 0]
        assert all(bar.y + bar.height == pytest.approx(232, abs=0.2) for bar in chart.bars)
        assert chart.target_y is not None
        assert chart.bars[0].y < chart.target_y < 232

    def test_a_series_of_another_length_is_refused(self) -> None:
        with pytest.raises(ValueError, match="one value per label"):
            grouped_bars(["01", "02"], [[1]])

    def test_nothing_counted_still_draws(self) -> None:
        assert grouped_bars([], [[]]).bars == ()
        assert grouped_bars(["01"], [[None]]).bars == ()

    @pytest.mark.parametrize("highest", [0.3, 1, 9, 10, 11, 1302, 99_999])
    def test_the_axis_reaches_the_highest_and_not_twice_beyond(self, highest: float) -> None:
        assert highest <= nice_top(highest) < 1.7 * highest

    def test_labels_are_thinned_never_laid_over_each_other(self) -> None:
        chart = grouped_bars([f"{n:02}/2026" for n in range(1, 37)], [[1.0] * 36])
        places = [mark.x for mark in chart.labels]
        assert min(b - a for a, b in pairwise(places)) >= 56

    def test_the_same_numbers_stand_in_a_table(self, env: jinja2.Environment) -> None:
        html = macro(
            env,
            "numbers",
            "bar_chart('Hồ sơ', ['01', '02'], [('Đã nhận', [1234, none])])",
        )
        assert '<td class="is-number">1.234</td>' in html
        assert '<td class="is-number">–</td>' in html
