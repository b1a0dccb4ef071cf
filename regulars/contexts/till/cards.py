"""Gift cards at the till: their books out of loaded rows, and what quotes, sales and returns do to them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from regulars.contexts.ledger.usecases.posting import account_of
from regulars.contexts.till.mapping import Row
from regulars.contexts.till.room import Room
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import Changes
from regulars.core.ledger.lots import Taken
from regulars.core.programme.compiled import Compiled
from regulars.core.purchase import Receipt
from regulars.core.reasons import Reason
from regulars.core.rewards.card_books import (
    RETURN,
    check_refund_card,
    give_back,
    put_on,
    record,
    take_off,
    take_out,
    unspent_of,
    write_sale,
)
from regulars.core.rewards.card_numbers import normalise_number, normalise_pin
from regulars.core.rewards.gift_card import (
    Card,
    CardsNotOffered,
    Purse,
    list_loads,
    policy_of,
)
from regulars.core.till.decision import Decision, Load
from regulars.core.till.pricing import MONEY_KINDS
from regulars.core.till.returns import Undone
from regulars.core.till.sold import Sold
from regulars.core.till.tenders import CardUse
from regulars.kit.secrets import is_same, keyed_digest

PIN_PURPOSE = "gift_card_pin"
_EMPTY_HISTORY = "[]"
_NOBODY = UUID(int=0)


class _Loaded(NamedTuple):
    """A card in a row of `load.sql`: `named` is the one that was asked for, the others who answers for it."""

    key: str
    named: str
    number: str
    id: str
    money: str
    pin: str | None
    version: int | None
    chain: str | None
    next_due: int | None
    ladder: str | None
    state: str | None
    lots: str


class CardReturn(NamedTuple):
    """What a return did to cards: the return as it is then, and the books to be saved with it."""

    undone: Undone
    changes: tuple[Changes, ...] = ()


def concerned(row: Row) -> tuple[UUID, ...]:
    """Whose books a row has: the member's and those of gift cards."""
    member = row["member_id"]
    own = () if member is None else (member,)
    if row["cards"] is None:
        return own
    return (*own, *{UUID(card.id) for card in _loaded(row)})


def presented_cards(
    room: Room, row: Row, programme: Compiled, uses: Sequence[CardUse], *, at: datetime
) -> Purse:
    """The cards that a command names, with those that its receipt loads; by number as it was given."""
    # In its one spelling, so that a card cannot be presented twice by writing it otherwise.
    uses = tuple(use._replace(number=normalise_number(use.number) or use.number) for use in uses)
    if row["cards"] is None:
        return Purse(uses)
    needs_pin = (policy := policy_of(programme)) is None or policy.needs_pin
    found = {card.key: card for card in _loaded(row)}
    pins = {use.number: normalise_pin(use.pin) for use in uses}
    cards = {}
    for key, card in found.items():
        trusted = not needs_pin or card.pin is None or _fits(card, pins.get(key, ""), room.secret)
        cards[key] = _card(room, card, programme, trusted=trusted, at=at)
    return Purse(uses, cards)


def promised_cards(
    room: Room, row: Row, programme: Compiled, quoted: Sequence[Sequence[Any]], *, at: datetime
) -> Purse:
    """The cards that a quote promised to take, each with its amount; the quote is trusted."""
    uses = tuple(CardUse(card, "", amount) for card, amount in quoted)
    if row["cards"] is None:
        return Purse(uses)
    cards = {card.key: _card(room, card, programme, trusted=True, at=at) for card in _loaded(row)}
    return Purse(uses, cards)


def with_loads(
    programme: Compiled, receipt: Receipt, purse: Purse, decision: Decision, *, has_member: bool
) -> Decision:
    """The decision with what its lines put on cards; raises what `list_loads` raises."""
    if all(line.kind not in MONEY_KINDS for line in receipt.lines):
        return decision
    cards: Mapping[str, Card] = purse.cards
    spelled = {line.card: normalise_number(line.card) for line in receipt.lines if line.card}
    if spelled:
        cards = {**cards, **{raw: cards[key] for raw, key in spelled.items() if key in cards}}
    loads = list_loads(programme, receipt, cards, has_member=has_member)
    return decision._replace(loads=loads) if loads else decision


def write_cards(
    programme: Compiled,
    purse: Purse,
    decision: Decision,
    *,
    sale: UUID,
    at: datetime,
) -> tuple[dict[str, tuple[Taken, ...]], tuple[Changes, ...]]:
    """Pay with cards and load them as decided: which lots paid, by card, and what is to be saved.

    Raises CardInsufficient.
    """
    if not any(tender.card for tender in decision.tenders) and not any(
        load.card for load in decision.loads
    ):
        return {}, ()
    taken, books = write_sale(
        programme,
        policy_of(programme),
        purse,
        decision.tenders,
        decision.loads,
        sale=sale,
        at=at,
    )
    return taken, tuple(book.close() for book in books)


