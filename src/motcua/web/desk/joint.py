"""A joint dossier at the desk: how a part stands among the others. Links lead only where the officer may go."""

from __future__ import annotations

from typing import Any

from motcua.dossiers.lifecycle import OPEN, Status
from motcua.dossiers.models import Dossier
from motcua.kernel.actors import Actor
from motcua.processing import clock
from motcua.processing.joint.facts import awaited
from motcua.processing.joint.reading import family_of, needed_by
from motcua.web.desk import words


def panel_of(dossier: Dossier, actor: Actor, language: str) -> dict[str, Any] | None:
    """The context of ``desk/_joint.html``; None for a dossier that is not joint. Four queries at most.

    Of the other parts an officer sees which there are, who decides them and how far they are; their answers and papers
    only where they may open them.
    """
    whole = dossier.joint
    if whole is None and not (clock.is_whole(dossier) and dossier.received_at is not None):
        return None
    top = whole or dossier
    family = family_of(top)
    keys = [top.pk, *(row.pk for row in family)]
    visible = set(Dossier.objects.visible_to(actor).filter(pk__in=keys).values_list("pk", flat=True))
    names = {row.joint_part: row.procedure.short_name for row in family}
    waits = awaited(dossier) if whole is not None and dossier.state in OPEN and dossier.received_at else ()
    return {
        "whole": whole.code if whole is not None else "",
        "url": words.dossier_url(top.code) if whole is not None and top.pk in visible else "",
        "awaited": ", ".join(names.get(key, key) for key in sorted(waits)),
        "parts": [
            {
                "name": row.procedure.short_name,
                "code": row.code,
                "status": row.status,
                "agency": row.agency.short_name,
                "here": row.pk == dossier.pk,
                "url": words.dossier_url(row.code) if row.pk in visible and row.pk != dossier.pk else "",
                "after": ", ".join(names.get(key, key) for key in needed_by(top, row))
                if row.status == Status.REGISTERED
                else "",
            }
            for row in family
        ],
    }
