"""The choices of a question as lines of a page: one's own list, or one of the reference lists; and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.eforms import editing
from motcua.eforms.reference import NAMES
from motcua.kernel.text import clean
from motcua.web.studio.saving import Typed

LISTS: dict[str, str] = {
    "DAN_TOC": N_("54 dân tộc"),
    "TON_GIAO": N_("Tôn giáo"),
    "QUOC_TICH": N_("Quốc gia, quốc tịch"),
    "GIOI_TINH": N_("Giới tính"),
    "QUAN_HE": N_("Quan hệ gia đình"),
    "TINH_TRANG_HON_NHAN": N_("Tình trạng hôn nhân"),
    "GIAY_TO": N_("Giấy tờ tùy thân"),
    "NGAN_HANG": N_("Ngân hàng"),
    "HANG_GPLX": N_("Hạng giấy phép lái xe"),
    "NGHE_NGHIEP": N_("Nghề nghiệp"),
    "TINH": N_("Tỉnh, thành phố"),
    "TINH_QUOC_GIA": N_("Tỉnh, thành phố hoặc quốc gia"),
}
#: Lines that one page takes; a longer list comes from a file.
MOST = 300
#: Empty lines drawn behind the last.
SPARE = 3


def long(field: Mapping[str, Any]) -> bool:
    """Whether a list is longer than a page takes: it stays as it is, and is changed by file."""
    return len(field.get("options", ())) > MOST


def lists() -> list[tuple[str, str]]:
    return [(name, _(LISTS[name]) if name in LISTS else name) for name in NAMES]


def values(field: Mapping[str, Any], found: QueryDict) -> None:
    """The choices over their boxes, in place."""
    found["reference"] = str(field.get("reference") or str(field.get("type", "")).partition(":")[2])
    for number, option in enumerate(() if long(field) else field.get("options", ())):
        label = option.get("label", "")
        found[f"o-{number}-code"] = str(option.get("code", ""))
        found[f"o-{number}-vi"] = label if isinstance(label, str) else str(label.get("vi", ""))
        found[f"o-{number}-en"] = "" if isinstance(label, str) else str(label.get("en", ""))
        found[f"o-{number}-group"] = str(option.get("group", ""))


def read(post: QueryDict, old: Mapping[str, Any]) -> dict[str, Any]:
    """``{"reference": …}``, ``{"options": […]}`` or nothing. A line without a code gets one. Raises :class:`Typed`.

    What the page does not show of an option of ``old`` (its hint) stays with its code.
    """
    wanted = post.get("reference", "")
    if long(old) and not wanted:
        return {"options": list(old["options"])}
    if wanted:
        if wanted not in NAMES:
            raise Typed("reference", _("Không có danh mục này."))
        return {"reference": wanted}
    options: list[dict[str, Any]] = []
    pasted = [line.strip() for line in post.get("pasted", "").splitlines() if line.strip()]
    for number in range(MOST):
        if f"o-{number}-vi" not in post:
            break
        code, vi, en, group = (
            clean(post.get(f"o-{number}-{part}", ""))[:200] for part in ("code", "vi", "en", "group")
        )
        if vi:
            options.append(_option(code, vi, en, group, options, f"o-{number}-code"))
        elif code or en:
            raise Typed(f"o-{number}-vi", _("Nhập lời của lựa chọn, hoặc xóa cả dòng."))
    for line in pasted[: MOST - len(options)]:
        vi, _bar, en = (part.strip() for part in clean(line)[:400].partition("|"))
        if vi:
            options.append(_option("", vi, en, "", options, "pasted"))
    hints = {str(one.get("code")): one["hint"] for one in old.get("options", ()) if one.get("hint")}
    for option in options:
        if option["code"] in hints:
            option["hint"] = hints[option["code"]]
    return {"options": options} if options else {}


def _option(code: str, vi: str, en: str, group: str, before: list[dict[str, Any]], at: str) -> dict[str, Any]:
    taken = [str(one["code"]) for one in before]
    if code in taken:
        raise Typed(at, _("Mã “%(code)s” dùng hai lần.") % {"code": code})
    made: dict[str, Any] = {
        "code": code or editing.free_id(vi, taken, "lua_chon"),
        "label": {"vi": vi, **({"en": en} if en else {})},
    }
    return made | ({"group": group} if group else {})


def places(post: QueryDict) -> range:
    """The lines to draw: those that are there, and some more."""
    used = [n for n in range(MOST) if post.get(f"o-{n}-vi") or post.get(f"o-{n}-code")]
    return range(min(MOST, (used[-1] + 1 if used else 0) + SPARE))
