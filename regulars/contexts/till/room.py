"""What every decision of one batch shares: the books as decided so far, the programmes, the secret."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.contexts.ledger.usecases.posting import account_of
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import NoProgrammeInForce
from regulars.contexts.till.limits import Limits, offers_of
from regulars.contexts.till.mapping import Row, member_of
from regulars.contexts.till.types import (
    Answer,
    IdentifierBlocked,
    MemberKey,
    MemberUnknown,
)
from regulars.core.calendar import micros
from regulars.core.ledger.accounts import Account, bucket_of
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import Changes, NotLoaded
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import NOTHING, Allowance, Presented, Verdict
from regulars.core.till.decision import CouponMove, IssuedCode, MemberFacts, Reservation
from regulars.core.till.returns import Deducted
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of


@dataclass(slots=True)
class Outcome:
    """The answer to a command and what has to be saved before it may be given.

    `revoked` are coupons to be withdrawn where they were not used. `passed` are the promotions that
    were not applied: nothing of them is saved, they tell what the answer rests on. `cards` are the
    books of gift cards that the entry writes: they are saved with those of the member, all or none.
    """

    answer: Answer
    changes: Changes | None = None
    sale: tuple[Any, ...] | None = None
    returned: tuple[Any, ...] | None = None
    allowances: tuple[Allowance, ...] = ()
    coupons: tuple[CouponMove, ...] = ()
    reservations: tuple[Reservation, ...] = ()
    issued: tuple[IssuedCode, ...] = ()
    revoked: tuple[str, ...] = ()
    passed: tuple[Verdict, ...] = ()
    cards: tuple[Changes, ...] = ()

    @property
    def written(self) -> tuple[Changes, ...]:
        """The books of everybody concerned, the member's first."""
        return self.cards if self.changes is None else (self.changes, *self.cards)


@dataclass(slots=True)
class Room:
    """The setting of one batch; books evolve as its commands are decided one after another."""

    now: datetime
    secret: bytes
    programme_at: Callable[[datetime], Compiled | None]
    version: Callable[[int], Compiled]
    make_id: Callable[[], UUID]
    make_codes: Callable[[int], Sequence[str]] = lambda count: ()  # of coupons: unguessable
    has_limits: bool = False  # whether any version has limits that all members share
    has_offers: bool = False  # whether any version has promotions that are offered personally
    binding: bool = True  # False: a question about another moment, whose quote promises nothing
    accounts: dict[UUID, Account] = field(default_factory=dict)
    whole: set[UUID] = field(default_factory=set)  # whose every lot is at hand
    returned: dict[UUID, tuple[Mapping[str, int], Deducted, int]] = field(default_factory=dict)
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        self.limits = Limits(micros(self.now))

    def begin(self) -> None:
        """Forget what a round left."""
        self.accounts.clear()
        self.whole.clear()
        self.returned.clear()

    def take_back(self, before: Mapping[UUID, Account | None]) -> None:
        """Have the accounts again as they were: what was decided on them does not count."""
        for each, account in before.items():
            if account is None:
                self.accounts.pop(each, None)
            else:
                self.accounts[each] = account

    def presented(
        self,
        row: Row,
        programme: Compiled,
        codes: Sequence[str],
        claims: Mapping[str, int],
        quote_id: str | None,
        at: datetime,
    ) -> Presented:
        """What comes to the promotions of a version at a moment, as this batch has it by now.

        What the quote `quote_id` holds of a coupon stands open to it. Raises LimitsNotLoaded.
        """
        if not programme.promotions and not codes and not claims:
            return NOTHING
        return Presented(
            tuple(codes),
            self.limits.coupons(row["coupons"], codes, quote_id),
            claims,
            offers_of(row["offers"]),
            self.limits.left(programme, at),
        )

    def programme(self, moment: datetime) -> Compiled:
        """The version in force at `moment`; raises NoProgrammeInForce."""
        found = self.programme_at(moment)
        if found is None:
            raise NoProgrammeInForce
        return found

    def member(self, row: Row, key: MemberKey | None) -> MemberFacts | None:
        """The member a command names; raises MemberUnknown, IdentifierBlocked."""
        if key is None:
            return None
        member = member_of(row)
        if member is None:
            raise MemberUnknown(pointer="/member")
        if key.kind is not None and row["identifier_status"] != "active":
            raise IdentifierBlocked(pointer="/member")
        return member

    def account(self, row: Row, ladder: str) -> Account:
        """The member's account as this batch has it by now."""
        member_id = row["member_id"]
        found = self.accounts.get(member_id)
        return account_of(member_id, row, ladder) if found is None else found

    def open_book(
        self, programme: Compiled, row: Row, *, at: datetime, whole: bool = False
    ) -> Book:
        """The member's books, settled by the clock up to `at`.

        With `whole` every lot is at hand, consumed ones too. Raises NotLoaded, also where an earlier
        command of this batch went on without what this one needs.
        """
        account = self.account(row, terms_of(programme).fingerprint)
        return self.open_account(programme, account, at=at, whole=whole)

    def open_account(
        self, programme: Compiled, account: Account, *, at: datetime, whole: bool = False
    ) -> Book:
        """The books of an account that was loaded for the command, as `open_book` has a member's."""
        member_id = account.member_id
        if member_id not in self.accounts and (whole or not account.version):
            self.whole.add(member_id)
        if whole and member_id not in self.whole:
            raise NotLoaded(lots=True)
        book = Book(account, zone=programme.zone, posted_at=self.now)
        if account.next_due is not None and account.next_due <= micros(at):
            if account.lots is None:
                raise NotLoaded(lots=True)
            settle(book, at=at, version=programme.version, zone=programme.zone)
        return book

    def keep(self, changes: Changes) -> Changes:
        """Let the commands that follow in this batch see what has just been decided."""
        self.accounts[changes.account.member_id] = changes.account
        return changes


def ref_of(member: MemberFacts) -> MemberRef:
    """How others call this member."""
    return MemberRef(bucket_of(member.id), member.id)


def tier_at(book: Book, programme: Compiled, at: datetime) -> str:
    """The member's tier; empty where the programme has none. Raises NotLoaded."""
    found = standing_at(book, terms_of(programme).rungs, at)
    return found.tier if found else ""
