"""Answers of demo people: what their claims say, and plausible rest from the form itself."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from motcua.eforms import examples, rules
from motcua.eforms.forms import Form

_CHILDREN = (
    "Nguyễn Minh An", "Trần Gia Bảo", "Lê Khánh Chi", "Phạm Đức Duy", "Hoàng Bảo Hân", "Vũ Tuệ Lâm", "Đỗ Nhật Minh",
    "Bùi Thảo Nguyên", "Đặng Quỳnh Như", "Ngô Phúc Thịnh", "Dương Ngọc Ánh", "Lý Thiên Ý",
)  # fmt: skip
_SHOPS = (
    "Bánh cuốn Thanh Hương",
    "Tạp hóa Minh Tâm",
    "Sửa xe Đức Phát",
    "Nem chua Cô Hiền",
    "May đo Kiều Oanh",
)
_PURPOSES = ("Bổ sung hồ sơ vay vốn ngân hàng", "Làm thủ tục mua bán nhà đất", "Bổ sung hồ sơ xin việc")


def answers_for(form: Form, claims: Mapping[str, Any], *, today: date, rng: random.Random) -> dict[str, Any]:
    """Raw answers that the form accepts on ``today``."""
    known, _ = rules.prefill(form, claims)
    wanted: dict[str, Any] = {
        "tre_ho_ten": rng.choice(_CHILDREN),
        "tre_ngay_sinh": (today - timedelta(days=rng.randint(4, 50))).isoformat(),
        "ten_hkd": f"Hộ kinh doanh {rng.choice(_SHOPS)}",
        "von_kinh_doanh": str(rng.randrange(20, 300) * 1_000_000),
        "muc_dich": rng.choice(_PURPOSES),
        "so_trang": str(rng.randint(1, 12)),
        "so_ban": str(rng.randint(1, 5)),
        "so_tang": "3 tầng nổi",
        "ten_giay_to": "Bằng tốt nghiệp đại học",
    }
    chosen = {**known, **{key: value for key, value in wanted.items() if key in form.by_id}}
    answers = examples.good_answers(form, chosen, today=today, seed=rng.randrange(1000))
    # A wish that does not fit this form's own rules gives way to the form's example.
    for field in rules.validate(form, answers, today=today).errors:
        answers.pop(field, None)
        answers = examples.good_answers(form, answers, today=today, seed=rng.randrange(1000))
    return answers
