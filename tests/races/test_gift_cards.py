"""One gift card at many tills at the same instant: it pays once, is sold once, and never falls below zero."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

import pytest
from card_shop import CARDS, CardShop, card_line, use
from races.crowd import at_once, in_threads
from till_shop import Shop, open_shop

from regulars.contexts.rewards.usecases.gift_cards import block_gift_card, replace_gift_card
from regulars.contexts.till.types import CommitSale, MemberKey, ReturnGoods, ReturnView, SaleView
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.purchase import GIFT_CARD
from regulars.core.refusal import Refused
from regulars.core.rewards.gift_card import CardNotValid
from regulars.core.till.returns import ReturnedMore
from regulars.kit.dsn import Access
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database: Access, settings) -> Iterator[Shop]:
    settings.SECRET_KEY = "s" * 32
    with open_shop(django_on_fresh_database, CARDS) as opened:
        yield opened
    verdict = verify_books()
    assert verdict.books_are_right, verdict.differences


@pytest.fixture
def cards(shop: Shop) -> CardShop:
    return CardShop(shop)


def pays(
    shop: Shop, cards: Sequence, *prices: int, number: str, member=None, extra=()
) -> CommitSale:
    receipt = shop.receipt(*prices, number=number)
    receipt = receipt._replace(lines=(*receipt.lines, *extra))
    digest = sha256(repr((receipt, member)).encode()).digest()
    who = None if member is None else MemberKey(ref=member)
    return CommitSale(receipt, who, digest, cards=tuple(cards))


def flat(answers):
    return [answer for thread in answers for answer in thread]


def spent(answers, card_id) -> int:
    return sum(
        tender[2]
        for answer in answers
        if isinstance(answer, SaleView)
        for tender in answer.decision.tenders
        if tender[0] == str(card_id)
    )


def test_a_card_shown_at_twenty_tills_at_once_pays_what_is_on_it(shop: Shop, cards: CardShop):
    """odoo#108240, odoo#79235: a gift card used twice."""
    gift = cards.cards[0]
    cards.load(gift, 100)
    queues = [[pays(shop, [use(gift, 3_000)], 30, number=f"{i}")] for i in range(20)]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert sum(isinstance(answer, SaleView) for answer in answers) == 3
    assert all(isinstance(answer, SaleView | Refused) for answer in answers)
    assert cards.look(gift).balance == 1_000
    assert spent(answers, cards.look(gift).id) == 9_000


def test_a_card_is_sold_to_one_of_many_buyers(shop: Shop, cards: CardShop):
    gift = cards.cards[0]
    queues = [
        [pays(shop, [], number=f"{i}", extra=[card_line(gift, 50, kind=GIFT_CARD)])]
        for i in range(12)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert sum(isinstance(answer, SaleView) for answer in answers) == 1
    assert {type(answer) for answer in answers} == {SaleView, CardNotValid}
    assert cards.look(gift).balance == 5_000


def test_members_and_cards_in_any_combination_are_written_together(shop: Shop, cards: CardShop):
    """Sales that share members and cards crosswise: no deadlock, nothing half-done, money adds up."""
    for gift in cards.cards:
        cards.load(gift, 200)
    members = [shop.enrol(name) for name in ("anna", "bela", "vera")]
    queues = [
        [
            pays(
                shop,
                [use(cards.cards[(i + j) % 5]), use(cards.cards[(i + 2 * j + 1) % 5])][
                    : 1 if (i + 2 * j + 1) % 5 == (i + j) % 5 else 2
                ],
                70,
                number=f"{i}-{j}",
                member=members[(i * j) % 3] if (i + j) % 4 else None,
            )
            for j in range(6)
        ]
        for i in range(8)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert all(isinstance(answer, SaleView | CardNotValid) for answer in answers), answers
    for gift in cards.cards:
        view = cards.look(gift)
        assert view.balance == 20_000 - spent(answers, view.id)
        assert view.balance >= 0


def test_two_new_cards_and_a_new_member_in_one_receipt_race_with_others(
    shop: Shop, cards: CardShop
):
    first, second, third, *_ = cards.cards
    member = shop.enrol("anna")
    queues = [
        [
            pays(
                shop, [], 10, number=f"{i}", member=member if i % 2 else None,
                extra=[card_line(one, 50, "a"), card_line(other, 50, "b")],
            )
        ]
        for i, (one, other) in enumerate(
            [(first, second), (second, third), (third, first), (first, second)] * 2
        )
    ]  # fmt: skip
    answers = flat(at_once(shop.access, shop.now, queues))
    assert sum(isinstance(answer, SaleView) for answer in answers) == 1
    assert sorted(cards.look(each).balance for each in (first, second, third)) == [0, 5_000, 5_000]


def test_returns_of_one_sale_give_a_card_its_money_once(shop: Shop, cards: CardShop):
    gift = cards.cards[0]
    cards.load(gift, 100)
    sale = cards.sell(80, cards=[use(gift)])
    queues = [
        [
            ReturnGoods(
                f"R{i}",
                "s1",
                "t1",
                shop.now,
                sale.key,
                sha256(f"{i}".encode()).digest(),
                {"1": 1000},
            )
        ]
        for i in range(8)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert sum(isinstance(answer, ReturnView) for answer in answers) == 2
    assert {type(answer) for answer in answers} == {ReturnView, ReturnedMore}
    assert cards.look(gift).balance == 10_000


def test_a_card_that_is_blocked_meanwhile_pays_no_more(shop: Shop, cards: CardShop):
    gift = cards.cards[0]
    cards.load(gift, 1_000)
    queues = [
        [pays(shop, [use(gift, 1_000)], 10, number=f"{i}-{j}") for j in range(5)] for i in range(3)
    ]
    about = {"reason_text": "Lost", "now": shop.now, "by": shop.by}
    works = [lambda: in_transaction(lambda: block_gift_card(gift.number, True, **about))]
    works += [lambda queue=queue: at_once(shop.access, shop.now, [queue]) for queue in queues]
    blocked, *answers = in_threads(works)
    assert blocked.status == "blocked"
    found = flat(flat(answers))
    assert cards.look(gift).balance == 100_000 - spent(found, cards.look(gift).id)
    with pytest.raises(CardNotValid):
        cards.sell(10, cards=[use(gift)])


def test_a_replacement_racing_payments_loses_no_money(shop: Shop, cards: CardShop):
    old, new, *_ = cards.cards
    cards.load(old, 1_000)
    queues = [
        [pays(shop, [use(old, 1_000)], 10, number=f"{i}-{j}") for j in range(5)] for i in range(3)
    ]
    about = {"reason_text": "Torn", "now": shop.now, "by": shop.by}
    works = [lambda: in_transaction(lambda: replace_gift_card(old.number, new.number, **about))]
    works += [lambda queue=queue: at_once(shop.access, shop.now, [queue]) for queue in queues]
    moved, *answers = in_threads(works)
    assert not isinstance(moved, Exception), moved
    found = flat(flat(answers))
    assert (cards.look(old).balance, cards.look(old).status) == (0, "replaced")
    assert cards.look(new).balance == 100_000 - spent(found, cards.look(old).id)
