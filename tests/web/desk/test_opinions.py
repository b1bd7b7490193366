"""The list of opinions asked, on screen: due first, coloured, leading to where it is answered; nobody else's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from motcua.kernel.working_time import Term
from motcua.organisations.models import Unit
from motcua.processing import actions
from motcua.processing.models import Consultation
from tests import factories
from tests.factories import OTHER_AGENCY, World

LIST = "/desk/?list=opinions"


def asked(world: World, *, days: int = 2, at: timedelta = timedelta(hours=1)) -> Consultation:
    dossier = factories.advance(world, factories.filed_dossier(world), "processing")
    return actions.consult(
        actor=world.officer("hoa"), run_id=factories.open_run(dossier).pk, within=Term(days, "wd"),
        unit=Unit.objects.get(agency__code=OTHER_AGENCY, code="culture").pk,
        question="Nơi cư trú trước đây có đúng không?", now=world.now + at,
    )  # fmt: skip


def page(world: World, who: str, path: str = LIST, *, language: str = "vi") -> str:
    browser = world.client(who)
    browser.cookies["motcua_language"] = language
    answer = browser.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def row(text: str, code: str) -> str:
    """The line of a dossier."""
    return next(line for line in re.findall(r"<tr>.*?</tr>", text, re.DOTALL) if f">{code}</a>" in line)


def test_it_is_listed_with_its_due_time_and_leads_to_the_question(world: World) -> None:
    later, sooner = asked(world, days=300), asked(world, days=299)
    shown = page(world, "cuong")
    assert 'aria-current="true">Cho ý kiến <span class="mc-count">2</span>' in shown
    assert shown.index(sooner.dossier.code) < shown.index(later.dossier.code)
    line = row(shown, later.dossier.code)
    assert "mc-due--on_time" in line
    assert "Thẩm định hồ sơ" in line
    link = shown.split(f"/desk/dossiers/{later.dossier.code}/")[1].split('"')[0].replace("&amp;", "&")
    assert link.endswith("#opinions")
    opened = page(world, "cuong", f"/desk/dossiers/{later.dossier.code}/{link.split('#')[0]}")
    assert 'id="opinions"' in opened
    assert "Nơi cư trú trước đây có đúng không?" in opened
    assert sooner.dossier.code in opened  # the line before, to go on to
    english = page(world, "cuong", language="en")
    assert "Opinions to give" in english


def test_what_is_late_has_its_colour_and_sign(world: World) -> None:
    late = asked(world, days=1, at=timedelta(hours=1))
    Consultation.objects.filter(pk=late.pk).update(due_at=world.now - timedelta(days=30))
    line = row(page(world, "cuong"), late.dossier.code)
    assert "mc-due--late" in line
    assert "▲" in line


def test_strangers_and_the_agency_that_asked_have_none(world: World) -> None:
    one = asked(world)
    for who in ("linh", "hung", "hoa", "tuan", "minh", "thu"):
        shown = page(world, who)
        assert one.dossier.code not in shown, who
        assert "Không có ý kiến nào đang chờ Ông/Bà" in shown
    assert world.client("lan").get(LIST).status_code == 403
    assert world.client().get(LIST).status_code == 302
    assert f'href="{LIST}"' in page(world, "cuong", "/desk/notices/")


def test_an_answer_takes_it_off_the_list(world: World) -> None:
    one, two = asked(world), asked(world)
    actions.answer_consultation(
        actor=world.officer("cuong"), consultation_id=one.pk, agrees=True, answer="Đúng như khai.",
        now=world.now + timedelta(hours=2),
    )  # fmt: skip
    shown = page(world, "cuong")
    assert one.dossier.code not in shown
    assert two.dossier.code in shown


def test_it_costs_five_queries_for_one_question_and_for_fifty(
    world: World, django_assert_num_queries: Any
) -> None:
    one = asked(world)
    browser = world.client("cuong")
    browser.get(LIST)
    with django_assert_num_queries(5):
        browser.get(LIST)
    Consultation.objects.bulk_create(
        Consultation(
            dossier_id=one.dossier_id, run_id=one.run_id, agency_id=one.agency_id, unit_id=one.unit_id,
            question=f"Câu hỏi {number}", asked_at=one.asked_at, asked_by_id=one.asked_by_id, due_at=one.due_at,
        )
        for number in range(60)
    )  # fmt: skip
    with django_assert_num_queries(5):
        answer = browser.get(LIST)
    assert answer.content.decode().count("data-row-link") == 50
