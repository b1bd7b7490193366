"""Person, form and scans on one page, until they are a dossier."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from motcua.dossiers import drafts
from motcua.dossiers.actions import AlreadyFiled, ApplicantDetails, NotFilable
from motcua.dossiers.bundles import CaseBundle, case_bundle, form_of
from motcua.dossiers.looking import looked_up
from motcua.dossiers.models import Channel, Draft, DraftUpload
from motcua.dossiers.posting import Envelope
from motcua.dossiers.rules import asked, assistance_at
from motcua.eforms import rules as eforms
from motcua.eforms.rendering import error_list, section_html
from motcua.identity.queries import accounts_of_person
from motcua.kernel import uploads
from motcua.kernel.actors import Actor, Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.kernel.ratelimit import client_address
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean
from motcua.organisations.queries import units_of
from motcua.processing import actions
from motcua.web.desk import forms
from motcua.web.desk.intake.typed import (
    ENVELOPE,
    PERSON,
    envelope_errors,
    kept_person,
    number_problem,
    person_errors,
    person_of,
)
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence

CHUNK = 1024 * 1024


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.ONE_STOP)
def fill(request: HttpRequest, draft: UUID) -> HttpResponseBase:
    """``/desk/intake/<draft>/``: person, form and scans on one page; POST keeps everything and, with ``file``, files."""
    actor = acting(request)
    kept = drafts.mine(actor, draft)
    if kept.channel == Channel.ONLINE:
        raise Http404
    if kept.dossier_id is not None and kept.dossier is not None:
        return HttpResponseRedirect(f"/desk/dossiers/{kept.dossier.code}/")
    if request.method != "POST":
        return _page(request, actor, kept)
    if "discard" in request.POST:
        drafts.discard(actor=actor, draft_id=kept.pk)
        return HttpResponseRedirect("/desk/intake/")
    pressed, problems = _keep(request, actor, kept)
    kept = drafts.mine(actor, draft)
    if pressed:
        return HttpResponseRedirect(f"/desk/intake/{kept.pk}/#f-{pressed}")
    if problems or "file" not in request.POST:
        if problems:
            return _page(request, actor, kept, problems=problems, status=422)
        return HttpResponseRedirect(f"/desk/intake/{kept.pk}/?saved=1#papers")
    return _file(request, actor, kept)


def _keep(request: HttpRequest, actor: Actor, draft: Draft) -> tuple[str, list[tuple[str, str]]]:
    """Save person, answers and scans; returns the field whose small button was pressed, and what is wrong with a scan."""
    now = clock_now()
    before = kept_person(draft)
    person = person_of(request.POST)
    if draft.channel == Channel.POST:
        # Registered with the envelope and corrected beside it; a page that does not show them keeps what was.
        person |= {name: clean(request.POST.get(name, before.get(name, "")))[:300] for name in ENVELOPE}
    if person["number"] and person["number"] != before.get("number") and not number_problem(person["number"]):
        # A number typed here is looked up as well: whether the person has an account is shown beside it.
        found = bool(accounts_of_person(person["number"]))
        looked_up(
            actor=actor,
            number=person["number"],
            agency=draft.agency_id,
            case=draft.case_id,
            found=found,
            draft=draft,
            now=now,
        )
    pressed = ""
    with transaction.atomic():
        Draft.objects.filter(pk=draft.pk, account=actor.account).update(
            for_person=orjson.dumps(person).decode()
        )
        if draft.form_id is not None:
            form = form_of(draft.form_id)
            data = dict(request.POST.lists())
            values: dict[str, Any] = {}
            for section in form.sections:
                values |= eforms.parse_section(form, section.id, data)
            button = eforms.press(form, {**draft.answers, **values}, data)
            if button is not None:
                values, pressed = {**values, **button[0]}, button[1]
            drafts.save(actor=actor, draft_id=draft.pk, values=values, revision=None, now=now)
    problems: list[tuple[str, str]] = []
    removed = request.POST.get("remove_upload", "")
    if removed:
        try:
            drafts.remove_upload(actor=actor, draft_id=draft.pk, upload_id=UUID(removed))
        except ValueError as error:
            raise Http404 from error
        pressed = "papers"
    for component in case_bundle(draft.case_id).components:
        for scan in request.FILES.getlist(f"scan-{component.pk}"):
            problem = _receive(actor, draft, component.pk, scan)
            if problem:
                problems.append((f"#scan-{component.pk}", problem))
    return pressed, problems


def _receive(actor: Actor, draft: Draft, component: int, scan: UploadedFile[Any]) -> str:
    """Take a scan in chunks, as an upload from afar is taken; returns what is wrong with it."""
    now = clock_now()
    try:
        upload = drafts.begin_upload(
            actor=actor,
            draft_id=draft.pk,
            component=component,
            filename=scan.name or "",
            size=scan.size or 0,
            now=now,
        )
        offset = 0
        for chunk in scan.chunks(CHUNK):
            upload = drafts.receive_chunk(
                actor=actor, draft_id=draft.pk, upload_id=upload.pk, offset=offset, chunk=chunk, now=now
            )
            offset += len(chunk)
    except Refused as refusal:
        return sentence(refusal.code, refusal.params)
    if upload.state == DraftUpload.State.REFUSED:
        return sentence(f"upload.{upload.problem}", {"filename": upload.filename})
    return ""


def _file(request: HttpRequest, actor: Actor, draft: Draft) -> HttpResponseBase:
    person = kept_person(draft)
    wrong = person_errors(person)
    if draft.channel == Channel.POST:
        wrong += envelope_errors({name: person.get(name, "") for name in ENVELOPE})
    if wrong:
        return _page(request, actor, draft, problems=wrong, judge=True, status=422)
    accounts = accounts_of_person(person["number"]) if person["number"] else []
    details = ApplicantDetails(
        kind=person["kind"],
        name=person["name"],
        number=person["number"],
        account=accounts[0].pk if accounts else None,
        phone=person["phone"],
        email=person["email"],
        address=person["address"],
    )
    agency = units_of(draft.agency_id).agency
    given = {
        "actor": actor,
        "draft_id": draft.pk,
        "applicant": details,
        "return_by": person["return_by"],
        "in_network": _in_network(request, agency.one_stop_networks),
        "now": clock_now(),
    }
    try:
        if draft.channel == Channel.POST:
            envelope = Envelope(
                number=person["post_number"],
                party=person["sender"],
                address=person["sender_address"],
                posted=forms.day(person["posted"]),
                arrived=forms.day(person["arrived"]),
            )
            dossier = actions.intake_by_post(envelope=envelope, **given)
        else:
            dossier = actions.intake_at_counter(**given)
    except AlreadyFiled as filed:
        return HttpResponseRedirect(f"/desk/dossiers/{filed.dossier.code}/")
    except NotFilable:
        return _page(request, actor, draft, judge=True, status=422)
    done = "post" if draft.channel == Channel.POST else "intake"
    return HttpResponseRedirect(f"/desk/dossiers/{dossier.code}/?done={done}")


def _in_network(request: HttpRequest, networks: list[str]) -> bool | None:
    """Whether this comes from the network of the one-stop centre; None where nobody has said which that is."""
    if not networks:
        return None
    return assistance_at(client_address(request).partition("/")[0], networks) == "kiosk"


def _page(
    request: HttpRequest,
    actor: Actor,
    draft: Draft,
    *,
    problems: list[tuple[str, str]] | None = None,
    judge: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    language = request.LANGUAGE_CODE
    bundle = case_bundle(draft.case_id)
    found = list(problems or [])
    sections = []
    if draft.form_id is not None:
        form = form_of(draft.form_id)
        judged = eforms.validate(form, draft.answers, today=local_day(clock_now()))
        errors = judged.errors if judge else {}
        found += [(entry["href"], entry["text"]) for entry in error_list(form, errors, language)]
        asked_here = eforms.sections_asked(form, draft.answers)
        sections = [
            {
                "id": section.id,
                "title": section.title(language),
                "html": section_html(
                    form,
                    section.id,
                    draft.answers,
                    errors,
                    language,
                    {key: value for key, value in draft.sources.items() if key != "_touched"},
                    judged.warnings,
                ),
            }
            for section in asked_here
        ]
    person = kept_person(draft)
    context = {
        "staff": navigation(actor, "intake"),
        "draft": draft,
        "bundle": bundle,
        "person": {**dict.fromkeys((*PERSON, *ENVELOPE), ""), **person},
        "by_post": draft.channel == Channel.POST,
        "known": bool(person.get("number") and accounts_of_person(person["number"])),
        "sections": sections,
        "papers": _papers(draft, bundle),
        "limits": drafts.upload_limits(clock_now()),
        "accept": uploads.ACCEPT,
        "errors": found,
        "saved": "saved" in request.GET,
    }
    return render(request, "desk/intake_form.html", context, status=status)


def _papers(draft: Draft, bundle: CaseBundle) -> list[dict[str, Any]]:
    given = drafts.files_by_component(draft.uploads.all())
    return [
        {
            "pk": component.pk,
            "name": component.name,
            "condition": component.condition,
            "required": component.required,
            "files": [
                upload for upload in given.get(component.pk, ()) if upload.state == DraftUpload.State.KEPT
            ],
        }
        for component in bundle.components
        if asked(component)
    ]
