"""Returned goods find the sale they came from, or nothing is guessed."""

from hypothesis import given
from hypothesis import strategies as st

from regulars.core.receipts.matching import SoldGoods, Stock, Taken, Wanted
from regulars.core.receipts.problem import Problem

KEY = ("member", "anna", "milk")


def sale(number, at, pieces, price=100, line="1"):
    return SoldGoods(("s", "t", number), line, at, pieces * 1000, pieces * price)


def stock(*sales):
    found = Stock(frozenset({KEY}))
    for goods in sales:
        found.add(KEY, goods)
    return found


def wanted(pieces, at=100, price=100):
    return Wanted(KEY, at, pieces * 1000, pieces * price)


def taken(number, pieces, line="1"):
    return Taken(("s", "t", number), line, pieces * 1000)


def test_the_latest_sale_with_enough_left_is_taken():
    goods = stock(sale("1", 1, 5), sale("2", 2, 5), sale("3", 3, 1))
    assert goods.match(wanted(4)) == (taken("2", 4),)
    assert goods.match(wanted(4)) == (taken("1", 4),)
    assert goods.match(wanted(1)) == (taken("3", 1),)


def test_several_sales_cover_together_what_none_does_alone():
    goods = stock(sale("1", 1, 6), sale("2", 2, 4))
    assert goods.match(wanted(10)) == (taken("2", 4), taken("1", 6))


def test_a_later_sale_is_none_to_return_from():
    assert stock(sale("1", 101, 5)).match(wanted(1)) == Problem.of("return.no_sale")


def test_goods_never_sold_are_not_guessed():
    assert Stock(frozenset({KEY})).match(wanted(1)) == Problem.of("return.no_sale")


def test_more_than_is_left_is_not_taken_in_part():
    goods = stock(sale("1", 1, 3))
    assert goods.match(wanted(4)) == Problem.of("return.not_enough_left")
    assert goods.match(wanted(3)) == (taken("1", 3),)


def test_the_price_given_back_finds_its_own_sale():
    goods = stock(sale("1", 1, 5, price=100), sale("2", 2, 5, price=80))
    assert goods.match(wanted(2, price=100)) == (taken("1", 2),)


def test_goods_sold_for_more_may_come_back_for_less_but_not_the_other_way_round():
    goods = stock(sale("1", 1, 5, price=100))
    assert goods.match(wanted(1, price=90)) == (taken("1", 1),)
    assert goods.match(wanted(1, price=150)) == Problem.of("return.dearer_than_sold")


def test_a_sale_too_old_is_told_apart():
    assert stock(sale("1", 1, 5)).match(wanted(1), since=50) == Problem.of("return.sale_too_old")


def test_what_came_back_before_is_not_there_and_what_is_put_back_is():
    goods = Stock(frozenset({KEY}))
    goods.add(KEY, sale("1", 1, 5), returned=4000)
    assert isinstance(goods.match(wanted(2)), Problem)
    goods.put_back([taken("1", 4)])
    assert goods.match(wanted(5)) == (taken("1", 5),)


def test_the_reason_does_not_hang_on_what_is_left():
    goods = stock(sale("1", 1, 1))
    assert goods.match(wanted(2)) == goods.why_not(wanted(2))
    goods.match(wanted(1))
    assert goods.why_not(wanted(1)) == Problem.of("return.not_enough_left")


def test_keys_that_nobody_asks_about_are_not_kept():
    goods = Stock(frozenset())
    goods.add(KEY, sale("1", 1, 5))
    assert goods.match(wanted(1)) == Problem.of("return.no_sale")


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 9), st.integers(1, 3)), max_size=8),
    st.lists(st.tuples(st.integers(0, 25), st.integers(1, 9), st.integers(1, 3)), max_size=12),
)
def test_never_more_comes_back_than_was_sold_and_never_before_it(sales, returns):
    """Whatever is matched: whole, from earlier sales of the goods at no lower a price, never twice."""
    sold = [sale(str(n), at, pieces, price) for n, (at, pieces, price) in enumerate(sales)]
    goods = stock(*sold)
    by_key = {s.sale: s for s in sold}
    back: dict = {}
    for at, pieces, price in returns:
        found = goods.match(wanted(pieces, at, price * 10))
        if isinstance(found, Problem):
            continue
        assert sum(part.quantity for part in found) == pieces * 1000
        for part in found:
            assert by_key[part.sale].at <= at
            back[part.sale] = back.get(part.sale, 0) + part.quantity
    assert all(back[key] <= by_key[key].quantity for key in back)
