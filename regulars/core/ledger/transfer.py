"""Points given by one member to another: which lots go, and what becomes of their expiry."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.core.ledger.accounts import TRANSFERRED
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Lot, Taken
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import to_minor
from regulars.core.refusal import Refused
from regulars.core.till.decision import PointsInsufficient
from regulars.core.till.terms import new_lot

GIVEN = "given:{currency}:day"
"""The counter of the giver by which a day's limit is kept."""


class TransferNotOffered(Refused):
    """Members cannot give this currency to each other."""

    code = "transfer.not_offered"


class TransferToOneself(Refused):
    """Giver and taker are one person."""

    code = "transfer.to_oneself"
    kind = "invalid"


class TransferOutOfBounds(Refused):
    """Less than the least, more than the most, or more than is left of the day."""

    code = "transfer.out_of_bounds"


def check_transfer(programme: Compiled, currency: str, amount: int, given_today: int) -> None:
    """Raises TransferNotOffered, TransferOutOfBounds by the rules of the currency."""
    known = programme.currencies.get(currency)
    rules = known.document.transfer if known else None
    if known is None or rules is None:
        raise TransferNotOffered(pointer="/currency", currency=currency[:40])
    least = max(1, to_minor(rules.minimum, known.scale))
    most = amount
    if rules.most is not None:
        most = min(most, to_minor(rules.most, known.scale))
    if rules.day is not None:
        most = min(most, to_minor(rules.day, known.scale) - given_today)
    if not least <= amount <= most:
        raise TransferOutOfBounds(
            pointer="/amount", currency=currency, least=least, most=max(0, most)
        )


def transfer(
    giver: Book,
    taker: Book,
    programme: Compiled,
    currency: str,
    amount: int,
    *,
    source: UUID,
    at: datetime,
) -> Sequence[Taken]:
    """Move exactly `amount` of what `giver` can spend; returns out of which lots.

    Both books are settled and have all their lots. By the currency's rules the parts keep the
    expiry of the lots they come from, or are as if earned at `at`; either way they are usable at
    once. The transactions are for the caller to record. Raises PointsInsufficient.
    """
    if giver.available(currency) < amount:
        raise PointsInsufficient(currency=currency)
    before = giver.lots
    taken = giver.spend(currency, amount, TRANSFERRED)
    rules = programme.currencies[currency].document.transfer
    if rules is not None and rules.expiry == "restart":
        fresh = new_lot(
            programme.document.currencies[currency], currency, source, amount, at, programme.zone
        )
        taker.adopt(fresh._replace(active_at=at, active=True))
    else:
        for number, part in taken:
            taker.adopt(_part_of(before[number], part, source))
    taker.settle_debts()
    return taken


def _part_of(lot: Lot, amount: int, source: UUID) -> Lot:
    """So much of a lot as one of its own: a return of the giver's purchase leaves it alone."""
    return lot._replace(
        source=source, amount=amount, remaining=amount, held=0, expired=0, active=True
    )
