"""Every refusal has a sentence that says what happened and what to do: the source is walked for codes without one."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

import motcua
from motcua.kernel.refusals import Conflict
from motcua.web.shared.wording import SENTENCES, sentence

ROOT = Path(motcua.__file__).parent
KINDS = {"Refused", "Conflict", "NotAllowed", "Unavailable"}


def _codes() -> dict[str, str]:
    """Code → where it is raised, of every refusal in the source; a code that is built is not one of these."""
    found: dict[str, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in KINDS and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.setdefault(first.value, f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def _why_codes() -> set[str]:
    """Codes with which ``processing.turns`` withholds a turn."""
    source = (ROOT / "processing" / "turns.py").read_text()
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and text.count(".") == 1 and " " not in text}


def test_every_refusal_has_its_sentence() -> None:
    codes = _codes()
    assert len(codes) > 60, "the walk has found too few: has the way of refusing changed?"
    assert {code: where for code, where in codes.items() if code not in SENTENCES} == {}
    assert _why_codes() - set(SENTENCES) == set()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", ["ineligible.too_late", "extension.too_late"])
def test_a_moment_is_said_as_people_say_it(code: str, language: str) -> None:
    refusal = Conflict(code, until="2026-11-24T10:30:00+00:00")
    with translation.override(language):
        said = sentence(refusal.code, refusal.params)
    assert "24/11/2026" in said
    assert "17:30" in said
    assert "+00:00" not in said


def test_a_colleagues_reason_that_looks_like_a_code_stays_as_it_is() -> None:
    assert "T" in sentence("step.already_decided", {"by": "Trần Thị T"})
