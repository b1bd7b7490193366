"""What scripts and plain forms send: fields as they are typed, files in chunks or whole. One set of rules for both."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods, require_POST

from motcua.dossiers import drafts
from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import Draft, DraftUpload
from motcua.eforms import messages
from motcua.eforms import rules as eforms
from motcua.eforms.fields.base import FieldError, Text
from motcua.kernel.clock import local_day, now
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.processing.models import Supplement
from motcua.web.portal import answers
from motcua.web.portal.access import PersonRequest, person_required, script_only
from motcua.web.shared.formats import time_vn
from motcua.web.shared.wording import sentence

if TYPE_CHECKING:
    from motcua.web.portal.pages import Filing

View = Callable[..., HttpResponseBase]
MIB = 1024 * 1024
MAX_AUTOSAVE = 256 * 1024


def _bad(code: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": sentence(code, {})}, status=400)


@script_only
@person_required
@require_POST
def autosave(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """``{field, values: [[name, value], …], version}`` → kept, with this field's errors (``autosave.js``)."""
    try:
        sent = json.loads(request.body[:MAX_AUTOSAVE])
        name, version = str(sent["field"]), int(sent["version"])
        data: dict[str, list[str]] = {}
        for key, value in sent["values"]:
            data.setdefault(str(key), []).append(str(value))
    except (ValueError, KeyError, TypeError):
        return _bad("request.unreadable")
    draft, part = drafts.reach(request.actor, draft_id)
    form = form_of(draft.form_id) if draft.form_id else None
    if form is None or name not in form.by_id or not _may_change(draft, name):
        return _bad("field.unknown")
    if name in drafts.photos(form):  # which file it is says the server, when the file has arrived
        return _bad("field.unknown")
    if part is not None and form.section_of[name] not in part:
        raise NotAllowed("draft.unknown")
    field = form.by_id[name]
    posted = eforms.parse_field(form, name, data)
    if not posted and data and field.kind.asks:  # all boxes of a group unticked: nothing is sent for them
        posted = {name: None}
    values = answers.changed(form, draft.answers, posted)
    try:
        saved = drafts.save(
            actor=request.actor, draft_id=draft_id, values=values, revision=version, now=now()
        )
    except Conflict as conflict:
        if conflict.code != "draft.changed_elsewhere":
            return JsonResponse({"code": conflict.code, "message": sentence(conflict.code, {})}, status=410)
        stands = answers.pairs(answers.control(field, conflict.params["value"], request.LANGUAGE_CODE))
        return JsonResponse(
            {"code": conflict.code, "version": conflict.params["revision"], "server_value": stands},
            status=409,
        )
    judged = eforms.validate(form, saved.answers, today=local_day(saved.saved_at))
    wrong = [fault for fault in judged.errors.get(name, ()) if fault.code != "required"]
    language = request.LANGUAGE_CODE
    return JsonResponse(
        {
            "saved_at": time_vn(saved.saved_at),
            "version": saved.revision,
            # What stood before this save: equal to what the page knows, nobody else has changed anything.
            "before": saved.before,
            "errors": {name: list(messages.error_texts(form, name, wrong, language).values())}
            if wrong
            else {},
            "warnings": {
                name: [messages.error_text(field, doubt, language) for doubt in judged.warnings[name]]
            }
            if name in judged.warnings
            else {},
        }
    )


def _may_change(draft: Draft, name: str) -> bool:
    """Of a supplement only what was marked."""
    if draft.supplements_id is None:
        return True
    asked = Supplement.objects.get(dossier=draft.supplements_id)
    return any(item["kind"] == "field" and item["key"] == name for item in asked.items)


