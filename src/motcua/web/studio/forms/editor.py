"""``/studio/forms/<key>/``: the draft as an outline to write on beside what people will see, or a version to read."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue.forms import actions, drafts
from motcua.eforms import editing
from motcua.eforms.editing import NoSuchPart
from motcua.eforms.fields import FIELD_TYPES
from motcua.eforms.models import FormVersion
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.text import clean
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.forms import advising, boxes, reading
from motcua.web.studio.forms.reading import Subject, subject_of
from motcua.web.studio.saving import Typed, kept_revision, said

Json = dict[str, Any]
LAYOUTS = ("sections", "questions")


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_editor(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?version=12``: a published version to read."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=request.method == "POST")
    if request.method != "POST":
        return draw(request, actor, subject)
    try:
        with transaction.atomic():
            to = _do(actor, subject, request.POST)
    except NoSuchPart:
        # What the button stood beside has left meanwhile: the page as it is now says so.
        moved = Refused("form.other_fields")
        return draw(request, actor, subject, fault=said(moved), status=409, typed=request.POST)
    except Typed:
        # Of a new part or a title only the English was typed.
        return draw(
            request, actor, subject, fault=said(Refused("form.no_title")), status=422, typed=request.POST
        )
    except Refused as refusal:
        read = kept_revision(request.POST) if isinstance(refusal, Conflict) else None
        return draw(
            request, actor, subject, fault=said(refusal), status=refusal.status, read=read, typed=request.POST
        )
    return HttpResponseRedirect(to)


def gone(request: HttpRequest, actor: Actor, subject: Subject, left: NoSuchPart) -> HttpResponseBase:
    """A part that is not there (any more): whoever was writing it is told who took it away, and can have it back by undo."""
    if request.method != "POST":
        raise Http404 from left
    fault = said(Refused("form.part_gone"))
    return draw(
        request, actor, subject, fault=fault, status=409, read=kept_revision(request.POST), typed=request.POST
    )


def _do(actor: Actor, subject: Subject, post: QueryDict) -> str:
    """Make the posted change; returns where to go next."""
    now, revision, what = clock_now(), kept_revision(post), post.get("what", "")
    if what == "undo":
        actions.undo(actor=actor, key=subject.key, revision=revision, now=now)
        return f"{subject.path}?saved=undone"
    if what == "discard":
        actions.discard_draft(actor=actor, key=subject.key, revision=revision, now=now)
        return f"{subject.path}?saved=discarded"
    definition, change, where, to = _changed(subject, drafts.written(subject.key).definition, what, post)
    actions.save_draft(
        actor=actor,
        key=subject.key,
        revision=revision,
        definition=definition,
        change=change,
        where=where,
        now=now,
    )
    return f"{subject.path}{to}"


def _changed(subject: Subject, old: Json, what: str, post: QueryDict) -> tuple[Json, str, str, str]:
    """(the new definition, what was done, to what, where to go) of a posted button."""
    name = post.get("part", "")[:140]
    match what:
        case "up" | "down":
            made = editing.moved(old, name, -1 if what == "up" else 1)
            return made, "moved", name, f"?saved=1#field-{name}"
        case "section_up" | "section_down":
            made = editing.section_moved(old, name, -1 if what == "section_up" else 1)
            return made, "section_moved", name, f"?saved=1#section-{name}"
        case "order":
            order = [
                (where, field) for where, _bar, field in (one.partition("/") for one in post.getlist("order"))
            ]
            return editing.arranged(old, order), "order", "", "?saved=1#outline"
        case "duplicate":
            made, copy = editing.duplicated(old, name)
            return made, "duplicated", name, f"?saved=1#field-{copy}"
        case "remove":
            return editing.without_field(old, name), "removed", name, "?saved=removed#outline"
        case "section_remove":
            return editing.without_section(old, name), "section_removed", name, "?saved=removed#outline"
        case "add":
            return _added(old, post)
        case "add_section":
            title = boxes.wording(post, "title", 500)
            if not title:
                raise Refused("form.no_title")
            made, name = editing.add_section(old, title)
            return made, "section_added", name, f"?saved=1#section-{name}"
        case "block":
            return _from_library(old, post)
        case "restore":
            version = version_of(subject, post.get("version", "") or "-")
            return (dict(version.definition) if version else old), "restored", "", "?saved=imported"
        case "settings":
            title = boxes.wording(post, "title", 500)
            if not title:
                raise Refused("form.no_title")
            layout = post.get("layout", "")
            made = editing.put_settings(
                old,
                title=title,
                source=clean(post.get("source", ""))[:500],
                layout=layout if layout in LAYOUTS else LAYOUTS[0],
            )
            return made, "settings", "", "?saved=1#settings"
    raise Http404


def _added(old: Json, post: QueryDict) -> tuple[Json, str, str, str]:
    """A new question: at the end of its section, or where it was dropped (``place``)."""
    kind, section = post.get("kind", ""), post.get("part", "")
    label = boxes.wording(post, "label", 500)
    if kind not in FIELD_TYPES:
        raise Refused("form.no_kind")
    if not label and "place" in post:
        # Dropped by hand: named after its kind until its author writes the question.
        label = {lang: FIELD_TYPES.get(kind).title(lang) for lang in ("vi", "en")}
    if not label:
        raise Refused("form.no_label")
    text = post.get("place", "")
    place = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
    made, name = editing.add_field(old, kind, label, section=section, place=place)
    return made, "added", name, f"fields/{name}/?saved=added"


def _from_library(old: Json, post: QueryDict) -> tuple[Json, str, str, str]:
    wanted = post.get("block", "")
    block = next((one for one in drafts.blocks() if one.key == wanted), None)
    if block is None:
        raise Refused("form.no_block")
    made, name = editing.with_block(old, block.section, mark=f"{block.key}@{block.number}")
    return made, "block", name, f"?saved=1#section-{name}"


# --- the page ---------------------------------------------------------------------------------------------------------


def version_of(subject: Subject, asked: str) -> FormVersion | None:
    """The published version that is asked for; None: the draft. Raises Http404 for another form's."""
    if not asked:
        return None
    found = next((one for one in drafts.versions(subject.key) if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    *,
    fault: str = "",
    status: int = 200,
    read: int | None = None,
    typed: QueryDict | None = None,
) -> HttpResponseBase:
    """The page. ``read``: the revision a refused save was made from, to tell what happened since."""
    lang = request.LANGUAGE_CODE
    version = version_of(subject, request.GET.get("version", "")) if typed is None else None
    written = drafts.written(subject.key)
    definition = dict(version.definition) if version else written.definition
    found = reading.judge(definition, subject.path, lang)
    hints = advising.hints(subject.key, definition, lang)
    names = reading.labels(definition, lang)
    targets = {
        key: name for group in reading.target_names(subject.key, lang).values() for key, name in group.items()
    }
    given = typed or QueryDict()
    versions, blocks = drafts.versions(subject.key), drafts.blocks()
    context = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "writes": subject.author.writes and version is None,
        "version": version,
        "written": written,
        "versions": versions,
        "newest": versions[0] if versions else None,
        "definition": definition,
        "sections": reading.outline(definition, found, hints, lang),
        "count": len(editing.ids(definition)),
        "rules": reading.rule_lines(definition, found, targets, lang),
        "rule_kinds": [(kind, _(title)) for kind, title in reading.RULE_KINDS.items()],
        "fee": (definition.get("outcomes") or {}).get("fee", {}).get("formula", ""),
        "judged": found,
        "hints": hints,
        "kinds": reading.kinds(lang),
        "blocks": [(one.key, reading.wording(one.section.get("title"), lang)) for one in blocks],
        "renewed": {f"{one.key}@{one.number}" for one in blocks},
        "settings": _settings(definition, given if given.get("what") == "settings" else None),
        "adding": {
            name: given.get(name, "") if given.get("what") in ("add", "add_section") else ""
            for name in ("part", "kind", "label_vi", "title_vi")
        },
        "history": [reading.event_line(event, names) for event in drafts.history(subject.key)],
        "since": [reading.event_line(event, names) for event in drafts.since(subject.key, read)] if read is not None else [],
        "fault": fault,
        "saved": request.GET.get("saved", "") if not fault else "",
    }  # fmt: skip
    return render(request, "studio/forms/editor.html", context, status=status)


def _settings(definition: Json, typed: QueryDict | None) -> dict[str, str]:
    title = definition.get("title") or {}
    found = {
        "title_vi": reading.wording(title, "vi"),
        "title_en": title.get("en", "") if isinstance(title, dict) else "",
        "source": str(definition.get("source", "")),
        "layout": str(definition.get("layout", "sections")),
    }
    return {name: typed.get(name, value) if typed is not None else value for name, value in found.items()}
