"""Contexts of the public pages, in the shapes their templates document."""

from datetime import datetime
from typing import Any

from motcua.web.shared.formats import ZONE

SAVED = datetime(2026, 6, 9, 14, 32, tzinfo=ZONE)
EVENTS = [
    ("birth", "Sinh con", 6),
    ("marriage", "Kết hôn, gia đình", 7),
    ("residence", "Cư trú", 5),
    ("identity", "Căn cước, hộ chiếu", 5),
    ("vehicle", "Xe và bằng lái", 4),
    ("house", "Xây nhà", 4),
    ("land", "Đất đai, sổ đỏ", 6),
    ("work", "Việc làm, bảo hiểm", 5),
    ("health", "Sức khỏe, y tế", 2),
    ("study", "Học tập", 4),
    ("support", "Trợ giúp xã hội", 5),
    ("death", "Khi người thân qua đời", 3),
]
SECTORS = [
    "Hộ tịch",
    "Chứng thực",
    "Đăng ký, quản lý cư trú",
    "Cấp, quản lý căn cước",
    "Đất đai",
    "Quy hoạch xây dựng, kiến trúc",
    "Hoạt động xây dựng",
    "Thành lập và hoạt động của hộ kinh doanh",
    "Thuế",
    "Bảo hiểm xã hội",
    "Bảo trợ xã hội",
    "Giáo dục trung học",
    "Lưu thông hàng hóa trong nước",
    "Nuôi con nuôi",
    "Việc làm",
]


def home(**changed: Any) -> dict[str, Any]:
    return {
        "audience": "citizen",
        "life_events": [
            {"slug": slug, "name": name, "url": f"/life-events/{slug}/", "count": count}
            for slug, name, count in EVENTS
        ],
        "sectors": [
            {"name": name, "url": f"/sectors/{number}/", "count": 12 * number + 7}
            for number, name in enumerate(SECTORS)
        ],
        "popular": [
            {"name": "Đăng ký khai sinh", "url": "/procedures/1.001193/"},
            {"name": "Xác nhận tình trạng hôn nhân", "url": "/procedures/1.004873/"},
            {"name": "Đổi giấy phép lái xe", "url": "/procedures/1.002809/"},
            {"name": "Hộ kinh doanh", "url": "/procedures/1.001612/"},
        ],
        "draft": None,
        "waiting": 0,
        "statistics": {
            "period": "từ 01/01/2026",
            "received": 10403,
            "on_time": 0.987,
            "remote": 0.583,
            "satisfied": 0.942,
        },
        **changed,
    }


