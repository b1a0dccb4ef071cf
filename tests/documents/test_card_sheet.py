"""Cards for the print shop, read back: sizes, boxes, fonts, and codes by a decoder that is not ours."""

import io

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from regulars.core.identifiers import with_check_digit
from regulars.documents.card_face import CardLook, spaced
from regulars.documents.card_sheet import COLUMNS, card_rows, cards_pdf

LOOK = CardLook("Пекарня «У реки»", language="ru")
KINDS = {
    "ean13": [with_check_digit(f"2990{n * 7919:08}", "ean13") for n in range(1, 11)],
    "luhn": [with_check_digit(f"9643{n * 7919:011}", "luhn") for n in range(1, 11)],
    "none": [f"700{n * 7919:06}" for n in range(1, 11)],
}


def read(pdf):
    return PdfReader(io.BytesIO(pdf)).pages


def codes_of(pdf, page):
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=5).to_pil()
    return {(found.format.name, found.text) for found in zxingcpp.read_barcodes(picture)}


def millimetres(box):
    return [round(float(edge) / 72 * 25.4, 1) for edge in (box.width, box.height)]


@pytest.mark.parametrize("checksum", KINDS)
def test_every_card_says_its_number_in_a_qr_code_and_a_barcode(checksum):
    numbers = KINDS[checksum][:3]
    pdf = cards_pdf(numbers, checksum, LOOK)
    barcode = "EAN13" if checksum == "ean13" else "Code128"
    assert len(read(pdf)) == 6
    for place, number in enumerate(numbers):
        assert codes_of(pdf, 2 * place) == set()
        assert codes_of(pdf, 2 * place + 1) == {("QRCode", number), (barcode, number)}
        assert spaced(number) in read(pdf)[2 * place].extract_text()


def test_a_page_is_a_card_with_bleed_around_its_trim():
    for page in read(cards_pdf(KINDS["ean13"][:1], "ean13", LOOK)):
        assert millimetres(page.trimbox) == [85.6, 54.0]
        assert millimetres(page.bleedbox) == [91.6, 60.0]
        assert page.mediabox.width > page.bleedbox.width


def test_fonts_stand_in_the_file_and_russian_is_readable():
    page = read(cards_pdf(KINDS["ean13"][:1], "ean13", LOOK))[1]
    assert "Пекарня «У реки»" in page.extract_text()
    assert "Покажите карту" in page.extract_text()
    embedded = {
        each.get_object()["/BaseFont"]
        for each in page["/Resources"]["/Font"].values()
        if "/FontDescriptor" in each.get_object()
    }
    assert any("DejaVuSans" in name for name in embedded)


def test_a_sheet_has_eight_cards_and_its_back_mirrors_its_front():
    pdf = cards_pdf(KINDS["ean13"], "ean13", LOOK, sheets=True)
    pages = read(pdf)
    assert len(pages) == 4
    assert millimetres(pages[0].mediabox) == [210.0, 297.0]
    assert {text for _, text in codes_of(pdf, 1)} == set(KINDS["ean13"][:8])
    assert {text for _, text in codes_of(pdf, 3)} == set(KINDS["ean13"][8:])
    picture = pypdfium2.PdfDocument(pdf)[1].render(scale=5).to_pil()
    left = picture.crop((0, 0, picture.width // 2, picture.height // 4 + 80))
    seen = {found.text for found in zxingcpp.read_barcodes(left)}
    # The first card of the front's first row lies on the left, so its back on the right.
    assert seen == {KINDS["ean13"][1]}


def test_the_same_cards_give_the_same_bytes():
    made = [cards_pdf(KINDS["luhn"], "luhn", LOOK) for _ in range(2)]
    assert made[0] == made[1]


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffe600", "#7f7f7f"])
def test_the_number_stands_out_from_any_colour(colour):
    pdf = cards_pdf(KINDS["ean13"][:1], "ean13", CardLook("Shop", colour=colour))
    picture = pypdfium2.PdfDocument(pdf)[0].render(scale=4).to_pil().convert("L")
    width, height = picture.size
    where = (int(width * 0.14), int(height * 0.72), int(width * 0.6), int(height * 0.82))
    darkest, lightest = picture.crop(where).getextrema()
    assert lightest - darkest > 90


def test_a_long_name_and_a_logo_stay_on_the_card():
    target = io.BytesIO()
    Image.new("RGBA", (400, 100), (200, 30, 40, 255)).save(target, "PNG")
    look = CardLook("Г" * 80, logo=target.getvalue(), colour="#ffffff")
    picture = pypdfium2.PdfDocument(cards_pdf(["2990000000012"], "ean13", look))[0].render(scale=4)
    pixels = picture.to_pil().convert("L")
    # Nothing between the safe margin and the trim on the right.
    width, height = pixels.size
    strip = pixels.crop(
        (int(width * 0.87), int(height * 0.3), int(width * 0.905), int(height * 0.45))
    )
    assert strip.getextrema()[0] > 200


def test_the_table_has_the_cards_in_the_order_of_the_pages_and_runs_no_formula():
    rows = list(card_rows(KINDS["ean13"], "ean13", "=plastic/1"))
    assert [row["number"] for row in rows] == KINDS["ean13"]
    assert [row["place"] for row in rows] == [str(n) for n in range(1, 11)]
    assert {row["kind"] for row in rows} == {"EAN-13"}
    assert {row["batch"] for row in rows} == {"'=plastic/1"}
    assert tuple(rows[0]) == COLUMNS
