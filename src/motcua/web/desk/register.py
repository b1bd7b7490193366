"""The register of the one-stop desk (sổ theo dõi hồ sơ): as a table, printed as mẫu 07, and as files of the same rows."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

import structlog
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from motcua.dossiers import register, register_printing
from motcua.dossiers.models import RegisterPrint
from motcua.dossiers.register import Line, Period
from motcua.kernel import jobs
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import Refused
from motcua.organisations.models import Agency
from motcua.web.desk import words
from motcua.web.desk.files import blob_response, own_policy
from motcua.web.shared.formats import date_vn, number_vn, status_tag, time_vn
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence
from motcua.workspace.rules import cell as harmless

log = structlog.get_logger(__name__)

PAGE = 50
#: Prints listed below the register.
PRINTS = 10
#: Names of the columns of mẫu 07 in files; Vietnamese by law, as in print.
COLUMNS = (
    "TT", "Mã hồ sơ", "Tên thủ tục hành chính", "Tên cá nhân, tổ chức", "Địa chỉ, số điện thoại",
    "Cơ quan chủ trì giải quyết", "Nhận hồ sơ", "Hẹn trả kết quả", "Trả kết quả", "Phương thức nhận kết quả", "Ký nhận",
    "Ghi chú",
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _book(actor: Actor, code: str) -> tuple[Agency, list[Agency]]:
    """The agency whose register is meant (the first when none is named), and all the officer keeps."""
    kept = register.books(actor)
    found = next((agency for agency in kept if agency.code == code or not code), None)
    if found is None:
        raise Http404
    return found, kept


def _day(text: str, otherwise: date) -> date | None:
    """A day as people write it (24/11/2026) or as links do; ``otherwise`` for none, None for what is not one."""
    if not text.strip():
        return otherwise
    for form in ("%d/%m/%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day, not a moment
        except ValueError:
            continue
    return None


def _read(given: Any, agency: Agency) -> tuple[Period | None, list[tuple[str, str]]]:
    """The period asked for, this month when none is; or what is wrong with it, by control."""
    today = local_day(clock_now())
    since = _day(given.get("since", ""), today.replace(day=1))
    until = _day(given.get("until", ""), today)
    errors = []
    if since is None:
        errors.append(("#since", _("Nhập ngày bắt đầu, ví dụ 01/11/2026.")))
    if until is None:
        errors.append(("#until", _("Nhập ngày kết thúc, ví dụ 30/11/2026.")))
    if since is None or until is None:
        return None, errors
    if since > until:
        return None, [("#until", _("Ngày kết thúc phải từ ngày bắt đầu trở đi."))]
    return Period(agency.pk, since, until), []


def _query(agency: Agency, period: Period, several: bool) -> str:
    asked = {"since": period.since.isoformat(), "until": period.until.isoformat()}
    return urlencode({"agency": agency.code, **asked} if several else asked)


@require_safe
@staff(Role.ONE_STOP)
def book(request: HttpRequest) -> HttpResponseBase:
    """``/desk/register/?since=…&until=…&agency=…&after=…``: the register of a period, a page at a time."""
    return _page(request, request.GET)


def _page(request: HttpRequest, given: Any, refusal: str = "") -> HttpResponse:
    actor = acting(request)
    agency, kept = _book(actor, given.get("agency", ""))
    period, errors = _read(given, agency)
    after = given.get("after", "")[:40]
    several = len(kept) > 1
    found = register.lines(period, after=after, limit=PAGE + 1) if period else []
    query = _query(agency, period, several) if period else ""
    with_year = period is not None and period.since.year != period.until.year
    context = {
        "staff": navigation(actor, "register"),
        "agency": agency,
        "books": [
            {"text": one.short_name, "href": f"/desk/register/?agency={one.code}", "on": one.pk == agency.pk}
            for one in kept
        ]
        if several
        else [],
        "period": period,
        "since": date_vn(period.since) if period else given.get("since", "")[:20],
        "until": date_vn(period.until) if period else given.get("until", "")[:20],
        "errors": [*errors, *([("", refusal)] if refusal else [])],
        "wrong": dict(errors),
        "count": register.count(period) if period else 0,
        "rows": [_row(line, with_year=with_year) for line in found[:PAGE]],
        "next": f"/desk/register/?{query}&{urlencode({'after': found[PAGE - 1].key})}"
        if len(found) > PAGE
        else "",
        "first": f"/desk/register/?{query}" if after else "",
        "csv": f"/desk/register/so-theo-doi.csv?{query}",
        "xlsx": f"/desk/register/so-theo-doi.xlsx?{query}",
        "most": register_printing.MOST,
        "prints": [_print(one) for one in _prints(agency)],
    }
    return render(request, "desk/register.html", context, status=422 if errors or refusal else 200)


def _row(line: Line, *, with_year: bool) -> dict[str, Any]:
    """A line ready to print on the page, in the language of the page."""

    def moment(at: datetime | None) -> tuple[str, str]:
        return (date_vn(at), time_vn(at)) if at else ("–", "")

    printed = register.in_words(line, with_year=with_year)
    return {
        "number": printed.number,
        "code": line.code,
        "elsewhere": bool(line.elsewhere),
        "procedure": line.procedure,
        "name": line.name,
        "contact": printed.contact,
        "lead": line.lead,
        "received": moment(line.received_at),
        "due": moment(line.due_at),
        "returned": moment(line.returned_at),
        "method": _(words.RETURN_BY.get(line.return_by, line.return_by)),
        "status": status_tag(line.status),
        "note": printed.note,
    }


def _prints(agency: Agency) -> list[RegisterPrint]:
    return list(RegisterPrint.objects.filter(agency=agency).order_by("-ordered_at")[:PRINTS])


def _print(one: RegisterPrint) -> dict[str, Any]:
    return {
        "href": f"/desk/register/prints/{one.pk}/",
        "period": f"{date_vn(one.since)} – {date_vn(one.until)}",
        "total": number_vn(one.total),
        "at": one.ordered_at,
        "officer": one.officer,
        "ready": one.blob_id is not None,
    }


@require_POST
@staff(Role.ONE_STOP)
def order(request: HttpRequest) -> HttpResponseBase:
    """``/desk/register/print/``: order the book of a period; the answer is the page of the order."""
    actor = acting(request)
    agency, _kept = _book(actor, request.POST.get("agency", ""))
    period, errors = _read(request.POST, agency)
    if period is None or errors:
        return _page(request, request.POST)
    try:
        ordered = register_printing.order(actor=actor, period=period, now=clock_now())
    except Refused as refusal:
        said = {name: number_vn(value) for name, value in refusal.params.items()}
        return _page(request, request.POST, sentence(refusal.code, said))
    return HttpResponseRedirect(f"/desk/register/prints/{ordered.pk}/")


def _order(request: HttpRequest, number: int) -> RegisterPrint:
    kept = [agency.pk for agency in register.books(acting(request))]
    found = RegisterPrint.objects.select_related("agency", "blob").filter(pk=number, agency__in=kept).first()
    if found is None:
        raise Http404
    return found


@require_safe
@staff(Role.ONE_STOP)
def ordered(request: HttpRequest, number: int) -> HttpResponseBase:
    """``/desk/register/prints/<id>/``: how far a print is, then the book."""
    found = _order(request, number)
    ready = found.blob_id is not None
    state = None if ready else jobs.state_of(register_printing.print_book, order=found.pk)
    failed = state is not None and state.failed
    context = {
        "staff": navigation(acting(request), "register"),
        "agency": found.agency,
        "print": _print(found),
        "done": number_vn(found.done),
        "progress": found.done,
        "total": found.total,
        "failed": failed,
        "refresh": 0 if ready or failed else 2,
        "book": f"/desk/register/prints/{found.pk}/so-theo-doi.pdf",
        "size": found.blob.size if found.blob else 0,
        "back": f"/desk/register/?{urlencode({'agency': found.agency.code, 'since': found.since.isoformat(), 'until': found.until.isoformat()})}",
    }
    return render(request, "desk/register_print.html", context)


@require_safe
@staff(Role.ONE_STOP)
@own_policy
def printed(request: HttpRequest, number: int) -> HttpResponseBase:
    """``/desk/register/prints/<id>/so-theo-doi.pdf``, inline or ``?download=1``."""
    found = _order(request, number)
    if found.blob is None:
        raise Http404
    return blob_response(found.blob, _filename(found, "pdf"), download="download" in request.GET)


def _filename(period: Period | RegisterPrint, ending: str) -> str:
    return f"so-theo-doi-ho-so-{period.since:%Y%m%d}-{period.until:%Y%m%d}.{ending}"


# --- files of the same rows ------------------------------------------------------------------------------------


def _asked(request: HttpRequest) -> tuple[Actor, Period]:
    actor = acting(request)
    agency, _kept = _book(actor, request.GET.get("agency", ""))
    period, errors = _read(request.GET, agency)
    if period is None or errors:
        raise Http404
    return actor, period


def _cells(period: Period) -> Iterator[tuple[str, ...]]:
    """Every line in the words and order of the columns."""
    with_year = period.since.year != period.until.year
    for line in register.every(period):
        said = register.in_words(line, with_year=with_year)
        yield (
            said.number,
            said.code,
            said.procedure,
            said.name,
            said.contact,
            said.lead,
            said.received,
            said.due,
            said.returned,
            said.method,
            said.signature,
            said.note,
        )


@require_safe
@staff(Role.ONE_STOP)
def as_csv(request: HttpRequest) -> HttpResponseBase:
    """``/desk/register/so-theo-doi.csv?since=…&until=…``: streamed, whatever its length."""
    actor, period = _asked(request)
    log.info("register.exported", form="csv", agency=period.agency, account=actor.account)

    def rows() -> Iterator[str]:
        out = io.StringIO()
        writer = csv.writer(out)
        yield "\ufeff"  # a spreadsheet takes it for UTF-8 by this
        writer.writerow(COLUMNS)
        for cells in _cells(period):
            writer.writerow([harmless(cell) for cell in cells])
            if out.tell() > 32_000:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
        yield out.getvalue()

    response = StreamingHttpResponse(rows(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_filename(period, "csv")}"'
    return response


@require_safe
@staff(Role.ONE_STOP)
def as_xlsx(request: HttpRequest) -> HttpResponseBase:
    """``/desk/register/so-theo-doi.xlsx?since=…&until=…``: as many lines as a printed book; more is refused in words."""
    actor, period = _asked(request)
    total = register.count(period)
    if total > register_printing.MOST:
        said = {"total": number_vn(total), "limit": number_vn(register_printing.MOST)}
        return _page(request, request.GET, sentence("register.too_long", said))
    log.info("register.exported", form="xlsx", agency=period.agency, account=actor.account)
    workbook = Workbook(write_only=True)  # rows go to a file as they come
    sheet = workbook.create_sheet("Sổ theo dõi hồ sơ")
    sheet.freeze_panes = "C2"
    for column, width in zip("ABCDEFGHIJKL", (8, 22, 40, 28, 40, 28, 17, 17, 17, 22, 20, 20), strict=True):
        sheet.column_dimensions[column].width = width
    heads = []
    for name in COLUMNS:
        head = WriteOnlyCell(sheet, value=name)
        head.font = Font(bold=True)
        heads.append(head)
    sheet.append(heads)
    for cells in _cells(period):
        sheet.append([_text(sheet, cell) for cell in cells])
    out = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    workbook.save(out)
    out.seek(0)
    return FileResponse(out, as_attachment=True, filename=_filename(period, "xlsx"), content_type=XLSX)


def _text(sheet: Any, value: str) -> Any:
    """A cell that is text whatever it begins with."""
    cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell
