"""The desk's front page: what there is to do, due first; searched, filtered and shown as each officer wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup, escape

from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.web.desk import chips, place, words
from motcua.web.shared.formats import date_vn, number_vn, status_tag, time_vn
from motcua.web.shared.staff import acting, navigation, sign_in, staff
from motcua.workspace.actions import keep_filters
from motcua.workspace.queries import Desk, LabelLine, ViewLine, desk_of
from motcua.workspace.rules import LISTED, MAX_BULK, VIEWS, Asked, columns
from motcua.workspace.wording import COLUMN_NAMES
from motcua.workspace.worklists import COUNT_TO, Row, options, worklist

#: More rows on one page for those who want to see more at a glance.
SIZES = (50, 100, 200)
#: Columns whose text is Vietnamese whatever the page's language.
_VIETNAMESE = frozenset({"procedure", "applicant", "unit", "claimed", "labels"})


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """``/desk/?list=mine``: a list with the filters kept for it; ``?view=<key>`` a saved view; ``?s=<token>`` a search."""
    if not request.user.is_authenticated:
        return sign_in(request)
    actor = acting(request)
    if actor.kind != "officer":
        return render(request, "desk/no_post.html", {"name": request.user.display_name}, status=403)
    state = desk_of(actor)
    asked, view = wanted(request.GET, state)
    now = clock_now()
    rows = request.GET.get("rows", "")
    size = int(rows) if rows in map(str, SIZES) else SIZES[0]
    found = worklist(actor, asked, after=request.GET.get("after"), limit=size, now=now)
    english = request.LANGUAGE_CODE == "en"
    shown = columns(view.columns) if view else state.columns
    tags = {status: status_tag(status) for status in {row.status for row in found.rows}}
    token, opinions = place.pack(asked), asked.view == "opinions" and not asked.q
    heads = [_head(name) for name in shown if name not in {"due", "code"}]
    context: dict[str, Any] = {
        "staff": navigation(actor, "desk", unread=state.unread),
        "asked": asked,
        "view": asked.view,
        "saved": view,
        "title": _title(asked, view),
        "q": asked.q,
        "token": token,
        "tabs": _tabs(asked.view, found.counts, searching=bool(asked.q) or view is not None),
        "found": count_words(found.found),
        "narrowed": bool(asked.filters),
        "chips": chips.chips(asked, options(actor), state.labels, english),
        "choices": chips.choices(asked, options(actor), state.labels, english),
        "views": state.views,
        "heads": heads,
        "rows": [
            _line(row, heads, tags, state.labels, token, english, part="#opinions" if opinions else "")
            for row in found.rows
        ],
        "bulk": words.bulk_choices(actor),
        "max_bulk": MAX_BULK,
        "next": _address(request.GET, asked, view, after=found.next_key) if found.next_key else "",
        "top": _address(request.GET, asked, view) if request.GET.get("after") else "",
        "sizes": [
            {"size": n, "on": n == size, "href": _address(request.GET, asked, view, rows=str(n))}
            for n in SIZES
        ],
        "now": now,
    }
    response = render(request, "desk/worklist.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


def wanted(query: QueryDict, state: Desk) -> tuple[Asked, ViewLine | None]:
    """What an address asks for, and the saved view it names. A view that is not (any more) open to the officer: 404."""
    if key := _uuid(query.get("view", "")):
        view = state.view(key)
        if view is None:
            raise Http404
        return Asked.read(view.asked), view
    if (token := query.get("s", "")) and (sealed := place.unpack(token)) is not None:
        return sealed, None
    given = read(query)
    if given.q or given.filters or "all" in query:
        return given, None
    # Nothing but the list: as the officer left it.
    return Asked.read({"list": given.view, **state.filters.get(given.view, {})}), None


def read(query: QueryDict) -> Asked:
    """A filter as an address or a form gives it."""
    given: dict[str, Any] = {name: query.getlist(name) for name in LISTED}
    return Asked.read({**given, **{name: query.get(name, "") for name in ("list", "q", "due", "claimed")}})


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


def _title(asked: Asked, view: ViewLine | None) -> str:
    if asked.q:
        return _("Kết quả tìm “%(q)s”") % {"q": asked.q}
    return view.name if view else _(words.VIEWS[asked.view])


def _address(query: QueryDict, asked: Asked, view: ViewLine | None, **more: str | None) -> str:
    """This page again, with something else of it."""
    kept = {"rows": query["rows"]} if query.get("rows", "") in map(str, SIZES) else {}
    if view is not None:
        named: dict[str, Any] = {"view": view.id}
    elif asked.q:
        named = {"s": place.pack(asked)}
    elif asked.filters or "all" in query:
        named = {**asked.write(), **({"all": 1} if "all" in query else {})}
    else:
        named = {"list": asked.view}
    return f"/desk/?{urlencode({**named, **kept, **more}, doseq=True)}"


def count_words(count: int) -> str:
    """A count as the page shows it: exact to a thousand, then "1.000+"."""
    return number_vn(count) if count <= COUNT_TO else f"{number_vn(COUNT_TO)}+"


def _tabs(view: str, counts: Any, *, searching: bool) -> list[dict[str, Any]]:
    return [
        {
            "text": _(words.VIEWS[name]),
            "href": f"/desk/?list={name}",
            "on": name == view and not searching,
            "count": count_words(counts[name]),
            "late": name == "late" and counts[name] > 0,
        }
        for name in VIEWS
    ]


def _head(name: str) -> dict[str, str]:
    """A column, and the attributes of its cells."""
    text, number = _(COLUMN_NAMES[name]), name == "age"
    attributes = Markup(' data-label="{}"').format(text)
    if name in _VIETNAMESE:
        attributes += Markup(' lang="vi"')
    if number:
        attributes += Markup(' class="is-number"')
    return {"name": name, "text": text, "number": "1" if number else "", "attributes": attributes}


def _line(
    row: Row,
    heads: Sequence[Mapping[str, str]],
    tags: Mapping[int, Any],
    labels: Mapping[int, LabelLine],
    token: str,
    english: bool,
    part: str = "",
) -> dict[str, Any]:
    """A row ready to print: the template's loop only puts strings into cells. ``part``: where on the page the line leads."""
    sign, due = words.due_words(row.due_state, row.minutes)
    cells = [(head["attributes"], _cell(head["name"], row, tags, labels, english)) for head in heads]
    return {
        "code": row.code,
        "line": f"{row.dossier}-{row.run or 0}",
        "href": f"/desk/dossiers/{row.code}/?{place.beside(token, row.key)}{part}",
        "state": row.due_state,
        "sign": sign,
        "due": due,
        "at": _at(row.due_at),
        "cells": cells,
    }


