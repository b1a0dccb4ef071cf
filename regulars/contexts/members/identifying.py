"""Identifiers as people give them, in the one spelling they are stored in."""

from collections.abc import Iterable
from typing import NamedTuple

from regulars.contexts.members.models import CardRange, IssuedCard
from regulars.contexts.members.types import Identifier, IdentifierKind
from regulars.core.identifiers import (
    Problem,
    ascii_digits,
    is_checked,
    is_ean13,
    is_luhn,
    normalise_card,
    normalise_email,
    normalise_external,
)
from regulars.core.refusal import Invalid, Refused
from regulars.kit.phones import parse_phone
from regulars.kit.secrets import digest, is_well_formed

APP_PREFIX = "ma_"
FORM_MAX = 20
TEXT_MAX = 300


class IdentifierMalformed(Invalid):
    """The text is not one of its kind; `code` is `identifier.<kind>_malformed`."""

    code = "identifier.malformed"

    def __init__(self, code: str, *, pointer: str | None = None) -> None:
        self.code = code
        super().__init__(pointer=pointer)


class CardNotOurs(Refused):
    """The number lies in one of our ranges, but is mistyped, or was never issued, or is retired."""

    code = "identifier.card_not_ours"
    kind = "invalid"


class Claim(NamedTuple):
    """An identifier ready to be stored or looked for."""

    kind: str
    value: str
    form: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.value


def claim_of(identifier: Identifier, *, region: str, pointer: str | None = None) -> Claim:
    """The stored spelling. Raises IdentifierMalformed."""
    if len(identifier.form) > FORM_MAX or not identifier.form.isascii():
        raise IdentifierMalformed("identifier.form_malformed", pointer=pointer)
    kind = IdentifierKind(identifier.kind)
    value = _spelling(kind, identifier.value, region)
    if isinstance(value, Problem):
        raise IdentifierMalformed(value.code, pointer=pointer)
    return Claim(kind.value, value, identifier.form)


def guesses_of(text: str, *, region: str) -> tuple[Claim, ...]:
    """What a typed or scanned text may be, the likeliest first; empty: perhaps a name."""
    text = text.strip()
    if not 0 < len(text) <= TEXT_MAX:
        return ()
    if text.startswith(APP_PREFIX):
        kinds = [IdentifierKind.APP]
    elif "@" in text:
        kinds = [IdentifierKind.EMAIL]
    elif text.startswith("+"):
        kinds = [IdentifierKind.PHONE]
    elif _is_checked_card(text):
        kinds = [IdentifierKind.CARD, IdentifierKind.EXTERNAL]
    else:
        kinds = [IdentifierKind.CARD, IdentifierKind.PHONE, IdentifierKind.EXTERNAL]
    spelled = ((kind, _spelling(kind, text, region)) for kind in kinds)
    return tuple(Claim(kind.value, value) for kind, value in spelled if isinstance(value, str))


def card_problems(claims: Iterable[Claim]) -> dict[str, Refused]:
    """The card numbers among `claims` that are in a range of ours but no good, and why."""
    numbers = {claim.value for claim in claims if claim.kind == IdentifierKind.CARD}
    if not numbers:
        return {}
    ranges = list(CardRange.objects.all())
    found: dict[str, Refused] = {}
    to_be_issued = set()
    for number in numbers:
        ours = range_of(number, ranges)
        if ours is None:
            continue
        if not is_checked(number, ours.checksum):
            found[number] = CardNotOurs()
        elif ours.issued_only:
            to_be_issued.add(number)
    known = IssuedCard.objects.filter(pk__in=to_be_issued, retired_at=None)
    for number in to_be_issued - set(known.values_list("pk", flat=True)):
        found[number] = CardNotOurs()
    return found


def range_of(number: str, ranges: Iterable[CardRange]) -> CardRange | None:
    """The range of ours that a number lies in; ranges of one length do not overlap."""
    if not ascii_digits(number):
        return None
    for row in ranges:
        if len(number) == row.length and number.startswith(row.prefix):
            return row
    return None


def _spelling(kind: IdentifierKind, text: str, region: str) -> str | Problem:
    if len(text) > TEXT_MAX:
        return Problem(f"identifier.{kind.value}_malformed")
    if kind is IdentifierKind.CARD:
        return normalise_card(text)
    if kind is IdentifierKind.PHONE:
        return parse_phone(text, region=region)
    if kind is IdentifierKind.EMAIL:
        return normalise_email(text)
    return _app_digest(text) if kind is IdentifierKind.APP else normalise_external(text)


def _app_digest(token: str) -> str | Problem:
    secret = token.strip().removeprefix(APP_PREFIX)
    if not token.strip().startswith(APP_PREFIX) or not is_well_formed(secret):
        return Problem("identifier.app_malformed")
    return digest("app token", secret).hex()


def _is_checked_card(text: str) -> bool:
    number = normalise_card(text)
    return isinstance(number, str) and (is_ean13(number) or is_luhn(number))
