"""Forms that come from files, go to files, or are copied from another procedure: tried first, taken when asked to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalogue.forms import actions, drafts
from motcua.catalogue.models import Procedure
from motcua.dossiers import rebasing
from motcua.eforms import editing, importing, schema
from motcua.eforms.importing import MAX_BYTES, Unreadable, json_schema, xlsform
from motcua.eforms.models import FormVersion
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.forms import advising, reading
from motcua.web.studio.forms.editor import version_of
from motcua.web.studio.forms.reading import Subject, subject_of
from motcua.web.studio.saving import kept_revision, said

FORMATS = ("json", "schema")
CHANGES = ("imported", "copied")


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def form_export(request: HttpRequest, key: str, form: str) -> HttpResponseBase:
    """``export/json/``: the draft, or a published version (``?version=12``), for another installation; ``export/schema/``:
    JSON Schema of the answers, for whoever sends them by machine."""
    subject = subject_of(acting(request), key)
    if form not in FORMATS:
        raise Http404
    version = version_of(subject, request.GET.get("version", ""))
    content: Any = version.definition if version else drafts.written(subject.key).definition
    if form == "schema":
        drawn, left_out = editing.drawable(content)
        if drawn is None or left_out:
            return HttpResponseRedirect(f"{subject.path}?saved=unfinished")
        content = schema.form_schema(drawn)
    name = f"bieu-mau-{subject.key}{f'-v{version.number}' if version else ''}{'-schema' if form == 'schema' else ''}.json"
    response = HttpResponse(
        json.dumps(content, ensure_ascii=False, indent=1) + "\n",
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True)
class Tried:
    """What came of a file or a copy, before anybody takes it."""

    definition: dict[str, Any]
    change: str
    notes: tuple[str, ...] = ()


class NotRead(ValueError):
    """A file, or a source, that was not read: why, as a sentence; and the box it is about."""

    def __init__(self, words: str, at: str = "file") -> None:
        super().__init__(words)
        self.at = at


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_import(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/forms/<key>/import/``."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    if request.method != "POST":
        return _draw(request, actor, subject)
    try:
        match request.POST.get("what", ""):
            case "try":
                file = request.FILES.get("file")
                data = file.read(MAX_BYTES + 1) if file is not None else b""
                return _draw(request, actor, subject, tried=_file(subject, data, request.LANGUAGE_CODE))
            case "copy":
                return _draw(request, actor, subject, tried=_copy(subject, request.POST.get("source", "")))
            case "take":
                return _take(request, actor, subject)
    except NotRead as wrong:
        return _draw(request, actor, subject, fault=str(wrong), at=wrong.at, status=422)
    raise Http404


def _take(request: HttpRequest, actor: Actor, subject: Subject) -> HttpResponseBase:
    definition = _json(request.POST.get("definition", "").encode())
    change = request.POST.get("change", "")
    tried = Tried(definition, change if change in CHANGES else CHANGES[0])
    try:
        with transaction.atomic():
            actions.save_draft(
                actor=actor, key=subject.key, revision=kept_revision(request.POST), definition=definition,
                change=tried.change, now=clock_now(),
            )  # fmt: skip
    except Refused as refusal:
        return _draw(request, actor, subject, tried=tried, fault=said(refusal), status=refusal.status)
    return HttpResponseRedirect(f"{subject.path}?saved=imported")


def _file(subject: Subject, data: bytes, lang: str) -> Tried:
    """A form of ours, a JSON Schema, or an XLSForm. Raises :class:`NotRead`."""
    if not data.strip():
        raise NotRead(_("Chọn tệp để nhập."))
    try:
        if data[:2] == b"PK" or data[:4] == b"\xd0\xcf\x11\xe0":
            found = xlsform.read(data, name=subject.name)
        else:
            content = _json(data)
            if isinstance(content, dict) and "sections" in content:
                return Tried(_shaped(subject, content), "imported")
            found = json_schema.read(content, name=subject.name)
    except Unreadable as wrong:
        raise NotRead(importing.say(wrong, lang)) from wrong
    title = found.definition.get("title") or {"vi": subject.name}
    made = _shaped(subject, {**found.definition, "title": title})
    names = reading.labels(made, lang)
    notes = tuple(
        f"{names[note.where]}: {importing.say(note, lang)}"
        if note.where in names
        else importing.say(note, lang)
        for note in found.notes
    )
    return Tried(made, "imported", notes)


def _json(data: bytes) -> Any:
    if len(data) > MAX_BYTES:
        raise NotRead(_("Tệp quá lớn."))
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as wrong:
        raise NotRead(_("Tệp không phải là JSON hoặc bảng tính Excel đọc được.")) from wrong


def _shaped(subject: Subject, content: Any) -> dict[str, Any]:
    try:
        return actions.shaped(subject.key, content)
    except Refused as refusal:
        raise NotRead(said(refusal)) from refusal


def _copy(subject: Subject, asked: str) -> Tried:
    """The form another procedure uses, under this one's own title."""
    version = next((one for one in _sources() if one.key == asked and asked != subject.key), None)
    if version is None:
        raise NotRead(_("Chọn biểu mẫu để chép."), "source")
    title = drafts.written(subject.key).definition.get("title")
    return Tried(_shaped(subject, {**version.definition, "title": title}), "copied")


def _sources() -> list[FormVersion]:
    """The newest version of each form. Definitions are nobody's secret."""
    return list(FormVersion.objects.order_by("key", "-number").distinct("key"))


def _draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    *,
    tried: Tried | None = None,
    fault: str = "",
    at: str = "",
    status: int = 200,
) -> HttpResponseBase:
    lang, written = request.LANGUAGE_CODE, drafts.written(subject.key)
    names = dict(Procedure.objects.values_list("national_code", "short_name"))
    context: dict[str, Any] = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "written": written,
        "sources": [
            (one.key, f"{one.key} {names.get(one.key) or reading.wording(one.definition.get('title'), lang)}")
            for one in _sources()
            if one.key != subject.key
        ],
        "tried": tried,
        "fault": fault,
        "at": at,
    }
    if tried is not None:
        judged = reading.judge(tried.definition, subject.path, lang)
        hints = advising.hints(subject.key, tried.definition, lang)
        context |= {
            "definition": json.dumps(tried.definition, ensure_ascii=False),
            "judged": judged,
            "hints": hints,
            "sections": reading.outline(tried.definition, judged, hints, lang),
            "count": len(editing.ids(tried.definition)),
            "lines": reading.differences(written.definition, tried.definition, lang),
            "effect": rebasing.effect(subject.key),
            "told": reading.told(subject.key, tried.definition, local_day(clock_now()), lang),
        }
    return render(request, "studio/forms/import.html", context, status=status)
