"""Writing a form and publishing it: who may, what is refused, what stays as a trace, and what people notice."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.db.utils import DatabaseError
from tests import factories
from tests.eforms.generate import good_answers
from tests.eforms.made import q, words
from tests.factories import AGENCY, MARITAL, NOW, World, refusal

from motcua.catalogue.actions import attach_form, import_catalogue, offer_service
from motcua.catalogue.forms import actions, drafts
from motcua.catalogue.forms.actions import MOST_REVISIONS, StillFaulty
from motcua.catalogue.importing import bundled_sources, parse
from motcua.catalogue.models import Level, Procedure, ProcedureCase, ProcedureVersion, Service
from motcua.catalogue.records import Definition, Parsed
from motcua.config import base
from motcua.dossiers import actions as filing
from motcua.dossiers import drafts as people
from motcua.dossiers import rebasing
from motcua.dossiers.bundles import case_bundle, form_of, newest_form
from motcua.dossiers.models import Dossier, Draft
from motcua.eforms import editing
from motcua.eforms.forms import check_definition
from motcua.eforms.models import FormBlock, FormDraft, FormDraftRevision, FormVersion
from motcua.kernel import jobs
from motcua.kernel.actors import SYSTEM, Actor
from motcua.kernel.clock import local_day
from motcua.kernel.events import broken_at
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.organisations.actions import set_second_publisher

REASON = "Quyết định 1234/QĐ-UBND"
#: Described in full, with two papers and without any form.
FORMLESS = "3.000467"


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What is rolled back is not remembered."""
    factories.forget()
    yield
    factories.forget()


def definition(key: str = MARITAL) -> dict[str, Any]:
    return copy.deepcopy(drafts.written(key).definition)


def asking(key: str = MARITAL, label: str = "Câu mới", **field: Any) -> dict[str, Any]:
    """What is written, and one question more."""
    made = definition(key)
    made, name = editing.add_field(made, "text", words(label), section=made["sections"][0]["id"])
    return editing.put_field(made, name, {**editing.field_of(made, name), "required": False, **field})


def save(world: World, made: Any, *, revision: int = 0, who: str = "toan", key: str = MARITAL) -> FormDraft:
    return actions.save_draft(
        actor=world.officer(who),
        key=key,
        revision=revision,
        definition=made,
        change="field",
        where="x",
        now=NOW,
    )


def publish(
    world: World, revision: int, *, who: str = "toan", key: str = MARITAL, reason: str = REASON
) -> FormVersion:
    """As the studio does, and what the worker does afterwards."""
    with jobs.held() as held:
        version = actions.publish_draft(
            actor=world.officer(who), key=key, revision=revision, reason=reason, now=NOW
        )
    newest_form.forget()
    for job, arguments in held:
        if job is rebasing.move_drafts:
            job.run(**arguments)
    return version


def undo(world: World, revision: int) -> FormDraft:
    return actions.undo(actor=world.officer("toan"), key=MARITAL, revision=revision, now=NOW)


def ask(world: World, revision: int, who: str = "toan", reason: str = REASON) -> FormDraft:
    return actions.ask_publication(
        actor=world.officer(who), key=MARITAL, revision=revision, reason=reason, now=NOW
    )


def titled(text: str) -> dict[str, Any]:
    return {**definition(), "title": words(text)}


def title(key: str = MARITAL) -> str:
    return str(drafts.written(key).definition["title"]["vi"])


def history(draft: FormDraft) -> list[Event]:
    return list(Event.objects.filter(stream=draft.stream).order_by("seq"))


def open_services(*codes: str) -> None:
    """Let only these agencies offer the procedure."""
    Service.objects.filter(procedure__national_code=MARITAL).update(active=False)
    Service.objects.filter(procedure__national_code=MARITAL, agency__code__in=codes).update(active=True)


# --- who may --------------------------------------------------------------------------------------------------------------


