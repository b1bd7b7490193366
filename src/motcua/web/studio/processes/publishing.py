"""A draft against what is published, its publication, and processes that come from files, go to files, or are copied."""

from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalogue.models import ProcedureCase
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.processing import actions, authoring, bpmn, differences, tables
from motcua.processing.bpmn.xml import MAX_BYTES
from motcua.processing.models import ProcessVersion
from motcua.processing.tables import Malformed, Table, linked
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.processes import reading, words
from motcua.web.studio.processes.editor import malformed
from motcua.web.studio.processes.picture import Drawn, picture
from motcua.web.studio.processes.reading import Subject, case_name, subject_of
from motcua.web.studio.saving import kept_revision, said

TYPES = {"bpmn": "application/xml", "json": "application/json"}


# --- comparing and publishing ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def process_publish(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/processes/<case>/publish/``: what differs from what is in force, what that touches, and the reason."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=request.method == "POST")
    if request.method != "POST":
        return _draw_publish(request, actor, subject)
    reason = request.POST.get("reason", "")[:2000]
    try:
        with transaction.atomic():
            version = actions.publish_draft(
                actor=actor,
                case=subject.case,
                revision=kept_revision(request.POST),
                reason=reason,
                now=clock_now(),
            )
    except Refused as refusal:
        return _draw_publish(request, actor, subject, reason=reason, refusal=refusal)
    return HttpResponseRedirect(f"{subject.path}?saved=published-{version.number}")


def _draw_publish(
    request: HttpRequest, actor: Actor, subject: Subject, *, reason: str = "", refusal: Refused | None = None
) -> HttpResponseBase:
    english = request.LANGUAGE_CODE == "en"
    written, version = authoring.draft_of(subject.case), authoring.followed(subject.case)
    labels = reading.labels_of(subject.case, english=english)
    before = authoring.table_of(version.pk, version.name) if version else Table("", ())
    context = {
        "staff": navigation(actor, "processes"),
        "subject": subject,
        "writes": subject.author.writes,
        "written": written,
        "version": version,
        "own": version is not None and (version.case_id is None) == (subject.case is None),
        "new": written.revision > 0 and written.published is None,
        "lines": _compared(before, written.table, labels),
        "judged": reading.judge(subject.case, written.table),
        "plan": reading.plan(subject.case, written.table),
        "effects": reading.effects(subject.case),
        "offering": len(authoring.offering_codes(subject.case)) if subject.case is not None else 0,
        "reason": reason,
        "minimum": actions.MIN_REASON,
        "fault": said(refusal) if refusal else "",
        "at_reason": refusal is not None and refusal.code == "reason.too_short",
    }
    return render(
        request, "studio/processes/publish.html", context, status=refusal.status if refusal else 200
    )


def _compared(before: Table, after: Table, labels: dict[str, str]) -> list[dict[str, str]]:
    names = {step.key: step.name for step in (*before.steps, *after.steps)}
    return words.difference_words(differences.between(before, after), names, labels)


# --- files ----------------------------------------------------------------------------------------------------------


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def process_export(request: HttpRequest, key: str, form: str) -> HttpResponseBase:
    """``/studio/processes/<case>/export/bpmn/?version=12``: the draft, or a published version, as a file."""
    subject = subject_of(acting(request), key)
    if form not in TYPES:
        raise Http404
    table = authoring.draft_of(subject.case).table
    asked = request.GET.get("version", "")
    if asked:
        own = [*authoring.versions_of(subject.case), authoring.followed(subject.case)]
        found = next((one for one in own if one is not None and str(one.pk) == asked), None)
        if found is None:
            raise Http404
        table = authoring.table_of(found.pk, found.name)
    if form == "bpmn":
        if not linked(table.steps):
            # Said on the page of the draft, where the rows in question are marked.
            return HttpResponseRedirect(f"{subject.path}?saved=unlinked")
        content = bpmn.write(table)
    else:
        content = (json.dumps(tables.written(table), ensure_ascii=False, indent=1) + "\n").encode()
    response = HttpResponse(content, content_type=f"{TYPES[form]}; charset=utf-8")
    name = f"quy-trinh-{subject.code or subject.key}{'-v' + asked if asked else ''}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def process_import(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/processes/<case>/import/``: a file or another procedure's process, tried first, taken when asked to."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    what = request.POST.get("what", "") if request.method == "POST" else ""
    try:
        match what:
            case "":
                return _draw_import(request, actor, subject)
            case "try":
                file = request.FILES.get("file")
                data = file.read(MAX_BYTES + 1) if file is not None else b""
                table, notes = read_file(data)
                return _draw_import(request, actor, subject, table=table, notes=notes, change="imported")
            case "copy":
                source = _source(request.POST.get("source", ""))
                table = authoring.table_of(
                    source.pk, authoring.draft_of(subject.case).table.name or source.name
                )
                return _draw_import(request, actor, subject, table=table, change="copied")
            case "take":
                table = _json(request.POST.get("table", "").encode())
                change = "copied" if request.POST.get("change") == "copied" else "imported"
                try:
                    with transaction.atomic():
                        actions.save_draft(
                            actor=actor,
                            case=subject.case,
                            revision=kept_revision(request.POST),
                            table=table,
                            change=change,
                            now=clock_now(),
                        )
                except Refused as refusal:
                    return _draw_import(
                        request,
                        actor,
                        subject,
                        table=table,
                        change=change,
                        fault=said(refusal),
                        status=refusal.status,
                    )
                return HttpResponseRedirect(f"{subject.path}?saved=1")
            case _:
                raise Http404
    except NotRead as wrong:
        return _draw_import(request, actor, subject, fault=str(wrong), at=wrong.at, status=422)


