"""Once only: what is known is not asked again, says where it came from, and is compared; a register's bad day stops nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from motcua.dossiers import drafts
from motcua.dossiers.bundles import form_of
from motcua.dossiers.models import Dossier, Draft
from motcua.exchange import checking, known
from motcua.exchange.asking import Question, ask
from motcua.exchange.connectors import Junk, Silent
from motcua.exchange.filling import fill_in
from motcua.exchange.models import Check, RegisterQuery, RegisterState
from motcua.exchange.queries import compared
from motcua.kernel import crypto
from motcua.kernel.models import RulesSkipped
from motcua.processing.actions import reopen
from motcua.results.models import StoreItem
from tests import factories
from tests.committed import Committed, at_once
from tests.exchange.conftest import Connect
from tests.factories import BUILDING, HOUSEHOLD, MARITAL, NOW

#: A procedure whose form asks for the social insurance number, which no sign-in tells.
CODE, FIELD, NUMBER = "1.001939", "ma_bhxh", "3820114578"
LAN = "038192186762"
NUMBERS = {"citizen_id": LAN}
Outcome = RegisterQuery.Outcome


def begin(place: Committed, code: str = CODE) -> Draft:
    return factories.draft(place.world, code=code, filled=False, papers=False)


def fill(place: Committed, draft: Draft, at: Any = NOW) -> Draft:
    fill_in(actor=place.world.person("lan"), draft_id=draft.pk, numbers=NUMBERS, now=at)
    draft.refresh_from_db()
    return draft


def file(place: Committed, draft: Draft, **answers: Any) -> Dossier:
    """File a draft with valid answers, those given among them."""
    filled = factories.draft(place.world, code=CODE)  # answers and papers for the same draft
    assert filled.pk == draft.pk
    filled.answers = {**filled.answers, **answers}
    filled.save(update_fields=["body"])
    return factories.file(place.world, draft)


def test_a_register_fills_what_signing_in_did_not_tell(committed: Committed, connect: Connect) -> None:
    registers = connect("dan-cu", "bao-hiem")
    registers["bao-hiem"].people[LAN] = {"MaBHXH": NUMBER}
    draft = fill(committed, begin(committed))
    assert draft.answers[FIELD] == NUMBER
    assert draft.sources[FIELD].startswith("register:bao-hiem:2026-11-24T03:00")
    # Only who can tell is asked, and only for what is missing.
    assert registers["bao-hiem"].asked == [(LAN, frozenset({"MaBHXH"}))]
    assert all("HoVaTen" not in names for _, names in registers["dan-cu"].asked)


def test_every_question_is_written_down_without_what_was_answered(
    committed: Committed, connect: Connect
) -> None:
    connect("bao-hiem")["bao-hiem"].people[LAN] = {"MaBHXH": NUMBER}
    draft = fill(committed, begin(committed))
    query = RegisterQuery.objects.get(register="bao-hiem")
    assert (query.purpose, query.outcome, query.names, query.given) == (
        "prefill",
        "answered",
        ["MaBHXH"],
        ["MaBHXH"],
    )
    assert (query.draft_id, query.account_id) == (draft.pk, committed.world.account("lan").pk)
    assert bytes(query.person_index) == crypto.blind_index(LAN, crypto.CITIZEN_ID)
    assert NUMBER not in str(query.__dict__)
    with pytest.raises(RulesSkipped):
        RegisterQuery.objects.all().delete()


def test_it_is_done_once_and_what_was_typed_meanwhile_stays(committed: Committed, connect: Connect) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    register.people[LAN] = {"MaBHXH": NUMBER}
    draft = begin(committed)
    lan = committed.world.person("lan")
    drafts.save(actor=lan, draft_id=draft.pk, values={FIELD: "1111111111"}, revision=1, now=NOW)
    fill(committed, draft)
    assert draft.answers[FIELD] == "1111111111"
    fill(committed, draft)
    assert len(register.asked) <= 1


@pytest.mark.parametrize("mood", [Silent("away"), Junk("?"), RuntimeError("a fault of the plug-in")])
def test_a_register_that_fails_opens_the_field_and_is_asked_later(
    committed: Committed, connect: Connect, mood: Exception
) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    register.mood = mood
    draft = fill(committed, begin(committed))
    assert FIELD not in draft.answers
    assert draft.sources["_later"] == {FIELD: "bao-hiem"}
    dossier = file(committed, draft, **{FIELD: NUMBER})

    assert checking.check_filed(dossier.pk, NOW) == 0, "still away: filing goes on, the check waits"
    check = Check.objects.get(field=FIELD)
    assert (check.state, check.tries) == ("waiting", 1)
    assert checking.check_due(NOW + timedelta(minutes=4)) == 0, "not before its time"

    register.mood, register.people[LAN] = None, {"MaBHXH": NUMBER}
    RegisterState.objects.all().update(failures=0, opened_at=None)
    assert checking.check_due(NOW + timedelta(minutes=6)) == 1
    (line,) = compared(dossier, form_of(dossier.form_id or 0), dossier.answer_sets.get().values, "vi")
    assert (line.state, line.filed) == ("agrees", NUMBER)
    assert RegisterQuery.objects.filter(purpose="check", dossier_id=dossier.pk, actor_kind="system").exists()


def test_a_corrected_value_is_shown_to_the_desk_beside_the_registers(
    committed: Committed, connect: Connect
) -> None:
    connect("bao-hiem")["bao-hiem"].people[LAN] = {"MaBHXH": NUMBER}
    draft = fill(committed, begin(committed))
    dossier = file(committed, draft, **{FIELD: "3820999999"})
    assert checking.check_filed(dossier.pk, NOW) == 1
    (line,) = compared(dossier, form_of(dossier.form_id or 0), dossier.answer_sets.get().values, "vi")
    assert (line.state, line.said, line.filed) == ("differs", NUMBER, "3820999999")
    page = committed.world.client("minh").get(f"/desk/dossiers/{dossier.code}/").content.decode()
    assert "Đối chiếu với cơ sở dữ liệu" in page
    assert NUMBER in page
    assert committed.world.client("linh").get(f"/desk/dossiers/{dossier.code}/").status_code == 404


def test_a_register_that_knows_nobody_has_said_its_word(committed: Committed, connect: Connect) -> None:
    connect("bao-hiem")
    draft = fill(committed, begin(committed))
    assert "_later" not in draft.sources
    assert not Check.objects.exists()
    assert RegisterQuery.objects.get(register="bao-hiem").outcome == Outcome.NOTHING


def test_after_three_failures_nobody_waits_for_it(committed: Committed, connect: Connect) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    register.mood = Silent("away")
    lan = committed.world.person("lan")
    question = Question(lan, LAN, frozenset({"MaBHXH"}), "prefill")
    outcomes = [ask(register, question, now=NOW).outcome for _ in range(5)]
    assert outcomes == [Outcome.SILENT] * 3 + [Outcome.RESTING] * 2
    assert len(register.asked) == 3
    register.mood = None
    assert ask(register, question, now=NOW + timedelta(seconds=61)).came
    assert ask(register, question, now=NOW + timedelta(seconds=62)).came


@pytest.mark.race
def test_sixteen_at_once_keep_to_the_budget_and_one_probe_goes_out(
    committed: Committed, connect: Connect
) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    question = Question(committed.world.person("lan"), LAN, frozenset({"MaBHXH"}), "prefill")
    RegisterState.objects.create(key="bao-hiem", window_at=NOW, asked=register.known.policy.per_minute - 5)
    ended = at_once(16, lambda _: ask(register, question, now=NOW).outcome)
    assert sorted(str(one) for one in ended) == ["nothing"] * 5 + ["over_budget"] * 11, ended
    assert len(register.asked) == 5
    assert RegisterQuery.objects.count() == 16

    register.asked.clear()
    RegisterState.objects.update(failures=3, opened_at=NOW, probe_at=None)
    register.mood = Silent("still away")
    later = NOW + timedelta(seconds=90)
    ended = at_once(8, lambda _: ask(register, question, now=later).outcome)
    assert len(register.asked) == 1, "one probe"
    assert sorted(str(one) for one in ended) == ["resting"] * 7 + ["silent"], ended


def test_it_is_never_asked_inside_a_transaction(committed: Committed, connect: Connect) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    question = Question(committed.world.person("lan"), LAN, frozenset({"MaBHXH"}), "prefill")
    with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
        ask(register, question, now=NOW)
    assert not register.asked


def test_what_was_filed_before_is_not_asked_again(committed: Committed, connect: Connect) -> None:
    connect()
    first = fill(committed, begin(committed))
    assert FIELD not in first.answers
    dossier = file(committed, first, **{FIELD: NUMBER})
    again = fill(committed, begin(committed))
    assert again.pk != first.pk
    assert again.answers[FIELD] == NUMBER
    assert again.sources[FIELD] == f"dossier:{dossier.code}"
    # Nobody else's: the stranger's draft of the same procedure stays blank.
    stranger = factories.draft(committed.world, "nguoila", CODE, filled=False, papers=False)
    fill_in(actor=committed.world.person("nguoila"), draft_id=stranger.pk, numbers={}, now=NOW)
    stranger.refresh_from_db()
    assert FIELD not in stranger.answers


def test_results_in_the_data_store_tell_what_they_state_of_their_owner(committed: Committed) -> None:
    world = committed.world
    filed = factories.filed_dossier(world, "lan", MARITAL)
    factories.advance(world, filed, "returned")
    found = known.from_store(world.person("lan"))
    assert found["DanToc"] == "Kinh"
    assert known.from_store(world.person("nguoila")) == {}
    reopen(
        actor=world.officer("tuan"),
        dossier_id=filed.pk,
        reason="Kết quả ghi sai ngày sinh do lỗi của cơ quan.",
        now=world.now + timedelta(days=3),
    )
    assert known.from_store(world.person("lan")) == {}, "what was revoked tells nothing"


def test_one_poisoned_dossier_does_not_stop_the_others(
    committed: Committed, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    register.mood = Silent("away")
    dossiers = []
    for _ in range(2):
        draft = fill(committed, begin(committed))
        dossiers.append(file(committed, draft, **{FIELD: NUMBER}))
        known_before = Draft.objects.get(pk=draft.pk)
        assert known_before.dossier_id
        # The second is filled from the first; let it be compared all the same.
        Check.objects.get_or_create(
            draft=known_before,
            field=FIELD,
            defaults={"register": "bao-hiem", "next_at": NOW, "created_at": NOW},
        )
    register.mood, register.people[LAN] = None, {"MaBHXH": NUMBER}
    RegisterState.objects.all().update(failures=0, opened_at=None)
    real = checking.check_filed  # a plain function: the job calls it by name

    def poisoned(dossier: int, now: Any) -> int:
        if dossier == dossiers[0].pk:
            raise ValueError("poisoned")
        return real(dossier, now)

    monkeypatch.setattr(checking, "check_filed", poisoned)
    assert checking.check_due(NOW + timedelta(hours=1)) == 1
    assert Check.objects.get(draft__dossier=dossiers[1]).state == "agrees"


@pytest.mark.race
def test_two_workers_do_not_ask_for_the_same_check(committed: Committed, connect: Connect) -> None:
    register = connect("bao-hiem")["bao-hiem"]
    register.mood = Silent("away")
    draft = fill(committed, begin(committed))
    dossier = file(committed, draft, **{FIELD: NUMBER})
    register.mood, register.people[LAN] = None, {"MaBHXH": NUMBER}
    register.asked.clear()
    ended = at_once(6, lambda _: checking.check_filed(dossier.pk, NOW))
    assert sorted(ended) == [0] * 5 + [1], ended
    assert len(register.asked) == 1


@pytest.mark.race
def test_enrichment_and_autosave_neither_deadlock_nor_lose(committed: Committed, connect: Connect) -> None:
    """Trap 29: both write the draft; every save stands, and the register fills only what was blank."""
    connect("bao-hiem")["bao-hiem"].people[LAN] = {"MaBHXH": NUMBER}
    lan = committed.world.person("lan")
    for _round in range(5):
        draft = begin(committed)

        def act(number: int, draft: Draft = draft) -> object:
            if number == 0:
                return fill_in(actor=lan, draft_id=draft.pk, numbers=NUMBERS, now=NOW)
            return drafts.save(
                actor=lan, draft_id=draft.pk, values={f"x{number}": number}, revision=draft.revision, now=NOW
            )

        ended = at_once(8, act)
        assert not [one for one in ended if isinstance(one, BaseException)], ended
        draft.refresh_from_db()
        assert {f"x{number}": number for number in range(1, 8)}.items() <= draft.answers.items()
        assert draft.answers[FIELD] == NUMBER
        drafts.discard(actor=lan, draft_id=draft.pk)


def test_a_revoked_result_of_a_business_fills_nothing(committed: Committed) -> None:
    """A certificate says of itself whose it is, and would fill as long as it is in the store: only its end keeps it out."""
    world = committed.world
    binh, code = world.person("binh"), "ma_so_thue"

    def filled() -> Draft:
        draft = factories.draft(world, "binh", BUILDING, filled=False, papers=False)
        draft.answers = {name: value for name, value in draft.answers.items() if name != code}
        draft.save(update_fields=["body"])
        fill_in(actor=binh, draft_id=draft.pk, numbers={}, now=NOW)
        draft.refresh_from_db()
        return draft

    certificate = factories.filed_dossier(world, "binh", HOUSEHOLD)
    factories.advance(world, certificate, "returned")
    number = known.from_store(binh)["MaSoThue"]
    before = filled()
    assert (before.answers[code], before.sources[code]) == (number, "store:")
    drafts.discard(actor=binh, draft_id=before.pk)
    reopen(
        actor=world.officer("tuan"), dossier_id=certificate.pk, reason="Giấy chứng nhận cấp sai do lỗi của cơ quan.",
        now=world.now + timedelta(days=3),
    )  # fmt: skip
    assert StoreItem.objects.filter(account=binh.account).exists(), (
        "it stays in the store, and says that it is revoked"
    )
    assert known.from_store(binh) == {}
    assert code not in filled().answers
