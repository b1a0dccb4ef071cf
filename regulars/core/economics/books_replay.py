"""The histories of our own members replayed under every candidate: sales, returns, events, what else moved.

A member's entries are taken in the order in which the books took them. What is decided by rules is
decided anew; what people did (rewards taken, corrections, gifts to others, merges) is done again, as
far as the candidate's books allow it. A family is members whose books touch, by gifts or merges.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from regulars.core.calendar import Period, add, micros, period_number
from regulars.core.economics.file_replay import member_key
from regulars.core.economics.listening import Account
from regulars.core.economics.replay import Asked, Kept, Replay
from regulars.core.economics.replayed import GAP, Replayed
from regulars.core.ledger.accounts import ADJUSTED, State
from regulars.core.ledger.lots import Taken
from regulars.core.ledger.merge import merge_books
from regulars.core.ledger.transfer import GIVEN, transfer
from regulars.core.purchase import Event, Receipt
from regulars.core.refusal import Refused
from regulars.core.tiers import Entry, Grant
from regulars.core.till.commit import facts_of
from regulars.core.till.decision import MemberFacts
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import new_lot, terms_of

NOT_REPLAYED, NO_CURRENCY = "simulation.gap_not_replayed", "simulation.gap_currency"
GIVE, RECEIVE, MERGE, MERGED = "give", "receive", "merge", "merged"


class PastSale(NamedTuple):
    """A receipt of the books with what came with it."""

    id: UUID
    receipt: Receipt
    asked: Asked


class PastReturn(NamedTuple):
    """Goods of a sale that came back, thousandths by line."""

    sale: UUID
    lines: Mapping[str, int]
    at: datetime


class PastEvent(NamedTuple):
    """An event that earned something."""

    event: Event


class PastMove(NamedTuple):
    """Any other entry: its kind in the ledger, what it was about, and how much of which currency.

    `amounts` are what reached (above zero) or left the member; `active_at` is when an award ripens.
    `other` is whom it was given to or merged with.
    """

    kind: str
    at: datetime
    source: UUID | None
    amounts: Mapping[str, int]
    active_at: datetime | None = None
    grants: tuple[Grant, ...] = ()
    other: UUID | None = None


Step = PastSale | PastReturn | PastEvent | PastMove


class Chain(NamedTuple):
    """One member's entries in the order of the books; without a member: a nobody's sale and its returns."""

    member: MemberFacts | None
    steps: tuple[Step, ...]


Family = Sequence[Chain]


def replay_families(
    families: Iterable[Family], replays: Sequence[Replay], until: datetime
) -> list[Replayed]:
    """What each candidate comes to over these members."""
    for family in families:
        for replay in replays:
            _Family(family, replay).run()
    return [replay.close(until) for replay in replays]


class _Family:
    """One family under one candidate."""

    def __init__(self, family: Family, replay: Replay) -> None:
        self._replay = replay
        self._waiting = [(chain.member, deque(chain.steps)) for chain in family]
        self._accounts: dict[UUID, Account] = {}
        self._heads: dict[UUID, deque[Step]] = {}
        self._kept: dict[UUID, Kept] = {}
        self._spent: dict[UUID, tuple[Account, dict[str, tuple[Taken, ...]]]] = {}
        self._stays: dict[
            UUID, tuple[Account, int]
        ] = {}  # who was merged: into whom, lots moved by
        for member, steps in self._waiting:
            if member is not None:
                self._accounts[member.id] = replay.account(member, member_key(member))
                self._heads[member.id] = steps

    def run(self) -> None:
        """Every chain to its end; a step that needs another's books waits for that one to come so far."""
        while any(steps for _, steps in self._waiting):
            moved = False
            for member, steps in self._waiting:
                account = None if member is None else self._accounts[member.id]
                while steps and not self._must_wait(steps[0], account):
                    self._do(steps.popleft(), account)
                    moved = True
            if not moved:  # the books do not fit together: what waits for nobody is left out
                for _, steps in self._waiting:
                    if steps:
                        steps.popleft()
                        self._replay.note((GAP, NOT_REPLAYED))

    def _must_wait(self, step: Step, account: Account | None) -> bool:
        if not isinstance(step, PastMove) or step.other is None or account is None:
            return False
        heads = self._heads.get(step.other)
        if heads is None:
            return False
        head = heads[0] if heads else None
        if step.kind == GIVE:  # the taker has to be there
            return not _is_partner(head, RECEIVE, step.source)
        if step.kind == MERGE:  # the loser has to be at its end
            return not _is_partner(head, MERGED, account.facts.id)
        # Their counterparts wait to be taken along.
        return step.kind in (RECEIVE, MERGED)

    def _do(self, step: Step, account: Account | None) -> None:
        try:
            if isinstance(step, PastSale):
                self._kept[step.id] = self._replay.sell(account, step.receipt, step.asked)
            elif isinstance(step, PastReturn):
                self._give_back(step)
            elif account is None:
                self._replay.note((GAP, NOT_REPLAYED))
            elif isinstance(step, PastEvent):
                self._replay.happen(account, step.event)
            else:
                self._move(step, account)
        except Refused:
            self._replay.note((GAP, NOT_REPLAYED))

    def _give_back(self, step: PastReturn) -> None:
        kept = self._kept.get(step.sale)
        if kept is None:
            self._replay.note((GAP, NOT_REPLAYED))
            return
        while kept.account is not None and kept.account.facts.id in self._stays:
            kept.account, offset = self._stays[kept.account.facts.id]
            kept.move_lots(offset)
        self._replay.give_back(kept, step.lines, step.at)

    def _move(self, step: PastMove, account: Account) -> None:
        act = _ACTS.get(step.kind)
        if act is None:
            self._replay.note((GAP, NOT_REPLAYED))
            return
        if step.kind in (GIVE, MERGE) and step.other in self._heads:
            self._heads[step.other].popleft()  # their side of it
        if step.amounts.keys() - self._replay.programme.currencies.keys():
            self._replay.note((GAP, NO_CURRENCY))
            return
        account.book.settle_to(step.at, self._replay.programme.version)
        account.book.posted_at = step.at
        self._replay.look(account, step.at)
        act(self, step, account)

    def _adjust(self, step: PastMove, account: Account) -> None:
        book, programme = account.book, self._replay.programme
        for currency, amount in step.amounts.items():
            if amount > 0:
                terms = programme.document.currencies[currency]
                lot = new_lot(terms, currency, step.source, amount, step.at, programme.zone)
                book.earn(lot._replace(active_at=step.at, active=True), ADJUSTED)
            elif book.available(currency) >= -amount:
                book.spend(currency, -amount, ADJUSTED)
            else:
                self._replay.note((GAP, NOT_REPLAYED))
                return
        self._record(step, account, step.amounts)

    def _award(self, step: PastMove, account: Account) -> None:
        programme = self._replay.programme
        for currency, amount in step.amounts.items():
            terms = programme.document.currencies[currency]
            lot = new_lot(terms, currency, step.source, amount, step.at, programme.zone)
            active_at = max(step.at, step.active_at or step.at)
            account.book.earn(lot._replace(active_at=active_at, active=active_at <= step.at))
        self._record(step, account, step.amounts)

    def _unaward(self, step: PastMove, account: Account) -> None:
        programme = self._replay.programme
        assert step.source is not None, "an award has a source"
        taken = {}
        for currency, amount in step.amounts.items():
            floor = programme.currencies[currency].floor
            policy = programme.document.returns.earned
            done = account.book.take_back(
                step.source, currency, -amount, policy=policy, floor=floor
            )
            taken[currency] = -done
        self._record(step, account, taken)

    def _spend(self, step: PastMove, account: Account) -> None:
        book = account.book
        if any(book.available(code) < -amount for code, amount in step.amounts.items()):
            self._replay.note((GAP, NOT_REPLAYED))
            return
        assert step.source is not None, "points are spent on something"
        taken = {code: book.spend(code, -amount) for code, amount in step.amounts.items()}
        self._spent[step.source] = account, taken
        self._record(step, account, {})

    def _unspend(self, step: PastMove, account: Account) -> None:
        assert step.source is not None, "it was spent on something"
        spent = self._spent.pop(step.source, None)
        if spent is None:
            self._replay.note((GAP, NOT_REPLAYED))
            return
        holder, taken = spent
        offset = 0
        while holder.facts.id in self._stays:
            holder, moved = self._stays[holder.facts.id]
            offset += moved
        programme = self._replay.programme
        policy = programme.document.returns
        grace = None
        if not policy.expired_grace.is_zero:
            grace = add(step.at, policy.expired_grace, programme.zone)
        holder.book.with_all_lots()
        for currency, parts in taken.items():
            back = [Taken(number + offset, amount) for number, amount in parts]
            holder.book.give_back(currency, back, at=step.at, grace=grace)
        self._record(step, holder, {})

    def _grant(self, step: PastMove, account: Account) -> None:
        rungs = terms_of(self._replay.programme).rungs
        for grant in step.grants:
            if rungs is not None and grant.tier in rungs.rank:
                account.book.grant(grant)
        self._record(step, account, None)

    def _give(self, step: PastMove, account: Account) -> None:
        programme = self._replay.programme
        other = None if step.other is None else self._accounts.get(step.other)
        if other is None or step.other is None:
            self._replay.note((GAP, NOT_REPLAYED))
            return
        other.book.settle_to(step.at, programme.version)
        self._replay.look(other, step.at)
        account.book.with_all_lots()
        assert step.source is not None, "a gift has a name"
        for currency, amount in step.amounts.items():
            if account.book.available(currency) < -amount:
                self._replay.note((GAP, NOT_REPLAYED))
                return
            transfer(
                account.book,
                other.book,
                programme,
                currency,
                -amount,
                source=step.source,
                at=step.at,
            )
            day = period_number(step.at, Period.DAY, programme.zone)
            account.book.count(GIVEN.format(currency=currency), day, -amount)
        self._record(step, account, None)
        self._record(step._replace(kind=RECEIVE), other, None)

    def _merge(self, step: PastMove, account: Account) -> None:
        programme = self._replay.programme
        other = None if step.other is None else self._accounts.get(step.other)
        if other is None or step.other is None:
            self._replay.note((GAP, NOT_REPLAYED))
            return
        lost, won = other.book, account.book
        lost.settle_to(step.at, programme.version)
        self._replay.look(other, step.at)
        lost.with_all_lots()
        won.with_all_lots()
        offset = won.last_lot
        merge_books(
            lost,
            won,
            State(counters=lost.counters, grants=lost.grants),
            loser_id=other.facts.id,
            winner_id=account.facts.id,
            rungs=terms_of(programme).rungs,
            version=programme.version,
            offsets={},
            about={},
            at=step.at,
            floors={code: currency.floor for code, currency in programme.currencies.items()},
        )
        self._stays[other.facts.id] = account, offset
        self._replay.leave(other, step.at)

    def _record(self, step: PastMove, account: Account, amounts: Mapping[str, int] | None) -> None:
        """Close what was written as the ledger does; amounts that were earned count towards tiers."""
        programme = self._replay.programme
        entries = []
        if amounts:
            entries.append(Entry(micros(step.at), 0, 0, dict(amounts)))
            note_entry(account.book, entries[0], terms_of(programme).rungs)
        account.book.record_transaction(
            step.kind,
            step.at,
            source=step.source,
            version=programme.version,
            facts=facts_of(entries),
        )


_ACTS: Mapping[str, Callable[[_Family, PastMove, Account], None]] = {
    "adjust": _Family._adjust,
    "award": _Family._award,
    "unaward": _Family._unaward,
    "spend": _Family._spend,
    "unspend": _Family._unspend,
    "grant": _Family._grant,
    GIVE: _Family._give,
    MERGE: _Family._merge,
}


def _is_partner(step: Step | None, kind: str, source: UUID | None) -> bool:
    return isinstance(step, PastMove) and step.kind == kind and source in (step.source, step.other)
