"""A shop in memory: the core's decisions on stored books, driven as the till drives them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from core.ledger.store import Store
from make import identity, member

from regulars.core.calendar import add, micros
from regulars.core.ledger.accounts import ADJUSTED, State, Wallet
from regulars.core.ledger.audit import Difference, Standards
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.lots import Taken
from regulars.core.ledger.merge import merge_books
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import NOTHING, Presented
from regulars.core.purchase import Event, Line, Receipt
from regulars.core.tiers import Entry, Grant, Standing
from regulars.core.till.commit import commit, facts_of, memberships
from regulars.core.till.decision import Decision, PointsInsufficient
from regulars.core.till.events import write_event
from regulars.core.till.quote import decide, promoted_buyer
from regulars.core.till.recompute import owed_for_kept
from regulars.core.till.returns import (
    NOTHING_DEDUCTED,
    Deducted,
    Undone,
    deduct,
    restored_so_far,
    undo,
    write_return,
)
from regulars.core.till.sold import Brought, IssuedCodes, Means, Sold, sold_lines
from regulars.core.till.standing import note_entry, standing_at
from regulars.core.till.tenders import Funds
from regulars.core.till.terms import new_lot, terms_of

T = TypeVar("T")


@dataclass
class Sale:
    """A committed sale and what has come back of it."""

    who: str
    programme: Compiled
    sold: Sold
    decision: Decision
    returned: Mapping[str, int]
    receipt: Receipt
    tier: str
    deducted: Deducted = NOTHING_DEDUCTED


class Shop:
    """One programme, any number of members; each act is a decision that is saved at once."""

    def __init__(self, programme: Compiled) -> None:
        self.programme = programme
        self.known = [programme]  # every version that was ever in force
        self.store = Store()
        self.sales: dict[str, Sale] = {}
        self.spent: dict[str, tuple[str, dict[str, Sequence[Taken]]]] = {}
        self.moved: dict[str, dict[str, int]] = {}  # member → offsets of those merged into it

    def use(self, programme: Compiled) -> None:
        """From now on another version is in force."""
        self.programme = programme
        self.known.append(programme)

    def sell(
        self,
        who: str,
        name: str,
        at: datetime,
        lines: Sequence[Line],
        *,
        pay: Mapping[str, int | None] | None = None,
        let_go: str | None = None,
        presented: Presented = NOTHING,
        funds: Sequence[Funds] = (),
    ) -> Sale:
        """Commit a receipt; `let_go` names a hold that ends with it."""
        receipt = Receipt(name, "store-1", "till-1", at, tuple(lines))
        programme, source = self.programme, identity(f"sale {name}")

        def act(book: Book) -> Sale:
            if let_go in book.holds:
                book.release(let_go)
            tier = self._tier(book, programme, at)
            decision = decide(
                programme, book, member(who), tier, receipt, pay or {}, presented, funds
            )
            taken = commit(programme, book, receipt, decision, sale=source)
            sold = sold_of(source, receipt, decision, taken, programme)
            return Sale(who, programme, sold, decision, {}, receipt, tier)

        sale = self._write(who, at, act, lots="open" if pay or let_go else "due")
        self.sales[name] = sale
        return sale

    def take_back(
        self, name: str, at: datetime, wanted: Mapping[str, int] | None = None, *, as_: str = ""
    ) -> Undone:
        """Goods of a sale come back, under the version that sold them; all that is left by default."""
        sale = self.sales[name]
        number = sum(1 for t in self._transactions(sale.who) if t.kind == "return")
        source = identity(f"return {as_ or name} {number}")
        shares = undo(sale.sold, sale.returned, wanted)

        def act(book: Book) -> Undone:
            before = restored_so_far(sale.sold, sale.returned, sale.deducted)
            undone = shares
            if sale.programme.document.returns.promotions == "recompute":
                buyer = promoted_buyer(
                    sale.programme, book, member(sale.who), sale.tier, sale.sold.occurred_at
                )
                owed = owed_for_kept(
                    sale.programme,
                    sale.sold,
                    sale.receipt,
                    buyer._replace(visits=max(0, buyer.visits - 1), counters={}),
                    undone.returned,
                    member=True,
                )
                undone = deduct(undone, owed, sale.deducted)
            return write_return(
                sale.programme, book, sale.sold, undone, before, source=source, at=at
            )

        done = self._write(sale.who, at, act, programme=sale.programme, lots="all", history=True)
        sale.returned, sale.deducted = done.returned, done.deducted
        return done

    def hold(
        self, who: str, key: str, currency: str, amount: int, at: datetime, until: datetime
    ) -> None:
        """Set points aside."""

        def act(book: Book) -> None:
            if book.available(currency) < amount:
                raise PointsInsufficient(currency=currency)
            book.hold(key, currency, amount, until)
            self._record(book, "hold", at)

        self._write(who, at, act, lots="open")

    def release(self, who: str, key: str, at: datetime) -> None:
        """Cancel a hold; one that has ended already is left alone."""

        def act(book: Book) -> None:
            if key in book.holds:
                book.release(key)
                self._record(book, "release", at)

        self._write(who, at, act, lots="open")

    def event(self, who: str, kind: str, at: datetime, reference: str = "") -> dict[str, int]:
        """Something other than a purchase; what it earned."""
        programme, source = self.programme, identity(f"event {who} {kind} {at} {reference}")

        def act(book: Book) -> dict[str, int]:
            tier = self._tier(book, programme, at)
            event = Event(kind, at, reference)
            earnings = write_event(programme, book, member(who), tier, event, source=source)
            return {award.currency: award.amount for award in earnings.awards}

        return self._write(who, at, act)

    def adjust(self, who: str, currency: str, amount: int, at: datetime) -> None:
        """Correct a wallet, as `adjust_points` does. Raises PointsInsufficient."""
        source = identity(f"adjust {who} {currency} {amount} {at}")
        terms = self.programme.document.currencies[currency]

        def act(book: Book) -> None:
            if amount > 0:
                lot = new_lot(terms, currency, source, amount, at, self.programme.zone)
                book.earn(lot._replace(active_at=at, active=True), ADJUSTED)
            else:
                if book.available(currency) < -amount:
                    raise PointsInsufficient(currency=currency)
                book.spend(currency, -amount, ADJUSTED)
            entry = Entry(micros(at), 0, 0, {currency: amount})
            note_entry(book, entry, terms_of(self.programme).rungs)
            self._record(book, "adjust", at, source, entries=[entry])

        self._write(who, at, act, lots="all", history=True)

    def redeem(self, who: str, name: str, currency: str, amount: int, at: datetime) -> None:
        """Spend points on something that is not a receipt. Raises PointsInsufficient."""

        def act(book: Book) -> Sequence[Taken]:
            if book.available(currency) < amount:
                raise PointsInsufficient(currency=currency)
            taken = book.spend(currency, amount)
            self._record(book, "spend", at, identity(f"reward {name}"))
            return taken

        self.spent[name] = (who, {currency: self._write(who, at, act, lots="open")})

    def cancel_redemption(self, name: str, at: datetime) -> None:
        """Give back in full what `redeem` spent."""
        who, taken = self.spent.pop(name)
        policy = self.programme.document.returns

        def act(book: Book) -> None:
            grace = add(at, policy.expired_grace, self.programme.zone)
            for currency, parts in taken.items():
                ends = None if policy.expired_grace.is_zero else grace
                book.give_back(currency, parts, at=at, grace=ends)
            self._record(book, "unspend", at, identity(f"reward {name}"))

        self._write(who, at, act, lots="all")

    def grant(self, who: str, tier: str, at: datetime, until: datetime | None) -> None:
        """Put a member on a level for a time."""

        def act(book: Book) -> None:
            grant = Grant(tier, micros(at), until and micros(until), f"grant {who} {tier} {at}")
            book.grant(grant)
            self._record(book, "grant", at, grants=[grant])

        self._write(who, at, act)

    def merge(self, loser: str, winner: str, at: datetime) -> None:
        """Make two members one."""
        books = [self._open(who, at, self.programme, "all", True) for who in (loser, winner)]
        kept = self.store.kept.get(identity(loser))
        lost = self.store.load(identity(loser), at, "").state if kept else State()
        merge_books(
            *books,
            lost,
            loser_id=identity(loser),
            winner_id=identity(winner),
            rungs=terms_of(self.programme).rungs,
            version=self.programme.version,
            offsets=self.moved.get(loser, {}),
            about={},
            at=at,
            floors={code: c.floor for code, c in self.programme.currencies.items()},
        )
        offset = (
            self.store.kept[identity(winner)].lots if identity(winner) in self.store.kept else {}
        )
        self._move_sales(loser, winner, max(offset, default=0))
        for book in books:
            self.store.save(book.close())

    def settle(self, who: str, at: datetime) -> None:
        """Post what the clock has brought, as the nightly job does."""
        self._write(who, at, lambda book: None, lots="open")

    def look(self, who: str, at: datetime) -> Book:
        """The books as they are right at `at`; nothing is saved."""
        return self._open(who, at, self.programme, "open", True)

    def wallet(self, who: str, at: datetime, currency: str = "points") -> Wallet:
        """What the member holds at `at`, whether or not any job has run."""
        return self.look(who, at).wallet(currency)

    def standing(self, who: str, at: datetime) -> Standing | None:
        """The member's tier."""
        return standing_at(self.look(who, at), terms_of(self.programme).rungs, at)

    def differences(self) -> list[Difference]:
        """What the audit of every member's books finds."""
        rungs = [found for version in self.known if (found := terms_of(version).rungs)]
        standards = Standards(
            {r.fingerprint: r for r in rungs}, self._floors(), self.programme.zone
        )
        return [
            difference
            for who in self.store.kept
            for difference in self.store.differences(who, standards)
        ]

    def _floors(self) -> dict[str, int | None]:
        """How far down each currency may go under the most lenient version."""
        floors: dict[str, int | None] = {}
        for version in self.known:
            negative = version.document.returns.earned == "negative"
            for code, currency in version.currencies.items():
                lowest, floor = floors.get(code, 0), currency.floor if negative else 0
                floors[code] = None if None in (floor, lowest) else min(floor or 0, lowest or 0)
        return floors

    def _tier(self, book: Book, programme: Compiled, at: datetime) -> str:
        found = standing_at(book, terms_of(programme).rungs, at)
        return found.tier if found else ""

    def _open(self, who: str, at: datetime, programme: Compiled, lots: str, history: bool) -> Book:
        ladder = terms_of(programme).fingerprint
        account = self.store.load(identity(who), at, ladder, lots=lots, history=history)
        book = Book(account, zone=programme.zone, posted_at=at)
        if account.next_due is not None and account.next_due <= micros(at):
            settle(book, at=at, version=programme.version, zone=programme.zone)
        return book

    def _write(
        self,
        who: str,
        at: datetime,
        act: Callable[[Book], T],
        *,
        programme: Compiled | None = None,
        lots: str = "due",
        history: bool = False,
    ) -> T:
        """Load, decide (again with more where more is needed), save."""
        while True:
            book = self._open(who, at, programme or self.programme, lots, history)
            try:
                done = act(book)
            except NotLoaded as missing:
                if (missing.lots, lots) == (True, "all") or missing.history is history is True:
                    raise  # it was there
                lots = "all" if missing.lots else lots
                history = history or missing.history
                continue
            self.store.save(book.close())
            return done

    def _record(
        self,
        book: Book,
        kind: str,
        at: datetime,
        source: UUID | None = None,
        *,
        entries: Sequence[Entry] = (),
        grants: Sequence[Grant] = (),
    ) -> None:
        book.record_transaction(
            kind,
            at,
            source=source,
            version=self.programme.version,
            facts=facts_of(entries, (), grants),
        )

    def _transactions(self, who: str) -> Sequence[object]:
        return self.store.kept[identity(who)].transactions

    def _move_sales(self, loser: str, winner: str, offset: int) -> None:
        moved = {name: offset + before for name, before in self.moved.pop(loser, {}).items()}
        self.moved[winner] = {**self.moved.get(winner, {}), **moved, str(identity(loser)): offset}
        for sale in self.sales.values():
            if sale.who == loser:
                sale.who = winner
                taken = {
                    code: tuple(Taken(lot + offset, amount) for lot, amount in parts)
                    for code, parts in sale.sold.taken.items()
                }
                sale.sold = replace(sale.sold, taken=taken)


def sold_of(
    sale: UUID,
    receipt: Receipt,
    decision: Decision,
    taken: Mapping[str, Sequence[Taken]],
    programme: Compiled,
) -> Sold:
    """A sale as returns see it, out of its decision."""
    means = [
        Means(p.currency, p.shares, p.units, False, not any(p.items)) for p in decision.payments
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
        memberships(terms_of(programme), programme, receipt, sale),
        decision.allowances,
        decision.coupons,
        [
            IssuedCodes(one, tuple(f"{sale}-{one.by}-{n}" for n in range(one.count)))
            for one in decision.issued
        ],
        decision.discounts,
        [(answer.code, answer.promotion) for answer in decision.codes if answer.accepted],
    )
