"""What the till needs of a programme version, reckoned once: payments, cards, tiers, lifetimes of lots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import Duration, add, period_end
from regulars.core.goods import Selects, selector
from regulars.core.ledger.lots import Lot
from regulars.core.money import Rounding
from regulars.core.programme.compiled import Compiled, CompiledLadder, ItemPayment, MoneyPayment
from regulars.core.programme.currency import (
    Currency,
    ExpiresAfter,
    ExpiresAtPeriodEnd,
    ExpiresByInactivity,
)
from regulars.core.programme.ladder import Level, Membership
from regulars.core.tiers import Rungs

_RECORDS = 2  # how records are kept; another number has every member's made again from history
_NEVER_IDLE = Duration()
STORED_VALUE = "stored_value"  # the kind of a currency


class CardTerms(NamedTuple):
    """The percentage a tier's card takes off."""

    percent_num: int
    percent_den: int
    percent_text: str
    selects: Selects | None


@dataclass(frozen=True, slots=True)
class Terms:
    """A programme version as the till reads it."""

    pays: Mapping[str, MoneyPayment | ItemPayment]
    cards: Mapping[str, CardTerms]
    rungs: Rungs | None
    memberships: Mapping[str, Membership]  # by sku
    rounding: Rounding
    stored: frozenset[str] = frozenset()  # currencies that are stored value
    promotes: bool = False  # whether there are promotions at all
    prices: frozenset[str] = frozenset()  # currencies in which promotions have a price
    turnover: bool = False  # whether one asks for the member's turnover
    priced_unasked: bool = False  # some of these need nobody to ask for them

    @property
    def fingerprint(self) -> str:
        return "" if self.rungs is None else self.rungs.fingerprint


@lru_cache(maxsize=256)
def terms_of(programme: Compiled) -> Terms:
    """The terms of a version; the same object every time it is asked for."""
    document = programme.document
    ladder = document.tiers
    levels = ladder.levels if ladder else ()
    return Terms(
        pays={
            code: pays
            for code, currency in programme.currencies.items()
            if (pays := currency.money or currency.item)
        },
        cards={level.code: _card(level) for level in levels if level.discount},
        rungs=rungs_of(programme.ladder, programme) if programme.ladder else None,
        memberships={m.sku: m for m in ladder.memberships} if ladder else {},
        rounding=document.rounding,
        stored=frozenset(c.code for c in programme.currencies.values() if c.kind == STORED_VALUE),
        promotes=any(promotion.enabled for promotion in document.promotions),
        prices=frozenset(p.price.currency for p in document.promotions if p.enabled and p.price),
        turnover=any(
            p.enabled and getattr(p.params, "steps", ()) and p.kind == "discount_card"
            for p in document.promotions
        ),
        priced_unasked=any(
            p.enabled and p.price and p.trigger.kind in ("auto", "personal")
            for p in document.promotions
        ),
    )


def rungs_of(ladder: CompiledLadder, programme: Compiled) -> Rungs:
    """The ladder as tiers are reckoned by; equal fingerprints give equal records."""
    document = ladder.document
    thresholds = tuple(
        None if level.invitation_only else threshold
        for level, threshold in zip(document.levels, ladder.thresholds_minor, strict=True)
    )
    about = (document.measure, document.currency, document.window, ladder.codes, thresholds)
    return Rungs(
        document.measure,
        document.currency,
        document.window,
        document.grace,
        document.landing == "soft",
        ladder.codes,
        thresholds,
        sha256(f"{_RECORDS}{about!r}{programme.zone}".encode()).hexdigest()[:16],
        programme.zone,
        ladder.ranks,
    )


def new_lot(
    currency: Currency,
    code: str,
    source: UUID | None,
    amount: int,
    earned_at: datetime,
    zone: ZoneInfo,
) -> Lot:
    """A lot with the times that its currency gives to what is earned at `earned_at`; not yet numbered."""
    at_once = currency.activation.is_zero
    active_at = earned_at if at_once else add(earned_at, currency.activation, zone)
    idle = _NEVER_IDLE
    expires: datetime | None = None
    match currency.expiry:
        case ExpiresAfter(after=after):
            expires = add(earned_at, after, zone)
        case ExpiresAtPeriodEnd(period=period, grace=grace):
            end = period_end(earned_at, period, zone)
            expires = end if grace.is_zero else add(end, grace, zone)
        case ExpiresByInactivity(after=after):
            idle = after
    return Lot(
        0,
        code,
        source,
        earned_at,
        active_at,
        expires,
        idle.days,
        idle.months,
        amount,
        amount,
        active=at_once,
    )


def _card(level: Level) -> CardTerms:
    assert level.discount is not None
    num, den = (level.discount.percent / 100).as_integer_ratio()
    return CardTerms(num, den, _plain(level.discount.percent), selector(level.discount.goods))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")
