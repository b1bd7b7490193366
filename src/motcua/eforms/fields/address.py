"""An address of the two-tier administration (since 1 July 2025): province → commune → the rest in words.

Stored with codes *and* names: a unit may be renamed after the paper was issued. Without JavaScript the person chooses
the province, presses "show communes", and chooses the commune. `abroad` adds a country first. `old_units` takes, in
words, the units of before that day as an older paper has them: no list of them is at hand (`vietnam-provinces` has none).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from motcua.eforms.divisions import communes, find_commune, find_province, provinces, read_address
from motcua.eforms.fields import settings
from motcua.eforms.fields.base import (
    ABSENT,
    Context,
    Control,
    Field,
    FieldError,
    FieldType,
    Invalid,
    PostData,
    Text,
    Ui,
    first,
    tidy,
)
from motcua.eforms.reference import reference

DETAIL_MAX = 200
HOME = "VN"
PIECES = ("country", "province", "commune", "detail", "old")


class Address(FieldType):
    key = "address"
    title = Text("Địa chỉ", "Address")
    help = Text(
        "Tỉnh, xã theo đơn vị từ 01/7/2025, rồi số nhà, thôn. Có thể nhận đơn vị cũ hoặc nước ngoài.",
        "Province and commune as of 1 July 2025, then the rest. Older units or abroad where set.",
    )
    family = "place"
    says = "pieces"
    completes = True
    options = {
        "abroad": settings.flag("Nhận địa chỉ ở nước ngoài", "Addresses abroad too"),
        "detail_required": settings.flag(
            "Bắt buộc số nhà, đường, thôn", "House number, street or hamlet is required"
        ),
        "old_units": settings.flag(
            "Nhận đơn vị hành chính trước 01/7/2025 (giấy tờ cấp trước đó)",
            "Units of before 1 July 2025 too (older papers)",
        ),
        "autocomplete": settings.AUTOCOMPLETE,
    }
    messages = {
        "address_country": Text("Chọn quốc gia của {subject_lower}", "Choose the country of {subject_lower}"),
        "address_province": Text(
            "Chọn tỉnh, thành phố của {subject_lower}", "Choose the province or city of {subject_lower}"
        ),
        "address_commune": Text(
            "Chọn xã, phường, đặc khu của {subject_lower}", "Choose the commune or ward of {subject_lower}"
        ),
        "address_commune_elsewhere": Text(
            "Xã, phường đã chọn không thuộc tỉnh, thành phố này. Hãy chọn lại",
            "This commune is not in that province. Choose again",
        ),
        "address_detail": Text(
            "Nhập số nhà, đường hoặc thôn, xóm, tổ dân phố của {subject_lower}",
            "Enter the house number and street, or the hamlet, of {subject_lower}",
        ),
        "address_old": Text(
            "Ghi đủ xã, huyện, tỉnh cũ, cách nhau bằng dấu phẩy, ví dụ xã Hà Bình, huyện Hà Trung, tỉnh Thanh Hóa",
            "Write the former commune, district and province with commas between them",
        ),
        "address_abroad": Text("Nhập địa chỉ đầy đủ ở nước ngoài", "Enter the full address abroad"),
    }

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        found = {piece: first(data, f"{name}.{piece}") for piece in PIECES}
        return {key: raw for key, raw in found.items() if raw is not ABSENT} or ABSENT

    def blank(self, field: Field, raw: Any) -> bool:
        if not isinstance(raw, Mapping):
            return True
        # The country is chosen beforehand, so it alone answers nothing.
        return not any(tidy(raw.get(key)) for key in PIECES[1:]) and raw.get("country", HOME) in ("", HOME)

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, str]:
        detail = tidy(raw.get("detail"))
        faults: list[FieldError] = []
        if len(detail) > DETAIL_MAX:
            faults.append(FieldError("too_long", {"limit": DETAIL_MAX, "length": len(detail)}, "detail"))
        country = tidy(raw.get("country")) or HOME
        if country != HOME:
            return self._abroad(field, country, detail, faults)
        old = tidy(raw.get("old")) if field.settings.get("old_units") else ""
        if len(old) > DETAIL_MAX:
            faults.append(FieldError("too_long", {"limit": DETAIL_MAX, "length": len(old)}, "old"))
        if old and not tidy(raw.get("province")):
            if old.count(",") < 1:
                faults.append(FieldError("address_old", part="old"))
            if faults:
                raise Invalid(*faults)
            return {"old": old, "detail": detail} if detail else {"old": old}
        province = find_province(tidy(raw.get("province")))
        commune = None
        if province is None:
            faults.append(FieldError("address_province", part="province"))
        else:
            said = tidy(raw.get("commune"))
            commune = find_commune(province.code, said)
            if commune is None:
                faults.append(
                    FieldError("address_commune_elsewhere" if said else "address_commune", part="commune")
                )
        if not detail and field.settings.get("detail_required", True):
            faults.append(FieldError("address_detail", part="detail"))
        if faults or province is None or commune is None:
            raise Invalid(*faults)
        value = {
            "province": province.code,
            "province_name": province.label.vi,
            "commune": commune.code,
            "commune_name": commune.label.vi,
        }
        if old:
            value["old"] = old
        return {**value, "detail": detail} if detail else value

    def _abroad(self, field: Field, country: str, detail: str, faults: list[FieldError]) -> dict[str, str]:
        countries = reference("QUOC_TICH")
        if not field.settings.get("abroad") or country not in countries.by_code:
            faults.append(FieldError("not_offered", part="country"))
        if not detail:
            faults.append(FieldError("address_abroad", part="detail"))
        if faults:
            raise Invalid(*faults)
        return {"country": country, "country_name": countries.label(country, "vi"), "detail": detail}

    def display(self, field: Field, value: Any, lang: str) -> str:
        if "country" in value:
            return f"{value['detail']}, {reference('QUOC_TICH').label(value['country'], lang)}"
        if "province_name" not in value:
            return ", ".join(name for name in (value.get("detail"), value["old"]) if name)
        names = (value.get("detail"), value["commune_name"], value["province_name"])
        shown = ", ".join(name for name in names if name)
        if "old" in value:
            shown += f"\n({'formerly' if lang == 'en' else 'trước 01/7/2025'}: {value['old']})"
        return shown

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        given = value if isinstance(value, Mapping) else {}
        en = ui.lang == "en"
        province = find_province(tidy(given.get("province")))
        commune = find_commune(province.code, tidy(given.get("commune"))) if province else None
        children = [
            Control(
                kind="select",
                name=f"{ui.name}.province",
                id=f"{ui.id}-province",
                label="Province or city" if en else "Tỉnh, thành phố",
                value=province.code if province else "",
                choices=provinces(),
                error=ui.errors.get("province", ""),
                placeholder="Choose a province or city" if en else "Chọn tỉnh, thành phố",
                button="Show communes and wards" if en else "Hiện danh sách xã, phường",
                required=True,
            ),
            Control(
                kind="select",
                name=f"{ui.name}.commune",
                id=f"{ui.id}-commune",
                label="Commune or ward" if en else "Xã, phường, đặc khu",
                value=commune.code if commune else "",
                choices=communes(province.code) if province else None,
                error=ui.errors.get("commune", ""),
                placeholder=("Choose a commune or ward" if en else "Chọn xã, phường, đặc khu")
                if province
                else ("Choose the province first" if en else "Hãy chọn tỉnh, thành phố trước"),
                depends=f"{ui.id}-province",
                required=True,
            ),
            Control(
                kind="input",
                name=f"{ui.name}.detail",
                id=f"{ui.id}-detail",
                label="House number, street, hamlet" if en else "Số nhà, đường, thôn, xóm, tổ dân phố",
                value=tidy(given.get("detail")),
                error=ui.errors.get("detail", ""),
                autocomplete=field.settings.get("autocomplete", ""),
                required=bool(field.settings.get("detail_required", True)),
            ),
        ]
        if field.settings.get("old_units"):
            children.append(
                Control(
                    kind="input",
                    name=f"{ui.name}.old",
                    id=f"{ui.id}-old",
                    label="Former commune, district, province"
                    if en
                    else "Xã, huyện, tỉnh cũ (giấy tờ cấp trước 01/7/2025)",
                    hint="Only when the paper names units that no longer exist; the lists above may then stay empty."
                    if en
                    else "Chỉ điền khi giấy tờ ghi đơn vị nay không còn; khi đó không cần chọn hai ô trên.",
                    value=tidy(given.get("old")),
                    error=ui.errors.get("old", ""),
                )
            )
        if field.settings.get("abroad"):
            country = Control(
                kind="select",
                name=f"{ui.name}.country",
                id=f"{ui.id}-country",
                label="Country" if en else "Quốc gia",
                hint="Outside Viet Nam, only the last box is needed."
                if en
                else "Nếu ở nước ngoài, chỉ cần điền ô cuối.",
                value=tidy(given.get("country")) or HOME,
                choices=reference("QUOC_TICH"),
                error=ui.errors.get("country", ""),
            )
            children.insert(0, country)
        return Control(kind="fieldset", children=tuple(children), **self.labels(field, ui))

    def anchor(self, field: Field, part: str, base: str) -> str:
        return f"{base}-{part or 'province'}"

    def json_schema(self, field: Field) -> dict[str, Any]:
        text = {"type": "string"}
        names = (
            "province",
            "province_name",
            "commune",
            "commune_name",
            "detail",
            "country",
            "country_name",
            "old",
        )
        return {"type": "object", "properties": dict.fromkeys(names, text), "additionalProperties": False}

    def export_columns(self, field: Field, lang: str) -> tuple[str, ...]:
        label = field.label(lang)
        pieces = (
            ("province", "commune", "rest") if lang == "en" else ("tỉnh, thành phố", "xã, phường", "chi tiết")
        )
        return tuple(f"{label}: {piece}" for piece in pieces)

    def export_cells(self, field: Field, value: Any, lang: str) -> tuple[str, ...]:
        given = value or {}
        place = given.get("province_name") or given.get("country_name", "")
        rest = ", ".join(text for text in (given.get("detail"), given.get("old")) if text)
        return (place, given.get("commune_name", ""), rest)

    def from_claim(self, field: Field, claim: Any) -> Any:
        """An address as the register gives it (codes and `ChiTiet`), as JSON text, or written with commas."""
        if isinstance(claim, str) and claim.lstrip().startswith("{"):
            try:
                claim = json.loads(claim)
            except ValueError:
                return None
        if isinstance(claim, Mapping):
            raw = {
                "province": str(claim.get("MaTinhThanh") or claim.get("province") or ""),
                "commune": str(claim.get("MaPhuongXa") or claim.get("commune") or ""),
                "detail": str(claim.get("ChiTiet") or claim.get("detail") or ""),
            }
            return raw if any(raw.values()) else None
        return read_address(claim) if isinstance(claim, str) and claim.strip() else None


ADDRESS = Address()
TYPES = (ADDRESS,)
