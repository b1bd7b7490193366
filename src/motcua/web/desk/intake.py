"""Intake at the counter and by post: the officer keys the same form; at the counter the receipt is in hand at once.

The draft belongs to the officer, autosaved by every post; it becomes a dossier of the person by one action
(``processing.intake_at_counter``, ``processing.intake_by_post``), recorded as filed that way and never counted as
remote. From which seat and network it was keyed is recorded by the system. Asking for a person's data is logged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from motcua.catalogue.models import ProcedureCase, Service
from motcua.catalogue.queries import search
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
from motcua.kernel.personal_codes import WrongCode, parse_citizen_id, parse_tax_code
from motcua.kernel.ratelimit import client_address
from motcua.kernel.refusals import Refused
from motcua.kernel.text import clean
from motcua.organisations.queries import units_of
from motcua.processing import actions
from motcua.processing.queries import intake_drafts
from motcua.web.desk import forms
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.shared.wording import sentence

CHUNK = 1024 * 1024
PERSON = ("kind", "name", "number", "phone", "email", "address", "return_by")


def _agency(actor: Actor) -> int:
    """The agency at whose counter the officer sits."""
    return next(seat.agency for seat in actor.seats_as(Role.ONE_STOP))


def _offered(agency: int) -> dict[str, int]:
    """National code → case, of what this counter receives."""
    services = Service.objects.filter(agency=agency, active=True, procedure__current_version__isnull=False)
    versions = dict(services.values_list("procedure__current_version", "procedure__national_code"))
    cases = ProcedureCase.objects.filter(version__in=versions).order_by("-position")
    return {versions[version]: pk for version, pk in cases.values_list("version", "pk")}


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.ONE_STOP)
def begin(request: HttpRequest) -> HttpResponseBase:
    """``/desk/intake/?q=…``: which procedure; POST ``code`` and ``number`` begins a draft for the person present."""
    actor = acting(request)
    agency = _agency(actor)
    offered = _offered(agency)
    errors: list[tuple[str, str]] = []
    number = ""
    chosen = request.POST.get("code", request.GET.get("code", ""))
    by_post = request.POST.get("channel", request.GET.get("channel", "")) == "post"
    if request.method == "POST" and chosen in offered:
        number = "".join(request.POST.get("number", "").split())
        problem = _number_problem(number)
        if problem:
            errors.append(("#number", problem))
        envelope = _envelope(request.POST) if by_post else {}
        errors += _envelope_errors(envelope) if by_post else []
        if not errors:
            return _start(actor, offered[chosen], agency, number, envelope)
    q = " ".join(request.GET.get("q", "").split())[:100]
    hits = [hit for hit in search(q, limit=50) if hit.national_code in offered][:12] if q else []
    context = {
        "staff": navigation(actor, "intake"),
        "q": q,
        "hits": hits,
        "chosen": chosen if chosen in offered else "",
        "procedure": case_bundle(offered[chosen]) if chosen in offered else None,
        "number": number,
        "by_post": by_post,
        "envelope": _envelope(request.POST),
        "errors": errors,
        "drafts": [_begun(draft) for draft in intake_drafts(actor)],
        "common": [case_bundle(offered[code]) for code in _COMMON if code in offered],
    }
    return render(request, "desk/intake.html", context, status=422 if errors else 200)


#: What most people come for (share of a commune's counter in the demo year); a start, until the counter's own figures say.
_COMMON = ("2.000815", "1.001193", "1.004873", "2.000635", "1.000656", "1.001612")


def _number_problem(number: str) -> str:
    """Why a citizen ID or tax code cannot be one; nothing when none was given (a person without papers is received)."""
    if not number:
        return ""
    for parse in (parse_citizen_id, parse_tax_code):
        try:
            parse(number)
        except WrongCode:
            continue
        return ""
    return _(
        "Số định danh có 12 chữ số, mã số thuế có 10 hoặc 13 chữ số. Kiểm tra lại trên giấy tờ, hoặc để trống."
    )


def _begun(draft: Draft) -> dict[str, Any]:
    person = orjson.loads(draft.for_person) if draft.for_person else {}
    return {
        "url": f"/desk/intake/{draft.pk}/",
        "procedure": draft.case.version.procedure.short_name,
        "person": person.get("name") or _("chưa có tên"),
        "at": draft.saved_at,
    }


ENVELOPE = ("post_number", "sender", "sender_address", "posted", "arrived")


def _envelope(post: QueryDict) -> dict[str, str]:
    """What is written on the envelope and on the post's slip, as typed."""
    return {name: clean(post.get(name, ""))[:300] for name in ENVELOPE}


