"""What the form pages show: whose form it is, its parts and problems in words, what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.catalogue.authorship import Author
from motcua.catalogue.forms import actions, drafts
from motcua.catalogue.models import Component, ProcedureCase, Sector
from motcua.dossiers import rebasing
from motcua.eforms import changes, editing, problems, sentences
from motcua.eforms.choices import Text
from motcua.eforms.compiled import Form, Problem
from motcua.eforms.conditions import BadCondition, parse
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.forms import check_definition
from motcua.eforms.formulas import BadFormula
from motcua.kernel.actors import Actor
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, Refused
from motcua.web.studio.conditions import Askable
from motcua.web.studio.forms.advising import Hints

FAMILIES: dict[str, str] = {
    "text": N_("Chữ"),
    "number": N_("Số, ngày, giờ"),
    "choice": N_("Lựa chọn"),
    "person": N_("Người, tổ chức"),
    "place": N_("Địa điểm"),
    "paper": N_("Giấy tờ"),
    "several": N_("Nhiều mục"),
    "layout": N_("Trình bày, tự tính"),
}
RULE_KINDS: dict[str, str] = {
    "checks": N_("Kiểm tra giữa các câu"),
    "blocks": N_("Không đủ điều kiện nộp"),
    "components": N_("Giấy tờ phải nộp thêm"),
    "cases": N_("Trường hợp của thủ tục"),
    "routes": N_("Lĩnh vực, đơn vị giải quyết"),
}
CHANGES: dict[str, str] = {
    "settings": N_("Sửa thông tin chung"),
    "section_added": N_("Thêm phần “%(where)s”"),
    "section": N_("Sửa phần “%(where)s”"),
    "section_moved": N_("Đổi chỗ phần “%(where)s”"),
    "section_removed": N_("Bỏ phần “%(where)s”"),
    "block": N_("Thêm phần “%(where)s” từ thư viện"),
    "block_renewed": N_("Cập nhật phần “%(where)s” theo thư viện"),
    "added": N_("Thêm câu hỏi “%(where)s”"),
    "field": N_("Sửa câu hỏi “%(where)s”"),
    "moved": N_("Đổi chỗ câu hỏi “%(where)s”"),
    "order": N_("Sắp xếp lại câu hỏi"),
    "duplicated": N_("Nhân đôi câu hỏi “%(where)s”"),
    "removed": N_("Bỏ câu hỏi “%(where)s”"),
    "rule": N_("Sửa quy tắc"),
    "rule_removed": N_("Bỏ quy tắc"),
    "fee": N_("Sửa công thức tính phí"),
    "imported": N_("Nhập từ tệp"),
    "copied": N_("Chép từ biểu mẫu khác"),
    "restored": N_("Lấy lại một phiên bản đã công bố"),
}
_EVENTS: dict[str, str] = {
    actions.DRAFT_UNDONE: N_("Hoàn tác thay đổi gần nhất"),
    actions.DRAFT_DISCARDED: N_("Bỏ bản thảo, lấy lại bản đang áp dụng"),
    actions.ASKED: N_("Đề nghị công bố"),
    actions.DECLINED: N_("Trả lại hoặc rút đề nghị công bố: %(reason)s"),
    actions.DRAFT_PUBLISHED: N_("Công bố phiên bản %(number)s"),
}


@dataclass(frozen=True)
class Subject:
    """Whose form a page is about, and what the actor may do about it."""

    key: str
    author: Author
    name: str

    @property
    def path(self) -> str:
        return f"/studio/forms/{self.key}/"


def subject_of(actor: Actor, key: str, *, writing: bool = False) -> Subject:
    """Raises Http404 for what there is not, and for what is not the actor's to read (or, ``writing``, to write)."""
    if not key or len(key) > 60 or "\x00" in key:
        raise Http404
    procedures = list(drafts.procedures_of(key).order_by("national_code"))
    if not procedures:
        raise Http404
    author = drafts.author(actor, key)
    if not author.reads or (writing and not author.writes):
        raise Http404
    own = next((one for one in procedures if one.national_code == key), procedures[0])
    return Subject(key, author, own.short_name)


def wording(data: Any, lang: str) -> str:
    """A wording of a definition in a language."""
    return Text.of(data)(lang)


