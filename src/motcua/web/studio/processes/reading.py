"""What the process pages show: procedures with the process they follow, rows in words, what a publication touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import Http404
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from motcua.catalogue.authorship import Author
from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.kernel.actors import Actor
from motcua.kernel.models import Event
from motcua.kernel.text import fold
from motcua.processing import authoring, watching
from motcua.processing.checks import Problem, longest, over_term, problems, term_minutes
from motcua.processing.choosing import FACTS
from motcua.processing.definitions import unresolved
from motcua.processing.fitting import unfit
from motcua.processing.models import ProcessVersion
from motcua.processing.rules import Kind, StepSpec
from motcua.processing.tables import Table, linked
from motcua.web.studio.conditions import Askable
from motcua.web.studio.processes import fit, words
from motcua.web.studio.processes.picture import name_of

GENERAL = "general"
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose process a page is about, and what the actor may do about it. ``case`` None: the general one. ``gone``: the
    catalogue publishes the case no more.
    """

    key: str
    case: int | None
    author: Author
    name: str
    code: str = ""
    gone: bool = False

    @property
    def path(self) -> str:
        return f"/studio/processes/{self.key}/"


def subject_of(actor: Actor, key: str, *, writing: bool = False) -> Subject:
    """Raises Http404 for what there is not, and for what is not the actor's to read (or, ``writing``, to write)."""
    case = present = None
    if key != GENERAL:
        if not (key.isascii() and key.isdigit() and len(key) < 19):
            raise Http404
        try:
            present = authoring.in_force(int(key))
        except ProcedureCase.DoesNotExist:
            raise Http404 from None
        # An address kept from before the catalogue published the procedure anew leads to the case of today.
        case = present or int(key)
    author = authoring.author(actor, case)
    if not author.reads or (writing and not author.writes):
        raise Http404
    if case is None:
        return Subject(key, None, author, _("Quy trình chung"))
    bundle = case_bundle(case)
    name = f"{bundle.short_name} – {bundle.case_name}" if bundle.case_name else bundle.short_name
    return Subject(str(case), case, author, name, bundle.national_code, gone=present is None)


def case_name(case: ProcedureCase) -> str:
    name = case.version.procedure.short_name
    return name if case.key == "default" else f"{name} – {case.name_vi}"


def listing(actor: Actor, asked: str, page: int) -> tuple[Page[ProcedureCase], list[dict[str, Any]]]:
    """A page of cases and the process each follows. Queries do not grow with rows."""
    found = authoring.cases_for(actor)
    if asked:
        folded = fold(asked)
        names = found.values_list("pk", "version__procedure__short_name", "name_vi")
        hits = [pk for pk, short, name in names if folded in fold(f"{short} {name}")]
        found = found.filter(Q(version__procedure__national_code__startswith=asked) | Q(pk__in=hits))
    shown = Paginator(found, PER_PAGE).get_page(page)
    cases = list(shown.object_list)
    procedures = {case.version.procedure_id for case in cases}
    own = watching.own_in_force(procedures)
    general = authoring.followed(None)
    counts = authoring.open_by_version(procedures=procedures)
    misfits = watching.found(cases, own)
    numbers = version_names({version for _case, version in counts})
    rows = []
    for case in cases:
        line = watching.line_of(case)
        version = own.get(line) or general
        following = [(v, n) for (of, v), n in counts.items() if of == line]
        rows.append(
            {
                "href": f"/studio/processes/{case.pk}/",
                "code": case.version.procedure.national_code,
                "name": case_name(case),
                "own": line in own,
                "wrong": [
                    *([fit.gone_words()] if getattr(case, "gone", False) else []),
                    *(fit.said(one) for one in misfits.get(case.pk, ())),
                ],
                "number": version.number if version else None,
                "published_at": version.published_at if version else None,
                "by": version.published_by.full_name if version and version.published_by else "",
                "open": [
                    (numbers[v], n, version is not None and v == version.pk) for v, n in sorted(following)
                ],
            }
        )
    return shown, rows


def version_names(keys: Iterable[int]) -> dict[int, str]:
    """Versions in short: `riêng 2`, `chung 1`."""
    return {
        one.pk: (_("chung %(number)s") if one.case_id is None else _("riêng %(number)s"))
        % {"number": one.number}
        for one in ProcessVersion.objects.filter(pk__in=list(keys))
    }


def general_row() -> dict[str, Any]:
    """The general process, as a line of the list."""
    version = authoring.followed(None)
    return {
        "href": f"/studio/processes/{GENERAL}/",
        "number": version.number if version else None,
        "published_at": version.published_at if version else None,
        "by": version.published_by.full_name if version and version.published_by else "",
    }


def labels_of(case: int | None, *, english: bool) -> dict[str, str]:
    """Labels of the fields of the form of a case, by id."""
    form = fields_form(case)
    return {f.id: f.label("en" if english else "vi") for f in form.fields} if form else {}


