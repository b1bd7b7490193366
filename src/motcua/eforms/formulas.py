"""Formulas: computed answers and fees, in CEL (docs/decisions/0010-formulas.md). Pure.

CEL has no loops but over a list, no recursion and no side effects. What could still be slow is bounded three times:
by size (text, loops, growth), by the engine's own budget of ten thousand rounds, and by a trial with the largest
answers a form can hold when it is published. A formula that fails at a filing gives nothing; it never stops anybody.

Numbers: `int` and `money` answers are CEL ints, `number` answers and every number inside rows and pieces are doubles;
`double(so_ban) * 1.5` mixes them. A blank list is empty and an unticked box is false; any other blank answer gives
nothing, or counts as zero where the field says `"blanks": "zero"`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cel_expr_python import cel

from motcua.kernel.money import dong_words
from motcua.kernel.text import date_words, words

if TYPE_CHECKING:
    from motcua.eforms.fields.base import Field

MAX_LENGTH = 500
MAX_LOOPS = 3
#: How many times a loop may repeat what it is given: `(pluses and commas + 1) ** loops`.
MAX_GROWTH = 500
#: CPU seconds the trial with the largest answers may take.
TRIAL_SECONDS = 0.05
#: The largest answers of the trial: letters of a text, rows of a list.
LONGEST_TEXT, MOST_ROWS = 2000, 50
LONGEST_RESULT = 5000

_LOOP = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(")
_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
_QUOTED = re.compile(r"'[^'\\]*'|\"[^\"\\]*\"")
_UNDECLARED = re.compile(r"undeclared reference to '([^']+)'")
_T = cel.Type
_TYPES: Mapping[str, Any] = {
    "text": _T.STRING,
    "date": _T.STRING,
    "time": _T.STRING,
    "choice": _T.STRING,
    "whole": _T.INT,
    "number": _T.DOUBLE,
    "yes_no": _T.BOOL,
    "choices": _T.List(_T.STRING),
    "rows": _T.List(_T.Map(_T.STRING, _T.DYN)),
    "pieces": _T.Map(_T.STRING, _T.DYN),
}
_RESULTS: Mapping[str, str] = {"STRING": "text", "INT": "whole", "DOUBLE": "number", "BOOL": "yes_no"}
_ZERO: Mapping[str, Any] = {
    "text": "", "date": "", "time": "", "choice": "", "whole": 0, "number": 0.0, "yes_no": False, "choices": [],
    "rows": [], "pieces": {},
}  # fmt: skip
#: Blank answers of these kinds are never "unknown": nobody ticks an empty box or adds no row.
_NEVER_MISSING = frozenset({"yes_no", "choices", "rows"})


class BadFormula(ValueError):
    """Why a formula can't be published: `code` for the list of problems, the text for its author."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, eq=False)
class Formula:
    """Compiled. `needs` are the fields it looks at, `gives` what it makes (`text`, `whole`, `number`, `yes_no`)."""

    text: str
    needs: frozenset[str]
    gives: str
    program: Any
    kinds: Mapping[str, str]

    def value(self, values: Mapping[str, Any], *, zero: bool = False) -> Any:
        """The result for cleaned answers, or None where one is missing or the reckoning fails."""
        data: dict[str, Any] = {}
        for name, kind in self.kinds.items():
            given = values.get(name)
            if given is None:
                if not zero and kind not in _NEVER_MISSING:
                    return None
                given = _ZERO[kind]
            data[name] = _as_cel(given, kind)
        try:
            made = self.program.eval(data=data)
        except RuntimeError:  # the engine's budget of rounds is used up
            return None
        return None if made.type() == _T.ERROR else _settled(made.value())


def _as_cel(value: Any, kind: str) -> Any:
    match kind:
        case "number":
            return float(value) if isinstance(value, int | float) else 0.0
        case "rows" | "pieces":
            return _doubles(value)
        case _:
            return value


