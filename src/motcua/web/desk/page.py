"""What the dossier page shows, gathered in ten queries at most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.dossiers.bundles import CaseBundle, case_bundle, form_of
from motcua.dossiers.lifecycle import OPEN, PAUSED
from motcua.dossiers.models import Dossier
from motcua.dossiers.rules import asked
from motcua.eforms.rendering import answers_summary
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.processing import clock
from motcua.processing.definitions import process
from motcua.processing.documents import fields_of, papers_of
from motcua.processing.joint import is_open_whole, never_began
from motcua.processing.models import Supplement
from motcua.processing.queries import FileLine, RunLine, due_now, events_of, files_of, runs_of, standing_of
from motcua.processing.rules import Policy
from motcua.processing.runs import answers_for
from motcua.processing.turns import OpenStep, Standing, may_go_back, offered, turns, withheld
from motcua.results.models import ResultDocument
from motcua.results.queries import signature_state
from motcua.results.rendering import template_for
from motcua.results.suggestions import suggest
from motcua.web.desk import forms, joint, words
from motcua.web.shared.staff import navigation
from motcua.web.shared.wording import sentence

INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})


def open_dossier(actor: Actor, code: str) -> Dossier | None:
    """The dossier with what the page reads of it, if the officer may see it."""
    return (
        Dossier.objects.visible_to(actor)
        .select_related("agency", "procedure", "unit", "supplement", "result", "joint")
        .defer("version__definition")
        .filter(code=code)
        .first()
    )


def supplement_of(dossier: Dossier) -> Supplement | None:
    """The one request to complete it, if there was one."""
    return getattr(dossier, "supplement", None)


def result_of(dossier: Dossier) -> ResultDocument | None:
    """Its result, in whatever state."""
    return getattr(dossier, "result", None)


def context_of(
    dossier: Dossier,
    actor: Actor,
    *,
    now: datetime,
    language: str,
    form: str = "",
    typed: Mapping[str, Any] | None = None,
    errors: Sequence[tuple[str, str]] = (),
    show_days: bool = False,
) -> dict[str, Any]:
    """The context of ``desk/dossier.html``. ``form``: the turn being filled in; ``typed``: what was posted for it."""
    bundle = case_bundle(dossier.case_id)
    latest = dossier.answer_sets.order_by("-number").first()
    answers = latest.values if latest else {}
    files = files_of(dossier.pk)
    runs = runs_of(dossier.pk)
    run = next((line for line in reversed(runs) if line.closed_at is None), None)
    result = result_of(dossier)
    step = _open_step(run, runs, actor, dossier)
    course = clock.course_of(dossier.pk)
    possible = turns(step, _standing(dossier, runs, course, actor, now))
    names = [turn.name for turn in offered(possible) if turn.name in words.TURNS]
    signature = None
    if result is not None and result.state == ResultDocument.State.SIGNING:
        signature = signature_state(result.pk)
        if signature.failed and step is not None and step.mine:
            names.append("sign_again")
    form = form if form in names and form not in words.AT_ONCE else ""
    return {
        "staff": navigation(actor, "desk"),
        "dossier": dossier,
        "bundle": bundle,
        "facts": _facts(dossier),
        "run": run,
        "asked": _asked(dossier, run, step, result, language),
        "turns": [_turn(name) for name in names],
        "withheld": [
            (sentence(why, {}), [_(words.TURNS[name][0]) for name in some if name in words.TURNS])
            for why, some in withheld(possible)
        ],
        "form": form,
        "form_words": _(words.TURNS[form][1]) if form else "",
        "form_title": _(words.TURNS[form][0]) if form else "",
        "typed": typed or {},
        "errors": errors,
        "marks": _marks(dossier, bundle, files) if form in {"ask_supplement", "return_ineligible"} else None,
        "result_form": _result_form(dossier, bundle, result, typed, now) if form == "propose" else None,
        "clock": _clock(dossier, bundle, run, course, actor, now, language, show_days=show_days),
        "sections": answers_summary(form_of(dossier.form_id), answers, language, officer=True)
        if dossier.form_id
        else [],
        "answers_number": latest.number if latest else 0,
        "papers": _papers(bundle, files, dossier.code),
        "slips": [_slip(line, dossier.code) for line in files if line.kind == "slip"],
        "result": result,
        "signature": signature,
        "refresh": 3 if signature is not None and not signature.failed else 0,
        "supplement": supplement_of(dossier),
        "joint": joint.panel_of(dossier, actor, language),
        "timeline": _timeline(dossier, files, runs, language),
        "said": "",
        "notice": "",
    }


def _open_step(
    run: RunLine | None, runs: Sequence[RunLine], actor: Actor, dossier: Dossier
) -> OpenStep | None:
    if run is None:
        return None
    published = process(run.process)
    spec = published.step(run.step)
    mine = any(seat.unit == run.unit and seat.role == run.role for seat in actor.seats)
    claimed = "" if run.claimed_by is None else "me" if run.claimed_by == actor.account else "other"
    before = next((line for line in runs if line.id == run.previous), None)
    return OpenStep(
        tuple(spec.outcomes),
        mine,
        run.waits_for,
        claimed,
        spec.permits,
        before is not None
        and before.process == run.process
        and may_go_back(published.step(before.step), dossier.state),
    )


def _standing(
    dossier: Dossier, runs: Sequence[RunLine], course: clock.Course, actor: Actor, now: datetime
) -> Standing:
    """What beside the step decides which turns are lawful; one query."""
    newest = runs[-1].process if runs else None
    more = standing_of(dossier.pk, dossier.case_id)
    policy = process(newest).policy if newest is not None else Policy()
    return Standing(
        status=dossier.state,
        now=now,
        supplement_asked=supplement_of(dossier) is not None,
        ineligible_until=clock.ineligible_until(dossier, policy),
        extended=more.extended,
        extend_until=clock.extend_until(dossier.due_at, now) if dossier.due_at is not None else None,
        stop_asked=more.stop_asked,
        signing=any(line.waits_for == "signature" and line.closed_at is None for line in runs),
        heads=answers_for(actor, dossier.agency_id, dossier.agency.code) is not None,
        at_desk=any(seat.agency == dossier.agency_id for seat in actor.seats_as(Role.ONE_STOP)),
        whole=is_open_whole(dossier) or never_began(dossier),
        newer_version=newest is not None and more.newest_version not in (None, newest),
    )


def _turn(name: str) -> dict[str, Any]:
    button, means, _done = words.TURNS[name]
    return {
        "name": name,
        "text": _(button),
        "means": _(means),
        "at_once": name in words.AT_ONCE,
        "grave": name in words.GRAVE,
    }


def _facts(dossier: Dossier) -> dict[str, str]:
    channel = _(words.CHANNELS[dossier.channel])
    if dossier.channel == 2:
        channel = f"{channel}, {_(words.ASSISTANCE[dossier.assistance])}"
    return {
        "channel": channel,
        "remote": _("từ xa") if dossier.remote else _("không tính là từ xa"),
        "return_by": _(words.RETURN_BY.get(dossier.return_by, dossier.return_by)),
    }


def _asked(
    dossier: Dossier, run: RunLine | None, step: OpenStep | None, result: ResultDocument | None, language: str
) -> dict[str, Any]:
    """The sentence at the top: what the dossier waits for, and whether it waits for me."""
    if run is None or step is None:
        if dossier.joint_id is not None and dossier.received_at is None and dossier.state in OPEN:
            return {"mine": False, "what": _("Phần này chờ kết quả của phần khác để bắt đầu."), "who": ""}
        if dossier.state in OPEN:
            return {
                "mine": False,
                "what": _("Các phần đang được giải quyết ở cơ quan của từng phần."),
                "who": "",
            }
        return {"mine": False, "what": _("Hồ sơ đã kết thúc, không còn việc cần làm."), "who": ""}
    name = run.name_en if language == "en" and run.name_en else run.name
    who = run.unit_name + (f" · {run.claimed_name}" if run.claimed_name else "")
    if result is not None and result.state == ResultDocument.State.SIGNING:
        return {"mine": False, "what": _("Kết quả đang được ký số."), "who": who}
    if run.waits_for and dossier.state in PAUSED:
        what = (
            _("Đang chờ người nộp bổ sung hồ sơ.")
            if dossier.status == 5
            else _("Đang chờ người nộp thực hiện nghĩa vụ tài chính.")
        )
        return {"mine": False, "what": what, "who": who}
    if step.mine and step.claimed == "other":
        return {
            "mine": False,
            "what": _("%(step)s: %(name)s đang xử lý.") % {"step": name, "name": run.claimed_name},
            "who": who,
        }
    if step.mine:
        return {"mine": True, "what": _("Việc của Ông/Bà: %(step)s") % {"step": name}, "who": who}
    return {"mine": False, "what": _("Đang ở bước: %(step)s") % {"step": name}, "who": who}


def _clock(
    dossier: Dossier,
    bundle: CaseBundle,
    run: RunLine | None,
    course: clock.Course,
    actor: Actor,
    now: datetime,
    language: str,
    *,
    show_days: bool,
) -> dict[str, Any]:
    """The clock, explained: from when, how long, what was left out, until when, and why."""
    paused = dossier.state in PAUSED
    open_now = run is not None and dossier.finished_at is None
    due = dossier.due_at if dossier.received_at else (run.due_at if run else None)
    state, minutes = (
        due_now(dossier.agency.code, due, paused=paused, actor=actor, now=now) if open_now else ("none", 0)
    )
    found: dict[str, Any] = {
        "state": state,
        "minutes": minutes,
        "due_at": due,
        "intake": dossier.received_at is None,
        "received_at": dossier.received_at,
        "finished_at": dossier.finished_at,
        "late": bool(dossier.finished_at and dossier.due_at and dossier.finished_at > dossier.due_at),
        "term": bundle.term_value,
        "unit": bundle.term_unit,
        "step_due": run.due_at if run and dossier.received_at and not run.waits_for else None,
        "pauses": [
            {"since": since, "until": until, "reason": _(words.PAUSES.get(reason, reason))}
            for since, until, reason in course.rests
        ],
        "deemed": None,
        "cutoff": bundle.term_cutoff,
        "days": None,
    }
    if dossier.received_at is not None and bundle.term is not None:
        reckoned = clock.reckoned(dossier, dossier.received_at, course)
        assert reckoned is not None
        if reckoned.deemed_received > dossier.received_at:
            found["deemed"] = reckoned.deemed_received
        if show_days:
            found["days"] = [words.day_line(note, language) for note in reckoned.days]
    return found


def _file(line: FileLine, code: str) -> dict[str, Any]:
    where = "papers" if line.kind == "paper" else "slips"
    url = f"/desk/dossiers/{code}/{where}/{line.id}/"
    return {
        "id": line.id,
        "name": line.name,
        "size": line.size,
        "url": url,
        "download": f"{url}?download=1",
        "image": line.mime.startswith("image/"),
        "pdf": line.mime == "application/pdf",
        "inline": line.mime in INLINE,
        "at": line.at,
        "origin": _(words.ORIGINS[line.origin]) if line.origin in words.ORIGINS else "",
        "replaced_at": line.replaced_at,
    }


def _slip(line: FileLine, code: str) -> dict[str, Any]:
    return {**_file(line, code), "name": words.slip_name(line.name)}


def _papers(bundle: CaseBundle, files: Sequence[FileLine], code: str) -> list[dict[str, Any]]:
    """Every component with its files; one that a database replaces or that is missing says so. No paper is hidden."""
    by_component: dict[int | None, list[dict[str, Any]]] = {}
    for line in files:
        if line.kind == "paper":
            by_component.setdefault(line.component, []).append(_file(line, code))
    listed = []
    for component in bundle.components:
        if component.by_form:
            continue
        given = by_component.pop(component.pk, [])
        listed.append(
            {
                "name": component.name,
                "condition": component.condition,
                "required": component.required,
                "database": component.replaced_by or "",
                "files": [file for file in given if not file["replaced_at"]],
                "replaced": [file for file in given if file["replaced_at"]],
            }
        )
    rest = [file for some in by_component.values() for file in some]
    if rest:
        listed.append(
            {"name": _("Giấy tờ khác"), "condition": "", "required": False, "database": "", "files": rest, "replaced": []}
        )  # fmt: skip
    return listed


def _marks(dossier: Dossier, bundle: CaseBundle, files: Sequence[FileLine]) -> dict[str, Any]:
    """What can be marked for completion: every field with its answer's label, every paper that is asked for."""
    given = {line.component for line in files if line.kind == "paper" and line.replaced_at is None}
    expected = {component.pk for component in bundle.components if asked(component)}
    return {
        "papers": [
            {"key": str(key), "label": label, "given": key in given}
            for key, label in papers_of(dossier)
            if key in expected or key in given
        ],
        "fields": [{"key": key, "label": label} for key, label in fields_of(dossier)],
    }


