"""Phone photos: turned the right way up, no larger than needed, joined; nothing but the pixels goes along."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from motcua.kernel import pictures
from motcua.kernel.pictures import LONGEST, Unreadable, as_jpeg, to_pdf, upright
from tests.pictures import HEIC

ORIENTATION = 0x0112


def photo(path: Path, size: tuple[int, int] = (400, 300), orientation: int = 1, kind: str = "JPEG") -> Path:
    """A picture whose upper left quarter, as it is to be looked at, is red; stored turned as ``orientation`` says."""
    seen = Image.new("RGB", size, "white")
    seen.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    undo = {
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
    }
    stored = seen.transpose(undo[orientation]) if orientation in undo else seen
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "Hang may anh"
    exif.get_ifd(0x8825)[2] = (19.0, 48.0, 0.0)  # where it was taken
    stored.save(path, kind, exif=exif, quality=95)
    return path


@pytest.mark.parametrize("orientation", [1, 2, 3, 6, 8])
def test_a_photo_is_turned_as_it_is_to_be_looked_at(tmp_path: Path, orientation: int) -> None:
    shown = upright(photo(tmp_path / "a.jpg", orientation=orientation))
    assert shown.size == (400, 300)
    red, green, _ = shown.getpixel((50, 50))
    assert red > 200 > 60 > green
    assert min(shown.getpixel((350, 250))) > 200


def test_nothing_but_the_pixels_goes_along(tmp_path: Path) -> None:
    source = photo(tmp_path / "a.jpg", orientation=6)
    assert b"Hang may anh" in source.read_bytes()
    made = as_jpeg(source)
    assert b"Hang may anh" not in made
    assert not Image.open(BytesIO(made)).getexif()


def test_photos_and_pdfs_become_one_pdf_in_order_smaller_and_the_same_each_time(tmp_path: Path) -> None:
    noise = Image.effect_noise((4000, 3000), 60).convert("RGB")
    noise.save(tmp_path / "1.jpg", quality=98)
    photo(tmp_path / "2.jpg", (300, 900), 8)
    with pikepdf.new() as scan:
        scan.add_blank_page(page_size=(200, 100))
        scan.add_blank_page(page_size=(200, 100))
        scan.save(tmp_path / "3.pdf")
    pieces = [tmp_path / "1.jpg", tmp_path / "2.jpg", tmp_path / "3.pdf"]
    made = to_pdf(pieces)
    assert made == to_pdf(pieces)
    assert len(made) < (tmp_path / "1.jpg").stat().st_size
    with pikepdf.open(BytesIO(made)) as pdf:
        boxes = [[float(n) for n in page.mediabox] for page in pdf.pages]
    assert [round(box[2] / box[3], 2) for box in boxes] == [1.33, 0.33, 2.0, 2.0]
    assert max(boxes[0][2:]) == pytest.approx(LONGEST / pictures.DPI * 72, abs=2)


def test_a_see_through_picture_lies_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert upright(tmp_path / "a.png").getpixel((5, 5)) == (255, 255, 255)


def test_a_phones_heic_becomes_a_jpeg() -> None:
    made = Image.open(BytesIO(as_jpeg(HEIC)))
    assert made.format == "JPEG"
    assert made.size == (64, 64)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xe0 not a jpeg", b"GIF89a", b"%!PS-Adobe evil"])
def test_what_is_no_picture_is_damaged_and_no_other_decoder_is_tried(content: bytes) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        upright(content)


def test_a_truncated_photo_is_damaged(tmp_path: Path) -> None:
    content = photo(tmp_path / "a.jpg").read_bytes()
    with pytest.raises(Unreadable, match="damaged"):
        upright(content[: len(content) // 2])


def test_a_picture_bomb_is_refused_by_its_header(monkeypatch: pytest.MonkeyPatch) -> None:
    out = BytesIO()
    Image.new("1", (8000, 7000)).save(out, "PNG")
    assert len(out.getvalue()) < 20_000
    monkeypatch.setattr(Image.Image, "load", lambda *_: pytest.fail("it was unpacked"))
    with pytest.raises(Unreadable, match="image_too_large"):
        upright(out.getvalue())


def test_a_locked_pdf_says_so(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(tmp_path / "a.pdf", encryption=pikepdf.Encryption(user="x", owner="y"))
    with pytest.raises(Unreadable, match="pdf_locked"):
        to_pdf([tmp_path / "a.pdf"])
