"""Printing a register (mẫu 07): ordered by an officer, made by a job in sheets of bounded size, kept.

A book of 5,000 lines takes some seconds; the order says how far it is. A worker that dies begins the book anew, and the
one that is kept is the first that was finished.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from motcua.dossiers import register, slips
from motcua.dossiers.drafts import keep_content
from motcua.dossiers.models import RegisterPrint
from motcua.dossiers.register import Period
from motcua.dossiers.slip_facts import issuer_of
from motcua.kernel import binding, jobs, pdf
from motcua.kernel.actors import Actor
from motcua.kernel.clock import now as clock_now
from motcua.kernel.refusals import NotAllowed, Refused

log = structlog.get_logger(__name__)

#: Lines of one printed book (or workbook): 350 pages. More is another order.
MOST = 5000
#: Lines of a sheet: what typst has in memory at a time.
SHEET = 250


@transaction.atomic
def order(*, actor: Actor, period: Period, now: datetime) -> RegisterPrint:
    """Order the book of a period. Raises :class:`Refused` when it is empty or longer than :data:`MOST`."""
    if actor.account is None or period.agency not in {agency.pk for agency in register.books(actor)}:
        raise NotAllowed("register.not_yours")
    total = register.count(period)
    if total == 0:
        raise Refused("register.empty")
    if total > MOST:
        raise Refused("register.too_long", total=total, limit=MOST)
    ordered = RegisterPrint.objects.create(
        agency_id=period.agency,
        since=period.since,
        until=period.until,
        ordered_at=now,
        ordered_by_id=actor.account,
        officer=actor.name,
        total=total,
    )
    print_book.defer(order=ordered.pk)
    log.info("register.ordered", order=ordered.pk, agency=period.agency, account=actor.account, lines=total)
    return ordered


@jobs.job("dossiers.print_register", queue="documents")
def print_book(order: int) -> None:
    """Print an order that is not printed yet."""
    make(order, now=clock_now())


def make(pk: int, *, now: datetime) -> None:
    """The book of an order, as the register stands at ``now``."""
    wanted = RegisterPrint.objects.select_related("agency__parent").filter(pk=pk, blob=None).first()
    if wanted is None:
        return
    book = _print(wanted, now)
    with transaction.atomic():
        # Another worker may have been at it; what was kept first stays.
        locked = RegisterPrint.objects.select_for_update().get(pk=pk)
        if locked.blob_id is None:
            locked.blob = keep_content(book, "application/pdf", now)
            locked.save(update_fields=["blob"])


def _print(wanted: RegisterPrint, now: datetime) -> bytes:
    period = Period(wanted.agency_id, wanted.since, wanted.until)
    # All at one moment, so that no line changes while the sheets are made; a few may have come since it was ordered.
    listed = register.lines(period, limit=2 * MOST)
    RegisterPrint.objects.filter(pk=wanted.pk).update(total=len(listed), done=0)
    issuer = issuer_of(wanted.agency)
    with_year = wanted.since.year != wanted.until.year
    sheets: list[bytes] = []
    pages = 0
    for start in range(0, len(listed), SHEET):
        part = listed[start : start + SHEET]
        sheet = slips.register_sheet(
            slips.RegisterSheet(
                issuer=issuer,
                volume=period.volume,
                since=period.since,
                until=period.until,
                lines=[register.in_words(line, with_year=with_year) for line in part],
                total=len(listed),
                printed_at=now,
                printed_by=wanted.officer,
                first_page=pages + 1,
                opens=start == 0,
                closes=start + SHEET >= len(listed),
            )
        )
        pdf.forget()
        pages += binding.pages_of(sheet)
        sheets.append(sheet)
        RegisterPrint.objects.filter(pk=wanted.pk).update(done=start + len(part))
    return binding.bind(sheets)
