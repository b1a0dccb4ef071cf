"""A sale as returns see it: what each line cost, brought and bore of the discounts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from regulars.core.ledger.lots import Taken
from regulars.core.money import share
from regulars.core.promotions.result import Allowance, Discount, Issued
from regulars.core.purchase import Line, Receipt
from regulars.core.tiers import Grant
from regulars.core.till.decision import Decision
from regulars.core.till.pricing import MONEY_KINDS, split

FREE_ITEMS = "payment.items"  # the reason of a payment that made items free


class SoldLine(NamedTuple):
    """What one line of a sale cost and brought."""

    id: str
    sku: str
    quantity: int
    due_minor: int
    earned: Mapping[str, int]  # by currency
    by_rule: Mapping[str, int]  # by rule
    paid: Mapping[str, int]  # units of each currency that paid
    tenders: Mapping[str, int] = {}  # of what is due: money by gift card or stored currency
    borne: Mapping[str, int] = {}  # of the discounts, by promotion
    is_money: bool = False  # a gift card or a top-up: no purchase


class IssuedCodes(NamedTuple):
    """The codes of coupons that the sale brought."""

    issued: Issued
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale as returns see it."""

    id: UUID
    occurred_at: datetime
    lines: tuple[SoldLine, ...]
    taken: Mapping[str, Sequence[Taken]]  # which lots paid
    counters: Sequence[tuple[str, int, int]]
    grants: Sequence[Grant]
    allowances: Sequence[Allowance] = ()
    coupons: Sequence[str] = ()  # of which a use was taken
    issued: Sequence[IssuedCodes] = ()
    discounts: Sequence[Discount] = ()
    codes: Sequence[tuple[str, str]] = ()  # (code, promotion it switched on), coupons too


class Means(NamedTuple):
    """What paid for the lines beside plain money: `shares` of money, and `units` of a currency."""

    key: str
    shares: Sequence[int]
    units: Sequence[int]
    is_due: bool  # a tender, which pays what is due
    moves: bool = True  # False: it belongs to its own line, as an item made free


class Brought(NamedTuple):
    """What a rule gave, per line."""

    rule: str
    currency: str
    shares: Sequence[int]


def sold_lines(
    lines: Sequence[Line],
    due: Sequence[int],
    discounts: Sequence[Discount],
    means: Sequence[Means],
    awards: Sequence[Brought],
    points: Iterable[tuple[str, Sequence[int]]] = (),
) -> tuple[SoldLine, ...]:
    """The lines with what belongs to each.

    Where a promotion spreads its discount otherwise than it was cut («2+1»: every piece bears a
    third), what was paid and earned goes with it: the sums over all lines stay what they were.
    `points` are (currency, units per line) that promotions cost.
    """
    moved = _moved(lines, discounts)
    if any(moved):
        due, means, awards = _move(lines, due, means, awards, moved)
    costs = list(points)
    sold = []
    for i, line in enumerate(lines):
        earned: dict[str, int] = {}
        by_rule: dict[str, int] = {}
        for rule, currency, shares in awards:
            if shares[i]:
                earned[currency] = earned.get(currency, 0) + shares[i]
                by_rule[rule] = by_rule.get(rule, 0) + shares[i]
        paid: dict[str, int] = {}
        tenders: dict[str, int] = {}
        for key, shares, units, is_due, _ in means:
            if is_due:
                add(tenders, key, shares[i])
            else:
                add(paid, key, units[i])
        for currency, units in costs:
            add(paid, currency, units[i])
        sold.append(
            SoldLine(
                line.id,
                line.sku,
                line.quantity,
                due[i],
                earned,
                by_rule,
                paid,
                tenders,
                _borne(discounts, i),
                line.kind in MONEY_KINDS,
            )
        )
    return tuple(sold)


def sold_here(
    sale: UUID,
    receipt: Receipt,
    decision: Decision,
    taken: Mapping[str, Sequence[Taken]],
    grants: Sequence[Grant],
) -> Sold:
    """A sale as returns see it, out of the decision just made on it; coupons it brought have no codes."""
    means = [
        Means(p.currency, p.shares, p.units, False, p.reason.code != FREE_ITEMS)
        for p in decision.payments
    ]
    means += [Means(t.key, t.shares, t.units, True) for t in decision.tenders]
    return Sold(
        sale,
        receipt.occurred_at,
        sold_lines(
            receipt.lines,
            decision.due,
            decision.discounts,
            means,
            [Brought(a.rule, a.currency, a.shares) for a in decision.earnings.awards],
            [(cost.currency, cost.units) for cost in decision.points],
        ),
        taken,
        (*decision.earnings.counters, *decision.counters),
        grants,
        decision.allowances,
        decision.coupons,
        [IssuedCodes(one, ()) for one in decision.issued],
        decision.discounts,
        [(answer.code, answer.promotion) for answer in decision.codes if answer.accepted],
    )


