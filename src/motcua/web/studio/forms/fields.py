"""One question on a page: how it is asked, what fits as an answer, when it shows; and what it will look like."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.views.decorators.http import require_http_methods, require_POST

from motcua.catalogue.forms import actions, drafts
from motcua.eforms import editing, rendering
from motcua.eforms.editing import NoSuchPart
from motcua.eforms.fields import FIELD_TYPES
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio import conditions
from motcua.web.studio.forms import advising, boxes, options, question, reading
from motcua.web.studio.forms.editor import gone
from motcua.web.studio.forms.reading import Subject, subject_of
from motcua.web.studio.saving import Typed, kept_revision, said, shown_revision

Json = dict[str, Any]
#: Boxes that every page shows; a browser leaves some of them out.
BOXES = (
    "id",
    "type",
    "required",
    "upper",
    "officer_only",
    "max_length",
    "prefill",
    "copy_field",
    "help_vi",
    "subject_vi",
)
#: What signing in or a register can bring, by the names of the national portal.
CLAIMS: dict[str, str] = {
    "HoVaTen": N_("Họ và tên"),
    "SoDinhDanh": N_("Số định danh"),
    "NgayThangNamSinh": N_("Ngày sinh"),
    "GioiTinh": N_("Giới tính"),
    "DanToc": N_("Dân tộc"),
    "TonGiao": N_("Tôn giáo"),
    "QuocTich": N_("Quốc tịch"),
    "ThuongTru": N_("Nơi thường trú"),
    "NoiOHienNay": N_("Nơi ở hiện nay"),
    "ThuongTru|NoiOHienNay": N_("Nơi thường trú, nếu không có thì nơi ở hiện nay"),
    "SoDienThoai": N_("Số điện thoại"),
    "ThuDienTu": N_("Thư điện tử"),
    "Cha.HoVaTen": N_("Họ và tên cha"),
    "Me.HoVaTen": N_("Họ và tên mẹ"),
    "MaSoThue": N_("Mã số thuế"),
    "MaBHXH": N_("Mã số bảo hiểm xã hội"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_field(request: HttpRequest, key: str, path: str) -> HttpResponseBase:
    """``/studio/forms/<key>/fields/<id or table.column>/``: one question to write."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    definition = drafts.written(subject.key).definition
    try:
        field = editing.field_of(definition, path)
    except NoSuchPart as left:
        return gone(request, actor, subject, left)
    if request.method != "POST":
        return _draw(
            request,
            actor,
            subject,
            definition,
            path,
            question.values(definition, field, request.LANGUAGE_CODE),
        )
    post = request.POST
    if post.get("what") in ("column_add", "column_up", "column_down", "column_remove"):
        return _columns(request, actor, subject, definition, path)
    made: Json | None = None
    try:
        new = question.typed_field(subject, definition, path, post, request.LANGUAGE_CODE)
        made = editing.put_field(definition, path, new)
        with transaction.atomic():
            actions.save_draft(
                actor=actor, key=subject.key, revision=kept_revision(post), definition=made, change="field",
                where=_renamed(path, new), now=clock_now(),
            )  # fmt: skip
    except Typed as wrong:
        return _draw(
            request, actor, subject, definition, path, post, at=wrong.at, fault=wrong.words, status=422
        )
    except Refused as refusal:
        clash = reading.clash(refusal, subject.key, made, kept_revision(post), request.LANGUAGE_CODE)
        return _draw(
            request,
            actor,
            subject,
            definition,
            path,
            post,
            fault=said(refusal),
            status=refusal.status,
            clash=clash,
        )
    if "again" in post:
        return HttpResponseRedirect(
            f"{subject.path}fields/{_renamed(path, new)}/?saved=1#{post['again'][:40]}"
        )
    return HttpResponseRedirect(f"{subject.path}?saved=1#field-{_renamed(path, new).partition('.')[0]}")


def _renamed(path: str, field: Json) -> str:
    parent, dot, _name = path.rpartition(".")
    return f"{parent}{dot}{field['id']}"


def _columns(
    request: HttpRequest, actor: Actor, subject: Subject, definition: Json, path: str
) -> HttpResponseBase:
    """A column of a table, or a question of a group: added, moved, removed."""
    post = request.POST
    name, to = post.get("part", "")[:140], f"{subject.path}fields/{path}/?saved=1#columns"
    try:
        match post["what"]:
            case "column_add":
                label, kind = clean(post.get("column_label", ""))[:500], post.get("column_kind", "")
                if not label:
                    raise Typed("column_label", _("Nhập lời hỏi."))
                if kind not in FIELD_TYPES:
                    raise Typed("column_kind", _("Chọn kiểu câu hỏi."))
                made, where = editing.add_column(definition, path, kind, {"vi": label})
                change, to = "added", f"{subject.path}fields/{where}/?saved=added"
            case "column_remove":
                made, change, where = editing.without_field(definition, name), "removed", name
            case direction:
                made = editing.moved(definition, name, -1 if direction == "column_up" else 1)
                change, where = "moved", name
        with transaction.atomic():
            actions.save_draft(
                actor=actor, key=subject.key, revision=kept_revision(post), definition=made, change=change, where=where,
                now=clock_now(),
            )  # fmt: skip
    except (Typed, Refused, NoSuchPart) as wrong:
        values = question.values(definition, editing.field_of(definition, path), request.LANGUAGE_CODE)
        at = wrong.at if isinstance(wrong, Typed) else ""
        fault = wrong.words if isinstance(wrong, Typed) else said(wrong if isinstance(wrong, Refused) else Refused("form.other_fields"))  # fmt: skip
        return _draw(
            request, actor, subject, definition, path, values, at=at, fault=fault, status=422, typing=post
        )
    return HttpResponseRedirect(to)


