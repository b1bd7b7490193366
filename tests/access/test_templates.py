"""The content security policy holds only if no template asks for what it forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "motcua"
TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))
FORBIDDEN = {
    "inline script": re.compile(
        r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.IGNORECASE
    ),
    "inline style": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "foreign host": re.compile(r"(?:src|href|action)\s*=\s*[\"']https?://", re.IGNORECASE),
    "unescaped output": re.compile(r"\|\s*safe\b"),
}


def without_comments(text: str) -> str:
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


def test_there_are_templates_to_look_at() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_template_asks_for_nothing_the_policy_forbids(template: Path) -> None:
    text = without_comments(template.read_text(encoding="utf-8"))
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]
    assert not found
