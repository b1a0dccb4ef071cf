"""Receipts, returns and events of customers replayed under one programme by the engine of the till.

Each member has a running book; everything is decided and written by what decides and writes at the
till. One replay takes customers whose histories do not touch others'; its sums add up with those of
other replays (`replayed.joined`). Limits that all members share are counted and not enforced: what is
left of them would hang on who came before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from regulars.core.calendar import add
from regulars.core.economics.behaviour import NO_POINT, Behaviour, Point
from regulars.core.economics.listening import Account, Ears
from regulars.core.economics.replayed import Replayed
from regulars.core.ledger.lots import Taken
from regulars.core.money import Rounding, divide
from regulars.core.programme.compiled import Compiled, MoneyPayment
from regulars.core.promotions.result import NOTHING, Presented
from regulars.core.purchase import Event, Receipt
from regulars.core.rewards.gift_card import list_loads
from regulars.core.till.commit import check_member, check_receipt, commit, memberships
from regulars.core.till.decision import Decision, MemberFacts, PaymentNotPossible
from regulars.core.till.events import write_event
from regulars.core.till.given_back import given_back
from regulars.core.till.pricing import MONEY_KINDS
from regulars.core.till.promoting import nobody
from regulars.core.till.quote import Wish, decide, promoted_buyer
from regulars.core.till.recompute import owed_for_kept
from regulars.core.till.returns import (
    NOTHING_DEDUCTED,
    Deducted,
    ReturnTooLate,
    Undone,
    deduct,
    restored_so_far,
    undo,
    write_return,
)
from regulars.core.till.sold import Sold, sold_here
from regulars.core.till.terms import Terms, terms_of

NO_WISH: Wish = {}
_TRIES = 8  # at most, to pay what was recorded as far as it can be


class Asked(NamedTuple):
    """What came with a receipt: codes, coupons, claims and offers, and what it was paid with."""

    presented: Presented = NOTHING
    paid: Wish = NO_WISH


NOTHING_ASKED = Asked()


@dataclass(slots=True)
class Kept:
    """A sale as it was decided here, and what of it has come back since."""

    id: UUID
    receipt: Receipt
    decision: Decision
    account: Account | None
    taken: Mapping[str, Sequence[Taken]]
    sold: Sold | None = None
    returned: Mapping[str, int] | None = None
    deducted: Deducted = NOTHING_DEDUCTED

    def move_lots(self, offset: int) -> None:
        """The member's books went into another's, every lot by so many numbers further."""
        self.taken = {
            code: tuple(Taken(lot + offset, amount) for lot, amount in parts)
            for code, parts in self.taken.items()
        }
        self.sold = None


class Replay:
    """One candidate over some customers; `close` gives what it came to."""

    def __init__(
        self,
        programme: Compiled,
        behaviour: Behaviour,
        point: Point = NO_POINT,
        *,
        seed: int = 1,
        now: datetime,
    ) -> None:
        self.programme = programme
        self._terms: Terms = terms_of(programme)
        self._policy = programme.document.timing
        self._behaviour = behaviour
        self._point = point
        self._seed = seed
        self._now = now
        self._ears = Ears(programme)
        self._accounts: dict[UUID, Account] = {}
        self._ids = 0
        self._share = float(behaviour.share)
        self._once_more = float(point.frequency)
        self._pays = tuple(sorted(self._terms.pays))
        self._least = {
            code: max(1, pays.minimum if isinstance(pays, MoneyPayment) else pays.units)
            for code, pays in self._terms.pays.items()
        }
        self._promotes = bool(programme.promotions)
        self._responds = any(point)
        self._asked_for = frozenset(
            p.id for p in programme.document.promotions if p.enabled and p.trigger.kind != "auto"
        )

    def account(self, facts: MemberFacts, key: int) -> Account:
        """The member's account, opened where it is not yet; `key` is the member's in the table."""
        found = self._accounts.get(facts.id)
        if found is None:
            found = self._accounts[facts.id] = self._ears.open(facts, key)
        return found

    def sell(self, account: Account | None, receipt: Receipt, asked: Asked = NOTHING_ASKED) -> Kept:
        """Decide a receipt and write it into the member's book; None: nobody's.

        With a response, members' extra visits and larger checks come of it too. Raises what
        `check_member`, `check_receipt`, `decide` and `commit` raise.
        """
        if account is None or not self._responds:
            return self._sell(account, receipt, asked)
        if self._point.check:
            receipt = _dearer(receipt, 1 + self._point.check)
        once_more = account.visit(self._seed).random() < self._once_more
        before = account.last_at
        account.last_at = receipt.occurred_at
        if once_more and before is not None and before < receipt.occurred_at:
            middle = before + (receipt.occurred_at - before) / 2
            self._sell(account, _again(receipt, middle), asked)
        kept = self._sell(account, receipt, asked)
        if once_more and (before is None or before >= receipt.occurred_at):
            self._sell(account, _again(receipt, receipt.occurred_at), asked)
        return kept

    def give_back(self, kept: Kept, lines: Mapping[str, int] | None, at: datetime) -> Undone:
        """Goods of a sale come back, as the till takes them. Raises ReturnTooLate and what `undo` raises."""
        programme, account = self.programme, kept.account
        within = programme.document.returns.within
        if within and add(kept.receipt.occurred_at, within, programme.zone) < at:
            raise ReturnTooLate(pointer="/occurred_at")
        sold = self._sold(kept)
        before = kept.returned or {}
        undone = undo(sold, before, lines)
        back = given_back(programme, sold, before, undone.returned)
        if account is not None:
            account.book.settle_to(at, programme.version)
            account.book.with_all_lots()
        if programme.document.returns.promotions == "recompute":
            undone = deduct(undone, self._owed(kept, sold, undone), kept.deducted)
        if account is not None:
            restored = restored_so_far(sold, before, kept.deducted)
            account.book.posted_at = at
            undone = write_return(
                programme, account.book, sold, undone, restored, source=self.new_id(), at=at
            )
        kept.returned, kept.deducted = undone.returned, undone.deducted
        self._ears.returned(account, undone, back.allowances, at)
        return undone

    def happen(self, account: Account, event: Event) -> None:
        """Award an event that is no purchase. Raises MemberNotActive."""
        check_member(account.facts)
        at = event.occurred_at
        account.book.settle_to(at, self.programme.version)
        tier = self._tier(account, at)
        write_event(self.programme, account.book, account.facts, tier, event, source=self.new_id())

    def close(self, until: datetime) -> Replayed:
        """What it all came to, with everything that is due up to `until` posted."""
        for account in self._accounts.values():
            account.book.settle_to(until, self.programme.version)
        return self._ears.close(self._accounts.values(), until)

    def look(self, account: Account, at: datetime) -> None:
        """Take note of the months that are over before something happens to a member."""
        self._tier(account, at)

    def leave(self, account: Account, at: datetime) -> None:
        """A member goes into another's membership."""
        self._ears.leave(account, at)

    def note(self, key: tuple[object, ...], amount: int = 1) -> None:
        """Count something that the caller wants to have counted."""
        self._ears.note(key, amount)

    def new_id(self) -> UUID:
        """A name for an entry, different from all others of this replay."""
        self._ids += 1
        return UUID(int=self._ids)

    def _sell(self, account: Account | None, receipt: Receipt, asked: Asked) -> Kept:
        programme, at = self.programme, receipt.occurred_at
        member = None if account is None else account.facts
        check_member(member)
        check_receipt(receipt, self._policy, programme, now=min(self._now, at))
        presented = self._presented(asked)
        sale = self.new_id()
        if account is None:
            decision = decide(programme, None, None, "", receipt, NO_WISH, presented)
            self._ears.sold(None, receipt, decision, "")
            return Kept(sale, receipt, decision, None, {})
        book = account.book
        book.settle_to(at, programme.version)
        tier = self._tier(account, at)
        decision = self._decide(account, tier, receipt, presented, asked)
        if self._terms.stored:
            decision = self._with_loads(receipt, decision)
        taken = commit(programme, book, receipt, decision, sale=sale)
        self._ears.sold(account, receipt, decision, tier)
        return Kept(sale, receipt, decision, account, taken)

    def _presented(self, asked: Asked) -> Presented:
        """What came with the receipt, as far as this programme knows it."""
        presented = asked.presented
        if not self._promotes or presented is NOTHING:
            return NOTHING
        known = self._asked_for
        return presented._replace(
            claims={id: times for id, times in presented.claims.items() if id in known},
            offers={id: offer for id, offer in presented.offers.items() if id in known},
        )

    def _decide(
        self, account: Account, tier: str, receipt: Receipt, presented: Presented, asked: Asked
    ) -> Decision:
        book, member = account.book, account.facts
        wish = self._wish(account, asked)
        for _ in range(_TRIES):
            try:
                return decide(self.programme, book, member, tier, receipt, wish, presented)
            except PaymentNotPossible as refused:  # only what was recorded asks for exact amounts
                wish = self._less(wish, refused)
        return decide(self.programme, book, member, tier, receipt, NO_WISH, presented)

    def _wish(self, account: Account, asked: Asked) -> Wish:
        kind = self._behaviour.kind
        if kind == "never":
            return NO_WISH
        if kind == "recorded":
            known = self.programme.currencies
            return {code: amount for code, amount in asked.paid.items() if code in known}
        if kind == "share" and account.purse(self._seed).random() >= self._share:
            return NO_WISH
        book = account.book
        return {code: None for code in self._pays if self._is_enough(code, book.available(code))}

    def _is_enough(self, code: str, balance: int) -> bool:
        """Whether they want to pay with it, and could: less than the least pays nothing anyway."""
        if balance < self._least[code]:
            return False
        if self._behaviour.kind == "from":
            money = self.programme.currencies[code].money
            if money is not None:
                return balance * money.worth[0] >= self._behaviour.least_minor * money.worth[1]
        return True

    def _less(self, wish: Wish, refused: PaymentNotPossible) -> Wish:
        """As much of what was recorded as can be paid under this programme."""
        code = str(refused.params["currency"])
        least, most, step = (int(str(refused.params[name])) for name in ("least", "most", "step"))
        wanted = wish.get(code) or 0
        amount = min(wanted, most)
        amount -= amount % step
        less = {other: exact for other, exact in wish.items() if other != code}
        if amount >= least and 0 < amount < wanted:
            less[code] = amount
        self.note(("gap", "simulation.gap_recorded"))
        return less

    def _tier(self, account: Account, at: datetime) -> str:
        if self._terms.rungs is None:
            return ""
        return self._ears.tier_at(account, at)

    def _with_loads(self, receipt: Receipt, decision: Decision) -> Decision:
        """Top-ups of stored value; what gift cards hold is kept elsewhere."""
        lines = tuple(line for line in receipt.lines if line.kind in MONEY_KINDS and not line.card)
        if not lines:
            return decision
        loads = list_loads(self.programme, receipt._replace(lines=lines), {}, has_member=True)
        return decision._replace(loads=loads)

    def _sold(self, kept: Kept) -> Sold:
        if kept.sold is None:
            grants = memberships(self._terms, self.programme, kept.receipt, kept.id)
            kept.sold = sold_here(kept.id, kept.receipt, kept.decision, kept.taken, grants)
        return kept.sold

    def _owed(self, kept: Kept, sold: Sold, undone: Undone) -> int:
        receipt, account = kept.receipt, kept.account
        if account is None:
            buyer = nobody(receipt)
        else:
            tier = kept.decision.tier
            buyer = promoted_buyer(
                self.programme, account.book, account.facts, tier, receipt.occurred_at
            )
            buyer = buyer._replace(visits=max(0, buyer.visits - 1), counters={})
        member = account is not None
        return owed_for_kept(self.programme, sold, receipt, buyer, undone.returned, member=member)


def _dearer(receipt: Receipt, factor: Fraction) -> Receipt:
    num, den = factor.as_integer_ratio()
    lines = []
    for line in receipt.lines:
        amount = divide(line.amount_minor * num, den, Rounding.HALF_UP)
        price = divide(line.price_minor * num, den, Rounding.HALF_UP)
        lines.append(line._replace(amount_minor=amount, price_minor=price))
    return receipt._replace(lines=tuple(lines))


def _again(receipt: Receipt, at: datetime) -> Receipt:
    return receipt._replace(number=f"{receipt.number}+", occurred_at=at)
