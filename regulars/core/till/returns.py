"""Goods come back: each line undoes its share of what the sale gave and took, never more than all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from regulars.core.calendar import add, micros
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.lots import Taken, back_from
from regulars.core.money import share
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.refusal import Refused
from regulars.core.tiers import Entry, Grant
from regulars.core.till.commit import facts_of
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import terms_of


class ReturnedMore(Refused):
    """More of a line is given back than was sold and not yet returned."""

    code = "return.more_than_sold"


class ReturnLineUnknown(Refused):
    """The sale has no such line."""

    code = "return.line_unknown"
    kind = "invalid"


class ReturnNothing(Refused):
    """A return names at least one line with a positive quantity."""

    code = "return.nothing"
    kind = "invalid"


class ReturnTooLate(Refused):
    """The programme accepts returns only for a time after the sale."""

    code = "return.too_late"


class SoldLine(NamedTuple):
    """What one line of a sale cost and brought."""

    id: str
    sku: str
    quantity: int
    due_minor: int
    earned: Mapping[str, int]  # by currency
    by_rule: Mapping[str, int]  # by rule
    paid: Mapping[str, int]  # units of each currency that paid


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale as returns see it."""

    id: UUID
    occurred_at: datetime
    lines: tuple[SoldLine, ...]
    taken: Mapping[str, Sequence[Taken]]  # which lots paid
    counters: Sequence[tuple[str, int, int]]
    grants: Sequence[Grant]


@dataclass(frozen=True, slots=True)
class Undone:
    """What a return gives back and takes away; points in minor units by currency."""

    refund_minor: int
    quantities: Mapping[str, int]  # of this return, by line
    returned: Mapping[str, int]  # of all returns so far, this one included
    restored: Mapping[str, int]  # points given back
    reversed: Mapping[str, int]  # earned points that belong to the goods
    taken_back: Mapping[str, int]  # of these, what was actually taken
    is_whole: bool
    reasons: tuple[Reason, ...]


def undo(sold: Sold, before: Mapping[str, int], wanted: Mapping[str, int] | None) -> Undone:
    """The shares that belong to `wanted` (None: all that is left) after `before` was returned.

    Shares are differences of cumulative ones: however the goods come back, the parts add up to the
    whole. Raises ReturnedMore, ReturnLineUnknown, ReturnNothing.
    """
    quantities = _quantities(sold, before, wanted)
    returned = {
        line.id: before.get(line.id, 0) + quantities.get(line.id, 0)
        for line in sold.lines
        if before.get(line.id, 0) + quantities.get(line.id, 0)
    }
    refund = 0
    restored: dict[str, int] = {}
    reversed_: dict[str, int] = {}
    for line in sold.lines:
        if not quantities.get(line.id):
            continue
        since, until = before.get(line.id, 0), returned[line.id]
        refund += _between(line.due_minor, since, until, line.quantity)
        for currency, amount in line.paid.items():
            _add(restored, currency, _between(amount, since, until, line.quantity))
        for currency, amount in line.earned.items():
            _add(reversed_, currency, _between(amount, since, until, line.quantity))
    whole = all(
        returned.get(line.id, 0) == line.quantity for line in sold.lines if line.quantity > 0
    )
    return Undone(refund, quantities, returned, restored, reversed_, {}, whole, ())


