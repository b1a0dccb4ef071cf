"""What returned goods give back of the promotions' limits, budgets and coupons."""

from collections.abc import Mapping
from typing import NamedTuple

from regulars.core.money import share
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import Allowance
from regulars.core.till.decision import CouponMove
from regulars.core.till.sold import Sold, SoldLine

PROMOTION_COUNTERS = frozenset({"uses", "money", "units"})


class GivenBack(NamedTuple):
    """Limits (amounts negative), coupon uses, and the coupons that the sale had brought."""

    allowances: tuple[Allowance, ...] = ()
    coupons: tuple[CouponMove, ...] = ()
    revoked: tuple[str, ...] = ()


def given_back(
    programme: Compiled, sold: Sold, before: Mapping[str, int], returned: Mapping[str, int]
) -> GivenBack:
    """What a return that brings `before` to `returned` gives back, members or not.

    Money, units and budgets by the share of the discount that the goods bore; uses, and coupons
    if the programme gives them back, when everything has come back; then too the coupons that the
    sale had brought are taken out of the world where they were not used.
    """
    if not (sold.allowances or sold.coupons or sold.issued):
        return GivenBack()
    allowances = []
    for key, period, limit, amount in sold.allowances:
        kind, name = key.split(":")[:2]
        promotions = _paid_from(programme, name) if kind == "budget" else frozenset({name})
        back = part_back(sold, before, returned, kind, promotions, amount)
        if back:
            allowances.append(Allowance(key, period, limit, -back))
    coupons: tuple[CouponMove, ...] = ()
    revoked: tuple[str, ...] = ()
    if came_back_whole(sold, returned):
        if programme.document.returns.coupons == "give_back":
            coupons = tuple(CouponMove(code, -1) for code in sold.coupons)
        revoked = tuple(code for issued in sold.issued for code in issued.codes)
    return GivenBack(tuple(allowances), coupons, revoked)


def part_back(
    sold: Sold,
    before: Mapping[str, int],
    returned: Mapping[str, int],
    kind: str,
    promotions: frozenset[str],
    amount: int,
) -> int:
    """Of an `amount` that a limit counted for these promotions, what the goods give back."""
    total = sum(_weight(line, promotions) for line in sold.lines)
    if kind == "uses" or not total:
        whole, was = came_back_whole(sold, returned), came_back_whole(sold, before)
        return amount if whole and not was else 0
    return share(amount, _back(sold, promotions, returned), total) - share(
        amount, _back(sold, promotions, before), total
    )


def came_back_whole(sold: Sold, returned: Mapping[str, int]) -> bool:
    """Whether everything that was sold has come back."""
    return all(
        returned.get(line.id, 0) == line.quantity for line in sold.lines if line.quantity > 0
    )


def _back(sold: Sold, promotions: frozenset[str], returned: Mapping[str, int]) -> int:
    """Of what these promotions took off, the part that the returned goods bore."""
    return sum(
        share(_weight(line, promotions), done, line.quantity)
        for line in sold.lines
        if (done := returned.get(line.id, 0))
    )


def _weight(line: SoldLine, promotions: frozenset[str]) -> int:
    """How much of what these promotions gave, discounts or points, belongs to the line."""
    taken_off = sum(amount for promotion, amount in line.borne.items() if promotion in promotions)
    return taken_off + sum(line.by_rule.get(f"promotion:{id}", 0) for id in promotions)


def _paid_from(programme: Compiled, budget: str) -> frozenset[str]:
    return frozenset(p.id for p in programme.document.promotions if p.budget == budget)
