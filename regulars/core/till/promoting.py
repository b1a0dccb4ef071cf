"""What the promotions make of a receipt at the till: amounts after them, points they cost, counters."""

from collections.abc import Sequence
from typing import NamedTuple

from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import Allowance, Presented, Promoted
from regulars.core.purchase import Buyer, Line, Receipt
from regulars.core.scene import Scene
from regulars.core.till.decision import PointsSpent, PromotionUnknown
from regulars.core.till.pricing import split
from regulars.core.till.terms import Terms

UNPROMOTED = Promoted()


class Promotions(NamedTuple):
    """The promotions of one receipt: what is left to pay by line, and the points they cost."""

    scene: Scene
    promoted: Promoted
    due: list[int]
    points: tuple[PointsSpent, ...]
    coupons: tuple[str, ...]


def apply_promotions(
    programme: Compiled,
    receipt: Receipt,
    buyer: Buyer,
    due: list[int],
    presented: Presented,
    *,
    member: bool,
) -> Promotions:
    """Promotions on what is `due` by line after the tier's card; nobody's receipts get them too.

    Raises PromotionUnknown for a claim of a promotion that is not switched on.
    """
    for claimed in presented.claims:
        if claimed not in programme.promotions.by_id:
            raise PromotionUnknown(pointer=f"/claims/{claimed}", promotion=claimed)
    scene = Scene(receipt, buyer, receipt.occurred_at, tuple(due))
    promoted = promote(programme, scene, presented, member=member)
    for discount in promoted.discounts:
        due = [money - share for money, share in zip(due, discount.shares, strict=True)]
    points = tuple(
        PointsSpent(
            cost.promotion,
            cost.currency,
            cost.amount,
            tuple(
                split(cost.amount, _bearing(promoted, cost.promotion, receipt.lines), receipt.lines)
            ),
        )
        for cost in promoted.points
    )
    coupons = tuple(
        answer.code
        for answer in promoted.codes
        if answer.accepted and answer.code in presented.coupons
    )
    return Promotions(scene, promoted, due, points, coupons)


def without_boosts(promoted: Promoted, dropped: frozenset[str]) -> Promoted:
    """What remains where these multiplying promotions do not count after all."""

    def stays(key: str) -> bool:
        return key.split(":")[1] not in dropped or key.startswith("budget:")

    return promoted._replace(
        boosts=tuple(boost for boost in promoted.boosts if boost.promotion not in dropped),
        counters=tuple(counter for counter in promoted.counters if stays(counter[0])),
        allowances=tuple(taken for taken in promoted.allowances if stays(taken.key)),
    )


def joined(taken: Sequence[Allowance], more: Sequence[Allowance]) -> tuple[Allowance, ...]:
    """Each limit once."""
    if not more:
        return tuple(taken)
    found = {allowance[:2]: allowance for allowance in taken}
    for one in more:
        known = found.get(one[:2])
        found[one[:2]] = one if known is None else known._replace(amount=known.amount + one.amount)
    return tuple(found.values())


def with_balances(presented: Presented, terms: Terms, book: Book) -> Presented:
    """`presented` with the points that can be spent, where a promotion has its price in points.

    Raises NotLoaded where the lots are not at hand.
    """
    asked = terms.priced_unasked or presented.claims or presented.codes
    if not (terms.prices and asked):
        return presented
    if not book.has_lots:
        raise NotLoaded(lots=True)
    balances = {currency: book.available(currency) for currency in terms.prices}
    return presented._replace(balances=balances)


def nobody(receipt: Receipt) -> Buyer:
    """Who buys without being a member."""
    return Buyer("", receipt.occurred_at)


def _bearing(promoted: Promoted, promotion: str, lines: Sequence[Line]) -> list[int]:
    """By which lines the points of a promotion come back: those that it made cheaper, else all."""
    weights = [0] * len(lines)
    for discount in promoted.discounts:
        if discount.id == promotion:
            parts = discount.shares if discount.spread is None else discount.spread
            weights = [weight + part for weight, part in zip(weights, parts, strict=True)]
    return weights if any(weights) else [line.amount_minor for line in lines]
