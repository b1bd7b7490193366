"""The wording assistant: what an author may want to look at again. Advice, never a reason to refuse. Pure.

It reads words and settings, not meaning: a rule is here when it is right far more often than not, and each says what to do.
What the State already knows is passed in as `Known` (`catalogue/known_data.py` makes it): this room is below the catalogue.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from motcua.eforms.advice_words import ADVICE
from motcua.eforms.asking import Asked, Part, Question, read
from motcua.eforms.choices import EMPTY, Text
from motcua.eforms.compiled import Form
from motcua.eforms.from_catalogue import ACCOUNT, HOLDER, PIECES, split_key
from motcua.kernel.text import fold, nfc

#: Words that fit on two lines of a phone; Vietnamese counts syllables.
LABEL_WORDS: Final = 18
HINT_WORDS: Final = 45
#: Questions that a person can hold in view, and options that can be looked through.
SECTION_QUESTIONS: Final = 12
LIST_OPTIONS: Final = 15
#: A form where nothing is optional looks like one where nobody asked what is needed.
ALL_REQUIRED_FROM: Final = 6


@dataclass(frozen=True, slots=True)
class KnownPaper:
    """A paper that a database replaces. `here`: the law names it for this very procedure, with its article in `basis`."""

    name: str
    database: str
    basis: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the State's databases hold, and which claims signing in gives."""

    papers: tuple[KnownPaper, ...] = ()
    claims: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Advice:
    """`where` is the id of a question (`bang.cot` for a column) or section, empty for the form; `label` how it is called."""

    code: str
    where: str
    label: Text = EMPTY
    params: Mapping[str, Any] = field(default_factory=dict)


def advise(source: Form | Any, known: Known) -> tuple[Advice, ...]:
    """Everything worth a second look, in the order of the form. Takes a form or any JSON of a definition."""
    asked = read(source)
    found: list[Advice] = []
    if asked.title and not asked.title.en:
        found.append(Advice("english_missing", "", asked.title))
    found += _all_required(asked)
    twice, claims = _asked_twice(asked), _claims(asked, known)
    for part in asked.parts:
        found += _section(part)
        for question in part.questions:
            for rule in RULES:
                found += rule(question, question.id)
            found += _database(question, known)
            found += [one for one in (twice.get(id(question)), claims.get(id(question))) if one is not None]
            for column in question.columns:
                where = f"{question.id}.{column.id}"
                for rule in RULES:
                    found += rule(column, where)
    return tuple(found)


def say(advice: Advice, lang: str) -> str:
    """One or two sentences for an author. Plain text: escape it when shown as HTML."""
    params = {
        name: value(lang) if isinstance(value, Text) else value for name, value in advice.params.items()
    }
    return ADVICE[advice.code](lang).format(**params)


@cache
def _words() -> dict[str, Any]:
    path = Path(__file__).parent / "reference" / "plain_words.json"
    words: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return words


# --- one question -----------------------------------------------------------------------------------------------------------

Found = Iterator[Advice]


def _length(q: Question, where: str) -> Found:
    for code, text, limit in (("long_label", q.label, LABEL_WORDS), ("long_hint", q.hint, HINT_WORDS)):
        if q.type == "explanation":
            continue
        words = max(len(text.vi.split()), len(text.en.split()))
        if words > limit:
            yield Advice(code, where, q.label, {"words": words, "limit": limit})


@cache
def _terms() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    """(what to look for, how it is called, plain words). Longer terms first, so that one inside another is not told twice."""
    made = []
    for name, flags, edge in (
        ("abbreviations", 0, r"\w/\-"),
        ("phrases", re.IGNORECASE, r"\w"),
        ("english", re.IGNORECASE, r"\w"),
    ):
        for said, plain in _words()[name]:
            pattern = re.compile(rf"(?<![{edge}]){re.escape(nfc(said))}(?![{edge}])", flags)
            made.append((pattern, said, plain))
    return tuple(sorted(made, key=lambda term: -len(term[1])))


def jargon(text: str) -> Iterator[tuple[str, str]]:
    """(term as written, plain words) for everything in a text that an official may say and others may not know."""
    rest = nfc(text)
    for pattern, _, plain in _terms():
        if found := pattern.search(rest):
            yield found[0], plain
            rest = pattern.sub(" ", rest)


