"""What of a process no longer fits its case since the catalogue published the procedure anew, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from motcua.catalogue.models import ProcedureCase
from motcua.processing.fitting import Misfit
from motcua.processing.models import ProcessVersion
from motcua.processing.watching import found, line_of
from motcua.web.studio.processes import words


def said(misfit: Misfit) -> str:
    """One thing that fits no more."""
    if misfit.code == "over_term":
        return _("Thời gian các bước (%(planned)s) dài hơn thời hạn giải quyết hiện hành (%(term)s).") % {
            "planned": words.duration(misfit.planned),
            "term": words.term_words(str(misfit.term)),
        }
    if misfit.code == "condition_type":
        return _("Bước “%(step)s”: điều kiện so sánh “%(field)s” với loại nội dung khác với tờ khai, nên không rẽ đúng được.") % {
            "step": misfit.step, "field": misfit.field,
        }  # fmt: skip
    if misfit.code == "condition_value":
        return _("Bước “%(step)s”: điều kiện chờ ở “%(field)s” một lựa chọn không có trong tờ khai, nên không rẽ đúng được.") % {
            "step": misfit.step, "field": misfit.field,
        }  # fmt: skip
    return _("Bước “%(step)s” rẽ theo nội dung không còn trong tờ khai (“%(field)s”) và coi nội dung đó là để trống.") % {
        "step": misfit.step, "field": misfit.field,
    }  # fmt: skip


def gone_words() -> str:
    """Of a case that the catalogue publishes no more."""
    return _("Trường hợp này không còn trong phiên bản công bố hiện hành của thủ tục.")


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
