"""A point or an area on the ground, as WGS 84 coordinates: typed, taken from the phone, or drawn on a plain grid.

No map of anybody's is loaded: the grid is ours, and the page works without JavaScript by typing. A point is one line
`latitude, longitude`; an area has one line for each corner, in order. Settings: `shape` (`point`, `area`), `max_points`.
"""

from __future__ import annotations

import math
import re
from typing import Any

from motcua.eforms.choices import Text
from motcua.eforms.fields import settings
from motcua.eforms.fields.base import Context, Control, Field, FieldError, FieldType, Ui, invalid, tidy
from motcua.eforms.fields.numbers import grouped

#: A box around Viet Nam with its islands: outside of it is a doubt, not an error (consular procedures).
NORTH, SOUTH, WEST, EAST = 23.6, 6.0, 101.9, 118.0
MAX_POINTS = 200
_NUMBER = r"[+-]?\d{1,3}(?:[.,]\d{1,12})?"
_PAIR = re.compile(rf"({_NUMBER})\s*(?:;|,\s|\s)\s*({_NUMBER})")
_TIGHT = re.compile(r"([+-]?\d{1,3}(?:\.\d{1,12})?),([+-]?\d{1,3}(?:\.\d{1,12})?)")
Place = tuple[float, float]


def read_place(line: str) -> Place | None:
    """`19.8075, 105.7764` in any of the ways a phone or a person writes it; None for anything else."""
    said = line.strip().strip("()[]")
    match = _TIGHT.fullmatch(said) or _PAIR.fullmatch(said)
    if match is None:
        return None
    latitude, longitude = (float(text.replace(",", ".")) for text in match.groups())
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return round(latitude, 7), round(longitude, 7)


def area_m2(corners: list[Place]) -> float:
    """Square metres on the sphere, good to about one in a thousand for a parcel or a ward."""
    middle = math.radians(sum(p[0] for p in corners) / len(corners))
    metre = math.radians(1) * 6_371_008.8
    flat = [(lon * metre * math.cos(middle), lat * metre) for lat, lon in corners]
    twice = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(flat, flat[1:] + flat[:1], strict=True))
    return abs(twice) / 2


def crosses_itself(corners: list[Place]) -> bool:
    """Whether two sides that are not neighbours meet."""
    sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
    for i, one in enumerate(sides):
        for j in range(i + 2, len(sides)):
            if i == 0 and j == len(sides) - 1:
                continue
            if _meet(*one, *sides[j]):
                return True
    return False


def _meet(a: Place, b: Place, c: Place, d: Place) -> bool:
    def turn(p: Place, q: Place, r: Place) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return turn(a, b, c) * turn(a, b, d) < 0 and turn(c, d, a) * turn(c, d, b) < 0


