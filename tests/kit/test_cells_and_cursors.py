"""Cells that no spreadsheet runs, cursors that crash nothing, phones of the world."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.identifiers import Problem, is_e164
from regulars.kit.csv_safety import guard_cell, unguard_cell
from regulars.kit.paging import CursorInvalid, cursor_id, make_cursor, page_size, read_cursor
from regulars.kit.phones import parse_phone

texts = st.one_of(st.text(max_size=30), st.text("=+-@' \t|1a", max_size=8))


@given(text=texts)
def test_a_guarded_cell_comes_back_exactly(text):
    assert unguard_cell(guard_cell(text)) == text


@given(text=texts)
def test_a_guarded_cell_never_begins_like_a_formula(text):
    assert not guard_cell(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "|", "%"))


def test_a_plain_text_is_left_alone():
    assert guard_cell("Anna") == "Anna"
    assert guard_cell("+79123456789") == "'+79123456789"
    assert unguard_cell("'Anna'") == "'Anna'"


@given(parts=st.lists(st.one_of(st.text(max_size=6), st.integers(-(2**60), 2**60)), max_size=3))
def test_a_cursor_comes_back(parts):
    assert read_cursor(make_cursor(*parts), *map(type, parts)) == parts


@given(
    text=st.one_of(
        st.text(max_size=60), st.binary(max_size=60).map(base64.urlsafe_b64encode).map(bytes.decode)
    )
)
def test_any_other_text_is_refused_as_a_cursor(text):
    with pytest.raises(CursorInvalid):
        read_cursor(text, str, bool, str)


@pytest.mark.parametrize("cursor", ["W" * 401, "[" * 300, make_cursor("a"), make_cursor(1, "b")])
def test_a_cursor_of_another_shape_is_refused(cursor):
    with pytest.raises(CursorInvalid):
        read_cursor(cursor, str, str)
    with pytest.raises(CursorInvalid):
        cursor_id("not an id")


def test_a_page_is_neither_empty_nor_endless():
    assert [page_size(n) for n in (-1, 0, 1, 500, 501)] == [1, 1, 1, 500, 500]


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("9123456789", "RU", "+79123456789"),
        ("+7 495 123-45-67", "DE", "+74951234567"),
        ("0049 170 1234567", "RU", "+491701234567"),
        ("0170 1234567", "DE", "+491701234567"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("8 701 123 45 67", "KZ", "+77011234567"),
    ],
)
def test_a_phone_has_one_spelling(text, region, phone):
    assert parse_phone(text, region=region) == phone


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "abc",
        "+",
        "+7912",
        "12345678901234567890",
        "٨٩١٢٣٤٥٦٧٨٩",
        "8912345678x5",
        "1" * 5000,
    ]
    + ["+7 912 345-67-89 ext. 5", "tel:+79123456789;phone-context=+1", "\x00", "8-800-FLOWERS"],
)
def test_what_is_no_phone_is_refused(text):
    assert parse_phone(text) == Problem("identifier.phone_malformed")


@given(text=st.text(max_size=45))
def test_any_text_is_a_phone_or_is_refused(text):
    phone = parse_phone(text)
    assert isinstance(phone, Problem) or is_e164(phone)