def return_to_cards(
    room: Room,
    row: Row,
    programme: Compiled,
    sold: Sold,
    undone: Undone,
    restored_before: Mapping[str, int],
    book: Book | None,
    *,
    source: UUID,
    onto: str,
    at: datetime,
) -> CardReturn:
    """Give the cards back what they paid, take off what was put on them, put the rest of a refund `onto` one.

    Of a gift card or top-up that comes back only what is unspent is refunded: the rest is kept, and
    said so. Raises CardNotValid, CardsNotOffered, NotLoaded.
    """
    if row["cards"] is None and not onto and '"loads"' not in row["sale_decision"]:
        return CardReturn(undone)
    body = orjson.loads(row["sale_decision"])
    at = max(at, sold.occurred_at)
    returning = _Returning(room, row, programme, sold, source, at)
    taken = body.get("card_taken", {})
    for card, amount in undone.tenders.items():
        if card in taken and amount:
            parts = [Taken(*part) for part in taken[card]]
            before = restored_before.get(card, 0)
            give_back(programme, returning.book(card), parts, before, amount, at=at)
    loads = [Load(*load) for load in body.get("loads", ()) if load[0] in undone.quantities]
    for load in loads:
        undone = returning.unload(load, undone, book)
    if onto:
        undone = returning.refund_onto(onto, undone)
    return CardReturn(undone, tuple(book.close() for book in returning.recorded()))


class _Returning:
    """The cards that one return writes into, each opened once and closed by one transaction."""

    def __init__(
        self, room: Room, row: Row, programme: Compiled, sold: Sold, source: UUID, at: datetime
    ) -> None:
        self._programme = programme
        self._sold, self._source, self._at = sold, source, at
        self._cards: dict[str, Card] = {}  # by who answers for it
        self._marks: dict[str, list[tuple[str, int, int]]] = {}
        self._keys: dict[str, str] = {}
        for loaded in _loaded(row) if row["cards"] is not None else ():
            if loaded.id not in self._cards:
                self._cards[loaded.id] = _card(
                    room, loaded, programme, trusted=True, at=at, whole=True
                )
            self._keys[loaded.key] = self._keys[loaded.named] = loaded.id

    def book(self, card: str) -> Book:
        """The books of a card, to be written into."""
        own = self._keys.get(card, card)
        self._marks.setdefault(own, [])
        return self._cards[own].book

    def unload(self, load: Load, undone: Undone, member: Book | None) -> Undone:
        """Take what a line put on a card off again, as far as it is unspent."""
        due = {line.id: line.due_minor for line in self._sold.lines}[load.line]
        if load.card:
            book = self.book(load.card)
            amount = min(load.amount_minor, unspent_of(book, self._sold.id))
            self._marks[self._keys[load.card]] += take_off(book, self._sold.id, amount)
        else:
            assert member is not None, "stored value is a member's"
            amount = _take_off_stored(member, load, self._sold.id)
        kept = due - amount
        undone = replace(undone, unloaded_minor=undone.unloaded_minor + amount)
        if not kept:
            return undone
        reason = Reason.of("return.load_spent", kept_minor=kept)
        return replace(
            undone,
            refund_minor=undone.refund_minor - kept,
            kept_minor=undone.kept_minor + kept,
            reasons=(*undone.reasons, reason),
        )

    def refund_onto(self, number: str, undone: Undone) -> Undone:
        """Put what would go back in money on a card instead."""
        policy = policy_of(self._programme)
        if policy is None:
            raise CardsNotOffered(pointer="/gift_card")
        own = self._keys.get(normalise_number(number), "")
        card = self._cards.get(own)
        check_refund_card(card, money=self._programme.money, pointer="/gift_card")
        amount = undone.money_minor
        if amount <= 0:
            return undone
        marks = put_on(self.book(own), policy, amount, source=self._source, at=self._at)
        self._marks[own] += marks
        return replace(undone, onto=(own, amount))

    def recorded(self) -> list[Book]:
        """The books that were written into, each with its transaction."""
        books = []
        for own, marks in self._marks.items():
            book = self._cards[own].book
            record(
                book,
                RETURN,
                marks,
                source=self._source,
                at=self._at,
                version=self._programme.version,
                sale=str(self._sold.id),
            )
            books.append(book)
        return books


def _take_off_stored(book: Book, load: Load, sale: UUID) -> int:
    """Take a top-up of stored value back, as far as it is unspent; recorded with the member's return."""
    amount = min(load.amount_minor, unspent_of(book, sale, load.currency))
    take_out(book, load.currency, sale, amount)
    return amount


def _loaded(row: Row) -> list[_Loaded]:
    return [_Loaded(*card) for card in orjson.loads(row["cards"])]


def _fits(card: _Loaded, pin: str, secret: bytes) -> bool:
    given = keyed_digest(secret, PIN_PURPOSE, f"{card.named}:{pin}")
    return is_same(bytes.fromhex(card.pin or ""), given)


def _card(
    room: Room,
    loaded: _Loaded,
    programme: Compiled,
    *,
    trusted: bool,
    at: datetime,
    whole: bool = False,
) -> Card:
    card_id = UUID(loaded.id)
    account = room.accounts.get(card_id)
    if account is None:
        row = {
            "version": loaded.version or 0,
            "chain": bytes.fromhex(loaded.chain or ""),
            "next_due": loaded.next_due,
            "ladder": loaded.ladder,
            "state": loaded.state,
            "lots": loaded.lots,
            "history": _EMPTY_HISTORY,
        }
        account = account_of(card_id, row, "")
    book = room.open_account(programme, account, at=at, whole=whole)
    return Card(card_id, loaded.number, loaded.money, trusted, book)
