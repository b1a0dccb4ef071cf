"""Orders placed, cancelled and returned with our engine's own calls."""

from collections.abc import Mapping
from typing import Any

from regulars.core.ledger.accounts import ADJUSTED, GENESIS, Account, State
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Taken
from regulars.core.money import share
from regulars.core.purchase import GIFT_CARD, TOP_UP
from regulars.core.refusal import Refused
from regulars.core.rewards.card_books import give_back, record, write_sale
from regulars.core.rewards.codes import normalised
from regulars.core.rewards.gift_card import Purse, list_loads, policy_of
from regulars.core.till.commit import commit
from regulars.core.till.decision import Decision
from regulars.core.till.given_back import came_back_whole, given_back
from regulars.core.till.quote import EARNS_NOTHING
from regulars.core.till.returns import Undone, restored_so_far, undo, write_return
from regulars.core.till.sold import Brought, Means, Sold, sold_lines
from scenarios.books import VERSION, card_of, open_account, open_book, purse_of
from scenarios.engine import View, enter_ahead, view_of
from scenarios.loyalty import is_kept
from scenarios.world import (
    GiftCard,
    Order,
    Person,
    Placed,
    Ticket,
    World,
    allowances_used,
    identity,
)


def new_card(world: World, code: str, programme: str) -> GiftCard:
    """A gift card that was not sold yet."""
    account = Account(identity(f"card {code}"), 0, GENESIS, None, "", State(), {}, ())
    card = GiftCard(code, programme, account)
    world.cards[code] = card
    return card


def place(world: World) -> Placed | None:
    """The order is placed: points, limits, coupons and cards move. None where nothing is in it."""
    order = world.order
    view = view_of(world, order)
    if not view.receipt.lines:
        order.confirmed = True
        return None
    try:
        placed = _place(world, order, view)
    except Refused:
        placed = _place(world, order, view_of(world, order, asks=False))
    order.confirmed = True
    world.placed.append(placed)
    world.last.told["issued"] = placed.issued
    return placed


def _place(world: World, order: Order, view: View) -> Placed:
    programme, decision = view.programme, view.decision
    sale = identity(f"sale {order.number}")
    purse = _purse(world, order, view)
    decision = decision._replace(
        loads=list_loads(
            programme, view.receipt, purse.cards, has_member=order.customer is not None
        )
    )
    taken: Mapping[str, Any] = {}
    if order.customer is not None:
        person = world.person(order.customer)
        book = open_book(world, person, programme)
        rest = decision
        if (
            order.claims
            or order.pays
            or view.translation.unasked
            or view.translation.payers_unasked
        ):
            rest = _earned_before(world, book, view, decision, order)
        taken = commit(programme, book, view.receipt, rest, sale=sale)
        _leave_no_rest(world, book, view)
        person.account = book.close().account
        person.orders += 1
    card_taken, books = write_sale(
        programme,
        policy_of(programme),
        purse,
        decision.tenders,
        decision.loads,
        sale=sale,
        at=world.clock,
    )
    by_id = {card.account.member_id: card for card in world.cards.values()}
    for book in books:
        account = book.close().account
        by_id[account.member_id].account = account
    allowances_used(world, view.translation, list(decision.allowances), 1)
    _use_coupons(world, decision, 1)
    placed = Placed(
        order,
        order.customer,
        programme,
        view.translation,
        decision,
        sold_of(view, decision, taken, sale),
        view.receipt,
        card_taken,
    )
    placed.cards_sold = [load.number for load in decision.loads if load.card]
    _issue(world, view, decision, placed)
    return placed


def _earned_before(
    world: World, book: Book, view: View, decision: Decision, order: Order
) -> Decision:
    """What the order earns stands in the books before it spends; the rest of the decision comes after."""
    enter_ahead(world, book, view.programme, view.translation, view.receipt, decision, order)
    later = {view.translation.currencies.get(name) for name in view.translation.future}
    kept = tuple(award for award in decision.earnings.awards if award.currency in later)
    return decision._replace(
        earnings=EARNS_NOTHING._replace(awards=kept, counters=decision.earnings.counters)
    )


def _leave_no_rest(world: World, book: Book, view: View) -> None:
    """Points that only count within one order are gone after it."""
    spent = False
    for name, currency in view.translation.currencies.items():
        programme = world.programme(name)
        left = book.available(currency)
        if left and name not in view.translation.kept and not is_kept(programme, world.wallets):
            book.spend(currency, left, ADJUSTED)
            spent = True
    if spent:
        book.record_transaction("adjust", world.clock, source=None, version=VERSION, facts={})


