"""Notes, letters, follows and views: who sees which, and what leaves a trace."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from motcua.demo.cast import sample_scan
from motcua.dossiers.models import Dossier
from motcua.kernel.models import Event
from motcua.kernel.refusals import Conflict, NotAllowed, Refused
from motcua.messaging import letters
from motcua.messaging.models import Email, Letter, LetterFile, Message
from motcua.messaging.wording import body_of, subject_of
from motcua.workspace import actions
from motcua.workspace.models import Follow, Label, Note
from motcua.workspace.queries import desk_of, margin_of
from motcua.workspace.rules import Asked
from tests import factories
from tests.factories import World
from tests.workspace import helpers
from tests.workspace.helpers import refused

SECRET = "Số tài khoản 0123456789 của bà ngoại"


def text(answer: Any) -> str:
    return answer.content.decode()


def wrote(world: World, dossier: Dossier, body: str = SECRET, who: str = "minh") -> Letter:
    with factories.after_commit():
        return letters.write_letter(actor=world.officer(who), code=dossier.code, body=body, now=world.now)


def test_a_note_is_for_colleagues_and_never_for_the_applicant(world: World) -> None:
    dossier = factories.filed_dossier(world)
    page = f"/desk/dossiers/{dossier.code}/"
    answer = world.client("minh").post(f"{page}notes/", {"body": SECRET})
    assert answer.status_code == 302
    assert SECRET in text(world.client("minh").get(page))
    assert SECRET in text(world.client("tuan").get(page))
    for path in (f"/account/dossiers/{dossier.code}/", "/account/messages/", "/account/"):
        assert SECRET not in text(world.client("lan").get(path))
    shown = text(world.client().post("/track/", {"code": dossier.code, "secret": dossier.lookup_secret}))
    assert SECRET not in shown
    assert world.client("linh").post(f"{page}notes/", {"body": "x"}).status_code == 404
    assert Note.objects.count() == 1
    event = Event.objects.get(stream=dossier.stream, kind="note.written")
    assert SECRET not in str(event.data)


def test_notes_and_letters_are_encrypted_in_their_columns(world: World) -> None:
    from django.db import connection

    dossier = factories.filed_dossier(world)
    actions.write_note(actor=world.officer("minh"), code=dossier.code, body=SECRET, now=world.now)
    wrote(world, dossier)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM workspace_note UNION ALL SELECT body FROM messaging_letter")
        assert not [body for (body,) in cursor.fetchall() if "0123456789" in body]
    margin = margin_of(dossier.pk, dossier.case_id, world.officer("minh"), now=world.now)
    assert [margin.notes[0].body, margin.letters[0].body] == [SECRET, SECRET]


def test_an_empty_note_is_told_and_writes_nothing(world: World) -> None:
    dossier = factories.filed_dossier(world)
    answer = world.client("minh").post(f"/desk/dossiers/{dossier.code}/notes/", {"body": "  "})
    assert answer.status_code == 422
    assert "Nhập nội dung ghi chú" in text(answer)


def test_a_letter_goes_to_the_account_and_the_mail_says_only_that_it_is_there(world: World) -> None:
    dossier = factories.filed_dossier(world)
    Email.objects.all()
    letter = wrote(world, dossier)
    message = Message.objects.get(dossier=dossier, kind="letter")
    mail = Email.objects.get(message=message)
    assert SECRET not in subject_of(message, dossier) + body_of(message, dossier)
    assert mail.attachment_id is None
    assert letter.read_at is None
    page = text(world.client("lan").get(f"/account/dossiers/{dossier.code}/"))
    assert SECRET in page
    letter.refresh_from_db()
    assert letter.read_at is not None
    assert "đã xem" in text(world.client("minh").get(f"/desk/dossiers/{dossier.code}/"))
    assert world.client("nguoila").get(f"/account/dossiers/{dossier.code}/").status_code == 404
    letters.tell_applicant(dossier, world.now)
    assert Message.objects.filter(dossier=dossier, kind="letter").count() == 1


def test_the_applicant_answers_with_a_file_and_the_office_reads_it(world: World) -> None:
    dossier = factories.filed_dossier(world)
    wrote(world, dossier, "Ông/Bà cho biết giờ có thể đến nhận.")
    path = f"/account/dossiers/{dossier.code}/letters/"
    scan = SimpleUploadedFile("anh.pdf", sample_scan(), "application/pdf")
    with factories.after_commit():
        answer = world.client("lan").post(path, {"body": "Chín giờ sáng thứ Năm.", "files": [scan]})
    assert answer.status_code == 302
    file = LetterFile.objects.get()
    desk = world.client("minh")
    assert "Chín giờ sáng thứ Năm." in text(desk.get(f"/desk/dossiers/{dossier.code}/"))
    for who, where in (
        ("minh", f"/desk/dossiers/{dossier.code}/letters/{file.pk}/"),
        ("lan", f"/account/files/letter/{file.pk}/"),
    ):
        got = world.client(who).get(where)
        assert got.status_code == 200
        for close in got._resource_closers:
            close()
    assert world.client("linh").get(f"/desk/dossiers/{dossier.code}/letters/{file.pk}/").status_code == 404
    assert world.client("nguoila").get(f"/account/files/letter/{file.pk}/").status_code == 404
    assert [
        e.kind
        for e in Event.objects.filter(stream=dossier.stream, kind__startswith="letter.").order_by("seq")
    ] == [
        "letter.sent",
        "letter.answered",
    ]


def test_the_office_writes_first_and_silence_bounds_the_answers(world: World) -> None:
    dossier, lan = factories.filed_dossier(world), world.person("lan")

    def answer() -> None:
        letters.answer_letter(actor=lan, code=dossier.code, body="Alo?", now=world.now)

    with refused(Conflict, match=r"letter.nobody_asked"):
        answer()
    wrote(world, dossier, "Chào Bà.")
    for _ in range(letters.MAX_UNANSWERED):
        answer()
    with refused(Refused, match=r"letter.too_many"):
        answer()
    wrote(world, dossier, "Đã nhận.")
    answer()


def test_only_the_agency_that_has_the_dossier_writes_to_its_applicant(world: World) -> None:
    dossier = factories.filed_dossier(world)
    for who in ("linh", "hung"):
        with refused(NotAllowed):
            letters.write_letter(actor=world.officer(who), code=dossier.code, body="Chào", now=world.now)
    for stranger in (world.person("nguoila"), world.person("minh")):
        with refused(NotAllowed):
            letters.answer_letter(actor=stranger, code=dossier.code, body="Chào", now=world.now)
    with refused(NotAllowed):
        letters.write_letter(actor=world.person("lan"), code=dossier.code, body="Chào", now=world.now)


def test_following_lists_the_dossier_until_it_is_taken_back(world: World) -> None:
    dossier, browser = factories.filed_dossier(world), world.client("minh")
    page = f"/desk/dossiers/{dossier.code}/"
    for _ in range(2):
        browser.post(f"{page}follow/", {"wanted": "1"})
    assert Follow.objects.count() == 1
    assert dossier.code in text(browser.get("/desk/?list=followed"))
    assert "Đang theo dõi" in text(browser.get(page))
    browser.post(f"{page}follow/", {"wanted": "0"})
    assert dossier.code not in text(browser.get("/desk/?list=followed"))


def test_labels_of_a_unit(world: World) -> None:
    browser, minh = world.client("minh"), world.officer("minh")
    unit = minh.seats[0].unit
    assert browser.post("/desk/labels/", {"unit": unit, "name": "Gấp", "colour": "red"}).status_code == 302
    twice = browser.post("/desk/labels/", {"unit": unit, "name": "gap", "colour": "red"})
    assert twice.status_code == 409
    assert "đã có nhãn" in text(twice)
    label = Label.objects.get()
    assert (
        browser.post("/desk/labels/", {"change": label.pk, "name": "Rất gấp", "colour": "zzz"}).status_code
        == 302
    )
    label.refresh_from_db()
    assert (label.name, label.colour) == ("Rất gấp", "grey")
    dossier = factories.filed_dossier(world)
    browser.post(f"/desk/dossiers/{dossier.code}/labels/", {"put": label.pk})
    assert "Rất gấp" in text(browser.get("/desk/"))
    assert "Rất gấp" not in text(world.client("tuan").get(f"/desk/dossiers/{dossier.code}/"))
    assert "Rất gấp" not in text(world.client("lan").get(f"/account/dossiers/{dossier.code}/"))
    for who, fields in (
        ("linh", {"change": label.pk, "name": "X"}),
        ("hoa", {"retire": label.pk}),
        ("linh", {"unit": unit, "name": "Y"}),
    ):
        assert world.client(who).post("/desk/labels/", fields).status_code == 404
    browser.post("/desk/labels/", {"retire": label.pk})
    assert desk_of(minh).labels[label.pk].retired
    assert "Rất gấp" in text(browser.get("/desk/"))  # where it lies it stays


def test_a_view_is_ones_own_until_it_is_shared_with_the_unit(world: World) -> None:
    minh = world.officer("minh")
    factories.filed_dossier(world)
    view = actions.save_view(
        actor=minh,
        name="Sắp tới",
        asked=Asked("unit", claimed="nobody", q="Lan"),
        shown=("age",),
        unit=None,
        now=world.now,
    )
    assert "q" not in view.asked
    link = f"/desk/views/{view.pk}/"
    for who in ("tuan", "hoa", "linh"):
        assert world.client(who).get(link).status_code == 404
    colleague = helpers.colleague(world, "minh", "dung")
    assert desk_of(colleague).views == ()
    actions.share_view(actor=minh, key=view.pk, unit=minh.seats[0].unit)
    assert [one.id for one in desk_of(colleague).views] == [str(view.pk)]
    for who in ("hoa", "linh"):
        assert world.client(who).get(link).status_code == 404
        assert world.client(who).get(f"/desk/?view={view.pk}").status_code == 404
    shown = text(world.client("minh").get(link, follow=True))
    assert "Sắp tới" in shown
    assert "Số ngày từ khi nộp" in shown
    for act in (actions.drop_view, lambda **k: actions.share_view(**k, unit=None)):
        with refused(NotAllowed):
            act(actor=colleague, key=view.pk)
    with refused(NotAllowed):
        actions.share_view(actor=minh, key=view.pk, unit=world.officer("hoa").seats[0].unit)


def test_columns_and_filters_are_kept_for_each_person(world: World) -> None:
    factories.filed_dossier(world)
    browser = world.client("minh")
    browser.post("/desk/columns/", {"column": ["age", "unit"]})
    page = text(browser.get("/desk/"))
    assert "Số ngày từ khi nộp" in page
    assert '<th scope="col">Người nộp</th>' not in page
    assert "Số ngày từ khi nộp" not in text(world.client("tuan").get("/desk/"))
    browser.post("/desk/columns/", {"usual": "1"})
    from motcua.web.desk import place

    token = place.pack(Asked("unit"))
    assert browser.post("/desk/filters/", {"from": token, "status": "4"})["Location"] == "/desk/?list=unit"
    page = text(browser.get("/desk/?list=unit"))
    assert "Trạng thái: Đang xử lý" in page
    assert "Không có hồ sơ nào khớp bộ lọc" in page
    assert "data-row-link" in text(browser.get("/desk/?list=unit&all=1"))
    assert "data-row-link" in text(browser.get("/desk/?list=mine"))  # another list, its own filters
    kept = place.pack(Asked("unit", status=(4,)))
    browser.post("/desk/filters/", {"from": kept, "drop": "status:4"})
    assert "data-row-link" in text(browser.get("/desk/?list=unit"))


def test_what_is_searched_for_stands_in_no_address(world: World) -> None:
    dossier = factories.filed_dossier(world)
    browser = world.client("minh")
    answer = browser.post("/desk/search/", {"q": "Nguyễn Thị Lan"})
    assert "Nguy" not in answer["Location"]
    page = text(browser.get(answer["Location"]))
    assert dossier.code in page
    assert "Nguy" not in page.split("data-row-link")[0].split("/desk/dossiers/")[1].split('"')[0]


def test_a_dossiers_page_knows_its_neighbours_and_goes_back_to_its_list(world: World) -> None:
    for _ in range(3):
        factories.filed_dossier(world)
    browser = world.client("minh")
    page = text(browser.get("/desk/?list=unit"))
    rows = [piece.split('"')[0].replace("&amp;", "&") for piece in page.split('href="/desk/dossiers/')[1:]]
    middle = text(browser.get(f"/desk/dossiers/{rows[1]}"))
    assert f'rel="prev" href="/desk/dossiers/{rows[0].replace("&", "&amp;")}"' in middle
    assert f'rel="next" href="/desk/dossiers/{rows[2].replace("&", "&amp;")}"' in middle
    assert 'class="govuk-back-link">' in middle
    assert 'href="/desk/?list=unit"' in middle
