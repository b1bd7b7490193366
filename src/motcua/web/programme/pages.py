"""What every page of the programme has: its place in the navigation, its language, a form that was refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from motcua.kernel.refusals import Refused
from motcua.web.shared.wording import sentence

HERE = "programme"


@dataclass(slots=True)
class Fault:
    """A form that was refused: what was typed, which form, and the sentence at its field."""

    values: dict[str, Any] = field(default_factory=dict)
    what: str = ""
    at: str = ""
    said: str = ""


def is_english(request: HttpRequest) -> bool:
    """Whether the page is read in English."""
    return bool(request.LANGUAGE_CODE == "en")


def said(refusal: Refused) -> str:
    """A refusal as a sentence."""
    return sentence(refusal.code, refusal.params)