def _at(moment: datetime | None) -> str:
    return f"{time_vn(moment)} {date_vn(moment)}" if moment else ""


def _cell(
    name: str, row: Row, tags: Mapping[int, Any], labels: Mapping[int, LabelLine], english: bool
) -> Any:
    match name:
        case "procedure":
            return row.procedure
        case "applicant":
            return row.applicant
        case "step":
            return (row.step_en if english else row.step) or "–"
        case "status":
            return tags[row.status]
        case "claimed":
            if row.mine:
                return Markup("<strong>{}</strong>").format(_("Tôi"))
            if row.claimed_by:
                return row.claimed_by
            return Markup('<span class="mc-quiet">{}</span>').format(_("Chưa ai nhận") if row.run else "–")
        case "submitted":
            aside = "" if row.online else f' <span class="mc-quiet">{escape(_("tại quầy"))}</span>'
            return Markup(f'<span class="mc-nowrap">{date_vn(row.submitted_at)}</span>{aside}')  # noqa: S704 - a date and our own words
        case "labels":
            return label_tags(labels[key] for key in row.labels if key in labels)
        case "unit":
            return row.unit or "–"
        case "channel":
            return _(words.CHANNELS[row.channel])
        case _:
            return number_vn(row.age)


def label_tags(lying: Any) -> Markup:
    """Labels as small tags: the colour helps, the name says it."""
    return Markup(" ").join(
        Markup('<span class="mc-label mc-label--{}">{}</span>').format(label.colour, label.name)
        for label in lying
    )


@require_POST
@staff()
def search(request: HttpRequest) -> HttpResponse:
    """``/desk/search/``: what is searched for is posted, and goes on in a sealed token."""
    asked = place.unpack(request.POST.get("from", "")) or Asked()
    q = " ".join(request.POST.get("q", "").split())[:100]
    if not q:
        return HttpResponseRedirect(f"/desk/?list={asked.view}")
    return HttpResponseRedirect(f"/desk/?{urlencode({'s': place.pack(Asked(view=asked.view, q=q))})}")


@require_POST
@staff()
def filters(request: HttpRequest) -> HttpResponse:
    """``/desk/filters/``: a filter more (``add``), one less (``drop``), or none (``clear``); kept for this list."""
    actor: Actor = acting(request)
    asked = place.unpack(request.POST.get("from", "")) or Asked()
    if "clear" in request.POST:
        asked = Asked(view=asked.view, q=asked.q)
    elif drop := request.POST.get("drop", ""):
        name, _colon, value = drop.partition(":")
        asked = asked.without(name, value)
    else:
        more = read(request.POST)
        given = asked.write()
        for name in LISTED:
            given[name] = [*getattr(asked, name), *getattr(more, name)]
        given |= {name: getattr(more, name) or getattr(asked, name) for name in ("due", "claimed")}
        asked = Asked.read({**given, **{n: [str(v) for v in given[n]] for n in LISTED}})
    if asked.q:
        return HttpResponseRedirect(f"/desk/?{urlencode({'s': place.pack(asked)})}")
    keep_filters(actor=actor, asked=asked, now=clock_now())
    return HttpResponseRedirect(f"/desk/?list={asked.view}")
