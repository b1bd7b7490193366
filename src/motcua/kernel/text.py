"""Vietnamese text: folding for search, ordering, cleaning, and numbers in words. Pure, standard library only.

Stored text is always NFC (TCVN 6909:2001 is precomposed Unicode). PostgreSQL collations are not used: the embedded
server has no ICU, and `C` puts Ánh and Đặng after Z. Instead a key made here is stored in a `COLLATE "C"` column.
"""

import datetime as dt
import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
# Ð (Icelandic eth) and the Croatian đ look the same on screen; people paste all of them.
_D = str.maketrans({"đ": "d", "ð": "d", "ɖ": "d"})


def nfc(text: str) -> str:
    """The stored form of a string."""
    return unicodedata.normalize("NFC", text)


def clean(text: str, *, multiline: bool = False) -> str:
    """Text a person typed, made safe to store: NFC, no control or invisible characters, single spaces, trimmed.

    Zero-width and bidirectional controls (category Cf) are dropped as well: they hide in pasted text, make two equal
    names differ, and can turn the reading order of a line. `multiline` keeps line breaks.
    """
    lines = nfc(text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = []
    for line in lines:
        visible = "".join(
            " " if c == "\t" else c
            for c in line
            if c == "\t" or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
        )
        kept.append(_SPACES.sub(" ", visible).strip())
    return ("\n".join(kept) if multiline else " ".join(line for line in kept if line)).strip()


def unaccent(text: str) -> str:
    """Lower case without diacritics; đ becomes d. Punctuation stays."""
    lowered = unicodedata.normalize("NFC", text).lower().translate(_D)
    return "".join(c for c in unicodedata.normalize("NFD", lowered) if unicodedata.category(c) != "Mn")


def fold(text: str) -> str:
    """The form everything is searched in: lower case, no diacritics, words separated by one space.

    >>> fold("  Đăng ký KHAI-SINH (trẻ em) ")
    'dang ky khai sinh tre em'
    """
    return _NOT_WORD.sub(" ", unaccent(text)).strip()


def slug(text: str) -> str:
    """`Hộ tịch` → `ho-tich`; at most 80 characters, never cut inside a word unless the word itself is longer."""
    words = fold(text).split()
    out = ""
    for word in words:
        longer = f"{out}-{word}" if out else word
        if len(longer) > 80:
            break
        out = longer
    return out or "-".join(words)[:80]


# --- tone placement -------------------------------------------------------------------------------------------------

_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_TONES = _GRAVE + _HOOK + _TILDE + _ACUTE + _DOT
# "hoà", "loè", "thuý" at the end of a syllable; "quý" is not one (u belongs to the consonant there).
_NEW_STYLE = re.compile(rf"(?<![qQ])([oO])([aAeE])([{_TONES}])(?!\w)|(?<![qQ])([uU])([yY])([{_TONES}])(?!\w)")


def old_style_tones(text: str) -> str:
    """`hoà` and `hòa` are both correct spellings; give both the second form so that they compare equal."""
    decomposed = unicodedata.normalize("NFD", text)

    def move(match: re.Match[str]) -> str:
        first, second, tone = (g for g in match.groups() if g is not None)
        return first + tone + second

    return unicodedata.normalize("NFC", _NEW_STYLE.sub(move, decomposed))


# --- ordering -------------------------------------------------------------------------------------------------------

_ORDER = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
# One printable ASCII character per letter, all above the level separator (a space).
_WEIGHT = {c: chr(0x21 + i) for i, c in enumerate(_ORDER)}
_TONE_WEIGHT = {_GRAVE: "1", _HOOK: "2", _TILDE: "3", _ACUTE: "4", _DOT: "5"}
_LETTER_MARKS = {"\u0306", "\u0302", "\u031b"}  # breve, circumflex, horn make another letter in Vietnamese


def sort_key(text: str) -> str:
    """A key whose byte order is the Vietnamese dictionary order: a < ă < â, d < đ; then tone (ngang, huyền, hỏi, ngã,
    sắc, nặng), then lower before upper case. Equal to ICU's `vi` order for names. Store it with `COLLATE "C"`.
    """
    primary: list[str] = []
    tones: list[str] = []
    cases: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        lowered = char.lower()
        decomposed = unicodedata.normalize("NFD", lowered)
        base = decomposed[:1] + "".join(c for c in decomposed[1:] if c in _LETTER_MARKS)
        letter = unicodedata.normalize("NFC", base)
        if letter not in _WEIGHT:
            letter = decomposed[:1]
        primary.append(_WEIGHT.get(letter, "~" + letter))
        tones.append(next((_TONE_WEIGHT[c] for c in decomposed[1:] if c in _TONE_WEIGHT), "0"))
        cases.append("0" if char == lowered else "1")
    return " ".join(("".join(primary), "".join(tones).rstrip("0"), "".join(cases).rstrip("0")))


def person_sort_key(name: str) -> str:
    """Vietnamese lists order people by given name (the last word), then family name, then middle names."""
    words = clean(name).split(" ")
    given, family, middle = words[-1], words[0] if len(words) > 1 else "", " ".join(words[1:-1])
    return "\x1f".join(sort_key(part) for part in (given, family, middle))


# --- numbers and dates in words ---------------------------------------------------------------------------------------

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_SCALES = ("", "nghìn", "triệu")


def _group(number: int, *, full: bool) -> list[str]:
    """Words of 0..999; `full` says hundreds even when zero (2005 is hai nghìn *không trăm* linh năm)."""
    hundreds, rest = divmod(number, 100)
    tens, units = divmod(rest, 10)
    out: list[str] = []
    if hundreds or full:
        out += [_DIGITS[hundreds], "trăm"]
    if tens == 0:
        if units and out:
            out.append("linh")
    elif tens == 1:
        out.append("mười")
    else:
        out += [_DIGITS[tens], "mươi"]
    if units:
        if units == 1 and tens > 1:
            out.append("mốt")
        elif units == 4 and tens > 1:
            out.append("tư")
        elif units == 5 and tens > 0:
            out.append("lăm")
        else:
            out.append(_DIGITS[units])
    return out


def _below_billion(number: int, *, full: bool) -> list[str]:
    out: list[str] = []
    for power in (2, 1, 0):
        group = number // 1000**power % 1000
        if group == 0:
            continue
        out += _group(group, full=full or bool(out))
        if _SCALES[power]:
            out.append(_SCALES[power])
    return out


def words(number: int) -> str:
    """A whole number in Vietnamese words, as written on a receipt or a certificate.

    >>> words(2005), words(1_021_000)
    ('hai nghìn không trăm linh năm', 'một triệu không trăm hai mươi mốt nghìn')
    """
    if number < 0:
        return "âm " + words(-number)
    if number == 0:
        return _DIGITS[0]
    billions, rest = divmod(number, 1_000_000_000)
    out: list[str] = []
    if billions:
        out += [*words(billions).split(" "), "tỷ"]
    if rest:
        out += _below_billion(rest, full=bool(billions))
    return " ".join(out)


def date_words(day: dt.date) -> str:
    """`2024-04-05` → `ngày năm tháng tư năm hai nghìn không trăm hai mươi tư` (birth certificates ask for it)."""
    month = "tư" if day.month == 4 else words(day.month)
    return f"ngày {words(day.day)} tháng {month} năm {words(day.year)}"
