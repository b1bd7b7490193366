"""Filters in words: the chips that are on, and what else can be chosen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from motcua.dossiers.lifecycle import CLOSED
from motcua.web.desk import words
from motcua.web.shared.formats import STATUSES
from motcua.workspace.queries import LabelLine
from motcua.workspace.rules import CLAIMED, DUE, LISTED, Asked
from motcua.workspace.worklists import Options

NAMES: dict[str, str] = {
    "procedure": N_("Thủ tục"),
    "step": N_("Bước"),
    "unit": N_("Đơn vị"),
    "status": N_("Trạng thái"),
    "channel": N_("Kênh nộp"),
    "label": N_("Nhãn"),
    "due": N_("Hạn"),
    "claimed": N_("Người xử lý"),
}
DUE_WORDS: dict[str, str] = {
    "late": N_("đã trễ"),
    "today": N_("hôm nay"),
    "tomorrow": N_("ngày mai"),
    "week": N_("trong 7 ngày"),
    "later": N_("sau 7 ngày"),
}
CLAIMED_WORDS: dict[str, str] = {
    "me": N_("tôi"),
    "nobody": N_("chưa ai nhận"),
    "somebody": N_("đã có người nhận"),
}


def _known(
    name: str, options: Options, labels: Mapping[int, LabelLine], english: bool
) -> list[tuple[str, str]]:
    match name:
        case "procedure":
            return list(options.procedures)
        case "step":
            return [(key, name_en if english else own) for key, own, name_en in options.steps]
        case "unit":
            return [(str(key), unit) for key, unit in options.units]
        case "status":
            return [(str(key), _(text[0])) for key, text in STATUSES.items()]
        case "channel":
            return [(str(key), _(text)) for key, text in words.CHANNELS.items()]
        case "label":
            return [(str(key), line.name) for key, line in labels.items() if not line.retired]
        case "due":
            return [(key, _(DUE_WORDS[key])) for key in DUE]
        case _:
            return [(key, _(CLAIMED_WORDS[key])) for key in CLAIMED]


def chips(
    asked: Asked, options: Options, labels: Mapping[int, LabelLine], english: bool
) -> list[dict[str, str]]:
    """What is on: ``drop`` takes it away. A value nobody knows any more is shown by its code."""
    found = []
    for name in NAMES:
        values = getattr(asked, name) if name in LISTED else [v for v in (getattr(asked, name),) if v]
        known = dict(_known(name, options, labels, english)) if values else {}
        found += [
            {
                "text": f"{_(NAMES[name])}: {known.get(str(value), value)}",
                "drop": f"{name}:{value}",
            }
            for value in values
        ]
    return found


def choices(
    asked: Asked, options: Options, labels: Mapping[int, LabelLine], english: bool
) -> list[dict[str, Any]]:
    """What can be added: (name, words, values), values that are on left out, names without values too."""
    found = []
    for name, text in NAMES.items():
        on = {str(value) for value in getattr(asked, name)} if name in LISTED else {getattr(asked, name)}
        values = [pair for pair in _known(name, options, labels, english) if pair[0] not in on]
        if name == "status" and asked.view != "followed" and not asked.q:
            # A list of open steps holds no ended dossier.
            values = [pair for pair in values if int(pair[0]) not in CLOSED]
        if values:
            found.append({"name": name, "text": _(text), "values": values, "lang": name in _OWN})
    return found


_OWN = frozenset({"procedure", "unit", "label"})
