"""Phone numbers as people write them, turned into E.164 by the numbering plans of the world."""

import re

import phonenumbers

from regulars.core.identifiers import Problem, is_e164, normalise_phone_shape

_LENGTH_MAX = 40
# Letters («8-800-FLOWERS») and extensions are somebody's advertisement, not a member's phone.
_DIGITS = re.compile(r"\+?[0-9]+", re.ASCII)


def parse_phone(text: str, *, region: str = "RU") -> str | Problem:
    """`text` in E.164, or why it is not a phone number.

    `region` (ISO 3166) is where a number without a country code belongs. A number must be possible
    by its country's plan; whether it is in use is not asked, since plans grow faster than programs.
    """
    shape = normalise_phone_shape(text[:_LENGTH_MAX], russian=region in ("RU", "KZ"))
    if len(text) > _LENGTH_MAX or not _DIGITS.fullmatch(shape):
        return Problem("identifier.phone_malformed")
    try:
        number = phonenumbers.parse(shape, region)
    except phonenumbers.NumberParseException:
        return Problem("identifier.phone_malformed")
    if not phonenumbers.is_possible_number(number):
        return Problem("identifier.phone_malformed")
    found = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return found if is_e164(found) else Problem("identifier.phone_malformed")
