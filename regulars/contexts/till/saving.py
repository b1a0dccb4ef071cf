"""What the decisions of a batch leave to be saved, as the parameters of `till_save`."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from regulars.contexts.ledger.usecases.posting import Arrays, columns, in_lock_order
from regulars.contexts.till.room import Outcome
from regulars.core.ledger.accounts import bucket_of
from regulars.core.ledger.draft import Changes
from regulars.kit.compact_json import compact

_SALE_COLUMNS, _RETURN_COLUMNS, _COUPON_COLUMNS = 21, 18, 8


class Saving:
    """Groups numbered from 1 in the order in which they are locked; 0 is «no member»."""

    def __init__(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        self._now = now
        self.groups = _merged([changes for outcome in outcomes for changes in outcome.written])
        self._number = {
            changes.account.member_id: number for number, changes in enumerate(self.groups, 1)
        }
        self._links = self._linked(outcomes)
        self._sales: list[tuple[Any, ...]] = []
        self._returns: list[tuple[Any, ...]] = []
        self._coupons: list[tuple[Any, ...]] = []
        self._issued: list[dict[str, Any]] = []
        self._allowances: list[tuple[int, tuple[str, int, int], int]] = []
        for outcome in outcomes:
            self._add(outcome)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be saved."""
        return not (self.groups or self._sales or self._returns or self._coupons)

    @property
    def parameters(self) -> list[Any]:
        """One value for each parameter of `till_save`."""
        return [
            *Arrays(self.groups, self._links).columns,
            *columns(self._sales, _SALE_COLUMNS),
            *columns(self._returns, _RETURN_COLUMNS),
            *columns(self._coupons, _COUPON_COLUMNS),
            *self._allowance_columns(),
            compact(self._issued) if self._issued else None,
            self._now,
        ]

    def group_of(self, member: UUID | None) -> int:
        """The number of the group that the member's changes stand in; 0 where there are none."""
        return 0 if member is None else self._number.get(member, 0)

    def _linked(self, outcomes: Sequence[Outcome]) -> list[int]:
        """For each group the number it shares with those it must be saved with; 0 where it stands alone."""
        links = [0] * len(self.groups)
        for number, outcome in enumerate(outcomes, 1):
            if not outcome.cards or len(outcome.written) < 2:
                continue
            own = [self._number[changes.account.member_id] - 1 for changes in outcome.written]
            joined = {links[i] for i in own if links[i]}
            links = [number if link in joined else link for link in links]
            for i in own:
                links[i] = number
        return links

    def _add(self, outcome: Outcome) -> None:
        # Those of one entry are saved all or none: any of them tells whether they were.
        written = outcome.written
        group = self.group_of(written[0].account.member_id) if written else 0
        if outcome.sale:
            self._sales.append((group, *outcome.sale))
        if outcome.returned:
            self._returns.append((group, *outcome.returned))
        if outcome.coupons or outcome.reservations or outcome.revoked or outcome.issued:
            self._add_coupons(group, outcome)
        for key, period, limit, amount in outcome.allowances:
            self._allowances.append((group, (key, period, limit), amount))

    def _add_coupons(self, group: int, outcome: Outcome) -> None:
        bucket, member, entry = _entry_of(outcome)
        add = self._coupons.append
        for code, uses, quote in outcome.coupons:
            add((group, code, uses, quote, None, entry, bucket, member))
        for code, quote, until in outcome.reservations:
            add((group, code, 0, quote, until, UUID(quote), bucket, member))
        for code in outcome.revoked:
            add((group, code, 0, "", None, entry, bucket, member))
        for issued in outcome.issued:
            self._issued.append(
                {
                    "g": group,
                    "code": issued.code,
                    "promotion": issued.promotion,
                    "bucket": None if issued.member is None else bucket_of(issued.member),
                    "member": issued.member,
                    "since": issued.since,
                    "until": issued.until,
                    "source": entry,
                    "sale_bucket": bucket,
                    "sale_member": member,
                }
            )

    def _allowance_columns(self) -> list[Sequence[Any]]:
        """The distinct limits, sorted as they are locked; then who takes how much of which."""
        if not self._allowances:
            return [()] * 6
        limits = sorted({limit for _, limit, _ in self._allowances})
        place = {limit: number for number, limit in enumerate(limits, 1)}
        taken = [(group, place[limit], amount) for group, limit, amount in self._allowances]
        return [*columns(limits, 3), *columns(taken, 3)]


def _entry_of(outcome: Outcome) -> tuple[int | None, UUID | None, UUID | None]:
    """Under which key the coupon's journal finds the sale or return; of a quote, whose it is."""
    row = outcome.sale or outcome.returned
    if row is not None:
        return row[0], row[1], row[2]
    ref = getattr(outcome.answer, "member", None)
    return (None, None, None) if ref is None else (ref.bucket, ref.id, None)


def _merged(changes: Sequence[Changes]) -> list[Changes]:
    """One group a member: the decisions on one member follow each other and are saved as one."""
    by_member: dict[UUID, list[Changes]] = {}
    for change in changes:
        by_member.setdefault(change.account.member_id, []).append(change)
    return in_lock_order([_joined(parts) for parts in by_member.values()])


def _joined(parts: list[Changes]) -> Changes:
    first, last = parts[0], parts[-1]
    if first is last:
        return first
    assert all(after.before == before.account.version for before, after in pairwise(parts)), (
        "decisions on one member do not follow each other"
    )
    return Changes(
        first.before,
        last.account,
        tuple(transaction for part in parts for transaction in part.transactions),
        tuple({lot.number: lot for part in parts for lot in part.lots}.values()),
        frozenset().union(*(part.new_lots for part in parts)),
    )
