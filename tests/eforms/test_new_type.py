"""docs/eforms.md says that a field type is one file. This is that file, written here, used from definition to page."""

from __future__ import annotations

from markupsafe import Markup

from motcua.eforms import rendering
from motcua.eforms.fields import load_field_types
from motcua.eforms.fields.base import Context, Control, Field, FieldType, Text, Ui, as_input, invalid, tidy
from motcua.eforms.rules import load_definition, validate

from .generate import TODAY


class PlateNumber(FieldType):
    key = "plate"
    title = Text("Biển số xe", "Plate number")
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


def test_a_new_type_needs_nothing_but_itself():
    types = load_field_types()
    types.register(PlateNumber())
    form = load_definition(
        {
            "key": "k",
            "title": "T",
            "sections": [
                {
                    "id": "s",
                    "title": "S",
                    "fields": [{"id": "bien_so", "type": "plate", "label": {"vi": "Biển số", "en": "Plate"}}],
                }
            ],
        },
        types,
    )
    assert validate(form, {"bien_so": "36a-123.45"}, today=TODAY).cleaned == {"bien_so": "36A-123.45"}
    errors = validate(form, {"bien_so": "?"}, today=TODAY).errors
    assert rendering.error_list(form, errors, "en") == [
        {"text": "Plate must look like 36A-123.45", "href": "#f-bien_so"}
    ]
    assert isinstance(rendering.section_html(form, "s", {}), Markup)
    assert rendering.answers_summary(form, {"bien_so": "36A-123.45"}) == [("S", [("Biển số", "36A-123.45")])]
