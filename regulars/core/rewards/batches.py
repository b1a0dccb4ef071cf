"""Whether a batch of coupons is sound, and when a coupon of it may be used."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from regulars.core.calendar import Duration, Period, add, period_end
from regulars.core.plain_text import line_of_text
from regulars.core.refusal import Invalid

TITLE_LENGTH_MAX = 200
USES_MAX = 1_000_000
VALID_DAYS_MAX = 3660
_CODE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,39}")


class BatchInvalid(Invalid):
    """A part of the terms is out of its bounds; the pointer names it."""

    code = "coupon.batch_invalid"


class CouponPromotionUnknown(Invalid):
    """The programme in force has no such promotion, or it is not switched on by coupons."""

    code = "coupon.promotion_unknown"


class Terms(Protocol):
    """What is checked of a batch."""

    @property
    def title(self) -> str: ...
    @property
    def promotion(self) -> str: ...
    @property
    def uses_max(self) -> int: ...
    @property
    def since(self) -> datetime | None: ...
    @property
    def until(self) -> datetime | None: ...
    @property
    def valid_days(self) -> int | None: ...


def is_batch_code(code: str) -> bool:
    """Whether a batch that people make could have this code."""
    return _CODE.fullmatch(code) is not None


def issued_batch(promotion: str) -> str:
    """The batch of the coupons that sales and rewards issue of a promotion."""
    return f"issued:{promotion}"


def check_batch(code: str, terms: Terms, *, triggers: Mapping[str, str]) -> None:
    """Raises the first thing wrong with a new batch, with its pointer.

    `triggers` says what switches on each promotion of the programme in force. Raises BatchInvalid,
    TextMalformed, CouponPromotionUnknown.
    """
    if not is_batch_code(code):
        raise BatchInvalid(pointer="/code", field="code")
    check_terms(terms)
    check_promotion(terms.promotion, triggers)


def check_terms(terms: Terms) -> None:
    """The same for what may be changed later. Raises BatchInvalid, TextMalformed."""
    line_of_text(terms.title, length_max=TITLE_LENGTH_MAX, pointer="/title", needed=True)
    if not 1 <= terms.uses_max <= USES_MAX:
        raise BatchInvalid(pointer="/uses_max", field="uses_max")
    if terms.valid_days is not None and not 1 <= terms.valid_days <= VALID_DAYS_MAX:
        raise BatchInvalid(pointer="/valid_days", field="valid_days")
    if terms.since is not None and terms.until is not None and terms.since >= terms.until:
        raise BatchInvalid(pointer="/until", field="until")


def check_promotion(promotion: str, triggers: Mapping[str, str]) -> None:
    """Raises CouponPromotionUnknown unless coupons switch this promotion on."""
    if triggers.get(promotion) != "coupon":
        raise CouponPromotionUnknown(pointer="/promotion", promotion=promotion[:40])


def end_of_validity(valid_days: int | None, issued_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When a coupon issued at `issued_at` ends by the days it is good for; None: not by days.

    It is good on the day of issue and through the whole of the last day, by the clocks of `zone`.
    """
    if valid_days is None:
        return None
    return period_end(add(issued_at, Duration(days=valid_days), zone), Period.DAY, zone)


def narrower(
    since: datetime | None,
    until: datetime | None,
    other_since: datetime | None,
    other_until: datetime | None,
) -> tuple[datetime | None, datetime | None]:
    """What two windows `[since, until)` have in common; None is without limit."""
    begins = [moment for moment in (since, other_since) if moment is not None]
    ends = [moment for moment in (until, other_until) if moment is not None]
    return max(begins, default=None), min(ends, default=None)
