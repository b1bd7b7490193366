"""Where a prefilled answer came from, in words beside its field; and which fields a register will be asked about later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from motcua.exchange.connectors import TITLES
from motcua.exchange.filling import EARLIER, REGISTER, STORE
from motcua.web.shared.formats import datetime_vn

#: The kind and the sentence of a source, as ``eforms`` draws it: ``kind|sentence``.
LATER, IDENTITY = "later", "identity"


def source_words(sources: Mapping[str, Any]) -> dict[str, str]:
    """By field: ``kind|sentence``. Of ``Draft.sources``; what begins with ``_`` is kept for other ends."""
    found = {
        field: f"{LATER}|"
        + _("%(register)s chưa trả lời. Mời Ông/Bà tự điền; cơ quan sẽ đối chiếu sau.")
        % {"register": _title(register)}
        for field, register in sources.get("_later", {}).items()
    }
    for field, source in sources.items():
        if not field.startswith("_"):
            found[field] = _words(str(source))
    return found


def _title(register: str) -> str:
    return _(TITLES[register]) if register in TITLES else register


def _words(source: str) -> str:
    kind, _colon, rest = source.partition(":")
    if kind == REGISTER:
        register, _colon, when = rest.partition(":")
        return f"{REGISTER}|" + _("Lấy từ %(register)s lúc %(when)s. Sửa lại nếu sai.") % {
            "register": _title(register),
            "when": datetime_vn(datetime.fromisoformat(when)),
        }
    if kind == STORE:
        return f"{STORE}|" + _("Lấy từ kết quả trong kho dữ liệu của Ông/Bà. Sửa lại nếu sai.")
    if kind == EARLIER:
        return f"{EARLIER}|" + _("Lấy từ hồ sơ %(code)s Ông/Bà đã nộp. Sửa lại nếu sai.") % {"code": rest}
    return f"{IDENTITY}|" + _("Lấy từ tài khoản định danh của Ông/Bà. Sửa lại nếu sai.")
