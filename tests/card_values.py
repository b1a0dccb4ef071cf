"""Gift cards as core values: sold, expired, blocked, presented, paid with."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from make import identity, line, moment, programme

from regulars.core.ledger.accounts import Account
from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.rewards.card_books import (
    block,
    put_on,
    record,
)
from regulars.core.rewards.gift_card import (
    Card,
    CardPolicy,
    Purse,
    funds_of,
    policy_of,
)
from regulars.core.till.decision import Tender
from regulars.core.till.tenders import CardUse, pay_tenders

NOON = moment("2026-03-02 12:00")
WALLET = {"title": "Wallet", "kind": "stored_value", "scale": 2}


def shop(**cards: object) -> Compiled:
    return programme(gift_cards={"pin": False, **cards})


def policy(version: Compiled) -> CardPolicy:
    found = policy_of(version)
    assert found is not None
    return found


def card(
    name: str = "gc1",
    amount: int = 0,
    version: Compiled | None = None,
    at: datetime = NOON,
    sale: UUID | None = None,
    **more: object,
) -> Card:
    """A card of that number, sold with `amount` where it is more than nothing."""
    version = version or shop()
    facts = {"money": "RUB", "trusted": True, **more}
    book = Book(Account(identity(name), lots={}, history=()), zone=version.zone, posted_at=at)
    if amount:
        marks = put_on(book, policy(version), amount, source=sale or identity("sold"), at=at)
        record(book, "card_sale", marks, source=sale, at=at, version=1)
    return Card(identity(name), name, facts["money"], facts["trusted"], book)  # type: ignore[arg-type]


def purse(*cards: Card, **amounts: int) -> Purse:
    uses = tuple(CardUse(each.number, "", amounts.get(each.number)) for each in cards)
    return Purse(uses, {each.number: each for each in cards})


def pay(found: Purse, lines: list, due: list[int]) -> tuple[Tender, ...]:
    return pay_tenders(funds_of(found, money="RUB"), lines, due)


def paid(found: Purse, *amounts: int) -> list[int]:
    lines = [line(str(i), amount) for i, amount in enumerate(amounts)]
    return [tender.amount for tender in pay(found, lines, list(amounts))]


def expired() -> Card:
    version = shop(expiry={"kind": "after", "after": {"days": 10}})
    found = card("old", 5_000, version, at=NOON - timedelta(days=20))
    settle(found.book, at=NOON, version=1, zone=version.zone)
    return found


def blocked() -> Card:
    found = card("stolen", 5_000)
    assert block(found.book, True, source=uuid4(), at=NOON, version=1)
    return found
