"""Decisions about a member's own data: birthdays not used to fish for bonuses, what a tag is."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

AGE_MAX_YEARS = 120
BIRTHDAY_CHANGE_EVERY = timedelta(days=365)
# A new birthday this near ahead would bring its bonus at once.
BIRTHDAY_NEAR_DAYS = 31
TAGS_MAX = 100
ATTRIBUTES_MAX = 100
_TAG = re.compile(r"[\w][\w .:/-]{0,59}")
_ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_ATTRIBUTE_TEXT_MAX = 200
_INTEGER_MAX = 2**53


def birthday_problem(birthday: date, today: date) -> str | None:
    """Why nobody alive can have this birthday: a key of `core.wording`, or None."""
    if birthday > today:
        return "member.birthday_in_future"
    return "member.birthday_too_old" if today.year - birthday.year > AGE_MAX_YEARS else None


def birthday_change_problem(
    old: date | None, new: date | None, changed_at: datetime | None, *, now: datetime
) -> str | None:
    """Why a member may not change the birthday now: a key of `core.wording`, or None.

    The first one is free (a removed one does not make the next a first). After that once in 365
    days, and not to a day within the next 31: both are how birthday gifts are collected twice.
    Support may override either.
    """
    if new == old or (old is None and changed_at is None):
        return None
    if changed_at is not None and now < changed_at + BIRTHDAY_CHANGE_EVERY:
        return "member.birthday_changed_lately"
    if new is not None and days_until_birthday(new, now.date()) <= BIRTHDAY_NEAR_DAYS:
        return "member.birthday_too_near"
    return None


def days_until_birthday(birthday: date, today: date) -> int:
    """Days to the next anniversary; 29 February is kept on the 28th in common years."""
    for year in (today.year, today.year + 1):
        anniversary = _anniversary(birthday, year)
        if anniversary >= today:
            return (anniversary - today).days
    raise AssertionError("an anniversary comes every year")


def tag_problem(tags: frozenset[str]) -> str | None:
    """Why these are not tags: 1–60 letters, digits, spaces, `.:/-_` each, at most 100."""
    if len(tags) > TAGS_MAX:
        return "member.tags_too_many"
    return None if all(map(_TAG.fullmatch, tags)) else "member.tag_malformed"


def attribute_problem(attributes: Mapping[str, object]) -> str | None:
    """Why these are no attributes: names like `shoe_size`; text, whole number or yes/no each."""
    if len(attributes) > ATTRIBUTES_MAX:
        return "member.attributes_too_many"
    if not all(isinstance(name, str) and _ATTRIBUTE.fullmatch(name) for name in attributes):
        return "member.attribute_malformed"
    return None if all(map(_is_plain, attributes.values())) else "member.attribute_malformed"


def name_key(*parts: str) -> str:
    """Names folded for search: small letters, ё as е, single spaces."""
    return " ".join(" ".join(parts).casefold().replace("ё", "е").split())


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _ATTRIBUTE_TEXT_MAX and value.isprintable()
    return isinstance(value, bool) or (isinstance(value, int) and abs(value) <= _INTEGER_MAX)


def _anniversary(birthday: date, year: int) -> date:
    try:
        return birthday.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
