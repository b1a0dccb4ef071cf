"""Gift cards and stored value in the pure core: what pays, what is loaded, what is refused."""

from uuid import uuid4

import pytest
from card_values import NOON, WALLET, blocked, card, expired, paid, pay, policy, purse, shop
from make import line, programme, receipt

from regulars.core.purchase import DELIVERY, GIFT_CARD, TOP_UP
from regulars.core.rewards.card_books import (
    write_sale,
)
from regulars.core.rewards.gift_card import (
    CARD_CURRENCY,
    Card,
    CardAmountWrong,
    CardLineMalformed,
    CardNotToppedUp,
    CardNotValid,
    CardNumberMissing,
    CardsNotOffered,
    CardTwice,
    Purse,
    TopUpNeedsMember,
    list_loads,
    masked,
    stored_of,
)
from regulars.core.till.decision import PaymentNotPossible
from regulars.core.till.sold import spend_of
from regulars.core.till.tenders import CardUse


def test_two_cards_pay_in_the_order_given_each_up_to_its_balance() -> None:
    assert paid(purse(card("gc1", 5_000), card("gc2", 15_000)), 18_000) == [5_000, 13_000]


def test_a_card_pays_no_more_than_there_is_to_pay() -> None:
    assert paid(purse(card("gc", 10_000)), 9_000) == [9_000]
    assert paid(purse(card("gc", 10_000), card("gc2", 500)), 9_000) == [9_000]


def test_a_card_pays_delivery_but_no_cards_and_no_top_ups() -> None:
    lines = [
        line("1", 100),
        line("2", 200, kind=DELIVERY),
        line("3", 400, kind=GIFT_CARD, card="x"),
        line("4", 800, kind=TOP_UP),
    ]
    (tender,) = pay(purse(card("gc", 5_000)), lines, [100, 200, 400, 800])
    assert tender.shares == (100, 200, 0, 0)
    assert spend_of(lines, [100, 200, 400, 800]) == 300


def test_shares_do_not_depend_on_the_order_of_lines() -> None:
    lines = [line("b", 333), line("a", 333), line("c", 334)]
    forth = pay(purse(card("gc", 500)), lines, [333, 333, 334])[0]
    back = pay(purse(card("gc", 500)), lines[::-1], [334, 333, 333])[0]
    assert dict(zip("bac", forth.shares, strict=True)) == dict(zip("cab", back.shares, strict=True))


@pytest.mark.parametrize(
    "bad",
    [
        card("new"),
        card("foreign", 5_000, money="EUR"),
        card("pin", 5_000, trusted=False),
        expired(),
        blocked(),
    ],
    ids=["never sold", "other money", "wrong PIN", "expired", "blocked"],
)
def test_every_card_that_cannot_pay_gets_the_answer_of_one_that_does_not_exist(bad: Card) -> None:
    unknown = Purse((CardUse("no such", "0000", None),), {})
    with pytest.raises(CardNotValid) as none:
        paid(unknown, 1_000)
    with pytest.raises(CardNotValid) as found:
        paid(purse(bad), 1_000)
    assert (found.value.code, found.value.pointer, found.value.params) == (
        none.value.code,
        none.value.pointer,
        none.value.params,
    )


def test_a_spent_card_is_not_valid_and_a_presented_card_never_prints_its_pin() -> None:
    spent = card("gc", 1_000)
    spent.book.spend(CARD_CURRENCY, 1_000)
    with pytest.raises(CardNotValid):
        paid(purse(spent), 500)
    assert "1234" not in repr(CardUse("990123", "1234", None))
    assert masked("9901234567") == "•••4567"


def test_an_exact_amount_is_paid_or_refused_with_what_is_possible() -> None:
    assert paid(purse(card("gc", 1_000), gc=400), 500) == [400]
    for wrong in (501, 0, -5, 1_001):
        with pytest.raises(PaymentNotPossible) as low:
            paid(purse(card("gc", 1_000), gc=wrong), 500)
        assert (low.value.pointer, low.value.params["most"]) == ("/gift_cards/0/amount_minor", 500)
    use = CardUse("gc", "", None)
    with pytest.raises(CardTwice):
        paid(Purse((use, use), {"gc": card("gc", 1_000)}), 500)


