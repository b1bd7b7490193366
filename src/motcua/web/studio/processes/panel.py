"""What can be done at a box or on a line of the diagram: what the panel beside it offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from motcua.processing import table_edits as edits
from motcua.processing.rules import Kind
from motcua.processing.table_edits import START, Line, NoSuchPart
from motcua.processing.tables import Table
from motcua.web.studio.processes import words
from motcua.web.studio.processes.drawing import CHANGES, END, lines_of
from motcua.web.studio.processes.picture import Drawn, line_name, name_of

#: Kinds that can be put on a line; a join comes with its fork.
ON_LINES = (Kind.TASK, Kind.CHOICE, Kind.FORK, Kind.AUTO)


def chosen(get: QueryDict, typed: QueryDict | None) -> tuple[str, str]:
    """(kind, name) of what is written on: ``("row", key)``, ``("line", "key:outcome")`` or two empty texts."""
    if typed is not None:
        if typed.get("what") not in CHANGES or typed.get("on") != "diagram":
            return "", ""
        lines = lines_of(typed)
        if typed.get("row"):
            return "row", typed.get("row", "")[:30]
        return ("line", str(lines[0])) if lines else ("", "")
    if "at" in get:
        return "row", get.get("at", "")[:30]
    return ("line", get.get("line", "")[:61]) if "line" in get else ("", "")


def panel(
    table: Table,
    where: tuple[str, str],
    how: Drawn,
    given: QueryDict,
    path: str,
    wrong: Mapping[str, list[str]],
) -> dict[str, Any] | None:
    """The panel of what is chosen; None when nothing is. ``given``: what was typed. Raises Http404 for what is not there."""
    kind, name = where
    if not kind:
        return None
    try:
        if kind == "row":
            return _of_row(table, name, how, given, path, wrong.get(name, []))
        return _of_line(table, Line.read(name), how, given)
    except NoSuchPart as gone:
        raise Http404 from gone


def _targets(table: Table, how: Drawn, *, end: bool = True) -> list[tuple[str, str]]:
    found = [(step.key, name_of(step, english=how.english)) for step in table.steps]
    return [*found, (END, _("Kết thúc hồ sơ"))] if end else found


def _of_line(table: Table, line: Line, how: Drawn, given: QueryDict) -> dict[str, Any]:
    lines = edits.drawn_with(table, line)
    to = edits.leads_to(table, line)
    source = table.row(line.row)
    ticked = lines_of(given) if given.get("what") else list(lines)
    kind = given.get("kind", "")
    return {
        "about": "line",
        "id": str(line),
        "title": line_name(table, lines, how),
        "lines": [
            (
                str(one),
                words.outcome_name(source, one.outcome, how.labels) if source else "",
                one in ticked,
            )
            for one in lines
        ],
        "cuts": line != START,
        "kinds": [(one, _(words.KINDS[one][0])) for one in ON_LINES],
        "kind": kind if kind in ON_LINES else Kind.TASK,
        "roles": [(role, _(name)) for role, name in words.ROLES.items()],
        "automatic": [(name, _(said)) for name, said in words.AUTOMATIC.items()],
        "given": {name: given.get(name, "") for name in ("name", "role", "does")},
        "targets": _targets(table, how, end=line != START and (source is None or source.kind != Kind.FORK)),
        "to": given.get("to") or to or END,
    }


def _of_row(
    table: Table, key: str, how: Drawn, given: QueryDict, path: str, wrong: list[str]
) -> dict[str, Any]:
    step = edits.row_of(table, key)
    together = edits.drawn(table)
    return {
        "about": "row",
        "id": key,
        "title": name_of(step, english=how.english),
        "lang": "en" if how.english and step.name_en else "vi",
        "kind": _(words.KINDS[step.kind][0]),
        "who": f"{words.who(step)} · {words.duration(step.working_minutes)}" if step.kind == Kind.TASK else "",
        "wrong": wrong,
        "ways": [
            (how.line.format(lines[0]), line_name(table, lines, how).removeprefix(f"{name_of(step, english=how.english)}: "))
            for lines in together
            if lines[0].row == key
        ],
        "open": [
            (name, words.outcome_name(step, name, how.labels)) for name in edits.open_ways(step)
        ],
        "given": {name: given.get(name, "") for name in ("outcome", "to", "line")},
        "targets": _targets(table, how),
        "forks": step.kind == Kind.FORK,
        "conditions": f"{path}rows/{key}/" if step.kind == Kind.CHOICE else "",
        "onto": [
            (" ".join(map(str, lines)), line_name(table, lines, how))
            for lines in together
            if lines[0].row != key and not (lines == (START,) and table.steps[0].key == key)
        ]
        if edits.onward(step)
        else [],
        "copies": step.kind in (Kind.TASK, Kind.AUTO) and bool(edits.onward(step)),
        **_removal(table, key, how),
    }  # fmt: skip


def _removal(table: Table, key: str, how: Drawn) -> dict[str, Any]:
    """What happens when the box is removed: how many go, and where what led there leads then."""
    gone = edits.removal(table, key)
    names = {step.key: name_of(step, english=how.english) for step in table.steps}
    leading = [
        names[step.key]
        for step in table.steps
        if step.key not in gone.keys and set(step.following) & gone.keys
    ]
    first = table.steps[0].key in gone.keys
    if first and gone.bridged and gone.to is not None and not leading:
        said = _("Sau khi bỏ, quy trình bắt đầu từ “%(to)s”.") % {"to": names[gone.to]}
    elif not leading:
        said = ""
    elif not gone.bridged:
        said = _(
            "Bước này không có một đường đi tiếp duy nhất: %(rows)s sẽ dẫn đến chỗ trống, cần chọn lại nơi đến."
        ) % {"rows": ", ".join(f"“{name}”" for name in leading)}
    elif gone.to is None:
        said = _("Sau khi bỏ, %(rows)s dẫn thẳng đến kết thúc.") % {
            "rows": ", ".join(f"“{name}”" for name in leading)
        }
    else:
        said = _("Sau khi bỏ, %(rows)s dẫn thẳng đến “%(to)s”.") % {
            "rows": ", ".join(f"“{name}”" for name in leading),
            "to": names[gone.to],
        }
    return {"goes": len(gone.keys), "removal": said}
