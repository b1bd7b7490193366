"""What has bent a term, read from its rows: pure. The clock in the database is in ``test_lawful`` and ``test_guards``."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from motcua.processing.clock import Course, Rest, read_course

ONE, TWO, THREE = (datetime(2026, 3, day, 3, tzinfo=UTC) for day in (2, 3, 4))
REST = ("rest", ONE, TWO, "supplement", 0)
OPEN = ("rest", THREE, None, "duty", 0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], Course()),
        ([REST, OPEN], Course((Rest(ONE, TWO, "supplement"), Rest(THREE, None, "duty")))),
        ([("extension", ONE, None, "", 5)], Course(extended_by=5)),
        # Counted anew (NĐ 118/2025 art. 19), the term is another: an apology given before belongs to the one that is gone.
        ([("extension", ONE, None, "", 5), ("restart", TWO, None, "", 0)], Course(restart_at=TWO)),
        ([("restart", ONE, None, "", 0), ("extension", TWO, None, "", 5)], Course(restart_at=ONE, extended_by=5)),
        ([("restart", ONE, None, "", 0), ("restart", TWO, None, "", 0)], Course(restart_at=TWO)),
        ([REST, ("restart", TWO, None, "", 0)], Course((Rest(ONE, TWO, "supplement"),), TWO)),
    ],
)  # fmt: skip
def test_the_course_of_a_term(
    rows: list[tuple[str, datetime, datetime | None, str, int]], expected: Course
) -> None:
    assert read_course(rows) == expected