def _draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    definition: Json,
    path: str,
    values: QueryDict,
    *,
    at: str = "",
    fault: str = "",
    status: int = 200,
    clash: dict[str, Any] | None = None,
    typing: QueryDict | None = None,
) -> HttpResponseBase:
    lang = request.LANGUAGE_CODE
    field = editing.field_of(definition, path)
    parent = path.rpartition(".")[0]
    chosen = str(values.get("type", ""))
    kind = FIELD_TYPES.get(chosen) if chosen in FIELD_TYPES else None
    names = reading.labels(definition, lang)
    known = [] if parent else reading.askable(definition, lang, but=str(field["id"]))
    form, _left_out = editing.drawable(definition)
    written = drafts.written(subject.key)
    found = reading.judge(definition, subject.path, lang)
    context = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "part": path,
        "parent": parent,
        "parent_label": names.get(parent, ""),
        "label": names.get(path, path),
        "value": {**dict.fromkeys(BOXES, ""), **values.dict()},
        "listed": dict(values.lists()),
        "kind": kind,
        "kinds": reading.kinds(lang),
        "settled": not parent and str(field["id"]) in drafts.settled_ids(subject.key),
        "revision": shown_revision(written.revision, typing or request.POST, fault, clash),
        "boxes": boxes.boxes(kind, [(one, names[one]) for one in editing.ids(definition) if one != path], lang) if kind else [],
        "chooses": kind is not None and (kind.family == "choice" and kind.says in ("choice", "choices")),
        "lists": options.lists(),
        "long_list": len(field.get("options", ())) if options.long(field) else 0,
        "option_places": options.places(values),
        "columns": [
            (f"{path}.{c['id']}", names.get(f"{path}.{c['id']}", ""), reading.kind_title(str(c.get("type", "")), lang))
            for c in field.get("columns", ())
        ],
        "several": kind is not None and kind.key in ("table", "group"),
        "known": known,
        "alike": question.alike(known, chosen),
        "operators": conditions.operators(),
        "places": {name: list(conditions.places(values, name)) for name in ("show_if", "required_if", "copy_if")},
        "keep": {name: f"{name}-keep" in values for name in ("show_if", "required_if", "copy_if")},
        "sentences": {
            "show_if": reading.condition_words(field.get("show_if"), form, lang),
            "required_if": reading.condition_words(field.get("required_if"), form, lang),
            "copy_if": reading.condition_words((field.get("copy_from") or {}).get("if"), form, lang),
        },
        "claims": [(key, _(name)) for key, name in CLAIMS.items()],
        "uses": _uses(definition, path, names),
        "preview": _preview(definition, path, lang),
        "hints": advising.hints(subject.key, definition, lang).of_field(path),
        "wrong": found.by_part.get(f"field {path}", []) if not fault else [],
        "typing": {name: typing.get(name, "") if typing else "" for name in ("column_label", "column_kind")},
        "at": at,
        "fault": fault,
        "clash": clash,
        "saved": request.GET.get("saved", "") if not fault else "",
    }  # fmt: skip
    return render(request, "studio/forms/field.html", context, status=status)


def _uses(definition: Json, path: str, names: dict[str, str]) -> list[str]:
    """What names this question, in words: removing it would break them."""
    if "." in path:
        return []
    found = []
    for use in editing.uses(definition, path):
        kind = use.where.partition(".")[0]
        title = reading.RULE_KINDS.get(kind)
        found.append(
            _(title)
            if title
            else _("Công thức tính phí")
            if kind == "fee"
            else names.get(use.where, use.where)
        )
    return list(dict.fromkeys(found))


# --- what it will look like ---------------------------------------------------------------------------------------------


def _preview(definition: Json, path: str, lang: str) -> str:
    """The question as people will see it; nothing while it cannot be drawn."""
    name = path.partition(".")[0]
    alone = {**definition, "checks": [], "outcomes": {}}
    form, left_out = editing.drawable(alone)
    if form is None or name in left_out or name not in form.by_id:
        return ""
    return rendering.field_html(form, name, {}, lang=lang)


@require_POST
@staff(Role.HEAD, Role.OPERATOR)
def form_field_preview(request: HttpRequest, key: str, path: str) -> HttpResponseBase:
    """What is being typed, as people would see it: a piece of HTML for the page, nothing is kept."""
    subject = subject_of(acting(request), key, writing=True)
    definition = drafts.written(subject.key).definition
    lang = request.LANGUAGE_CODE
    try:
        made = editing.put_field(
            definition, path, question.typed_field(subject, definition, path, request.POST, lang)
        )
    except NoSuchPart as gone:
        raise Http404 from gone
    except Typed as wrong:
        return render(
            request, "studio/forms/_field_preview.html", {"html": "", "fault": wrong.words}, status=422
        )
    name = path.partition(".")[0] if "." in path else _renamed(path, {"id": request.POST.get("id") or path})
    html = _preview(made, name, lang)
    fault = "" if html else _("Chưa hiện được: câu hỏi còn chỗ cần sửa.")
    response: HttpResponse = render(
        request, "studio/forms/_field_preview.html", {"html": html, "fault": fault}
    )
    return response
