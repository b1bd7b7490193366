"""Verification of results: by the code in the QR, or by the document itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from motcua.kernel.ratelimit import Limiter, client_address
from motcua.results.models import ResultDocument
from motcua.results.queries import by_blob, by_verify_code
from motcua.results.signing import current_signer
from motcua.results.verification import Verdict, verify
from motcua.web.shared.wording import sentence

#: A result is at most a few hundred kilobytes; what people hold may have been scanned together with more.
MAX_BYTES = 20 * 1024 * 1024
UNKNOWN_CODES = Limiter("verify.address", limit=30, per_seconds=900)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page says. ``tone``: good, bad or unsure; ``facts``: label and text, public ones only."""

    tone: str
    title: str
    text: str
    facts: tuple[tuple[str, str | datetime], ...] = ()


# Looking something up changes nothing, and whoever holds a paper has no session here.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def verify_result(request: HttpRequest) -> HttpResponse:
    """``?code=`` from the QR, or an uploaded PDF."""
    outcome, error, status = None, "", 200
    code = request.GET.get("code", "").strip()[:40]
    if request.method == "POST":
        file = request.FILES.get("document")
        if file is None or not file.size:
            error = _("Vui lòng chọn tệp PDF của kết quả.")
        elif file.size > MAX_BYTES:
            error = _("Tệp lớn hơn 20 MB, không phải là kết quả do hệ thống này cấp.")
        else:
            content = file.read()
            outcome = _judged(verify(content, current_signer().roots()), content)
    elif code:
        address = client_address(request)
        wait = UNKNOWN_CODES.blocked(address)
        if wait is None:
            outcome = _by_code(code)
            if outcome.tone != "good":
                wait = UNKNOWN_CODES.fail(address)
        if wait is not None and (outcome is None or outcome.tone != "good"):
            outcome, error, status = None, sentence("rate.limited", {"minutes": -(-wait // 60)}), 429
    context = {"code": code, "outcome": outcome, "error": error}
    response = render(request, "portal/verify.html", context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response


def _by_code(code: str) -> Outcome:
    result = by_verify_code(code)
    if result is None:
        return Outcome(
            "bad",
            _("Không có kết quả nào mang mã này"),
            _(
                "Mã có thể bị nhập sai, hoặc giấy tờ này không do hệ thống cấp. Hãy kiểm tra lại mã in dưới mã QR."
            ),
        )
    if result.state == ResultDocument.State.REVOKED:
        return _revoked(result)
    return Outcome(
        "good",
        _("Kết quả này do cơ quan nhà nước cấp"),
        _(
            "Hãy so sánh các thông tin dưới đây với giấy tờ đang cầm. Để chắc chắn nội dung không bị sửa, hãy kiểm tra chính tệp PDF."
        ),
        (
            (_("Loại giấy tờ"), result.title),
            (_("Số"), f"{result.number:02d}/{result.year}"),
            (_("Cơ quan cấp"), result.agency.name),
            (_("Người ký"), f"{result.signer_name}, {result.signer_title}"),
            (_("Ký lúc"), result.signed_at or ""),
            (_("Mã hồ sơ"), result.about.code),
        ),
    )


def _revoked(result: ResultDocument) -> Outcome:
    """Genuine once, and no longer: why is the agency's to say, so the reason is not shown to whoever holds a copy."""
    return Outcome(
        "bad",
        _("Kết quả này đã bị cơ quan cấp thu hồi"),
        _("Giấy tờ có thật nhưng không còn giá trị. Hãy dùng kết quả được cấp lại, hoặc hỏi cơ quan cấp."),
        (
            (_("Loại giấy tờ"), result.title),
            (_("Số"), f"{result.number or 0:02d}/{result.year}"),
            (_("Cơ quan cấp"), result.agency.name),
            (_("Ký lúc"), result.signed_at or ""),
            (_("Thu hồi lúc"), result.revoked_at or ""),
            (_("Mã hồ sơ"), result.about.code),
        ),
    )


def _judged(verdict: Verdict, content: bytes) -> Outcome:
    facts: list[tuple[str, str | datetime]] = []
    for signer in verdict.signers:
        facts += [(_("Người ký"), signer.name), (_("Cơ quan"), signer.organisation)]
        if signer.at is not None:
            facts.append((_("Ký lúc"), signer.at))
        if signer.reason:
            facts.append((_("Nội dung"), signer.reason))
    known = by_blob(content) if verdict.status == "valid" else None
    if known is not None and known.state == ResultDocument.State.REVOKED:
        return _revoked(known)
    if known is not None:
        facts.append((_("Mã hồ sơ"), known.about.code))
    words = {
        "valid": (
            "good",
            _("Chữ ký hợp lệ, nội dung không bị sửa"),
            _("Tài liệu nguyên vẹn kể từ khi được ký.")
            if known is not None
            else _(
                "Tài liệu nguyên vẹn kể từ khi được ký, nhưng không có trong kho kết quả của hệ thống này."
            ),
        ),
        "altered": (
            "bad",
            _("Tài liệu đã bị sửa sau khi ký"),
            _(
                "Nội dung không còn như lúc ký. Không sử dụng tài liệu này; hãy yêu cầu bản gốc từ cơ quan cấp."
            ),
        ),
        "unsigned": (
            "bad",
            _("Tài liệu không có chữ ký số"),
            _("Đây không phải là bản điện tử do hệ thống cấp. Bản in, bản chụp không mang chữ ký số."),
        ),
        "untrusted": (
            "bad",
            _("Không xác nhận được người ký"),
            _("Chữ ký không do đơn vị chứng thực mà hệ thống này tin cậy cấp."),
        ),
        "unreadable": (
            "unsure",
            _("Không đọc được tệp này"),
            _("Tệp bị hỏng hoặc không phải là PDF. Hãy tải lại kết quả từ kho dữ liệu và thử lại."),
        ),
    }
    tone, title, text = words[verdict.status]
    return Outcome(tone, title, text, tuple(facts))
