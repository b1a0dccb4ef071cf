"""What coupons and shared limits still allow while the commands of a batch are decided one after another.

Decisions see what earlier ones of the batch take. A refusal must not rest on that, as it may yet fail
to be saved: where it would have been otherwise by the books alone, it is in doubt and decided again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from regulars.core.calendar import moment_of
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import Allowance, Offer, Verdict
from regulars.core.purchase import Receipt
from regulars.core.rewards.coupon import Coupon
from regulars.core.till.decision import CouponMove, Reservation

Key = tuple[str, int]
"""A shared limit and the number of its calendar period."""

_DAYS_REMEMBERED_MAX = 256
_COST_AT_MOST = 2  # what promotions cost at most, as a multiple of the receipt: bounds the doubt


class LimitsNotLoaded(Exception):
    """The decision needs to know what is left of these limits; load that and decide again."""

    def __init__(self, keys: frozenset[Key]) -> None:
        super().__init__("limits")
        self.keys = keys


class Shared(NamedTuple):
    """A limit of a programme that all members share, in one calendar period."""

    name: str  # as decisions know it, see Presented.left
    key: Key
    limit: int


@dataclass(slots=True)
class Limits:
    """Belongs to one round of one batch; `clear` begins the next."""

    now: int  # micros: reservations end by it
    used: dict[Key, int] = field(default_factory=dict)
    loaded: frozenset[Key] = frozenset()
    in_doubt: bool = False  # something was short only by what earlier commands of the batch take
    _left: dict[tuple[int, date], dict[str, int]] = field(default_factory=dict)
    _taken: dict[Key, int] = field(default_factory=dict)
    _uses: dict[str, int] = field(default_factory=dict)
    _held: dict[str, dict[str, int]] = field(default_factory=dict)

    def clear(self, keys: Sequence[Key], used: str | None) -> None:
        """Begin a round with what was loaded of `keys`, in their order."""
        self.used = dict(zip(keys, orjson.loads(used), strict=True)) if used else {}
        self.loaded = frozenset(self.used)
        self.in_doubt = False
        for kept in (self._left, self._taken, self._uses, self._held):
            kept.clear()

    def left(self, programme: Compiled, at: datetime) -> Mapping[str, int]:
        """What is left of every shared limit of a version at a moment; follows the batch.

        Raises LimitsNotLoaded.
        """
        shared = shared_at(programme, at)
        if not shared:
            return {}
        place = (programme.version, _day(programme, at))
        found = self._left.get(place)
        if found is None:
            keys = frozenset([limit.key for limit in shared])
            if not keys <= self.loaded:
                raise LimitsNotLoaded(keys - self.loaded)
            found = self._left[place] = {
                limit.name: max(
                    0, limit.limit - self.used[limit.key] - self._taken.get(limit.key, 0)
                )
                for limit in shared
            }
        return found

    def coupons(
        self, stored: str | None, codes: Sequence[str], quote_id: str | None
    ) -> Mapping[str, Coupon]:
        """The coupons of a command's `codes` as this batch leaves them.

        Reservations of `quote_id` do not count.
        """
        if not stored or not codes:
            return {}
        coupons = [self._coupon(row, quote_id) for row in orjson.loads(stored)]
        return {coupon.code: coupon for coupon in coupons}

    def take(
        self,
        allowances: Iterable[Allowance],
        moves: Iterable[CouponMove],
        reservations: Iterable[Reservation],
    ) -> None:
        """Let later commands of the batch see what has just been taken; never what is given back."""
        for key, period, _, amount in allowances:
            if amount > 0:
                taken = (key, period)
                self._taken[taken] = self._taken.get(taken, 0) + amount
                name = name_of(key, period)
                for left in self._left.values():
                    if name in left:
                        left[name] = max(0, left[name] - amount)
        for code, uses, _ in moves:
            if uses > 0:
                self._uses[code] = self._uses.get(code, 0) + uses
        for code, quote, until in reservations:
            if until is not None:
                self._held.setdefault(code, {})[quote] = until

    @property
    def has_taken(self) -> bool:
        """Whether an earlier command of the batch takes of a coupon or a limit."""
        return bool(self._taken or self._uses or self._held)

    def is_in_doubt(
        self, receipt: Receipt, allowances: Iterable[Allowance], passed: Iterable[Verdict]
    ) -> bool:
        """Whether a decision might be another if earlier ones of this batch were not saved.

        To be asked before `take`.
        """
        if self.in_doubt or not self._taken:
            return self.in_doubt
        for key, period, limit, amount in allowances:
            if (key, period) in self._taken and amount > 0:
                room = limit - self.used.get((key, period), 0) - self._taken[key, period]
                if amount >= room:  # perhaps cut to it
                    return True
        short = [verdict.promotion for verdict in passed if verdict.why == "limit"]
        return bool(short) and self._is_short(receipt)

    def _is_short(self, receipt: Receipt) -> bool:
        """Whether so little is left of a limit touched in this batch that it may have cost a promotion."""
        cost = _COST_AT_MOST * receipt.amount_minor
        units = sum(max(0, line.quantity) for line in receipt.lines) // 1000
        for left in self._left.values():
            for key, period in self._taken:
                kind = key.partition(":")[0]
                least = {"uses": 1, "units": units}.get(kind, cost)
                if left.get(name_of(key, period), least) < least:
                    return True
        return False

    def _coupon(self, row: Sequence[Any], quote_id: str | None) -> Coupon:
        """A coupon in a row of `load.sql`, as this batch has it; its own window narrows its batch's."""
        (code, batch, promotion, ready, transferable, uses_max, uses, reserved, owner,
         since, batch_since, until, batch_until) = row  # fmt: skip
        left = uses_max - uses
        others = self._others(reserved, quote_id) if reserved else 0
        taken = self._uses.get(code, 0)
        held = self._held.get(code)
        more = (
            sum(1 for quote in held if quote != quote_id and quote not in reserved) if held else 0
        )
        if left - others > 0 >= left - others - taken - more:
            self.in_doubt = True
        return Coupon(
            code,
            batch,
            promotion,
            uses_max,
            uses + taken,
            others + more,
            _moment(max([at for at in (since, batch_since) if at is not None], default=None)),
            _moment(min([at for at in (until, batch_until) if at is not None], default=None)),
            None if owner is None else UUID(owner),
            transferable,
            not ready,
        )

    def _others(self, reserved: Mapping[str, int], quote_id: str | None) -> int:
        """How many uses other quotes hold that have not ended."""
        return sum(
            1 for quote, until in reserved.items() if quote != quote_id and until >= self.now
        )