def _plain(q: Question, where: str) -> Found:
    said = dict.fromkeys(
        pair for text in (q.label, q.hint) for words in (text.vi, text.en) for pair in jargon(words)
    )
    for term, plain in said:
        yield Advice("jargon", where, q.label, {"term": term, "plain": plain})
    if _shouted(q.label.vi):
        return
    known = {word for word, _ in _words()["abbreviations"]} | set(_words()["understood"])
    # Numbers of legal acts (`36/2025/QĐ-TTg`) and Roman numerals are no abbreviations of a question.
    for term in dict.fromkeys(re.findall(r"(?<![\w/\-])[A-ZĐƯÔÂĂÊƠ]{2,8}(?![\w/\-])", nfc(q.label.vi))):
        if term not in known and not re.fullmatch(r"[IVXLC]+", term):
            yield Advice("abbreviation", where, q.label, {"term": term})


def _hints(q: Question, where: str) -> Found:
    if q.hint or q.help:
        return
    if q.type == "file":
        yield Advice("paper_hint_missing", where, q.label)
    elif q.type == "text" and (
        shape := q.settings.get("mask") or q.settings.get("example") or q.settings.get("pattern")
    ):
        yield Advice("hint_missing", where, q.label, {"shape": str(shape)})
    elif q.type in ("int", "number") and q.settings.get("unit"):
        yield Advice("hint_missing", where, q.label, {"shape": str(q.settings["unit"])})


def _english(q: Question, where: str) -> Found:
    if q.label and not q.label.en:
        yield Advice("english_missing", where, q.label)
    missing = sum(1 for option in q.options if option and not option.en) if not q.listed else 0
    if missing:
        yield Advice("options_english_missing", where, q.label, {"count": missing})


def _shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    return len(letters) >= 6 and " " in text.strip() and all(sign.isupper() for sign in letters)


def _marks(q: Question, where: str) -> Found:
    for text in (q.label.vi, q.label.en):
        if text.rstrip().endswith((":", "：")):
            yield Advice("colon", where, q.label)
            break
    if _shouted(q.label.vi) or _shouted(q.label.en):
        yield Advice("capitals", where, q.label)


_BOTH = re.compile(r"\b(?:và\s*/\s*hoặc|hoặc\s*/\s*và|and\s*/\s*or)\b", re.IGNORECASE)
_SLASH = re.compile(r"(?<![\w/])[^\W\d_]{2,}/[^\W\d_]{2,}(?![\w/])")


def _two(q: Question, where: str) -> Found:
    if not q.asks:
        return
    label = nfc(q.label.vi)
    found = _BOTH.search(label) or _BOTH.search(q.label.en)
    if found is None and label.count("?") > 1:
        yield Advice("two_questions", where, q.label, {"term": "? … ?"})
        return
    if found is None:
        pairs = set(_words()["pairs"])
        found = next((one for one in _SLASH.finditer(label) if one[0].lower() not in pairs), None)
    if found is not None:
        yield Advice("two_questions", where, q.label, {"term": found[0]})


def _required(q: Question, where: str) -> Found:
    if not q.required:
        return
    if re.search(r"\bnếu có\b", nfc(q.label.vi), re.IGNORECASE) or "if any" in q.label.en.lower():
        yield Advice("if_any_required", where, q.label)
    if q.type == "email":
        yield Advice("email_required", where, q.label)


def _list(q: Question, where: str) -> Found:
    if q.type in ("code", "multi", "linked") and len(q.options) > LIST_OPTIONS:
        yield Advice("long_list", where, q.label, {"count": len(q.options)})


_NOT = re.compile(r"\b(?:không|chưa|chẳng)\b", re.IGNORECASE)
#: "… có … không?" asks; it denies nothing. Nor do these, which are one word.
_ASKING = re.compile(
    r"(?:\b(?:hay|hoặc)\s+)?\b(?:không|chưa)\s*\??\s*$|\bkhông (?:gian|khí|quân)\b", re.IGNORECASE
)


def _negative(q: Question, where: str) -> Found:
    # A declaration says what the law wants declared; a heading asks nothing.
    if not q.asks or q.type in ("declaration", "consent"):
        return
    count = len(_NOT.findall(_ASKING.sub(" ", nfc(q.label.vi))))
    if count > 1:
        yield Advice("double_negative", where, q.label)
    elif count and q.type == "bool":
        yield Advice("negative", where, q.label)


RULES: tuple[Callable[[Question, str], Found], ...] = (
    _length, _plain, _hints, _english, _marks, _two, _required, _list, _negative,
)  # fmt: skip


