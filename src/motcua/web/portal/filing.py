"""Filing: start, one page a section, papers, check, submit once, done. Every post is kept before it is judged."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from motcua.catalogue import queries as catalogue
from motcua.dossiers import drafts, outcomes, rebasing
from motcua.dossiers.joining import join
from motcua.eforms import paging, rendering
from motcua.eforms import rules as eforms
from motcua.exchange.filling import fill_in
from motcua.kernel.clock import now
from motcua.kernel.refusals import Conflict, Refused
from motcua.processing.models import Supplement
from motcua.web.portal import answers, joint, pages
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.pages import PAPERS, Filing
from motcua.web.portal.people import numbers_of
from motcua.web.portal.queries import (
    draft_with_uploads,
    drafts_of_procedure,
    filable_cases,
    offers,
    residence_first,
    shared_draft,
)
from motcua.web.portal.sources import source_words
from motcua.web.portal.uploading import receive_form_files, receive_pictures, with_limit
from motcua.web.shared.resend import survives_database
from motcua.web.shared.wording import sentence


def load(request: PersonRequest, draft_id: UUID, *, shared: bool = False) -> Filing:
    """The draft with its files and, where it completes a dossier, what was asked for; at most three queries.

    ``shared``: also for somebody who was invited to a part of it, and then only that part.
    """
    if shared:
        draft, uploads, part = shared_draft(request.actor, draft_id)
    else:
        (draft, uploads), part = draft_with_uploads(request.actor, draft_id), None
    # A newer version of the form is its owner's to follow: whoever helps goes on with what they were shown.
    if (
        part is None
        and rebasing.target(draft) is not None
        and rebasing.follow(actor=request.actor, draft_id=draft_id, now=now())
    ):
        draft, uploads = draft_with_uploads(request.actor, draft_id)
    asked = Supplement.objects.get(dossier=draft.supplements_id) if draft.supplements_id else None
    return Filing(draft, uploads, request.LANGUAGE_CODE, asked, part)


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def start(request: PersonRequest, code: str) -> HttpResponse:
    """Which case, at which agency: proposed by where the person lives, changeable among those that offer it."""
    hit = catalogue.hit(code)
    cases = filable_cases(code) if hit else []
    offices = residence_first(offers(None).get(code, ()), request.user.claim_values())
    if hit is None or not cases or not offices:
        raise Http404
    errors: list[tuple[str, str]] = []
    chosen_case = request.POST.get("case") or next(
        (str(c.pk) for c in cases if c.key == request.GET.get("case")), ""
    )
    if not chosen_case and len(cases) == 1:
        chosen_case = str(cases[0].pk)
    chosen_office = request.POST.get("agency") or str(offices[0].pk)
    if request.method == "POST":
        case = next((c for c in cases if str(c.pk) == chosen_case), None)
        office = next((o for o in offices if str(o.pk) == chosen_office), None)
        if case is None:
            errors.append(("#case", _("Chọn trường hợp của Ông/Bà")))
        if office is None:
            errors.append(("#agency", _("Chọn cơ quan tiếp nhận")))
        if case is not None and office is not None:
            draft = drafts.start(
                actor=request.actor,
                case=case.pk,
                agency=office.pk,
                claims=request.user.claim_values(),
                now=now(),
            )
            fill_in(actor=request.actor, draft_id=draft.pk, numbers=numbers_of(request.user), now=now())
            return HttpResponseRedirect(f"/drafts/{draft.pk}/")
    context = {
        "hit": hit,
        "cases": [
            (str(c.pk), c.name_en if request.LANGUAGE_CODE == "en" and c.name_en else c.name_vi, c.condition)
            for c in cases
        ],
        "case": chosen_case,
        "offices": [(str(o.pk), o.name, o.address) for o in offices],
        "office": chosen_office,
        "nearest": residence_is_here(offices, request),
        "begun": drafts_of_procedure(request.actor, code),
        "errors": errors,
        "combined": joint.combined(code, offices[0].ward_code, request.LANGUAGE_CODE),
    }
    return render(request, "portal/start.html", context, status=422 if errors else 200)


def residence_is_here(offices: list[Any], request: PersonRequest) -> bool:
    """Whether the first office is the person's own commune."""
    places = [request.user.claim_values().get(name) for name in ("NoiOHienNay", "ThuongTru")]
    wards = {str(place.get("MaPhuongXa", "")).lstrip("0") for place in places if isinstance(place, dict)}
    return str(offices[0].ward_code or "") in wards


