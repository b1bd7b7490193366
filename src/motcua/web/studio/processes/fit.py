"""What of a process no longer fits its case since the catalogue published the procedure anew, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from motcua.catalogue.models import ProcedureCase
from motcua.dossiers.bundles import term_of
from motcua.processing import fitting
from motcua.processing.definitions import steps_of
from motcua.processing.fitting import Misfit
from motcua.processing.models import ProcessVersion
from motcua.web.studio.processes import words

#: From the procedure and key of a case to the version of the process it has of its own.
Own = Mapping[tuple[int, str], ProcessVersion]


def said(misfit: Misfit) -> str:
    """One thing that fits no more."""
    if misfit.code == "over_term":
        return _("Thời gian các bước (%(planned)s) dài hơn thời hạn giải quyết hiện hành (%(term)s).") % {
            "planned": words.duration(misfit.planned),
            "term": words.term_words(str(misfit.term)),
        }
    return _("Bước “%(step)s” rẽ theo nội dung không còn trong tờ khai (“%(field)s”) và coi nội dung đó là để trống.") % {
        "step": misfit.step, "field": misfit.field,
    }  # fmt: skip


def gone_words() -> str:
    """Of a case that the catalogue publishes no more."""
    return _("Trường hợp này không còn trong phiên bản công bố hiện hành của thủ tục.")


def found(cases: Iterable[ProcedureCase], own: Own) -> dict[int, list[Misfit]]:
    """Case to what of its own process fits no more. The number of queries does not grow with the cases."""
    with_own = {case: own[line_of(case)] for case in cases if line_of(case) in own}
    steps = steps_of({version.pk for version in with_own.values()})
    asking = {case for case, version in with_own.items() if fitting.asks_form(steps[version.pk])}
    fields = fitting.fields_in_force({case.form_key for case in asking if case.form_key}) if asking else {}
    return {
        case.pk: fitting.misfits(
            steps[version.pk],
            term_of(case.term_value, case.term_unit),
            fields.get(case.form_key or "", frozenset()),
        )
        for case, version in with_own.items()
    }


def line_of(case: ProcedureCase) -> tuple[int, str]:
    """As :attr:`motcua.dossiers.bundles.CaseBundle.line`, of a row with its version."""
    return case.version.procedure_id, case.key


def about(case: int, version: ProcessVersion | None, *, gone: bool) -> list[str]:
    """What the page of a process says of how it fits: nothing where a case follows the general one, or all fits."""
    if version is None or version.case is None:
        return [gone_words()] if gone else []
    row = ProcedureCase.objects.select_related("version").get(pk=case)
    lines = [gone_words()] if gone else []
    lines += [said(one) for one in found([row], {line_of(row): version})[case]]
    made = version.case.version.number
    if lines and made != row.version.number:
        lines.append(
            _("Quy trình được công bố khi thủ tục ở phiên bản %(made)s; thủ tục nay ở phiên bản %(now)s.")
            % {"made": made, "now": row.version.number}
        )
    return lines
