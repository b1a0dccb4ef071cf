"""Numbers and PINs of gift cards: their one spelling, and how new ones are made out of random digits."""

from collections.abc import Sequence

from regulars.core.identifiers import ascii_digits, is_luhn, luhn_check_digit, normalise_card
from regulars.core.refusal import Invalid, Refused

SPARSENESS = 1_000_000
"""So rarely is a made-up number one of ours: the number of a card without a PIN is all that guards it."""
SPARSENESS_WITH_PIN = 1_000


class CardNumberMalformed(Invalid):
    """The text is no number of a gift card."""

    code = "gift_card.number_malformed"


class CardRangeFull(Refused):
    """So many numbers under one prefix would be found by trying; `left` says how many it still gives."""

    code = "gift_card.range_full"


def normalise_number(text: str) -> str:
    """The digits of a card's number as typed or scanned; empty where it can be none of ours."""
    number = normalise_card(text)
    return number if isinstance(number, str) and is_luhn(number) else ""


def normalise_pin(text: str) -> str:
    """The digits of a PIN; empty where it is none."""
    pin = text.strip()
    return pin if ascii_digits(pin) and 4 <= len(pin) <= 8 else ""


def number_of(prefix: str, length: int, value: int) -> str:
    """The number of `length` digits that `value` gives under `prefix`, its check digit at the end."""
    digits = length - len(prefix) - 1
    assert 0 <= value < 10**digits
    body = f"{prefix}{value:0{digits}}"
    return body + luhn_check_digit(body)


def body_digits(prefix: str, length: int) -> int:
    """How many digits of a number are random."""
    return length - len(prefix) - 1


def check_sparse(prefix: str, length: int, *, made: int, count: int, with_pin: bool) -> None:
    """See that `count` more numbers beside `made` ones cannot be found by trying. Raises CardRangeFull."""
    sparseness = SPARSENESS_WITH_PIN if with_pin else SPARSENESS
    left = 10 ** body_digits(prefix, length) // sparseness - made
    if count > left:
        raise CardRangeFull(pointer="/count", left=max(0, left))


def numbers_from(prefix: str, length: int, values: Sequence[int]) -> list[str]:
    """The numbers that random values give, each once, in their order."""
    return list(dict.fromkeys(number_of(prefix, length, value) for value in values))
