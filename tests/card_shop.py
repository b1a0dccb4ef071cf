"""A shop that sells gift cards and keeps stored value: for tests of both on a real database."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from till_shop import DOCUMENT, Shop

from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.queries.gift_cards import get_gift_card
from regulars.contexts.rewards.types import GiftCardView, PrintedCard
from regulars.contexts.rewards.usecases.gift_cards import make_gift_cards
from regulars.contexts.till.types import (
    CommitSale,
    MemberKey,
    QuoteSale,
    QuoteView,
    ReturnGoods,
    ReturnView,
    SaleKey,
    SaleView,
)
from regulars.core.purchase import GIFT_CARD, TOP_UP, Line, Receipt
from regulars.core.till.tenders import CardUse
from regulars.kit.transactions import in_transaction

CARDS: Mapping[str, Any] = {
    **DOCUMENT,
    "currencies": {
        **DOCUMENT["currencies"],
        "wallet": {"title": "Wallet", "kind": "stored_value", "scale": 2},
    },
    "gift_cards": {
        "least": 1,
        "most": 10000,
        "top_up": True,
        "expiry": {"kind": "after", "after": {"days": 100}},
        "expired_grace": {"days": 30},
    },
}


def use(card: PrintedCard, amount: int | None = None, pin: str | None = None) -> CardUse:
    """The card as it is shown at the till; another PIN than its own where one is given."""
    return CardUse(card.number, card.pin if pin is None else pin, amount)


def card_line(card: PrintedCard, roubles: int, id: str = "card", kind: str = GIFT_CARD) -> Line:
    """A line that sells the card with so much on it, or tops it up."""
    amount = roubles * 100
    return Line(id, "GC", 1000, amount, amount, kind=kind, card=card.number)


def wallet_line(roubles: int, id: str = "top") -> Line:
    """A top-up of the member's stored value."""
    return Line(id, "TOP", 1000, roubles * 100, roubles * 100, kind=TOP_UP)


class CardShop:
    """Cards of one batch in a `Shop`."""

    def __init__(self, shop: Shop, batch: str = "b1", count: int = 5) -> None:
        self.shop = shop
        self.cards: Sequence[PrintedCard] = in_transaction(
            lambda: make_gift_cards(batch, count, now=shop.now, by=shop.by)
        )

    def receipt(self, *prices: int, extra: Sequence[Line] = ()) -> Receipt:
        found = self.shop.receipt(*prices)
        return replace_lines(found, (*found.lines, *extra))

    def commit(
        self,
        receipt: Receipt,
        *cards: CardUse,
        member: MemberRef | None = None,
        quote: str | None = None,
        **pay: int | None,
    ) -> SaleView:
        key = None if member is None else MemberKey(ref=member)
        digest = sha256(repr((receipt, member, pay, [tuple(card) for card in cards])).encode())
        command = CommitSale(receipt, key, digest.digest(), pay, quote, cards=cards)
        sale = self.shop.ask(command)
        assert isinstance(sale, SaleView)
        return sale

    def sell(
        self,
        *prices: int,
        cards: Sequence[CardUse] = (),
        extra: Sequence[Line] = (),
        member: MemberRef | None = None,
        **pay: int | None,
    ) -> SaleView:
        return self.commit(self.receipt(*prices, extra=extra), *cards, member=member, **pay)

    def quote(
        self, receipt: Receipt, *cards: CardUse, member: MemberRef | None = None, **pay: int | None
    ) -> QuoteView:
        key = None if member is None else MemberKey(ref=member)
        view = self.shop.ask(QuoteSale(receipt, key, pay, cards=cards))
        assert isinstance(view, QuoteView)
        return view

    def load(self, card: PrintedCard, roubles: int, kind: str = GIFT_CARD) -> SaleView:
        """Sell a card by itself, or top it up."""
        return self.sell(extra=[card_line(card, roubles, kind=kind)])

    def give_back(
        self,
        sale: SaleKey,
        lines: Mapping[str, int] | None = None,
        onto: str = "",
        number: str = "",
    ) -> ReturnView:
        told = None if lines is None else {line: n * 1000 for line, n in lines.items()}
        number = number or f"CR{next(self.shop._numbers)}"
        digest = sha256(repr((number, sale, told, onto)).encode()).digest()
        back = self.shop.ask(
            ReturnGoods(number, "s1", "t1", self.shop.now, sale, digest, told, onto=onto)
        )
        assert isinstance(back, ReturnView)
        return back

    def look(self, card: PrintedCard) -> GiftCardView:
        return in_transaction(
            lambda: get_gift_card(card.number, now=self.shop.now, by=self.shop.by)
        )

    def balances(self) -> list[int]:
        return [self.look(card).balance for card in self.cards]


def replace_lines(receipt: Receipt, lines: Sequence[Line]) -> Receipt:
    """The receipt with other lines."""
    return receipt._replace(lines=tuple(lines))
