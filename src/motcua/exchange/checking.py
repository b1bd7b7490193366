"""Comparing what was filed with what registers say: at once where it is known, later where one did not answer.

A difference decides nothing: the official sees both (NQ 66.7/2025: a wrong record is to be mended, and then the paper
is asked for). A job that dies begins again; a check is claimed before its register is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction

from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import Dossier
from motcua.eforms.forms import Form
from motcua.exchange import asking
from motcua.exchange.connectors import Connector, connected
from motcua.exchange.filling import expected, named
from motcua.exchange.models import Check
from motcua.exchange.rules import MOST_TRIES, next_try
from motcua.kernel.actors import SYSTEM
from motcua.kernel.clock import now as clock_now
from motcua.kernel.jobs import job

log = structlog.get_logger(__name__)
CHECK = "check"
#: Dossiers looked at in one run of the job.
PER_RUN = 200
#: A claimed check whose worker died is taken up again after so long.
CLAIMED_FOR = timedelta(minutes=10)


@job("exchange.check_waiting", queue="upkeep", attempts=1, cron="*/5 * * * *")
def check_waiting() -> None:
    """Compare what waits and is due."""
    check_due(clock_now())


def check_due(now: datetime, *, limit: int = PER_RUN) -> int:
    """Go through filed dossiers with checks that are due; how many checks were settled."""
    due = (
        Check.objects.filter(state=Check.State.WAITING, next_at__lte=now, draft__dossier__isnull=False)
        .order_by("next_at")
        .values_list("draft__dossier", flat=True)[: limit * 4]
    )
    settled = 0
    for dossier in list(dict.fromkeys(due))[:limit]:
        try:
            settled += check_filed(dossier, now)
        except Exception:  # one bad dossier must not stop the others (trap 31)
            log.exception("check.failed", dossier=dossier)
    return settled


def check_filed(dossier: int, now: datetime) -> int:
    """Compare the waiting checks of a filed dossier, asking registers for what they have not said; how many settled.

    Never raises for a register: what it does not answer stays for the next run, and in the end for the official.
    """
    filed = Dossier.objects.select_related("draft").filter(pk=dossier, draft__isnull=False).first()
    if filed is None or filed.form_id is None:
        return 0
    checks = _claim(filed.draft.pk, now)
    first = filed.answer_sets.order_by("number").first() if checks else None
    if first is None:
        return 0
    form, answers = form_of(filed.form_id), first.values
    settled = 0
    for key in dict.fromkeys(check.register for check in checks):
        mine = [check for check in checks if check.register == key]
        unsaid = [check for check in mine if not check.said]
        came = True
        if unsaid:
            came = _ask(filed, form, unsaid, key, now)
        for check in mine:
            if check.said or came:
                _settle(check, form, answers, now)
                settled += 1
            else:
                _wait(check, now)
    return settled


def _claim(draft: UUID, now: datetime) -> Sequence[Check]:
    """Waiting checks of a draft, each moved on before anything is asked: two workers never ask for the same one."""
    with transaction.atomic():
        checks = list(
            Check.objects.select_for_update(skip_locked=True)
            .filter(draft=draft, state=Check.State.WAITING)
            .order_by("pk")
        )
        taken = [check for check in checks if check.tries == 0 or check.next_at <= now]
        for check in taken:
            check.tries, check.next_at = check.tries + 1, now + CLAIMED_FOR
            check.save(update_fields=["tries", "next_at"])
    return taken


def _ask(filed: Dossier, form: Form, checks: Sequence[Check], key: str, now: datetime) -> bool:
    """Ask one register for several checks of a dossier; whether it has said its word (then it is in ``check.said``)."""
    register: Connector | None = connected(None).get(key) if key in connected(None) else None
    number = _number(filed, register) if register is not None else ""
    if register is None or not number:
        return False
    fields = [form.by_id[check.field] for check in checks if check.field in form.by_id]
    names = named(fields) & register.known.gives
    question = asking.Question(SYSTEM, number, names, CHECK, filed.draft.pk, filed.pk)
    answer = asking.ask(register, question, now=now)
    for check in checks:
        wanted = named([form.by_id[check.field]]) if check.field in form.by_id else frozenset()
        check.said = {name: value for name, value in answer.values.items() if name in wanted}
    return answer.came


def _number(filed: Dossier, register: Connector) -> str:
    """The applicant's number of the kind a register knows; a household's tax code is its owner's citizen ID."""
    number = filed.applicant_number
    if register.known.by == "tax_code":
        return number if filed.applicant_kind == "business" else ""
    return number if len(number) == 12 else ""


def _settle(check: Check, form: Form, answers: object, now: datetime) -> None:
    field = form.by_id.get(check.field)
    said = expected(form, field, check.said) if field is not None else None
    filed = answers.get(check.field) if isinstance(answers, dict) else None
    if said is None or filed is None:  # nothing to compare with, or not asked in the end
        check.state = Check.State.NOTHING
    else:
        check.state = Check.State.AGREES if said == filed else Check.State.DIFFERS
    check.checked_at = now
    check.save(update_fields=["state", "value", "checked_at"])


def _wait(check: Check, now: datetime) -> None:
    check.next_at = next_try(check.tries, now)
    if check.tries >= MOST_TRIES:
        check.state = Check.State.GIVEN_UP
    check.save(update_fields=["state", "next_at"])
