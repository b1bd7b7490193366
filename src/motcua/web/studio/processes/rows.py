"""One row of a process on a form: who, how long, what may be decided and where each decision leads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.text import clean
from motcua.processing import actions, authoring, differences
from motcua.processing.checks import DAY
from motcua.processing.rules import ON, OUTCOMES, OWN, PARENT, PERMITS, Kind, StepSpec, UnitRule
from motcua.processing.table_edits import MAX_WAYS
from motcua.processing.tables import KEY, ORDER, Malformed, Table, tidy
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio import conditions
from motcua.web.studio.processes import reading, words
from motcua.web.studio.processes.drawing import END
from motcua.web.studio.processes.editor import malformed, row_or_404
from motcua.web.studio.processes.picture import name_of
from motcua.web.studio.processes.reading import Subject, subject_of
from motcua.web.studio.saving import Typed, kept_revision, said, shown_revision

UNITS = {"minute": 1, "hour": 60, "day": DAY}
#: Boxes that every form shows; a browser leaves some of them out.
BOXES = (
    "key",
    "name",
    "name_en",
    "result",
    "role",
    "unit_rule",
    "unit",
    "agency",
    "agency_code",
    "does",
    "join",
)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def process_row(request: HttpRequest, key: str, row: str) -> HttpResponseBase:
    """``/studio/processes/<case>/rows/<row>/``: one row to edit."""
    actor = acting(request)
    subject = subject_of(actor, key, writing=True)
    table = authoring.draft_of(subject.case).table
    step = row_or_404(table, row)
    if request.method != "POST":
        return _draw(request, actor, subject, table, step, _values(step))
    try:
        new = _step(subject, table, step, request.POST)
        with transaction.atomic():
            actions.save_draft(
                actor=actor,
                case=subject.case,
                revision=kept_revision(request.POST),
                table=table.with_row(step.key, new),
                change="row",
                row=new.key,
                now=clock_now(),
            )
    except Typed as wrong:
        return _draw(
            request, actor, subject, table, step, request.POST, at=wrong.at, fault=wrong.words, status=422
        )
    except Malformed as wrong:
        return _draw(request, actor, subject, table, step, request.POST, fault=malformed(wrong), status=422)
    except Refused as refusal:
        clash = _clash(subject, step, new, request) if isinstance(refusal, Conflict) else None
        return _draw(
            request,
            actor,
            subject,
            table,
            step,
            request.POST,
            fault=said(refusal),
            status=refusal.status,
            clash=clash,
        )
    if "again" in request.POST:
        return HttpResponseRedirect(f"{subject.path}rows/{new.key}/?saved=1")
    return HttpResponseRedirect(f"{subject.path}?saved=1#row-{new.key}")


def _clash(subject: Subject, step: StepSpec, new: StepSpec, request: HttpRequest) -> dict[str, Any]:
    """What others saved since, and in what this row as typed differs from the row as it is now."""
    now = authoring.draft_of(subject.case)
    english = request.LANGUAGE_CODE == "en"
    labels = reading.labels_of(subject.case, english=english)
    theirs = now.table.row(step.key)
    found = differences.of_row(theirs, new) if theirs is not None else []
    names = {one.key: one.name for one in now.table.steps}
    return {
        "since": [
            reading.event_line(event) for event in authoring.since(subject.case, kept_revision(request.POST))
        ],
        "lines": words.difference_words(found, names, labels),
        "gone": theirs is None,
        "revision": now.revision,
    }


# --- from the form --------------------------------------------------------------------------------------------------


def _step(subject: Subject, table: Table, step: StepSpec, post: QueryDict) -> StepSpec:
    """The row as typed. Raises :class:`Typed`."""
    name = clean(post.get("name", ""))[:120]
    if not name:
        raise Typed("name", _("Nhập tên bước."))
    key = post.get("key", "").strip()
    if not KEY.fullmatch(key):
        raise Typed("key", words.word(words.MALFORMED, "bad_key") % {"detail": key})
    if key != step.key and table.row(key) is not None:
        raise Typed("key", _("Mã này đã dùng cho bước khác."))
    new = replace(
        step,
        key=key,
        name=name,
        name_en=clean(post.get("name_en", ""))[:120],
        result=clean(post.get("result", ""))[:200],
    )
    ways: dict[str, str | None] = {"": None, END: None, **{one.key: one.key for one in table.steps}}
    if key != step.key:
        ways[step.key] = key
    match step.kind:
        case Kind.TASK:
            new = _task(new, post, ways)
        case Kind.FORK:
            new = _fork(new, post, ways)
        case Kind.CHOICE:
            new = _choice(subject, new, post, ways)
        case _:
            to = post.get("to-on", "")
            does = post.get("does", "") if step.kind == Kind.AUTO else ""
            new = replace(new, outcomes={ON: ways.get(to)} if to in ways and to else {}, does=does[:30])
    return tidy(new)


def _task(step: StepSpec, post: QueryDict, ways: dict[str, str | None]) -> StepSpec:
    names = [*ORDER, *(name for name in step.outcomes if name not in OUTCOMES)]
    outcomes = {name: ways[to] for name in names if (to := post.get(f"to-{name}", "")) and to in ways}
    rule, agency = post.get("unit_rule", ""), post.get("agency", "")
    code = clean(post.get("agency_code", ""))[:35]
    if agency == "other" and not code:
        raise Typed("agency_code", _("Nhập mã cơ quan."))
    unit = clean(post.get("unit", ""))[:20]
    if rule == UnitRule.NAMED and not unit:
        raise Typed("unit", _("Nhập mã đơn vị."))
    return replace(
        step,
        role=post.get("role", "") if post.get("role", "") in words.ROLES else "",
        unit_rule=rule if rule in list(UnitRule) else str(UnitRule.RESPONSIBLE),
        unit=unit,
        agency={"": OWN, PARENT: PARENT}.get(agency, code),
        working_minutes=_minutes(post),
        outcomes=outcomes,
        permits=tuple(name for name in words.PERMITS if name in post.getlist("permits") and name in PERMITS),
    )


def _minutes(post: QueryDict) -> int | None:
    text, unit = post.get("time", "").strip(), post.get("time_unit", "")
    if not text:
        return None
    if (
        not (text.isascii() and text.isdigit() and int(text[:7]) > 0 and unit in UNITS)
        or int(text[:7]) * UNITS[unit] > 400 * DAY
    ):
        raise Typed("time", _("Nhập thời gian là số lớn hơn 0, hoặc để trống để theo thời hạn của thủ tục."))
    return int(text) * UNITS[unit]


def _fork(step: StepSpec, post: QueryDict, ways: dict[str, str | None]) -> StepSpec:
    outcomes: dict[str, str | None] = {}
    for number in range(MAX_WAYS):
        to = post.get(f"way-{number}-to", "")
        if to and to != END and to in ways:
            outcomes[f"b{len(outcomes) + 1}"] = ways[to]
    join = post.get("join", "")
    return replace(step, outcomes=outcomes, join=(ways.get(join) or "") if join != END else "")


def _choice(subject: Subject, step: StepSpec, post: QueryDict, ways: dict[str, str | None]) -> StepSpec:
    known = reading.condition_fields(subject.case, english=False)
    outcomes: dict[str, str | None] = {}
    judged: dict[str, Any] = {}
    kept = list(step.conditions.values())
    for number in range(MAX_WAYS):
        to = post.get(f"way-{number}-to", "")
        if not to or to not in ways:
            continue
        name = f"w{len(outcomes) + 1}"
        before = kept[number] if number < len(kept) else None
        condition = conditions.read(post, f"way-{number}", known, before)
        if condition is None:
            raise Typed(f"way-{number}-0-field", _("Chọn ít nhất một điều kiện cho nhánh này."))
        outcomes[name], judged[name] = ways[to], condition
    rest = post.get("to-else", "")
    if rest in ways and rest:
        outcomes["else"] = ways[rest]
    return replace(step, outcomes=outcomes, conditions=judged)


# --- to the form ----------------------------------------------------------------------------------------------------


def _values(step: StepSpec) -> QueryDict:
    """A row as its form would post it."""
    found = QueryDict(mutable=True)
    for name in ("key", "name", "name_en", "result", "role", "unit_rule", "unit", "does", "join"):
        found[name] = str(getattr(step, name))
    found["agency"] = step.agency if step.agency in (OWN, PARENT) else "other"
    found["agency_code"] = "" if step.agency in (OWN, PARENT) else step.agency
    found.setlist("permits", list(step.permits))
    minutes = step.working_minutes
    if minutes is not None:
        unit = "day" if minutes % DAY == 0 else "hour" if minutes % 60 == 0 else "minute"
        found["time"], found["time_unit"] = str(minutes // UNITS[unit]), unit
    for outcome, to in step.outcomes.items():
        found[f"to-{outcome}"] = to or END
    if step.kind == Kind.FORK:
        for number, to in enumerate(step.outcomes.values()):
            found[f"way-{number}-to"] = to or END
    if step.kind == Kind.CHOICE:
        for number, (name, condition) in enumerate(step.conditions.items()):
            found[f"way-{number}-to"] = step.outcomes.get(name) or END if name in step.outcomes else ""
            conditions.spread(found, f"way-{number}", condition, _typed)
        rest = [to for name, to in step.outcomes.items() if name not in step.conditions]
        found["to-else"] = (rest[0] or END) if rest else ""
    return found


def _typed(field: str, value: Any) -> str:
    """A value as one would type it."""
    return words.value_words(field, value).strip("“”")


def _draw(
    request: HttpRequest,
    actor: Actor,
    subject: Subject,
    table: Table,
    step: StepSpec,
    values: QueryDict,
    *,
    at: str = "",
    fault: str = "",
    status: int = 200,
    clash: dict[str, Any] | None = None,
) -> HttpResponseBase:
    english = request.LANGUAGE_CODE == "en"
    labels = reading.labels_of(subject.case, english=english)
    written = authoring.draft_of(subject.case)
    others = [(one.key, name_of(one, english=english)) for one in table.steps]
    kept = list(step.conditions.values())
    used = [n for n in range(MAX_WAYS) if values.get(f"way-{n}-to") or values.get(f"way-{n}-0-field")]
    context = {
        "staff": navigation(actor, "processes"),
        "subject": subject,
        "step": step,
        "kind": _(words.KINDS[step.kind][0]),
        "revision": shown_revision(written.revision, request.POST, fault, clash),
        "value": {**dict.fromkeys(BOXES, ""), **values.dict()},
        "permits_on": values.getlist("permits"),
        "targets": [*others, (END, _("Kết thúc hồ sơ"))],
        "joins": [(one.key, one.name) for one in table.steps if one.kind == Kind.JOIN],
        "roles": [(role, _(name)) for role, name in words.ROLES.items()],
        "unit_rules": [(rule, _(name)) for rule, name in words.UNIT_RULES.items()],
        "agencies": [(OWN, _("Cơ quan thụ lý hồ sơ")), (PARENT, _("Cơ quan cấp trên")), ("other", _("Cơ quan khác (ghi mã)"))],
        "outcomes": [
            (name, words.word(words.OUTCOMES, name))
            for name in (*ORDER, *(one for one in step.outcomes if one not in OUTCOMES))
        ],
        "permits": [(name, _(said_)) for name, said_ in words.PERMITS.items()],
        "automatic": [(name, _(said_)) for name, said_ in words.AUTOMATIC.items()],
        "time_units": [("hour", _("giờ làm việc")), ("day", _("ngày làm việc (8 giờ)")), ("minute", _("phút làm việc"))],
        "fields": reading.condition_fields(subject.case, english=english) if step.kind == Kind.CHOICE else [],
        "operators": conditions.operators(),
        "ways": [
            {
                "number": number,
                "sentence": words.sentence_of(kept[number], labels) if number < len(kept) else "",
                "keep": f"way-{number}-keep" in values,
                "parts": conditions.places(values, f"way-{number}"),
            }
            for number in range(min(max([*used, -1]) + 2 + (step.kind == Kind.FORK and len(used) < 1), MAX_WAYS))
        ],
        "wrong": reading.judge(subject.case, table).by_row.get(step.key, []) if not fault else [],
        "at": at,
        "fault": fault,
        "clash": clash,
        "saved": "saved" in request.GET and not fault,
    }  # fmt: skip
    return render(request, "studio/processes/row.html", context, status=status)
