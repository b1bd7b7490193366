"""Seeing a form as people will, and filing it as a trial: nothing is kept, no dossier arises, nobody is told.

What has been typed in a trial travels in the page itself, as it was typed, and is judged anew at each step.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from motcua.catalogue.forms import drafts
from motcua.dossiers import declarations
from motcua.eforms import editing, examples, messages, paging, rendering
from motcua.eforms import rules as eforms
from motcua.eforms.forms import Form
from motcua.eforms.paging import Page
from motcua.kernel.actors import Role
from motcua.kernel.clock import local_day
from motcua.kernel.clock import now as clock_now
from motcua.web.shared.formats import money
from motcua.web.shared.staff import acting, navigation, staff
from motcua.web.studio.forms import reading
from motcua.web.studio.forms.editor import version_of
from motcua.web.studio.forms.reading import Subject, subject_of

#: Of what was typed so far; a trial is no place to keep books.
MAX_ANSWERS = 200_000


def _form(request: HttpRequest, subject: Subject) -> tuple[Form | None, tuple[str, ...], str]:
    """The form as far as it can be drawn, the ids left out, and which it is (``?version=12``; the draft without)."""
    asked = request.GET.get("version", "")
    version = version_of(subject, asked)
    definition = version.definition if version else drafts.written(subject.key).definition
    form, left_out = editing.drawable(definition)
    return (
        form,
        left_out,
        _("phiên bản %(number)s") % {"number": version.number} if version else _("bản thảo"),
    )


@xframe_options_sameorigin
@require_safe
@staff(Role.HEAD, Role.OPERATOR)
def form_preview(request: HttpRequest, key: str) -> HttpResponseBase:
    """``?page=<key>&all=1``: a page of the form by itself, as in a phone beside the outline. ``all``: hidden ones too."""
    subject = subject_of(acting(request), key)
    form, _left_out, _which = _form(request, subject)
    lang = request.LANGUAGE_CODE
    shown = paging.pages(form) if form is not None else ()
    page = next(
        (one for one in shown if request.GET.get("page") in (one.key, one.section.id)),
        shown[0] if shown else None,
    )
    place = shown.index(page) if page else 0
    context = {
        "subject": subject,
        "page": page,
        "title": page.title(lang) if page and not page.single else "",
        "html": rendering.page_html(form, page, {}, lang=lang) if form is not None and page else "",
        "number": place + 1,
        "count": len(shown),
        "before": shown[place - 1].key if place else "",
        "after": shown[place + 1].key if place + 1 < len(shown) else "",
        "version": request.GET.get("version", ""),
    }
    return render(request, "studio/forms/preview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff(Role.HEAD, Role.OPERATOR)
def form_trial(request: HttpRequest, key: str) -> HttpResponseBase:
    """``/studio/forms/<key>/trial/``: page by page, then the check, as an applicant would."""
    actor = acting(request)
    subject = subject_of(actor, key)
    form, left_out, which = _form(request, subject)
    base = {
        "staff": navigation(actor, "forms"),
        "subject": subject,
        "which": which,
        "version": request.GET.get("version", ""),
        "left_out": [reading.labels(drafts.written(subject.key).definition, request.LANGUAGE_CODE).get(one, one) for one in left_out],
    }  # fmt: skip
    if form is None:
        return render(request, "studio/forms/trial_none.html", base)
    post = request.POST
    answers = _carried(post.get("_answers", ""))
    what = post.get("_go", "") if request.method == "POST" else ""
    here = _page(form, post.get("_page", ""))
    if what == "example":
        answers = examples.good_answers(form, today=local_day(clock_now()))
        return _check(request, form, answers, base)
    pressed = None
    if here is not None and request.method == "POST":
        data = dict(post.lists())
        answers = {**answers, **eforms.parse_fields(here.fields, data)}
        pressed = eforms.press(form, answers, data)
        if pressed is not None:
            answers = pressed[0]
    if what == "declaration":
        return _declaration(subject, form, answers)
    if what == "check" and here is None:
        return _check(request, form, answers, base)
    asked = paging.pages_asked(form, answers)
    if what.startswith("to-"):
        wanted = _page(form, what[3:])
        return _draw(request, form, wanted or asked[0], answers, base, judge=True)
    if here is None or not asked:
        return (
            _draw(request, form, asked[0], answers, base) if asked else _check(request, form, answers, base)
        )
    if pressed is not None:
        return _draw(request, form, here, answers, base)
    place = next((i for i, one in enumerate(asked) if one.key == here.key), 0)
    if what == "back":
        return _draw(request, form, asked[max(0, place - 1)], answers, base)
    wrong = _wrong(form, here, answers)
    if wrong:
        return _draw(request, form, here, answers, base, judge=True, status=422)
    if place + 1 < len(asked):
        return _draw(request, form, asked[place + 1], answers, base)
    return _check(request, form, answers, base)


def _page(form: Form, key: str) -> Page | None:
    try:
        return paging.page(form, key)
    except KeyError:
        return None


def _carried(text: str) -> dict[str, Any]:
    """Answers as the page before wrote them; what is no such thing is an empty trial."""
    if len(text) > MAX_ANSWERS:
        return {}
    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _validation(form: Form, answers: Mapping[str, Any]) -> eforms.Validation:
    return eforms.validate(form, answers, today=local_day(clock_now()))


def _wrong(form: Form, page: Page, answers: Mapping[str, Any]) -> dict[str, Any]:
    here = {field.id for field in page.fields}
    return {name: faults for name, faults in _validation(form, answers).errors.items() if name in here}


def _draw(
    request: HttpRequest,
    form: Form,
    page: Page,
    answers: Mapping[str, Any],
    base: dict[str, Any],
    *,
    judge: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    lang = request.LANGUAGE_CODE
    errors = _wrong(form, page, answers) if judge else {}
    warnings = _validation(form, answers).warnings if judge else {}
    asked = paging.pages_asked(form, answers)
    place = next((i for i, one in enumerate(asked) if one.key == page.key), 0)
    context = {
        **base,
        "page": page,
        "title": page.title(lang),
        "number": place + 1,
        "count": len(asked),
        "html": rendering.page_html(form, page, answers, errors, lang, warnings=warnings),
        "summary": rendering.error_summary_html(form, errors, lang),
        "answers": json.dumps(answers, ensure_ascii=False),
    }
    return render(request, "studio/forms/trial.html", context, status=status)


def _check(
    request: HttpRequest, form: Form, answers: Mapping[str, Any], base: dict[str, Any]
) -> HttpResponseBase:
    """What would be filed, what is still wrong, and what the answers bring about."""
    lang = request.LANGUAGE_CODE
    judged = _validation(form, answers)
    left = [
        (paging.page_of(form, name).key, text)
        for name, faults in judged.errors.items()
        for text in messages.error_texts(form, name, faults, lang).values()
    ]
    brought = eforms.outcome_of(form, judged.cleaned)
    names = reading.target_names(base["subject"].key, lang)
    context = {
        **base,
        "left": left,
        "sections": rendering.answers_summary(form, judged.cleaned, lang, blanks=True),
        "blocked": [text(lang) for text in brought.blocked],
        "brings": [
            *[(_("Phải nộp thêm"), names["components"].get(one, one)) for one in sorted(brought.components)],
            *([(_("Trường hợp"), names["cases"].get(brought.case, brought.case))] if brought.case else []),
            *([(_("Lĩnh vực giải quyết"), names["routes"].get(brought.sector, brought.sector))] if brought.sector else []),
            *([(_("Phí, lệ phí tạm tính"), money(brought.fee))] if brought.fee is not None else []),
        ],
        "answers": json.dumps(answers, ensure_ascii=False),
        "cleaned": json.dumps(judged.cleaned, ensure_ascii=False, indent=1),
    }  # fmt: skip
    return render(request, "studio/forms/trial_check.html", context)


def _declaration(subject: Subject, form: Form, answers: Mapping[str, Any]) -> HttpResponse:
    """The declaration as it would be printed, marked as a trial."""
    content = declarations.render(
        form,
        _validation(form, answers).cleaned,
        code=_("BẢN ĐIỀN THỬ"),
        number=1,
        procedure=subject.name,
        agency="–",
        place="–",
        applicant=_("Bản điền thử, không có giá trị"),
        papers=(),
        at=clock_now(),
    )
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="to-khai-thu-{subject.key}.pdf"'
    return response