def _result_form(
    dossier: Dossier,
    bundle: CaseBundle,
    result: ResultDocument | None,
    typed: Mapping[str, Any] | None,
    now: datetime,
) -> dict[str, Any]:
    template = template_for(bundle.national_code)
    if typed:
        posted = QueryDict(mutable=True)
        for name, value in typed.items():
            posted.setlist(name, value if isinstance(value, list) else [value])
        values: Mapping[str, Any] = forms.content(template, posted)
    elif result is not None:
        values = orjson.loads(result.content)  # sent back: what the unit wrote stands, to be mended
    else:
        values = suggest(dossier, today=local_day(now))
    return {
        "title": template.title,
        "fields": forms.result_fields(template, values),
        "suggested": result is None and not typed,
    }


def _timeline(
    dossier: Dossier, files: Sequence[FileLine], runs: Sequence[RunLine], language: str
) -> list[dict[str, Any]]:
    """The history, newest first: what, who, the article it stands on, the slip it brought, the reason given."""
    slips = {(line.name, line.at): line for line in files if line.kind == "slip"}
    notes = {(line.closed_at, line.closed_name): line.note for line in runs if line.closed_at and line.note}
    told = []
    for event in events_of(dossier.stream):
        slip = slips.get((str(event.data.get("kind", "")), event.at)) if event.kind == "slip.issued" else None
        note = words.event_note(event.kind, event.data)
        reason = notes.get((event.at, event.officer), "") if event.kind in _REASONED else ""
        told.append(
            {
                "what": words.event_name(event.kind),
                "at": event.at,
                "who": event.officer or (_("Người nộp") if event.actor_kind == "person" else _("Hệ thống")),
                "article": words.article_of(event.kind, event.data),
                "note": "" if slip else note,
                "reason": reason,
                "slip": _slip(slip, dossier.code) if slip else None,
            }
        )
    return told


_REASONED = frozenset(
    {"dossier.refused", "dossier.rejected", "dossier.sent_back", "dossier.proposed", "dossier.received", "dossier.returned"}
)  # fmt: skip
