"""What a card number, phone, address or outside number looks like, and its one spelling."""

import re
from typing import NamedTuple

CARD_LENGTH_MAX = 32
EXTERNAL_LENGTH_MAX = 100
EMAIL_LENGTH_MAX = 254

_CARD = re.compile(r"[0-9A-Z]{4,32}", re.ASCII)
_CARD_SEPARATORS = re.compile(r"[\s\-\u2010-\u2015.]+")
_PHONE_SEPARATORS = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_LOCAL_PART = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII
)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_PERSONAL = re.compile(r"[^\s@]+@[^\s@]+|\+?\d(?:[\s()./-]*\d){8,}")


class Problem(NamedTuple):
    """Why a text is not the identifier it should be: a key of `core.wording`."""

    code: str


def ascii_digits(text: str) -> bool:
    """Whether `text` is one or more of the digits 0–9 (Unicode has many more)."""
    return text.isascii() and text.isdigit()


def normalise_card(text: str) -> str | Problem:
    """A card number without separators, in capitals: 4–32 Latin letters and digits."""
    number = _CARD_SEPARATORS.sub("", text.strip()).upper()
    return number if _CARD.fullmatch(number) else Problem("identifier.card_malformed")


def normalise_external(text: str) -> str | Problem:
    """A number in another system, letter case kept: 1–100 printable characters."""
    value = text.strip()
    if 0 < len(value) <= EXTERNAL_LENGTH_MAX and value.isprintable():
        return value
    return Problem("identifier.external_malformed")


def normalise_email(text: str) -> str | Problem:
    """An address in small letters, its domain in ASCII (IDNA); shape only, nobody is asked."""
    local, at, domain = text.strip().rpartition("@")
    local = local.lower()
    if not at or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        return Problem("identifier.email_malformed")
    try:
        host = domain.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return Problem("identifier.email_malformed")
    labels = host.split(".")
    whole = f"{local}@{host}"
    if len(labels) < 2 or len(whole) > EMAIL_LENGTH_MAX or ascii_digits(labels[-1]):
        return Problem("identifier.email_malformed")
    return whole if all(map(_LABEL.fullmatch, labels)) else Problem("identifier.email_malformed")


def normalise_phone_shape(text: str, *, russian: bool = False) -> str:
    """The digits of a phone number as written, with `+` where it is in international form.

    `00` before the country is `+`. With `russian`, 8 or 7 and ten digits, or ten digits that begin
    with 3, 4, 8 or 9, are +7 and those ten digits. Whether the number can exist is not decided
    here.
    """
    digits = _PHONE_SEPARATORS.sub("", text.strip())
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if russian and ascii_digits(digits):
        if len(digits) == 11 and digits[0] in "78":
            return "+7" + digits[1:]
        if len(digits) == 10 and digits[0] in "3489":
            return "+7" + digits
    return digits


def is_e164(text: str) -> bool:
    """`+`, a country code and up to 15 digits in all."""
    return _E164.fullmatch(text) is not None


def ean13_check_digit(body: str) -> str:
    """The 13th digit for 12 digits (GS1 General Specifications, 7.9)."""
    assert len(body) == 12, body
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return str(-total % 10)


def is_ean13(number: str) -> bool:
    """13 digits of which the last is right."""
    return (
        len(number) == 13 and ascii_digits(number) and ean13_check_digit(number[:12]) == number[12]
    )


def luhn_check_digit(body: str) -> str:
    """The digit that makes `body` right by ISO/IEC 7812-1, annex B."""
    assert ascii_digits(body), "digits only"
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (1 if place % 2 else 2)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def is_luhn(number: str) -> bool:
    """16–19 digits of which the last is right."""
    return (
        16 <= len(number) <= 19
        and ascii_digits(number)
        and luhn_check_digit(number[:-1]) == number[-1]
    )


def is_checked(number: str, checksum: str) -> bool:
    """Whether a card number obeys `checksum`: ean13, luhn or none."""
    if checksum == "ean13":
        return is_ean13(number)
    return is_luhn(number) if checksum == "luhn" else True


def with_check_digit(body: str, checksum: str) -> str:
    """`body` made a whole number by `checksum`: ean13, luhn or none."""
    if checksum == "ean13":
        return body + ean13_check_digit(body)
    return body + luhn_check_digit(body) if checksum == "luhn" else body


def is_restricted_ean13(prefix: str) -> bool:
    """Whether a prefix lies in the ranges GS1 leaves to companies: 020–029, 040–049, 200–299."""
    return prefix.startswith(("02", "04", "2"))


def may_be_weighed_goods(prefix: str) -> bool:
    """Whether tills commonly read such a number as goods weighed in the shop: 02 and 20–29."""
    return prefix.startswith(("02", "2"))


def mask_phone(phone: str) -> str:
    """Enough of a phone number to be recognised by who knows it: the last four digits."""
    return f"••• {phone[-4:-2]}-{phone[-2:]}" if len(phone) >= 8 else ""


def mask_email(email: str) -> str:
    """The first letter and the domain's last part of an address."""
    local, at, domain = email.rpartition("@")
    return f"{local[:1]}•••@•••.{domain.rpartition('.')[2]}" if at else ""


def mask_number(number: str) -> str:
    """The last four characters of a card or outside number."""
    return f"•••{number[-4:]}" if len(number) > 6 else "•••"


def without_contacts(text: str) -> str:
    """`text` with whatever looks like an address or a long number blotted out, fit to be stored.

    For texts that people type into records which are kept for ever, such as reasons.
    """
    return _PERSONAL.sub("•••", storable(text))


def storable(text: str) -> str:
    """`text` as a database can take it: zero bytes and lone surrogates become question marks."""
    return text.replace("\x00", "?").encode("utf-8", "replace").decode("utf-8")