# --- sections and the whole ---------------------------------------------------------------------------------------------------


def _section(part: Part) -> Found:
    if part.title and not part.title.en:
        yield Advice("english_missing", part.id, part.title)
    titled = Question(part.id, "heading", part.title)
    for rule in (_length, _plain, _marks):
        yield from rule(titled, part.id)
    count = sum(question.asks for question in part.questions)
    if count > SECTION_QUESTIONS:
        yield Advice("long_section", part.id, part.title, {"count": count, "limit": SECTION_QUESTIONS})


def _all_required(asked: Asked) -> Found:
    questions = [q for _, q in asked.questions() if q.asks and not q.officer_only and q.type != "bool"]
    if len(questions) >= ALL_REQUIRED_FROM and all(q.required for q in questions):
        yield Advice("all_required", "", asked.title, {"count": len(questions)})


def _asked_twice(asked: Asked) -> dict[int, Advice]:
    """The second of two questions with the same words, unless both are asked only sometimes: then they may be alternatives."""
    first: dict[str, Question] = {}
    found: dict[int, Advice] = {}
    for _, q in asked.questions():
        key = fold(q.label.vi)
        if not key or not q.asks or q.officer_only:
            continue
        before = first.setdefault(key, q)
        if before is not q and not (before.conditional and q.conditional):
            found[id(q)] = Advice("asked_twice", q.id, q.label, {"other": before.label, "id": before.id})
    return found


# --- what is known already ----------------------------------------------------------------------------------------------------

#: Yes or no, a choice and words for the reader ask for no content of a paper; a citizen ID or tax code is what one is found by.
_TELLS = frozenset({"file", "text", "textarea", "date", "int", "number", "id_paper", "group", "agency",
                    "land_parcel", "photo", "table"})  # fmt: skip


def _database(q: Question, known: Known) -> Found:
    if q.type not in _TELLS or q.prefill or q.copied or q.officer_only:
        return
    said = f" {fold(q.label.vi)} "
    fitting = [paper for paper in known.papers if f" {fold(paper.name)} " in said]
    # "Giấy chứng nhận đăng ký doanh nghiệp" and not the shorter name inside it; what the law says of this procedure first.
    paper = max(fitting, key=lambda one: (one.here, len(one.name)), default=None)
    if paper is not None:
        basis = f"; {paper.basis}" if paper.basis else ""
        params = {"paper": paper.name, "database": paper.database, "basis": basis}
        yield Advice("database" if paper.here else "database_elsewhere", q.id, q.label, params)


@cache
def _claims_by_label() -> dict[str, str]:
    return {fold(label): claim for claim, labels in _words()["claims"] for label in labels}


_BY_TYPE = {"phone_vn": "SoDienThoai", "email": "ThuDienTu"}


def _claims(asked: Asked, known: Known) -> dict[int, Advice]:
    """For each claim that no question carries, the first question that could: it is the one about who files."""
    questions = list(asked.questions())
    carried = {part.partition(".")[0] for _, q in questions for part in q.prefill.split("|") if part}
    holder = next((person for _, q in questions if (person := split_key(q.id)[0])), "")
    found: dict[int, Advice] = {}
    for part, q in questions:
        if not q.asks or q.prefill or q.copied or q.officer_only:
            continue
        for claim in _claim_of(part, q, holder).split("|"):
            if claim and claim in known.claims and claim not in carried:
                carried.add(claim)
                found[id(q)] = Advice("prefill", q.id, q.label, {"claim": claim})
                break
    return found


def _claim_of(part: Part, q: Question, holder: str) -> str:
    """The claim that would answer a question, by the keys of the catalogue's forms or by its words; empty for others' data."""
    person, piece = split_key(q.id)
    if person:
        return PIECES[piece][1] if person == holder else ""
    if q.id in ACCOUNT or q.id in HOLDER:
        return {**ACCOUNT, **HOLDER}[q.id]
    others, _ = split_key(f"{part.id}_ho_ten")
    filers = {fold(name) for name in _words()["filers"]}
    if others and others != holder and fold(others.replace("_", " ")) not in filers:
        return ""
    name, _, whose = fold(q.label.vi).partition(" cua ")
    if whose and whose not in filers:
        return ""
    return _claims_by_label().get(name) or _BY_TYPE.get(q.type, "")


__all__ = ["ADVICE", "Advice", "Known", "KnownPaper", "advise", "say"]
