"""Points and money in people's books: given, spent, transferred, expired, merged."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from regulars.core.calendar import micros
from regulars.core.ledger.accounts import ADJUSTED
from regulars.core.ledger.book import Book
from regulars.core.ledger.merge import merge_books
from regulars.core.ledger.transfer import transfer
from regulars.core.programme.compiled import Compiled
from regulars.core.rewards.card_books import put_on, record
from regulars.core.rewards.gift_card import CARD_CURRENCY, policy_of
from regulars.core.tiers import Entry, Standing
from regulars.core.till.commit import facts_of
from regulars.core.till.decision import PointsInsufficient
from regulars.core.till.standing import note_entry, standing_at
from regulars.core.till.terms import new_lot, terms_of
from scenarios.baskets import ring_up
from scenarios.books import VERSION, open_account, open_book
from scenarios.checkout import new_card
from scenarios.engine import compiled, translation_of
from scenarios.words import UnknownWord
from scenarios.world import GiftCard, Order, Person, World, identity

T = TypeVar("T")


def programme_now(world: World) -> Compiled:
    """The programmes as they stand, without an order."""
    order = Order("0", None)
    return compiled(translation_of(world, order, ring_up([], {}, {})).document)


def scale_of(programme: Compiled, currency: str) -> int:
    """The decimals of a currency. Raises UnknownWord where nobody can hold it."""
    found = programme.currencies.get(currency)
    if found is None:
        raise UnknownWord(f"points that no programme has: {currency}")
    return found.scale


def in_minor(programme: Compiled, currency: str, amount: Decimal) -> int:
    """An amount of a currency in its minor units."""
    if amount < 0:
        raise UnknownWord(f"{amount} points")
    return int(amount.scaleb(scale_of(programme, currency)).to_integral_value())


def act_on(
    world: World, person: Person, programme: Compiled, act: Callable[[Book], T], kind: str
) -> T:
    """Do something to somebody's books as one transaction."""
    book = open_book(world, person, programme)
    done = act(book)
    source = identity(f"{kind} {person.name} {person.account.version} {world.clock}")
    book.record_transaction(kind, world.clock, source=source, version=VERSION, facts={})
    person.account = book.close().account
    return done


def add_points(
    world: World,
    person: Person,
    name: str,
    amount: Decimal,
    *,
    at: datetime | None = None,
    expires: datetime | None = None,
) -> None:
    """Somebody is given points, at a moment that may lie in the past."""
    programme, currency = programme_now(world), world.currency(name)
    minor = in_minor(programme, currency, amount)
    moment = at or world.clock
    book = open_book(world, person, programme)
    if minor > 0:
        about = programme.document.currencies[currency]
        source = identity(f"points {person.name} {person.account.version} {moment}")
        lot = new_lot(about, currency, source, minor, moment, programme.zone)
        if expires is not None:
            lot = lot._replace(expires_at=expires)
        book.earn(lot)
        entry = Entry(micros(moment), 0, 0, {currency: minor})
        note_entry(book, entry, terms_of(programme).rungs)
        book.record_transaction(
            "event", moment, source=source, version=VERSION, facts=facts_of([entry])
        )
    person.account = book.close().account


def spend_points(world: World, person: Person, name: str, amount: Decimal, to: str = "") -> None:
    """Somebody spends points on something that is no receipt. Raises PointsInsufficient."""
    programme, currency = programme_now(world), world.currency(name)
    minor = in_minor(programme, currency, amount)

    def act(book: Book) -> None:
        if book.available(currency) < minor:
            raise PointsInsufficient(currency=currency)
        if to:
            book.spend(currency, minor, to)
        else:
            book.spend(currency, minor)

    act_on(world, person, programme, act, "spend")


def adjust_points(world: World, person: Person, name: str, amount: Decimal) -> None:
    """The office corrects a balance. Raises PointsInsufficient."""
    if amount >= 0:
        add_points(world, person, name, amount)
    else:
        spend_points(world, person, name, -amount, ADJUSTED)


