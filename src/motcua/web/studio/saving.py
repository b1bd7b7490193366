"""What every page that writes on a shared draft needs: the revision it was made from, and refusals as sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from motcua.kernel.refusals import Refused
from motcua.web.shared.formats import datetime_vn
from motcua.web.shared.wording import sentence


class Typed(ValueError):
    """What was typed cannot be kept: the box, and the sentence."""

    def __init__(self, at: str, words: str) -> None:
        super().__init__(words)
        self.at, self.words = at, words


def kept_revision(post: QueryDict) -> int:
    """The revision a form was made from; a form without one was made from nothing."""
    text = post.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def shown_revision(written: int, post: QueryDict, fault: str, clash: Mapping[str, Any] | None) -> int:
    """The revision a page is drawn with: of what is kept; after a refusal, of what was read before it, so that the next
    press is judged against that; after a clash, of what the page shows the difference to.
    """
    if clash:
        return int(clash["revision"])
    return kept_revision(post) if fault else written


def said(refusal: Refused) -> str:
    """A refusal as a sentence; for a draft that moved on, who did it and when."""
    if refusal.code in ("process.changed_elsewhere", "form.changed_elsewhere"):
        by = refusal.params.get("by") or _("đồng nghiệp")
        at = datetime_vn(datetime.fromisoformat(str(refusal.params["at"])))
        return _("%(by)s đã lưu bản thảo này lúc %(at)s. Thay đổi của Ông/Bà chưa được lưu; xem khác biệt bên dưới rồi lưu lại.") % {"by": by, "at": at}  # fmt: skip
    return sentence(refusal.code, refusal.params)