def test_who_writes_answers_for_all_agencies_that_offer_the_procedure(world: World) -> None:
    def who(*names: str) -> dict[str, tuple[bool, bool]]:
        found = {name: drafts.author(world.officer(name), MARITAL) for name in names}
        return {name: (one.reads, one.writes) for name, one in found.items()}

    assert who("toan", "dat", "tuan", "hung", "phong", "minh", "hoa", "cong") == {
        "toan": (True, True), "dat": (True, True), "tuan": (True, False), "hung": (True, False),
        "phong": (False, False), "minh": (False, False), "hoa": (False, False), "cong": (False, False),
    }  # fmt: skip
    open_services(AGENCY)
    assert who("toan", "tuan", "hung") == {"toan": (True, True), "tuan": (True, True), "hung": (False, False)}
    open_services()
    # What nobody offers yet is prepared at the top: by those who answer for an agency that is under no other.
    assert who("toan", "tuan") == {"toan": (True, True), "tuan": (False, False)}
    for stranger in (world.person("nguoila"), world.person("toan")):
        assert drafts.author(stranger, MARITAL) == drafts.Author(False, False)


def test_a_form_of_two_procedures_is_of_all_their_agencies(world: World) -> None:
    open_services(AGENCY)
    assert drafts.author(world.officer("tuan"), MARITAL).writes
    other = Procedure.objects.get(national_code=FORMLESS)
    offer_service(
        actor=SYSTEM, agency=world.agencies["H56.202"], procedure=other, level=Level(other.level),
        since=local_day(NOW), now=NOW,
    )  # fmt: skip
    parsed = parsed_with(FORMLESS, form_key=MARITAL)
    import_catalogue(actor=SYSTEM, parsed=parsed, now=NOW)
    found = drafts.author(world.officer("tuan"), MARITAL)
    assert (found.reads, found.writes) == (True, False)


@pytest.mark.parametrize("who", ["tuan", "phong", "minh", "hoa"])
def test_others_change_nothing(world: World, who: str) -> None:
    actor = world.officer(who)
    made = asking()
    for act in (
        lambda: actions.save_draft(
            actor=actor, key=MARITAL, revision=0, definition=made, change="x", now=NOW
        ),
        lambda: actions.undo(actor=actor, key=MARITAL, revision=0, now=NOW),
        lambda: actions.discard_draft(actor=actor, key=MARITAL, revision=0, now=NOW),
        lambda: actions.ask_publication(actor=actor, key=MARITAL, revision=0, reason=REASON, now=NOW),
        lambda: actions.decline_publication(actor=actor, key=MARITAL, revision=0, reason=REASON, now=NOW),
        lambda: actions.publish_draft(actor=actor, key=MARITAL, revision=0, reason=REASON, now=NOW),
    ):
        with refusal(NotAllowed) as told:
            act()
        assert told.value.code == "form.not_yours"
    assert not FormDraft.objects.exists()


def test_a_form_of_no_procedure_is_nobodys(world: World) -> None:
    for key in ("9.999999", "", "x" * 60):
        with refusal(NotAllowed):
            save(world, asking(), key=key)
        with refusal(NotAllowed):
            drafts.written(key)


def test_what_one_may_read(world: World) -> None:
    codes = set(drafts.procedures_for(world.officer("tuan")).values_list("national_code", flat=True))
    assert MARITAL in codes
    assert not drafts.procedures_for(world.person("nguoila")).exists()
    procedure = Procedure.objects.get(national_code=MARITAL)
    assert drafts.form_keys([procedure.pk]) == {procedure.pk: [MARITAL]}
    assert [a.code for a in drafts.agencies_within(world.officer("toan"))] == ["H56"]


# --- one draft for everybody ----------------------------------------------------------------------------------------------


def test_an_author_begins_with_what_is_in_force(world: World) -> None:
    before = drafts.written(MARITAL)
    assert (before.revision, before.new, before.undoable) == (0, False, False)
    newest = drafts.newest(MARITAL)
    assert newest is not None
    assert before.definition == newest.definition
    draft = save(world, asking())
    after = drafts.written(MARITAL)
    assert (after.revision, after.new, after.undoable, after.saved_at) == (1, True, True, NOW)
    assert after.edited_by == world.account("toan").full_name
    assert "cau_moi" in editing.ids(after.definition)
    assert "cau_moi" not in drafts.settled_ids(MARITAL)
    assert [event.data["change"] for event in drafts.history(MARITAL)] == ["field"]
    assert broken_at(history(draft)) is None


