"""The books of gift cards: stories, expiry, replacement, and laws that hold whatever happens."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from card_values import NOON, blocked, card, paid, pay, policy, purse, shop
from hypothesis import given, settings
from hypothesis import strategies as st
from make import line, moment, receipt

from regulars.core.ledger.lots import Taken, balances
from regulars.core.ledger.replay import replay
from regulars.core.ledger.settle import settle
from regulars.core.purchase import GIFT_CARD, TOP_UP
from regulars.core.rewards.card_books import (
    RETURN,
    CardStatusWrong,
    adjust,
    block,
    check_refund_card,
    give_back,
    put_on,
    record,
    replace,
    take_off,
    unspent_of,
    write_sale,
)
from regulars.core.rewards.gift_card import (
    CARD_CURRENCY,
    SOLD_MARK,
    CardAmountWrong,
    CardInsufficient,
    CardNotValid,
    Purse,
    list_loads,
    marks_of,
    status_of,
)
from regulars.core.till.decision import PaymentNotPossible
from regulars.core.till.tenders import CardUse


def test_what_a_receipt_puts_on_a_card_does_not_pay_that_receipt() -> None:
    """odoo-041: money loaded in an order cannot pay the same order."""
    version = shop(top_up=True)
    held = card("gc", 1_000, version)
    lines = [line("1", 10_000), line("2", 5_000, kind=TOP_UP, card="gc")]
    bag = purse(held)
    tenders = pay(bag, lines, [10_000, 5_000])
    loads = list_loads(version, receipt(*lines), bag.cards, has_member=False)
    taken, books = write_sale(version, policy(version), bag, tenders, loads, sale=uuid4(), at=NOON)
    assert held.balance == 5_000
    assert taken == {str(held.id): (Taken(1, 1_000),)}
    assert books == (held.book,)


def test_the_story_of_a_card_sold_paid_with_returned_and_returned_whole() -> None:
    version, sold, used = shop(), uuid4(), uuid4()
    gift = card("gc", 5_000, version, sale=sold)
    lines = [line("1", 1_000), line("2", 2_000)]
    tenders = pay(purse(gift), lines, [1_000, 2_000])
    taken, _ = write_sale(version, None, purse(gift), tenders, (), sale=used, at=NOON)
    assert (gift.balance, unspent_of(gift.book, sold)) == (2_000, 2_000)
    parts = taken[str(gift.id)]
    give_back(version, gift.book, parts, 0, 1_000, at=NOON)
    record(gift.book, RETURN, (), source=uuid4(), at=NOON, version=1)
    give_back(version, gift.book, parts, 1_000, 2_000, at=NOON)
    record(gift.book, RETURN, (), source=uuid4(), at=NOON, version=1)
    assert gift.balance == 5_000
    marks = take_off(gift.book, sold, unspent_of(gift.book, sold))
    record(gift.book, RETURN, marks, source=uuid4(), at=NOON, version=1)
    assert (gift.balance, marks_of(gift.book)) == (0, 0)
    assert status_of(gift.marks, gift.balance) == "new"
    with pytest.raises(CardNotValid):
        paid(purse(gift), 100)


def test_a_returned_card_gives_back_no_more_than_is_unspent() -> None:
    sold = uuid4()
    gift = card("gc", 5_000, sale=sold)
    gift.book.spend(CARD_CURRENCY, 4_200)
    assert unspent_of(gift.book, sold) == 800
    with pytest.raises(AssertionError):
        take_off(gift.book, sold, 801)


def test_a_refund_goes_onto_a_new_card_or_one_in_use_only() -> None:
    """odoo-222: the refund of goods turned into a card of the same amount."""
    version = shop()
    new = check_refund_card(card("gc"), money="RUB", pointer="/onto")
    marks = put_on(new.book, policy(version), 198, source=uuid4(), at=NOON)
    record(new.book, RETURN, marks, source=uuid4(), at=NOON, version=1)
    assert (new.balance, new.marks) == (198, SOLD_MARK)
    assert check_refund_card(new, money="RUB", pointer="/onto") is new
    for bad in (None, blocked(), card("gc", money="EUR")):
        with pytest.raises(CardNotValid):
            check_refund_card(bad, money="RUB", pointer="/onto")


def test_a_card_expires_by_its_policy_and_what_has_expired_lives_on_by_replacement() -> None:
    version = shop(expiry={"kind": "after", "after": {"days": 140}}, expired_grace={"days": 30})
    gift = card("gc", 5_000, version)
    (lot,) = gift.book.lots.values()
    assert lot.expires_at == moment("2026-07-20 12:00")
    late = lot.expires_at + timedelta(days=29)
    settle(gift.book, at=late, version=1, zone=version.zone)
    assert gift.balance == 0
    fresh = card("gc2", version=version)
    about = {"by": "staff:1"}
    on_it = replace(
        gift.book, fresh.book, policy(version), source=uuid4(), at=late, version=1, about=about
    )
    assert (on_it, fresh.balance, fresh.is_active) == (5_000, 5_000, True)
    for found in (gift, fresh):
        transactions = found.book.close().transactions
        books = replay(found.id, transactions)
        assert not books.unbalanced
        assert books.wallets.get(CARD_CURRENCY, [0, 0, 0])[1] == found.balance


def test_a_replaced_card_keeps_its_balance_and_is_dead() -> None:
    version, sold = shop(), uuid4()
    old, new = card("gc", 5_000, version, sale=sold), card("gc2", version=version)
    about = {"by": "staff:1"}
    replace(old.book, new.book, None, source=uuid4(), at=NOON, version=1, about=about)
    assert (old.balance, new.balance) == (0, 5_000)
    assert status_of(old.marks, old.balance) == "replaced"
    assert unspent_of(new.book, sold) == 5_000
    for again in (old, card("gc3", 100, version), new):
        with pytest.raises(CardStatusWrong):
            replace(old.book, again.book, None, source=uuid4(), at=NOON, version=1, about=about)
    with pytest.raises(CardStatusWrong):
        block(old.book, True, source=uuid4(), at=NOON, version=1)


def test_a_correction_never_takes_more_than_there_is() -> None:
    version = shop()
    gift = card("gc", 500, version)
    about = {"by": "staff:1"}
    adjust(gift.book, policy(version), -500, source=uuid4(), at=NOON, version=1, about=about)
    with pytest.raises(CardInsufficient):
        adjust(gift.book, policy(version), -1, source=uuid4(), at=NOON, version=1, about=about)
    adjust(gift.book, policy(version), 70, source=uuid4(), at=NOON, version=1, about=about)
    assert gift.balance == 70
    with pytest.raises(CardStatusWrong):
        adjust(card("n").book, policy(version), 5, source=uuid4(), at=NOON, version=1, about=about)


@settings(max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["sell", "pay", "pay_all", "back", "off", "block", "unblock", "adjust"]
            ),
            st.integers(0, 5_000),
        ),
        max_size=25,
    )
)
def test_whatever_happens_a_card_is_never_below_zero_and_its_sums_agree(
    moves: list[tuple[str, int]],
) -> None:
    """Postings = lots = sold − paid + given back, and the books made again say the same."""
    version = shop(top_up=True)
    gift = card("gc", version=version)
    lines = [line("1", 3_000), line("2", 777)]
    payments: list[tuple[tuple[Taken, ...], int]] = []  # what paid, how much went back
    sales: list[UUID] = []
    expected = 0
    for what, amount in moves:
        source, bag = uuid4(), Purse((CardUse("gc", "", amount),), {"gc": gift})
        try:
            if what == "sell":
                kind = TOP_UP if gift.marks & SOLD_MARK else GIFT_CARD
                bought = receipt(line("1", amount, kind=kind, card="gc"))
                loads = list_loads(version, bought, bag.cards, has_member=False)
                write_sale(version, policy(version), bag, (), loads, sale=source, at=NOON)
                sales.append(source)
                expected += amount
            elif what in ("pay", "pay_all"):
                if what == "pay_all":
                    bag = bag._replace(uses=(CardUse("gc", "", None),))
                tenders = pay(bag, lines, [3_000, 777])
                taken, _ = write_sale(version, None, bag, tenders, (), sale=source, at=NOON)
                payments.append((taken[str(gift.id)], 0))
                expected -= tenders[0].amount
            elif what == "back" and payments:
                parts, before = payments.pop(amount % len(payments))
                back = min(amount, sum(part.amount for part in parts) - before)
                give_back(version, gift.book, parts, before, back, at=NOON)
                record(gift.book, RETURN, (), source=source, at=NOON, version=1)
                payments.append((parts, before + back))
                expected += back
            elif what == "off" and sales:
                unspent = unspent_of(gift.book, sales[amount % len(sales)])
                marks = take_off(gift.book, sales[amount % len(sales)], unspent)
                record(gift.book, RETURN, marks, source=source, at=NOON, version=1)
                expected -= unspent
            elif what in ("block", "unblock"):
                block(gift.book, what == "block", source=source, at=NOON, version=1)
            elif what == "adjust":
                by = amount - 2_500
                adjust(gift.book, policy(version), by, source=source, at=NOON, version=1, about={})
                expected += by
        except (
            CardNotValid,
            CardAmountWrong,
            PaymentNotPossible,
            CardInsufficient,
            CardStatusWrong,
        ):
            pass
        assert gift.balance == expected
        assert gift.balance >= 0
    changes = gift.book.close()
    books = replay(gift.id, changes.transactions)
    assert not books.unbalanced
    assert books.wallets.get(CARD_CURRENCY, [0, 0, 0])[1] == expected
    assert balances(books.lots.values()).get(CARD_CURRENCY, (0, 0, 0))[1] == expected
    assert dict(changes.account.state.counters) == books.counters
    assert -sum(books.system.values()) == expected  # sold − paid + given back + corrected


def test_a_coupon_and_stored_value_leave_nothing_to_pay_to_the_last_kopeck() -> None:
    """woocommerce#7837: a discount of 33.33 and a card for the rest were off by 0.01."""
    lines = [line("1", 3_333), line("2", 3_333), line("3", 3_334)]
    due = [2_222, 2_222, 2_223]
    first, second = pay(purse(card("gc1", 3_333), card("gc2", 9_999)), lines, due)
    assert first.amount + second.amount == sum(due)
    assert [a + b for a, b in zip(first.shares, second.shares, strict=True)] == due
