"""Make a decision happen in the member's books: spend, earn, count, qualify, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.core.calendar import add, micros
from regulars.core.earning.settle import Award, Earnings
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Taken
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.policies import TimePolicy
from regulars.core.purchase import Receipt
from regulars.core.tiers import Entry, Grant, grant_json
from regulars.core.till.decision import (
    Decision,
    MemberFacts,
    MemberNotActive,
    PointsInsufficient,
    ReceiptEmpty,
    ReceiptFromFuture,
    ReceiptTooLate,
)
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import Terms, new_lot, terms_of


def check_receipt(
    receipt: Receipt, policy: TimePolicy, programme: Compiled, *, now: datetime
) -> None:
    """Refuse a receipt without goods, from the future, or later than late receipts may be."""
    for line in receipt.lines:
        if line.quantity > 0:
            break
    else:
        raise ReceiptEmpty(pointer="/lines")
    ahead = receipt.occurred_at > now
    if ahead and receipt.occurred_at > add(now, policy.skew_max, programme.zone):
        raise ReceiptFromFuture(pointer="/occurred_at")
    if add(receipt.occurred_at, policy.late_max, programme.zone) < now:
        raise ReceiptTooLate(pointer="/occurred_at")


def check_member(member: MemberFacts | None) -> None:
    """Refuse a membership that is blocked, merged away or erased."""
    if member is not None and member.status != "active":
        raise MemberNotActive(status=member.status)


def commit(
    programme: Compiled,
    book: Book,
    receipt: Receipt,
    decision: Decision,
    *,
    sale: UUID,
) -> Mapping[str, Sequence[Taken]]:
    """Write `decision` into `book` as one transaction; returns which lots paid, by currency.

    Raises PointsInsufficient.
    """
    terms, document = terms_of(programme), programme.document
    taken: dict[str, Sequence[Taken]] = {}
    for payment in decision.payments:
        if book.available(payment.currency) < payment.amount:
            raise PointsInsufficient(currency=payment.currency)
        taken[payment.currency] = book.spend(payment.currency, payment.amount)
    earned = totals(decision.earnings.awards)
    for currency, amount in earned.items():
        terms_of_currency = document.currencies[currency]
        book.earn(
            new_lot(terms_of_currency, currency, sale, amount, receipt.occurred_at, programme.zone)
        )
    write_counters(book, decision.earnings)
    entry = Entry(micros(receipt.occurred_at), decision.due_minor, 1, earned)
    note_entry(book, entry, terms.rungs)
    book.purchase(entry.at, 1)
    grants = memberships(terms, programme, receipt, sale)
    for grant in grants:
        book.grant(grant)
    book.record_transaction(
        "sale",
        receipt.occurred_at,
        source=sale,
        version=programme.version,
        facts=facts_of([entry], decision.earnings.counters, grants),
    )
    return taken


def totals(awards: Sequence[Award]) -> dict[str, int]:
    """What the awards bring, by currency."""
    sums: dict[str, int] = {}
    for award in awards:
        sums[award.currency] = sums.get(award.currency, 0) + award.amount
    return sums


def write_counters(book: Book, earnings: Earnings) -> None:
    """Move the counters that the caps are kept by."""
    for key, period, delta in earnings.counters:
        book.count(key, period, delta)


def memberships(terms: Terms, programme: Compiled, receipt: Receipt, sale: UUID) -> list[Grant]:
    """The levels that products on the receipt give for a time."""
    grants = []
    for line in receipt.lines if terms.memberships else ():
        membership = terms.memberships.get(line.sku)
        if membership and line.quantity > 0:
            until = add(receipt.occurred_at, membership.valid, programme.zone)
            grants.append(
                Grant(
                    membership.tier,
                    micros(receipt.occurred_at),
                    micros(until),
                    f"{sale}:{line.id}",
                )
            )
    return grants


def facts_of(
    entries: Sequence[Entry],
    counters: Sequence[tuple[str, int, int]] = (),
    grants: Sequence[Grant] = (),
    **more: Any,
) -> dict[str, Any]:
    """What a transaction tells beside its postings: enough to make the account's state again."""
    facts: dict[str, Any] = dict(more)
    if entries:
        facts["q"] = [[e.at, e.spend, e.visits, dict(e.points)] for e in entries]
    if counters:
        facts["c"] = [list(counter) for counter in counters]
    if grants:
        facts["g"] = grant_json(grants)
    return facts
