"""Drafts: nothing typed is lost, nobody else's is seen, files arrive whole or not at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from motcua.dossiers import drafts
from motcua.dossiers.bundles import case_bundle
from motcua.dossiers.models import Draft, DraftUpload
from motcua.dossiers.rules import asked
from motcua.kernel.actors import ANYONE, Actor
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from tests import factories
from tests.factories import AGENCY, BIRTH, MARITAL, NOW, World

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def lan(world: World) -> Actor:
    return world.person("lan")


def save(actor: Actor, draft: Draft, values: dict[str, Any], revision: int | None) -> drafts.Saved:
    return drafts.save(actor=actor, draft_id=draft.pk, values=values, revision=revision, now=LATER)


def test_a_draft_is_begun_with_what_the_claims_say_and_taken_up_again(world: World, lan: Actor) -> None:
    begun = factories.draft(world, code=BIRTH, filled=False)
    assert begun.answers
    assert set(begun.sources) == set(begun.answers)
    again = factories.draft(world, code=BIRTH, filled=False)
    assert again.pk == begun.pk
    assert factories.draft(world, code=MARITAL).pk != begun.pk


def test_whoever_is_not_signed_in_has_no_draft(world: World) -> None:
    with pytest.raises(NotAllowed, match="sign_in_first"):
        drafts.start(
            actor=ANYONE,
            case=world.case(MARITAL),
            agency=world.agencies[AGENCY].pk,
            claims={},
            now=NOW,
        )


def test_a_stranger_is_told_that_there_is_none(world: World, lan: Actor) -> None:
    draft = factories.draft(world)
    for stranger in (world.person("nguoila"), world.officer("minh"), ANYONE):
        for attempt in (
            lambda s=stranger: drafts.mine(s, draft.pk),
            lambda s=stranger: save(s, draft, {"a": 1}, None),
            lambda s=stranger: drafts.discard(actor=s, draft_id=draft.pk),
            lambda s=stranger: drafts.begin_upload(
                actor=s, draft_id=draft.pk, component=1, filename="a.pdf", size=1, now=NOW
            ),
        ):
            with pytest.raises(NotAllowed, match=r"draft\.unknown"):
                attempt()
        assert draft not in drafts.waiting(stranger)
    assert draft in drafts.waiting(lan)
    with pytest.raises(NotAllowed):
        drafts.mine(lan, uuid4())


def test_a_changed_field_forgets_where_its_value_came_from(world: World, lan: Actor) -> None:
    draft = factories.draft(world, code=BIRTH, filled=False)
    field = next(iter(draft.answers))
    save(lan, draft, {field: "đã sửa"}, draft.revision)
    draft.refresh_from_db()
    assert field not in draft.sources
    assert draft.answers[field] == "đã sửa"


def test_a_page_without_script_saves_what_it_has(world: World, lan: Actor) -> None:
    draft = factories.draft(world, filled=False)
    save(lan, draft, {"a": "1"}, draft.revision)
    assert save(lan, draft, {"a": "2"}, None).answers["a"] == "2"


def test_saving_the_same_again_is_no_change(world: World, lan: Actor) -> None:
    draft = factories.draft(world, filled=False)
    first = save(lan, draft, {"a": "1"}, draft.revision)
    assert save(lan, draft, {"a": "1"}, 1).revision == first.revision


def test_text_of_any_script_comes_back_as_typed(world: World, lan: Actor) -> None:
    draft = factories.draft(world, filled=False)
    typed = "Đỗ Thị Quỳnh Như ₫ <script>alert('x')</script> 𝄞 \u202e عربى"
    save(lan, draft, {"tên": typed}, None)
    assert drafts.mine(lan, draft.pk).answers["tên"] == typed


class Tab:
    """A browser tab: what it has seen, and what it typed that was refused."""

    def __init__(self, revision: int) -> None:
        self.revision = revision


FIELDS = st.sampled_from("abc")
TURNS = st.lists(st.tuples(st.integers(0, 2), FIELDS, st.integers(0, 3), st.booleans()), max_size=25)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS)
def test_no_answer_is_lost_whatever_three_tabs_do(
    world: World, turns: list[tuple[int, str, int, bool]]
) -> None:
    """A save either stands, or is refused with what stands there; an accepted value is only replaced knowingly."""
    with transaction.atomic():
        draft = factories.draft(world, filled=False)
        actor = world.person("lan")
        tabs = [Tab(draft.revision) for _ in range(3)]
        standing: dict[str, int] = {}
        written_at: dict[str, int] = {}
        for which, field, value, reload in turns:
            tab = tabs[which]
            if reload:
                tab.revision = drafts.mine(actor, draft.pk).revision
            seen = tab.revision
            try:
                saved = save(actor, draft, {field: value}, seen)
            except Conflict as conflict:
                refused = conflict
            else:
                refused = None
            if refused is not None:
                assert written_at[field] > seen
                assert refused.params["value"] == standing[field] != value
                continue
            if standing.get(field) != value:
                assert written_at.get(field, 0) <= seen, "somebody's unseen answer was overwritten"
                written_at[field] = saved.revision
            standing[field] = value
            tab.revision = max(tab.revision, saved.revision if saved.revision == seen + 1 else seen)
            assert standing.items() <= dict(saved.answers).items()
        assert standing.items() <= drafts.mine(actor, draft.pk).answers.items()
        transaction.set_rollback(True)


@pytest.fixture
def paper(world: World) -> tuple[Draft, int]:
    draft = factories.draft(world, papers=False)
    return draft, next(c.pk for c in case_bundle(draft.case_id).components if asked(c) or c.replaced_by)


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("a.pdf", 0, "upload.empty"),
        ("a.pdf", 60 * 1024 * 1024, "upload.too_large"),
        ("a.exe", 10, "upload."),
        ("a", 10, "upload."),
    ],
)
def test_what_can_be_refused_is_refused_before_a_byte_is_sent(
    lan: Actor, paper: tuple[Draft, int], name: str, size: int, code: str
) -> None:
    draft, component = paper
    with pytest.raises(Refused) as refused:
        drafts.begin_upload(
            actor=lan, draft_id=draft.pk, component=component, filename=name, size=size, now=NOW
        )
    assert refused.value.code.startswith(code)
    assert not DraftUpload.objects.filter(draft=draft).exists()


def test_a_file_in_pieces_goes_on_where_it_stopped(
    lan: Actor, paper: tuple[Draft, int], settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    draft, component = paper
    content = factories.sample_scan()
    upload = drafts.begin_upload(
        actor=lan,
        draft_id=draft.pk,
        component=component,
        filename="giấy khai sinh.pdf",
        size=len(content),
        now=NOW,
    )

    def send(offset: int, chunk: bytes) -> DraftUpload:
        return drafts.receive_chunk(
            actor=lan, draft_id=draft.pk, upload_id=upload.pk, offset=offset, chunk=chunk, now=NOW
        )

    assert send(0, content[:300]).offset == 300
    with pytest.raises(Conflict) as wrong:
        send(0, content[:300])
    assert wrong.value.params == {"offset": 300}
    with pytest.raises(Refused, match="longer_than_announced"):
        send(300, content)
    kept = send(300, content[300:])
    assert kept.state == DraftUpload.State.KEPT
    assert send(300, content[300:]).state == DraftUpload.State.KEPT, "the answer was lost on the way"
    with drafts.blob_store().open(kept.blob_id or "") as file:
        assert file.read() == content


def test_a_program_that_calls_itself_pdf_is_refused_and_leaves_nothing(
    lan: Actor, paper: tuple[Draft, int], settings: Any, tmp_path: Any
) -> None:
    settings.DATA_DIR = tmp_path
    draft, component = paper
    upload = drafts.begin_upload(
        actor=lan, draft_id=draft.pk, component=component, filename="a.pdf", size=66, now=NOW
    )
    ended = drafts.receive_chunk(
        actor=lan, draft_id=draft.pk, upload_id=upload.pk, offset=0, chunk=b"MZ" + b"\0" * 64, now=NOW
    )
    assert (ended.state, ended.blob_id) == (DraftUpload.State.REFUSED, None)
    assert ended.problem
    assert drafts.blob_store().offset(str(upload.pk)) == 0


def test_what_becomes_known_fills_only_what_nobody_has_touched_and_once(world: World, lan: Actor) -> None:
    """A register answers after the person has typed, or has typed and cleared: hers stands, and a tab of before is asked."""
    draft = factories.draft(world, filled=False)
    Draft.objects.filter(pk=draft.pk).update(body="{}", sources={})
    save(lan, draft, {"a": "tự gõ", "b": "x"}, None)
    seen = save(lan, draft, {"b": ""}, None).revision
    found = dict.fromkeys("abc", ("từ sổ", "register:dan-cu:x"))
    drafts.know(actor=lan, draft_id=draft.pk, found=found, later={"d": "dan-cu"}, now=LATER)
    draft.refresh_from_db()
    assert draft.answers == {"a": "tự gõ", "b": "", "c": "từ sổ"}
    assert draft.sources["c"] == "register:dan-cu:x"
    assert draft.sources["_later"] == {"d": "dan-cu"}
    with pytest.raises(Conflict) as conflict:
        save(lan, draft, {"c": ""}, seen)
    assert conflict.value.params["value"] == "từ sổ"
    drafts.know(actor=lan, draft_id=draft.pk, found={"e": ("y", "store:")}, later={}, now=LATER)
    draft.refresh_from_db()
    assert "e" not in draft.answers
