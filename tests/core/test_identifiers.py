"""Numbers and addresses: check digits, one spelling, and texts that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.identifiers import (
    Problem,
    ean13_check_digit,
    is_checked,
    is_e164,
    is_ean13,
    is_luhn,
    is_restricted_ean13,
    luhn_check_digit,
    mask_email,
    mask_number,
    mask_phone,
    may_be_weighed_goods,
    normalise_card,
    normalise_email,
    normalise_external,
    normalise_phone_shape,
    with_check_digit,
    without_contacts,
)

digits = st.text("0123456789", min_size=1, max_size=18)
bodies = st.text("0123456789", min_size=12, max_size=12)


@pytest.mark.parametrize("number", ["4006381333931", "2990000000001", "5901234123457"])
def test_an_ean13_of_the_world_is_right(number):
    assert is_ean13(with_check_digit(number[:12], "ean13"))
    assert ean13_check_digit("400638133393") == "1"


@pytest.mark.parametrize("number", ["4539578763621486", "5555555555554444", "6011000990139424"])
def test_a_luhn_number_of_the_world_is_right(number):
    assert is_luhn(number)


def test_luhn_is_for_16_to_19_digits():
    assert luhn_check_digit("7992739871") == "3"
    assert not is_luhn("79927398713")
    assert not is_luhn("٤٥٣٩٥٧٨٧٦٣٦٢١٤٨٦")


@given(body=bodies, place=st.integers(0, 12), digit=st.sampled_from("0123456789"))
def test_one_wrong_digit_breaks_an_ean13(body, place, digit):
    number = with_check_digit(body, "ean13")
    wrong = number[:place] + digit + number[place + 1 :]
    assert is_ean13(wrong) == (wrong == number)


@given(
    body=st.text("0123456789", min_size=15, max_size=18),
    place=st.integers(0, 15),
    digit=st.sampled_from("0123456789"),
)
def test_one_wrong_digit_breaks_a_luhn_number(body, place, digit):
    number = with_check_digit(body, "luhn")
    assert is_checked(number, "luhn")
    wrong = number[:place] + digit + number[place + 1 :]
    assert is_luhn(wrong) == (wrong == number)


@pytest.mark.parametrize(
    ("prefix", "restricted", "weighed"),
    [
        ("020", True, True),
        ("029", True, True),
        ("040", True, False),
        ("2990", True, True),
        ("200", True, True),
        ("460", False, False),
        ("030", False, False),
        ("0", False, False),
    ],
)
def test_prefixes_are_told_apart(prefix, restricted, weighed):
    assert is_restricted_ean13(prefix) == restricted
    assert may_be_weighed_goods(prefix) == weighed


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" 2990-0000 00001 ", "2990000000001"),
        ("ab12 3456", "AB123456"),
        ("0001", "0001"),
        ("12‑34", "1234"),  # a non-breaking hyphen
    ],
)
def test_a_card_number_has_one_spelling(text, number):
    assert normalise_card(text) == number


@pytest.mark.parametrize(
    "text", ["", "123", "А1234", "12'34", "=1234", "1" * 33, "12\x0034", "١٢٣٤"]
)
def test_what_is_no_card_number_is_refused(text):
    assert normalise_card(text) == Problem("identifier.card_malformed")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (" Anna.Ivanova@Example.COM ", "anna.ivanova@example.com"),
        ("o'neil+shop@example.co.uk", "o'neil+shop@example.co.uk"),
        ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
    ],
)
def test_an_address_has_one_spelling(text, address):
    assert normalise_email(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "@", "a@", "@b.c", "a@b", "a@@b.c", "a b@c.de", "a@b..c", "a.@b.cd", ".a@b.cd"),
        *(
            "a@-b.cd",
            "a@b-.cd",
            "a@1.2.3.4",
            "a\n@b.cd",
            "a@b.cd\n.ef",
            "é@b.cd",
            "a" * 65 + "@b.cd",
        ),
        *("a@" + "b" * 64 + ".cd", "a@" + "b.c" * 120, "a@b.c\x00d", "<a@b.cd>", "a,b@c.de"),
    ],
)
def test_what_is_no_address_is_refused(text):
    assert normalise_email(text) == Problem("identifier.email_malformed")


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("8 (912) 345-67-89", "+79123456789"),
        ("7 912 345 67 89", "+79123456789"),
        ("912 345-67-89", "+79123456789"),
        ("+7 912 345‒67‒89", "+79123456789"),
        ("00 49 170 1234567", "+491701234567"),
        ("+49 (0)170", "+490170"),
        ("5123456789", "5123456789"),
    ],
)
def test_russian_phones_take_their_international_form(text, shape):
    assert normalise_phone_shape(text, russian=True) == shape


def test_elsewhere_an_eight_is_a_digit_like_any_other():
    assert normalise_phone_shape("89123456789") == "89123456789"


@pytest.mark.parametrize("text", ["+79123456789", "+1234567", "+123456789012345"])
def test_e164_is_recognised(text):
    assert is_e164(text)


@pytest.mark.parametrize("text", ["79123456789", "+", "+0123456789", "+1234567890123456", "+7912x"])
def test_what_is_not_e164_is_not(text):
    assert not is_e164(text)


@pytest.mark.parametrize("text", ["", " ", "a\nb", "a\x00", "a" * 101, "\ud800"])
def test_what_is_no_outside_number_is_refused(text):
    assert isinstance(normalise_external(text), Problem)


def test_an_outside_number_keeps_its_letter_case():
    assert normalise_external(" crm:Ab-12 ") == "crm:Ab-12"


@given(text=st.text(max_size=60))
def test_a_spelling_is_its_own_spelling(text):
    for normalise in (normalise_card, normalise_email, normalise_external):
        spelling = normalise(text)
        if isinstance(spelling, str):
            assert normalise(spelling) == spelling


def test_masks_show_little():
    assert mask_phone("+79123456789") == "••• 67-89"
    assert mask_email("anna.ivanova@example.com") == "a•••@•••.com"
    assert mask_number("2990000000001") == "•••0001"
    assert mask_number("123456") == "•••"
    assert mask_phone("") == mask_email("") == ""


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("called from +7 (912) 345-67-89 twice", "called from ••• twice"),
        ("wrote from anna@example.com", "wrote from •••"),
        ("card 2990000000001 lost", "card ••• lost"),
        ("15000 points for order 1234", "15000 points for order 1234"),
        ("zero\x00byte \ud800", "zero?byte ?"),
    ],
)
def test_contacts_are_blotted_out_of_texts_that_stay(text, kept):
    assert without_contacts(text) == kept


@given(text=st.text(max_size=80))
def test_a_blotted_text_can_be_stored_and_is_blotted_once_and_for_all(text):
    kept = without_contacts(text)
    kept.encode()
    assert "\x00" not in kept
    assert without_contacts(kept) == kept
