"""What the dossier page shows, gathered in nine queries at most.

``standing``: open steps and turns. ``filling``: the form of a turn. ``papers``, ``explaining`` (the clock), ``timeline``: the parts that
are named after them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Dossier, DossierAnswers
from motcua.eforms.rendering import answers_summary
from motcua.exchange.queries import compared
from motcua.kernel.actors import Actor
from motcua.kernel.planned import ByKey
from motcua.processing.matters import Matters, Opinion
from motcua.processing.models import Supplement
from motcua.processing.queries import RunLine, due_now, files_of, runs_of
from motcua.results.models import ResultDocument
from motcua.results.queries import signature_state
from motcua.web.desk import joint, words
from motcua.web.desk.page import explaining, papers, standing
from motcua.web.desk.page.filling import drawn_for
from motcua.web.desk.page.papers import INLINE
from motcua.web.desk.page.timeline import timeline

__all__ = ["INLINE", "context_of", "open_dossier", "result_of", "supplement_of"]


def open_dossier(actor: Actor, code: str) -> Dossier | None:
    """The dossier with what the page reads of it, if the officer may see it."""
    return _openable(actor).first(code)


@lru_cache(maxsize=1024)
def _openable(actor: Actor) -> ByKey[Dossier]:
    """By the code, for what the seats of an officer open: made once for each of them."""
    return ByKey(
        lambda code: (
            Dossier.objects.visible_to(actor)
            .select_related("agency", "procedure", "unit", "supplement", "result", "draft", "joint")
            .defer("version__definition")
            .filter(code=code)
        ),
        blank="-",
    )


#: The newest set of answers of a dossier, by its key.
_LATEST = ByKey(lambda dossier: DossierAnswers.objects.filter(dossier=dossier).order_by("-number")[:1])


def supplement_of(dossier: Dossier) -> Supplement | None:
    """The one request to complete it, if there was one."""
    return getattr(dossier, "supplement", None)


def result_of(dossier: Dossier) -> ResultDocument | None:
    """Its result, in whatever state."""
    return getattr(dossier, "result", None)


def context_of(
    dossier: Dossier,
    actor: Actor,
    matters: Matters,
    *,
    now: datetime,
    language: str,
    form: str = "",
    run: int | None = None,
    typed: Mapping[str, Any] | None = None,
    errors: Sequence[tuple[str, str]] = (),
    show_days: bool = False,
) -> dict[str, Any]:
    """The context of ``desk/dossier.html``.

    ``form``: the turn being filled in, ``run``: at which open step (None: the first that offers it); ``typed``: what
    was posted for it.
    """
    bundle = case_bundle(dossier.case_id)
    latest = _LATEST.first(dossier.pk)
    files = files_of(dossier.pk)
    runs = runs_of(dossier.pk)
    result, supplement = result_of(dossier), supplement_of(dossier)
    stands = standing.standing_of(dossier, runs, matters, actor, now, supplement_asked=supplement is not None)
    works, of_dossier = standing.works_of(dossier, runs, actor, stands)
    signature = None
    if result is not None and result.state == ResultDocument.State.SIGNING:
        signature = signature_state(result.pk)
    rows, chosen = [], None
    for work in works:
        offered = work.offered
        if (
            signature is not None
            and signature.failed
            and work.step.mine
            and work.run.waits_for == "signature"
        ):
            offered.append("sign_again")
        rows.append(standing.work_row(dossier, work, result, actor, now, language, stands, offered))
        fits = form in offered and not standing.at_once(form, dossier) and run in (None, work.run.id)
        chosen = chosen or (work if fits else None)
    whole = [turn.name for turn in of_dossier if turn.offered]
    filled = chosen.run if chosen is not None else (works[0].run if works else None)
    if chosen is None and not (form in whole and form not in words.AT_ONCE):
        # A form whose turn is open no more is not drawn; an opinion has its form where the question stands.
        form = form if form == "answer_consultation" else ""
    in_panel = form if form != "answer_consultation" else ""
    return {
        "dossier": dossier,
        "bundle": bundle,
        "facts": _facts(dossier),
        "run": filled,
        "works": rows,
        "asked": rows[0]["asked"] if rows else standing.asked_words(dossier, None, result, language),
        "whole": [standing.turn_row(name, dossier) for name in whole],
        "whole_withheld": standing.withheld_rows(of_dossier, stands),
        "questions": [_opinion(one, dossier, runs, actor, now) for one in standing.to_answer(matters, actor)],
        "opinions": [_opinion(one, dossier, runs, actor, now) for one in matters.opinions],
        "matters": matters,
        "form": in_panel,
        "filling": form,
        "form_words": _(words.TURNS[form][1]) if form else "",
        "form_title": _(words.TURNS[form][0]) if form else "",
        "typed": typed or {},
        "errors": errors,
        "drawn": drawn_for(
            form, dossier, bundle, filled, runs, files, matters, result, typed or {}, now, language
        ),
        "clock": explaining.explained(
            dossier,
            bundle,
            works[0].run if works else None,
            matters.course,
            matters.extension,
            actor,
            now,
            language,
            show_days=show_days,
        ),
        "sections": answers_summary(
            form_of(dossier.form_id), latest.values if latest else {}, language, officer=True
        )
        if dossier.form_id
        else [],
        "compared": compared(
            dossier,
            form_of(dossier.form_id) if dossier.form_id else None,
            latest.values if latest else {},
            language,
        ),
        "answers_number": latest.number if latest else 0,
        "papers": papers.papers(bundle, files, dossier.code),
        "slips": [papers.slip_row(line, dossier.code) for line in files if line.kind == "slip"],
        "result": result,
        "signature": signature,
        "refresh": 3 if signature is not None and not signature.failed else 0,
        "supplement": supplement,
        "joint": joint.panel_of(dossier, actor, language),
        "timeline": timeline(dossier, files, runs, matters, supplement, language),
        "sees_looks": standing.sees_looks(dossier, actor),
        "said": "",
        "notice": "",
    }


def _opinion(
    one: Opinion, dossier: Dossier, runs: Sequence[RunLine], actor: Actor, now: datetime
) -> dict[str, Any]:
    """A consultation as the page shows it."""
    state, minutes = due_now("", one.due_at, paused=False, actor=actor, now=now) if one.open else ("none", 0)
    return {
        "it": one,
        "state": state,
        "minutes": minutes,
        "late": bool(one.answered_at and one.answered_at > one.due_at),
        "after_due": dossier.due_at is not None and one.due_at > dossier.due_at,
        "may_revoke": standing.may_revoke(one, runs, actor),
    }


def _facts(dossier: Dossier) -> dict[str, str]:
    channel = _(words.CHANNELS[dossier.channel])
    if dossier.channel == 2:
        channel = f"{channel}, {_(words.ASSISTANCE[dossier.assistance])}"
    return {
        "channel": channel,
        "remote": _("từ xa") if dossier.remote else _("không tính là từ xa"),
        "return_by": _(words.RETURN_BY.get(dossier.return_by, dossier.return_by)),
    }
