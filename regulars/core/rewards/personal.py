"""Personal offers: which promotions can be offered to one member, or activated by one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.core.programme.document import Programme
from regulars.core.programme.moments import moment_micros
from regulars.core.programme.promotions import Promotion
from regulars.core.refusal import Invalid, Refused


class OfferPromotionUnknown(Invalid):
    """The programme has no promotion of this id that is offered to, or activated by, members."""

    code = "offer.promotion_unknown"


class OfferNotGranted(Refused):
    """The promotion is for those it was offered to; this member is none of them, or no more."""

    code = "offer.not_granted"


class OfferOver(Refused):
    """The promotion is not in force at this moment."""

    code = "offer.over"


class OfferPeriodEmpty(Invalid):
    """The offer would end before it begins."""

    code = "offer.period_empty"


def offerable(programme: Programme, id: str) -> Promotion:
    """The enabled promotion with trigger `personal` or `activated`. Raises OfferPromotionUnknown."""
    for promotion in programme.promotions:
        if promotion.id == id and is_offerable(promotion):
            return promotion
    raise OfferPromotionUnknown(pointer="/promotion", promotion=id[:40])


def is_offerable(promotion: Promotion) -> bool:
    """Whether rows of offers mean anything to this promotion."""
    return promotion.enabled and promotion.trigger.kind in ("personal", "activated")


def is_over(promotion: Promotion, zone: ZoneInfo, at_micros: int) -> bool:
    """Whether the promotion will never be in force again."""
    until = promotion.valid.until if promotion.valid else None
    return until is not None and moment_micros(until, zone) <= at_micros


def is_good(since: datetime | None, until: datetime | None, at: datetime) -> bool:
    """Whether an offer over `[since, until)` holds at `at`."""
    return (since is None or since <= at) and (until is None or at < until)


def check_activation(
    promotion: Promotion, *, granted: bool, zone: ZoneInfo, at_micros: int
) -> None:
    """May the member activate it? `granted`: a good offer of it is theirs.

    Raises OfferOver, OfferNotGranted.
    """
    if is_over(promotion, zone, at_micros):
        raise OfferOver(promotion=promotion.id)
    if promotion.trigger.kind == "personal" and not granted:
        raise OfferNotGranted(promotion=promotion.id)
