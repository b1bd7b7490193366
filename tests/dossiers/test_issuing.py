"""Slips of real dossiers: one for each event, numbered by agency and year, kept, and filled from what is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from motcua.catalogue.models import Fee
from motcua.dossiers import actions as filing
from motcua.dossiers import issuing, register, slip_facts, slips
from motcua.dossiers.drafts import blob_store
from motcua.dossiers.models import Dossier, RegisterEntry, Slip, SlipKind
from motcua.kernel.clock import local_day
from motcua.kernel.models import Event
from tests import factories
from tests.dossiers.test_slips import tight
from tests.factories import NOW, World
from tests.kernel.test_pdf import words_of

HOUR = timedelta(hours=1)


def bytes_of(slip: Slip) -> bytes:
    with blob_store().open(slip.blob_id) as content:
        return content.read()


def said_by(slip: Slip) -> str:
    return words_of(bytes_of(slip))


def apology(reason: str = "Cơ quan phối hợp chưa trả lời.") -> issuing.Build:
    return issuing.apology(reason=reason, was_due=NOW + 48 * HOUR, new_due=NOW + 96 * HOUR)


@pytest.fixture
def received(world: World) -> Dossier:
    return factories.advance(world, factories.filed_dossier(world), "received")


def test_a_slip_is_issued_once_for_its_event(received: Dossier) -> None:
    first = issuing.issue(received.pk, SlipKind.APOLOGY, apology(), NOW)
    again = issuing.issue(received.pk, SlipKind.APOLOGY, apology("Một lý do khác."), NOW)
    assert again.pk == first.pk
    assert bytes_of(again) == bytes_of(first)
    assert Event.objects.filter(stream=received.stream, kind=issuing.ISSUED, data__kind="04").count() == 1


def test_another_event_brings_another_slip_of_the_kind_with_the_next_number(received: Dossier) -> None:
    first = issuing.issue(received.pk, SlipKind.APOLOGY, apology(), NOW)
    second = issuing.issue(received.pk, SlipKind.APOLOGY, apology(), NOW + HOUR)
    assert (first.number, second.number) == (1, 2)
    assert tight("Số: 02/PXL") in said_by(second)
    assert tight("Số: 01/PXL") in said_by(Slip.objects.get(pk=first.pk))


def test_numbers_begin_anew_with_the_year_and_with_the_kind(received: Dossier) -> None:
    last = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # 23:30 in Vietnam
    numbers = [
        issuing.issue(received.pk, SlipKind.APOLOGY, apology(), at).number
        for at in (NOW, last, last + HOUR, last + 2 * HOUR)
    ]
    assert numbers == [1, 2, 1, 2]
    assert issuing.issue(received.pk, SlipKind.CONTROL, issuing.control(rows=()), last + HOUR).number == 1


def test_a_slip_that_cannot_be_made_takes_no_number(received: Dossier) -> None:
    def broken(dossier: Dossier, number: str, at: datetime) -> bytes:
        raise RuntimeError("no printer")

    with pytest.raises(RuntimeError):
        issuing.issue(received.pk, SlipKind.STOP, broken, NOW)
    stop = issuing.stop(reason="Theo đề nghị.", fees="Chưa thu.", papers="Trả lại bản chính.", asked_at=NOW)
    assert issuing.issue(received.pk, SlipKind.STOP, stop, NOW).number == 1


# --- the receipt ---------------------------------------------------------------------------------------------


def test_a_receipt_names_its_line_in_the_register_its_fee_and_both_hands(world: World) -> None:
    dossier = factories.advance(world, factories.filed_dossier(world, code=factories.COPIES), "received")
    entry = RegisterEntry.objects.get(dossier=dossier)
    words = said_by(dossier.slips.get(kind=SlipKind.RECEIPT))
    assert tight(f"Quyển số 2026, số thứ tự {entry.number}") in words
    fee = issuing.fee_words(dossier, local_day(NOW))
    assert fee
    assert tight(f"Phí, lệ phí: {fee}") in words
    assert tight("Xác thực điện tử khi nộp lúc 10 giờ 00, ngày 24/11/2026") in words
    assert tight("Xác nhận điện tử lúc 11 giờ 00, ngày 24/11/2026") in words
    assert tight(world.account("minh").full_name) in words


YESTERDAY = local_day(NOW) - timedelta(days=1)


@pytest.mark.parametrize(
    ("fees", "words"),
    [
        ([Fee(amount=8_000, per="trang", certain=True)], "8.000\u00a0đ/trang"),
        ([Fee(amount=15_000, channel="counter", certain=True), Fee(amount=8_000, channel="online", certain=True)],
         "8.000\u00a0đ"),
        ([Fee(amount=5_000, certain=True, valid_to=YESTERDAY), Fee(amount=6_000, certain=True)], "6.000\u00a0đ"),
        ([Fee(amount=0, certain=True)], "không thu"),
        ([Fee(amount=8_000, certain=False)], "theo quy định"),
        ([Fee(amount=None, certain=True)], "theo quy định"),
        ([Fee(amount=1_000, per="bản", certain=True), Fee(amount=2_000, per="trang", certain=True)],
         "1.000\u00a0đ/bản; 2.000\u00a0đ/trang"),
        ([], ""),
    ],
)  # fmt: skip
def test_a_receipt_promises_no_fee_that_nobody_published(fees: list[Fee], words: str) -> None:
    assert slip_facts.fees_in_words(fees, "online", local_day(NOW)) == words


def test_at_the_counter_the_applicant_signs_by_hand(world: World) -> None:
    dossier = factories.counter_dossier(world)
    assert issuing.applicant_mark(dossier) is None
    words = said_by(dossier.slips.get(kind=SlipKind.RECEIPT))
    assert "Xácthựcđiệntử" not in words
    assert "NGƯỜINỘPHỒSƠ" in words
    assert tight(world.account("minh").full_name) in words


def test_whoever_files_for_another_stands_on_the_receipt_with_the_paper_that_allows_it(world: World) -> None:
    begun = factories.draft(world)
    known = world.applicant("lan")
    details = filing.ApplicantDetails(
        kind=known.kind,
        name=known.name,
        number=known.number,
        account=known.account,
        authorised=filing.Authorised(
            name="Trần Thị Bình",
            number="038190001234",
            phone="0911222333",
            address="Tổ 5",
            paper="Giấy ủy quyền ngày 20/11/2026",
        ),
    )
    with factories.after_commit():
        dossier = filing.submit(
            actor=world.person("lan"),
            draft_id=begun.pk,
            applicant=details,
            assistance="proxy",
            return_by="online",
            now=NOW,
        )
    dossier = factories.advance(world, dossier, "received")
    assert Dossier.objects.get(pk=dossier.pk).authorised_person["name"] == "Trần Thị Bình"
    words = said_by(dossier.slips.get(kind=SlipKind.RECEIPT))
    for fact in (
        "Người được ủy quyền: Trần Thị Bình",
        "038190001234",
        "0911222333",
        "Giấy ủy quyền ngày 20/11/2026",
    ):
        assert tight(fact) in words


# --- the builders ---------------------------------------------------------------------------------------------


def test_each_builder_fills_its_form(world: World, received: Dossier) -> None:
    builds = {
        SlipKind.APOLOGY: (apology(), "Cơ quan phối hợp chưa trả lời."),
        SlipKind.STOP: (
            issuing.stop(
                reason="Theo đề nghị.", fees="Hoàn lại 8.000 đ.", papers="Trả bản chính.", asked_at=NOW
            ),
            "Hoàn lại 8.000 đ.",
        ),
        SlipKind.CONTROL: (
            issuing.control(
                rows=[slips.Handover(at=NOW, given_by="Một cửa", received_by="Tư pháp", result="late")],
                coordinating=["Công an phường"],
            ),
            "Công an phường",
        ),
        SlipKind.INELIGIBLE: (
            issuing.ineligible(
                reason="Khai chưa khớp dữ liệu.",
                marked=[
                    {"kind": "field", "key": "x", "label": "Nơi thường trú", "note": "Sai tên phường"},
                    {"kind": "component", "key": "1", "label": "Quyết định ly hôn", "note": "Mờ"},
                ],
                answer_by=NOW + 48 * HOUR,
            ),
            "Sai tên phường",
        ),
    }
    for kind, (build, fact) in builds.items():
        words = said_by(issuing.issue(received.pk, kind, build, NOW))
        assert tight(fact) in words, kind
        assert received.code in words
        assert tight(f"Số: 01/{issuing._SUFFIX[kind]}") in words
        assert tight(received.agency.name.split("phường")[0]).upper() in words


def test_every_kind_has_a_suffix_of_its_own() -> None:
    assert set(issuing._SUFFIX) == set(SlipKind)
    assert len(set(issuing._SUFFIX.values())) == len(SlipKind)


# --- the line in the register -----------------------------------------------------------------------------------


def test_receiving_enters_the_register_once_without_gaps(world: World) -> None:
    dossiers = [factories.advance(world, factories.filed_dossier(world), "received") for _ in range(3)]
    there = RegisterEntry.objects.filter(dossier__in=dossiers).order_by("number")
    numbers = [entry.number for entry in there]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    register.enter(dossiers[0], now=NOW + timedelta(days=30))
    assert [entry.number for entry in there.all()] == numbers
    later = factories.advance(world, factories.filed_dossier(world), "received")
    assert RegisterEntry.objects.get(dossier=later).number == numbers[-1] + 1


def test_a_dossier_that_is_not_received_has_no_line(world: World) -> None:
    filed = factories.filed_dossier(world)
    assert not RegisterEntry.objects.filter(dossier=filed).exists()
    assert register.words(filed) == ""


def test_a_dossier_that_moves_keeps_its_line_and_gets_one_in_the_other_book(
    world: World, received: Dossier
) -> None:
    first = RegisterEntry.objects.get(dossier=received)
    received.agency = world.agencies[factories.OTHER_AGENCY]
    received.save(update_fields=["agency"])
    register.enter(received, now=NOW)
    assert RegisterEntry.objects.filter(dossier=received).count() == 2
    day = local_day(NOW)
    (line,) = [
        line
        for line in register.every(register.Period(first.agency_id, day, day))
        if line.code == received.code
    ]
    assert line.elsewhere == received.agency.name
    assert register.note(line) == f"Chuyển {received.agency.name}"


def test_the_volume_of_a_receipt_on_new_years_eve_is_vietnams_year(world: World, received: Dossier) -> None:
    RegisterEntry.objects.filter(dossier=received).delete()
    register.enter(received, now=datetime(2026, 12, 31, 17, 30, tzinfo=UTC))  # 00:30 in Vietnam
    entry = RegisterEntry.objects.get(dossier=received)
    assert (entry.year, entry.number, entry.day.isoformat()) == (2027, 1, "2027-01-01")
