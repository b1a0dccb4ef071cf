"""A shop on a real database, worked through the desk: for tests that need books with a past."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID

import psycopg

from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, MemberRef
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.security.access import ROLE_PERMISSIONS
from regulars.contexts.security.types import Actor, Role, system_actor
from regulars.contexts.till.types import (
    Answer,
    BooksView,
    CommitSale,
    EventView,
    MemberKey,
    QuoteSale,
    QuoteView,
    ReadBooks,
    RecordEvent,
    ReturnGoods,
    ReturnView,
    SaleKey,
    SaleView,
)
from regulars.contexts.till.usecases.desk import Desk, open_desk
from regulars.contexts.till.usecases.sales import quote_sale, read_books
from regulars.core.purchase import Event, Line, Receipt
from regulars.kit.dsn import Access
from regulars.kit.transactions import in_transaction

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
OPENED = NOW - timedelta(days=1000)

# A tenth of every purchase in points that pay at once, a twentieth in late ones that ripen and expire.
DOCUMENT: Mapping[str, Any] = {
    "format": 1,
    "code": "shop",
    "title": "Shop",
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "en",
    "currencies": {
        "points": {
            "title": "Points",
            "redeem": {"kind": "money", "worth": 1},
            "expiry": {"kind": "after", "after": {"months": 12}},
        },
        "late": {
            "title": "Late points",
            "kind": "cashback",
            "scale": 2,
            "activation": {"days": 3},
            "expiry": {"kind": "after", "after": {"days": 30}},
            "redeem": {"kind": "money", "worth": 1},
        },
    },
    "earning": [
        {
            "id": "base",
            "title": "A tenth",
            "mechanic": "rate_per_amount",
            "currency": "points",
            "params": {"points": 10, "per": 100},
            "caps": {"month": 5000},
        },
        {
            "id": "slow",
            "title": "A twentieth, later",
            "mechanic": "rate_per_amount",
            "currency": "late",
            "params": {"points": 5, "per": 100},
        },
        {
            "id": "welcome",
            "title": "Welcome",
            "mechanic": "event_bonus",
            "currency": "points",
            "params": {"event": "sign_up", "points": 50},
        },
    ],
    "tiers": {
        "measure": "spend",
        "window": {"kind": "rolling", "length": {"months": 12}},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "gold", "title": "Gold", "threshold": 1000, "discount": {"percent": 5}},
        ],
    },
}


class Shop:
    """One store, one till, a clock that is set by hand, and a desk on a loop of its own."""

    def __init__(self, access: Access, document: Mapping[str, Any], now: datetime) -> None:
        self.access = access
        self.now = now
        self.by = system_actor("tests")
        self.author, self.second = person(1), person(2)
        self.publish(document, OPENED)
        self._numbers = count(1)
        self._runner = asyncio.Runner()
        self.desk: Desk = self._runner.run(
            open_desk(access.app, secret=b"s" * 32, clock=lambda: self.now)
        )

    def close(self) -> None:
        self._runner.run(self.desk.close())
        self._runner.close()

    def run(self, work: Any) -> Any:
        """The result of a coroutine on the desk's loop."""
        return self._runner.run(work)

    def publish(self, document: Mapping[str, Any], since: datetime) -> int:
        """Put a version in force from a moment, past or not; its number."""

        def work() -> int:
            number = draft_version(document, now=self.now, by=self.author).number
            approve_version(number, now=self.now, by=self.second)
            publish_version(
                number, since, backdated=True, has_sales=False, now=self.now, by=self.author
            )
            return number

        return in_transaction(work)

    def enrol(self, name: str) -> MemberRef:
        """A member who shows the external number `name`."""
        enrolment = Enrolment((Identifier(IdentifierKind.EXTERNAL, name),), enrolled_at=self.now)
        return in_transaction(lambda: enrol_member(enrolment, now=self.now, by=self.by)).member

    def receipt(self, *prices: int, at: datetime | None = None, number: str = "") -> Receipt:
        """Lines 1, 2, … of two pieces each that cost `prices` roubles in all."""
        lines = tuple(
            Line(str(i), f"sku-{i}", 2000, price * 50, price * 100, ("food",))
            for i, price in enumerate(prices, 1)
        )
        return Receipt(number or str(next(self._numbers)), "s1", "t1", at or self.now, lines)

    def ask(self, command: Any) -> Answer:
        """The answer of the desk; a refusal is raised."""
        return self.run(self.desk.submit(command))

    def sell(
        self,
        member: MemberRef | None,
        *prices: int,
        at: datetime | None = None,
        quote: str | None = None,
        number: str = "",
        **pay: int | None,
    ) -> SaleView:
        receipt = self.receipt(*prices, at=at, number=number)
        key = None if member is None else MemberKey(ref=member)
        digest = sha256(repr((receipt, member, pay)).encode()).digest()
        sale = self.ask(CommitSale(receipt, key, digest, pay, quote))
        assert isinstance(sale, SaleView)
        return sale

    def quote(
        self,
        member: MemberRef,
        *prices: int,
        at: datetime | None = None,
        hold: bool = False,
        rewind: bool = False,
        **pay: int | None,
    ) -> QuoteView:
        receipt = self.receipt(*prices, at=at)
        command = QuoteSale(receipt, MemberKey(ref=member), pay, hold, rewind)
        return self.run(quote_sale(self.desk, command, by=self.by))

    def give_back(
        self,
        sale: SaleKey,
        lines: Mapping[str, int] | None = None,
        *,
        at: datetime | None = None,
        number: str = "",
    ) -> ReturnView:
        """Goods come back: pieces by line, or everything."""
        told = None if lines is None else {line: n * 1000 for line, n in lines.items()}
        number = number or f"R{next(self._numbers)}"
        digest = sha256(repr((number, sale, told)).encode()).digest()
        command = ReturnGoods(number, "s1", "t1", at or self.now, sale, digest, told)
        back = self.ask(command)
        assert isinstance(back, ReturnView)
        return back

    def event(self, member: MemberRef, kind: str = "sign_up") -> EventView:
        view = self.ask(RecordEvent(MemberKey(ref=member), Event(kind, self.now)))
        assert isinstance(view, EventView)
        return view

    def books(self, member: MemberRef, at: datetime | None = None) -> BooksView:
        command = ReadBooks(MemberKey(ref=member), at or self.now)
        return self.run(read_books(self.desk, command, by=self.by))

    def tamper(self, statement: str, *params: Any) -> int:
        """Do as the owner of the database what nobody may; how many rows it touched."""
        with psycopg.connect(self.access.owner.conninfo) as connection:
            return connection.execute(statement, params).rowcount

    def rows(self, *tables: str) -> tuple[Any, ...]:
        """Everything in `tables`, to prove that nothing was written."""
        with psycopg.connect(self.access.owner.conninfo) as connection:
            return tuple(
                tuple(connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1"))
                for table in tables
            )


BOOKS = (
    "ledger_account",
    "ledger_transaction",
    "ledger_lot",
    "till_sale",
    "till_return",
    "till_claim",
)


@contextmanager
def open_shop(
    access: Access, document: Mapping[str, Any] = DOCUMENT, now: datetime = NOW
) -> Iterator[Shop]:
    """A shop in the database that Django is led to."""
    shop = Shop(access, document, now)
    try:
        yield shop
    finally:
        shop.close()


def passing(shop: Shop, days: Iterable[float]) -> Iterator[datetime]:
    """Set the shop's clock so many days after its opening of this test, one after the other."""
    start = shop.now
    for day in days:
        shop.now = start + timedelta(days=day)
        yield shop.now


def person(number: int) -> Actor:
    """Somebody who may do everything and has no account (a password takes a second to hash)."""
    staff_id = UUID(int=number)
    return Actor("staff", str(staff_id), staff_id, ROLE_PERMISSIONS[Role.OWNER])
