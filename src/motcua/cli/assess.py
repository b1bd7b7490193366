"""`motcua assess`: the level of one procedure from its facts, as JSON, with reasons. Needs no database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from motcua.catalogue.eligibility import FACTS, FactError, assess, read_facts
from motcua.catalogue.eligibility_words import CHANGES, OWNER_NAMES, reason_text
from motcua.cli._sentences import Unusable
from motcua.law.registry import NoParameterError, load

NAME = "assess"
HELP = "assess how far a procedure can go online: facts as JSON on stdin, level and reasons as JSON on stdout"

# 1 MiB holds any set of facts a thousand times over; the rest is junk piped in by mistake.
MAX_INPUT: Final = 1024 * 1024

ERRORS: Final[Mapping[str, tuple[str, str]]] = {
    "date": ("Ngày không đọc được: {text!r}; hãy viết như 2023-04-10.", "Cannot read the date {text!r}; write it like 2023-04-10."),
    "date-missing": ("Thiếu --date, ngày áp dụng luật (ví dụ 2023-04-10).", "--date is missing: the day whose law applies (like 2023-04-10)."),
    "no-law": ("Không có quy định về mức độ dịch vụ cho ngày {day}.", "No rule on levels of service is recorded for {day}."),
    "too-long": ("Dữ liệu vào quá dài: các dữ kiện phải dưới 1 MiB.", "The input is too long: facts must stay under 1 MiB."),
    "not-json": ("Dữ liệu vào không phải JSON: {detail}.", "The input is not JSON: {detail}."),
    "not-object": ("Dữ liệu vào phải là một đối tượng JSON các dữ kiện.", "The input must be one JSON object of facts."),
    "twice": ("Dữ kiện mâu thuẫn: {fact!r} được nêu hai lần.", "Contradictory facts: {fact!r} is given twice."),
    "unknown-fact": ("Dữ kiện không rõ: {fact!r}; các dữ kiện được dùng: {known}.", "Unknown fact: {fact!r}; the facts are {known}."),
    "missing-fact": ("Thiếu dữ kiện {fact!r}.", "The fact {fact!r} is missing."),
    "wrong-kind": ("{fact}: giá trị {value!r} không hợp lệ; {wanted}.", "{fact}: the value {value!r} is not valid; {wanted}."),
    "contradiction": ("Dữ kiện mâu thuẫn với nhau: {facts}.", "The facts contradict each other: {facts}."),
}  # fmt: skip


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--date", help="day whose law applies, like 2023-04-10")
    parser.add_argument(
        "--lang", choices=("vi", "en"), default="vi", help="language of the texts (default: vi)"
    )


def run(args: argparse.Namespace) -> int:
    language = 1 if args.lang == "en" else 0
    try:
        answer = _answer(_day(args.date), sys.stdin.buffer.read(MAX_INPUT + 1), language)
    except Unusable as error:
        print(ERRORS[error.code][language].format(**_worded(error.params, language)), file=sys.stderr)
        return 2
    json.dump(answer, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")
    return 0


def _worded(params: Mapping[str, object], language: int) -> dict[str, object]:
    """Parameters of a sentence, with what the facts are and take filled in."""
    wanted = ("dùng true hoặc false", "use true or false")
    if params.get("fact") == "result_by":
        wanted = ("dùng online, post hoặc counter", "use online, post or counter")
    facts = params.get("facts")
    return {
        **params,
        "known": ", ".join(FACTS),
        "wanted": wanted[language],
        "facts": ", ".join(facts) if isinstance(facts, tuple) else "",
    }


def _answer(day: date, raw: bytes, language: int) -> dict[str, Any]:
    try:
        found = assess(read_facts(_facts(raw)), load(), day)
    except FactError as error:
        raise Unusable(error.code, **error.params) from error
    except NoParameterError as error:
        raise Unusable("no-law", day=day) from error
    return {
        "level": found.level,
        "instrument": found.instrument,
        "date": day.isoformat(),
        "reasons": [
            {
                "article": reason.rule.article,
                "fact": reason.fact,
                "text": reason_text(reason, english=bool(language)),
                "legal_basis": reason.basis,
            }
            for reason in found.reasons
        ],
        "blockers": [
            {
                "fact": blocker.fact,
                "article": blocker.rule.article,
                "text": CHANGES[blocker.fact][language],
                "owner": blocker.owner,
                "owner_name": OWNER_NAMES[blocker.owner][language],
                "lawful": blocker.lawful,
                "legal_basis": blocker.basis,
            }
            for blocker in found.blockers
        ],
    }


def _day(text: str | None) -> date:
    if text is None:
        raise Unusable("date-missing")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unusable("date", text=text) from error


def _facts(raw: bytes) -> dict[str, object]:
    if len(raw) > MAX_INPUT:
        raise Unusable("too-long")
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Unusable("not-json", detail=str(error).splitlines()[0]) from error
    if not isinstance(data, dict):
        raise Unusable("not-object")
    return data


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen: dict[str, object] = {}
    for name, value in pairs:
        if name in seen:
            raise Unusable("twice", fact=name)
        seen[name] = value
    return seen
