"""A form version, compiled from its definition: what `reading.py` makes and everything else reads. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from motcua.eforms.choices import EMPTY, Text
from motcua.eforms.conditions import Condition, Test
from motcua.eforms.fields.base import Field
from motcua.eforms.outcomes import NO_OUTCOMES, Outcomes

SECTIONS, QUESTIONS = "sections", "questions"
"""Layouts an author chooses from: a page for each section, or one for each question."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a definition can't be published; `where` is a path like `sections.tre.fields.tre_ho_ten`.

    `said` is the detail in words, where there is more to it than a name (`problems.py` words the codes).
    """

    code: str
    where: str
    detail: str = ""
    said: Text = EMPTY


class BadDefinition(ValueError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{p.where}: {p.code} {p.detail}".strip() for p in problems[:5]))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Section:
    id: str
    title: Text
    help: Text
    fields: tuple[Field, ...]
    show_if: Condition | None = None


@dataclass(frozen=True)
class Check:
    """A rule over several answers. `level` is `error` (stops filing) or `warning`."""

    condition: Condition
    test: Test
    message: Text
    field: str
    level: str
    needs: frozenset[str]


@dataclass(frozen=True)
class Plan:
    """How one field is judged: its tests, compiled, in the order of dependence."""

    field: Field
    section: str
    show: tuple[Test, ...]
    required_if: Test | None
    copy_if: Test | None


@dataclass(frozen=True)
class Form:
    """One version of a form. Immutable; compile once and share."""

    key: str
    title: Text
    source: str
    sections: tuple[Section, ...]
    checks: tuple[Check, ...]
    plans: tuple[Plan, ...]
    by_id: Mapping[str, Field]
    section_of: Mapping[str, str]
    drivers: frozenset[str] = field(default=frozenset())
    """Fields whose answer decides what else is shown."""
    watched: frozenset[str] = field(default=frozenset())
    """Drivers, and what computed values are made from: all that a page must know to be drawn."""
    outcomes: Outcomes = NO_OUTCOMES
    layout: str = SECTIONS

    @property
    def fields(self) -> Iterable[Field]:
        return self.by_id.values()

    def neighbours(self, field_id: str) -> frozenset[str]:
        """Ids of what stands on the same page as a field: its section, or itself where each question has a page."""
        if self.layout == QUESTIONS:
            return frozenset({field_id})
        return self._together[self.section_of[field_id]]

    @cached_property
    def _together(self) -> Mapping[str, frozenset[str]]:
        return {section.id: frozenset(f.id for f in section.fields) for section in self.sections}

    def section(self, section_id: str) -> Section:
        """Raises KeyError."""
        for section in self.sections:
            if section.id == section_id:
                return section
        raise KeyError(section_id)