class NotRead(ValueError):
    """A file, or a source, that was not read: why, as a sentence; and the field it is about."""

    def __init__(self, words_: str, at: str = "file") -> None:
        super().__init__(words_)
        self.at = at


def read_file(data: bytes) -> tuple[Table, tuple[bpmn.Note, ...]]:
    """A process from JSON or BPMN. Raises :class:`NotRead`."""
    if len(data) > MAX_BYTES:
        raise NotRead(words.word(words.UNREADABLE, "too_large"))
    if not data.strip():
        raise NotRead(words.word(words.UNREADABLE, "no_file"))
    if data.lstrip()[:1] == b"{":
        return _json(data), ()
    try:
        found = bpmn.read(data)
    except bpmn.Unreadable as wrong:
        raise NotRead(_(words.UNREADABLE[wrong.code]) % {"line": wrong.line}) from wrong
    except bpmn.Unsupported as wrong:
        why = words.word(words.UNSUPPORTED, wrong.what)
        where = _("Phần tử “%(element)s” (%(kind)s, dòng %(line)s)") % {
            "element": wrong.element,
            "kind": wrong.kind,
            "line": wrong.line,
        }
        raise NotRead(f"{where}: {why}{f' – {wrong.detail}' if wrong.detail else ''}.") from wrong
    except Malformed as wrong:
        raise NotRead(malformed(wrong)) from wrong
    return found.table, found.notes


def _json(data: bytes) -> Table:
    try:
        return tables.read(json.loads(data))
    except Malformed as wrong:
        raise NotRead(malformed(wrong)) from wrong
    except (ValueError, RecursionError) as wrong:
        raise NotRead(words.word(words.UNREADABLE, "no_json")) from wrong


def _sources() -> list[ProcessVersion]:
    """The newest process of each case that has its own, and the general one. Definitions are nobody's secret."""
    line = ("case__version__procedure", "case__key")
    return list(
        ProcessVersion.objects.order_by(*line, "-pk")
        .distinct(*line)
        .select_related("case__version__procedure")
    )


def _source(asked: str) -> ProcessVersion:
    found = next((one for one in _sources() if str(one.pk) == asked), None)
    if found is None:
        raise NotRead(_("Chọn quy trình để chép."), "source")
    return found


def _source_name(version: ProcessVersion) -> str:
    case: ProcedureCase | None = version.case
    if case is None:
        return _("Quy trình chung, phiên bản %(number)s") % {"number": version.number}
    said_ = {"code": case.version.procedure.national_code, "name": case_name(case), "number": version.number}
    return _("%(code)s %(name)s, phiên bản %(number)s") % said_


def _draw_import(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    *,
    table: Table | None = None,
    notes: tuple[bpmn.Note, ...] = (),
    change: str = "",
    fault: str = "",
    at: str = "",
    status: int = 200,
) -> HttpResponseBase:
    english = request.LANGUAGE_CODE == "en"
    labels = reading.labels_of(subject.case, english=english)
    written = authoring.draft_of(subject.case)
    context: dict[str, Any] = {
        "staff": navigation(actor, "processes"),
        "subject": subject,
        "written": written,
        "sources": [(one.pk, _source_name(one)) for one in _sources()],
        "tried": table is not None,
        "change": change,
        "fault": fault,
        "at": at,
    }
    if table is not None:
        judged = reading.judge(subject.case, table)
        context |= {
            "table": json.dumps(tables.written(table), ensure_ascii=False),
            "notes": [
                (note.element, note.line, _(words.NOTES[note.code]) % {"detail": note.detail})
                for note in notes
            ],
            "judged": judged,
            "rows": reading.rows_of(table, judged, labels, english=english),
            "picture": picture(table, Drawn(english, labels, "#row-{}", wrong=judged.rows)),
            "lines": _compared(written.table, table, labels),
        }
    return render(request, "studio/processes/import.html", context, status=status)
