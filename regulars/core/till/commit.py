"""Make a decision happen in the member's books: spend, earn, count, qualify, in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.core.calendar import add, micros
from regulars.core.earning.settle import Award
from regulars.core.ledger.accounts import SOLD
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
    MemberRests,
    PointsInsufficient,
    ReceiptEmpty,
    ReceiptFromFuture,
    ReceiptTooLate,
    SpendingUnproved,
)
from regulars.core.till.sold import spend_of, visits_of
from regulars.core.till.standing import TURNOVER, note_entry, turnover_of
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
    if (
        receipt.occurred_at < now
        and add(receipt.occurred_at, policy.late_max, programme.zone) < now
    ):
        raise ReceiptTooLate(pointer="/occurred_at")


def check_member(member: MemberFacts | None) -> None:
    """Refuse a membership that is blocked, merged away or erased."""
    if member is not None and member.status != "active":
        raise MemberNotActive(status=member.status)


def rests(member: MemberFacts | None, *, now: datetime) -> bool:
    """Whether nothing of the member's may be spent at `now`."""
    return member is not None and member.rests_until is not None and now < member.rests_until


def check_spending(
    programme: Compiled,
    member: MemberFacts | None,
    decision: Decision,
    unproved_max_minor: int | None = None,
    *,
    now: datetime,
) -> None:
    """Refuse to spend of a member who rests, or more money's worth than goes without proof (None: any).

    Raises MemberRests, SpendingUnproved.
    """
    spends = spends_of(decision) if member is not None else ()
    if not spends:
        return
    if member is not None and member.rests_until is not None and rests(member, now=now):
        raise MemberRests(until=member.rests_until.isoformat())
    if unproved_max_minor is not None:
        worth = sum(worth_of(programme, currency, amount) for currency, amount in spends)
        if worth > unproved_max_minor:
            raise SpendingUnproved(pointer="/pay")


def worth_of(programme: Compiled, currency: str, amount: int) -> int:
    """The money that so much of a currency pays, in minor units; 0 of one that pays none."""
    known = programme.currencies.get(currency)
    if known is None or known.money is None:
        return 0
    return amount * known.money.worth[0] // known.money.worth[1]


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
    for currency, amount in spends_of(decision):
        if book.available(currency) < amount:
            raise PointsInsufficient(currency=currency)
        taken[currency] = (*taken.get(currency, ()), *book.spend(currency, amount))
    earned = totals(decision.earnings.awards)
    for currency, amount in earned.items():
        terms_of_currency = document.currencies[currency]
        book.earn(
            new_lot(terms_of_currency, currency, sale, amount, receipt.occurred_at, programme.zone)
        )
    for load in decision.loads:
        if not load.card:
            stored = document.currencies[load.currency]
            at, amount = receipt.occurred_at, load.amount_minor
            book.earn(new_lot(stored, load.currency, sale, amount, at, programme.zone), SOLD)
    spend = spend_of(receipt.lines, decision.due)
    counters = counters_of(book, terms, decision, spend)
    write_counters(book, counters)
    visits = visits_of(receipt.lines)
    entry = Entry(micros(receipt.occurred_at), spend, visits, earned)
    note_entry(book, entry, terms.rungs)
    book.purchase(entry.at, visits)
    grants = memberships(terms, programme, receipt, sale)
    for grant in grants:
        book.grant(grant)
    book.record_transaction(
        "sale",
        receipt.occurred_at,
        source=sale,
        version=programme.version,
        facts=facts_of([entry], counters, grants),
    )
    return taken


def totals(awards: Sequence[Award]) -> dict[str, int]:
    """What the awards bring, by currency."""
    sums: dict[str, int] = {}
    for award in awards:
        sums[award.currency] = sums.get(award.currency, 0) + award.amount
    return sums


def spends_of(decision: Decision) -> list[tuple[str, int]]:
    """What the sale spends of the member's currencies: payments, prices of promotions, stored value."""
    spends = [(payment.currency, payment.amount) for payment in decision.payments]
    if not (decision.points or decision.tenders):
        return spends
    spends += [(cost.currency, cost.amount) for cost in decision.points]
    spends += [(tender.currency, tender.amount) for tender in decision.tenders if not tender.card]
    return spends


def counters_of(
    book: Book, terms: Terms, decision: Decision, spend: int
) -> tuple[tuple[str, int, int], ...]:
    """What a sale adds to the member's counters: limits of earning and of promotions, turnover.

    The turnover is kept from the first sale on that is made while a promotion asks for it; what
    was bought before comes in with it. Raises NotLoaded.
    """
    counters = decision.earnings.counters
    if decision.counters:
        counters = (*counters, *decision.counters)
    known = book.has_counter(TURNOVER)
    if not (terms.turnover or known) or (known and not spend):
        return counters
    before = 0 if known else turnover_of(book)
    return (*counters, (TURNOVER, 0, before + spend))


def write_counters(book: Book, counters: Sequence[tuple[str, int, int]]) -> None:
    """Move the counters that the caps are kept by."""
    for key, period, delta in counters:
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