def _doubles(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_doubles(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _settled(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        value = round(value, 6)
        return int(value) if value.is_integer() else value
    if isinstance(value, str) and len(value) > LONGEST_RESULT:
        return None
    return value


def names(text: str) -> frozenset[str]:
    """Every word of a formula that may be a field: functions and loop variables are among them."""
    # A backslash could hide the end of a quoted text: then every word counts, which is only too many.
    return frozenset(_NAME.findall(text if "\\" in text else _QUOTED.sub("''", text)))


def compile_formula(text: str, fields: Mapping[str, Field]) -> Formula:
    """Raises BadFormula: too long, too nested, an unknown name, types that do not fit, too slow."""
    if not text.strip():
        raise BadFormula("bad_formula", "a formula says something")
    if len(text) > MAX_LENGTH:
        raise BadFormula("formula_size", f"longer than {MAX_LENGTH} signs")
    loops = len(_LOOP.findall(text))
    if loops > MAX_LOOPS or (text.count("+") + text.count(",") + 1) ** loops > MAX_GROWTH:
        raise BadFormula("formula_size", "loops that repeat too much")
    said = {name: fields[name].kind.speaks(fields[name]) for name in sorted(names(text)) if name in fields}
    silent = sorted(name for name, kind in said.items() if kind not in _TYPES)
    if silent:
        raise BadFormula("formula_type", f"{', '.join(silent)} has no answer to reckon with")
    try:
        env = cel.NewEnv(
            variables={name: _TYPES[kind] for name, kind in said.items()}, functions=_functions()
        )
        program = env.compile(text)
    except RuntimeError as wrong:
        message = " ".join(str(wrong).replace("INVALID_ARGUMENT:", "").replace("<input>:", "").split())[:300]
        unknown = _UNDECLARED.search(message)
        if unknown:
            raise BadFormula("unknown_field", unknown[1]) from None
        raise BadFormula("formula_type" if "overload" in message else "bad_formula", message) from None
    gives = _RESULTS.get(program.return_type().name())
    if gives is None:
        raise BadFormula(
            "formula_type", f"gives {program.return_type().name()}, not a text, a number or yes/no"
        )
    formula = Formula(text, frozenset(said), gives, program, said)
    _try_out(formula, fields)
    return formula


def _try_out(formula: Formula, fields: Mapping[str, Field]) -> None:
    """It must reckon with ordinary answers, and be quick with the largest."""
    ordinary = {name: _sample(fields[name], large=False) for name in formula.needs}
    data = {name: _as_cel(ordinary[name], kind) for name, kind in formula.kinds.items()}
    try:
        made = formula.program.eval(data=data)
    except RuntimeError as wrong:
        raise BadFormula("formula_slow", str(wrong)[:200]) from None
    if made.type() == _T.ERROR:
        raise BadFormula("formula_type", f"fails with ordinary answers: {str(made.value())[:200]}")
    large = {name: _as_cel(_sample(fields[name], large=True), kind) for name, kind in formula.kinds.items()}
    spent = []
    for _ in range(3):  # the quickest of three: another process may have had the processor
        begun = time.process_time()
        try:
            formula.program.eval(data=large)
        except RuntimeError as wrong:
            raise BadFormula("formula_slow", str(wrong)[:200]) from None
        spent.append(time.process_time() - begun)
        if spent[-1] <= TRIAL_SECONDS:
            return
    raise BadFormula("formula_slow", f"takes {min(spent):.2f} s with the largest answers")


def _sample(field: Field, *, large: bool) -> Any:
    match field.kind.speaks(field):
        case "whole":
            return 3
        case "number":
            return 3.0
        case "yes_no":
            return True
        case "date":
            return "2020-02-03"
        case "time":
            return "08:30"
        case "choice":
            return next(iter(field.choices.by_code), "1") if field.choices else "1"
        case "choices":
            codes = list(field.choices.by_code) if field.choices else ["1"]
            return codes if large else codes[:1]
        case "rows":
            row = {column.id: _sample(column, large=large) for column in field.columns}
            return [row] * (MOST_ROWS if large else 2)
        case "pieces":
            pieces = getattr(field.kind, "pieces", None)
            return {p.id: _sample(p, large=large) for p in pieces(field)} if pieces else {}
        case _:
            return "3" * LONGEST_TEXT if large else "3"


# --- the functions beside CEL's own ---------------------------------------------------------------------------------


def _date(text: str) -> dt.date:
    """`1980` counts as its first day."""
    return dt.date.fromisoformat((text + "-01-01")[:10])


def _years(start: str, end: str) -> int:
    first, last = _date(start), _date(end)
    return last.year - first.year - ((last.month, last.day) < (first.month, first.day))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


#: name → (what it takes, what it gives, how). Shown to authors by `describe_functions`.
FUNCTIONS: Mapping[str, tuple[tuple[str, ...], str, Any]] = {
    "sum": (("list",), "number", lambda items: float(sum(items))),
    "largest": (("list",), "number", lambda items: float(max(items))),
    "smallest": (("list",), "number", lambda items: float(min(items))),
    "round": (("number",), "whole", lambda x: math.floor(x + 0.5)),
    "up": (("number",), "whole", lambda x: math.ceil(x)),
    "down": (("number",), "whole", lambda x: math.floor(x)),
    "days": (("date", "date"), "whole", lambda start, end: (_date(end) - _date(start)).days),
    "years": (("date", "date"), "whole", _years),
    "year": (("date",), "whole", lambda day: _date(day).year),
    "upper": (("text",), "text", lambda text: text.upper()),
    "date_words": (("date",), "text", lambda day: _capital(date_words(dt.date.fromisoformat(day)))),
    "number_words": (("whole",), "text", lambda n: _capital(words(n))),
    "money_words": (("whole",), "text", lambda n: dong_words(n)),
}


@lru_cache(maxsize=1)
def _functions() -> list[Any]:
    kinds = {**_TYPES, "list": _T.List(_T.DYN)}
    return [
        cel.FunctionDecl(
            name,
            [
                cel.Overload(
                    id=f"motcua_{name}", return_type=kinds[gives], parameters=[kinds[kind] for kind in takes],
                    is_member=False, impl=how,
                )
            ],
        )
        for name, (takes, gives, how) in FUNCTIONS.items()
    ]  # fmt: skip


def describe_functions() -> list[tuple[str, str]]:
    """`("years(date, date)", "whole")` … for an author's help."""
    return [(f"{name}({', '.join(takes)})", gives) for name, (takes, gives, _) in FUNCTIONS.items()]


# --- regular expressions ------------------------------------------------------------------------------------------------

MAX_PATTERN = 200


@lru_cache(maxsize=1)
def _matcher() -> Any:
    return cel.NewEnv(variables={"said": _T.STRING, "pattern": _T.STRING}).compile("said.matches(pattern)")


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text fits the pattern. RE2 inside CEL: time grows with the text, never with the pattern's twists."""
    made = _matcher().eval(data={"said": text, "pattern": f"^(?:{pattern})$"})
    return made.type() != _T.ERROR and bool(made.value())


def pattern_fault(pattern: str) -> str:
    """What is wrong with a pattern (too long, not RE2, too big when unrolled); empty when nothing is."""
    if len(pattern) > MAX_PATTERN:
        return f"a pattern has at most {MAX_PATTERN} signs"
    made = _matcher().eval(data={"said": "", "pattern": f"^(?:{pattern})$"})
    return str(made.value()) if made.type() == _T.ERROR else ""


__all__ = [
    "FUNCTIONS",
    "BadFormula",
    "Formula",
    "compile_formula",
    "describe_functions",
    "fits",
    "pattern_fault",
]
