"""Rules over several answers: checks, refusals, papers, cases, routes; and the fee."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue.forms import actions, drafts
from motcua.eforms import editing, formulas
from motcua.eforms.editing import NoSuchPart
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio import conditions
from motcua.web.studio.forms import boxes, reading
from motcua.web.studio.forms.editor import gone
from motcua.web.studio.forms.reading import Subject, subject_of
from motcua.web.studio.saving import Typed, kept_revision, said, shown_revision

Json = dict[str, Any]
#: What a rule of a kind brings about: the word it stands under.
TARGETS = {"components": "component", "cases": "case", "routes": "sector"}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_rule(request: HttpRequest, key: str, kind: str, place: str) -> HttpResponseBase:
    """``/studio/forms/<key>/rules/<kind>/<place or "new">/``."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    definition = drafts.written(subject.key).definition
    if kind not in editing.RULES:
        raise Http404
    there = editing.rules(definition, kind)
    number = (
        None
        if place == "new"
        else int(place)
        if place.isascii() and place.isdigit() and len(place) < 4
        else -1
    )
    if number is not None and not 0 <= number < len(there):
        return gone(request, actor, subject, NoSuchPart(f"{kind}.{place}"))
    old: Json = there[number] if number is not None else {}
    lang = request.LANGUAGE_CODE
    if request.method != "POST":
        return _draw(request, actor, subject, definition, kind, number, _values(definition, old, lang))
    post, made = request.POST, None
    try:
        if post.get("what") == "remove" and number is not None:
            made, change = editing.without_rule(definition, kind, number), "rule_removed"
        else:
            made = editing.put_rule(
                definition, kind, number, _typed(subject, definition, kind, old, post, lang)
            )
            change = "rule"
        _save(actor, subject, made, change, post)
    except Typed as wrong:
        return _draw(
            request,
            actor,
            subject,
            definition,
            kind,
            number,
            post,
            at=wrong.at,
            fault=wrong.words,
            status=422,
        )
    except (Refused, NoSuchPart) as wrong:
        refusal = wrong if isinstance(wrong, Refused) else Refused("form.other_fields")
        return _draw(
            request,
            actor,
            subject,
            definition,
            kind,
            number,
            post,
            fault=said(refusal),
            status=refusal.status,
            clash=reading.clash(refusal, key, made, kept_revision(post), lang),
        )
    if "again" in post and number is not None:
        return HttpResponseRedirect(f"{subject.path}rules/{kind}/{number}/?saved=1")
    return HttpResponseRedirect(f"{subject.path}?saved=1#rules")


def _save(actor: Actor, subject: Subject, definition: Json, change: str, post: QueryDict) -> None:
    with transaction.atomic():
        actions.save_draft(
            actor=actor, key=subject.key, revision=kept_revision(post), definition=definition, change=change, now=clock_now()
        )  # fmt: skip


def _typed(subject: Subject, definition: Json, kind: str, old: Json, post: QueryDict, lang: str) -> Json:
    known = reading.askable(definition, lang)
    when = conditions.read(post, "if", known, old.get("if"))
    if when is None:
        raise Typed("if-0-field", _("Chọn ít nhất một điều kiện."))
    made: Json = {"if": when}
    if kind in ("checks", "blocks"):
        words = boxes.wording(post, "message", 1000, lines=True)
        if not words:
            raise Typed("message_vi", _("Nhập lời báo cho người dân."))
        made["message"] = words
    if kind == "checks":
        if post.get("field", "") not in {one.id for one in known}:
            raise Typed("field", _("Chọn câu hỏi để hiện lời báo."))
        made |= {"field": post["field"], "level": "warning" if post.get("level") == "warning" else "error"}
    if kind in TARGETS:
        target = post.get("target", "")
        if target not in reading.target_names(subject.key, lang)[kind]:
            raise Typed("target", _("Chọn kết quả của quy tắc."))
        made[TARGETS[kind]] = target
    return made


def _values(definition: Json, rule: Json, lang: str) -> QueryDict:
    found = QueryDict(mutable=True)
    boxes.spread_wording(found, "message", rule.get("message"))
    found["field"], found["level"] = str(rule.get("field", "")), str(rule.get("level", "error"))
    found["target"] = next((str(rule[word]) for word in TARGETS.values() if rule.get(word)), "")
    by_id = {one.id: one for one in reading.askable(definition, lang)}
    conditions.spread(
        found, "if", rule.get("if"), lambda name, value: conditions.in_words(by_id.get(name), value)
    )
    return found


def _draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    definition: Json,
    kind: str,
    number: int | None,
    values: QueryDict,
    *,
    at: str = "",
    fault: str = "",
    status: int = 200,
    clash: dict[str, Any] | None = None,
) -> HttpResponseBase:
    lang = request.LANGUAGE_CODE
    form, _left_out = editing.drawable(definition)
    there = editing.rules(definition, kind)
    written = drafts.written(subject.key)
    found = reading.judge(definition, subject.path, lang)
    context = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "kind": kind,
        "title": _(reading.RULE_KINDS[kind]),
        "number": number,
        "revision": shown_revision(written.revision, request.POST, fault, clash),
        "clash": clash,
        "value": values.dict(),
        "known": reading.askable(definition, lang),
        "operators": conditions.operators(),
        "places": list(conditions.places(values, "if")),
        "keep": "if-keep" in values,
        "sentence": reading.condition_words(there[number].get("if"), form, lang)
        if number is not None
        else "",
        "targets": sorted(
            reading.target_names(subject.key, lang).get(kind, {}).items(), key=lambda one: one[1]
        ),
        "wrong": found.by_part.get(f"rule {kind}.{number}", []) if not fault else [],
        "at": at,
        "fault": fault,
        "saved": "saved" in request.GET and not fault,
    }
    return render(request, "studio/forms/rule.html", context, status=status)


# --- the fee ------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_fee(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/forms/<key>/fee/``: the formula that reckons what is shown before filing."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    written = drafts.written(subject.key)
    definition, lang = written.definition, request.LANGUAGE_CODE
    fee = (definition.get("outcomes") or {}).get("fee") or {}
    values = {"formula": str(fee.get("formula", "")), "zero": "1" if fee.get("blanks") == "zero" else ""}
    fault, status, revision, clash, made = "", 200, written.revision, None, None
    if request.method == "POST":
        values = {name: request.POST.get(name, "") for name in values}
        formula = clean(values["formula"], multiline=True)[:500]
        try:
            if formula:
                form, _left_out = editing.drawable({**definition, "outcomes": {}, "checks": []})
                formulas.compile_formula(formula, form.by_id if form else {})
            made = editing.with_fee(definition, formula, zero=values["zero"] == "1")
            _save(actor, subject, made, "fee", request.POST)
            return HttpResponseRedirect(f"{subject.path}?saved=1#rules")
        except formulas.BadFormula as bad:
            fault, status = reading.formula_words(bad, lang), 422
        except Refused as refusal:
            fault, status = said(refusal), refusal.status
            clash = reading.clash(refusal, key, made, kept_revision(request.POST), lang)
        revision = clash["revision"] if clash else kept_revision(request.POST)
    context = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "value": values,
        "revision": revision,
        "known": reading.reckonable(definition, lang),
        "functions": formulas.describe_functions(),
        "fault": fault,
        "clash": clash,
    }
    return render(request, "studio/forms/fee.html", context, status=status)
