"""Which procedure follows which process."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from motcua.kernel.actors import Role
from motcua.kernel.text import clean
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.processes import reading


@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def processes(request: HttpRequest) -> HttpResponseBase:
    """``/studio/processes/?q=khai sinh&page=2``: procedures and the process each follows."""
    actor = acting(request)
    asked = clean(request.GET.get("q", ""))[:100]
    page = request.GET.get("page", "")
    shown, rows = reading.listing(
        actor, asked, int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    )
    context = {
        "staff": navigation(actor, "processes"),
        "asked": asked,
        "rows": rows,
        "shown": shown,
        "general": reading.general_row(),
    }
    return render(request, "studio/processes/list.html", context)
