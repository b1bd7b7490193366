"""Search over the catalogue, in memory. Pure: built from entries, asked with a string.

A few thousand procedures fit in every process, so a keystroke costs no query (docs/decisions/0006-search.md has the
measurements). How a query is read:

1. Fold it (no diacritics, no case), put the words of the law beside everyday ones (`synonyms.toml`): each reading of
   the query is searched, the best one counts.
2. Each word finds words of the catalogue: the same, one that begins with it, one that sounds alike ("sing" → "sinh",
   "ki" → "ky": the letters Vietnamese ears and thumbs confuse), or one a slip of the finger away.
3. A procedure scores by how rare the words found in it are, how many of the words asked it has, whether they stand
   together as asked, and how little else its name holds. Then: typed marks that match ("ma" is not "mã"), procedures
   with a full description, and popular ones win ties.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import pairwise

from motcua.kernel.text import fold, nfc, old_style_tones

_EXACT, _PREFIX_LAST, _PREFIX, _SOUND, _SLIP = 1.0, 0.92, 0.6, 0.75, 0.55
_SHORT_NAME, _SYNONYM, _NAME, _SECTOR = 1.0, 1.0, 0.85, 0.35
MAX_QUERY = 200
MAX_WORDS = 24


@dataclass(frozen=True, slots=True)
class Entry:
    """What is searched of one procedure, as written (not folded)."""

    code: str
    name: str
    short_name: str
    sector: str
    synonyms: tuple[str, ...] = ()
    name_en: str = ""
    detailed: bool = False
    popularity: int = 0


@dataclass(frozen=True, slots=True)
class Dictionary:
    """Everyday words → words of the law, and words that hardly tell procedures apart; all folded."""

    meanings: Mapping[str, tuple[str, ...]]
    noise: frozenset[str]


@lru_cache(maxsize=1)
def bundled_dictionary() -> Dictionary:
    raw = tomllib.loads((resources.files("motcua.catalogue") / "data" / "synonyms.toml").read_text("utf-8"))
    meanings: dict[str, tuple[str, ...]] = {}
    for word, readings in raw["words"].items():
        folded = fold(word)
        meanings[folded] = (*meanings.get(folded, ()), *(fold(r) for r in readings))
    return Dictionary(meanings, frozenset(fold(w) for w in raw["noise"]["words"]))


_SOUNDS = (
    (re.compile(r"^(?:ngh|ng)"), "ng"),
    (re.compile(r"^gh"), "g"),
    (re.compile(r"^(?:ch|tr)"), "c"),
    (re.compile(r"^[kq]"), "c"),
    (re.compile(r"^(?:gi|r|d|v)(?=\w)"), "d"),
    (re.compile(r"^[sx]"), "s"),
    (re.compile(r"^[ln](?=[aeiouy])"), "l"),
    (re.compile(r"y"), "i"),
    (re.compile(r"(?<=[aeiou])(?:ng|nh|n)$"), "n"),
    (re.compile(r"(?<=[aeiou])(?:c|ch|t)$"), "t"),
)


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """A key equal for syllables that are often taken for each other: s/x, ch/tr, d/gi/r, l/n, i/y, final n/ng/nh."""
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


def _one_slip(a: str, b: str) -> bool:
    """Whether one letter more, less, other, or two swapped, makes `a` into `b`."""
    if abs(len(a) - len(b)) > 1 or a == b:
        return a == b
    start = 0
    while start < min(len(a), len(b)) and a[start] == b[start]:
        start += 1
    end = 0
    while end < min(len(a), len(b)) - start and a[-1 - end] == b[-1 - end]:
        end += 1
    left_a, left_b = a[start : len(a) - end], b[start : len(b) - end]
    return (len(left_a) <= 1 and len(left_b) <= 1) or (len(left_a) == 2 and left_a == left_b[::-1])


@dataclass(slots=True)
class _Document:
    entry: Entry
    phrases: tuple[str, ...]  # folded, padded with spaces: short name, synonyms, name
    accented: str
    weight: float  # sum of the rarity of the words of its short name
    prior: float


class Index:
    """The search index of one state of the catalogue."""

    def __init__(self, entries: Iterable[Entry], dictionary: Dictionary | None = None) -> None:
        self._dictionary = dictionary or bundled_dictionary()
        longest = max((len(k.split()) for k in self._dictionary.meanings), default=0)
        self._longest_meaning = longest
        ordered = sorted(entries, key=lambda e: (not e.detailed, -e.popularity, e.code))
        postings: dict[str, dict[int, float]] = defaultdict(dict)
        for number, entry in enumerate(ordered):
            fields = (
                (_SECTOR, entry.sector),
                (_NAME, entry.name),
                (_NAME, entry.name_en),
                *((_SYNONYM, s) for s in entry.synonyms),
                (_SHORT_NAME, entry.short_name),
            )
            for weight, text in fields:
                for word in fold(text).split():
                    if postings[word].get(number, 0.0) < weight:
                        postings[word][number] = weight
        self._postings = dict(postings)
        total = len(ordered) + 1
        self._rarity = {w: math.log(1 + total / (1 + len(p))) for w, p in self._postings.items()}
        self._unknown = math.log(total + 1)  # a word found nowhere counts like the rarest
        self._words = sorted(self._postings)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        self._by_initial: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            self._by_sound[sound(word)].append(word)
            self._by_initial[word[0]].append(word)
        self._documents = [self._document(entry) for entry in ordered]
        self._by_code = {entry.code: number for number, entry in enumerate(ordered)}
        self.order = [entry.code for entry in ordered]

    def _document(self, entry: Entry) -> _Document:
        phrases = tuple(f" {fold(text)} " for text in (entry.short_name, *entry.synonyms, entry.name))
        accented = " ".join((entry.short_name, *entry.synonyms, entry.name))
        weight = sum(self._rarity[w] for w in set(phrases[0].split()))
        prior = (0.06 if entry.detailed else 0.0) + 0.22 * min(entry.popularity, 100) / 100
        return _Document(entry, phrases, f" {old_style_tones(nfc(accented)).lower()} ", weight, prior)

    def search(
        self, query: str, limit: int = 20, allowed: frozenset[str] | None = None
    ) -> list[tuple[str, float]]:
        """Codes with scores, best first. An empty query gives everything in its usual order."""
        query = nfc(query)[:MAX_QUERY].strip()
        folded = fold(query)
        if not folded:
            codes = self.order if allowed is None else [c for c in self.order if c in allowed]
            return [(code, 0.0) for code in codes[:limit]]
        best: dict[int, float] = {}
        for code in self._codes(query):
            best[self._by_code[code]] = 100.0
        for reading, factor in self._readings(folded):
            for number, score in self._score(reading, query if factor == 1.0 else "").items():
                if score * factor > best.get(number, 0.0):
                    best[number] = score * factor
        hits = [
            (number, score)
            for number, score in best.items()
            if allowed is None or self._documents[number].entry.code in allowed
        ]
        hits.sort(key=lambda hit: (-hit[1], hit[0]))
        return [(self._documents[number].entry.code, score) for number, score in hits[:limit]]

    def _codes(self, query: str) -> Sequence[str]:
        """Procedures whose code begins with what was typed: `1.0011`, or `1001193` without the dot."""
        match = re.fullmatch(r"([1-6])\.?(\d{1,6})(?:\.[0-9A-Za-z.]*)?", query)
        if match is None:
            return ()
        start = f"{match[1]}.{match[2]}"
        return [code for code in sorted(self._by_code) if code.startswith(start)][:50]

    def _readings(self, folded: str) -> list[tuple[str, float]]:
        """The query as typed, and with each everyday expression put in the words of the law."""
        words = folded.split()[:MAX_WORDS]
        readings = [(" ".join(words), 1.0)]
        replaced: list[str] = []
        position = 0
        while position < len(words):
            for length in range(min(self._longest_meaning, len(words) - position), 0, -1):
                meaning = self._dictionary.meanings.get(" ".join(words[position : position + length]))
                if meaning:
                    before, after = words[:position], words[position + length :]
                    readings += [(" ".join([*before, m, *after]), 0.97) for m in meaning]
                    replaced.append(meaning[0])
                    position += length
                    break
            else:
                replaced.append(words[position])
                position += 1
        if len(readings) > 2:
            readings.append((" ".join(replaced), 0.97))
        return readings

    def _matches(self, word: str, last: bool) -> dict[str, float]:
        """Words of the catalogue that may be meant by a typed word, with how sure that is."""
        found: dict[str, float] = {}
        if word in self._postings:
            found[word] = _EXACT
        if (last or len(word) >= 3) and not (found and len(word) <= 1):
            weight = _PREFIX_LAST if last and not found else _PREFIX
            for other in self._by_initial.get(word[0], ()):
                if other.startswith(word) and other != word:
                    found.setdefault(other, weight)
        if word.isalpha():
            for other in self._by_sound.get(sound(word), ()):
                if found.get(other, 0.0) < _SOUND and other != word:
                    found[other] = _SOUND if len(word) > 1 else 0.3
            if word not in self._postings and len(word) >= 3:
                for other in self._words:
                    if other not in found and abs(len(other) - len(word)) <= 1 and _one_slip(word, other):
                        found[other] = _SLIP
        return found

    def _score(self, reading: str, typed: str) -> dict[int, float]:
        words = reading.split()
        telling = [w for w in words if w not in self._dictionary.noise] or words
        got: dict[int, float] = defaultdict(float)
        having: dict[int, float] = defaultdict(float)
        asked = 0.0
        unique = list(dict.fromkeys(telling))
        for word in unique:
            matches = self._matches(word, last=word == words[-1])
            importance = max((self._rarity[m] * sure for m, sure in matches.items()), default=self._unknown)
            if word == words[-1] and word not in self._postings:
                # Still being typed: worth what all its possible ends are worth together, not the rarest of them.
                reached = len(set().union(*(self._postings[m] for m in matches))) if matches else 0
                importance = min(importance, math.log(1 + len(self.order) / (1 + reached)))
            asked += importance
            best: dict[int, float] = {}
            for match, sure in matches.items():
                worth = min(self._rarity[match], importance) * sure
                for number, weight in self._postings[match].items():
                    if worth * weight > best.get(number, 0.0):
                        best[number] = worth * weight
            for number, worth in best.items():
                got[number] += worth
                having[number] += 1
        scores: dict[int, float] = {}
        phrase = f" {' '.join(telling)} "
        pairs = [f" {a} {b} " for a, b in pairwise(telling)]
        accented = old_style_tones(typed).lower() if typed and not typed.isascii() else ""
        floor = 0.34 * asked
        for number, worth in got.items():
            if worth < floor:
                continue
            document = self._documents[number]
            share = worth / asked
            covered = having[number] / len(unique)
            score = share * (0.4 + 0.6 * covered * covered)
            together = max(self._together(p, phrase, pairs) for p in document.phrases)
            brevity = min(1.0, worth / document.weight) if document.weight else 0.0
            score += 0.25 * together * share + 0.15 * brevity + document.prior * share
            if accented and f" {accented} " in document.accented:
                score += 0.1
            scores[number] = score
        return scores

    @staticmethod
    def _together(text: str, phrase: str, pairs: Sequence[str]) -> float:
        if phrase in text:
            return 1.2 if text == phrase else 1.0
        if text in phrase and len(text) > 8:
            return 0.9
        if not pairs:
            return 0.0
        return 0.8 * sum(1 for pair in pairs if pair in text) / len(pairs)