class MapPlace(FieldType):
    key = "map"
    title = Text("Vị trí trên bản đồ", "Place on the map")
    help = Text(
        "Tọa độ một điểm hoặc một vùng: gõ tay, lấy từ điện thoại, hoặc vẽ trên lưới.",
        "Coordinates of a point or an area: typed, taken from the phone, or drawn on a grid.",
    )
    family = "place"
    says = "pieces"
    options = {
        "shape": settings.one_of("Hình", "Shape", "point", "area"),
        "max_points": settings.whole("Nhiều góc nhất", "At most (corners)", low=3, high=MAX_POINTS),
    }
    messages = {
        "place_wrong": Text(
            "{subject}: dòng “{line}” không phải tọa độ. Nhập vĩ độ, kinh độ, ví dụ 19.8075, 105.7764",
            "{subject}: “{line}” is no place. Enter latitude, longitude, for example 19.8075, 105.7764",
        ),
        "place_one": Text(
            "{subject} là một điểm: chỉ nhập một dòng", "{subject} is one point: enter one line"
        ),
        "area_few": Text("{subject} cần ít nhất 3 góc", "{subject} needs at least 3 corners"),
        "area_many": Text("{subject} có nhiều nhất {limit} góc", "{subject} has at most {limit} corners"),
        "area_crosses": Text(
            "{subject}: các cạnh cắt nhau. Nhập các góc theo thứ tự đi vòng quanh",
            "{subject}: its sides cross. Enter the corners in their order around it",
        ),
        "place_abroad": Text(
            "{subject} nằm ngoài Việt Nam. Hãy xem lại, nhất là thứ tự vĩ độ, kinh độ",
            "{subject} lies outside Viet Nam. Check it, the order of latitude and longitude above all",
        ),
    }

    def blank(self, field: Field, raw: Any) -> bool:
        return not (isinstance(raw, dict) and raw.get("points")) and not tidy(raw, multiline=True)

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, Any]:
        points = self._points(raw)
        if field.settings.get("shape") != "area":
            if len(points) != 1:
                raise invalid("place_one")
            return {"points": points}
        limit = int(field.settings.get("max_points", MAX_POINTS))
        if len(points) > 1 and points[0] == points[-1]:
            points = points[:-1]
        if len({tuple(p) for p in points}) < 3:
            raise invalid("area_few")
        if len(points) > limit:
            raise invalid("area_many", limit=limit)
        corners = [(p[0], p[1]) for p in points]
        if crosses_itself(corners):
            raise invalid("area_crosses")
        return {"points": points, "area_m2": round(area_m2(corners))}

    def _points(self, raw: Any) -> list[list[float]]:
        if isinstance(raw, dict):
            given = raw.get("points")
            lines = [
                f"{p[0]}, {p[1]}" if isinstance(p, list) and len(p) == 2 else "?"
                for p in (given if isinstance(given, list) else ["?"])[: MAX_POINTS + 2]
            ]
        else:
            lines = [line for line in tidy(raw, multiline=True).split("\n") if line.strip()][: MAX_POINTS + 2]
        points = []
        for line in lines:
            place = read_place(line)
            if place is None:
                raise invalid("place_wrong", line=line[:40])
            points.append(list(place))
        return points

    def doubts(self, field: Field, value: Any, values: Any) -> tuple[FieldError, ...]:
        inside = all(SOUTH <= lat <= NORTH and WEST <= lon <= EAST for lat, lon in value["points"])
        return () if inside else (FieldError("place_abroad"),)

    def display(self, field: Field, value: Any, lang: str) -> str:
        lines = [f"{lat:.6f}, {lon:.6f}" for lat, lon in value["points"]]
        if "area_m2" in value:
            lines.append(
                ("Area: " if lang == "en" else "Diện tích: ") + grouped(value["area_m2"]) + "\u00a0m²"
            )
        return "\n".join(lines)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        area = field.settings.get("shape") == "area"
        if isinstance(value, dict):
            points = value.get("points")
            good = (
                [p for p in points if isinstance(p, list) and len(p) == 2] if isinstance(points, list) else []
            )
            shown = "\n".join(f"{p[0]}, {p[1]}" for p in good)
        else:
            shown = tidy(value, multiline=True)
        labels = self.labels(field, ui)
        how = (
            ("One corner a line: latitude, longitude. " if area else "Latitude, longitude. ")
            + "For example 19.8075, 105.7764."
            if ui.lang == "en"
            else ("Mỗi góc một dòng: vĩ độ, kinh độ. " if area else "Vĩ độ, kinh độ. ")
            + "Ví dụ 19.8075, 105.7764."
        )
        labels["hint"] = f"{labels['hint']} {how}".strip()
        return Control(
            kind="map", value=shown, rows=6 if area else 1, text="area" if area else "point", **labels
        )

    def json_schema(self, field: Field) -> dict[str, Any]:
        pair = {
            "type": "array",
            "prefixItems": [
                {"type": "number", "minimum": -90, "maximum": 90},
                {"type": "number", "minimum": -180, "maximum": 180},
            ],
            "minItems": 2,
            "maxItems": 2,
        }
        return {
            "type": "object",
            "properties": {
                "points": {"type": "array", "items": pair, "minItems": 1, "maxItems": MAX_POINTS},
                "area_m2": {"type": "integer", "minimum": 0},
            },
            "required": ["points"],
            "additionalProperties": False,
        }

    def from_claim(self, field: Field, claim: Any) -> Any:
        return None


TYPES = (MapPlace(),)
