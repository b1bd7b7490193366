"""Which of the languages of a file are ours, and its wordings as `{"vi", "en"}`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from motcua.eforms.importing.making import Notes, tidy_words
from motcua.kernel.text import fold

_REFERENCE = re.compile(r"\$\{[^{}]*\}")


class Languages:
    """Which of a file's languages is ours. A file that names none is taken to be in its default language."""

    def __init__(self, usual: str, notes: Notes) -> None:
        self.usual = language(usual) or "vi"
        self.notes = notes

    def both(self, raw: Any, where: str, notes: Notes) -> dict[str, str] | None:
        """`{"vi", "en"}` of a wording in one or several languages; None when it says nothing."""
        found: dict[str, str] = {}
        for name, said in (raw if isinstance(raw, Mapping) else {"default": raw}).items():
            if said in (None, "") or isinstance(said, Mapping | list):
                continue
            known = self.usual if name == "default" else language(str(name))
            if known == "":
                self.notes.add("language_left_out", "", name)
                known = "other"
            found.setdefault(known, self.tidy(said, where, notes))
        vi = found.get("vi") or ""
        if not vi:
            vi = found.get("en") or found.get("other") or ""
            if vi:
                notes.add("no_vietnamese", where, vi)
        if not vi:
            return None
        return {"vi": vi, "en": found["en"]} if found.get("en") else {"vi": vi}

    def tidy(self, said: Any, where: str, notes: Notes) -> str:
        text = str(said)[:5000]
        for quoted in dict.fromkeys(_REFERENCE.findall(text)):
            notes.add("label_reference", where, quoted)
        return tidy_words(_REFERENCE.sub("…", text))


def language(name: str) -> str:
    """`vi` or `en` for `Vietnamese (vi)`, `Tiếng Việt`, `English`, `en`; empty for any other."""
    code = re.search(r"\(\s*([a-z]{2})[\s)_\-]", name.lower() + " ")
    words = fold(name).split()
    if (code and code[1] == "vi") or words[:1] in (["vi"], ["vietnamese"]) or words[:2] == ["tieng", "viet"]:
        return "vi"
    if (code and code[1] == "en") or words[:1] in (["en"], ["english"]) or words[:2] == ["tieng", "anh"]:
        return "en"
    return ""
