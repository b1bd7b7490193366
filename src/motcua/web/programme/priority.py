"""What comes first: demand against effort."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from motcua.kernel.clock import now as clock_now
from motcua.programme.review import queries, rules
from motcua.programme.review import words as both
from motcua.programme.review.audience import STAFF, is_focal
from motcua.web.programme import words
from motcua.web.programme.pages import HERE, is_english
from motcua.web.shared.staff import acting, navigation, staff

SHOWN = 100
WIDTH, HEIGHT = 640.0, 300.0


@require_safe
@staff(*STAFF)
def priority(request: HttpRequest, pk: int) -> HttpResponseBase:
    """``/programme/rounds/<pk>/priority/``: demand against effort, as a ranked list and a picture."""
    actor = acting(request)
    level = request.GET.get("level", "")
    page = queries.priority(actor, pk, now=clock_now(), level=level)
    english = is_english(request)
    owners = queries.blockers_by_owner(list(page.names.values()))
    rows = []
    for place, one in enumerate(page.ranked[:SHOWN], 1):
        found = page.names[one.code]
        blockers = (found.judgement or {}).get("blockers", [])
        rows.append(
            {
                "place": place,
                "one": one,
                "name": found.procedure.short_name,
                "level": found.level,
                "agency": found.agency.short_name if found.agency else "",
                "blockers": [words.cause_words(b["cause"], english=english) for b in blockers],
                "online": one.online / one.demand if one.demand else None,
            }
        )
    context = {
        "staff": navigation(actor, HERE),
        "round": page.round,
        "rows": rows,
        "mark": page.mark,
        "since": page.since,
        "dots": rules.picture(page.ranked, width=WIDTH, height=HEIGHT),
        "width": WIDTH,
        "height": HEIGHT,
        "most": max((one.demand for one in page.ranked), default=0),
        "furthest": max((one.effort for one in page.ranked), default=0),
        "focal": is_focal(actor, page.round),
        "more": max(0, len(page.ranked) - SHOWN),
        "count": len(page.ranked),
        "imported": page.imported,
        "chips": [
            {"text": text, "href": f"?level={key}" if key else ".", "on": level == key}
            for key, text in (
                ("", _("Tất cả")),
                *((k, words.level_words(k, english=english)) for k in ("partial", "information")),
            )
        ],
        "owners": [
            (
                both.OWNERS[owner][english],
                sorted(
                    ((words.cause_words(c, english=english), n) for c, n in causes.items()),
                    key=lambda x: -x[1],
                ),
            )
            for owner, causes in sorted(owners.items())
        ],
    }
    return render(request, "programme/priority.html", context)
