"""The draft of a process, as a table and as a diagram."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Conflict, Refused
from motcua.kernel.text import clean
from motcua.kernel.working_time import WorkingTimeError
from motcua.processing import actions, authoring
from motcua.processing.rules import ON, Kind, Policy, StepSpec
from motcua.processing.table_edits import NoSuchPart
from motcua.processing.tables import KEY, Malformed, Table, linked, tidy
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.processes import drawing, fit, reading, words
from motcua.web.studio.processes.panel import chosen, panel
from motcua.web.studio.processes.picture import Drawn, picture
from motcua.web.studio.processes.reading import Subject, subject_of
from motcua.web.studio.saving import kept_revision, said

#: Units a policy counts in.
POLICY_UNITS = ("wd", "wh", "d")


def malformed(wrong: Malformed) -> str:
    """Why a table is none, as a sentence."""
    return _(words.MALFORMED[wrong.code]) % {"row": wrong.row, "detail": wrong.detail}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def process_editor(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/processes/<case or "general">/``: the draft to write on, with ``?at=<row>`` or ``?line=<row>:<outcome>``
    the box or line of the diagram that is written on; ``?version=12``: a published version to read.
    """
    actor = acting(request)
    subject = subject_of(actor, key, writing=request.method == "POST")
    if request.method != "POST":
        return draw(request, actor, subject)
    try:
        with transaction.atomic():
            to = _change(actor, subject, request.POST)
    except Refused as refusal:
        return draw(
            request,
            actor,
            subject,
            fault=said(refusal),
            status=refusal.status,
            read=kept_revision(request.POST) if isinstance(refusal, Conflict) else None,
            typed=request.POST,
        )
    except Malformed as wrong:
        return draw(request, actor, subject, fault=malformed(wrong), status=422, typed=request.POST)
    return HttpResponseRedirect(to)


def _change(actor: Actor, subject: Subject, post: QueryDict) -> str:
    """Make the posted change to the draft; returns where to go next."""
    what, row = post.get("what", ""), post.get("row", "")[:30]
    now, revision, drawn = clock_now(), kept_revision(post), post.get("on") == "diagram"
    if what == "discard":
        actions.discard_draft(actor=actor, case=subject.case, revision=revision, now=now)
        return f"{subject.path}?saved=discarded"
    if what == "undo":
        actions.undo_draft(actor=actor, case=subject.case, revision=revision, now=now)
        return f"{subject.path}?saved=undone" + ("&on=diagram#picture" if drawn else "")
    written = authoring.draft_of(subject.case)
    table = written.table
    to, change = f"{subject.path}?saved=1#steps", what
    match what:
        case "up" | "down":
            table, change = table.moved(row, -1 if what == "up" else 1), "moved"
            to = f"{subject.path}?saved=1#row-{row}"
        case "order":
            table, change = _ordered(table, post.getlist("order")), "moved"
        case _ if what in drawing.CHANGES:
            # Before anything is judged: what was drawn may be there no more.
            if revision != written.revision:
                raise authoring.moved_on(written)
            try:
                done = drawing.changed(table, what, post)
            except NoSuchPart as gone:
                raise Http404 from gone
            table, change, row = done.table, done.change, done.row
            if drawn:
                to = f"{subject.path}?{done.at}&saved=1&on=diagram#picture"
        case "add":
            table, row = _added(table, post)
            change, to = "added", f"{subject.path}rows/{row}/?saved=1"
        case "settings":
            table = replace(table, name=clean(post.get("name", ""))[:200], policy=_policy(post))
            to = f"{subject.path}?saved=1#settings"
        case _:
            raise Http404
    actions.save_draft(
        actor=actor, case=subject.case, revision=revision, table=table, change=change, row=row, now=now
    )
    return to


def _ordered(table: Table, order: list[str]) -> Table:
    """The rows in another order; a list that is not of the same rows changes nothing."""
    rows = {step.key: step for step in table.steps}
    if sorted(order) != sorted(rows):
        raise Refused("process.other_rows")
    return replace(table, steps=tuple(rows[key] for key in order))


def _added(table: Table, post: QueryDict) -> tuple[Table, str]:
    """The table with a new row, behind another or at the end; lines that went on from there go through it."""
    step = drawing.new_step(post, [one.key for one in table.steps])
    place = table.place(post.get("after", ""))
    place = len(table.steps) if place < 0 and post.get("after") != "@first" else place + 1
    rows = list(table.steps)
    following = rows[place].key if place < len(rows) else None
    outcomes: dict[str, str | None] = {}
    match step.kind:
        case Kind.TASK:
            outcomes = {"complete": following} if following else {}
        case Kind.JOIN | Kind.AUTO:
            outcomes = {ON: following}
    rows.insert(place, tidy(replace(step, outcomes=outcomes)))
    return replace(table, steps=tuple(rows)), step.key


