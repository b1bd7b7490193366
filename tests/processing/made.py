"""Lawful processes made at random, for properties: nested branches, choices, automatic steps, ways back."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from motcua.kernel.working_time import parse_term
from motcua.processing.rules import Policy, StepSpec
from motcua.processing.tables import Table, tidy

#: What people write: Vietnamese, quotes, what XML escapes; no control characters (tables.py refuses them).
words = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cn"), exclude_characters="\ufffe\uffff"),
    max_size=30,
).filter(lambda text: text == text.strip())
names = words.filter(bool) | st.sampled_from(["Thẩm định & “ký”", 'a < b > "c"', "Bước 'một'", "Đồng ý"])
values = st.sampled_from(["online", "có", 'a "b" <c>', 18, 3.5, True, False])
fields = st.sampled_from(["dossier.channel", "dossier.online", "tuoi", "dien_tich"])
comparisons = st.one_of(
    st.builds(lambda f, op, v: {"field": f, "op": op, "value": v}, fields, st.sampled_from(["eq", "ne", "lt", "ge"]), values),
    st.builds(lambda f, vs: {"field": f, "op": "in", "value": vs}, fields, st.lists(values, min_size=1, max_size=3)),
    st.builds(lambda f, op: {"field": f, "op": op}, fields, st.sampled_from(["filled", "blank"])),
    st.builds(lambda f, g: {"field": f, "op": "eq", "other": g}, fields, fields),
)  # fmt: skip
conditions = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(lambda word, parts: {word: parts}, st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=4,
)  # fmt: skip
minutes = st.none() | st.integers(1, 5000) | st.sampled_from([60, 240, 480, 960, 1440])
terms = st.none() | st.sampled_from(["3wd", "4wh", "10d", "same-day"]).map(parse_term)
policies = st.builds(Policy, terms, st.sampled_from(["", "restart", "resume"]), terms)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Receive, some blocks of work in and out of branches, a draft, a signature, the return."""
    made: list[StepSpec] = []

    def key(prefix: str) -> str:
        return f"{prefix}{len(made)}"

    def task(key: str, outcomes: dict[str, str | None], **more: Any) -> None:
        rule = draw(st.sampled_from(["one_stop", "responsible", "leaders", "named"]))
        made.append(
            StepSpec(
                0,
                key,
                draw(names),
                draw(words),
                draw(st.sampled_from(["one_stop", "civil_servant", "head"])),
                rule,
                draw(minutes),
                outcomes,
                agency=draw(st.sampled_from(["", "parent", "H56.15"])),
                unit=draw(st.sampled_from(["KT", "P.1"])) if rule == "named" else "",
                result=draw(words),
                **more,
            )
        )

    def plain(key: str, kind: str, outcomes: dict[str, str | None], **more: Any) -> None:
        made.append(
            StepSpec(0, key, draw(names), draw(words), "", "responsible", None, outcomes, kind=kind, **more)
        )

    def work(following: str, depth: int, back: str | None, ending: bool) -> str:
        """A block that leads to ``following``; returns the key of its first row. Rows are appended last first."""
        what = draw(
            st.sampled_from(["task", "task", "auto", "choice", "fork"] if depth < 2 else ["task", "auto"])
        )
        if what == "auto":
            own = key("auto")
            plain(own, "auto", {"on": following}, does="notify")
            return own
        if what == "choice":
            ways = {f"w{n}": work(following, depth + 1, None, ending) for n in range(draw(st.integers(1, 3)))}
            own = key("choice")
            tests = {name: draw(conditions) for name in ways}
            plain(own, "choice", {**ways, "else": following}, conditions=tests)
            return own
        if what == "fork":
            join = key("join")
            plain(join, "join", {"on": following})
            ways = {f"b{n}": work(join, depth + 1, None, True) for n in range(draw(st.integers(2, 3)))}
            own = key("fork")
            plain(own, "fork", ways, join=join)
            return own
        own = key("task")
        outcomes: dict[str, str | None] = {draw(st.sampled_from(["complete", "approve"])): following}
        if ending and draw(st.booleans()):
            outcomes["reject"] = None
        if back and draw(st.booleans()):
            outcomes["send_back"] = back
        permits = draw(
            st.lists(st.sampled_from(["consult", "transfer", "ask_payment"]), unique=True, max_size=2)
        )
        task(own, outcomes, permits=tuple(permits))
        return own

    task("give", {"return_result": None})
    task("sign", {"sign": "give", "send_back": "draft"})
    task("draft", {"propose": "sign", "reject": None})
    following = "draft"
    for _ in range(draw(st.integers(0, 3))):
        following = work(following, 0, "draft" if draw(st.booleans()) else None, True)
    task("receive", {"receive": following, "refuse": None}, permits=("ask_supplement",))
    return Table(draw(names), tuple(tidy(step) for step in reversed(made)), draw(policies))
