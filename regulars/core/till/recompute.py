"""What kept goods would have cost more, had the returned ones never been on the receipt."""

from collections.abc import Mapping, Sequence

from regulars.core.money import share
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import Discount, Offer, Presented
from regulars.core.purchase import Buyer, Line, Receipt
from regulars.core.rewards.coupon import Coupon
from regulars.core.scene import Scene
from regulars.core.till.sold import Sold


def owed_for_kept(
    programme: Compiled,
    sold: Sold,
    receipt: Receipt,
    buyer: Buyer,
    returned: Mapping[str, int],
    *,
    member: bool,
) -> int:
    """How much less discount the goods that are kept would have got without the `returned` ones.

    Never below zero, and zero where nothing is kept. The promotions are asked again as they were at
    the sale, codes and offers included; one that the same receipt would not get in the same way
    today (the member has changed since) stays as it was given.
    """
    kept = [
        _kept(line, returned.get(line.id, 0))
        for line in receipt.lines
        if line.quantity > returned.get(line.id, 0)
    ]
    promoted = [d for d in sold.discounts if not d.id.startswith(CARD)]
    if not kept or not promoted:
        return 0
    cards = [d for d in sold.discounts if d.id.startswith(CARD)]
    presented = _as_presented(sold, promoted)
    again = _discounts(programme, receipt, cards, buyer, presented, member)
    same = {id for id, amount in _amounts(promoted).items() if again.get(id) == amount}
    ids = [line.id for line in kept]
    places = {line.id: i for i, line in enumerate(receipt.lines)}
    fewer = [
        card._replace(
            shares=tuple(
                card.shares[places[id]]
                - _part(card.shares[places[id]], receipt, places[id], returned)
                for id in ids
            )
        )
        for card in cards
    ]
    now = _discounts(
        programme, receipt._replace(lines=tuple(kept)), fewer, buyer, presented, member
    )
    borne = {line.id: line.borne for line in sold.lines}
    before = sum(
        amount - share(amount, returned.get(id, 0), receipt.lines[places[id]].quantity)
        for id in ids
        for promotion, amount in borne[id].items()
        if promotion in same
    )
    stays = _amounts(promoted).keys() - same
    return max(0, before - sum(amount for id, amount in now.items() if id not in stays))


CARD = "card:"  # how the ids of tier cards' discounts begin


def _kept(line: Line, returned: int) -> Line:
    """What is kept of a line, with its share of every amount."""

    def rest(amount: int) -> int:
        return amount - share(amount, returned, line.quantity)

    return line._replace(
        quantity=line.quantity - returned,
        amount_minor=rest(line.amount_minor),
        minimum_minor=rest(line.minimum_minor),
        cost_minor=None if line.cost_minor is None else rest(line.cost_minor),
    )


def _part(amount: int, receipt: Receipt, place: int, returned: Mapping[str, int]) -> int:
    line = receipt.lines[place]
    return share(amount, returned.get(line.id, 0), line.quantity)


def _as_presented(sold: Sold, promoted: Sequence[Discount]) -> Presented:
    """What came with the sale, as good as it was then."""
    coupons = {
        code: Coupon(code, "", promotion, 1, 0, 0, None, None, None, True, False)
        for code, promotion in sold.codes
        if code in sold.coupons
    }
    return Presented(
        tuple(code for code, _ in sold.codes),
        coupons,
        {discount.id: discount.times for discount in promoted},
        {discount.id: Offer(discount.id, True, None, None) for discount in promoted},
    )


def _discounts(
    programme: Compiled,
    receipt: Receipt,
    cards: Sequence[Discount],
    buyer: Buyer,
    presented: Presented,
    member: bool,
) -> dict[str, int]:
    due = [line.amount_minor for line in receipt.lines]
    for card in cards:
        due = [money - part for money, part in zip(due, card.shares, strict=True)]
    scene = Scene(receipt, buyer, receipt.occurred_at, due)
    return _amounts(promote(programme, scene, presented, member=member).discounts)


def _amounts(discounts: Sequence[Discount]) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for discount in discounts:
        amounts[discount.id] = amounts.get(discount.id, 0) + discount.amount_minor
    return amounts
