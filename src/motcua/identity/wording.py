"""What the pages of signing in say. Here and not in their templates, so that the words stay in this room's catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from django.utils.translation import ngettext

# Names of providers that differ by language; settings hold the Vietnamese one.
PROVIDER_NAMES: Final = (N_("định danh giả lập"),)


@dataclass(frozen=True, slots=True)
class Reason:
    """Words for a sign-in that did not work: what happened, what to do; both take ``%(provider)s``."""

    status: HTTPStatus
    title: str
    happened: str
    advice: str
    retry: bool = True
    guessing: bool = False


REASONS: Final[dict[str, Reason]] = {
    "provider_down": Reason(
        HTTPStatus.SERVICE_UNAVAILABLE,
        N_("Chưa kết nối được với hệ thống định danh"),
        N_("Hệ thống %(provider)s không trả lời. Đây không phải lỗi của bạn."),
        N_("Hãy thử lại sau vài phút. Nếu gấp, bạn có thể nộp hồ sơ trực tiếp tại bộ phận một cửa."),
    ),
    "provider_error": Reason(
        HTTPStatus.BAD_GATEWAY,
        N_("Hệ thống định danh báo lỗi"),
        N_("Hệ thống %(provider)s trả về một lỗi nên việc đăng nhập chưa hoàn tất."),
        N_("Hãy thử đăng nhập lại. Nếu vẫn lỗi, xin gọi tổng đài hỗ trợ."),
    ),
    "untrusted": Reason(
        HTTPStatus.BAD_GATEWAY,
        N_("Chưa xác nhận được thông tin đăng nhập"),
        N_(
            "Câu trả lời nhận được không chứng minh được là của %(provider)s, nên để bảo vệ bạn cổng không cho đăng nhập."
        ),
        N_("Hãy thử đăng nhập lại. Nếu vẫn lỗi, xin gọi tổng đài hỗ trợ."),
        guessing=True,
    ),
    "incomplete": Reason(
        HTTPStatus.BAD_GATEWAY,
        N_("Thông tin định danh chưa đủ"),
        N_("Hệ thống %(provider)s không gửi họ tên của bạn nên cổng không mở được tài khoản."),
        N_("Hãy kiểm tra thông tin trong ứng dụng định danh, rồi thử lại."),
    ),
    "expired": Reason(
        HTTPStatus.BAD_REQUEST,
        N_("Lượt đăng nhập đã hết hạn"),
        N_(
            "Mã đăng nhập chỉ dùng được một lần và trong thời gian ngắn; mã này đã quá hạn hoặc đã được dùng."
        ),
        N_("Hãy bấm đăng nhập lần nữa."),
        guessing=True,
    ),
    "state": Reason(
        HTTPStatus.BAD_REQUEST,
        N_("Lượt đăng nhập này không còn dùng được"),
        N_(
            "Trang đăng nhập mở quá 10 phút, đã dùng ở một cửa sổ khác, hoặc trình duyệt chặn cookie của cổng."
        ),
        N_("Hãy bấm đăng nhập lần nữa. Nếu vẫn gặp trang này, hãy cho phép cookie của cổng."),
        guessing=True,
    ),
    "cancelled": Reason(
        HTTPStatus.OK,
        N_("Bạn chưa đăng nhập"),
        N_("Bạn đã dừng lại ở trang của %(provider)s."),
        N_("Bạn vẫn xem được thủ tục và tra cứu hồ sơ mà không cần đăng nhập."),
    ),
    "assurance": Reason(
        HTTPStatus.FORBIDDEN,
        N_("Tài khoản định danh chưa đủ mức"),
        N_("Dịch vụ này cần mức định danh cao hơn mức tài khoản của bạn đang có."),
        N_(
            "Bạn có thể nâng mức tài khoản định danh tại cơ quan công an, hoặc nộp hồ sơ trực tiếp tại bộ phận một cửa."
        ),
    ),
    "inactive": Reason(
        HTTPStatus.FORBIDDEN,
        N_("Tài khoản đang bị khóa"),
        N_("Tài khoản của bạn trên cổng này đã bị tạm khóa, nên bạn chưa đăng nhập được."),
        N_("Xin gọi tổng đài hỗ trợ để biết lý do và đề nghị mở lại."),
        retry=False,
    ),
    "too_many": Reason(
        HTTPStatus.TOO_MANY_REQUESTS,
        N_("Quá nhiều lượt đăng nhập"),
        N_("Từ mạng bạn đang dùng có quá nhiều lượt đăng nhập trong ít phút vừa qua."),
        N_("Hãy đợi một lát rồi thử lại, hoặc dùng mạng khác."),
    ),
}


def in_words(reason: Reason, provider: str, wait: int | None = None) -> dict[str, str]:
    """``title happened advice again`` of a reason in the page's language; ``wait`` in seconds."""
    provider = _(provider)
    advice = _(reason.advice) % {"provider": provider}
    if wait:
        minutes = -(-wait // 60)
        advice = ngettext("Hãy thử lại sau %(n)s phút.", "Hãy thử lại sau %(n)s phút.", minutes) % {
            "n": minutes
        }
    return {
        "title": _(reason.title),
        "happened": _(reason.happened) % {"provider": provider},
        "safe": _("Hồ sơ đã nộp, bản nháp và tệp bạn đã tải lên vẫn còn nguyên trong tài khoản của bạn."),
        "advice": advice,
        "again": _("Đăng nhập lại"),
        "public": _("Xem thủ tục không cần đăng nhập"),
    }


def sign_in_words(provider: str) -> dict[str, str]:
    """The words of the page before signing in."""
    provider = _(provider)
    return {
        "title": _("Đăng nhập"),
        "signed_out": _("Bạn đã đăng xuất khỏi cổng."),
        "lead": _(
            "Bạn đăng nhập ở trang của %(provider)s rồi quay lại đây. Cổng này không biết và không giữ mật khẩu của bạn."
        )
        % {"provider": provider},
        "button": _("Đăng nhập bằng %(provider)s") % {"provider": provider},
        "why": _("Đăng nhập để"),
        "why_file": _("nộp hồ sơ, có sẵn thông tin đã biết và bản nháp được lưu trong khi bạn khai"),
        "why_follow": _("xem hồ sơ của bạn đang ở bước nào, bao giờ có kết quả"),
        "why_keep": _("nhận kết quả điện tử và dùng lại giấy tờ đã nộp"),
        "data": _("Cổng nhận những thông tin gì?"),
        "data_text": _(
            "Họ tên, số định danh, ngày sinh, giới tính, nơi thường trú, nơi ở hiện nay, điện thoại, thư điện tử; với hộ "
            "kinh doanh và doanh nghiệp thì thêm mã số thuế và tên. Thông tin này chỉ dùng để điền sẵn tờ khai và gửi kết "
            "quả cho bạn; số định danh, địa chỉ và cách liên hệ được mã hóa."
        ),
        "none": _("Chưa có tài khoản định danh?"),
        "none_text": _(
            "Bạn đăng ký tài khoản định danh tại công an cấp xã. Trong khi chờ, bạn vẫn nộp được hồ sơ trực tiếp tại bộ "
            "phận một cửa; cán bộ ở đó giúp bạn khai."
        ),
        "without": _("Không cần đăng nhập"),
        "procedures": _("Xem thủ tục, giấy tờ cần có và lệ phí"),
        "track": _("Tra cứu hồ sơ bằng mã hồ sơ"),
    }


def signed_in_words() -> dict[str, str]:
    """The words of the page after signing in again in a second tab."""
    return {
        "title": _("Bạn đã đăng nhập lại"),
        "lead": _(
            "Hãy đóng thẻ này và quay về trang bạn đang khai. Những gì đã gõ vẫn còn và sẽ được lưu tiếp."
        ),
        "account": _("Hoặc mở tài khoản của tôi"),
    }
