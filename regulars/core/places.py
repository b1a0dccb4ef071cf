"""What a store and a till may be called."""

import re
from zoneinfo import available_timezones

from regulars.core.refusal import Invalid

TITLE_LENGTH_MAX = 200
BRAND_LENGTH_MAX = 80
ADDRESS_LENGTH_MAX = 300
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class CodeMalformed(Invalid):
    """A code that could not stand in a receipt, a file name and an address alike."""

    code = "place.code_malformed"


class TimeZoneUnknown(Invalid):
    """A time zone that the IANA database does not have."""

    code = "place.time_zone_unknown"


def is_code(code: str) -> bool:
    """Whether a store or a till could have this code at all."""
    return _CODE.fullmatch(code) is not None


def check_code(code: str, *, pointer: str = "/code") -> str:
    """`code` as it is. Raises CodeMalformed."""
    if not is_code(code):
        raise CodeMalformed(pointer=pointer)
    return code


def check_time_zone(name: str | None, *, pointer: str = "/time_zone") -> str | None:
    """`name` as it is; None for the programme's own. Raises TimeZoneUnknown."""
    if name is not None and name not in available_timezones():
        raise TimeZoneUnknown(pointer=pointer, time_zone=name[:64])
    return name