def write_return(
    programme: Compiled,
    book: Book,
    sold: Sold,
    undone: Undone,
    restored_before: Mapping[str, int],
    *,
    source: UUID,
    at: datetime,
) -> Undone:
    """Enter a return into the books under the version that sold; tells what could be taken back.

    A till's clock that is behind does not bring goods back before they were sold. Raises NotLoaded.
    """
    _check_lots(book, sold, undone)
    at = max(at, sold.occurred_at)
    policy, document = programme.document.returns, programme.document
    grace = None if policy.expired_grace.is_zero else add(at, policy.expired_grace, programme.zone)
    for currency, amount in undone.restored.items():
        if amount:
            parts = back_from(sold.taken[currency], restored_before.get(currency, 0), amount)
            book.give_back(currency, parts, at=at, grace=grace)
    taken_back: dict[str, int] = {}
    reasons: list[Reason] = []
    for currency, amount in undone.reversed.items():
        floor = document.currencies[currency].floor
        done = book.take_back(sold.id, currency, amount, policy=policy.earned, floor=floor)
        taken_back[currency] = done
        if done < amount:
            reasons.append(Reason.of("return.forgiven", currency=currency, amount=amount - done))
    counters = _counters_back(sold, undone)
    for key, period, delta in counters:
        book.count(key, period, delta)
    visits = -1 if undone.is_whole else 0
    entry = Entry(
        micros(sold.occurred_at),
        -undone.refund_minor,
        visits,
        {currency: -amount for currency, amount in undone.reversed.items()},
    )
    note_entry(book, entry, terms_of(programme).rungs)
    book.purchase(entry.at, visits)
    grants = _grants_back(sold, undone)
    for grant in grants:
        book.grant(grant)
    book.record_transaction(
        "return",
        at,
        source=source,
        version=programme.version,
        facts=facts_of([entry], counters, grants, sale=str(sold.id)),
    )
    return Undone(
        undone.refund_minor,
        undone.quantities,
        undone.returned,
        undone.restored,
        undone.reversed,
        taken_back,
        undone.is_whole,
        tuple(reasons),
    )


def restored_so_far(sold: Sold, returned: Mapping[str, int]) -> dict[str, int]:
    """How many points earlier returns gave back, by currency."""
    sums: dict[str, int] = {}
    for line in sold.lines:
        done = returned.get(line.id, 0)
        for currency, amount in line.paid.items() if done else ():
            _add(sums, currency, share(amount, done, line.quantity))
    return sums


def _check_lots(book: Book, sold: Sold, undone: Undone) -> None:
    """See that the lots which paid, and those the sale brought, are at hand, used up or not."""
    if not book.has_lots:
        raise NotLoaded(lots=True)
    paid = {part.lot for parts in sold.taken.values() for part in parts}
    brought = {lot.currency for lot in book.lots.values() if lot.source == sold.id}
    if not (paid <= book.lots.keys() and undone.reversed.keys() <= brought):
        raise NotLoaded(lots=True)


def _quantities(
    sold: Sold, before: Mapping[str, int], wanted: Mapping[str, int] | None
) -> dict[str, int]:
    left = {line.id: line.quantity - before.get(line.id, 0) for line in sold.lines}
    if wanted is None:
        quantities = {line: quantity for line, quantity in left.items() if quantity > 0}
        if not quantities:
            raise ReturnedMore(pointer="/lines")
        return quantities
    for line, quantity in wanted.items():
        if line not in left:
            raise ReturnLineUnknown(pointer="/lines", line=line)
        if quantity <= 0:
            raise ReturnNothing(pointer="/lines")
        if quantity > left[line]:
            raise ReturnedMore(pointer="/lines", line=line)
    if not wanted:
        raise ReturnNothing(pointer="/lines")
    return dict(wanted)


def _counters_back(sold: Sold, undone: Undone) -> list[tuple[str, int, int]]:
    """The caps' counters give back what the returned goods had used of them."""
    before = {
        line: undone.returned[line] - quantity for line, quantity in undone.quantities.items()
    }
    by_rule: dict[str, int] = {}
    for line in sold.lines:
        if undone.quantities.get(line.id):
            for rule, amount in line.by_rule.items():
                back = _between(amount, before[line.id], undone.returned[line.id], line.quantity)
                _add(by_rule, rule, back)
    counters = []
    for key, period, _ in sold.counters:
        kind, name = key.split(":")[:2]
        back = by_rule.get(name, 0) if kind == "rule" else undone.reversed.get(name, 0)
        if back:
            counters.append((key, period, -back))
    return counters


def _grants_back(sold: Sold, undone: Undone) -> list[Grant]:
    """A membership that is given back ends when it began."""
    whole = {
        line.id for line in sold.lines if undone.returned.get(line.id, 0) == line.quantity
    } & undone.quantities.keys()
    return [
        grant._replace(until=grant.since)
        for grant in sold.grants
        if grant.source.partition(":")[2] in whole
    ]


def _between(amount: int, since: int, until: int, whole: int) -> int:
    return share(amount, until, whole) - share(amount, since, whole)


def _add(sums: dict[str, int], key: str, amount: int) -> None:
    if amount:
        sums[key] = sums.get(key, 0) + amount