def test_a_save_from_an_older_revision_is_refused_and_says_whose_is_newer(world: World) -> None:
    save(world, titled("Một"))
    for revision in (0, 2, -1):
        with refusal(Conflict) as refused:
            save(world, titled("Hai"), revision=revision, who="dat")
        assert refused.value.code == "form.changed_elsewhere"
        assert refused.value.params == {
            "by": world.account("toan").full_name, "at": NOW.isoformat(), "revision": 1,
        }  # fmt: skip
    assert title() == "Một"
    save(world, titled("Hai"), revision=1, who="dat")
    assert title() == "Hai"
    assert [event.data["revision"] for event in drafts.since(MARITAL, 1)] == [2]


def test_everything_says_which_revision_was_read(world: World) -> None:
    save(world, titled("Một"))
    save(world, titled("Hai"), revision=1, who="dat")
    asks: dict[str, Any] = {"actor": world.officer("toan"), "key": MARITAL, "revision": 1, "now": NOW}
    for act in (
        lambda: actions.undo(**asks),
        lambda: actions.discard_draft(**asks),
        lambda: actions.ask_publication(**asks, reason=REASON),
        lambda: actions.decline_publication(**asks, reason=REASON),
        lambda: actions.publish_draft(**asks, reason=REASON),
    ):
        with refusal(Conflict):
            act()
    assert (title(), FormDraft.objects.get().revision) == ("Hai", 2)


def test_the_key_is_not_changed_by_what_is_written(world: World) -> None:
    save(world, {**asking(), "key": "1.000001"})
    assert drafts.written(MARITAL).definition["key"] == MARITAL
    assert FormDraft.objects.get().key == MARITAL
    assert publish(world, 1).definition["key"] == MARITAL


DEEP: Any = "x"
for _ in range(3000):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    "made",
    [
        None, [], "x", 1, {}, {"sections": None}, {"sections": ["x"]}, {"sections": [{"fields": []}]},
        {"sections": [{"id": "", "fields": []}]}, {"sections": [{"id": "s", "fields": [{"type": "text"}]}]},
        {"sections": [{"id": "s", "fields": [{"id": "a"}]}]}, {"title": 5, "sections": []},
        {"sections": [{"id": "s", "fields": [{"id": "a", "type": "date", "max": "tomorrowish"}]}]},
        {"sections": [{"id": "s", "fields": [{"id": "", "type": "text"}]}]},
        {"sections": [{"id": "s", "fields": [{"id": "a.b", "type": "text"}]}]},
        {"sections": [{"id": "s.t", "fields": []}]},
        {"sections": [{"id": "s", "fields": [{"id": "a", "type": "table", "columns": [{"id": "", "type": "text"}]}]}]},
        {"sections": [], "source": "a\x00b"}, {"sections": [], "a\x00": 1}, {"sections": [], "source": "\ud800"},
        {"sections": [], "x": float("nan")}, {"sections": [], "x": float("inf")}, {"sections": [], "x": DEEP},
    ],
)  # fmt: skip
def test_what_has_not_the_shape_of_a_form_is_not_kept(world: World, made: Any) -> None:
    with refusal(Refused) as refused:
        save(world, made)
    assert refused.value.code == "form.shapeless"
    assert not FormDraft.objects.exists()


def test_too_large_a_form_is_not_kept(world: World) -> None:
    fields = [q(f"a{n}", label={"vi": "ắ" * 1000}) for n in range(400)]
    with refusal(Refused) as refused:
        save(world, {"sections": [{"id": "s", "title": words("S"), "fields": fields}]})
    assert refused.value.code == "form.too_large"


# --- undo ---------------------------------------------------------------------------------------------------------------------


def test_changes_are_taken_back_one_by_one(world: World) -> None:
    before = title()
    for number, text in enumerate(("Một", "Hai", "Ba")):
        save(world, titled(text), revision=number)
    seen = []
    for revision in (3, 4, 5):
        draft = undo(world, revision)
        seen.append(title())
    assert seen == ["Hai", "Một", before]
    assert not drafts.written(MARITAL).undoable
    with refusal(Refused) as refused:
        undo(world, 6)
    assert refused.value.code == "form.nothing_to_undo"
    # Another way from here, and back.
    save(world, titled("Bốn"), revision=6)
    undo(world, 7)
    assert title() == before
    assert broken_at(history(draft)) is None
    assert [event.kind for event in history(draft)].count(actions.DRAFT_UNDONE) == 4