def procedure(**changed: Any) -> dict[str, Any]:
    def paper(name: str, **more: Any) -> dict[str, Any]:
        return {
            "name": name,
            "originals": 1,
            "copies": 0,
            "condition": "",
            "form_no": "",
            "form_url": "",
            "database": "",
            "online_form": False,
            "required": True,
            **more,
        }

    return {
        "procedure": {
            "code": "1.001193",
            "name": "Thủ tục đăng ký khai sinh",
            "sector": "Hộ tịch",
            "sector_url": "/sectors/ho-tich/",
            "level": "full",
            "summary": "Ghi việc sinh của trẻ vào Sổ hộ tịch và cấp Giấy khai sinh, giấy tờ hộ tịch gốc của một người.",
            "online": True,
            "start_url": "/procedures/1.001193/start/",
            "cases": [
                {"text": "Trong nước", "href": "?case=1", "on": True},
                {"text": "Trẻ bị bỏ rơi", "href": "?case=2", "on": False},
            ],
            "audience": ["Công dân Việt Nam", "Người Việt Nam định cư ở nước ngoài"],
            "conditions": ["Cha, mẹ có trách nhiệm đăng ký trong 60 ngày kể từ ngày sinh con"],
            "components": [
                paper("Tờ khai đăng ký khai sinh", form_no="TT 04/2024/TT-BTP", form_url="/forms/1/"),
                paper("Giấy chứng sinh", database="dữ liệu giấy chứng sinh ký số"),
                paper(
                    "Giấy tờ tùy thân của người yêu cầu",
                    database="Cơ sở dữ liệu quốc gia về dân cư",
                    originals=0,
                ),
                paper("Biên bản trẻ bị bỏ rơi", condition="Trẻ bị bỏ rơi", required=False),
                paper("Văn bản ủy quyền", condition="Khi ủy quyền cho người khác", required=False, copies=1),
            ],
            "sets": 1,
            "time_words": "Trong ngày; nhận sau 15 giờ thì trả ngày làm việc tiếp theo",
            "usual": {"p50": 190, "p90": 470, "counted": 412},
            "fee_words": "Miễn phí khi đúng hạn",
            "fees": [
                {"name": "Đăng ký đúng hạn", "amount": 0, "note": ""},
                {"name": "Bản sao Giấy khai sinh", "amount": 8000, "note": "mỗi bản"},
                {"name": "Đăng ký quá hạn", "amount": None, "note": "theo nghị quyết HĐND tỉnh"},
            ],
            "steps": [
                "Khai và nộp hồ sơ trên mạng hoặc tại bộ phận một cửa.",
                "Công chức tư pháp – hộ tịch kiểm tra, ghi vào Sổ hộ tịch.",
                "Chủ tịch Ủy ban nhân dân cấp xã ký Giấy khai sinh.",
                "Bạn nhận bản điện tử trong kho dữ liệu, bản giấy theo cách đã chọn.",
            ],
            "channels": [
                {"name": "Trực tuyến", "time": "Trong ngày", "fee": "Miễn phí"},
                {"name": "Trực tiếp", "time": "Trong ngày", "fee": "Miễn phí"},
                {"name": "Bưu chính công ích", "time": "Trong ngày", "fee": "Miễn phí"},
            ],
            "returns": ["Bản điện tử", "Tại bộ phận một cửa", "Qua bưu chính công ích"],
            "agencies": ["Ủy ban nhân dân cấp xã"],
            "coordinating": ["Cơ quan Công an"],
            "results": ["Giấy khai sinh (bản chính)"],
            "forms": [{"name": "Tờ khai đăng ký khai sinh", "url": "/forms/1/"}],
            "legal": [
                {"number": "60/2014/QH13", "title": "Luật Hộ tịch", "url": ""},
                {"number": "123/2015/NĐ-CP", "title": "", "url": "/law/123-2015/"},
            ],
            "decision": {"number": "163/QĐ-BTP", "date": None},
            **changed,
        },
        "offices": [],
    }


SERVICES = [
    {
        "name": "Thủ tục đăng ký khai sinh",
        "url": "/procedures/1.001193/",
        "level": "full",
        "time": "Trong ngày",
        "fee": "Miễn phí",
        "audience": "",
    },
    {
        "name": "Liên thông thủ tục hành chính về đăng ký khai sinh, đăng ký thường trú, cấp thẻ bảo hiểm y tế cho trẻ em dưới 6 tuổi",
        "url": "/procedures/2.000986/",
        "level": "partial",
        "time": "4 ngày làm việc",
        "fee": "Miễn phí",
        "audience": "",
    },
]


def search(**changed: Any) -> dict[str, Any]:
    return {
        "query": "khai sinh",
        "audience": "",
        "filters": [
            {"text": "Tất cả", "href": "?q=khai+sinh", "on": True, "count": 14},
            {"text": "Toàn trình", "href": "?q=khai+sinh&level=full", "on": False, "count": 9},
        ],
        "results": [
            {**service, "code": "1.001193", "sector": "Hộ tịch", "agency": "UBND cấp xã", "marked": ""}
            for service in SERVICES
        ],
        "count": 14,
        "suggestion": None,
        "previous": "",
        "next": "?q=khai+sinh&after=x",
        **changed,
    }


def listing() -> dict[str, Any]:
    return {
        "title": "Sinh con",
        "intro": "Đăng ký khai sinh trong 60 ngày. Làm một lần cho cả khai sinh, thường trú và thẻ bảo hiểm y tế nếu bạn ở trong tỉnh.",
        "services": SERVICES,
        "related": [{"name": "Kết hôn, gia đình", "url": "/life-events/marriage/"}],
    }


def everything() -> dict[str, Any]:
    return {
        "groups": [{"name": "Hộ tịch", "url": "/sectors/ho-tich/", "services": SERVICES}],
        "count": 2,
        "filters": [],
    }


PAGES: dict[str, dict[str, Any]] = {
    "portal/home.html": home(),
    "portal/search.html": search(),
    "portal/procedure.html": procedure(),
    "portal/sector.html": listing(),
    "portal/life_event.html": listing(),
    "portal/all_services.html": everything(),
    **{
        f"shared/{name}.html": {}
        for name in ("400", "403", "404", "429", "500", "503", "csrf", "offline", "forbidden")
    },
}
