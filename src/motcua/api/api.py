"""The public API, version 1. Open data needs no key; what belongs to a person is not here.

Answers are made with orjson straight from the in-memory catalogue and returned as they are: the response schemas
below are for the OpenAPI document, not a second pass over every answer. There is no documentation page from a CDN
(it would break the content-security policy); any OpenAPI reader takes `/api/v1/openapi.json`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Schema
from ninja.errors import HttpError, ValidationError

from motcua.api.review import router as review
from motcua.catalogue import queries
from motcua.catalogue.pages import ProcedurePage
from motcua.kernel.codes import is_national_code, national_code

api = NinjaAPI(
    title="Motcua",
    version="1",
    description="Danh mục thủ tục hành chính công khai. Public catalogue of administrative procedures.",
    docs_url=None,
    urls_namespace="api_v1",
)
MAX_LIMIT = 100
api.add_router("", review)


class ProcedureItem(Schema):
    """A procedure in a list, in rank order."""

    national_code: str
    name: str
    short_name: str
    name_en: str
    level: Literal["full", "partial", "information", "unknown"]
    sector: str
    ministry: str
    audience: list[Literal["citizen", "business"]] | None
    detailed: bool
    url: str


class Problem(Schema):
    """What was wrong with a request. `code` is stable; `errors` names the parameters."""

    code: str
    message: str
    errors: list[dict[str, Any]] = []


def answer(data: object, status: int = 200) -> HttpResponse:
    response = HttpResponse(orjson.dumps(data), status=status, content_type="application/json; charset=utf-8")
    if status == 200:
        response["Cache-Control"] = "public, max-age=60"
    return response


def item(hit: queries.Hit) -> dict[str, Any]:
    """The JSON of a list item. An audience of null: the national list does not state it."""
    stated = hit.citizen is not None or hit.business is not None
    audience = [name for name, flag in (("citizen", hit.citizen), ("business", hit.business)) if flag]
    return {
        "national_code": hit.national_code,
        "name": hit.name,
        "short_name": hit.short_name,
        "name_en": hit.name_en,
        "level": hit.level,
        "sector": hit.sector,
        "ministry": hit.ministry,
        "audience": audience if stated else None,
        "detailed": hit.detailed,
        "url": f"/procedures/{hit.national_code}/",
    }


@api.get(
    "/procedures",
    response={200: list[ProcedureItem], 422: Problem},
    summary="Tìm thủ tục · Search procedures",
    tags=["catalogue"],
)
def procedures(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=200, description="Words, with or without diacritics; or a code")] = "",
    audience: Annotated[Literal["citizen", "business"] | None, Query()] = None,
    sector: Annotated[str | None, Query(max_length=80, description="Slug of a sector")] = None,
    life_event: Annotated[str | None, Query(max_length=60, description="Slug of a life event")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 20,
) -> HttpResponse:
    """The same search as the portal's, best first. Without `q`: all that pass the filters, most asked for first."""
    if "\x00" in q:
        return answer(
            {"code": "invalid", "message": "q: control characters are not text.", "errors": []}, 422
        )
    found = queries.search(q, audience=audience, sector=sector, life_event=life_event, limit=limit)
    return answer([item(hit) for hit in found])


@api.get(
    "/procedures/{code}",
    response={200: dict[str, Any], 404: Problem, 422: Problem},
    summary="Một thủ tục · One procedure",
    tags=["catalogue"],
)
def procedure(request: HttpRequest, code: str) -> HttpResponse:
    """The published definition: cases with papers, fees and terms, legal basis, results. `1.001193.H56` is understood."""
    if not is_national_code(code):
        return answer(
            {"code": "not_a_code", "message": "A procedure code looks like 1.001193.", "errors": []}, 422
        )
    page = queries.procedure_page(national_code(code))
    if page is None:
        return answer({"code": "not_found", "message": "There is no such procedure.", "errors": []}, 404)
    return answer(_document(page))


def _document(page: ProcedurePage) -> dict[str, Any]:
    hit = queries.hit(page.national_code)
    assert hit is not None
    return {
        **item(hit),
        "level_certain": page.level_certain,
        "version": page.version_number,
        "published_at": page.published_at,
        "sequence": [{"key": step.key, "vi": step.text.vi, "en": step.text.en} for step in page.sequence],
        "channels": page.channels,
        "sets": page.sets,
        "subjects": page.subjects,
        "executing_agencies": page.executing_agencies,
        "cases": page.cases,
        "results": [{"name": name, "code": code or None} for name, code in page.results],
        "legal_basis": page.legal_basis,
        "announced_by": page.announced_by or None,
        "replacements": page.replacements,
        "notes": page.notes,
    }


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 with the parameters by name, and without repeating what was sent."""
    errors = [{"parameter": str(e["loc"][-1]), "problem": e["msg"]} for e in error.errors]
    message = "; ".join(f"{e['parameter']}: {e['problem']}" for e in errors)
    return answer({"code": "invalid", "message": message, "errors": errors}, 422)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer({"code": "refused", "message": str(error), "errors": []}, error.status_code)
