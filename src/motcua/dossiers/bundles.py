"""What is frozen and needed at every filing: the case with its papers, and its form. Kept for ever per process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from motcua.catalogue.models import ProcedureCase
from motcua.eforms import rules as eforms
from motcua.eforms.models import FormVersion
from motcua.kernel.caching import Kept
from motcua.kernel.working_time import Term, parse_term


@dataclass(frozen=True, slots=True)
class PaperAsked:
    """A component of the case, as filing sees it."""

    pk: int
    key: str
    name: str
    condition: str
    required: bool
    by_form: bool
    replaced_by: str | None
    originals: int
    copies: int


@dataclass(frozen=True)
class CaseBundle:
    """A published procedure case. Immutable in the database (trigger), so also here."""

    pk: int
    version: int
    procedure: int
    national_code: str
    name: str
    short_name: str
    sector: str
    key: str
    case_name: str
    level: str
    term_value: int | None
    term_unit: str
    term_cutoff: str | None
    form_key: str | None
    result_name: str
    components: tuple[PaperAsked, ...]

    @cached_property
    def term(self) -> Term | None:
        """The legal term; None where the source gives none (then nothing is promised)."""
        return term_of(self.term_value, self.term_unit)

    @property
    def line(self) -> tuple[int, str]:
        """The procedure and the key of the case: what stays the same when the catalogue publishes a new version."""
        return self.procedure, self.key


def term_of(value: int | None, unit: str) -> Term | None:
    """The term of a case from its two columns."""
    if value is None:
        return None
    if unit == "same_day":
        return parse_term("same-day")
    short = {"working_hour": "wh", "working_day": "wd", "calendar_day": "d"}[unit]
    return parse_term(f"{value}{short}")


def _load_case(pk: int) -> CaseBundle:
    case = (
        ProcedureCase.objects.select_related("version__procedure__sector")
        .prefetch_related("components", "version__results")
        .get(pk=pk)
    )
    procedure = case.version.procedure
    results = sorted(case.version.results.all(), key=lambda kind: kind.position)
    return CaseBundle(
        pk=case.pk,
        version=case.version_id,
        procedure=procedure.pk,
        national_code=procedure.national_code,
        name=procedure.name,
        short_name=procedure.short_name,
        sector=procedure.sector.slug,
        key=case.key,
        case_name=case.name_vi if case.key != "default" else "",
        level=procedure.level,
        term_value=case.term_value,
        term_unit=case.term_unit,
        term_cutoff=case.term_cutoff.strftime("%H:%M") if case.term_cutoff else None,
        form_key=case.form_key,
        result_name=results[0].name if results else procedure.short_name,
        components=tuple(
            PaperAsked(
                pk=c.pk,
                key=c.key,
                name=c.name,
                condition=c.condition,
                required=c.required,
                by_form=c.by_form,
                replaced_by=c.replaced_by,
                originals=c.originals,
                copies=c.copies,
            )
            for c in sorted(case.components.all(), key=lambda c: c.position)
        ),
    )


case_bundle: Kept[int, CaseBundle] = Kept(_load_case, seconds=None)


def _load_form(pk: int) -> eforms.Form:
    return eforms.load_definition(FormVersion.objects.get(pk=pk).definition)


form_of: Kept[int, eforms.Form] = Kept(_load_form, seconds=None)


def _newest_form(key: str) -> int | None:
    return FormVersion.objects.filter(key=key).order_by("-number").values_list("pk", flat=True).first()


#: The form version that a draft begun now is bound to.
newest_form: Kept[str, int | None] = Kept(_newest_form, seconds=10)
