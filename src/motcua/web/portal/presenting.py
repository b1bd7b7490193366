"""The catalogue as the public templates want it: words for terms, fees, channels. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from motcua.catalogue.pages import CaseView, FeeView, ProcedurePage, TermView
from motcua.catalogue.queries import Hit, LifeEventView, SectorView
from motcua.kernel.text import fold
from motcua.measurement.models import UsualTime
from motcua.web.portal.queries import Office
from motcua.web.shared.formats import money

CHANNELS = ("online", "counter", "post")
#: Icons of `components/icons.html` by life event; another event gets the door.
ICONS = {
    "having-a-baby": "birth", "getting-married": "marriage", "losing-someone": "death", "papers-and-identity": "identity",
    "moving-home": "residence", "land-and-housing": "land", "vehicles-and-driving": "vehicle", "learning": "study",
    "work-and-social-insurance": "work", "care-and-support": "support", "starting-a-business": "business",
    "running-a-business": "papers", "licences-to-operate": "identity", "building": "house", "employing-people": "work",
}  # fmt: skip


def channel_words(channel: str) -> str:
    return {
        "online": _("Trực tuyến"),
        "counter": _("Trực tiếp tại bộ phận một cửa"),
        "post": _("Qua bưu chính công ích"),
    }[channel]


def term_words(term: TermView) -> str:
    """The legal term; nothing is promised where the source gives no certain number."""
    if term.value is None:
        return _("Theo quy định của pháp luật")
    count = {"num": term.value}
    if term.unit == "same_day":
        words = _("Trong ngày làm việc")
    elif term.unit == "working_hour":
        words = ngettext("%(num)s giờ làm việc", "%(num)s giờ làm việc", term.value) % count
    elif term.unit == "calendar_day":
        words = ngettext("%(num)s ngày", "%(num)s ngày", term.value) % count
    else:
        words = ngettext("%(num)s ngày làm việc", "%(num)s ngày làm việc", term.value) % count
    if term.cutoff:
        words += " " + _("(nhận sau %(hour)s thì tính từ ngày làm việc tiếp theo)") % {"hour": term.cutoff}
    return words


def _amount(fee: FeeView) -> str:
    if fee.amount is None:
        return fee.rule or _("Theo quy định")
    return f"{money(fee.amount)}/{fee.per}" if fee.per and fee.amount else money(fee.amount)


def fee_words(fees: Sequence[FeeView], channel: str = "online") -> str:
    """What filing costs, in one line."""
    if not fees:
        return _("Không có trong dữ liệu công bố; hỏi bộ phận một cửa")
    fitting = [fee for fee in fees if fee.channel in {channel, ""}] or list(fees)
    return "; ".join(dict.fromkeys(_amount(fee) for fee in fitting[:3]))


def services(hits: Iterable[Hit], language: str) -> list[dict[str, Any]]:
    """Service cards."""
    return [
        {
            "name": hit.name_en if language == "en" and hit.name_en else hit.short_name,
            "url": f"/procedures/{hit.national_code}/",
            "level": hit.level,
            "time": "",
            "fee": "",
            "audience": "",
        }
        for hit in hits
    ]


def life_events(events: Iterable[LifeEventView], language: str) -> list[dict[str, Any]]:
    return [
        {
            "slug": ICONS.get(event.slug, ""),
            "name": event.title.in_language(language),
            "url": f"/life-events/{event.slug}/",
            "count": len(event.procedures),
        }
        for event in events
    ]


def sectors(found: Iterable[SectorView]) -> list[dict[str, Any]]:
    return [{"name": s.name.vi, "url": f"/sectors/{s.slug}/", "count": s.count} for s in found]


def marked(name: str, query: str) -> Markup:
    """A name with the words of the query marked, whatever their marks and case."""
    wanted = [word for word in fold(query).split() if len(word) > 1]
    parts = []
    for word in name.split(" "):
        folded = fold(word).strip(' ,.;:()“”"')
        hit = folded and any(folded == one or (len(one) > 2 and folded.startswith(one)) for one in wanted)
        parts.append(Markup("<mark>{}</mark>").format(word) if hit else escape(word))
    return Markup(" ").join(parts)


def results(hits: Iterable[Hit], query: str) -> list[dict[str, Any]]:
    return [
        {
            "name": hit.name,
            "marked": marked(hit.name, query) if query else "",
            "url": f"/procedures/{hit.national_code}/",
            "level": hit.level,
            "code": hit.national_code,
            "sector": hit.sector,
            "agency": hit.ministry,
            "time": "",
            "fee": "",
        }
        for hit in hits
    ]


def chips(
    base: str, name: str, chosen: str, options: Sequence[tuple[str, str, int]], **kept: str
) -> list[dict[str, Any]]:
    """Filters as links: (value, words, count)."""
    return [
        {
            "text": text,
            "href": base
            + (
                f"?{query}"
                if (query := urlencode({k: v for k, v in {**kept, name: value}.items() if v}))
                else ""
            ),
            "on": value == chosen,
            "count": count,
        }
        for value, text, count in options
    ]


def procedure(
    page: ProcedurePage,
    *,
    case_key: str,
    language: str,
    today: date,
    usual: UsualTime | None,
    offered: tuple[Office, ...],
) -> dict[str, Any]:
    """The context ``procedure`` of ``portal/procedure.html``: the eleven items of R1.22."""
    case = next((c for c in page.cases if c.key == case_key), page.cases[0] if page.cases else None)
    online = page.can_file_here and bool(offered)
    fees = case.fees_on(today) if case else ()
    start = f"/procedures/{page.national_code}/start/"
    if case and len(page.cases) > 1:
        start += f"?{urlencode({'case': case.key})}"
    return {
        "code": page.national_code,
        "name": page.name,
        "sector": page.sector.vi,
        "sector_url": f"/sectors/{page.sector_slug}/",
        "level": page.level,
        "summary": case.condition if case and len(page.cases) == 1 else "",
        "online": online,
        "start_url": start,
        "cases": _cases(page, case, language),
        "audience": _audience(page),
        "conditions": [case.condition] if case and len(page.cases) > 1 and case.condition else [],
        "components": _components(case, online=online),
        "sets": page.sets,
        "time_words": term_words(case.term) if case else _("Theo quy định của pháp luật"),
        "usual": {"p50": usual.p50, "p90": usual.p90, "counted": usual.finished} if usual else None,
        "fee_words": fee_words(fees),
        "fees": [
            {
                "name": channel_words(fee.channel) if fee.channel in CHANNELS else _("Mọi hình thức nộp"),
                "amount": fee.amount,
                "note": " · ".join(part for part in (fee.per, fee.rule) if part),
            }
            for fee in fees
        ],
        "steps": [step.text.in_language(language) for step in page.sequence],
        "channels": [
            {
                "name": channel_words(channel),
                "time": term_words(case.term) if case else _("Theo quy định của pháp luật"),
                "fee": fee_words(fees, channel),
            }
            for channel in (page.channels or CHANNELS)
            if channel in CHANNELS
        ],
        "returns": [
            _("bản điện tử trong kho dữ liệu của Ông/Bà"),
            _("bản giấy tại bộ phận một cửa"),
            _("qua bưu chính công ích"),
        ],
        "agencies": list(page.executing_agencies) or [_("Chưa có trong dữ liệu công bố.")],
        "coordinating": [],
        "results": [name for name, _code in page.results] or [page.short_name],
        "forms": [
            {"name": f"{paper.form_no}: {paper.name}", "url": ""}
            for paper in (case.papers if case else ())
            if paper.form_no
        ],
        "legal": [{"number": number, "title": "", "url": ""} for number in page.legal_basis],
        "decision": {"number": page.announced_by, "date": None} if page.announced_by else None,
    }


def condition_words(condition: str) -> str:
    """A condition to stand after "Khi:"; the source often says the word itself."""
    return condition[4:] if condition.lower().startswith("khi ") else condition


def _cases(page: ProcedurePage, chosen: CaseView | None, language: str) -> list[dict[str, Any]]:
    return [
        {
            "text": case.name.in_language(language),
            "href": f"/procedures/{page.national_code}/?{urlencode({'case': case.key})}",
            "on": case is chosen,
        }
        for case in page.cases
    ]


def _audience(page: ProcedurePage) -> list[str]:
    if page.subjects:
        return list(page.subjects)
    known = [
        word
        for word, fits in ((_("Công dân"), page.citizen), (_("Doanh nghiệp, tổ chức"), page.business))
        if fits
    ]
    return known or [_("Cá nhân, tổ chức có yêu cầu")]


def _components(case: CaseView | None, *, online: bool) -> list[dict[str, Any]]:
    return [
        {
            "name": paper.name,
            "originals": paper.originals,
            "copies": paper.copies,
            "condition": condition_words(paper.condition),
            "form_no": paper.form_no,
            "form_url": "",
            "database": paper.replaced_by or "",
            "required": paper.required,
            "online_form": online and paper.by_form,
        }
        for paper in (case.papers if case else ())
    ]
