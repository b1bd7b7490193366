"""Words of the review in Vietnamese and English: for papers, open data and commands, which have no page's language. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

LEVELS: Final[Mapping[str, tuple[str, str]]] = {
    "full": ("Toàn trình", "Full-process"),
    "partial": ("Một phần", "Partial"),
    "information": ("Cung cấp thông tin", "Information only"),
}
#: What stands in the way, as a noun phrase that fits after "vì".
CAUSES: Final[Mapping[str, tuple[str, str]]] = {
    "information_complete": ("chưa công bố đầy đủ thông tin về thủ tục", "information on the procedure is incomplete"),
    "electronic_form": ("chưa có biểu mẫu điện tử", "there is no electronic form"),
    "payment": ("chưa thanh toán trực tuyến được phí, lệ phí", "the fee cannot be paid online"),
    "originals": ("phải nộp bản chính giấy tờ", "paper originals have to be handed in"),
    "wet_signature": ("phải ký tay trên bản giấy", "a signature by hand is required"),
    "electronic_resolution": ("việc giải quyết chưa thực hiện trên hệ thống", "the case is not resolved in the system"),
    "electronic_result": ("chưa có kết quả điện tử", "there is no electronic result"),
    "result_by_post": ("kết quả bản giấy chưa trả qua bưu chính công ích", "the paper result is not returned by public post"),
    "presence": ("người nộp phải có mặt tại cơ quan", "the applicant must be present at the agency"),
    "onsite": ("cơ quan phải xác minh tại thực địa", "the agency must verify on site"),
    "technical": ("vướng mắc kỹ thuật chưa khắc phục được", "a technical fault that cannot be fixed yet"),
}  # fmt: skip
#: What would have to happen for it to stand in the way no more.
CHANGES: Final[Mapping[str, tuple[str, str]]] = {
    "information_complete": ("Công bố đầy đủ thông tin về thủ tục.", "Publish all information on the procedure."),
    "electronic_form": ("Xây dựng biểu mẫu điện tử tương tác.", "Build an interactive electronic form."),
    "payment": ("Kết nối nền tảng thanh toán trực tuyến.", "Connect the online payment platform."),
    "originals": ("Kiến nghị bỏ bản chính, hoặc nhận bản điện tử có chứng thực.", "Propose to drop the originals, or accept certified electronic copies."),
    "wet_signature": ("Kiến nghị cho ký số hoặc xác nhận bằng định danh điện tử.", "Propose to accept digital signatures or confirmation by e-ID."),
    "electronic_resolution": ("Chuyển toàn bộ việc giải quyết lên hệ thống.", "Move the whole resolution into the system."),
    "electronic_result": ("Ban hành mẫu kết quả điện tử có ký số.", "Issue an electronic result with a digital signature."),
    "result_by_post": ("Ký kết trả kết quả qua bưu chính công ích.", "Arrange return of the result by public post."),
    "presence": ("Kiến nghị sửa quy định buộc có mặt, hoặc thay bằng định danh điện tử.", "Propose to amend the rule on presence, or replace it by electronic identification."),
    "onsite": ("Kiến nghị sửa quy định buộc xác minh tại thực địa, hoặc thay bằng dữ liệu chia sẻ.", "Propose to amend the rule on verification on site, or replace it by shared data."),
    "technical": ("Khắc phục vướng mắc kỹ thuật và công bố ngày hoàn thành.", "Remove the technical fault and publish the date by which."),
}  # fmt: skip
OWNERS: Final[Mapping[str, tuple[str, str]]] = {
    "resolving_agency": ("Cơ quan giải quyết thủ tục", "The agency that resolves the procedure"),
    "lawmaker": ("Cơ quan chủ trì văn bản chuyên ngành", "The authority in charge of the sector law"),
    "it_unit": ("Đơn vị chuyên trách công nghệ thông tin", "The specialised IT unit"),
    "database_owner": ("Cơ quan chủ quản cơ sở dữ liệu", "The keeper of the database"),
}


def level_words(level: str, *, english: bool = False) -> str:
    return LEVELS[level][english] if level in LEVELS else "–"


def reason_line(reasons: Iterable[Mapping[str, Any]], *, english: bool = False) -> str:
    """Why a service is not full-process, in one line with the legal bases; empty when it is."""
    parts = []
    for reason in reasons:
        words = CAUSES[reason["cause"]][english]
        parts.append(f"{words} ({reason['basis']})" if reason.get("basis") else words)
    line = "; ".join(parts)
    return line[:1].upper() + line[1:]