def _envelope_errors(envelope: Mapping[str, str]) -> list[tuple[str, str]]:
    errors = []
    today = local_day(clock_now())
    posted, arrived = forms.day(envelope["posted"]), forms.day(envelope["arrived"])
    if not envelope["post_number"]:
        errors.append(("#post_number", _("Nhập số hiệu bưu gửi trên bì thư")))
    if len(envelope["sender"]) < 2:
        errors.append(("#sender", _("Nhập người gửi trên bì thư")))
    if envelope["posted"] and (posted is None or posted > today):
        errors.append(("#posted", _("Nhập ngày gửi theo dấu bưu điện, không sau hôm nay")))
    if arrived is None or arrived > today:
        errors.append(("#arrived", _("Nhập ngày bì thư đến cơ quan, không sau hôm nay")))
    elif posted is not None and arrived < posted:
        errors.append(("#arrived", _("Ngày đến không trước ngày gửi")))
    return errors


def _start(
    actor: Actor, case: int, agency: int, number: str, envelope: Mapping[str, str]
) -> HttpResponseBase:
    now = clock_now()
    accounts = accounts_of_person(number) if number else []
    account = accounts[0] if accounts else None
    claims = account.claim_values() if account else {}
    person = {
        "kind": "citizen",
        "name": account.full_name if account else "",
        "number": number,
        "phone": account.phone if account else "",
        "email": account.email if account else "",
        "address": _residence(claims),
        "return_by": "post" if envelope else "counter",
        **envelope,
    }
    if envelope and not account:
        person |= {"name": envelope["sender"], "address": envelope["sender_address"]}
    draft = drafts.start(
        actor=actor,
        case=case,
        agency=agency,
        claims=claims,
        now=now,
        channel=Channel.POST if envelope else Channel.COUNTER,
        person=orjson.dumps(person).decode(),
    )
    if number:
        looked_up(
            actor=actor, number=number, agency=agency, case=case, found=bool(accounts), draft=draft, now=now
        )
    return HttpResponseRedirect(f"/desk/intake/{draft.pk}/")


def _residence(claims: Mapping[str, Any]) -> str:
    for name in ("NoiOHienNay", "ThuongTru"):
        place = claims.get(name)
        if isinstance(place, Mapping) and place.get("ChiTiet"):
            return str(place["ChiTiet"])
    return ""


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
    before = orjson.loads(draft.for_person) if draft.for_person else {}
    person = _person(request.POST)
    if draft.channel == Channel.POST:
        # Registered with the envelope and corrected beside it; a page that does not show them keeps what was.
        person |= {name: clean(request.POST.get(name, before.get(name, "")))[:300] for name in ENVELOPE}
    if (
        person["number"]
        and person["number"] != before.get("number")
        and not _number_problem(person["number"])
    ):
        # A number typed here is looked up as well: whether the person has an account is shown beside it.
        found = bool(accounts_of_person(person["number"]))
        looked_up(
            actor=actor, number=person["number"], agency=draft.agency_id, case=draft.case_id, found=found,
            draft=draft, now=now,
        )  # fmt: skip
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
            actor=actor, draft_id=draft.pk, component=component, filename=scan.name or "", size=scan.size or 0, now=now
        )  # fmt: skip
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


def _person(post: QueryDict) -> dict[str, str]:
    person = {name: clean(post.get(f"person-{name}", ""))[:300] for name in PERSON}
    person["number"] = "".join(person["number"].split())
    person["kind"] = "business" if person["kind"] == "business" else "citizen"
    person["return_by"] = (
        person["return_by"] if person["return_by"] in {"online", "counter", "post"} else "counter"
    )
    return person


def _person_errors(person: Mapping[str, str]) -> list[tuple[str, str]]:
    errors = []
    if len(person.get("name", "")) < 2:
        errors.append(("#person-name", _("Nhập họ, chữ đệm, tên của người nộp")))
    problem = _number_problem(person.get("number", ""))
    if problem:
        errors.append(("#person-number", problem))
    if not person.get("phone") and not person.get("email") and not person.get("address"):
        errors.append(
            ("#person-phone", _("Nhập ít nhất một cách liên hệ: điện thoại, thư điện tử hoặc địa chỉ"))
        )
    return errors


def _file(request: HttpRequest, actor: Actor, draft: Draft) -> HttpResponseBase:
    person = orjson.loads(draft.for_person) if draft.for_person else {}
    wrong = _person_errors(person)
    if draft.channel == Channel.POST:
        wrong += _envelope_errors({name: person.get(name, "") for name in ENVELOPE})
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
                    form, section.id, draft.answers, errors, language,
                    {key: value for key, value in draft.sources.items() if key != "_touched"}, judged.warnings,
                ),
            }
            for section in asked_here
        ]  # fmt: skip
    person = orjson.loads(draft.for_person) if draft.for_person else {}
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
