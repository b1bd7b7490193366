"""What needs a world of its own: two officers at once, and what is refused inside a page."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from motcua.kernel.jobs import held
from motcua.messaging.models import Letter, LetterFile
from motcua.organisations.models import Holding
from motcua.processing.models import StepRun
from motcua.workspace import bulk as work
from motcua.workspace.models import BulkItem, BulkRun
from tests import factories
from tests.committed import Committed, at_once
from tests.workspace.test_beside import text, wrote
from tests.workspace.test_bulk import events, order


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("virus.pdf", b"MZ\x90 not a pdf", "nội dung khác"),
        ("a.exe", b"MZ", "không thuộc loại"),
        ("a.pdf", b"", "0 byte"),
    ],
)
def test_a_bad_file_is_refused_and_what_was_typed_is_kept(
    committed: Committed, name: str, body: bytes, said: str
) -> None:
    world = committed.world
    dossier = factories.filed_dossier(world)
    wrote(world, dossier, "Mời trả lời.")
    given = {"body": "Tôi gửi kèm ảnh.", "files": [SimpleUploadedFile(name, body)]}
    answer = world.client("lan").post(f"/account/dossiers/{dossier.code}/letters/", given)
    assert answer.status_code == 422
    assert said in text(answer)
    assert "Tôi gửi kèm ảnh." in text(answer)
    assert not Letter.objects.filter(from_office=False).exists()
    office = world.client("minh").post(
        f"/desk/dossiers/{dossier.code}/letters/",
        {"body": "Xem tệp.", "files": [SimpleUploadedFile("x.exe", b"MZ")]},
    )
    assert office.status_code == 422
    assert "Xem tệp." in text(office)
    assert LetterFile.objects.count() == 0


def test_two_officers_claim_the_same_fifty_and_each_has_one_owner(committed: Committed) -> None:
    """Both runs worked by two workers at once: every item one effect, every dossier one claim, each told which."""
    world = committed.world
    first = factories.filed_dossier(world, code=factories.COPIES)
    dossiers = [first, *(factories.filed_dossier(world, code=factories.COPIES) for _ in range(49))]
    Holding.objects.create(
        post_id=world.officer("minh").seats[0].post, officer=world.account("dung"), since=world.now.date()
    )
    runs = [order(world, who, "claim", dossiers) for who in ("minh", "dung")]

    def one(number: int) -> None:
        with held():
            while work.work_on(runs[number % 2].pk, 7):
                pass

    assert at_once(4, one) == [None] * 4
    items = list(BulkItem.objects.select_related("bulk", "dossier"))
    assert len(items) == 100
    for dossier in dossiers:
        own = [item for item in items if item.dossier_id == dossier.pk]
        assert sorted(item.state for item in own) == ["done", "refused"]
        winner = next(item for item in own if item.state == "done")
        assert StepRun.objects.get(dossier=dossier, closed_at=None).claimed_by_id == winner.bulk.account_id
        assert next(item for item in own if item.state == "refused").code == "step.claimed_by_other"
        assert events(dossier, "step.claimed") == 1
    assert {run.state for run in BulkRun.objects.all()} == {"done"}