def test_there_is_nothing_to_undo_before_the_first_save(world: World) -> None:
    with refusal(Refused) as refused:
        undo(world, 0)
    assert refused.value.code == "form.nothing_to_undo"
    assert not FormDraft.objects.exists()


def test_the_newest_hundred_changes_can_be_taken_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_REVISIONS", 5)
    assert MOST_REVISIONS == 100
    for number in range(8):
        save(world, titled(f"Tên {number}"), revision=number)
    assert FormDraftRevision.objects.count() == 5
    # Numbers have gaps after what makes no revision: still five.
    draft = undo(world, 8)
    draft = ask(world, draft.revision)
    for number in range(3):
        draft = save(world, titled(f"Khác {number}"), revision=draft.revision)
    assert FormDraftRevision.objects.count() == 5
    for _ in range(5):
        draft = undo(world, draft.revision)
    assert (drafts.written(MARITAL).undoable, title()) == (False, "Tên 4")


def test_discarding_begins_anew_and_can_be_taken_back(world: World) -> None:
    before = definition()
    save(world, titled("Một"))
    draft = actions.discard_draft(actor=world.officer("toan"), key=MARITAL, revision=1, now=NOW)
    assert drafts.written(MARITAL).definition == before
    assert not drafts.written(MARITAL).new
    with refusal(Refused) as refused:
        publish(world, 2)
    assert refused.value.code == "form.nothing_new"
    undo(world, 2)
    assert title() == "Một"
    assert drafts.written(MARITAL).new
    assert [event.kind for event in history(draft)] == [
        actions.DRAFT_SAVED, actions.DRAFT_DISCARDED, actions.DRAFT_UNDONE,
    ]  # fmt: skip


# --- publishing -----------------------------------------------------------------------------------------------------------------


def test_publishing_leaves_who_when_why_and_an_unbroken_stream(world: World) -> None:
    first = drafts.newest(MARITAL)
    assert first is not None
    save(world, asking())
    for short in ("", "ngắn", "   ngắn    "):
        with refusal(Refused) as refused:
            publish(world, 1, reason=short)
        assert refused.value.code == "form.no_reason"
    version = publish(world, 1, reason=f"  {REASON} ")
    toan = world.account("toan").pk
    assert (version.number, version.published_by_id, version.asked_by_id, version.reason, version.published_at) == (
        first.number + 1, toan, None, REASON, NOW,
    )  # fmt: skip
    assert newest_form(MARITAL) == version.pk
    draft = FormDraft.objects.get()
    events = history(draft)
    assert [event.kind for event in events] == [actions.DRAFT_SAVED, actions.DRAFT_PUBLISHED]
    assert events[-1].data["number"] == version.number
    assert broken_at(events) is None
    own = list(Event.objects.filter(stream=version.stream))
    assert (len(own), own[0].account_id, broken_at(own)) == (1, toan, None)
    assert [one.pk for one in drafts.versions(MARITAL)][:2] == [version.pk, first.pk]
    written = drafts.written(MARITAL)
    assert (written.published, written.new, written.revision) == (version.pk, False, 2)
    assert "cau_moi" in drafts.settled_ids(MARITAL)


def test_nothing_new_is_not_published(world: World) -> None:
    def nothing(revision: int) -> None:
        with refusal(Refused) as refused:
            publish(world, revision)
        assert refused.value.code == "form.nothing_new"

    nothing(0)
    save(world, definition())
    nothing(1)
    save(world, asking(), revision=1)
    publish(world, 2)
    nothing(3)
    # There and back again is nothing new either.
    save(world, titled("Khác"), revision=3)
    undo(world, 4)
    nothing(5)
    assert FormVersion.objects.filter(key=MARITAL).count() == 2


def test_a_faulty_draft_is_kept_but_not_published(world: World) -> None:
    made = asking(show_if={"field": "ghost", "value": 1})
    save(world, made)
    for act in (lambda: publish(world, 1), lambda: ask(world, 1)):
        with refusal(StillFaulty) as refused:
            act()
        assert refused.value.problems == tuple(check_definition(made))
        assert refused.value.params == {"count": 1}
    assert FormVersion.objects.filter(key=MARITAL).count() == 1


