"""What the database keeps of members' books, in memory: stored as text, loaded in part, saved once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json import loads
from uuid import UUID

from regulars.core.calendar import micros
from regulars.core.ledger.accounts import GENESIS, Account, State, Transaction
from regulars.core.ledger.audit import Difference, Standards, compare, read_chain
from regulars.core.ledger.draft import Changes
from regulars.core.ledger.lots import Lot
from regulars.core.ledger.postings import json_text
from regulars.core.ledger.replay import Replay, replay
from regulars.core.tiers import Entry

_NO_LOTS: Mapping[int, Lot] = {}


@dataclass
class Kept:
    """One member's rows."""

    version: int = 0
    chain: bytes = GENESIS
    next_due: int | None = None
    ladder: str = ""
    state: str = ""
    lots: dict[int, Lot] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)


class Store:
    """Every member's rows; what is loaded shares nothing with what is kept."""

    def __init__(self) -> None:
        self.kept: dict[UUID, Kept] = {}

    def load(
        self, member: UUID, at: datetime, ladder: str, *, lots: str = "due", history: bool = False
    ) -> Account:
        """The account as the till's SQL loads it.

        `lots` is "due" (the open ones where something is due by `at`), "open" or "all". History
        comes when asked for or when the account was kept for another ladder.
        """
        kept = self.kept.get(member)
        if kept is None:
            return Account(member, 0, GENESIS, None, ladder, State(), _NO_LOTS, ())
        found: Mapping[int, Lot] | None = None
        if lots == "all":
            found = dict(kept.lots)
        elif lots == "open" or (kept.next_due is not None and kept.next_due <= micros(at)):
            found = {number: lot for number, lot in kept.lots.items() if lot.remaining}
        return Account(
            member,
            kept.version,
            kept.chain,
            kept.next_due,
            kept.ladder,
            State.from_json(loads(kept.state)),
            found,
            self.history(member) if history or kept.ladder != ladder else None,
        )

    def history(self, member: UUID) -> tuple[Entry, ...]:
        """The qualifying entries out of the facts of all transactions."""
        facts = (loads(transaction.facts) for transaction in self.kept[member].transactions)
        return tuple(Entry(*entry) for fact in facts for entry in fact.get("q", ()))

    def save(self, changes: Changes) -> None:
        """Keep what a decision left, if nobody else was quicker."""
        if not changes.transactions:
            return
        account = changes.account
        kept = self.kept.setdefault(account.member_id, Kept())
        assert kept.version == changes.before, "decided on books that have moved"
        for lot in changes.lots:
            assert (lot.number in changes.new_lots) == (lot.number not in kept.lots)
            kept.lots[lot.number] = lot
        kept.version, kept.chain = account.version, account.chain
        kept.next_due, kept.ladder = account.next_due, account.ladder
        kept.state = json_text(account.state.as_json())
        kept.transactions += changes.transactions

    def replay(self, member: UUID) -> Replay:
        """The books made again from nothing but the transactions."""
        return replay(member, self.kept[member].transactions)

    def differences(self, member: UUID, standards: Standards) -> list[Difference]:
        """What the audit finds in a member's books."""
        kept = self.kept[member]
        books = Replay(member)
        found = read_chain(books, kept.transactions)
        account = Account(
            member,
            kept.version,
            kept.chain,
            kept.next_due,
            kept.ladder,
            State.from_json(loads(kept.state)),
        )
        return found + compare(books, account, kept.lots, standards)