def transfer_points(world: World, giver: Person, taker: Person, name: str, amount: Decimal) -> None:
    """One member gives another points. Raises PointsInsufficient."""
    programme, currency = programme_now(world), world.currency(name)
    minor = in_minor(programme, currency, amount)
    books = [open_book(world, person, programme) for person in (giver, taker)]
    source = identity(f"transfer {giver.name} {giver.account.version}")
    transfer(books[0], books[1], programme, currency, minor, source=source, at=world.clock)
    for book, person in zip(books, (giver, taker), strict=True):
        book.record_transaction("transfer", world.clock, source=source, version=VERSION, facts={})
        person.account = book.close().account


def expire_lots(world: World, person: Person, day: Any) -> None:
    """What is left of the points that were earned on this day expires now."""
    programme = programme_now(world)

    def act(book: Book) -> None:
        for lot in list(book.lots.values()):
            if lot.free > 0 and lot.earned_at.astimezone(programme.zone).date() == day:
                book.expire(lot.number)

    act_on(world, person, programme, act, "expire")


def run_expiry(world: World) -> dict[str, int]:
    """Let the clock do its work on everybody's books; how much of which currency expired."""
    programme = programme_now(world)
    expired: dict[str, int] = {}
    for person in world.people.values():
        before = {lot.number: lot.expired for lot in (person.account.lots or {}).values()}
        book = open_book(world, person, programme)
        for lot in book.lots.values():
            more = lot.expired - before.get(lot.number, 0)
            if more:
                expired[lot.currency] = expired.get(lot.currency, 0) + more
        person.account = book.close().account
    return expired


def merge_people(world: World, into: Person, sources: list[Person]) -> None:
    """Several members become one."""
    programme = programme_now(world)
    for loser in sources:
        lost = loser.account.state
        old, new = (open_book(world, person, programme) for person in (loser, into))
        merge_books(
            old,
            new,
            lost,
            loser_id=loser.account.member_id,
            winner_id=into.account.member_id,
            rungs=terms_of(programme).rungs,
            version=VERSION,
            offsets={},
            about={},
            at=world.clock,
        )
        into.account = new.close().account
        del world.people[loser.name]


def balance_of(world: World, person: Person, name: str) -> Decimal:
    """The points of a programme that somebody can spend at the clock's time."""
    programme, currency = programme_now(world), world.currency(name)
    if currency not in programme.currencies:
        return Decimal(0)
    book = open_book(world, person, programme)
    return Decimal(book.wallet(currency).active).scaleb(-programme.currencies[currency].scale)


def standing_of(world: World, person: Person) -> tuple[Standing | None, Compiled, Book]:
    """The level that somebody has at the clock's time."""
    programme = programme_now(world)
    book = open_book(world, person, programme)
    return standing_at(book, terms_of(programme).rungs, world.clock), programme, book


def fund_card(
    world: World,
    code: str,
    programme_id: str,
    amount: Decimal,
    *,
    at: datetime | None = None,
    expires: datetime | None = None,
) -> GiftCard:
    """A card that was sold with this amount on it."""
    programme = programme_now(world)
    policy = policy_of(programme)
    assert policy is not None, "the document always has gift cards"
    card = world.cards.get(code) or new_card(world, code, programme_id)
    moment = at or world.clock
    minor = int((amount * 100).to_integral_value())
    if minor > 0:
        book = open_account(world, card.account, programme)
        marks = put_on(book, policy, minor, source=identity(f"sold {code}"), at=moment)
        if expires is not None:
            number = max(book.new_lots)
            book.put(book.lots[number]._replace(expires_at=expires))
        record(book, "card_sale", marks, source=None, at=moment, version=VERSION)
        card.account = book.close().account
    return card


def card_balance(world: World, card: GiftCard) -> Decimal:
    """What is on a card at the clock's time."""
    book = open_account(world, card.account, programme_now(world))
    return Decimal(book.wallet(CARD_CURRENCY).active).scaleb(-2)