def test_an_older_version_can_be_published_again(world: World) -> None:
    old = definition()
    save(world, asking())
    publish(world, 1)
    save(world, old, revision=2)
    assert publish(world, 3).number == 3


# --- a second person --------------------------------------------------------------------------------------------------------------


def second(world: World, code: str = "H56", needed: bool = True) -> None:
    set_second_publisher(actor=world.officer("toan"), agency=world.agencies[code], needed=needed, now=NOW)
    for agency in world.agencies.values():
        agency.refresh_from_db()


@pytest.mark.parametrize(
    ("code", "needed"), [("H56", True), ("H56.202", True), ("H56.10", False), ("G24.56", False)]
)
def test_an_agency_that_offers_it_or_one_above_decides(world: World, code: str, needed: bool) -> None:
    agency = world.agencies[code]
    agency.second_publisher = True
    agency.save(update_fields=["second_publisher"])
    assert drafts.second_needed(MARITAL) is needed
    open_services()
    assert not drafts.second_needed(MARITAL)


def test_who_may_say_that_a_second_person_is_needed(world: World) -> None:
    for who, code in (("tuan", "H56"), ("tuan", "H56.202"), ("minh", AGENCY), ("cong", AGENCY)):
        with refusal(NotAllowed):
            set_second_publisher(actor=world.officer(who), agency=world.agencies[code], needed=True, now=NOW)
    set_second_publisher(actor=world.officer("tuan"), agency=world.agencies[AGENCY], needed=True, now=NOW)
    assert drafts.second_needed(MARITAL)
    event = Event.objects.get(kind="organisations.second_publisher_set")
    assert (event.data, broken_at([event])) == ({"agency": AGENCY, "needed": True}, None)
    second(world, AGENCY, needed=False)
    assert not drafts.second_needed(MARITAL)


def test_one_proposes_and_another_publishes(world: World) -> None:
    second(world)
    save(world, asking())
    with refusal(Refused) as alone:
        publish(world, 1)
    assert alone.value.code == "form.second_person"
    with refusal(Refused) as short:
        ask(world, 1, reason="ngắn")
    assert short.value.code == "form.no_reason"
    ask(world, 1)
    written = drafts.written(MARITAL)
    toan, dat = world.account("toan"), world.account("dat")
    assert (written.asked_by, written.asked_by_name, written.asked_at, written.reason) == (
        toan.pk, toan.full_name, NOW, REASON,
    )  # fmt: skip
    with refusal(Refused) as own:
        publish(world, 2)
    assert own.value.code == "form.not_your_own"
    with refusal(NotAllowed):
        publish(world, 2, who="tuan")
    # The proposal's reason counts.
    version = publish(world, 2, who="dat", reason="")
    assert (version.published_by_id, version.asked_by_id, version.reason) == (dat.pk, toan.pk, REASON)
    written = drafts.written(MARITAL)
    assert (written.asked_by, written.asked_at, written.reason, written.new) == (None, None, "", False)
    draft = FormDraft.objects.get()
    assert [event.kind for event in history(draft)] == [
        actions.DRAFT_SAVED,
        actions.ASKED,
        actions.DRAFT_PUBLISHED,
    ]
    assert broken_at(history(draft)) is None


@pytest.mark.parametrize("how", ["save", "undo", "discard"])
def test_any_change_makes_a_proposal_void(world: World, how: str) -> None:
    second(world)
    save(world, titled("Một"))
    save(world, titled("Hai"), revision=1)
    ask(world, 2)
    match how:
        case "save":
            save(world, titled("Ba"), revision=3, who="dat")
        case "undo":
            actions.undo(actor=world.officer("dat"), key=MARITAL, revision=3, now=NOW)
        case _:
            actions.discard_draft(actor=world.officer("dat"), key=MARITAL, revision=3, now=NOW)
    written = drafts.written(MARITAL)
    assert (written.asked_by, written.asked_at, written.reason) == (None, None, "")
    with refusal(Refused) as refused:
        publish(world, 4, who="dat")
    assert refused.value.code == ("form.nothing_new" if how == "discard" else "form.second_person")