@person_required
@require_GET
def draft_home(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """On to where work is left: the first page with something to mend, or the check."""
    filing = load(request, draft_id, shared=True)
    if filing.draft.dossier_id:
        return HttpResponseRedirect(f"{filing.base}done/")
    if filing.part is not None:
        return HttpResponseRedirect(filing.steps[0].url)
    if rebasing.unseen(filing.draft):
        return HttpResponseRedirect(f"{filing.base}changes/")
    wrong = set(validation_of(filing).errors) if filing.form else set()
    for step, page in zip(filing.steps, filing.form_pages, strict=False):
        if any(field.id in wrong for field in page.fields):
            return HttpResponseRedirect(step.url)
    if filing.papers and filing.missing():
        return HttpResponseRedirect(f"{filing.base}papers/")
    return HttpResponseRedirect(f"{filing.base}check/")


def validation_of(filing: Filing) -> eforms.Validation:
    return filing.validation


@csrf_exempt  # the token is checked inside, after a limit has been put on what is read: a portrait comes with the form
@with_limit
@csrf_protect
@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def section(request: PersonRequest, draft_id: UUID, section_id: str) -> HttpResponse:
    """One page of the form: kept first, then judged; errors never lose what was typed."""
    filing = load(request, draft_id, shared=True)
    if filing.draft.dossier_id:
        return HttpResponseRedirect(f"{filing.base}done/")
    page = page_at(filing, section_id)
    if filing.part is not None and page.section.id not in filing.part:
        raise Http404
    section_id = page.key
    assert filing.form is not None
    if request.method == "GET":
        if filing.place(section_id) is None:  # an answer elsewhere has made this page needless
            return HttpResponseRedirect(filing.steps[-1].url)
        return _section_page(request, filing, section_id)
    data = dict(request.POST.lists())
    posted = eforms.parse_fields(page.fields, data)
    pictures = drafts.photos(filing.form)
    posted = {name: value for name, value in posted.items() if name not in pictures}
    unkept = receive_pictures(request, filing, page.section.id) if filing.part is None else {}
    if filing.marked_fields is not None:
        posted = {name: value for name, value in posted.items() if name in filing.marked_fields}
    given = request.POST.get("version", "")
    version = int(given) if given.isascii() and given.isdigit() and len(given) < 9 else None
    disputed = _disputed(request, filing, posted, version)
    if disputed:
        return _conflict_page(request, filing, section_id, posted, disputed)
    posted = {
        name: value for name, value in posted.items() if request.POST.get(f"_choice.{name}") != "theirs"
    }
    wanted = answers.changed(filing.form, filing.answers, posted)
    pressed = eforms.press(filing.form, {**filing.answers, **wanted}, data)
    if pressed is not None and (filing.marked_fields is None or pressed[1] in filing.marked_fields):
        wanted[pressed[1]] = pressed[0].get(pressed[1])
    try:
        # Disagreements seen so far are settled, so this is typed on what stands there now.
        saved = drafts.save(
            actor=request.actor, draft_id=draft_id, values=wanted, revision=filing.draft.revision, now=now()
        )
    except Conflict as conflict:
        if conflict.code != "draft.changed_elsewhere":
            raise
        filing = load(request, draft_id, shared=True)  # another tab was quicker by a moment
        return _conflict_page(request, filing, section_id, posted, [conflict.params["field"]])
    if filing.part is None and filing.form is not None and filing.form.outcomes.cases:
        outcomes.follow(actor=request.actor, draft_id=draft_id, now=now())
    filing = load(request, draft_id, shared=True)
    filing.answers = saved.answers
    if pressed is not None:
        return HttpResponseRedirect(f"{filing.base}part/{section_id}/#f-{pressed[1]}")
    going = request.POST.get("_go", "")
    before, after = filing.neighbours(section_id)
    if going == "exit":
        return HttpResponseRedirect("/account/")
    if going == "back":
        return HttpResponseRedirect(before.url if before else beginning(filing))
    assert filing.form is not None
    here = {field.id for field in page.fields}
    wrong = {name: found for name, found in validation_of(filing).errors.items() if name in here}
    wrong = {**wrong, **unkept}
    if filing.marked_fields is not None:
        wrong = {name: found for name, found in wrong.items() if name in filing.marked_fields}
    if wrong:
        return _section_page(request, filing, section_id, wrong)
    if filing.part is None and (going == "check" or after is None):
        return HttpResponseRedirect(f"{filing.base}check/")
    return HttpResponseRedirect(after.url if after else filing.steps[-1].url)


def page_at(filing: Filing, key: str) -> paging.Page:
    """The page of the form with this key; there is none: 404."""
    try:
        if filing.form is not None:
            return paging.page(filing.form, key)
    except KeyError:
        pass
    raise Http404


def beginning(filing: Filing) -> str:
    if filing.part is not None:
        return "/account/"
    if filing.draft.supplements is not None:
        return f"/account/dossiers/{filing.draft.supplements.code}/"
    return f"/procedures/{filing.bundle.national_code}/"


def _disputed(
    request: PersonRequest, filing: Filing, posted: dict[str, Any], version: int | None
) -> list[str]:
    """Fields to ask about: changed elsewhere since this page was made, and not yet chosen on the conflict page."""
    assert filing.form is not None
    if version is None or version >= filing.draft.revision:
        return []
    touched = filing.draft.sources.get("_touched", {})
    found = answers.conflicts(filing.form, filing.answers, touched, posted, version)
    return [name for name in found if request.POST.get(f"_choice.{name}") not in {"mine", "theirs"}]


def _conflict_page(
    request: PersonRequest, filing: Filing, section_id: str, posted: dict[str, Any], disputed: list[str]
) -> HttpResponse:
    assert filing.form is not None
    context = {
        "filing": filing,
        "action": f"{filing.base}part/{section_id}/",
        "choices": answers.choices(filing.form, disputed, filing.answers, posted, filing.language),
        "fields": [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "version"} and not name.startswith("_choice.")
            for value in values
        ],
        "version": request.POST.get("version", ""),
    }
    return render(request, "portal/conflict.html", context, status=409)


