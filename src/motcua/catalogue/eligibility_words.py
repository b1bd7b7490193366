"""What the judge of eligibility found, in sentences: Vietnamese and English side by side. Pure, for commands and papers too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from motcua.catalogue.eligibility import Reason

TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "met": ("Đạt: {rule}.", "Met: {rule}."),
    "unmet": ("Chưa đạt: {rule}.", "Not met: {rule}."),
    "ground": (
        "{rule}: lý do hợp pháp để chưa cung cấp toàn trình{basis}.",
        "{rule}: a lawful ground for not being full-process{basis}.",
    ),
    "not_lawful_ground": (
        "{rule}: chưa thể toàn trình, nhưng đây không phải lý do luật cho phép; phải khắc phục{basis}.",
        "{rule}: not full-process yet, but no ground the law accepts; it must be removed{basis}.",
    ),
    "basis_missing": (
        "{rule}: chưa nêu căn cứ pháp luật chuyên ngành.",
        "{rule}: the sector law that requires it is not named.",
    ),
    "no_published_reason": (
        "{rule}: chưa có lý do hợp pháp nào, nên phải cung cấp toàn trình.",
        "{rule}: there is no lawful ground, so the service must become full-process.",
    ),
    "information_only": (
        "Chưa đạt: {rule}; không nộp và không giải quyết trực tuyến thì chỉ là cung cấp thông tin.",
        "Not met: {rule}; with neither filing nor resolving online it only provides information.",
    ),
}

CHANGES: Final[Mapping[str, tuple[str, str]]] = {
    "information_complete": (
        "Công bố đầy đủ thông tin về thủ tục.",
        "Publish all information on the procedure.",
    ),
    "files_online": (
        "Cho nộp hồ sơ trực tuyến bằng biểu mẫu điện tử.",
        "Let people file online with an electronic form.",
    ),
    "resolved_online": (
        "Chuyển toàn bộ việc giải quyết lên hệ thống điện tử.",
        "Move the whole resolution into the electronic system.",
    ),
    "result_by": (
        "Trả kết quả điện tử hoặc qua bưu chính công ích.",
        "Return the result electronically or by public post.",
    ),
    "presence_required": (
        "Kiến nghị sửa quy định buộc có mặt, hoặc thay bằng định danh điện tử.",
        "Propose to amend the rule that requires presence, or replace it by electronic identification.",
    ),
    "onsite_verification": (
        "Kiến nghị sửa quy định buộc xác minh tại thực địa, hoặc thay bằng dữ liệu chia sẻ.",
        "Propose to amend the rule that requires verification on site, or replace it by shared data.",
    ),
    "technical_blocker": (
        "Khắc phục vướng mắc kỹ thuật và công bố ngày hoàn thành.",
        "Remove the technical fault and publish the date by which.",
    ),
}

OWNER_NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "resolving_agency": ("Cơ quan giải quyết thủ tục", "The agency that resolves the procedure"),
    "lawmaker": ("Cơ quan chủ trì văn bản chuyên ngành", "The authority in charge of the sector law"),
    "it_unit": ("Đơn vị chuyên trách công nghệ thông tin", "The specialised IT unit"),
}


def reason_text(reason: Reason, *, english: bool = False) -> str:
    """One finding as a sentence, with the rule's own words and the legal basis that was named."""
    rule = reason.rule.title_en if english else reason.rule.title_vi
    basis = f" ({reason.basis})" if reason.basis else ""
    return TEXTS[reason.code][english].format(rule=rule, basis=basis)
