"""Wordings in two languages and lists to choose from: the small things every part of a form is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from motcua.kernel import text as kernel_text


@dataclass(frozen=True, slots=True)
class Text:
    """A wording in both languages; English falls back to Vietnamese."""

    vi: str = ""
    en: str = ""

    def __call__(self, lang: str) -> str:
        return self.en if lang == "en" and self.en else self.vi

    def __bool__(self) -> bool:
        return bool(self.vi)

    @classmethod
    def of(cls, data: Any) -> Text:
        """From `{"vi": …, "en": …}`, a bare Vietnamese string or None."""
        if isinstance(data, Mapping):
            return cls(str(data.get("vi", "")), str(data.get("en", "")))
        return cls(str(data)) if data else EMPTY


EMPTY = Text()


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    label: Text
    hint: Text = EMPTY
    group: str = ""
    """Code of the option above it, in linked choices."""


@dataclass(frozen=True, eq=False)
class Choices:
    """A list to choose from. Compared by identity, so that rendered `<option>`s can be kept per list."""

    key: str
    options: tuple[Option, ...]
    by_code: Mapping[str, Option] = field(init=False, repr=False)
    _by_name: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {o.code: o for o in self.options})
        names: dict[str, str] = {}
        for option in self.options:
            for name in (option.label.vi, option.label.en):
                names.setdefault(kernel_text.fold(name), option.code)
        names.pop("", None)
        object.__setattr__(self, "_by_name", names)

    def match(self, said: str) -> str | None:
        """The code for a code or a name as registers and people write it ("Nữ", "NU", "2", "kinh")."""
        return said if said in self.by_code else self._by_name.get(kernel_text.fold(said))

    def label(self, code: str, lang: str) -> str:
        option = self.by_code.get(code)
        return option.label(lang) if option else code
