"""docs/eforms.md says that a field type is one file. This is that file, written here, used from definition to page."""

from __future__ import annotations

from markupsafe import Markup

from motcua.eforms import rebasing, rendering, schema
from motcua.eforms.fields import load_field_types, settings
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy
from motcua.eforms.rules import check_definition, export_row, load_definition, validate

from .generate import TODAY


class PlateNumber(FieldType):
    key = "plate"
    title = Text("Biển số xe", "Plate number")
    help = Text("Biển số của một xe.", "The plate of a vehicle.")
    options = {"army": settings.flag("Nhận cả biển quân đội", "Military plates too")}
    messages = {
        "plate_wrong": Text("{subject} phải có dạng 36A-123.45", "{subject} must look like 36A-123.45")
    }

    def clean(self, field: Field, raw: object, context: Context) -> str:
        plate = tidy(raw).upper().replace(" ", "")
        if not (plate[:2].isdigit() and "-" in plate):
            raise invalid("plate_wrong")
        return plate

    def control(self, field: Field, value: object, ui: Ui) -> Control:
        return Control(kind="input", value=as_input(value), width="10", **self.labels(field, ui))


def definition(**rest: object) -> dict[str, object]:
    plate = {"id": "bien_so", "type": "plate", "label": {"vi": "Biển số", "en": "Plate"}, **rest}
    shown = {
        "id": "mau",
        "type": "text",
        "label": "Màu",
        "show_if": {"field": "bien_so", "value": "36A-123.45"},
    }
    reckoned = {"id": "dai", "type": "computed", "label": "Dài", "formula": "size(bien_so)"}
    fields = [plate, shown, reckoned]
    return {"key": "k", "title": "T", "sections": [{"id": "s", "title": "S", "fields": fields}]}


def test_a_new_type_needs_nothing_but_itself():
    """Definition, settings judged by shape, conditions, formulas, errors, page, read view, export, schema, moving on."""
    types = load_field_types()
    types.register(PlateNumber())
    assert [p.code for p in check_definition(definition(army="maybe"), types)] == ["bad_shape"]
    assert [p.code for p in check_definition(definition(navy=True), types)] == ["unknown_option"]
    assert check_definition(definition(army=True), types) == []
    form = load_definition(definition(), types)
    cleaned = validate(form, {"bien_so": "36a-123.45", "mau": "đỏ"}, today=TODAY).cleaned
    assert cleaned == {"bien_so": "36A-123.45", "mau": "đỏ", "dai": 10}
    assert schema.answer_errors(form, cleaned) == []
    assert export_row(form, cleaned, "vi") == ["36A-123.45", "đỏ", "10"]
    moved = rebasing.rebase(form, load_definition(definition(army=True), types), cleaned, today=TODAY)
    assert moved.answers == cleaned
    errors = validate(form, {"bien_so": "?"}, today=TODAY).errors
    assert rendering.error_list(form, errors, "en") == [
        {"text": "Plate must look like 36A-123.45", "href": "#f-bien_so"}
    ]
    assert isinstance(rendering.section_html(form, "s", {}), Markup)
    assert rendering.answers_summary(form, {"bien_so": "36A-123.45"}) == [("S", [("Biển số", "36A-123.45")])]