def _section_page(request: PersonRequest, filing: Filing, section_id: str, wrong: Any = None) -> HttpResponse:
    assert filing.form is not None
    errors = wrong or {}
    place = filing.place(section_id)
    before, _after = filing.neighbours(section_id)
    page = page_at(filing, section_id)
    warnings = validation_of(filing).warnings
    sources = source_words(filing.draft.sources)
    if filing.marked_fields is None:
        html = rendering.page_html(
            filing.form, page, filing.answers, errors, filing.language, sources, warnings
        )
    else:
        html = None
    marked = [
        {
            "note": filing.field_notes.get(field.id, ""),
            "html": rendering.field_html(
                filing.form, field.id, filing.answers, errors, filing.language, sources, warnings
            ),
        }
        for field in page.fields
        if filing.marked_fields is not None and field.id in filing.marked_fields
    ]
    context = {
        "filing": filing,
        "section": page.section,
        "title": page.section.title(filing.language),
        "html": html,
        "marked": marked,
        "errors": [
            (e["href"], e["text"]) for e in rendering.error_list(filing.form, errors, filing.language)
        ],
        "number": (place or 0) + 1,
        "total": len(filing.steps),
        "before": before,
        "pictures": drafts.photos(filing.form) & {field.id for field in page.fields},
        "limits": drafts.upload_limits(now()),
        "may_invite": filing.part is None and filing.supplement is None and len(filing.form.sections) > 1,
    }
    return render(request, "portal/section.html", context, status=422 if errors else 200)


@csrf_exempt  # the token is checked inside, after a limit has been put on what is read
@with_limit
@csrf_protect
@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def papers(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """Files one by one; with scripts in chunks (``uploading.py``), without them as a plain form through the same rules."""
    filing = load(request, draft_id)
    if filing.draft.dossier_id:
        return HttpResponseRedirect(f"{filing.base}done/")
    if filing.place(PAPERS) is None:
        return HttpResponseRedirect(f"{filing.base}check/")
    problems: dict[int, str] = {}
    if request.method == "POST":
        problems = receive_form_files(request, filing)
        before, after = filing.neighbours(PAPERS)
        going = request.POST.get("_go", "")
        if not problems:
            if going == "exit":
                return HttpResponseRedirect("/account/")
            if going == "back":
                return HttpResponseRedirect(before.url if before else beginning(filing))
            if going == "stay":
                return HttpResponseRedirect(f"{filing.base}papers/")
        filing = load(request, draft_id)
        if not problems and going == "next":
            problems = {paper.pk: _("Tải lên giấy tờ này") for paper in filing.missing()}
            if not problems:
                return HttpResponseRedirect(after.url if after else f"{filing.base}check/")
    return papers_page(request, filing, problems)


@person_required
@survives_database
@require_POST
def join_files(request: PersonRequest, draft_id: UUID, component: int) -> HttpResponse:
    """The photos of one paper as one PDF; what cannot be joined says why, and stays as it was."""
    filing = load(request, draft_id)
    try:
        join(actor=request.actor, draft_id=draft_id, component=component, now=now())
    except Refused as refused:
        if refused.code in {"draft.already_filed", "draft.unknown"}:
            raise
        return papers_page(request, filing, {component: sentence(refused.code, refused.params)})
    return HttpResponseRedirect(f"{filing.base}papers/#file-{component}")


def papers_page(request: PersonRequest, filing: Filing, problems: dict[int, str]) -> HttpResponse:
    limits = drafts.upload_limits(now())
    rows = pages.paper_rows(filing, problems, limits)
    context = {
        "filing": filing,
        "rows": rows,
        "limits": limits,
        "accept": pages.ACCEPT,
        "types": pages.types_words(),
        "upload_url": f"{filing.base}uploads/",
        "errors": [(f"#file-{row['pk']}", f"{row['name']}: {row['error']}") for row in rows if row["error"]],
        "number": (filing.place(PAPERS) or 0) + 1,
        "total": len(filing.steps),
        "before": filing.neighbours(PAPERS)[0],
    }
    return render(request, "portal/papers.html", context, status=422 if problems else 200)


@person_required
@require_POST
def remove_file(request: PersonRequest, draft_id: UUID, upload_id: UUID) -> HttpResponse:
    """Take a file out again, without a script; whatever else the form carried is kept first."""
    filing = load(request, draft_id)
    try:
        drafts.remove_upload(actor=request.actor, draft_id=draft_id, upload_id=upload_id)
    except Refused as refused:
        if refused.code != "upload.unknown":  # already gone: a second press
            raise
    return HttpResponseRedirect(f"{filing.base}papers/")
