"""Budgets and caps for all members, under many desks: never exceeded, not stuck while there is room."""

import promotion_shop as ps
import pytest
from races.crowd import at_once
from races.racer import in_processes
from till_shop import open_shop

from regulars.contexts.till.types import QuoteChanged, ReturnView, SaleView
from regulars.contexts.till.usecases.verify import verify_books

SHOPS = {
    "budget": ps.document(
        ps.promotion("ten", budget="spring"),
        budgets=[{"id": "spring", "title": "Spring", "money": 300, "over": "cut"}],
    ),
    "whole": ps.document(
        ps.promotion("ten", budget="spring"),
        budgets=[{"id": "spring", "title": "Spring", "money": 305}],
    ),
    "uses": ps.document(ps.promotion("ten", caps=[{"per": "all", "uses": 25}])),
    "daily": ps.document(ps.promotion("ten", caps=[{"per": "all", "period": "day", "money": 300}])),
    "units": ps.document(ps.promotion("ten", caps=[{"per": "all", "units": 50}])),
    "coupon": ps.document(ps.with_coupon(caps=[{"per": "all", "uses": 7}])),
}


@pytest.fixture
def open_with(django_on_fresh_database):
    """Opens a shop of SHOPS; its books are proved afterwards."""
    opened = []

    def open_one(name):
        context = open_shop(django_on_fresh_database, SHOPS[name])
        opened.append(context)
        return context.__enter__()

    yield open_one
    for context in opened:
        context.__exit__(None, None, None)
    verdict = verify_books()
    assert verdict.books_are_right, verdict.differences


def flat(answers):
    return [answer for thread in answers for answer in thread]


def sales_of(answers):
    sales = flat(answers)
    assert all(isinstance(answer, SaleView) for answer in sales), sales
    return sales


def crowd(shop, count=8, each=10, price=100):
    """Queues of sales, of members and of nobody by turns."""
    members = [shop.enrol(f"m{n}") for n in range(count)]
    return [
        [
            ps.commit(shop, None if i % 4 == 3 else member, price, number=f"{n}-{i}")
            for i in range(each)
        ]
        for n, member in enumerate(members)
    ]


def test_a_budget_is_spent_to_the_last_kopeck_and_not_one_further(open_with):
    """odoo#249775: what many take at once never goes below what there is."""
    shop = open_with("budget")
    sales = sales_of(in_processes(shop.access, shop.now, crowd(shop), processes=2))
    assert sum(map(ps.discount_of, sales)) == 300_00
    assert ps.limits(shop) == {"budget:spring:ever": 300_00}


def test_a_budget_that_does_not_cut_gives_whole_discounts_while_one_fits(open_with):
    shop = open_with("whole")
    sales = sales_of(at_once(shop.access, shop.now, crowd(shop)))
    assert sorted({ps.discount_of(sale) for sale in sales}) == [0, 10_00]
    assert sum(map(ps.discount_of, sales)) == 300_00


def test_a_number_of_uses_for_all_is_never_oversold(open_with):
    """shopper#510."""
    shop = open_with("uses")
    sales = sales_of(in_processes(shop.access, shop.now, crowd(shop), processes=2))
    assert sum(ps.discount_of(sale) > 0 for sale in sales) == 25
    assert ps.limits(shop) == {"uses:ten:ever": 25}


@pytest.mark.parametrize(("name", "key", "limit"), [
    ("daily", "money:ten:day", 300_00), ("units", "units:ten:ever", 50),
])  # fmt: skip
def test_money_and_pieces_for_all_are_cut_to_what_is_left(open_with, name, key, limit):
    shop = open_with(name)
    sales_of(at_once(shop.access, shop.now, crowd(shop)))
    assert ps.limits(shop) == {key: limit}


def test_a_batch_in_which_a_limit_ends_gives_exactly_what_is_left(open_with):
    shop = open_with("uses")
    members = [shop.enrol(f"m{n}") for n in range(40)]
    commands = [ps.commit(shop, m, 100, number=str(n)) for n, m in enumerate(members)]
    answers = shop.run(shop.desk.run(commands))
    assert sum(ps.discount_of(sale) > 0 for sale in answers) == 25
    assert [ps.discount_of(sale) > 0 for sale in answers] == [True] * 25 + [False] * 15


def test_what_a_return_gives_back_can_be_had_by_another_till(open_with):
    shop = open_with("uses")
    sales_of(at_once(shop.access, shop.now, crowd(shop, count=4)))
    assert ps.limits(shop) == {"uses:ten:ever": 25}
    (number,) = ps.rows(
        shop, "SELECT number FROM till_sale WHERE discount_minor > 0 ORDER BY number LIMIT 1"
    )[0]
    assert isinstance(shop.ask(ps.give_back(shop, "r", number)), ReturnView)
    assert ps.limits(shop) == {"uses:ten:ever": 24}
    again = [[ps.commit(shop, None, 100, number=f"again{n}")] for n in range(8)]
    sales = sales_of(at_once(shop.access, shop.now, again))
    assert sum(ps.discount_of(sale) > 0 for sale in sales) == 1


def test_sales_and_returns_at_once_keep_a_budget_within_its_bounds(open_with):
    shop = open_with("budget")
    members = [shop.enrol(f"m{n}") for n in range(6)]
    queues = [
        [
            command
            for i in range(6)
            for command in (
                ps.commit(shop, m, 150 + 7 * i, number=f"{n}-{i}"),
                ps.give_back(shop, f"r{n}-{i}", f"{n}-{i}", {"1": 1000} if i % 2 else None),
            )
        ]
        for n, m in enumerate(members)
    ]
    answers = flat(at_once(shop.access, shop.now, queues))
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    (used,) = ps.limits(shop).values()
    assert 0 <= used <= 300_00


def test_a_quote_whose_budget_has_gone_is_told_so_and_nothing_happens(open_with):
    shop = open_with("whole")
    anna = shop.enrol("anna")
    quote = shop.ask(ps.quote(shop, anna, 1000))
    assert ps.discount_of(quote) == 100_00
    shop.ask(ps.commit(shop, None, 2500, number="big"))
    with pytest.raises(QuoteChanged) as told:
        shop.ask(ps.commit(shop, anna, 1000, number="late", quote=quote.token))
    assert ps.discount_of(told.value.fresh) == 0
    assert ps.limits(shop) == {"budget:spring:ever": 250_00}


def test_a_coupon_that_a_shared_limit_refuses_is_not_used_up(open_with):
    shop = open_with("coupon")
    codes = [f"CARD{n}{n}" for n in range(10, 22)]
    ps.add_coupons(shop, *codes)
    queues = [
        [ps.commit(shop, None, 100, number=str(n), codes=[code])] for n, code in enumerate(codes)
    ]
    sales = sales_of(at_once(shop.access, shop.now, queues))
    assert sum(ps.discount_of(sale) > 0 for sale in sales) == 7
    assert ps.rows(shop, "SELECT sum(uses)::int FROM rewards_coupon") == [(7,)]


def test_a_version_that_raises_the_limit_goes_on_where_the_old_one_stopped(open_with):
    shop = open_with("uses")
    sales_of(at_once(shop.access, shop.now, crowd(shop, count=4)))
    more = ps.document(ps.promotion("ten", caps=[{"per": "all", "uses": 30}]))
    shop.publish(more, shop.now)
    again = [[ps.commit(shop, None, 100, number=f"again{n}")] for n in range(8)]
    sales = sales_of(at_once(shop.access, shop.now, again))
    assert sum(ps.discount_of(sale) > 0 for sale in sales) == 5
    assert ps.limits(shop) == {"uses:ten:ever": 30}
