"""Goods come back: each line undoes its share of what the sale gave and took, never more than all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from regulars.core.calendar import add as add_time
from regulars.core.calendar import micros
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.lots import back_from
from regulars.core.money import share
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.refusal import Refused
from regulars.core.tiers import Entry, Grant
from regulars.core.till.commit import facts_of
from regulars.core.till.given_back import PROMOTION_COUNTERS, came_back_whole, part_back
from regulars.core.till.sold import Sold, SoldLine, add
from regulars.core.till.standing import TURNOVER, note_entry
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


class Deducted(NamedTuple):
    """What the returns of a sale have kept back so far because kept goods would have cost more.

    `amount_minor` of the money, of which `tenders` would have gone back to cards and stored value.
    """

    amount_minor: int = 0
    tenders: Mapping[str, int] = {}


NOTHING_DEDUCTED = Deducted()


@dataclass(frozen=True, slots=True)
class Undone:
    """What a return gives back and takes away; points in minor units by currency.

    Of `refund_minor`, `tenders` goes back to gift cards and stored value (by card or currency), the
    rest in money. `deducted` is what all returns so far keep back, this one included.
    """

    refund_minor: int
    quantities: Mapping[str, int]  # of this return, by line
    returned: Mapping[str, int]  # of all returns so far, this one included
    restored: Mapping[str, int]  # points given back
    reversed: Mapping[str, int]  # earned points that belong to the goods
    taken_back: Mapping[str, int]  # of these, what was actually taken
    is_whole: bool
    reasons: tuple[Reason, ...]
    tenders: Mapping[str, int] = field(default_factory=dict)
    spend_minor: int = 0  # of what goods cost: what counts towards tiers
    deducted: Deducted = NOTHING_DEDUCTED
    deduction_minor: int = 0  # of this return; negative where an earlier one is made good
    kept_minor: int = 0  # of gift cards and top-ups that come back: what has been spent of them
    unloaded_minor: int = 0  # and what was taken off them
    onto: tuple[str, int] | None = None  # the gift card that gets what would go back in money

    @property
    def money_minor(self) -> int:
        onto = self.onto[1] if self.onto else 0
        return self.refund_minor - sum(self.tenders.values()) - onto


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
    refund = spend = 0
    restored: dict[str, int] = {}
    reversed_: dict[str, int] = {}
    tenders: dict[str, int] = {}
    for line in sold.lines:
        if not quantities.get(line.id):
            continue
        since, until = before.get(line.id, 0), returned[line.id]
        back = _between(line.due_minor, since, until, line.quantity)
        refund += back
        spend += 0 if line.is_money else back
        if line.tenders:
            until_now, until_then = tendered(line, until), tendered(line, since)
            for key, amount in until_now.items():
                add(tenders, key, amount - until_then[key])
        for currency, amount in line.paid.items():
            add(restored, currency, _between(amount, since, until, line.quantity))
        for currency, amount in line.earned.items():
            add(reversed_, currency, _between(amount, since, until, line.quantity))
    whole = came_back_whole(sold, returned)
    return Undone(refund, quantities, returned, restored, reversed_, {}, whole, (), tenders, spend)


def tendered(line: SoldLine, quantity: int) -> dict[str, int]:
    """Of what `quantity` of the line cost, what each tender paid: never more in all, never less for more."""
    due, back = line.due_minor, share(line.due_minor, quantity, line.quantity)
    parts = {}
    for key, amount in line.tenders.items():
        part = share(back, amount, due) if due else 0
        parts[key] = part
        due, back = due - amount, back - part
    return parts


def deduct(undone: Undone, owed: int, so_far: Deducted) -> Undone:
    """`undone` less what the goods that are kept would have cost more (`owed` in all, so far).

    Never below zero; what cannot be kept back now is owed on. Money is kept back first, then what
    goes to tenders; when less is owed than was kept back, tenders get theirs first.
    """
    due = min(owed - so_far.amount_minor, undone.refund_minor)
    if not due and not so_far.amount_minor:
        return undone
    tenders, kept = dict(undone.tenders), dict(so_far.tenders)
    sign, of = (1, undone.tenders) if due > 0 else (-1, so_far.tenders)
    rest = max(0, due - undone.money_minor) if due > 0 else -due
    for key, most in of.items():
        part = min(most, rest)
        add(tenders, key, -sign * part)
        add(kept, key, sign * part)
        rest -= part
    reasons = undone.reasons
    if due > 0:
        reasons = (*reasons, Reason.of("return.deducted", kept_minor=due))
    return replace(
        undone,
        refund_minor=undone.refund_minor - due,
        spend_minor=undone.spend_minor - due,
        tenders={key: amount for key, amount in tenders.items() if amount},
        deducted=Deducted(
            so_far.amount_minor + due, {key: amount for key, amount in kept.items() if amount}
        ),
        deduction_minor=due,
        reasons=reasons,
    )


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
    _check_lots(programme, book, sold, undone)
    at = max(at, sold.occurred_at)
    policy, document = programme.document.returns, programme.document
    grace = (
        None if policy.expired_grace.is_zero else add_time(at, policy.expired_grace, programme.zone)
    )
    own = {key: amount for key, amount in undone.tenders.items() if key in document.currencies}
    for currency, amount in (*undone.restored.items(), *own.items()):
        if amount:
            parts = back_from(sold.taken[currency], restored_before.get(currency, 0), amount)
            book.give_back(currency, parts, at=at, grace=grace)
    taken_back: dict[str, int] = {}
    reasons = list(undone.reasons)
    for currency, amount in undone.reversed.items():
        floor = document.currencies[currency].floor
        done = book.take_back(sold.id, currency, amount, policy=policy.earned, floor=floor)
        taken_back[currency] = done
        if done < amount:
            reasons.append(Reason.of("return.forgiven", currency=currency, amount=amount - done))
    moved = counters_back(sold, undone)
    if undone.spend_minor and book.has_counter(TURNOVER):
        moved.append((TURNOVER, 0, -undone.spend_minor))
    for key, period, delta in moved:
        book.count(key, period, delta)
    visits = -1 if undone.is_whole and not all(line.is_money for line in sold.lines) else 0
    entry = Entry(
        micros(sold.occurred_at),
        -undone.spend_minor,
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
        facts=facts_of([entry], moved, grants, sale=str(sold.id)),
    )
    return replace(undone, taken_back=taken_back, reasons=tuple(reasons))


def restored_so_far(
    sold: Sold, returned: Mapping[str, int], deducted: Deducted = NOTHING_DEDUCTED
) -> dict[str, int]:
    """How many points and how much stored value earlier returns gave back, by currency."""
    sums: dict[str, int] = {}
    for line in sold.lines:
        done = returned.get(line.id, 0)
        if not done:
            continue
        for currency, amount in line.paid.items():
            add(sums, currency, share(amount, done, line.quantity))
        for key, part in tendered(line, done).items() if line.tenders else ():
            add(sums, key, part)
    for key, amount in deducted.tenders.items():
        add(sums, key, -amount)
    return sums


def _check_lots(programme: Compiled, book: Book, sold: Sold, undone: Undone) -> None:
    """See that the lots which paid, and those the sale brought, are at hand, used up or not."""
    if not book.has_lots:
        raise NotLoaded(lots=True)
    own = programme.document.currencies  # gift cards have books of their own
    paid = {part.lot for code, parts in sold.taken.items() if code in own for part in parts}
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


def counters_back(sold: Sold, undone: Undone) -> list[tuple[str, int, int]]:
    """The counters of earning limits and promotions give back what the goods had used of them."""
    before = {
        line: undone.returned[line] - quantity for line, quantity in undone.quantities.items()
    }
    by_rule: dict[str, int] = {}
    for line in sold.lines:
        if undone.quantities.get(line.id):
            for rule, amount in line.by_rule.items():
                back = _between(amount, before[line.id], undone.returned[line.id], line.quantity)
                add(by_rule, rule, back)
    counters = []
    for key, period, delta in sold.counters:
        kind, _, rest = key.partition(":")
        name = rest.partition(":")[0]
        if kind in PROMOTION_COUNTERS:
            back = part_back(sold, before, undone.returned, kind, frozenset({name}), delta)
        else:
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
