"""Cleaning of published text: remarks of whoever compiled the data, split lists, several spellings of one name. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from motcua.kernel.text import clean, fold

# Words by which the compiler of the data said "I am not sure"; a page must not show them, nor state what they qualify.
HEDGE = re.compile(
    r"(?:^|[(;—])\s*kiểm tra|from memory|tra lại|khoảng|làm việc trước đây|theo bản chụp|\(bản chụp|^bản chụp|không nhất quán|đã rút ngắn",
    re.IGNORECASE,
)
_REMARK = re.compile(r"^\s*kiểm tra|from memory|tra lại|bản chụp|đề xuất giảm|mã from", re.IGNORECASE)
_PARENTHESES = re.compile(r"\s*\(([^()]*)\)")
_DATABASE_WORDS = (
    ("CSDLQG", "Cơ sở dữ liệu quốc gia"),
    ("CSDL", "Cơ sở dữ liệu"),
    ("GPLX", "giấy phép lái xe"),
    ("LLTP", "lý lịch tư pháp"),
    ("ĐKDN", "đăng ký doanh nghiệp"),
    ("KCB", "khám chữa bệnh"),
)


def public_text(text: str) -> str:
    """The text without the compiler's remarks: only what a citizen should read.

    >>> public_text('03 ngày làm việc (NĐ 168/2025) — bản chụp ghi "1" không đơn vị')
    '03 ngày làm việc (NĐ 168/2025)'
    """

    def trim_parentheses(match: re.Match[str]) -> str:
        kept = [part for part in re.split(r"\s*(?:—|;)\s*", match[1]) if not _REMARK.search(part)]
        return f" ({'; '.join(kept)})" if kept else ""

    text = _PARENTHESES.sub(trim_parentheses, clean(text))
    for separator in (" — ", "; "):
        parts = re.split(rf"{separator}(?![^(]*\))", text)  # not inside brackets
        text = separator.join(part for part in parts if not _REMARK.search(part))
    return clean(text).rstrip(" ,;—")


def rejoin(parts: Sequence[str]) -> tuple[list[str], bool]:
    """Undo a split at commas: an open bracket continues, and so does a part that starts with a small letter.

    >>> rejoin(["Tổ chức (không bao gồm doanh nghiệp", "HTX)", "Cán bộ", "công chức"])
    (['Tổ chức (không bao gồm doanh nghiệp, HTX)', 'Cán bộ, công chức'], True)
    """
    out: list[str] = []
    for part in (clean(p) for p in parts):
        if not part:
            continue
        if out and (out[-1].count("(") > out[-1].count(")") or part[:1].islower()):
            out[-1] += ", " + part
        else:
            out.append(part)
    unique = list(dict.fromkeys(out))
    return unique, len(out) != len([p for p in parts if p.strip()])


def unique_names(names: Iterable[str]) -> list[str]:
    """Cleaned, without blanks and repeats."""
    return list(dict.fromkeys(n for n in map(clean, names) if n))


def canonical_spellings(names: Iterable[str]) -> dict[str, str]:
    """Map every raw spelling to the one to keep: the most frequent of those that fold to the same words."""
    counts = Counter(names)
    best: dict[str, str] = {}
    for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        best.setdefault(fold(name), clean(name))
    return {name: best[fold(name)] for name in counts}


def short_name(name: str, longest: int = 160) -> str:
    """What a list shows when the source has no short name: without "Thủ tục", cut between words."""
    short = re.sub(r"^thủ tục\s+(?=\w)", "", name, flags=re.IGNORECASE)
    short = short[:1].upper() + short[1:]
    return short if len(short) <= longest else short[:longest].rsplit(" ", 1)[0].rstrip(" ,;(") + "…"


def database_name(text: str) -> str:
    """`CSDLQG về dân cư` → `Cơ sở dữ liệu quốc gia về dân cư`."""
    name = clean(text)
    for short, long in _DATABASE_WORDS:
        name = re.sub(rf"\b{short}\b", long, name)
    name = re.sub(r"Cơ sở dữ liệu Quốc gia", "Cơ sở dữ liệu quốc gia", name)
    name = re.sub(r"quốc gia (?=dân cư|đất đai|bảo hiểm)", "quốc gia về ", name)
    return re.sub(r"về Đất đai", "về đất đai", name).rstrip(".")


def ministry_name(text: str | None) -> str:
    """One spelling per ministry; merged ministries under their present name."""
    name = re.sub(r"\s*\(.*?cũ\)", "", clean(text or "")).replace("&", "và")
    known = {
        fold(n): n
        for n in (
            "Bộ Xây dựng",
            "Bộ Tài chính",
            "Bộ Công an",
            "Bộ Tư pháp",
            "Bộ Nông nghiệp và Môi trường",
            "Bộ Y tế",
        )
    }
    return known.get(fold(name), name)
