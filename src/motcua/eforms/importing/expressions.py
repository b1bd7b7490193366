"""The expressions of XLSForm (a dialect of XPath): read into a tree, then into our conditions, settings and formulas. Pure.

Only what says exactly the same is taken; everything else raises `Inexpressible` and becomes a note.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_LENGTH, MAX_DEPTH = 2000, 20
_TOKEN = re.compile(
    r"""\s*(?:
      \$\{\s*(?P<ref>[^{}]+?)\s*\}
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<number>\d+(?:\.\d+)?|\.\d+)
    | \.\./(?P<path>[\w.\-]+)
    | (?P<mark><=|>=|!=|[=<>+*(),\-])
    | (?P<self>\.)
    | (?P<name>[^\W\d][\w\-]*)
    )""",
    re.VERBOSE,
)
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
_OPERATORS = {"=": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}


class Inexpressible(ValueError):
    """The expression says what our conditions, settings or formulas cannot."""


@dataclass(frozen=True, slots=True)
class Node:
    """`word`: or, and, a comparison, + - * div mod, neg, call, ref, self, text, number. `value` is a name or a literal."""

    word: str
    value: Any = None
    parts: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A question that expressions may name. `says` is what its answer is to conditions (`fields.base.SAYS`)."""

    id: str
    says: str
    codes: frozenset[str] = field(default=frozenset())
    inside: bool = False
    """It is a column of a list: no condition can look at it."""


Scope = Mapping[str, Target | None]
"""By the name in the file; None for a name that two questions have, or that asks nothing."""


def parse(text: str) -> Node:
    """Raises Inexpressible for anything that is not a plain expression."""
    if len(text) > MAX_LENGTH:
        raise Inexpressible("too long")
    tokens: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Inexpressible(f"at {text[at : at + 10]!r}")
        kind = str(found.lastgroup)
        tokens.append((kind, found[kind]))
        at = found.end()
    parser = _Parser(tokens)
    tree = parser.either(0)
    if parser.at < len(tokens):
        raise Inexpressible("something is left over")
    return tree


