"""Paying what is due out of money kept for the customer: gift cards in their order, stored value."""

from collections.abc import Sequence
from typing import NamedTuple

from regulars.core.purchase import Line, Receipt
from regulars.core.reasons import Reason
from regulars.core.till.decision import PaymentNotPossible, Spendable, Tender
from regulars.core.till.pricing import MONEY_KINDS, split


class CardUse(NamedTuple):
    """A gift card as the till was shown it, and how much of it to use (None: as much as there is)."""

    number: str
    pin: str
    amount: int | None

    def __repr__(self) -> str:
        return "CardUse(…)"


class Funds(NamedTuple):
    """Money kept for the customer, a minor unit of it worth a minor unit of money.

    `card` is the gift card's account (empty: stored value of the member), `wanted` how much is to be
    paid out of it (None: as much as there is to pay). `place` is where the till named it.
    """

    card: str
    currency: str
    available: int
    wanted: int | None
    place: str = ""


def pay_tenders(
    funds: Sequence[Funds], lines: Sequence[Line], due: Sequence[int]
) -> tuple[Tender, ...]:
    """What each of `funds` pays of what is `due` by line, in their order; never more than it holds.

    A gift card or a top-up on the receipt is not paid for in this way. Raises PaymentNotPossible,
    naming the most, where exactly what is wanted cannot be paid.
    """
    left = payable(lines, due)
    paid = []
    for fund in funds:
        most = min(max(0, fund.available), sum(left))
        amount = most if fund.wanted is None else fund.wanted
        if not amount and fund.wanted is None:
            continue
        if not 0 < amount <= most:
            raise PaymentNotPossible(
                pointer=fund.place, currency=fund.currency, least=min(1, most), most=most, step=1
            )
        shares = tuple(split(amount, left, lines))
        left = [money - share for money, share in zip(left, shares, strict=True)]
        code = "tender.gift_card" if fund.card else "tender.stored_value"
        reason = Reason.of(code, money_minor=amount)
        paid.append(Tender(fund.card, fund.currency, amount, amount, shares, shares, reason))
    return tuple(paid)


def payable(lines: Sequence[Line], due: Sequence[int]) -> list[int]:
    """What of each line may be paid by tenders."""
    return [
        0 if line.kind in MONEY_KINDS else money for line, money in zip(lines, due, strict=True)
    ]


def spendable_stored(
    currency: str, balance: int, receipt: Receipt, due: Sequence[int]
) -> Spendable:
    """How much of the member's stored value may pay what is `due`."""
    most = min(max(0, balance), sum(payable(receipt.lines, due)))
    code = "spend.all" if most == balance else "spend.goods"
    if not most:
        code = "spend.balance_too_small" if balance <= 0 else "spend.goods_excluded"
        return Spendable(currency, balance, 1, 0, 1, 0, Reason.of(code, least=1))
    return Spendable(currency, balance, 1, most, 1, most, Reason.of(code))
