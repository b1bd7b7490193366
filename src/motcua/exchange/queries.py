"""What the desk reads: how the answers of a dossier compare with the registers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from motcua.dossiers.models import Dossier
from motcua.eforms.fields.base import Context, Invalid
from motcua.eforms.forms import Form
from motcua.exchange.connectors import TITLES
from motcua.exchange.filling import expected
from motcua.exchange.models import Check


@dataclass(frozen=True, slots=True)
class Compared:
    """A field and what a register says of it. ``said`` and ``filed`` in words, "" where there is nothing.

    ``register`` is a Vietnamese msgid; ``state`` one of :class:`Check.State`.
    """

    label: str
    register: str
    state: str
    said: str
    filed: str
    at: datetime | None


def compared(
    dossier: Dossier, form: Form | None, answers: Mapping[str, Any], language: str
) -> list[Compared]:
    """The checks of a dossier the caller may see, differences first.

    One query, none where the draft (best fetched with the dossier) says that nothing is compared.
    """
    draft = getattr(dossier, "draft", None)
    if form is None or draft is None or not draft.sources.get("_compared"):
        return []
    order = {Check.State.DIFFERS: 0, Check.State.NOTHING: 1, Check.State.GIVEN_UP: 2, Check.State.WAITING: 3}
    lines = []
    for check in Check.objects.filter(draft=draft).order_by("pk"):
        field = form.by_id.get(check.field)
        if field is None or check.field not in answers:
            continue

        def words(value: Any, field: Any = field) -> str:
            if field.kind.blank(field, value):
                return ""
            try:
                return str(field.kind.display(field, field.kind.clean(field, value, Context()), language))
            except Invalid:
                return ""

        lines.append(
            (
                order.get(Check.State(check.state), 4),
                Compared(
                    label=field.label(language),
                    register=TITLES.get(check.register, check.register),
                    state=check.state,
                    said=words(expected(form, field, check.said)) if check.said else "",
                    filed=words(answers.get(check.field)),
                    at=check.checked_at,
                ),
            )
        )
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]