def spend_of(lines: Sequence[Line], due: Sequence[int]) -> int:
    """What was paid for goods: money changed into gift cards and stored value is no purchase."""
    for line in lines:
        if line.kind in MONEY_KINDS:
            break
    else:
        return sum(due)
    return sum(
        money for line, money in zip(lines, due, strict=True) if line.kind not in MONEY_KINDS
    )


def visits_of(lines: Sequence[Line]) -> int:
    """How many purchases a receipt is: one, unless it only changes money into gift cards and stored value."""
    for line in lines:
        if line.kind not in MONEY_KINDS:
            return 1
    return 0


def add(sums: dict[str, int], key: str, amount: int) -> None:
    """Add to a sum that is there only where it is not zero."""
    if amount:
        sums[key] = sums.get(key, 0) + amount


def _borne(discounts: Sequence[Discount], i: int) -> dict[str, int]:
    borne: dict[str, int] = {}
    for discount in discounts:
        add(borne, discount.id, (discount.spread or discount.shares)[i])
    return borne


def _moved(lines: Sequence[Line], discounts: Sequence[Discount]) -> list[int]:
    """Per line, how much more of the discounts it bears than was cut off it; the sum is zero."""
    moved = [0] * len(lines)
    for discount in discounts:
        if discount.spread is not None:
            for i, (bears, cut) in enumerate(zip(discount.spread, discount.shares, strict=True)):
                moved[i] += bears - cut
    return moved


def _move(
    lines: Sequence[Line],
    due: Sequence[int],
    means: Sequence[Means],
    awards: Sequence[Brought],
    moved: Sequence[int],
) -> tuple[list[int], list[Means], list[Brought]]:
    """Take from the lines that bear more, in proportion to what paid for them; give to the others."""
    tendered = [sum(m.shares[i] for m in means if m.is_due) for i in range(len(lines))]
    plain = [money - part for money, part in zip(due, tendered, strict=True)]
    columns = [plain, *[list(m.shares) for m in means if m.moves]]
    whole = [sum(column[i] for column in columns) for i in range(len(lines))]
    gives = [min(max(0, more), has) for more, has in zip(moved, whole, strict=True)]
    wants = [max(0, -more) for more in moved]
    # What a line cannot give (it cost too little) nobody gets.
    takes = split(sum(gives), wants, lines) if sum(gives) < sum(wants) else wants
    rests, open_takes = list(gives), list(takes)
    held = list(whole)
    made = []
    for column in columns:
        given = [
            share(rest, has, of) if of else 0
            for rest, has, of in zip(rests, column, held, strict=True)
        ]
        rests = [rest - part for rest, part in zip(rests, given, strict=True)]
        held = [of - has for of, has in zip(held, column, strict=True)]
        taken = split(sum(given), open_takes, lines) if sum(given) else [0] * len(lines)
        open_takes = [wanted - part for wanted, part in zip(open_takes, taken, strict=True)]
        made.append([has - g + t for has, g, t in zip(column, given, taken, strict=True)])
    return _rebuilt(lines, means, awards, made, whole, gives, takes)


def _rebuilt(
    lines: Sequence[Line],
    means: Sequence[Means],
    awards: Sequence[Brought],
    made: list[list[int]],
    whole: Sequence[int],
    gives: Sequence[int],
    takes: Sequence[int],
) -> tuple[list[int], list[Means], list[Brought]]:
    new_due: list[int] = made[0]
    rest = iter(made[1:])
    new_means = []
    for one in means:
        if not one.moves:
            new_means.append(one)
            continue
        paid = next(rest)
        total = sum(one.units)
        units = paid if total == sum(paid) else split(total, paid, lines)
        new_means.append(one._replace(shares=paid, units=units))
        if one.is_due:
            new_due = [money + part for money, part in zip(new_due, paid, strict=True)]
    new_awards = []
    for rule, currency, shares in awards:
        given = [
            share(amount, part, of) if of else 0
            for amount, part, of in zip(shares, gives, whole, strict=True)
        ]
        back = split(sum(given), takes, lines) if sum(given) else [0] * len(lines)
        parts = [a - g + b for a, g, b in zip(shares, given, back, strict=True)]
        new_awards.append(Brought(rule, currency, parts))
    return new_due, new_means, new_awards
