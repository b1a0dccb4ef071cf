"""The working copy of one account: opened on a loaded account, written by a decision, closed into changes.

Every method keeps the books in step: each posting has its lot move. `record_transaction` closes what
was written since into one balanced, chained transaction; `close` gives what has to be saved.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import micros
from regulars.core.ledger.accounts import (
    ACTIVE,
    ADJUSTED,
    EXPIRED,
    HELD,
    ISSUED,
    PENDING,
    REDEEMED,
    TRANSFERRED,
    Account,
    Hold,
    Transaction,
)
from regulars.core.ledger.draft import Draft
from regulars.core.ledger.lots import Lot, Taken, take
from regulars.core.tiers import Entry


class Book(Draft):
    """One member's books with the operations that decisions write."""

    def __init__(self, account: Account, *, zone: ZoneInfo, posted_at: datetime) -> None:
        super().__init__(account, zone=zone, posted_at=posted_at)
        self._freed: set[int] = set()  # lots whose hold was let go since the last transaction

    def earn(self, lot: Lot, account: str = ISSUED) -> int:
        """Enter a new lot out of a system account (its number is given here); returns the number."""
        assert lot.amount > 0
        self.last_lot += 1
        lot = Lot(self.last_lot, *lot[1:9], lot.amount, 0, 0, lot.active)
        self.new_lots.add(lot.number)
        self.put(lot)
        self.post(lot.currency, account, -lot.amount)
        self.post(lot.currency, ACTIVE if lot.active else PENDING, lot.amount)
        self.bear(lot)
        if not lot.active:
            self.due(micros(lot.active_at))
        expires = self.expiry(lot)
        self.due(None if expires is None else micros(expires))
        if lot.active:
            self._net_debts(lot.currency)
        return lot.number

    def bear(self, lot: Lot) -> None:
        """Note that a lot came into the world."""
        self.moves.append(_birth(lot))

    def transfer_out(self, number: int) -> Lot:
        """Send what is left of an unheld lot (or debt) to another account; returns it as it was."""
        lot = self.lots[number]
        assert not lot.held, "a held lot stays where it is"
        self.move(number, remaining=-lot.remaining)
        self.post(lot.currency, ACTIVE if lot.active else PENDING, -lot.remaining)
        self.post(lot.currency, TRANSFERRED, lot.remaining)
        return lot

    def settle_debts(self) -> None:
        """Let points pay debts in every currency, after lots came from elsewhere."""
        for currency in sorted({lot.currency for lot in self.lots.values()}):
            self._net_debts(currency)

    def forgive(self, currency: str, amount: int) -> None:
        """Write off exactly `amount` of the debts of a currency, the oldest first."""
        due = amount
        for lot in sorted(self.lots.values(), key=lambda lot: lot.number):
            part = min(due, -lot.remaining) if lot.currency == currency else 0
            if part > 0:
                self.move(lot.number, remaining=part)
                due -= part
        assert not due, "forgave more than is owed"
        self.post(currency, ACTIVE, amount)
        self.post(currency, ADJUSTED, -amount)

    def adopt(self, lot: Lot) -> None:
        """Take over a lot from another member's books, with its times and with what is left of it."""
        self.last_lot += 1
        number, left, expired = self.last_lot, lot.remaining, lot.expired
        whole = lot._replace(number=number, remaining=lot.amount, held=0, expired=0)
        self.new_lots.add(number)
        self.put(whole)
        self.bear(whole)
        if left != lot.amount or expired:
            self.move(number, remaining=left - lot.amount, expired=expired)
        self.post(lot.currency, TRANSFERRED, -left)
        self.post(lot.currency, ACTIVE if lot.active else PENDING, left)

    def spend(self, currency: str, amount: int, account: str = REDEEMED) -> tuple[Taken, ...]:
        """Spend exactly `amount` of what is available, soonest expiry first."""
        taken = take(self.lots.values(), currency, amount, self.expiry)
        assert sum(part.amount for part in taken) == amount, "spent more than is available"
        for number, part in taken:
            self.move(number, remaining=-part)
        self.post(currency, ACTIVE, -amount)
        self.post(currency, account, amount)
        return taken

    def hold(self, key: str, currency: str, amount: int, until: datetime) -> None:
        """Set `amount` aside under `key` until committed, released or `until`.

        What is held does not expire: it is decided on when the hold ends.
        """
        assert amount > 0, "a hold of nothing"
        assert key not in self.holds, "a hold is made once"
        taken = take(self.lots.values(), currency, amount, self.expiry)
        assert sum(part.amount for part in taken) == amount, "held more than is available"
        for number, part in taken:
            self.move(number, held=part)
        self.post(currency, ACTIVE, -amount)
        self.post(currency, HELD, amount)
        lots = tuple((part.lot, part.amount) for part in taken)
        self.held[key] = Hold(currency, amount, micros(until), lots)
        self.open_holds = {**self.holds, key: self.held[key]}

    def release(self, key: str) -> None:
        """Let a hold go: its points can be spent by what follows in the same transaction.

        What of them is then still there and has expired meanwhile, expires with that transaction.
        """
        hold = self._drop_hold(key)
        for number, part in hold.lots:
            self.move(number, held=-part)
            self._freed.add(number)
        self.post(hold.currency, HELD, -hold.amount)
        self.post(hold.currency, ACTIVE, hold.amount)

    def record_transaction(
        self,
        kind: str,
        occurred_at: datetime,
        *,
        source: UUID | None,
        version: int,
        facts: Mapping[str, Any],
    ) -> Transaction:
        """Close what was written since the last call into one balanced, chained transaction."""
        if self._freed:
            self._end_holds(occurred_at)
        return super().record_transaction(
            kind, occurred_at, source=source, version=version, facts=facts
        )

    def _end_holds(self, at: datetime) -> None:
        """Let the points that were held meet what the hold kept from them: expiry, then debts."""
        freed = sorted(self._freed)
        self._freed.clear()
        for number in freed:
            lot = self.lots[number]
            expires = self.expiry(lot)
            if lot.free > 0 and expires is not None and expires <= at:
                self.expire(number)
        self.settle_debts()

    def give_back(
        self, currency: str, parts: Iterable[Taken], *, at: datetime, grace: datetime | None
    ) -> None:
        """Return spent points to the lots they came from; expired ones live on until `grace`.

        Without a grace they come back expired.
        """
        late = 0
        for number, amount in parts:
            lot = self.lots[number]
            expires = self.expiry(lot)
            if expires is None or at < expires:
                self.move(number, remaining=amount)
                self.post(currency, ACTIVE, amount)
            elif grace is None:
                self.move(number, expired=amount)
                self.post(currency, EXPIRED, amount)
            else:
                late += amount
            self.post(currency, REDEEMED, -amount)
        if late:
            assert grace is not None
            self._revive(currency, late, at, grace)
        self._net_debts(currency)

    def take_back(
        self, source: UUID, currency: str, amount: int, *, policy: str, floor: int | None
    ) -> int:
        """Undo `amount` earned by `source`; returns how much was actually taken back.

        First what is left of the lot itself, then what of it has expired (that costs the member
        nothing), then by `policy`: nothing more (`pending_only`), other lots (`within_balance`), or
        other lots and a debt down to `floor` (`negative`).
        """
        due = amount
        own = [
            lot for lot in self.lots.values() if lot.source == source and lot.currency == currency
        ]
        for lot in sorted(own, key=lambda lot: lot.number):
            if lot.active and policy == "pending_only":
                continue
            due -= self._unissue(lot.number, min(due, max(0, lot.free)))
        for lot in own:
            part = min(due, self.lots[lot.number].expired)
            if part:
                self.move(lot.number, expired=-part)
                self.post(currency, EXPIRED, -part)
                self.post(currency, ISSUED, part)
                due -= part
        if due and policy != "pending_only":
            for number, part in take(self.lots.values(), currency, due, self.expiry):
                due -= self._unissue(number, part)
        if due and policy == "negative":
            due -= self._indebt(source, currency, due, floor)
        return amount - due

    def _unissue(self, number: int, amount: int) -> int:
        if amount:
            lot = self.lots[number]
            self.move(number, remaining=-amount)
            self.post(lot.currency, ACTIVE if lot.active else PENDING, -amount)
            self.post(lot.currency, ISSUED, amount)
        return amount

    def _indebt(self, source: UUID, currency: str, amount: int, floor: int | None) -> int:
        balance = self.wallet(currency).active
        allowed = amount if floor is None else max(0, min(amount, balance - floor))
        if allowed:
            self.last_lot += 1
            debt = _plain_lot(self.last_lot, currency, source, self.posted_at, -allowed)
            self.new_lots.add(debt.number)
            self.put(debt)
            self.bear(debt)
            self.post(currency, ACTIVE, -allowed)
            self.post(currency, ISSUED, allowed)
        return allowed

    def _revive(self, currency: str, amount: int, at: datetime, until: datetime) -> None:
        self.last_lot += 1
        lot = _plain_lot(self.last_lot, currency, None, at, amount, until)
        self.new_lots.add(lot.number)
        self.put(lot)
        self.bear(lot)
        self.post(currency, ACTIVE, amount)

    def _net_debts(self, currency: str) -> None:
        """Let active points of the currency pay its debts; the balance stays as it is."""
        if self._lots is None or self._freed:  # points let go have to meet their expiry first
            return
        debts = [
            lot for lot in self._lots.values() if lot.currency == currency and lot.remaining < 0
        ]
        for debt in debts:
            owed = -debt.remaining
            for number, part in take(self._lots.values(), currency, owed, self.expiry):
                self.move(number, remaining=-part)
                self.move(debt.number, remaining=part)

    def _drop_hold(self, key: str) -> Hold:
        holds = dict(self.holds)
        hold = holds.pop(key)
        self.open_holds = holds
        if self.held.pop(key, None) is None:  # else it was never told of
            self.let_go.append(key)
        return hold

    def activate(self, number: int) -> None:
        """Post a pending lot as active."""
        lot = self.lots[number]
        self.put(lot._replace(active=True))
        self.moves.append(["~", number, 0, 0, 0, 1])
        self.post(lot.currency, PENDING, -lot.remaining)
        self.post(lot.currency, ACTIVE, lot.remaining)
        self._net_debts(lot.currency)

    def expire(self, number: int) -> None:
        """Post what is free of a lot as expired; what is held waits for its hold."""
        lot = self.lots[number]
        amount = lot.free
        self.move(number, remaining=-amount, expired=amount)
        self.post(lot.currency, ACTIVE if lot.active else PENDING, -amount)
        self.post(lot.currency, EXPIRED, amount)


def _birth(lot: Lot) -> list[Any]:
    """The lot move that brings a lot into the world: everything `Lot` needs to be made again."""
    return [
        "+",
        lot.number,
        lot.currency,
        None if lot.source is None else str(lot.source),
        micros(lot.earned_at),
        micros(lot.active_at),
        None if lot.expires_at is None else micros(lot.expires_at),
        lot.idle_days,
        lot.idle_months,
        lot.amount,
        int(lot.active),
    ]


def _plain_lot(
    number: int,
    currency: str,
    source: UUID | None,
    at: datetime,
    amount: int,
    expires_at: datetime | None = None,
) -> Lot:
    return Lot(number, currency, source, at, at, expires_at, 0, 0, amount, amount)


def qualifying_json(entry: Entry) -> list[Any]:
    """An entry as the facts of a transaction hold it."""
    return [entry.at, entry.spend, entry.visits, dict(entry.points)]
