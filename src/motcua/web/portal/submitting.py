"""The end of a filing: check everything, submit once, done; or throw the draft away."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from motcua.dossiers import drafts, rebasing
from motcua.dossiers.actions import AlreadyFiled, NotFilable, submit
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.invitations import helpers
from motcua.dossiers.models import DraftUpload
from motcua.dossiers.rules import assistance_at
from motcua.eforms import messages, rendering
from motcua.eforms import rules as eforms
from motcua.kernel.clock import now
from motcua.kernel.ratelimit import client_address
from motcua.kernel.refusals import Conflict, NotAllowed
from motcua.organisations.queries import units_of
from motcua.processing.actions import answer_supplement
from motcua.processing.documents import intake_answer_by
from motcua.web.portal import answers, pages
from motcua.web.portal.access import PersonRequest, person_required
from motcua.web.portal.filing import load, validation_of
from motcua.web.portal.pages import CHECK, Filing
from motcua.web.portal.people import applicant_of
from motcua.web.portal.queries import offers, slips_of
from motcua.web.shared.resend import survives_database
from motcua.web.shared.wording import sentence

RETURN_WAYS = ("online", "counter", "post")


@person_required
@survives_database
@require_http_methods(["GET", "POST"])
def check(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """Everything once more, with what is missing as links; then filed, once however often the button is pressed."""
    if request.method == "GET":
        filing = load(request, draft_id)
        if filing.draft.dossier_id:
            return HttpResponseRedirect(f"{filing.base}done/")
        if rebasing.unseen(filing.draft):
            return HttpResponseRedirect(f"{filing.base}changes/")
        return _check_page(request, filing, [])
    # The action reads the draft and its files under its lock and judges them: here only what it is asked for.
    draft = drafts.mine(request.actor, draft_id)
    done = HttpResponseRedirect(f"/drafts/{draft.pk}/done/")
    if draft.dossier_id:
        return done
    if draft.supplements_id:
        return _answer_supplement(request, draft_id)
    if not still_offered(draft.case_id, draft.agency_id):
        # A tab that was open when the service closed: nothing is lost, and who answers is named (trap 13).
        return _check_page(request, load(request, draft_id), [("", sentence("draft.service_closed", {}))])
    errors = []
    return_by = request.POST.get("return_by", "")
    if return_by not in RETURN_WAYS:
        errors.append(("#return_by", _("Chọn cách nhận kết quả")))
    if request.POST.get("declared") != "1":
        errors.append(("#declared", _("Đánh dấu vào lời cam đoan để nộp hồ sơ")))
    if errors:
        return _check_page(request, load(request, draft_id), errors)
    agency = units_of(draft.agency_id).agency
    try:
        submit(
            actor=request.actor,
            draft_id=draft_id,
            applicant=applicant_of(request.user),
            assistance=assistance_at(client_address(request).partition("/")[0], agency.one_stop_networks),
            return_by=return_by,
            now=now(),
        )
    except AlreadyFiled:
        pass
    except Conflict as conflict:
        if conflict.code != "draft.form_changed":
            raise
        return HttpResponseRedirect(f"/drafts/{draft.pk}/changes/")  # which brings it to the newest version
    except NotFilable:
        return _check_page(request, load(request, draft_id), [("", sentence("draft.not_filable", {}))])
    return done


def still_offered(case: int, agency: int) -> bool:
    """Whether the office still takes this procedure online; known for half a minute."""
    return any(office.pk == agency for office in offers(None).get(case_bundle(case).national_code, ()))


def _answer_supplement(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """What was asked for is sent; the page says what is left when it is not complete."""
    filing = load(request, draft_id)
    if ready(filing):
        try:
            dossier = answer_supplement(actor=request.actor, draft_id=draft_id, now=now())
            return HttpResponseRedirect(
                f"/account/dossiers/{(dossier.joint or dossier).code}/?done=supplement"
            )
        except NotFilable:
            filing = load(request, draft_id)
    return _check_page(request, filing, [("", sentence("draft.not_filable", {}))])


def ready(filing: Filing) -> bool:
    """Whether nothing is left to mend, as far as this page can see; the action judges again, under its lock."""
    arriving = any(u.component_id and u.state == DraftUpload.State.RECEIVING for u in filing.uploads)
    if filing.missing() or (arriving and filing.supplement is None):
        return False
    if filing.form is None:
        return True
    wrong = set(validation_of(filing).errors)
    whole = filing.draft.supplements
    if whole is not None and whole.joint_id is not None:
        wrong &= filing.marked_fields or frozenset()  # a part's form asks more than the joint request did
    return not wrong


def _check_page(request: PersonRequest, filing: Filing, errors: list[tuple[str, str]]) -> HttpResponse:
    validation = validation_of(filing) if filing.form else None
    left: list[tuple[str, str]] = []
    sections = []
    filled_by = helpers(filing.draft)
    for found in filing.sections:
        url = f"{filing.base}part/{found.id}/"
        rows = []
        for field in found.fields:
            assert validation is not None
            assert filing.form is not None
            editable = filing.marked_fields is None or field.id in filing.marked_fields
            if field.id not in validation.asked or not editable or field.kind.says == "nothing":
                continue
            wrong = validation.errors.get(field.id)
            place = filing.url_of(field.id)
            anchor = f"{place}#{eforms.anchor(filing.form, field.id)}"
            if wrong:
                listed = rendering.error_list(filing.form, {field.id: wrong}, filing.language)
                left += [(f"{place}{entry['href']}", entry["text"]) for entry in listed]
            value = validation.cleaned.get(field.id, filing.answers.get(field.id))
            rows.append(
                {
                    "key": field.label(filing.language),
                    "value": answers.shown(field, value, filing.language),
                    "href": anchor if field.kind.asks else "",
                    "wrong": bool(wrong),
                    "by": filled_by.get(field.id, ""),
                    "warnings": [
                        messages.error_text(field, doubt, filing.language)
                        for doubt in validation.warnings.get(field.id, ())
                    ],
                }
            )
        sections.append({"title": found.title(filing.language), "url": url, "rows": rows})
    missing = filing.missing()
    left += [
        (f"{filing.base}papers/#file-{paper.pk}", _("Chưa có giấy tờ: %(name)s") % {"name": paper.name})
        for paper in missing
    ]
    left += [
        (
            f"{filing.base}papers/#file-{u.component_id}",
            _("Tệp chưa tải lên xong: %(name)s") % {"name": u.filename},
        )
        for u in filing.uploads
        if u.component_id and u.state == DraftUpload.State.RECEIVING
    ]
    limits = drafts.upload_limits(now())
    context = {
        "filing": filing,
        "sections": sections,
        "papers": pages.paper_rows(filing, {}, limits),
        "left": left,
        "blocked": [message(filing.language) for message in filing.outcome.blocked],
        "fee": filing.outcome.fee,
        "errors": errors,
        "return_by": request.POST.get("return_by", "online"),
        "declared": request.POST.get("declared") == "1",
        "agency": units_of(filing.draft.agency_id).agency,
        "applicant": applicant_of(request.user),
        "number": len(filing.steps),
        "total": len(filing.steps),
        "before": filing.neighbours(CHECK)[0],
    }
    return render(request, "portal/check.html", context, status=422 if errors else 200)


@person_required
@require_GET
def done(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """The code large, what happens next with dates, the confirmation when it is made."""
    filing = load(request, draft_id)
    dossier = filing.draft.dossier
    if dossier is None:
        return HttpResponseRedirect(filing.base)
    slips = slips_of(dossier)
    context = {
        "filing": filing,
        "dossier": dossier,
        "agency": units_of(dossier.agency_id).agency,
        "answer_by": intake_answer_by(dossier),
        "slip": slips[0] if slips else None,
        "email": dossier.contacts.get("email", ""),
    }
    return render(request, "portal/done.html", context)


@person_required
@require_http_methods(["GET", "POST"])
def discard(request: PersonRequest, draft_id: UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    filing = load(request, draft_id)
    if filing.draft.dossier_id:
        raise Conflict("draft.already_filed")
    if filing.draft.supplements_id:
        raise NotAllowed("draft.is_supplement")
    if request.method == "POST":
        drafts.discard(actor=request.actor, draft_id=draft_id)
        return HttpResponseRedirect("/account/?done=discarded")
    return render(request, "portal/discard.html", {"filing": filing})