class _Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def next(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, *wanted: str) -> str:
        """The next sign or word when it is one of those wanted, else nothing."""
        kind, said = self.next()
        if kind in ("mark", "name") and said in wanted:
            self.at += 1
            return said
        return ""

    def either(self, depth: int) -> Node:
        return self._chain("or", self.both, depth)

    def both(self, depth: int) -> Node:
        return self._chain("and", self.compared, depth)

    def _chain(self, word: str, inner: Any, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise Inexpressible("nested too deep")
        parts = [inner(depth)]
        while self.take(word):
            parts.append(inner(depth))
        return parts[0] if len(parts) == 1 else Node(word, parts=tuple(parts))

    def compared(self, depth: int) -> Node:
        left = self.added(depth)
        if mark := self.take(*_FLIPPED):
            return Node(mark, parts=(left, self.added(depth)))
        return left

    def added(self, depth: int) -> Node:
        made = self.multiplied(depth)
        while mark := self.take("+", "-"):
            made = Node(mark, parts=(made, self.multiplied(depth)))
        return made

    def multiplied(self, depth: int) -> Node:
        made = self.single(depth)
        while mark := self.take("*", "div", "mod"):
            made = Node(mark, parts=(made, self.single(depth)))
        return made

    def single(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise Inexpressible("nested too deep")
        if self.take("-"):
            return Node("neg", parts=(self.single(depth + 1),))
        if self.take("("):
            inner = self.either(depth + 1)
            self.must(")")
            return inner
        kind, said = self.next()
        self.at += 1
        match kind:
            case "ref" | "path":
                return Node("ref", said)
            case "self":
                return Node("self")
            case "text":
                return Node("text", said[1:-1])
            case "number":
                return Node("number", float(said) if "." in said else int(said))
            case "name":
                self.must("(")
                return Node("call", said, self.arguments(depth))
        raise Inexpressible(f"unexpected {said!r}")

    def arguments(self, depth: int) -> tuple[Node, ...]:
        if self.take(")"):
            return ()
        given = [self.either(depth + 1)]
        while self.take(","):
            given.append(self.either(depth + 1))
        self.must(")")
        return tuple(given)

    def must(self, mark: str) -> None:
        if not self.take(mark):
            raise Inexpressible(f"{mark} is missing")


# --- conditions -----------------------------------------------------------------------------------------------------------


def condition(node: Node, scope: Scope, own: Target | None = None) -> Any:
    """Our condition for a tree. `own` is what `.` means. Raises Inexpressible."""
    if node.word in ("and", "or"):
        return {"all" if node.word == "and" else "any": [condition(part, scope, own) for part in node.parts]}
    if node.word in _OPERATORS:
        return _comparison(node, scope, own)
    if node.word == "call" and node.value == "not" and len(node.parts) == 1:
        return {"not": condition(node.parts[0], scope, own)}
    if node.word == "call" and node.value == "selected" and len(node.parts) == 2:
        target, code = _target(node.parts[0], scope, own), node.parts[1]
        if target.says in ("choice", "choices") and code.word == "text" and code.value in target.codes:
            return {"field": target.id, "op": "eq", "value": code.value}
    if node.word in ("ref", "self"):
        return {"field": _target(node, scope, own).id, "op": "filled"}
    raise Inexpressible(str(node.value or node.word))


def _target(node: Node, scope: Scope, own: Target | None) -> Target:
    if node.word == "self" and own is not None:
        return own
    target = scope.get(str(node.value)) if node.word == "ref" else None
    if target is None or target.inside or target.says == "nothing":
        raise Inexpressible(f"no question {node.value}")
    return target


def _comparison(node: Node, scope: Scope, own: Target | None) -> Any:
    mark, (left, right) = node.word, (_bare(part) for part in node.parts)
    if left.word not in ("ref", "self", "call"):
        mark, left, right = _FLIPPED[mark], right, left
    if left.word == "call":
        return _counted(mark, left, right, scope, own)
    target = _target(left, scope, own)
    if right.word in ("ref", "self"):
        other = _target(right, scope, own)
        if {target.says, other.says} - {"whole", "number"} and target.says != other.says:
            raise Inexpressible("answers of different kinds")
        if target.says not in ("whole", "number", "date", "time", "text", "choice"):
            raise Inexpressible(f"{target.says} can't be compared")
        return {"field": target.id, "op": _OPERATORS[mark], "other": other.id}
    if right.word == "text" and right.value == "" and mark in ("=", "!="):
        return {"field": target.id, "op": "blank" if mark == "=" else "filled"}
    if target.says == "yes_no":
        if right.word == "text" and right.value == "OK" and mark in ("=", "!="):
            return {"field": target.id, "op": "filled" if mark == "=" else "blank"}
        raise Inexpressible("not how a box is ticked")
    return {"field": target.id, "op": _OPERATORS[mark], "value": _value(target, mark, right)}


def _bare(node: Node) -> Node:
    """Without the functions that only say what kind a value is."""
    if node.word == "call" and node.value in ("date", "string", "number", "int") and len(node.parts) == 1:
        inner = node.parts[0]
        return inner if inner.word in ("text", "number", "ref", "self") else node
    if node.word == "neg" and node.parts[0].word == "number":
        return Node("number", -node.parts[0].value)
    return node


def _counted(mark: str, call: Node, right: Node, scope: Scope, own: Target | None) -> Any:
    """`string-length(${x}) > 0` and its like say that something was answered."""
    if call.value not in ("string-length", "count-selected") or len(call.parts) != 1:
        raise Inexpressible(str(call.value))
    target = _target(call.parts[0], scope, own)
    match mark, right.value if right.word == "number" else None:
        case (">" | "!=", 0) | (">=", 1):
            return {"field": target.id, "op": "filled"}
        case ("=" | "<=", 0) | ("<", 1):
            return {"field": target.id, "op": "blank"}
    raise Inexpressible(f"{call.value} {mark}")


def _value(target: Target, mark: str, node: Node) -> Any:
    if node.word not in ("text", "number"):
        raise Inexpressible("neither a question nor a value")
    said = str(node.value)
    match target.says:
        case "whole" | "number":
            if node.word == "number":
                return node.value
            if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", said):
                return float(said) if "." in said else int(said)
        case "choice" if mark in ("=", "!=") and said in target.codes:
            return said
        case "text" if mark in ("=", "!="):
            return said
        case "date" if _is_day(said):
            return said
        case "time" if re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d(:00)?", said):
            return said[:5]
    # Of several choices XPath would compare the whole list, which nothing of ours does.
    raise Inexpressible(f"{target.says} {mark} {said}")


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# --- bounds -----------------------------------------------------------------------------------------------------------------


def bound(node: Node, says: str) -> tuple[str, Any, bool] | None:
    """(`min` or `max`, its value, whether it was strict and could not stay so) of a comparison with `.`; None for others."""
    if node.word not in ("<", "<=", ">", ">="):
        return None
    mark, left, right = node.word, _bare(node.parts[0]), _bare(node.parts[1])
    if right.word == "self":
        mark, left, right = _FLIPPED[mark], right, left
    if left.word != "self":
        return None
    side, strict = ("min" if mark[0] == ">" else "max"), len(mark) == 1
    if says in ("whole", "number") and right.word == "number":
        if says == "whole":
            if right.value != int(right.value):
                return None
            return side, int(right.value) + (0 if not strict else 1 if side == "min" else -1), False
        return side, right.value, strict
    if says == "date":
        day = _day_bound(right, 0 if not strict else 1 if side == "min" else -1)
        return (side, day, False) if day else None
    return None


def _day_bound(node: Node, more: int) -> str | None:
    """`today() - 30` → `today-30d`; `more` days are added, for a bound that does not include its day."""
    if node.word == "text" and _is_day(node.value):
        try:
            return (dt.date.fromisoformat(node.value) + dt.timedelta(days=more)).isoformat()
        except OverflowError:
            return None
    days = _days(node)
    if days is None or abs(days + more) > 9999:
        return None
    return f"today{days + more:+}d" if days + more else "today"


def _days(node: Node) -> int | None:
    if node.word == "call" and node.value in ("today", "now") and not node.parts:
        return 0
    if node.word in ("+", "-") and node.parts[1].word == "number":
        start, amount = _days(node.parts[0]), node.parts[1].value
        if start is not None and isinstance(amount, int):
            return start + (amount if node.word == "+" else -amount)
    return None


def counted(node: Node, function: str) -> tuple[str, int] | None:
    """(`min`, `max` or `both`, how many) of `function(.) <= 3`."""
    if node.word not in ("<", "<=", ">", ">=", "="):
        return None
    left, right = node.parts
    if left.word != "call" or left.value != function or [part.word for part in left.parts] != ["self"]:
        return None
    if right.word != "number" or not isinstance(right.value, int):
        return None
    match node.word:
        case "<=" | "<":
            return "max", right.value - (node.word == "<")
        case ">=" | ">":
            return "min", right.value + (node.word == ">")
    return "both", right.value


def shape(node: Node) -> str | None:
    """The regular expression of `regex(., '…')`."""
    if node.word != "call" or node.value != "regex" or len(node.parts) != 2:
        return None
    return str(node.parts[1].value) if [p.word for p in node.parts] == ["self", "text"] else None


# --- formulas -----------------------------------------------------------------------------------------------------------------


def formula(node: Node, scope: Scope) -> str:
    """CEL for plain reckoning with numbers. Whole numbers stay whole unless one part is a decimal, or divides."""
    kinds = _kinds(node, scope)
    if kinds - {"whole", "number", "div"}:
        raise Inexpressible("not reckoning with numbers")
    return _written(node, scope, whole=kinds == {"whole"})


def _kinds(node: Node, scope: Scope) -> set[str]:
    match node.word:
        case "ref":
            return {_target(node, scope, None).says}
        case "number":
            return {"whole" if isinstance(node.value, int) else "number"}
        case "+" | "-" | "*" | "div" | "neg":
            own = {"div"} if node.word == "div" else set()
            return own.union(*(_kinds(part, scope) for part in node.parts))
    raise Inexpressible(str(node.value or node.word))


def _written(node: Node, scope: Scope, *, whole: bool) -> str:
    match node.word:
        case "ref":
            target = _target(node, scope, None)
            return target.id if whole or target.says == "number" else f"double({target.id})"
        case "number":
            return str(node.value) if whole else str(float(node.value))
        case "neg":
            return f"-({_written(node.parts[0], scope, whole=whole)})"
    left, right = (_written(part, scope, whole=whole) for part in node.parts)
    mark = "/" if node.word == "div" else node.word
    return f"({left} {mark} {right})"