def _policy(post: QueryDict) -> Policy:
    data = {"after_supplement": post.get("after_supplement", "")}
    for name in ("ineligible_within", "silence_closes"):
        number, unit = post.get(name, "").strip(), post.get(f"{name}_unit", "")
        if number:
            if (
                not (number.isascii() and number.isdigit() and 0 < int(number[:4]) <= 365)
                or unit not in POLICY_UNITS
            ):
                raise Refused("process.bad_term")
            data[name] = f"{int(number)}{unit}"
    try:
        return Policy.read(data)
    except (ValueError, WorkingTimeError) as wrong:
        raise Refused("process.bad_term") from wrong


def _version(subject: Subject, asked: str) -> Any:
    """The published version that is asked for, one that is the subject's own or the one it follows; None: the draft."""
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    found = [*authoring.versions_of(subject.case), authoring.followed(subject.case)]
    version = next((one for one in found if one is not None and one.pk == int(asked)), None)
    if version is None:
        raise Http404
    return version


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
    english = request.LANGUAGE_CODE == "en"
    version = _version(subject, request.GET.get("version", "")) if typed is None else None
    written = authoring.draft_of(subject.case)
    table = authoring.table_of(version.pk, version.name) if version else written.table
    labels = reading.labels_of(subject.case, english=english)
    judged = reading.judge(subject.case, table) if version is None else reading.Judged([], {})
    writes = subject.author.writes and version is None
    following = authoring.followed(subject.case)
    names = {step.key: step.name for step in table.steps}
    given = typed or QueryDict()
    where = chosen(request.GET, typed) if writes else ("", "")
    how = Drawn(
        english,
        labels,
        f"{subject.path}?at={{}}#panel" if writes else "#row-{}",
        f"{subject.path}?line={{}}#panel" if writes else "",
        judged.rows,
        where[1],
    )
    try:
        offered = panel(table, where, how, typed or request.GET, subject.path, judged.by_row)
    except Http404:
        if typed is None:
            raise
        offered = None  # Somebody has taken it away; what was typed for a step stands in the form below.
    adds = given.get("what") == "add" or (given.get("what") == "insert" and offered is None)
    context = {
        "staff": navigation(actor, "processes"),
        "subject": subject,
        "writes": writes,
        "version": version,
        "written": written,
        "following": following,
        "fit": fit.about(subject.case, following, gone=subject.gone)
        if subject.case is not None and version is None
        else [],
        "own": following is not None and (following.case_id is None) == (subject.case is None),
        "new": written.revision > 0 and written.published is None,
        "versions": authoring.versions_of(subject.case),
        "effects": reading.effects(subject.case),
        "plan": reading.plan(subject.case, table),
        "judged": judged,
        "rows": reading.rows_of(table, judged, labels, english=english),
        "picture": picture(table, how),
        "panel": offered,
        "linked": linked(table.steps),
        "policy": words.policy_words(table.policy),
        "settings": _settings(table, given if given.get("what") == "settings" else None),
        "kinds": [(kind, _(name), _(hint)) for kind, (name, hint) in words.KINDS.items()],
        "adding": {name: given.get(name, "") if adds else "" for name in ("name", "kind", "after")},
        "units": [(unit, words.term_words(f"0{unit}")[2:]) for unit in POLICY_UNITS],
        "history": [reading.event_line(event, names) for event in authoring.history(subject.case)],
        "since": [reading.event_line(event, names) for event in authoring.since(subject.case, read)]
        if read is not None
        else [],
        "fault": fault,
        "saved": request.GET.get("saved", "") if not fault else "",
        "on_diagram": request.GET.get("on") == "diagram",
    }
    return render(request, "studio/processes/editor.html", context, status=status)


def _settings(table: Table, typed: QueryDict | None) -> dict[str, str]:
    """Values of the form for the whole process."""
    found = {"name": table.name, "after_supplement": table.policy.after_supplement}
    for name in ("ineligible_within", "silence_closes"):
        text = str(getattr(table.policy, name) or "")
        number = "".join(c for c in text if c.isdigit())
        found |= {name: number, f"{name}_unit": text[len(number) :] or "wd"}
    return {name: typed.get(name, value) if typed is not None else value for name, value in found.items()}


def row_or_404(table: Table, key: str) -> StepSpec:
    """A row of the draft by its key."""
    step = table.row(key) if KEY.fullmatch(key) else None
    if step is None:
        raise Http404
    return step
