"""The Ministry's side: tokens, lists over the API, receipts, lateness, reminders, one list out of all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from motcua.api.review import WRONG_TOKENS
from motcua.kernel.jobs import held
from motcua.kernel.refusals import NotAllowed, Refused
from motcua.programme.models import AccessToken, Collection, Submission, SubmittedEntry
from motcua.programme.review import board, client, lists, receiving
from tests.committed import Committed
from tests.factories import World
from tests.programme import rounds

OPENED = datetime(2023, 4, 12, 2, tzinfo=UTC)
IN_TIME, LATE = datetime(2023, 4, 20, 2, tzinfo=UTC), datetime(2023, 4, 25, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_failures() -> Iterator[None]:
    WRONG_TOKENS.forget()
    yield
    WRONG_TOKENS.forget()


def opened(world: World) -> Collection:
    return receiving.open_collection(
        actor=world.officer("hieu"),
        name="Danh mục 2023",
        instrument="Công văn 1284",
        deadline=date(2023, 4, 21),
        now=OPENED,
    )


def token(world: World, collection: Collection, sender: str = "thanh-hoa", email: str = "") -> str:
    return receiving.issue_token(
        actor=world.officer("hieu"), collection=collection.key, sender=sender, email=email, now=OPENED
    )


def document(*entries: tuple[str, str], number: str = "1/QĐ-UBND") -> dict[str, Any]:
    return {
        "format": lists.FORMAT,
        "number": number,
        "signer": "Lê Văn A",
        "signed_on": "2023-04-18",
        "entries": [
            {
                "code": code,
                "name": f"Thủ tục {code}",
                "level": level,
                "reason": "Phải có mặt" if level == "partial" else "",
            }
            for code, level in entries
        ],
    }


def send(key: str, body: Any, bearer: str = "", raw: bool = False) -> Any:
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    return Client().post(
        f"/api/v1/review/collections/{key}/submissions",
        body,
        content_type="application/json",
        headers=headers,
    )


def test_a_list_gets_a_receipt_once(committed: Committed, time_machine: Any) -> None:
    world = committed.world
    asked = opened(world)
    secret = token(world, asked)
    time_machine.move_to(IN_TIME, tick=True)
    body = document(("1.001193", "full"), ("1.000894", "partial"))
    first = send(asked.key, body, secret)
    assert first.status_code == 201, first.content
    receipt = first.json()
    assert (receipt["sender"], receipt["entries"], receipt["late_days"]) == ("thanh-hoa", 2, 0)
    again = send(asked.key, body, secret)
    assert (again.status_code, again.json()) == (200, receipt)
    time_machine.move_to(LATE, tick=True)
    newer = send(asked.key, document(("1.001193", "partial")), secret)
    assert (newer.status_code, newer.json()["late_days"]) == (201, 4)
    assert list(Submission.objects.order_by("pk").values_list("current", flat=True)) == [False, True]
    assert AccessToken.objects.get().used_at is not None
    standing = (
        Client()
        .get(
            f"/api/v1/review/collections/{asked.key}/standing", headers={"Authorization": f"Bearer {secret}"}
        )
        .json()
    )
    assert standing["received"]["receipt"] == newer.json()["receipt"]


def test_the_token_is_kept_as_a_hash_and_the_old_one_ends(committed: Committed) -> None:
    world = committed.world
    asked = opened(world)
    first, second = token(world, asked), token(world, asked)
    stored = AccessToken.objects.get(revoked_at=None)
    assert bytes(stored.digest) == receiving.digest(second)
    assert second not in str(AccessToken.objects.values())
    assert receiving.sender_of(first) is None
    assert receiving.sender_of(second) == "thanh-hoa"
    receiving.revoke_token(actor=world.officer("hieu"), collection=asked.key, sender="thanh-hoa", now=OPENED)
    for bearer in (first, second, "", "mtc_x", "x" * 5000):
        answer = send(asked.key, document(("1.001193", "full")), bearer)
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert not Submission.objects.exists()


def test_guessing_is_bounded(committed: Committed) -> None:
    asked = opened(committed.world)
    codes = [send(asked.key, {}, f"mtc_{n}").status_code for n in range(33)]
    assert codes[0] == 401
    assert codes[-1] == 429


BAD: list[tuple[Any, int, str]] = [
    ([], 0, "not_an_object"),
    ({**document(("1.001193", "full")), "format": "x/9"}, 0, "unknown_format"),
    ({**document(("1.001193", "full")), "number": ""}, 0, "missing"),
    ({**document(("1.001193", "full")), "signed_on": "18/4/2023"}, 0, "bad_date"),
    (document(), 0, "no_entries"),
    (document(("1.001193", "full"), ("9.1", "full")), 2, "code_unreadable"),
    (document(("1.001193", "full"), ("1.001193.H56", "full")), 2, "row_twice"),
    (document(("1.001193", "toan_trinh")), 1, "unknown_level"),
    ({**document(), "entries": [{"code": "1.001193", "name": "A", "level": "partial"}]}, 1, "reason_missing"),
    ({**document(), "entries": [{"code": "1.001193", "name": 5, "level": "full"}]}, 1, "name_missing"),
    ({**document(), "entries": ["x", None, 5]}, 3, "code_missing"),
]  # fmt: skip


def test_a_bad_list_is_refused_with_every_row_and_nothing_is_kept(committed: Committed) -> None:
    world = committed.world
    asked = opened(world)
    secret = token(world, asked)
    for body, row, code in BAD:
        answer = send(asked.key, body, secret)
        assert answer.status_code == 422, (code, answer.content)
        assert (row, code) in [(e["row"], e["code"]) for e in answer.json()["errors"]]
        assert answer.json()["message"]
    for junk in (b"", b"{", b"\xff\xfe", b"[" * 100_000):
        assert send(asked.key, junk, secret).json()["code"] in {"not_json", "list.invalid"}
    assert send(asked.key, b'"' + b"x" * (10 * 1024 * 1024) + b'"', secret).status_code == 413
    assert not Submission.objects.exists()
    assert not SubmittedEntry.objects.exists()
    assert send("no-such-one", document(("1.001193", "full")), secret).status_code == 404


def test_only_a_national_installation_receives(committed: Committed, settings: Any) -> None:
    world = committed.world
    asked = opened(world)
    secret = token(world, asked)
    settings.ROLES = frozenset({"agency"})
    assert send(asked.key, document(("1.001193", "full")), secret).status_code == 404
    assert Client().get("/api/v1/review/collections").status_code == 404
    with pytest.raises(NotAllowed):
        board.board(world.officer("hieu"), asked.key, OPENED)
    assert world.client("hieu").get("/programme/collections/").status_code == 404


def test_only_the_focal_point_sees_the_board(committed: Committed) -> None:
    asked = opened(committed.world)
    for who in ("hoa", "tuan", "dat", "toan", "minh"):
        with pytest.raises(NotAllowed):
            board.board(committed.world.officer(who), asked.key, OPENED)


def test_the_board_says_who_and_how_late(committed: Committed) -> None:
    world = committed.world
    asked = opened(world)
    for sender, at, level in (
        ("thanh-hoa", IN_TIME, "full"),
        ("ha-noi", LATE, "partial"),
        ("bo-tu-phap", IN_TIME, "full"),
    ):
        incoming = receiving.read_list(document(("1.001193", level), (f"1.00000{len(sender) % 9}", "full")))
        receiving.receive(sender=sender, collection=asked.key, incoming=incoming, now=at)
    now = datetime(2023, 5, 1, 2, tzinfo=UTC)
    page = board.board(world.officer("hieu"), asked.key, now)
    standing = {row.sender.key: (row.state, row.late_days) for row in page.rows}
    assert len(standing) == 85
    assert standing["thanh-hoa"] == ("on_time", 0)
    assert standing["ha-noi"] == ("late", 4)
    assert standing["bo-cong-an"] == ("missing", 10)
    assert page.counts == {"on_time": 2, "late": 1, "missing": 82, "waiting": 0}
    before = board.board(world.officer("hieu"), asked.key, OPENED)
    assert {row.sender.key: row.state for row in before.rows}["bo-cong-an"] == "waiting"
    _, lines = board.consolidated(world.officer("hieu"), asked.key, conflicts=True)
    assert [(line.code, line.full, line.partial) for line in lines] == [("1.001193", 2, 1)]
    who = board.positions(world.officer("hieu"), asked.key, "1.001193")
    assert {(sender.key if sender else "", level) for sender, level, _, _ in who} == {
        ("thanh-hoa", "full"),
        ("ha-noi", "partial"),
        ("bo-tu-phap", "full"),
    }


def test_the_provinces_of_today_are_asked_after_july_2025(committed: Committed) -> None:
    world = committed.world
    asked = receiving.open_collection(
        actor=world.officer("hieu"),
        name="2027",
        instrument="NĐ 224",
        deadline=date(2027, 3, 1),
        now=world.now,
    )
    assert len(board.board(world.officer("hieu"), asked.key, world.now).rows) == 51
    incoming = receiving.read_list(document(("1.001193", "full")))
    with pytest.raises(NotAllowed):
        receiving.receive(sender="binh-duong", collection=asked.key, incoming=incoming, now=world.now)


def test_reminders_go_out_once_a_day_and_not_to_whoever_has_sent(committed: Committed) -> None:
    world = committed.world
    asked = opened(world)
    token(world, asked, "ha-noi", "dvctt@hanoi.example.com")
    incoming = receiving.read_list(document(("1.001193", "full")))
    receiving.receive(sender="thanh-hoa", collection=asked.key, incoming=incoming, now=IN_TIME)
    hieu = world.officer("hieu")
    with held() as waiting:
        assert receiving.remind(actor=hieu, collection=asked.key, now=LATE) == 84
    for job, arguments in waiting:
        job.run(**arguments)
        job.run(**arguments)  # looks first
    assert [message.to for message in mail.outbox] == [["dvctt@hanoi.example.com"]]
    assert "đã quá hạn 4 ngày" in str(mail.outbox[0].body)
    with pytest.raises(Refused) as nobody:
        receiving.remind(actor=hieu, collection=asked.key, now=LATE + timedelta(hours=5))
    assert nobody.value.code == "collection.nobody_to_remind"
    assert (
        receiving.remind(actor=hieu, collection=asked.key, sender="ha-noi", now=LATE + timedelta(days=1)) == 1
    )
    with pytest.raises(Refused):
        receiving.remind(actor=hieu, collection=asked.key, sender="thanh-hoa", now=LATE + timedelta(days=3))


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("https://dvctt.example.gov.vn", True), ("https://dvctt.example.gov.vn:8443/x/", True), ("ftp://a.vn", False),
        ("https://user:pw@a.vn", False), ("//a.vn", False), ("javascript:alert(1)", False), ("https://a.vn?x=1", False),
        ("https://a.vn:99999", False), ("", False),
    ],
)  # fmt: skip
def test_where_a_token_may_go(address: str, fine: bool) -> None:
    if fine:
        assert client.checked_address(address) == address.rstrip("/")
    else:
        with pytest.raises(Refused):
            client.checked_address(address)


def test_plain_http_is_for_demos(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(Refused):
        client.checked_address("http://dvctt.example.gov.vn")


def test_a_delivery_is_asked_once_and_its_answer_kept(
    committed: Committed, monkeypatch: Any, time_machine: Any
) -> None:
    world = committed.world
    time_machine.move_to(world.now, tick=True)
    made = rounds.listed(world, {"1.001193": {}}, run=False)
    hieu = world.officer("hieu")
    with pytest.raises(Refused) as missing:
        lists.send_list(actor=hieu, round_id=made.round_id, now=world.now)
    assert missing.value.code == "connection.missing"
    lists.connect(
        actor=hieu,
        round_id=made.round_id,
        address="https://bo.example.gov.vn",
        collection="x",
        token="mtc_secret",
        now=world.now,
    )
    from motcua.kernel.refusals import Unavailable

    answers: list[Any] = [
        Unavailable("ministry.unavailable", detail="timed out"), client.Receipt("BN-1", world.now, 3),
    ]  # fmt: skip

    def submit(*given: Any) -> Any:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(client, "submit", submit)
    with held():
        delivery = lists.send_list(actor=hieu, round_id=made.round_id, now=world.now)
        with pytest.raises(Refused) as twice:
            lists.send_list(actor=hieu, round_id=made.round_id, now=world.now)
    assert twice.value.code == "list.being_sent"
    with pytest.raises(Unavailable):
        lists.deliver.run(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.problem) == ("waiting", 1, "timed out")
    lists.deliver.run(delivery_id=delivery.pk)
    lists.deliver.run(delivery_id=delivery.pk)  # looks first
    delivery.refresh_from_db()
    assert (delivery.state, delivery.receipt, delivery.late_days) == ("received", "BN-1", 3)
