"""The published list of online services: for everybody to search, with its papers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import FileResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from motcua.kernel.blobs import BlobStore
from motcua.kernel.uploads import MIME
from motcua.programme.review import queries
from motcua.programme.review.documents import list_xlsx
from motcua.programme.review.words import level_words, reason_line

LEVELS = ("full", "partial", "information")


@require_GET
def service_list(request: HttpRequest) -> HttpResponse:
    """``/service-list/?q=&level=&page=``: the newest approved list of this agency."""
    made = queries.published(settings.SITE_AGENCY)
    q = request.GET.get("q", "").strip()[:200]
    level = request.GET.get("level", "") if request.GET.get("level") in LEVELS else ""
    number = request.GET.get("page", "1")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 4 else 1
    page = max(1, page)
    context: dict[str, Any] = {"made": made, "q": q, "level": level}
    if made is not None:
        english = request.LANGUAGE_CODE == "en"
        rows, count = queries.search_list(made, q=q, level=level, page=page)
        counts = queries.levels_of(made)

        def link(**changed: Any) -> str:
            query = {name: value for name, value in {"q": q, "level": level, **changed}.items() if value}
            return f"?{urlencode(query)}" if query else "."

        context |= {
            "rows": [{"entry": row, "reason": reason_line(row.reasons, english=english)} for row in rows],
            "count": count,
            "total": sum(counts.values()),
            "chips": [
                {"text": _("Tất cả"), "href": link(level=""), "on": not level, "count": sum(counts.values())}
            ]
            + [
                {
                    "text": level_words(key, english=english),
                    "href": link(level=key),
                    "on": level == key,
                    "count": counts.get(key, 0),
                }
                for key in LEVELS
            ],
            "previous": link(page=page - 1) if page > 1 else "",
            "next": link(page=page + 1) if count > page * queries.PAGE else "",
        }
    return render(request, "portal/service_list.html", context)


@require_GET
def service_list_paper(request: HttpRequest, kind: str) -> HttpResponse | FileResponse:
    """``/service-list/papers/<kind>/``: the signed PDF, or a spreadsheet."""
    made = queries.published(settings.SITE_AGENCY)
    if made is None:
        raise Http404
    if kind == "pdf" and made.pdf is not None:
        content = BlobStore(settings.DATA_DIR / "blobs").open(made.pdf.sha256)
        return FileResponse(content, filename="danh-muc-dvctt.pdf", content_type=MIME["pdf"])
    if kind == "xlsx":
        answer = HttpResponse(list_xlsx(made), content_type=MIME["xlsx"])
        answer["Content-Disposition"] = 'attachment; filename="danh-muc-dvctt.xlsx"'
        return answer
    raise Http404