def labels(definition: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Field id → its wording, section id → its title, columns by their path."""
    found = {str(s["id"]): wording(s.get("title"), lang) for s in definition["sections"]}
    for _section, field in editing.fields(definition):
        found[str(field["id"])] = wording(field.get("label"), lang) or str(field["id"])
        for column in field.get("columns", ()):
            found[f"{field['id']}.{column['id']}"] = wording(column.get("label"), lang) or str(column["id"])
    return found


def askable(definition: Mapping[str, Any], lang: str, *, but: str = "") -> list[Askable]:
    """The questions a condition may look at, in their order, as far as they can be read."""
    form, _left_out = editing.drawable(definition)
    if form is None:
        return []
    return [
        Askable.of(field, lang)
        for field in form.fields
        if field.id != but and field.kind.speaks(field) != "nothing"
    ]


def condition_words(condition: Any, form: Form | None, lang: str) -> str:
    """A condition as a part of a sentence; nothing for none."""
    if condition is None:
        return ""
    try:
        return sentences.condition(parse(condition), form.by_id if form else {}, lang)
    except BadCondition:
        return _("điều kiện viết sai")


def reckonable(definition: Mapping[str, Any], lang: str) -> list[tuple[str, str]]:
    """(id, label) of what a formula may name."""
    form, _left_out = editing.drawable({**definition, "outcomes": {}, "checks": []})
    return [(f.id, f.label(lang)) for f in form.fields if f.kind.speaks(f) != "nothing"] if form else []


def formula_words(bad: BadFormula, lang: str) -> str:
    """Why a formula is none, as a sentence."""
    return problems.say(Problem(bad.code, "", str(bad)), lang)


# --- problems -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """What is wrong with a definition: all in the order found, as (where it leads, label, sentence), and by part."""

    all: tuple[tuple[str, str, str], ...]
    by_part: Mapping[str, list[str]]
    faults: tuple[Problem, ...]


def judge(definition: Mapping[str, Any], path: str, lang: str) -> Judged:
    """Everything for which publication would be refused."""
    return judged(check_definition(definition), definition, path, lang)


def judged(found: Iterable[Problem], definition: Mapping[str, Any], path: str, lang: str) -> Judged:
    faults = tuple(found)
    names = labels(definition, lang)
    by_part: dict[str, list[str]] = {}
    lines = []
    for fault in faults:
        kind, key = problems.place(fault)
        text = problems.say(fault, lang, names)
        by_part.setdefault(f"{kind} {key}", []).append(text)
        lines.append((link(path, kind, key), names.get(key, ""), text))
    return Judged(tuple(lines), by_part, faults)


def link(path: str, kind: str, key: str) -> str:
    """Where a part is edited."""
    match kind:
        case "field":
            return f"{path}fields/{key}/"
        case "section":
            return f"{path}sections/{key}/"
        case "rule":
            return f"{path}fee/" if key == "fee" else f"{path}rules/{key.replace('.', '/')}/"
    return f"{path}#settings"


# --- the outline ----------------------------------------------------------------------------------------------------------


def outline(definition: Mapping[str, Any], found: Judged, hints: Hints, lang: str) -> list[dict[str, Any]]:
    """Sections with their fields in words, for the editor."""
    form, _left_out = editing.drawable(definition)
    sections = []
    for number, section in enumerate(definition["sections"], 1):
        name = str(section["id"])
        sections.append(
            {
                "id": name,
                "number": number,
                "title": wording(section.get("title"), lang) or name,
                "when": condition_words(section.get("show_if"), form, lang),
                "block": str(section.get("block", "")),
                "wrong": found.by_part.get(f"section {name}", []),
                "hints": hints.by_part.get(name, []),
                "fields": [_line(field, form, found, hints, lang) for field in section.get("fields", ())],
            }
        )
    return sections


def _line(
    field: Mapping[str, Any], form: Form | None, found: Judged, hints: Hints, lang: str
) -> dict[str, Any]:
    name = str(field["id"])
    inner = [str(column["id"]) for column in field.get("columns", ())]
    wrong = [
        text
        for key in (name, *(f"{name}.{c}" for c in inner))
        for text in found.by_part.get(f"field {key}", [])
    ]
    return {
        "id": name,
        "label": wording(field.get("label"), lang) or name,
        "kind": kind_title(str(field.get("type", "")), lang),
        "required": bool(field.get("required")),
        "required_when": condition_words(field.get("required_if"), form, lang),
        "when": condition_words(field.get("show_if"), form, lang),
        "officer": bool(field.get("officer_only")),
        "prefill": bool(field.get("prefill")),
        "copied": bool(field.get("copy_from")),
        "wrong": wrong,
        "hints": hints.of_field(name),
    }


def kind_title(kind: str, lang: str) -> str:
    key = kind.partition(":")[0]
    return FIELD_TYPES.get(key).title(lang) if key in FIELD_TYPES else kind


def kinds(lang: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """(shelf, [(key, title, when to use it)]) of all types."""
    shelves: dict[str, list[tuple[str, str, str]]] = {family: [] for family in FAMILIES}
    for kind in FIELD_TYPES:
        shelves.setdefault(kind.family, []).append((kind.key, kind.title(lang), kind.help(lang)))
    return [(_(FAMILIES.get(family, family)), listed) for family, listed in shelves.items() if listed]


# --- rules ------------------------------------------------------------------------------------------------------------------


def rule_lines(
    definition: Mapping[str, Any], found: Judged, names: Mapping[str, str], lang: str
) -> list[dict[str, Any]]:
    """Rules over several answers as sentences, each with the page where it is edited."""
    form, _left_out = editing.drawable(definition)
    of = labels(definition, lang)
    lines = []
    for kind, title in RULE_KINDS.items():
        for place, rule in enumerate(editing.rules(definition, kind)):
            target = str(rule.get("component") or rule.get("case") or rule.get("sector") or "")
            lines.append(
                {
                    "kind": kind,
                    "title": _(title),
                    "place": place,
                    "when": condition_words(rule.get("if"), form, lang) or _("(chưa có điều kiện)"),
                    "brings": wording(rule.get("message"), lang) or names.get(target, target),
                    "at": of.get(str(rule.get("field", "")), ""),
                    "warning": rule.get("level") == "warning",
                    "wrong": found.by_part.get(f"rule {kind}.{place}", []),
                }
            )
    return lines


def target_names(key: str, lang: str) -> dict[str, dict[str, str]]:
    """What rules can bring about: papers, cases and sectors by their key, in words."""
    cases = list(
        ProcedureCase.objects.filter(
            version__procedure__in=drafts.procedures_of(key), version__in=_current(key)
        ).order_by("position")
    )
    papers = Component.objects.filter(case__in=cases, by_form=False).order_by("position")
    return {
        "components": {paper.key: paper.name for paper in papers},
        "cases": {
            case.key: (case.name_en if lang == "en" and case.name_en else case.name_vi) for case in cases
        },
        "routes": {
            sector.slug: (sector.name_en if lang == "en" and sector.name_en else sector.name)
            for sector in Sector.objects.order_by("sort_key")
        },
    }


def _current(key: str) -> list[int]:
    return list(drafts.procedures_of(key).values_list("current_version", flat=True))


# --- comparing ----------------------------------------------------------------------------------------------------------------


def differences(before: Mapping[str, Any], after: Mapping[str, Any], lang: str) -> list[str]:
    """What differs, a sentence each; what cannot be read in either is left out on both sides."""
    old, _left_out = editing.drawable(before)
    new, _left_out = editing.drawable(after)
    if new is None:
        return [] if old is None else [_("Bản này chưa có câu hỏi nào đọc được.")]
    if old is None:
        count = sum(1 for _ in new.fields)
        return [
            _("Biểu mẫu mới: %(sections)s phần, %(fields)s câu hỏi")
            % {"sections": len(new.sections), "fields": count}
        ]
    return [changes.describe(change, lang) for change in changes.compare(old, new)]


def told(key: str, definition: Mapping[str, Any], today: date, lang: str) -> list[str]:
    """What people with an open draft would be told, a line each; nothing while the definition cannot be published."""
    if check_definition(definition):
        return []
    counted = rebasing.rehearse(key, definition, today=today)
    return [
        _("%(count)s người: %(words)s") % {"count": number, "words": _(TOLD[kind])}
        for kind, number in sorted(counted.items(), key=lambda one: (one[0] == "none", -one[1]))
    ]


TOLD: dict[str, str] = {
    "none": N_("không phải báo gì"),
    "removed": N_("có câu không còn được hỏi; câu trả lời được giữ riêng"),
    "set_aside": N_("có câu phải khai lại theo cách hỏi mới"),
    "back": N_("có câu trả lời cũ được đưa trở lại"),
    "added": N_("có câu hỏi mới, không bắt buộc"),
    "added_required": N_("có câu hỏi mới, bắt buộc"),
    "required": N_("có câu nay bắt buộc"),
    "wrong": N_("có câu trả lời không còn hợp lệ"),
    "reworded": N_("có câu đổi lời hỏi, được đề nghị xem lại"),
    "hidden": N_("có câu không phải trả lời nữa"),
    "shown": N_("có câu nay phải trả lời"),
}


def clash(
    refusal: Refused, key: str, made: Mapping[str, Any] | None, read: int, lang: str
) -> dict[str, Any] | None:
    """Where a save was refused because the draft had moved on: what others saved since the revision ``read``, and in what
    the draft would differ from what is there now if that which was typed (``made``) were kept. ``revision``: the one to
    save from, now that it has been shown."""
    if made is None or not isinstance(refusal, Conflict):
        return None
    now = drafts.written(key)
    names = labels(now.definition, lang)
    return {
        "since": [event_line(event, names) for event in drafts.since(key, read)],
        "lines": differences(now.definition, made, lang),
        "revision": now.revision,
    }


# --- history --------------------------------------------------------------------------------------------------------------------


def event_line(event: Event, names: Mapping[str, str]) -> dict[str, Any]:
    """A line of the history of a draft; parts that are gone are told by their id."""
    data = event.data
    where = str(data.get("where", ""))
    if event.kind in _EVENTS:
        what = _(_EVENTS[event.kind]) % {
            "number": data.get("number", ""),
            "reason": data.get("reason") or "–",
        }
    else:
        what = _(CHANGES.get(str(data.get("change", "")), "%(where)s")) % {"where": names.get(where, where)}
    return {"at": event.at, "who": event.officer or _("Hệ thống"), "what": what}