def test_a_proposal_is_sent_back_or_withdrawn(world: World) -> None:
    second(world)
    save(world, asking())

    def decline(revision: int, who: str, reason: str) -> FormDraft:
        return actions.decline_publication(
            actor=world.officer(who), key=MARITAL, revision=revision, reason=reason, now=NOW
        )

    with refusal(Refused) as nothing:
        decline(1, "dat", REASON)
    assert nothing.value.code == "form.not_asked"
    ask(world, 1)
    with refusal(Refused) as short:
        decline(2, "dat", "")
    assert short.value.code == "form.no_reason"
    draft = decline(2, "dat", "Thiếu câu hỏi về địa chỉ")
    assert (draft.asked_by_id, draft.reason, drafts.written(MARITAL).new) == (None, "", True)
    ask(world, 3)
    decline(4, "toan", "")
    assert [event.data.get("reason") for event in history(draft) if event.kind == actions.DECLINED] == [
        "Thiếu câu hỏi về địa chỉ", "",
    ]  # fmt: skip
    with refusal(Refused):
        publish(world, 5, who="dat")


# --- what people notice ---------------------------------------------------------------------------------------------------------


def test_open_drafts_follow_and_filed_dossiers_stay(world: World) -> None:
    filed = factories.filed_dossier(world)
    draft = factories.draft(world)
    version, before = newest_form(MARITAL), draft.answers
    save(world, asking(required=True))
    published = publish(world, 1)
    draft.refresh_from_db()
    filed.refresh_from_db()
    assert draft.form_id == published.pk != version
    assert filed.form_id == version
    assert draft.answers == before
    assert [(one.kind, one.field) for one in rebasing.unseen(draft)] == [("added_required", "cau_moi")]
    assert published.definition["key"] == MARITAL


def parsed_with(code: str, *, form_key: str | None) -> Parsed:
    """The bundled catalogue, with two cases of one procedure: one that uses a form, and one without."""
    parsed = parse(bundled_sources())
    for place, record in enumerate(parsed.procedures):
        if record.national_code == code and record.definition is not None:
            [case] = record.definition.cases
            cases = (
                replace(case, form_key=form_key),
                replace(case, key="other", name_vi="Trường hợp khác", form_key=None),
            )
            parsed.procedures[place] = replace(record, definition=replace(record.definition, cases=cases))
    return parsed


def offer(world: World, code: str = FORMLESS) -> Procedure:
    procedure = Procedure.objects.get(national_code=code)
    offer_service(
        actor=SYSTEM, agency=world.agencies[AGENCY], procedure=procedure, level=Level(procedure.level),
        since=local_day(NOW), now=NOW,
    )  # fmt: skip
    return procedure


def first_form(world: World, who: str = "tuan") -> FormVersion:
    """Write and publish the first form of a procedure that has none."""
    made, section = editing.add_section(drafts.written(FORMLESS).definition, words("Người yêu cầu"))
    for kind, label in (("name", "Họ và tên"), ("date", "Ngày sinh"), ("int", "Số bản")):
        made, _ = editing.add_field(made, kind, words(label), section=section)
    save(world, made, key=FORMLESS, who=who)
    return publish(world, 1, key=FORMLESS, who=who)


def forms_of(code: str = FORMLESS) -> dict[str, str | None]:
    current = Procedure.objects.values_list("current_version", flat=True).get(national_code=code)
    return dict(ProcedureCase.objects.filter(version=current).values_list("key", "form_key"))


def test_a_procedure_without_a_form_begins_with_its_name(world: World) -> None:
    offer(world)
    written = drafts.written(FORMLESS)
    assert (written.definition["sections"], written.definition["key"]) == ([], FORMLESS)
    assert written.definition["title"]["vi"] == Procedure.objects.get(national_code=FORMLESS).short_name
    with refusal(Refused) as refused:
        publish(world, 0, key=FORMLESS, who="tuan")
    assert refused.value.code == "form.nothing_new"


