"""The two type families of our documents, and what they can print. No font file lies in the repository.

NĐ 30/2020/NĐ-CP appendix I asks for Times New Roman, 13–14 pt, in Unicode (TCVN 6909:2001). Times is not free to ship.
Libertinus Serif (OFL) has its proportions and every Vietnamese letter, and comes inside the typst wheel; Be Vietnam Pro
(OFL) comes from its fontpkg wheel and sets the codes and small print. Neither needs a font installed on the machine,
so a receipt printed anywhere is the same to the byte. Why these: docs/decisions/0004-pdf-and-signatures.md.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import fontpkg_be_vietnam_pro

DIRECTORY = Path(fontpkg_be_vietnam_pro.ROOT) / "files"

MISSING = "□"  # what stands for a character that no family here can draw

# Code points both families together can draw, asked from typst itself (tests/kernel/test_pdf.py asks again). PDF/A
# forbids .notdef, so one emoji in a name would otherwise stop the whole document.
_DRAWABLE = (
    (0x20, 0x7E),
    (0xA0, 0xAC),
    (0xAE, 0x2BF),
    (0x300, 0x36F),
    (0x391, 0x3A1),
    (0x3A3, 0x4FF),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x2040),
    (0x2070, 0x2071),
    (0x2074, 0x208E),
    (0x20A0, 0x20C0),
    (0x2122, 0x2122),
    (0x2153, 0x215E),
    (0x2190, 0x21FF),
    (0x2200, 0x22FF),
    (0x25A0, 0x25FF),
)


#: What can be drawn, and line breaks: nearly every text is of nothing else, and is asked about once, not by letter.
_PLAIN = re.compile("[\n" + "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in _DRAWABLE) + "]*")


def printable(text: str) -> str:
    """`text` as a document can print it: NFC, no control or invisible characters, `□` for what has no glyph.

    Line breaks stay; tabs and exotic spaces become a space.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    if _PLAIN.fullmatch(text):
        return text
    out = []
    for c in text:
        if _PLAIN.fullmatch(c):
            out.append(c)
        elif c == "\t" or unicodedata.category(c) in {"Zs", "Zl", "Zp"}:
            out.append(" ")
        elif unicodedata.category(c) not in {"Cc", "Cf"}:
            out.append(MISSING)
    return "".join(out)
