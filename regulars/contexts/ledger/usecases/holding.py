"""Points set aside for an order that is not done yet: held, spent, or let go."""

from datetime import datetime
from uuid import UUID

from regulars.contexts.ledger.books import open_book, save
from regulars.contexts.ledger.types import Posted
from regulars.contexts.members.types import MemberRef
from regulars.contexts.security.types import Actor
from regulars.core.ledger.book import Book
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.till.commit import facts_of
from regulars.core.till.decision import PointsInsufficient


def hold_points(
    member: MemberRef,
    *,
    programme: Compiled,
    key: str,
    currency: str,
    amount: int,
    until: datetime,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> Posted:
    """Set `amount` minor units aside under `key`; without a word from us they are free at `until`.

    Raises PointsInsufficient.
    """
    book = open_book(member, programme, now=now)
    if book.available(currency) < amount:
        raise PointsInsufficient(currency=currency)
    book.hold(key, currency, amount, until)
    _record(book, "hold", programme, source, reason, now, by)
    return save([book])[0]


def spend_held(
    member: MemberRef,
    *,
    programme: Compiled,
    key: str,
    currency: str,
    amount: int,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> Posted:
    """Spend what was set aside under `key`; one transaction, told of as a spending of `source`.

    Where the hold is gone (a merge of two memberships lets holds go), it is spent out of what is
    there. Raises PointsInsufficient.
    """
    book = open_book(member, programme, now=now)
    if key in book.holds:
        book.release(key)
    if book.available(currency) < amount:
        raise PointsInsufficient(currency=currency)
    taken = book.spend(currency, amount)
    facts = {currency: [list(part) for part in taken]}
    _record(book, "spend", programme, source, reason, now, by, taken=facts)
    return save([book])[0]


def release_points(
    member: MemberRef,
    *,
    programme: Compiled,
    key: str,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> Posted:
    """Let a hold go before its time; again, or after it, nothing is written."""
    book = open_book(member, programme, now=now)
    if key in book.holds:
        book.release(key)
        _record(book, "release", programme, source, reason, now, by)
    return save([book])[0]


def _record(
    book: Book,
    kind: str,
    programme: Compiled,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
    **more: object,
) -> None:
    told = [reason.code, dict(reason.params)]
    facts = facts_of([], (), (), reason=told, by=f"{by.kind}:{by.id}", **more)
    book.record_transaction(kind, now, source=source, version=programme.version, facts=facts)