def _purse(world: World, order: Order, view: View) -> Purse:
    """The cards that pay, and those that the order's lines sell or top up."""
    purse = purse_of(world, order, view.programme)
    cards = dict(purse.cards)
    for line in view.receipt.lines:
        if line.kind == GIFT_CARD or (line.kind == TOP_UP and line.card in world.cards):
            card = world.cards.get(line.card) or new_card(world, line.card, "")
            cards[line.card] = card_of(world, card, view.programme)
    return purse._replace(cards=cards)


def _use_coupons(world: World, decision: Decision, uses: int) -> None:
    for ticket in world.tickets.values():
        if coupon_code(ticket) in decision.coupons:
            ticket.uses += uses


def coupon_code(ticket: Ticket) -> str:
    """The one spelling of a ticket's code."""
    return normalised(ticket.code)


def _issue(world: World, view: View, decision: Decision, placed: Placed) -> None:
    for issued in decision.issued:
        name = view.translation.programme_of[issued.promotion]
        for _ in range(issued.count):
            code = f"{name}-{len(world.tickets) + 1}"
            world.tickets[code] = Ticket(code, name, 1)
            placed.issued.append(code)


def sold_of(view: View, decision: Decision, taken: Mapping[str, Any], sale: Any) -> Sold:
    """The order as returns see it."""
    means = [
        Means(p.currency, p.shares, p.units, False, not any(p.items)) for p in decision.payments
    ]
    means += [Means(t.key, t.shares, t.units, True) for t in decision.tenders]
    return Sold(
        sale,
        view.receipt.occurred_at,
        sold_lines(
            view.receipt.lines,
            decision.due,
            decision.discounts,
            means,
            [Brought(a.rule, a.currency, a.shares) for a in decision.earnings.awards],
            [(cost.currency, cost.units) for cost in decision.points],
        ),
        taken,
        (*decision.earnings.counters, *decision.counters),
        (),
        decision.allowances,
        decision.coupons,
        (),
        decision.discounts,
    )


def take_back(world: World, placed: Placed, wanted: dict[str, int] | None) -> Undone:
    """Goods of a placed order come back (None: all that is left). Raises Refused."""
    undone = undo(placed.sold, placed.returned, wanted)
    before = dict(placed.returned)
    if placed.person is not None:
        person = world.person(placed.person)
        undone = _into_books(world, placed, person, undone)
    back = given_back(placed.programme, placed.sold, before, undone.returned)
    allowances_used(world, placed.translation, list(back.allowances), 1)
    for move in back.coupons:
        for ticket in world.tickets.values():
            if coupon_code(ticket) == move.code:
                ticket.uses += move.uses
    if came_back_whole(placed.sold, undone.returned):
        for code in placed.issued:
            world.tickets[code].revoked = world.tickets[code].uses == 0
        placed.cancelled = True
    _onto_cards(world, placed, before, undone)
    placed.returned = dict(undone.returned)
    return undone


def _into_books(world: World, placed: Placed, person: Person, undone: Undone) -> Undone:
    book = open_book(world, person, placed.programme)
    done = write_return(
        placed.programme,
        book,
        placed.sold,
        undone,
        restored_so_far(placed.sold, placed.returned),
        source=identity(
            f"return {placed.order.number} {len(placed.returned)} {sum(undone.returned.values())}"
        ),
        at=world.clock,
    )
    person.account = book.close().account
    return done


def _onto_cards(world: World, placed: Placed, before: Mapping[str, int], undone: Undone) -> None:
    so_far = restored_so_far(placed.sold, before)
    for card in world.cards.values():
        key = str(card.account.member_id)
        taken: tuple[Taken, ...] = placed.card_taken.get(key, ())
        amount = undone.tenders.get(key, 0)
        if taken and amount:
            book = open_account(world, card.account, placed.programme)
            give_back(placed.programme, book, taken, so_far.get(key, 0), amount, at=world.clock)
            record(book, "card_return", (), source=None, at=world.clock, version=VERSION)
            card.account = book.close().account


def cancel(world: World) -> None:
    """The order placed last is as if it never was."""
    placed = world.latest()
    take_back(world, placed, None)
    placed.cancelled = True


def unit_parts(amount: int, count: int) -> list[int]:
    """What each of `count` equal units has of a line's amount, as returns reckon it."""
    return [share(amount, i + 1, count) - share(amount, i, count) for i in range(count)]