def name_of(key: str, period: int) -> str:
    """The name under which decisions find what is left of a limit."""
    return f"{key}:{period}"


def keys_at(programme: Compiled, at: datetime) -> tuple[Key, ...]:
    """What has to be known of shared limits to decide by this version at this moment."""
    return tuple([limit.key for limit in shared_at(programme, at)])


def offers_of(stored: str | None) -> Mapping[str, Offer]:
    """A member's personal and activated offers, by promotion."""
    if not stored:
        return {}
    return {
        promotion: Offer(promotion, activated is not None, _moment(since), _moment(until))
        for promotion, activated, since, until in orjson.loads(stored)
    }


def _moment(micros: int | None) -> datetime | None:
    return None if micros is None else moment_of(micros)


def shared_at(programme: Compiled, at: datetime) -> tuple[Shared, ...]:
    """The limits that all members share by this version, in the periods that `at` falls in."""
    shared = programme.promotions.shared_limits
    if not shared:
        return ()
    day = _day(programme, at)
    place = (id(shared), day)
    found = _SHARED.get(place)
    if found is None or found[0] is not shared:
        if len(_SHARED) >= _DAYS_REMEMBERED_MAX:
            _SHARED.clear()
        limits = []
        for limit in shared:
            period = limit.number_at(day)
            limits.append(Shared(name_of(limit.key, period), (limit.key, period), limit.limit))
        found = _SHARED[place] = (shared, tuple(limits))
    return found[1]


_SHARED: dict[tuple[int, date], tuple[object, tuple[Shared, ...]]] = {}


def _day(programme: Compiled, at: datetime) -> date:
    return at.astimezone(programme.zone).date()
