"""Putting one question to one register: permitted, written down, asked outside any transaction, its outcome kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from motcua.exchange import rules
from motcua.exchange.connectors import Connector, Junk, Silent
from motcua.exchange.models import RegisterQuery, RegisterState
from motcua.exchange.rules import Verdict
from motcua.kernel import crypto
from motcua.kernel.actors import Actor

log = structlog.get_logger(__name__)
Outcome = RegisterQuery.Outcome


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks a register about whom, what for, and on behalf of which draft or dossier."""

    actor: Actor
    number: str
    names: frozenset[str]
    purpose: str
    draft: UUID | None = None
    dossier: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """``values`` are empty unless it answered and knew something."""

    outcome: RegisterQuery.Outcome
    values: Mapping[str, Any]

    @property
    def came(self) -> bool:
        """Whether the register has said its word, be it "nothing"."""
        return self.outcome in {Outcome.ANSWERED, Outcome.NOTHING}


def ask(register: Connector, question: Question, *, now: datetime) -> Answer:
    """Ask, and never raise for what a register does. At most its time-out passes."""
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("A register is never asked inside a transaction.")
    verdict, written = _permit(register, question, now)
    if not verdict.goes:
        return Answer(Outcome(verdict.value), {})
    begun = time.monotonic()
    values: Mapping[str, Any] = {}
    try:
        values = register.ask(question.number, question.names, purpose=question.purpose)
        outcome = Outcome.ANSWERED if values else Outcome.NOTHING
    except Silent:
        outcome = Outcome.SILENT
    except Junk:
        outcome = Outcome.JUNK
    except Exception:  # a fault of a plug-in is that register's bad day, not the person's
        log.exception("register.fault", register=register.key)
        outcome = Outcome.JUNK
    spent = int((time.monotonic() - begun) * 1000)
    _remember(register, written, outcome, values, spent, now)
    if outcome in {Outcome.SILENT, Outcome.JUNK}:
        log.warning("register.no_answer", register=register.key, outcome=outcome.value, milliseconds=spent)
    return Answer(outcome, values)


def _locked(key: str) -> RegisterState:
    RegisterState.objects.bulk_create([RegisterState(key=key)], ignore_conflicts=True)
    return RegisterState.objects.select_for_update().get(key=key)


@transaction.atomic
def _permit(register: Connector, question: Question, now: datetime) -> tuple[Verdict, RegisterQuery]:
    """Take one question out of the budget and write it down; a question that may not go out is written down too."""
    row = _locked(register.key)
    verdict, state = rules.permit(row.state, register.known.policy, now)
    if verdict.goes:
        row.remember(state)
    kind = crypto.CITIZEN_ID if register.known.by == "citizen_id" else crypto.TAX_CODE
    query = RegisterQuery(
        at=now,
        register=register.key,
        purpose=question.purpose,
        actor_kind=question.actor.kind,
        account_id=question.actor.account,
        person_index=crypto.blind_index(question.number, kind),
        draft_id=question.draft,
        dossier_id=question.dossier,
        names=sorted(question.names),
        outcome=Outcome.ASKED if verdict.goes else Outcome(verdict.value),
    )
    query.save(force_insert=True)
    return verdict, query


@transaction.atomic
def _remember(
    register: Connector,
    query: RegisterQuery,
    outcome: RegisterQuery.Outcome,
    values: Iterable[str],
    spent: int,
    now: datetime,
) -> None:
    row = _locked(register.key)
    well = outcome in {Outcome.ANSWERED, Outcome.NOTHING}
    row.remember(rules.answered(row.state, register.known.policy, now, well=well))
    query.outcome, query.given, query.milliseconds = outcome, sorted(values), spent
    query.save(update_fields=["outcome", "given", "milliseconds"])