def test_the_first_form_of_a_procedure_lets_it_be_filed(world: World) -> None:
    procedure = offer(world)
    before = world.case(FORMLESS)
    waiting = factories.draft(world, "binh", FORMLESS)
    assert waiting.form_id is None
    version = first_form(world)
    factories.forget()
    case = world.case(FORMLESS)
    assert case != before
    assert case_bundle(case).form_key == FORMLESS
    procedure.refresh_from_db()
    assert procedure.current_version is not None
    assert procedure.current_version.number == 2
    # The old version, and the draft that was begun on it, are what they were.
    assert forms_of() == {"default": FORMLESS}
    assert ProcedureCase.objects.get(pk=before).form_key is None
    waiting.refresh_from_db()
    assert (waiting.case_id, waiting.form_id) == (before, None)

    draft = people.start(
        actor=world.person("lan"),
        case=case,
        agency=world.agencies[AGENCY].pk,
        claims=world.people["lan"].claims,
        now=NOW,
    )
    assert draft.form_id == version.pk
    form = form_of(version.pk)
    saved = people.save(
        actor=world.person("lan"),
        draft_id=draft.pk,
        values=good_answers(form),
        revision=draft.revision,
        now=NOW,
    )
    assert saved.answers
    draft.refresh_from_db()
    for paper in case_bundle(case).components:
        factories.add_file(draft, paper.pk)
    dossier = submit(world, draft)
    assert (dossier.form_id, dossier.case_id) == (version.pk, case)
    assert dossier.answer_sets.get().values.keys() == {"ho_va_ten", "ngay_sinh", "so_ban"}


def submit(world: World, draft: Draft) -> Dossier:
    with factories.after_commit():
        return filing.submit(
            actor=world.person("lan"), draft_id=draft.pk, applicant=world.applicant("lan"), assistance="none",
            return_by="online", now=NOW,
        )  # fmt: skip


def test_a_draft_begun_before_the_first_form_can_still_be_filed(world: World) -> None:
    offer(world)
    draft = factories.draft(world, "lan", FORMLESS)
    first_form(world)
    for paper in case_bundle(draft.case_id).components:
        if not draft.uploads.filter(component=paper.pk).exists():
            factories.add_file(draft, paper.pk)
    assert submit(world, draft).form_id is None


def test_other_cases_keep_their_forms(world: World) -> None:
    import_catalogue(actor=SYSTEM, parsed=parsed_with(FORMLESS, form_key=MARITAL), now=NOW)
    offer(world)
    assert forms_of() == {"default": MARITAL, "other": None}
    first_form(world)
    assert forms_of() == {"default": MARITAL, "other": FORMLESS}


def test_a_later_version_of_the_form_is_no_new_version_of_the_procedure(world: World) -> None:
    offer(world)
    first_form(world)
    count = ProcedureVersion.objects.count()
    save(world, asking(FORMLESS), revision=2, key=FORMLESS, who="tuan")
    publish(world, 3, key=FORMLESS, who="tuan")
    assert ProcedureVersion.objects.count() == count
    attach_form(actor=SYSTEM, key=FORMLESS, now=NOW)
    attach_form(actor=SYSTEM, key="9.999999", now=NOW)
    assert ProcedureVersion.objects.count() == count


def test_an_import_neither_takes_the_form_away_nor_publishes_twice(world: World) -> None:
    offer(world)
    version = first_form(world)
    count = ProcedureVersion.objects.count()
    for _ in range(2):
        done = import_catalogue(actor=SYSTEM, parsed=parse(bundled_sources()), now=NOW)
        assert (done.versions_published, done.procedures_changed) == (0, 0)
        base.publish_forms(NOW)
    assert forms_of() == {"default": FORMLESS}
    assert ProcedureVersion.objects.count() == count
    assert drafts.newest(FORMLESS) == version
    assert not base.needed()
    # A change of the source is taken, and the form stays.
    parsed = parse(bundled_sources())
    for place, record in enumerate(parsed.procedures):
        if record.national_code == FORMLESS and record.definition is not None:
            parsed.procedures[place] = replace(record, definition=replace(record.definition, notes=("Mới",)))
    assert import_catalogue(actor=SYSTEM, parsed=parsed, now=NOW).versions_published == 1
    assert forms_of() == {"default": FORMLESS}


def test_what_a_person_published_is_not_overridden_by_the_bundled_forms(world: World) -> None:
    save(world, asking())
    version = publish(world, 1)
    count = FormVersion.objects.count()
    base.publish_forms(NOW)
    assert drafts.newest(MARITAL) == version
    assert FormVersion.objects.count() == count