def fields_form(case: int | None) -> Any:
    """The form in force of a case; None without one."""
    key = case_bundle(case).form_key if case is not None else None
    newest = newest_form(key) if key else None
    return form_of(newest) if newest else None


def condition_fields(case: int | None, *, english: bool) -> list[Askable]:
    """What a condition may ask: facts of the dossier, then fields of the form, each with the values it can have."""
    facts = [
        Askable(
            fact,
            words.field_name(fact, {}),
            tuple((key, _(said)) for key, said in words.FACT_VALUES.get(fact, {}).items()),
            yes_no=fact == "dossier.online",
        )
        for fact in FACTS
    ]
    form = fields_form(case)
    lang = "en" if english else "vi"
    return [*facts, *(Askable.of(field, lang) for field in (form.fields if form else ()))]


@dataclass(frozen=True)
class Judged:
    """What is wrong with a table: all of it in the order found, and the sentences of each row."""

    all: list[tuple[str, str, str]]
    by_row: Mapping[str, list[str]]

    @property
    def rows(self) -> set[str]:
        return {row for row in self.by_row if row}


def judge(case: int | None, table: Table) -> Judged:
    """Everything for which publication would be refused, and more: what is asked, length and people are looked at early."""
    wrong: list[Problem] = problems(table.steps)
    if case is not None and table.steps and linked(table.steps):
        if not wrong:
            wrong = [*over_term(table.steps, case_bundle(case).term)]
        wrong = [*wrong, *unresolved(case, [s for s in table.steps if s.role])]
    wrong = [*wrong, *unfit(case, table.steps)]
    labels = labels_of(case, english=get_language() == "en")
    by_row: dict[str, list[str]] = {}
    lines = []
    names = {step.key: step.name for step in table.steps}
    for problem in wrong:
        sentence = words.problem_words(problem, labels)
        by_row.setdefault(problem.step, []).append(sentence)
        lines.append((problem.step, names.get(problem.step, ""), sentence))
    return Judged(lines, by_row)


def plan(case: int | None, table: Table) -> dict[str, str]:
    """How long the planned way is, and how long the law gives."""
    term = case_bundle(case).term if case is not None else None
    whole = words.duration(longest(table.steps)) if table.steps and not problems(table.steps) else ""
    return {
        "planned": whole,
        "term": words.term_words(str(term)) if term else "",
        "allowed": words.duration(term_minutes(term)) if term else "",
    }


def rows_of(
    table: Table, judged: Judged, labels: Mapping[str, str], *, english: bool
) -> list[dict[str, Any]]:
    """The table in words."""
    names = {step.key: name_of(step, english=english) for step in table.steps}
    return [_row(step, number, names, judged, labels, english) for number, step in enumerate(table.steps, 1)]


def _row(
    step: StepSpec,
    number: int,
    names: Mapping[str, str],
    judged: Judged,
    labels: Mapping[str, str],
    english: bool,
) -> dict[str, Any]:
    return {
        "key": step.key,
        "number": number,
        "name": names[step.key],
        "lang": "en" if english and step.name_en else "vi",
        "kind": _(words.KINDS[step.kind][0]) if step.kind != Kind.TASK else "",
        "who": words.who(step) if step.kind == Kind.TASK else "–",
        "time": words.duration(step.working_minutes) if step.kind == Kind.TASK else "–",
        "ways": [
            (words.outcome_name(step, outcome, labels), names.get(to, f"{to}?") if to else _("kết thúc"))
            for outcome, to in step.outcomes.items()
        ],
        "permits": [words.word(words.PERMITS, name) for name in step.permits],
        "result": words.word(words.AUTOMATIC, step.does) if step.kind == Kind.AUTO else step.result,
        "wrong": judged.by_row.get(step.key, []),
    }


def event_line(event: Event, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A line of the history of a draft. ``names``: of rows, by key; those that are gone are told by their key."""
    kind, data = event.kind, event.data
    if kind == "process.published":
        what = _("Công bố phiên bản %(number)s") % {"number": data.get("number", "")}
    elif kind == "process.draft_undone":
        what = _("Hoàn tác thay đổi gần nhất")
    elif kind == "process.draft_discarded":
        what = _("Bỏ bản thảo, lấy lại bản đang áp dụng")
    else:
        what = words.word(words.CHANGES, str(data.get("change", ""))) % {
            "row": (names or {}).get(str(data.get("row", "")), data.get("row", ""))
        }
    return {"at": event.at, "who": event.officer or _("Hệ thống"), "what": what}


def effects(case: int | None) -> list[tuple[str, int]]:
    """Open dossiers by the version they stay on."""
    counts: dict[int, int] = {}
    for (_case, version), number in authoring.open_by_version(case).items():
        counts[version] = counts.get(version, 0) + number
    if case is None:
        general = set(ProcessVersion.objects.filter(case=None).values_list("pk", flat=True))
        counts = {version: number for version, number in counts.items() if version in general}
    names = version_names(counts)
    return [(names[version], number) for version, number in sorted(counts.items())]
