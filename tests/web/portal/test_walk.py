"""Lan's whole way without JavaScript: from the first page to a dossier with its code."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from motcua.demo.cast import sample_scan
from motcua.dossiers.bundles import case_bundle, form_of
from motcua.dossiers.models import Dossier, Draft
from motcua.dossiers.rules import asked
from tests import factories
from tests.factories import World

PUBLIC = [
    "/", "/?audience=business", "/procedures/", "/procedures/?q=khai+sinh", "/procedures/?q=zzzzqqq", "/procedures/all/",
    "/procedures/1.001193/", "/procedures/1.013225/", "/procedures/2.000815/", "/sectors/ho-tich/", "/track/", "/verify/", "/statistics/", "/help/",
    "/privacy/", "/accessibility/", "/site-map/", "/sitemap.xml", "/robots.txt", "/style/",
]  # fmt: skip


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_public_pages_answer_in_both_languages(world: World, path: str, language: str) -> None:
    browser = world.client()
    browser.cookies["motcua_language"] = language
    answer = browser.get(path)
    assert answer.status_code == 200
    assert "motcua_session" not in answer.cookies
    assert "motcua_csrf" not in answer.cookies or path in {"/style/"}


def post(browser: Client, path: str, data: dict[str, object]) -> str:
    answer = browser.post(path, data)
    assert answer.status_code == 302, (
        path,
        answer.status_code,
        re.findall(r"error-summary.*?</ul>", answer.content.decode(), re.S),
    )
    return str(answer["Location"])


def test_the_whole_filing_without_a_script(world: World) -> None:
    lan = world.client("lan")
    assert "Bắt đầu khai" in lan.get("/procedures/1.004873/start/").content.decode()
    where = post(
        lan,
        "/procedures/1.004873/start/",
        {"agency": world.agencies["H56.201"].pk, "case": world.case("1.004873")},
    )
    draft = Draft.objects.get()
    assert where == f"/drafts/{draft.pk}/"
    # What a real person would type: the example answers of the factory, posted part by part.
    model = factories.draft(world, "binh", "1.004873", papers=False)
    form = form_of(draft.form_id)
    from motcua.web.portal.answers import control, pairs

    page = lan.get(where, follow=True)
    for _ in range(12):
        path = page.request["PATH_INFO"]
        if "/part/" not in path:
            break
        section = form.section(path.rstrip("/").rpartition("/")[2])
        data: dict[str, list[str]] = {}
        for field in section.fields:
            if field.kind.asks and field.id in model.answers:
                for name, value in pairs(control(field, model.answers[field.id], "vi")):
                    data.setdefault(name, []).append(value)
        page = lan.post(path, data, follow=True)
        assert page.status_code == 200, page.content.decode()[:3000]
    assert path.endswith(("/papers/", "/check/")), path
    draft.refresh_from_db()
    if path.endswith("/papers/"):
        for paper in case_bundle(draft.case_id).components:
            if paper.required and asked(paper):
                file = SimpleUploadedFile("giấy tờ.pdf", sample_scan(), "application/pdf")
                post(lan, path, {f"file.{paper.pk}": file, "_go": "stay"})
        assert post(lan, path, {"_go": "next"}).endswith("/check/")
    check = f"/drafts/{draft.pk}/check/"
    page = lan.get(check)
    assert "Còn" not in page.content.decode()
    assert lan.post(check, {"return_by": "online"}).status_code == 422
    done = post(lan, check, {"return_by": "online", "declared": "1"})
    again = post(lan, check, {"return_by": "online", "declared": "1"})
    assert done == again == f"/drafts/{draft.pk}/done/"
    dossier = Dossier.objects.get()
    page = lan.get(done)
    assert dossier.code in page.content.decode()
    assert dossier.remote