def test_definitions_are_read_as_they_were_written(world: World) -> None:
    shipped = [record.definition for record in parse(bundled_sources()).procedures if record.definition]
    assert len(shipped) > 60
    for one in shipped:
        assert Definition.read(one.document()) == one
        assert Definition.read(one.document()).content_hash() == one.content_hash()
    for stored in ProcedureVersion.objects.all():
        again = Definition.read(stored.definition)
        assert (again.document(), again.content_hash()) == (stored.definition, stored.content_hash)


# --- the library ------------------------------------------------------------------------------------------------------------------


def block(label: str = "Họ tên", **field: Any) -> dict[str, Any]:
    return {"id": "nguoi", "title": words("Người"), "fields": [q("ten", "name", label=words(label), **field)]}


def put(actor: Actor, section: Any, key: str = "khoi-thu", reason: str = REASON) -> FormBlock:
    return actions.publish_block(actor=actor, key=key, section=section, reason=reason, now=NOW)


def test_blocks_have_versions(world: World) -> None:
    toan = world.officer("toan")
    one = put(toan, {**block(), "show_if": "ghost", "block": "khoi-thu@7"})
    assert (one.number, one.published_by_id, one.reason) == (1, toan.account, REASON)
    assert one.section == block()
    with refusal(Refused) as same:
        put(toan, block())
    assert same.value.code == "form.nothing_new"
    two = put(world.officer("tuan"), block("Họ và tên"))
    other = put(toan, block(), key="khac")
    own = [(found.key, found.number) for found in drafts.blocks() if found.published_by is not None]
    assert own == [("khac", 1), ("khoi-thu", 2)]
    assert drafts.block_versions("khoi-thu") == [two, one]
    for made in (one, two, other):
        events = list(Event.objects.filter(stream=made.stream))
        assert [event.data["number"] for event in events] == [made.number]
        assert broken_at(events) is None


def test_what_is_no_block_is_refused(world: World) -> None:
    toan = world.officer("toan")
    with refusal(StillFaulty) as faulty:
        put(toan, block(birth_date="ghost") | {"fields": [q("so", "citizen_id", birth_date="ghost")]})
    assert {problem.code for problem in faulty.value.problems} == {"unknown_field"}
    with refusal(StillFaulty):
        put(toan, {**block(), "fields": []})
    for section in (
        {},
        {"id": "s", "fields": "x"},
        {"title": words("T"), "fields": []},
        block(hint={"vi": "a\x00"}),
    ):
        with refusal(Refused) as shapeless:
            put(toan, section)
        assert shapeless.value.code == "form.shapeless"
    for key in ("", "Người", "a b", "a@1", "x" * 61):
        with refusal(Refused):
            put(toan, block(), key=key)
    with refusal(Refused) as short:
        put(toan, block(), reason="ngắn")
    assert short.value.code == "form.no_reason"
    assert not FormBlock.objects.exclude(published_by=None).exists()


def test_strangers_put_nothing_into_the_library(world: World) -> None:
    for actor in (world.person("nguoila"), world.person("toan"), world.officer("minh"), world.officer("hoa")):
        with refusal(NotAllowed):
            put(actor, block())


def test_a_block_and_its_mark_fit_a_form(world: World) -> None:
    one = put(world.officer("toan"), block())
    made, _ = editing.with_block(definition(), one.section, mark=str(one))
    save(world, made)
    assert publish(world, 1).definition["sections"][-1]["block"] == "khoi-thu@1"


@pytest.mark.parametrize("change", [{"reason": "khác"}, {"section": {}}, None])
def test_a_block_never_changes(world: World, change: dict[str, Any] | None) -> None:
    put(world.officer("toan"), block())
    rows = FormBlock.objects.all()
    with refusal(DatabaseError):
        rows.update(**change) if change else rows.delete()


@pytest.mark.parametrize("change", [{"reason": "khác"}, {"published_by": None}, None])
def test_nor_does_a_published_form_with_its_new_columns(world: World, change: dict[str, Any] | None) -> None:
    save(world, asking())
    rows = FormVersion.objects.filter(pk=publish(world, 1).pk)
    with refusal(DatabaseError):
        rows.update(**change) if change else rows.delete()
