"""Once only: a new draft begins with what is known already, and says of each value where it came from.

In order: who signed in (``dossiers/drafts.start`` has done it), a register, the data store, an earlier dossier. A
register that does not answer costs at most its time-out: its fields stay open for typing, and are compared later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from motcua.dossiers import drafts
from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import Channel, Draft
from motcua.eforms import rules as eforms
from motcua.eforms.fields.base import Context, Field, Invalid
from motcua.eforms.forms import Form
from motcua.exchange import asking, known
from motcua.exchange.connectors import Connector, connected
from motcua.exchange.models import Check
from motcua.exchange.rules import next_try
from motcua.kernel.actors import Actor

PREFILL = "prefill"
#: Where a value came from, as ``Draft.sources`` keeps it: one of these, a colon, and which one.
REGISTER, STORE, EARLIER = "register", "store", "dossier"


def roots(field: Field) -> frozenset[str]:
    """The claims a field takes its value from: ``NoiOHienNay|Cha.HoVaTen`` → NoiOHienNay, Cha."""
    return (
        frozenset(path.partition(".")[0] for path in field.prefill.split("|"))
        if field.prefill
        else frozenset()
    )


def number_for(register: Connector, numbers: Mapping[str, str]) -> str:
    """The number under which a register knows the person; "" when they have none of that kind."""
    return numbers.get(register.known.by, "")


def fill_in(*, actor: Actor, draft_id: UUID, numbers: Mapping[str, str], now: datetime) -> None:
    """Fill what is still blank in a draft of the actor's, once. ``numbers``: citizen_id, tax_code, as far as known.

    Not inside a transaction: registers are asked. Nothing that was typed meanwhile is touched.
    """
    draft = drafts.mine(actor, draft_id)
    if draft.form_id is None or draft.channel != Channel.ONLINE or "_filled" in draft.sources:
        return
    form = form_of(draft.form_id)
    blank = {
        field.id: field
        for field in form.fields
        if field.prefill
        and field.kind.asks
        and not field.officer_only
        and field.kind.blank(field, draft.answers.get(field.id))
    }
    found: dict[str, tuple[Any, str]] = {}
    checks: list[Check] = []
    later: dict[str, str] = {}
    for register in connected(None):
        wanted = {name: field for name, field in blank.items() if roots(field) & register.known.gives}
        number = number_for(register, numbers)
        if not wanted or not number:
            continue
        names = frozenset[str]().union(*(roots(field) for field in wanted.values())) & register.known.gives
        question = asking.Question(actor, number, names, PREFILL, draft=draft.pk)
        answer = asking.ask(register, question, now=now)
        said = eforms.prefill(form, answer.values)[0] if answer.values else {}
        for name, field in wanted.items():
            if name in said:
                found[name] = (said[name], f"{REGISTER}:{register.key}:{now.isoformat()}")
                del blank[name]
            elif not answer.came:
                later[name] = register.key
            if name in said or not answer.came:
                checks.append(_check(draft, field, register, answer.values, now))
    store = known.from_store(actor) if blank else {}
    for name, value in (eforms.prefill(form, store)[0] if store else {}).items():
        if name in blank:
            found[name] = (value, f"{STORE}:")
            del blank[name]
    for name, value, code in known.filed_before(actor, blank):
        if _fits(form.by_id[name], value):
            found[name] = (value, f"{EARLIER}:{code}")
    with transaction.atomic():
        drafts.know(draft_id=draft.pk, actor=actor, found=found, later=later, compared=bool(checks), now=now)
        # A field that somebody typed in meanwhile is compared with the register all the same.
        Check.objects.bulk_create(checks, ignore_conflicts=True)


def _check(
    draft: Draft, field: Field, register: Connector, values: Mapping[str, Any], now: datetime
) -> Check:
    check = Check(
        draft=draft, field=field.id, register=register.key, created_at=now, next_at=next_try(1, now)
    )
    check.said = {name: values[name] for name in sorted(roots(field)) if name in values}
    return check


def _fits(field: Field, value: Any) -> bool:
    """Whether an old answer is still a right one: a list may have lost the option since."""
    try:
        field.kind.clean(field, value, Context())
    except Invalid:
        return False
    return True


def expected(form: Form, field: Field, said: Mapping[str, Any]) -> Any:
    """The answer a field would have if it were taken from what a register said; None when that tells nothing."""
    return eforms.prefill(form, said)[0].get(field.id)


def named(fields: Iterable[Field]) -> frozenset[str]:
    """All claims that some fields take their values from."""
    return frozenset[str]().union(*(roots(field) for field in fields))
