"""Signing in and out. The provider's pages are its own; these are what stands before and after them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import structlog
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from motcua.identity import oidc, queries
from motcua.identity.adapters import reason, safe_next
from motcua.kernel import clock
from motcua.kernel.ratelimit import Limiter, client_address

log = structlog.get_logger(__name__)

starts = Limiter("sign-in start", settings.IDENTITY["starts_limit"], settings.IDENTITY["limit_seconds"])
failures = Limiter("sign-in failure", settings.IDENTITY["failures_limit"], settings.IDENTITY["limit_seconds"])


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
        gettext_noop("Chưa kết nối được với hệ thống định danh"),
        gettext_noop("Hệ thống %(provider)s không trả lời. Đây không phải lỗi của bạn."),
        gettext_noop(
            "Hãy thử lại sau vài phút. Nếu gấp, bạn có thể nộp hồ sơ trực tiếp tại bộ phận một cửa."
        ),
    ),
    "provider_error": Reason(
        HTTPStatus.BAD_GATEWAY,
        gettext_noop("Hệ thống định danh báo lỗi"),
        gettext_noop("Hệ thống %(provider)s trả về một lỗi nên việc đăng nhập chưa hoàn tất."),
        gettext_noop("Hãy thử đăng nhập lại. Nếu vẫn lỗi, xin gọi tổng đài hỗ trợ."),
    ),
    "untrusted": Reason(
        HTTPStatus.BAD_GATEWAY,
        gettext_noop("Chưa xác nhận được thông tin đăng nhập"),
        gettext_noop(
            "Câu trả lời nhận được không chứng minh được là của %(provider)s, nên để bảo vệ bạn cổng không cho đăng nhập."
        ),
        gettext_noop("Hãy thử đăng nhập lại. Nếu vẫn lỗi, xin gọi tổng đài hỗ trợ."),
        guessing=True,
    ),
    "incomplete": Reason(
        HTTPStatus.BAD_GATEWAY,
        gettext_noop("Thông tin định danh chưa đủ"),
        gettext_noop("Hệ thống %(provider)s không gửi họ tên của bạn nên cổng không mở được tài khoản."),
        gettext_noop("Hãy kiểm tra thông tin trong ứng dụng định danh, rồi thử lại."),
    ),
    "expired": Reason(
        HTTPStatus.BAD_REQUEST,
        gettext_noop("Lượt đăng nhập đã hết hạn"),
        gettext_noop(
            "Mã đăng nhập chỉ dùng được một lần trong một phút; mã này đã quá hạn hoặc đã được dùng."
        ),
        gettext_noop("Hãy bấm đăng nhập lần nữa."),
        guessing=True,
    ),
    "state": Reason(
        HTTPStatus.BAD_REQUEST,
        gettext_noop("Lượt đăng nhập này không còn dùng được"),
        gettext_noop(
            "Trang đăng nhập mở quá 10 phút, đã dùng ở một cửa sổ khác, hoặc trình duyệt chặn cookie của cổng."
        ),
        gettext_noop("Hãy bấm đăng nhập lần nữa. Nếu vẫn gặp trang này, hãy cho phép cookie của cổng."),
        guessing=True,
    ),
    "cancelled": Reason(
        HTTPStatus.OK,
        gettext_noop("Bạn chưa đăng nhập"),
        gettext_noop("Bạn đã dừng lại ở trang của %(provider)s."),
        gettext_noop("Bạn vẫn xem được thủ tục và tra cứu hồ sơ mà không cần đăng nhập."),
    ),
    "assurance": Reason(
        HTTPStatus.FORBIDDEN,
        gettext_noop("Tài khoản định danh chưa đủ mức"),
        gettext_noop("Dịch vụ này cần mức định danh cao hơn mức tài khoản của bạn đang có."),
        gettext_noop(
            "Bạn có thể nâng mức tài khoản định danh tại cơ quan công an, hoặc nộp hồ sơ trực tiếp tại bộ phận một cửa."
        ),
    ),
    "inactive": Reason(
        HTTPStatus.FORBIDDEN,
        gettext_noop("Tài khoản đang bị khóa"),
        gettext_noop("Tài khoản của bạn trên cổng này đã bị tạm khóa, nên bạn chưa đăng nhập được."),
        gettext_noop("Xin gọi tổng đài hỗ trợ để biết lý do và đề nghị mở lại."),
        retry=False,
    ),
    "too_many": Reason(
        HTTPStatus.TOO_MANY_REQUESTS,
        gettext_noop("Quá nhiều lượt đăng nhập"),
        gettext_noop("Từ mạng bạn đang dùng có quá nhiều lượt đăng nhập trong ít phút vừa qua."),
        gettext_noop("Hãy đợi một lát rồi thử lại, hoặc dùng mạng khác."),
    ),
}


def failed(
    request: HttpRequest, code: str, *, detail: str = "", next_url: str | None = None, wait: int | None = None
) -> HttpResponse:
    """The page for ``code`` of :data:`REASONS`; ``wait`` seconds become minutes on it and a Retry-After header."""
    words = REASONS[code]
    address = client_address(request)
    if code == "state" and request.user.is_authenticated:
        # The back button after signing in, or two tabs at once: the person has what they wanted.
        return HttpResponseRedirect(safe_next(next_url) or str(settings.LOGIN_REDIRECT_URL))
    if words.guessing:
        wait = failures.fail(address) or wait
    log.warning("sign_in_failed", reason=code, detail=detail)
    context = {
        "reason": code,
        "words": words,
        "provider": settings.IDENTITY["provider_name"],
        "next_url": safe_next(next_url) or "",
        "minutes": -(-wait // 60) if wait else 0,
    }
    response = render(request, "identity/sign_in_failed.html", context, status=words.status)
    response["Cache-Control"] = "no-store"
    if wait:
        response["Retry-After"] = str(wait)
    return response


@never_cache
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """What signing in is, and the button. ``?next=`` a path of this site; ``?out=1`` after signing out."""
    next_url = safe_next(request.GET.get("next")) or ""
    if request.user.is_authenticated:
        return HttpResponseRedirect(
            next_url or queries.landing(request.user.pk, clock.local_day(clock.now()))
        )
    home = urlsplit(settings.BASE_URL)
    if request.get_host() != home.netloc:
        # The provider returns people to BASE_URL; the attempt's cookie must be on that same host.
        return HttpResponseRedirect(settings.BASE_URL + request.get_full_path())
    context = {
        "next_url": next_url,
        "signed_out": request.GET.get("out") == "1",
        "provider": settings.IDENTITY["provider_name"],
    }
    return render(request, "identity/sign_in.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Off to the provider. Only by POST: a link must not be able to begin a sign-in."""
    next_url = safe_next(request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET":
        query = f"?{urlencode({'next': next_url})}" if next_url else ""
        return HttpResponseRedirect(str(settings.LOGIN_URL) + query)
    address = client_address(request)
    wait = starts.blocked(address) or failures.blocked(address)
    if wait:
        return failed(request, "too_many", next_url=next_url, wait=wait)
    starts.fail(address)
    return _guarded(request, next_url, lambda: _to_provider(request, next_url))


def _to_provider(request: HttpRequest, next_url: str | None) -> HttpResponse:
    adapter = oidc.adapter(request)
    # Asked anew each time: a provider that is down is our page with a way on, not the browser's.
    adapter.configuration(fresh=True)
    response: HttpResponse = adapter.get_provider().redirect(
        request, process=AuthProcess.LOGIN, next_url=next_url
    )
    return response


@never_cache
@require_GET
def callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the provider with a code or an error."""
    wait = failures.blocked(client_address(request))
    if wait:
        return failed(request, "too_many", wait=wait)
    view: Callable[[HttpRequest], Any] = oidc.callback.adapter_view(oidc.adapter(request))
    return _guarded(request, None, lambda: view(request))


def _guarded(request: HttpRequest, next_url: str | None, step: Callable[[], HttpResponse]) -> HttpResponse:
    """``step()``, with the provider's failures turned into the page that says so."""
    try:
        return step()
    except oidc.FAILURES as error:
        code, detail = reason(request, None, error, lost=False)
        return failed(request, code, detail=detail, next_url=next_url)


@never_cache
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here. The provider keeps its own, which its app shows (docs/limits.md)."""
    logout(request)
    return HttpResponseRedirect(f"{settings.LOGOUT_REDIRECT_URL}?out=1")
