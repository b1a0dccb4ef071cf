"""People's books, coupons and gift cards of a record as our core takes them."""

from typing import Any

from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.rewards.codes import normalised
from regulars.core.rewards.coupon import Coupon
from regulars.core.rewards.gift_card import Card, CardNotValid, Purse, funds_of
from regulars.core.till.tenders import CardUse, Funds
from scenarios.world import GiftCard, Order, Person, Ticket, World

VERSION = 1


def open_book(world: World, person: Person, programme: Compiled) -> Book:
    """Somebody's books, settled up to the clock."""
    return open_account(world, person.account, programme)


def open_account(world: World, account: Any, programme: Compiled) -> Book:
    """Any account's books, settled up to the clock."""
    book = Book(account, zone=programme.zone, posted_at=world.clock)
    settle(book, at=world.clock, version=VERSION, zone=programme.zone)
    return book


def coupon_of(world: World, ticket: Ticket, promotion: str) -> Coupon:
    """A ticket as a coupon of ours."""
    return Coupon(
        normalised(ticket.code),
        "scenario",
        promotion,
        ticket.uses_max,
        ticket.uses,
        0,
        None,
        ticket.until,
        None if ticket.owner is None else world.person(ticket.owner).account.member_id,
        False,
        ticket.revoked,
    )


def purse_of(world: World, order: Order, programme: Compiled) -> Purse:
    """The gift cards entered on the order, to pay in that order."""
    entered = [e.code for e in order.codes if e.kind == "card"]
    cards = {code: card_of(world, world.cards[code], programme) for code in dict.fromkeys(entered)}
    return Purse(tuple(CardUse(code, "", None) for code in dict.fromkeys(entered)), cards)


def card_of(world: World, card: GiftCard, programme: Compiled) -> Card:
    """A gift card as our books know it."""
    book = open_account(world, card.account, programme)
    return Card(card.account.member_id, card.code, card.money, True, book)


def funds_for(world: World, order: Order, programme: Compiled) -> tuple[Funds, ...]:
    """What the entered cards can pay; those that are empty by now or not valid pay nothing."""
    purse = purse_of(world, order, programme)
    good = []
    for use in purse.uses:
        try:
            funds_of(purse._replace(uses=(use,)), money=programme.money)
        except CardNotValid:
            continue
        good.append(use)
    return funds_of(purse._replace(uses=tuple(good)), money=programme.money)
