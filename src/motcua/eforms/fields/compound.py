"""Values made of named pieces: the base of identity papers, land parcels, bank accounts, periods, groups and rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    invalid,
)

MAX_ROWS = 50
NO_COLUMNS = Text("chưa có câu hỏi nào bên trong", "there is no question inside")


def parse_pieces(pieces: tuple[Field, ...], data: PostData, name: str) -> Any:
    """A dict of the pieces that were posted, or ABSENT."""
    found = {piece.id: piece.kind.parse(piece, data, f"{name}.{piece.id}") for piece in pieces}
    given = {key: raw for key, raw in found.items() if raw is not ABSENT}
    return given or ABSENT


def pieces_blank(pieces: tuple[Field, ...], raw: Any) -> bool:
    return not isinstance(raw, Mapping) or all(
        # A tick box left empty in an otherwise empty row does not make it a row.
        piece.kind.blank(piece, raw.get(piece.id)) or raw.get(piece.id) is False
        for piece in pieces
    )


def clean_pieces(pieces: tuple[Field, ...], raw: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """Cleaned pieces in their order, blank ones left out. Raises Invalid with every fault under its piece."""
    cleaned: dict[str, Any] = {}
    faults: list[FieldError] = []
    for piece in pieces:
        given = raw.get(piece.id)
        if piece.kind.blank(piece, given):
            if piece.required:
                faults.append(FieldError("required", {"piece": piece}, piece.id))
            continue
        try:
            cleaned[piece.id] = piece.kind.clean(piece, given, context)
        except Invalid as wrong:
            faults += [
                FieldError(error.code, {"piece": piece, **error.params}, error.part).under(piece.id)
                for error in wrong.errors
            ]
    if faults:
        raise Invalid(*faults)
    return cleaned


class Compound(FieldType):
    """`pieces` gives the parts of one field; the value is a dict of their values."""

    completes = True

    def pieces(self, field: Field) -> tuple[Field, ...]:
        raise NotImplementedError

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        return parse_pieces(self.pieces(field), data, name)

    def blank(self, field: Field, raw: Any) -> bool:
        return pieces_blank(self.pieces(field), raw)

    def clean(self, field: Field, raw: Any, context: Context) -> dict[str, Any]:
        return clean_pieces(self.pieces(field), raw if isinstance(raw, Mapping) else {}, context)

    def display(self, field: Field, value: Any, lang: str) -> str:
        return "\n".join(
            f"{piece.label(lang)}: {piece.kind.display(piece, value[piece.id], lang)}"
            for piece in self.pieces(field)
            if piece.id in value
        )

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        given = value if isinstance(value, Mapping) else {}
        children = tuple(
            piece.kind.control(piece, given.get(piece.id), ui.child(piece.id)) for piece in self.pieces(field)
        )
        return Control(kind="fieldset", children=children, **self.labels(field, ui))

    def anchor(self, field: Field, part: str, base: str) -> str:
        pieces = self.pieces(field)
        head, _, rest = part.partition(".")
        piece = next((p for p in pieces if p.id == head), pieces[0])
        return piece.kind.anchor(piece, rest, f"{base}-{piece.id}")

    def json_schema(self, field: Field) -> dict[str, Any]:
        pieces = self.pieces(field)
        return {
            "type": "object",
            "properties": {piece.id: piece.kind.json_schema(piece) for piece in pieces},
            "required": [piece.id for piece in pieces if piece.required],
            "additionalProperties": False,
        }

    def export_columns(self, field: Field, lang: str) -> tuple[str, ...]:
        return tuple(f"{field.label(lang)}: {piece.label(lang)}" for piece in self.pieces(field))

    def export_cells(self, field: Field, value: Any, lang: str) -> tuple[str, ...]:
        given = value or {}
        return tuple(
            piece.kind.display(piece, given[piece.id], lang) if piece.id in given else ""
            for piece in self.pieces(field)
        )

    def from_claim(self, field: Field, claim: Any) -> Any:
        if not isinstance(claim, Mapping):
            return None
        known = {piece.id for piece in self.pieces(field)}
        return {key: item for key, item in claim.items() if key in known} or None


class Group(Compound):
    """Fields of the definition (`columns`) asked together."""

    key = "group"
    title = Text("Nhóm thông tin", "Group")
    help = Text(
        "Vài câu hỏi nhỏ đi cùng nhau thành một.",
        "A few small questions asked as one.",
    )
    family = "several"
    says = "pieces"

    def pieces(self, field: Field) -> tuple[Field, ...]:
        return field.columns

    def faults(self, field: Field) -> tuple[Text, ...]:
        return () if field.columns else (NO_COLUMNS,)


class Table(FieldType):
    """Rows with columns. Rows left wholly empty are dropped. Settings: `min_rows`, `max_rows`, `row`: what one is called."""

    key = "table"
    title = Text("Danh sách", "Table of rows")
    help = Text(
        "Danh sách nhiều dòng cùng cột: thành viên, ngành nghề, tài sản.",
        "Rows with the same columns: members, lines of business, assets.",
    )
    family = "several"
    says = "rows"
    options = {
        "min_rows": settings.whole("Ít nhất (dòng)", "At least (rows)", high=MAX_ROWS),
        "max_rows": settings.whole("Nhiều nhất (dòng)", "At most (rows)", low=1, high=MAX_ROWS),
        "row": settings.words("Gọi mỗi dòng là", "A row is called"),
        "one_of": settings.plain(
            "Cột đánh dấu đúng một dòng", "Column marked on exactly one row", longest=64
        ),
    }
    messages = {
        "too_few_rows": Text("“{label}” cần ít nhất {limit} dòng", "“{label}” needs at least {limit} rows"),
        "too_many_rows": Text(
            "“{label}” nhận nhiều nhất {limit} dòng", "“{label}” takes at most {limit} rows"
        ),
        "one_of": Text(
            "Chọn đúng một dòng là “{column}” trong “{label}”",
            "Mark exactly one row as “{column}” in “{label}”",
        ),
    }

    def parse(self, field: Field, data: PostData, name: str) -> Any:
        posted = data.get(f"{name}.rows")
        if not posted:
            return ABSENT
        count = int(posted[-1]) if posted[-1].isascii() and posted[-1].isdigit() else 0
        rows = []
        for index in range(min(count, self._limit(field) + 1)):
            row = parse_pieces(field.columns, data, f"{name}.{index}")
            rows.append({} if row is ABSENT else row)
        return rows

    def _limit(self, field: Field) -> int:
        return int(field.settings.get("max_rows", MAX_ROWS))

    def blank(self, field: Field, raw: Any) -> bool:
        return not isinstance(raw, list) or all(pieces_blank(field.columns, row) for row in raw)

    def clean(self, field: Field, raw: Any, context: Context) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        faults: list[FieldError] = []
        given = raw if isinstance(raw, list) else []
        if len(given) > self._limit(field):
            raise invalid("too_many_rows", limit=self._limit(field))
        for index, row in enumerate(given):
            if pieces_blank(field.columns, row):
                continue
            try:
                rows.append(clean_pieces(field.columns, row, context))
            except Invalid as wrong:
                faults += [
                    FieldError(e.code, {**e.params, "row": index + 1}, e.part).under(str(index))
                    for e in wrong.errors
                ]
        if faults:
            raise Invalid(*faults)
        if len(rows) < field.settings.get("min_rows", 0):
            raise invalid("too_few_rows", limit=field.settings["min_rows"])
        marked = field.settings.get("one_of")
        if marked and sum(row.get(marked) is True for row in rows) != 1:
            column = next(c for c in field.columns if c.id == marked)
            raise invalid("one_of", column=column.label)
        return rows

    def display(self, field: Field, value: Any, lang: str) -> str:
        lines = []
        for index, row in enumerate(value, 1):
            cells = (
                f"{column.label(lang)}: {column.kind.display(column, row[column.id], lang)}".replace(
                    "\n", ", "
                )
                for column in field.columns
                if column.id in row
            )
            lines.append(f"{index}. " + "; ".join(cells))
        return "\n".join(lines)

    def control(self, field: Field, value: Any, ui: Ui) -> Control:
        rows = list(value) if isinstance(value, list) else []
        if not rows and (field.required or field.settings.get("min_rows")):
            rows = [{}] * max(1, field.settings.get("min_rows", 0))
        word = Text.of(field.settings.get("row") or {"vi": "Dòng", "en": "Row"})(ui.lang)
        drawn = []
        for index, row in enumerate(rows):
            given = row if isinstance(row, Mapping) else {}
            inner = ui.child(str(index))
            cells = tuple(c.kind.control(c, given.get(c.id), inner.child(c.id)) for c in field.columns)
            drawn.append(
                Control(
                    kind="fieldset",
                    label=f"{word} {index + 1}",
                    name=f"{ui.name}.{index}",
                    id=inner.id,
                    children=cells,
                )
            )
        full = len(rows) >= self._limit(field)
        return Control(
            kind="rows",
            children=tuple(drawn),
            button="" if full else word,
            value=len(rows),
            **self.labels(field, ui),
        )

    def anchor(self, field: Field, part: str, base: str) -> str:
        index, _, rest = part.partition(".")
        if not index.isdigit():
            return f"{base}-add"
        head, _, deeper = rest.partition(".")
        column = next((c for c in field.columns if c.id == head), field.columns[0])
        return column.kind.anchor(column, deeper, f"{base}-{index}-{column.id}")

    def json_schema(self, field: Field) -> dict[str, Any]:
        row = {
            "type": "object",
            "properties": {column.id: column.kind.json_schema(column) for column in field.columns},
            "required": [column.id for column in field.columns if column.required],
            "additionalProperties": False,
        }
        least = max(field.settings.get("min_rows", 0), int(field.required))
        return {"type": "array", "items": row, "minItems": least, "maxItems": self._limit(field)}

    def from_claim(self, field: Field, claim: Any) -> Any:
        return claim if isinstance(claim, list) and claim else None

    def faults(self, field: Field) -> tuple[Text, ...]:
        found = [] if field.columns else [NO_COLUMNS]
        marked = field.settings.get("one_of")
        if marked and marked not in {column.id for column in field.columns}:
            found.append(
                Text(f"không có cột “{marked}” để đánh dấu", f"there is no column {marked!r} to mark")
            )
        return tuple(found)


def add_row(rows: Any, limit: int) -> list[Any]:
    kept = list(rows) if isinstance(rows, list) else []
    return [*kept, {}] if len(kept) < limit else kept


def remove_row(rows: Any, index: int) -> list[Any]:
    kept = list(rows) if isinstance(rows, list) else []
    return [row for i, row in enumerate(kept) if i != index]


TYPES = (Group(), Table())
