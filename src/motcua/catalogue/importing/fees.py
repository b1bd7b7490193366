"""Reading fees. Pure.

Order of decision: the fee sentence checked against the law comes first; portal lines are used only where it is
missing, and only when they are a plain amount. "Miễn phí" with a note that the province decides is not free: it is
unknown. An amount under 1,000 đồng is in thousands when its own note says so. Nothing is ever estimated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from motcua.catalogue.importing.names import HEDGE, public_text
from motcua.catalogue.records import FeeLine, Handling, OddRow
from motcua.kernel.text import clean

CHANNELS = {"online": "online", "bcci": "post", "in_person": "counter"}
_AMOUNT = re.compile(
    r"(\d{1,3}(?:\.\d{3})+|\d{4,})\s*(?:đồng|đ)(?:\s*/\s*(trường hợp|cơ sở|bản sao|[^\W\d]\w*))?",
    re.IGNORECASE,
)
_FREE = re.compile(r"^(?:[^:]*:\s*)?(miễn(?! lệ phí,)|không thu)", re.IGNORECASE)
_LOCAL = re.compile(
    r"HĐND|hội đồng nhân dân|theo quy định|không quy định|thông tư số|mức lệ phí", re.IGNORECASE
)
_UNTIL = re.compile(r"đến\s+(?:hết\s+)?(\d{2})/(\d{2})/(\d{4})")
_PORTAL = re.compile(
    r"^(?P<number>[\d,.]+)?\s*(?P<unit>VNĐ|Việt Nam Đồng|USD|Miễn phí|Không có thông tin)", re.IGNORECASE
)
# The compiler explains a portal typing error; the stated amount itself is not in doubt.
_TYPING_ERROR = re.compile(r"\s*\(bản chụp ghi [^()]*nghìn đồng\)")
_NOT_A_FIXED_AMOUNT = re.compile(r"\bkhung\b|\bthường\b|\bđến \d", re.IGNORECASE)


def read_fees(
    row: str, stated: str | Mapping[str, Any] | None, channels: Sequence[Mapping[str, Any]]
) -> tuple[tuple[FeeLine, ...], list[OddRow]]:
    """The fee lines of a procedure and what was odd about them."""
    portal, odd = _portal_lines(row, channels)
    if stated is None:
        if not portal:
            odd.append(_odd(row, "fee_missing", Handling.UNCERTAIN))
        return tuple(portal), odd
    if isinstance(stated, str):
        lines, more = _sentence(row, stated)
    else:
        lines, more = _table(row, stated)
    odd += more
    amounts = {line.amount for line in portal if line.amount is not None}
    known = {line.amount for line in lines if line.amount is not None}
    if amounts and known and not amounts & known:
        detail = f"{sorted(known)} against the portal's {sorted(amounts)}"
        odd.append(_odd(row, "fee_disagrees_with_portal", Handling.NOTED, detail))
    return tuple(lines), odd


def _sentence(row: str, text: str) -> tuple[list[FeeLine], list[OddRow]]:
    """`Trực tuyến 10.000đ; trực tiếp 20.000đ/lần` → one line per part."""
    odd: list[OddRow] = []
    lines: list[FeeLine] = []
    text = _TYPING_ERROR.sub("", clean(text))
    for part in re.split(r";\s*(?![^(]*\))", text):
        rule = public_text(part)
        hedged = bool(HEDGE.search(part)) or bool(
            HEDGE.search(text) and text.endswith("bản chụp không ghi số")
        )
        bare = re.sub(r"\([^()]*\)", "", part)
        channel = (
            "online"
            if re.search("trực tuyến", bare, re.I)
            else "counter"
            if re.search("trực tiếp", bare, re.I)
            else ""
        )
        until = _UNTIL.search(part)
        valid_to = None
        if until:
            discount_only = re.search(r"\([^()]*giảm[^()]*\)", part)
            if not discount_only:
                valid_to = f"{until[3]}-{until[2]}-{until[1]}"
            odd.append(_odd(row, "fee_discount_dated", Handling.REPAIRED, part))
            rule = re.sub(r"\s*\([^()]*(?:giảm|đến (?:hết )?\d)[^()]*\)", "", rule)
        found = _AMOUNT.findall(bare)
        amounts = [int(number.replace(".", "")) for number, _ in found]
        amount: int | None = None
        per = ""
        if _LOCAL.search(bare) or _NOT_A_FIXED_AMOUNT.search(bare):
            odd.append(_odd(row, "fee_set_locally", Handling.UNCERTAIN, part))
        elif len(amounts) == 1 or (amounts and "+" in bare):
            amount, per = sum(amounts), found[0][1]
        elif not amounts and _FREE.search(bare):
            amount = 0
        else:
            odd.append(_odd(row, "fee_without_amount", Handling.UNCERTAIN, part))
        if hedged:
            odd.append(_odd(row, "fee_unverified", Handling.UNCERTAIN, part))
        lines.append(
            FeeLine(amount, amount is not None and not hedged, channel, per, rule, valid_to=valid_to)
        )
    return [line for line in lines if line.rule or line.amount is not None], odd


def _table(row: str, stated: Mapping[str, Any]) -> tuple[list[FeeLine], list[OddRow]]:
    """The two structured shapes of the source: per page, and per channel."""
    note = str(stated.get("note") or "")
    if "per_page_first2" in stated:
        formula = {
            "first_pages": 2,
            "first": int(stated["per_page_first2"]),
            "then": int(stated["per_page_from3"]),
            "cap": int(stated["cap_per_copy"]),
        }
        return [
            FeeLine(formula["first"], certain=True, per="trang", rule=public_text(note), formula=formula)
        ], []
    odd: list[OddRow] = []
    lines: list[FeeLine] = []
    ends = [f"{y}-{m}-{d}" for d, m, y in re.findall(r"đến (?:hết )?(\d{2})/(\d{2})/(\d{4})", note)]
    for key, value in stated.items():
        if key == "note":
            continue
        dated = key == "online" and bool(ends)
        if dated:
            odd.append(_odd(row, "fee_discount_dated", Handling.REPAIRED, note))
        lines.append(
            FeeLine(
                int(value),
                certain=True,
                channel=CHANNELS.get(key, ""),
                rule="Cấp lại do bị hư hỏng hoặc bị mất" if key == "reissue_lost" else "",
                valid_to=max(ends) if dated else None,
            )
        )
    return lines, odd


def _portal_lines(row: str, channels: Sequence[Mapping[str, Any]]) -> tuple[list[FeeLine], list[OddRow]]:
    odd: list[OddRow] = []
    lines: list[FeeLine] = []
    for line in channels:
        raw = clean((line.get("fee") or {}).get("raw") or "")
        if not raw:
            continue
        channel = CHANNELS.get(line["channel"], "")
        amount, reason = _portal_amount(raw)
        if len(raw) >= 399:
            odd.append(_odd(row, "fee_text_cut", Handling.NOTED, f"{channel}: …{raw[-40:]}"))
        if reason:
            handling = Handling.REPAIRED if reason == "fee_in_thousands" else Handling.UNCERTAIN
            odd.append(_odd(row, reason, handling, f"{channel}: {raw[:120]}"))
        lines.append(FeeLine(amount, amount is not None and not reason, channel, rule=""))
    if len({fee.amount for fee in lines}) > 1:
        detail = ", ".join(f"{fee.channel}: {fee.amount}" for fee in lines)
        odd.append(_odd(row, "fee_differs_by_channel", Handling.NOTED, detail))
    return lines, odd


def _portal_amount(raw: str) -> tuple[int | None, str]:
    """The amount a portal line really states, and why it is odd (empty: it is not)."""
    match = _PORTAL.match(raw)
    if match is None:
        return None, "fee_unreadable"
    unit, note = match["unit"].lower(), raw[match.end() :]
    if unit == "usd":
        return None, "fee_foreign_currency"
    if unit == "không có thông tin":
        return None, "fee_unknown"
    if unit == "miễn phí":
        if re.search(r"[1-9][\d.]*\.000\s*(?:đồng|đ)", note):
            return None, "fee_free_with_amount"
        if _LOCAL.search(note) and not re.search(r"^\W*miễn lệ phí\W", note, re.IGNORECASE):
            return None, "fee_free_but_local"
        return 0, ""
    if not match["number"]:
        return None, "fee_without_amount"
    amount = int(re.sub(r"\D", "", match["number"]))
    if 0 < amount < 1000:
        if re.search(rf"\b{amount}\.000\b", note):
            return amount * 1000, "fee_in_thousands"
        return None, "fee_below_a_thousand"
    return amount, ""


def _odd(row: str, reason: str, handling: Handling, detail: str = "") -> OddRow:
    return OddRow("details", row, reason, handling, detail)
