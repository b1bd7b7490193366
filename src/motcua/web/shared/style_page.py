"""The style page: every component with an example of each of its states, at `/style/`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from motcua.web.shared.formats import STATUSES, ZONE, status_tag

SHOWN_AT = datetime(2026, 6, 9, 14, 32, tzinfo=ZONE)


def samples() -> dict[str, Any]:
    """Context of ``shared/style_page.html``: invented people, real shapes."""
    due = SHOWN_AT.replace(day=12, hour=17, minute=0)
    return {
        "statuses": list(STATUSES),
        "dossiers": [
            {
                "code": "H56.201-260609-0007",
                "url": "#cards",
                "procedure": "Thủ tục đăng ký khai sinh",
                "status": 5,
                "mine": True,
                "next": _("Ông/Bà cần nộp thêm Giấy chứng sinh trước ngày 24/06/2026."),
                "due_state": "paused",
                "due_minutes": 0,
                "due_at": None,
            },
            {
                "code": "H56.201-260608-0112",
                "url": "#cards",
                "procedure": "Đăng ký thành lập hộ kinh doanh",
                "status": 4,
                "mine": False,
                "next": _("Đang thẩm định. Ông/Bà không phải làm gì."),
                "due_state": "on_time",
                "due_minutes": 1440,
                "due_at": due,
            },
        ],
        "services": [
            {
                "name": "Thủ tục cấp Giấy xác nhận tình trạng hôn nhân",
                "url": "#cards",
                "level": "full",
                "time": _("3 ngày làm việc"),
                "fee": "15.000\u00a0đ",
                "audience": "",
            },
            {
                "name": "Chứng thực bản sao từ bản chính giấy tờ, văn bản",
                "url": "#cards",
                "level": "partial",
                "time": _("Trong ngày"),
                "fee": "2.000\u00a0đ/trang",
                "audience": "",
            },
        ],
        "events": [
            {"what": _("Nộp hồ sơ trực tuyến"), "at": SHOWN_AT, "note": "", "state": "done"},
            {
                "what": _("Bộ phận một cửa tiếp nhận"),
                "at": SHOWN_AT.replace(hour=15, minute=5),
                "note": _("Hẹn trả 17:00 ngày 12/06/2026."),
                "state": "done",
            },
            {
                "what": _("Công chức hộ tịch thẩm định"),
                "at": SHOWN_AT.replace(hour=16, minute=0),
                "note": "",
                "state": "now",
            },
            {"what": _("Trả kết quả"), "at": None, "note": _("Dự kiến ngày 12/06/2026"), "state": "ahead"},
        ],
        "summary": [
            {"key": _("Họ, chữ đệm, tên trẻ"), "value": "NGUYỄN THỊ QUỲNH HƯƠNG", "href": "#lists"},
            {"key": _("Ngày sinh"), "value": "02/06/2026", "href": "#lists"},
            {"key": _("Nơi cư trú"), "value": "Tổ 4, phường Hạc Thành, tỉnh Thanh Hóa"},
        ],
        "columns": [
            {"label": _("Hạn")},
            {"label": _("Mã hồ sơ")},
            {"label": _("Thủ tục")},
            {"label": _("Người nộp")},
            {"label": _("Trạng thái")},
            {"label": _("Lệ phí"), "number": True},
        ],
        "rows": [
            {
                "href": "#tables",
                "cells": [
                    "11/06/2026",
                    f"H56.201-260609-{number:04}",
                    "Đăng ký khai sinh",
                    "Trần Thị Lan",
                    status_tag(status),
                    "8.000\u00a0đ",
                ],
            }
            for number, status in ((7, 1), (12, 4), (31, 5), (48, 9))
        ],
        "files": [
            {
                "id": "1",
                "name": "giấy chứng sinh.pdf",
                "size": 1_240_000,
                "state": "done",
                "note": "",
                "percent": 100,
                "url": "#files",
                "remove": "#files",
            },
            {
                "id": "2",
                "name": "ảnh căn cước mặt trước.jpg",
                "size": 3_400_000,
                "state": "sending",
                "note": _("Đang gửi, 62 phần trăm"),
                "percent": 62,
                "url": "",
                "remove": "",
            },
            {
                "id": "3",
                "name": "bản quét.tiff",
                "size": 62_000_000,
                "state": "failed",
                "note": _("Tệp nặng hơn 10 MB. Hãy chụp lại nhẹ hơn hoặc tách thành nhiều tệp."),
                "percent": 0,
                "url": "",
                "remove": "",
            },
        ],
        "months": [f"{month:02}/2026" for month in range(1, 13)],
        "received": [812, 760, 910, 1034, 990, 1120, 1180, 1075, 1220, 1302, None, None],
        "remote": [301, 322, 410, 522, 548, 690, 742, 701, 850, 948, None, None],
        "shown_at": SHOWN_AT,
        "due_at": due,
    }


def style_page(request: HttpRequest) -> HttpResponse:
    """GET /style/: for whoever builds pages; holds no data of anybody."""
    return render(request, "shared/style_page.html", samples(), using="jinja2")
