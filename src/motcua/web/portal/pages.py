"""The pages of a filing in order: sections that ask something, papers, check. One place for draft and supplement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from motcua.dossiers import drafts, rebasing
from motcua.dossiers.bundles import CaseBundle, PaperAsked, case_bundle, form_of
from motcua.dossiers.joining import joinable
from motcua.dossiers.models import Draft, DraftUpload
from motcua.dossiers.rules import asked
from motcua.eforms import paging
from motcua.eforms import rules as eforms
from motcua.eforms.forms import Form, Section
from motcua.eforms.outcomes import NOTHING, Outcome
from motcua.eforms.paging import Page
from motcua.kernel import uploads as kinds
from motcua.kernel.clock import local_day, now
from motcua.processing.models import Supplement
from motcua.web.portal.presenting import condition_words
from motcua.web.shared.formats import file_size
from motcua.web.shared.wording import sentence

PAPERS, CHECK, SHARED = "papers", "check", "shared"


@dataclass(frozen=True, slots=True)
class Step:
    """One page: ``key`` is a section's id, ``papers`` or ``check``."""

    key: str
    title: str
    url: str


@dataclass
class Filing:
    """A draft with all its pages need. ``marked``: of a supplement, the only fields and papers that may change.

    ``part``: for somebody who was invited, the only sections they see; there are no papers and no check for them.
    """

    draft: Draft
    uploads: list[DraftUpload]
    language: str
    supplement: Supplement | None = None
    part: frozenset[str] | None = None
    answers: Mapping[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.answers = self.draft.answers

    @cached_property
    def bundle(self) -> CaseBundle:
        return case_bundle(self.draft.case_id)

    @cached_property
    def form(self) -> Form | None:
        return form_of(self.draft.form_id) if self.draft.form_id else None

    @property
    def unseen(self) -> bool:
        """Whether the form has changed and its person has not been shown how."""
        return bool(rebasing.unseen(self.draft))

    @property
    def base(self) -> str:
        return f"/drafts/{self.draft.pk}/"

    @cached_property
    def marked_fields(self) -> frozenset[str] | None:
        """None: all of them."""
        if self.supplement is None:
            return None
        return frozenset(item["key"] for item in self.supplement.items if item["kind"] == "field")

    @cached_property
    def field_notes(self) -> dict[str, str]:
        """What the officer wrote beside each marked field."""
        items = self.supplement.items if self.supplement is not None else []
        return {item["key"]: item["note"] for item in items if item["kind"] == "field"}

    @cached_property
    def papers(self) -> list[PaperAsked]:
        """Components to show on the page of papers; those a database replaces are shown as such."""
        if self.supplement is not None:
            keys = {int(item["key"]) for item in self.supplement.items if item["kind"] == "component"}
            return [paper for paper in self.bundle.components if paper.pk in keys]
        return [paper for paper in self.bundle.components if not paper.by_form]

    @cached_property
    def sections(self) -> list[Section]:
        """Those that ask something."""
        found = {page.section.id: page.section for page in self.form_pages}
        return list(found.values())

    @cached_property
    def form_pages(self) -> list[Page]:
        """The pages of the form: its sections or its questions, as its author chose."""
        if self.form is None:
            return []
        if self.marked_fields is not None:
            return [p for p in paging.pages(self.form) if any(f.id in self.marked_fields for f in p.fields)]
        wanted = paging.pages_asked(self.form, self.answers)
        return [page for page in wanted if self.part is None or page.section.id in self.part]

    @cached_property
    def steps(self) -> list[Step]:
        found = [Step(p.key, p.title(self.language), f"{self.base}part/{p.key}/") for p in self.form_pages]
        if self.part is not None:
            return [*found, Step(SHARED, _("Phần của Ông/Bà"), f"{self.base}shared/")]
        if self.papers:
            found.append(Step(PAPERS, _("Giấy tờ"), f"{self.base}papers/"))
        found.append(Step(CHECK, _("Kiểm tra và nộp"), f"{self.base}check/"))
        return found

    def url_of(self, field_id: str) -> str:
        """The page a question stands on."""
        assert self.form is not None
        return f"{self.base}part/{paging.page_of(self.form, field_id).key}/"

    @cached_property
    def outcome(self) -> Outcome:
        """What the answers so far bring about."""
        if self.form is None or self.supplement is not None:
            return NOTHING
        return eforms.outcome_of(self.form, self.validation.cleaned)

    @cached_property
    def validation(self) -> eforms.Validation:
        assert self.form is not None
        return eforms.validate(self.form, self.answers, today=local_day(now()))

    def place(self, key: str) -> int | None:
        """Index of a page, None when it is not asked (any more)."""
        return next((index for index, step in enumerate(self.steps) if step.key == key), None)

    def neighbours(self, key: str) -> tuple[Step | None, Step | None]:
        here = self.place(key)
        if here is None:
            return None, self.steps[0]
        return (
            self.steps[here - 1] if here else None,
            self.steps[here + 1] if here + 1 < len(self.steps) else None,
        )

    def required(self, paper: PaperAsked) -> bool:
        if self.supplement is not None:
            return True
        wanted = paper.key in self.outcome.components and not paper.by_form
        return wanted or (paper.required and asked(paper))

    def missing(self) -> list[PaperAsked]:
        """Required papers without a kept file."""
        given = {u.component_id for u in self.uploads if u.state == DraftUpload.State.KEPT}
        return [paper for paper in self.papers if self.required(paper) and paper.pk not in given]


def paper_rows(
    filing: Filing, problems: Mapping[int, str], limits: drafts.UploadLimits
) -> list[dict[str, Any]]:
    """What the page of papers shows: free ones (a database has them) and those to upload."""
    grouped = drafts.files_by_component(filing.uploads)
    notes = (
        {item["key"]: item["note"] for item in filing.supplement.items if item["kind"] == "component"}
        if filing.supplement
        else {}
    )
    rows = []
    for paper in filing.papers:
        free = bool(paper.replaced_by) and filing.supplement is None
        rows.append(
            {
                "pk": paper.pk,
                "name": paper.name,
                "database": paper.replaced_by or "",
                "free": free,
                "condition": condition_words(paper.condition),
                "required": filing.required(paper),
                "note": notes.get(str(paper.pk), "") or _kind_words(paper),
                "error": problems.get(paper.pk, ""),
                "files": [file_row(filing, upload) for upload in grouped.get(paper.pk, ())],
                "joinable": joinable(grouped.get(paper.pk, [])),
                "full": len([u for u in grouped.get(paper.pk, ()) if u.state != "refused"])
                >= limits.max_files,
            }
        )
    return rows


def _kind_words(paper: PaperAsked) -> str:
    if paper.originals:
        return _("Chụp hoặc quét từ bản chính.")
    return _("Chụp hoặc quét từ bản chính hay bản sao có chứng thực.") if paper.copies else ""


def file_row(filing: Filing, upload: DraftUpload) -> dict[str, Any]:
    """A file as ``components/files.html`` shows it."""
    kept = upload.state == DraftUpload.State.KEPT
    note = ""
    if upload.state == DraftUpload.State.REFUSED:
        note = sentence(f"upload.{upload.problem}", {"filename": upload.filename})
    elif not kept:
        note = _("Mới nhận %(part)s trên %(whole)s. Chọn lại đúng tệp này để gửi tiếp, hoặc xóa.") % {
            "part": file_size(upload.offset),
            "whole": file_size(upload.size),
        }
    return {
        "id": str(upload.pk),
        "name": upload.filename,
        "size": upload.size,
        "state": "done" if kept else "failed",
        "mark": "" if kept or upload.state == DraftUpload.State.REFUSED else upload.mark,
        "note": note,
        "percent": 100 * upload.offset // upload.size if upload.size else 0,
        "url": f"/account/files/upload/{upload.pk}/" if kept else "",
        "remove": f"{filing.base}uploads/{upload.pk}/remove/",
    }


def types_words() -> str:
    return _("PDF, ảnh JPG, PNG hoặc HEIC, Word, Excel")


ACCEPT = kinds.ACCEPT