@script_only
@person_required
@require_POST
def begin(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """``{component or field, filename, size, mark}`` → ``{id, offset, max_chunk}`` (``upload.js``).

    ``offset`` is where to go on: past 0 for a file that is chosen again after a cut. A refusal says why, in words.
    """
    try:
        sent = json.loads(request.body[:MAX_AUTOSAVE])
        size, filename, mark = int(sent["size"]), str(sent["filename"]), str(sent.get("mark") or "")
        field = str(sent.get("field") or "")
        component = None if field else int(sent["component"])
    except (ValueError, KeyError, TypeError):
        return _bad("request.unreadable")
    upload = drafts.begin_upload(
        actor=request.actor,
        draft_id=draft_id,
        component=component,
        field=field,
        filename=filename,
        size=size,
        mark=mark,
        now=now(),
    )
    return JsonResponse({"id": str(upload.pk), "offset": upload.offset, "max_chunk": MIB}, status=201)


@script_only
@person_required
@require_http_methods(["PUT", "DELETE"])
def chunk(request: PersonRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    """A chunk at ``Upload-Offset``, or the file taken out again."""
    if request.method == "DELETE":
        drafts.remove_upload(actor=request.actor, draft_id=draft_id, upload_id=upload_id)
        return JsonResponse({"removed": True})
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit()):
        return _bad("request.unreadable")
    if int(request.headers.get("Content-Length") or 0) > MIB:
        return JsonResponse({"code": "upload.chunk_too_large"}, status=413)
    upload = drafts.receive_chunk(
        actor=request.actor,
        draft_id=draft_id,
        upload_id=upload_id,
        offset=int(offset),
        chunk=request.body,
        now=now(),
    )
    answer: dict[str, Any] = {"offset": upload.offset, "done": upload.state == DraftUpload.State.KEPT}
    if upload.state == DraftUpload.State.REFUSED:
        answer["error"] = sentence(f"upload.{upload.problem}", {"filename": upload.filename})
    elif upload.state == DraftUpload.State.KEPT:
        answer["url"] = f"/account/files/upload/{upload.pk}/"
        answer["name"] = upload.filename
        answer["size"] = upload.size
    return JsonResponse(answer)


# --- the plain form -------------------------------------------------------------------------------------------------


class Limit(FileUploadHandler):
    """Stops keeping a file once it is larger than may be kept; the rest of the form is still read."""

    def __init__(self, request: HttpRequest, limit: int) -> None:
        super().__init__(request)
        self.limit = limit
        self.refused: list[tuple[str, str]] = []
        self._count = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._count = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self._count += len(raw_data)
        if self._count > self.limit:
            self.refused.append((self.field_name or "", self.file_name or ""))
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None


def with_limit(view: View) -> View:
    """Put the limit of a single file before the body is read."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            limit = Limit(request, drafts.upload_limits(now()).max_file)
            request.upload_handlers.insert(0, limit)
            cast(PersonRequest, request).too_large = limit.refused
        return view(request, *args, **kwargs)

    return wrapped


def receive_form_files(request: PersonRequest, filing: Filing) -> dict[int, str]:
    """Files of a plain form (``file.<component>``), through the same steps as chunks; what is wrong, by component."""
    problems: dict[int, str] = {}
    bound = drafts.upload_limits(now()).max_file
    files_of = (
        request.FILES
    )  # reads the body, where it has not been read yet: only then is it known what is too large
    for field, name in request.too_large:
        if (key := _component(field)) is not None:
            problems[key] = sentence("upload.too_large", {"filename": name, "limit": bound})
    allowed = {paper.pk for paper in filing.papers}
    for field, files in files_of.lists():
        component = _component(field)
        if component is None or component not in allowed:
            continue
        for file in files:
            refused = _take(request, filing, file, component=component)
            if refused is not None:
                problems[component] = sentence(refused.code, refused.params)
    return problems


def receive_pictures(
    request: PersonRequest, filing: Filing, section_id: str
) -> dict[str, tuple[FieldError, ...]]:
    """Portraits that came with the form of a section, without a script; what is wrong, by field."""
    assert filing.form is not None
    files_of = request.FILES
    late = dict(request.too_large)
    wrong: dict[str, tuple[FieldError, ...]] = {}
    for field in filing.form.section(section_id).fields:
        if field.id not in drafts.photos(filing.form):
            continue
        refused: Refused | None = None
        if field.id in late:
            refused = Refused("upload.too_large", filename=late[field.id])
        elif (file := files_of.get(field.id)) is not None:
            refused = _take(request, filing, file, field=field.id)
        if refused is not None:
            words = sentence(refused.code, refused.params)
            wrong[field.id] = (FieldError("check", {"message": Text(words, words)}),)
    return wrong


def _take(
    request: PersonRequest,
    filing: Filing,
    file: UploadedFile[Any],
    *,
    component: int | None = None,
    field: str = "",
) -> Refused | None:
    """One whole file by the same steps as chunks; why it was not taken, or None."""
    try:
        upload = drafts.begin_upload(
            actor=request.actor,
            draft_id=filing.draft.pk,
            component=component,
            field=field,
            filename=file.name or "",
            size=file.size or 0,
            now=now(),
        )
        for part in file.chunks(MIB):
            upload = drafts.receive_chunk(
                actor=request.actor,
                draft_id=filing.draft.pk,
                upload_id=upload.pk,
                offset=upload.offset,
                chunk=part,
                now=now(),
            )
    except Refused as refused:
        return refused
    if upload.state == DraftUpload.State.REFUSED:
        return Refused(f"upload.{upload.problem}", filename=upload.filename)
    return None


def _component(field: str) -> int | None:
    key = field.removeprefix("file.")
    return (
        int(key) if field.startswith("file.") and key.isascii() and key.isdigit() and len(key) < 12 else None
    )
