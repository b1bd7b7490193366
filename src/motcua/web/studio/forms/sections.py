"""One part of a form on a page: its title, its help, when it shows; and putting it into the library."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue.forms import actions, drafts
from motcua.eforms import editing
from motcua.eforms.editing import NoSuchPart
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.kernel.text import slug
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio import conditions
from motcua.web.studio.forms import boxes, reading
from motcua.web.studio.forms.editor import gone
from motcua.web.studio.forms.reading import Subject, subject_of
from motcua.web.studio.saving import Typed, kept_revision, said, shown_revision

Json = dict[str, Any]


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_section(request: HttpRequest, key: str, section: str) -> HttpResponseBase:
    """``/studio/forms/<key>/sections/<id>/``."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    definition = drafts.written(subject.key).definition
    try:
        old = editing.section_of(definition, section)
    except NoSuchPart as left:
        return gone(request, actor, subject, left)
    if request.method != "POST":
        return _draw(
            request, actor, subject, definition, old, _values(definition, old, request.LANGUAGE_CODE)
        )
    post = request.POST
    made: Json | None = None
    try:
        with transaction.atomic():
            if post.get("what") == "library":
                _to_library(actor, definition, section, post)
                return HttpResponseRedirect(f"{subject.path}sections/{section}/?saved=library")
            made, change = _changed(definition, old, post, request.LANGUAGE_CODE)
            actions.save_draft(
                actor=actor,
                key=key,
                revision=kept_revision(post),
                definition=made,
                change=change,
                where=section,
                now=clock_now(),
            )  # fmt: skip - the arguments of one call
        return HttpResponseRedirect(f"{subject.path}?saved=1#section-{section}")
    except Typed as wrong:
        return _draw(
            request, actor, subject, definition, old, post, at=wrong.at, fault=wrong.words, status=422
        )
    except Refused as refusal:
        clash = reading.clash(refusal, key, made, kept_revision(post), request.LANGUAGE_CODE)
        return _draw(
            request,
            actor,
            subject,
            definition,
            old,
            post,
            fault=said(refusal),
            status=refusal.status,
            clash=clash,
        )


def _changed(definition: Json, old: Json, post: QueryDict, lang: str) -> tuple[Json, str]:
    """The form with the part as typed, or as its block is now; and what was done."""
    if post.get("what") == "renew":
        return _renewed(definition, old), "block_renewed"
    return editing.put_section(definition, str(old["id"]), _typed(definition, old, post, lang)), "section"


def _typed(definition: Json, old: Json, post: QueryDict, lang: str) -> Json:
    made: Json = {"id": old["id"]}
    for name, longest in (("title", 300), ("help", 2000)):
        if words := boxes.wording(post, name, longest, lines=True):
            made[name] = words
    if "title" not in made:
        raise Typed("title_vi", _("Nhập tên của phần."))
    when = conditions.read(post, "show_if", reading.askable(definition, lang), old.get("show_if"))
    if when is not None:
        made["show_if"] = when
    return made | ({"block": old["block"]} if "block" in old else {})


def _to_library(actor: Actor, definition: Json, name: str, post: QueryDict) -> None:
    key = post.get("block_key", "") or slug(post.get("block_name", ""))[:60]
    if not key:
        raise Typed("block_name", _("Nhập tên khối, hoặc chọn khối để công bố bản mới."))
    actions.publish_block(
        actor=actor,
        key=key,
        section=editing.block_of(definition, name),
        reason=post.get("reason", "")[:2000],
        now=clock_now(),
    )


def _renewed(definition: Json, old: Json) -> Json:
    block = newer_block(str(old.get("block", "")))
    if block is None:
        raise Refused("form.nothing_new")
    return editing.renewed_block(
        definition, str(old["id"]), block.section, mark=f"{block.key}@{block.number}"
    )


def newer_block(mark: str) -> Any:
    """The newest version of the block a section was copied from, where that is another; else None."""
    key = mark.partition("@")[0]
    newest = next((one for one in drafts.blocks() if one.key == key), None)
    return newest if newest is not None and f"{newest.key}@{newest.number}" != mark else None


def _values(definition: Json, section: Json, lang: str) -> QueryDict:
    found = QueryDict(mutable=True)
    for name in ("title", "help"):
        boxes.spread_wording(found, name, section.get(name))
    by_id = {one.id: one for one in reading.askable(definition, lang)}
    conditions.spread(
        found,
        "show_if",
        section.get("show_if"),
        lambda name, value: conditions.in_words(by_id.get(name), value),
    )
    return found


def _draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    definition: Json,
    section: Json,
    values: QueryDict,
    *,
    at: str = "",
    fault: str = "",
    status: int = 200,
    clash: dict[str, Any] | None = None,
) -> HttpResponseBase:
    lang = request.LANGUAGE_CODE
    form, _left_out = editing.drawable(definition)
    written = drafts.written(subject.key)
    inside = {str(field["id"]) for field in section.get("fields", ())}
    newer = newer_block(str(section.get("block", "")))
    context = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "section": section,
        "title": reading.wording(section.get("title"), lang) or str(section["id"]),
        "revision": shown_revision(written.revision, request.POST, fault, clash),
        "clash": clash,
        "value": values.dict(),
        "known": [one for one in reading.askable(definition, lang) if one.id not in inside],
        "operators": conditions.operators(),
        "places": list(conditions.places(values, "show_if")),
        "keep": "show_if-keep" in values,
        "sentence": reading.condition_words(section.get("show_if"), form, lang),
        "blocks": [(one.key, reading.wording(one.section.get("title"), lang)) for one in drafts.blocks()],
        "newer": newer,
        "newer_lines": _compared(section, newer.section, lang) if newer else [],
        "minimum": actions.MIN_REASON,
        "at": at,
        "fault": fault,
        "saved": request.GET.get("saved", "") if not fault else "",
    }
    return render(request, "studio/forms/section.html", context, status=status)


def _compared(old: Json, new: Json, lang: str) -> list[str]:
    """What a newer version of a block would change in a section."""
    before, after = ({"key": "x", "title": {"vi": "x"}, "sections": [{**one, "id": "x"}]} for one in (editing.block_of({"sections": [old]}, old["id"]), new))  # fmt: skip
    return reading.differences(before, after, lang)