def test_a_card_is_sold_by_its_line_and_only_once() -> None:
    version = shop(least=5, most=100)
    new = card("gc", version=version)
    bought = receipt(line("1", 5_000, kind=GIFT_CARD, card="gc"))
    (load,) = list_loads(version, bought, {"gc": new}, has_member=False)
    assert (load.amount_minor, load.is_new, load.card) == (5_000, True, str(new.id))
    write_sale(version, policy(version), Purse((), {"gc": new}), (), (load,), sale=uuid4(), at=NOON)
    assert (new.balance, new.is_active) == (5_000, True)
    with pytest.raises(CardNotValid):
        list_loads(version, bought, {"gc": new}, has_member=False)
    with pytest.raises(CardNotValid):
        list_loads(version, bought, {}, has_member=False)


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"card": ""}, CardNumberMissing),
        ({"quantity": 2}, CardLineMalformed),
        ({"quantity": "0.5"}, CardLineMalformed),
        ({"amount_minor": 499}, CardAmountWrong),
        ({"amount_minor": 10_001}, CardAmountWrong),
        ({"amount_minor": -600}, CardAmountWrong),
        ({"kind": TOP_UP}, CardNotToppedUp),
    ],
)
def test_a_line_that_loads_a_card_is_checked(more: dict, refusal: type[Exception]) -> None:
    version = shop(least=5, most=100)
    wanted = {"amount_minor": 5_000, "kind": GIFT_CARD, "card": "gc", **more}
    with pytest.raises(refusal):
        list_loads(version, receipt(line("1", **wanted)), {"gc": card("gc")}, has_member=True)


def test_a_card_is_topped_up_where_the_programme_allows_it() -> None:
    version = shop(top_up=True, most=100)
    held = card("gc", 6_000, version)
    top_up = receipt(line("1", 4_000, kind=TOP_UP, card="gc"))
    loads = list_loads(version, top_up, {"gc": held}, has_member=False)
    write_sale(version, policy(version), Purse((), {"gc": held}), (), loads, sale=uuid4(), at=NOON)
    assert held.balance == 10_000
    with pytest.raises(CardAmountWrong) as full:
        list_loads(version, top_up, {"gc": held}, has_member=False)
    assert full.value.params == {"least_minor": 0, "most_minor": 0}
    for other in (card("gc", version=version), blocked()):
        with pytest.raises(CardNotValid):
            list_loads(version, top_up, {"gc": other}, has_member=False)


def test_lines_of_other_peoples_cards_and_top_ups_are_let_through() -> None:
    plain = programme()
    foreign = receipt(line("1", 100, kind=GIFT_CARD), line("2", 100, kind=TOP_UP))
    assert list_loads(plain, foreign, {}, has_member=False) == ()
    ours = receipt(line("1", 100, kind=GIFT_CARD, card="gc"))
    with pytest.raises(CardsNotOffered):
        list_loads(plain, ours, {"gc": card("gc")}, has_member=False)
    twice = receipt(
        line("1", 100, kind=GIFT_CARD, card="gc"), line("2", 100, kind=GIFT_CARD, card="gc")
    )
    with pytest.raises(CardTwice):
        list_loads(shop(), twice, {"gc": card("gc")}, has_member=False)


def test_stored_value_is_topped_up_by_a_line() -> None:
    version = programme(currencies={"points": {"title": "Points"}, "wallet": WALLET})
    assert stored_of(version) == "wallet"
    top_up = receipt(line("1", 5_000, kind=TOP_UP))
    (load,) = list_loads(version, top_up, {}, has_member=True)
    assert (load.card, load.currency, load.amount_minor) == ("", "wallet", 5_000)
    with pytest.raises(TopUpNeedsMember):
        list_loads(version, top_up, {}, has_member=False)
