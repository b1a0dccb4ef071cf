"""Laws that every promotion kind obeys on any receipt; kinds are found, not named."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from kind_cases import (
    GIVING,
    basket_of,
    cuts_of,
    given,
    members,
    prepared,
    promotions,
    receipts,
    scope,
    settings_of,
)
from seed import examples

from regulars.core.example import line
from regulars.core.promotions.basket import Basket, Rules
from regulars.core.promotions.promotion import Given, Kind
from regulars.core.purchase import QUANTITY_SCALE, Buyer, Line

Chosen = tuple[Kind, dict[str, Any], int]


def apply(basket: Basket, chosen: Chosen) -> Given | None:
    """Ask the kind, check what it gives against the basket, and take it off."""
    kind, params, times = chosen
    positions = scope(kind, basket)
    before = (basket.money.copy(), basket.free.copy(), basket.units_most, basket.sets_most)
    gives = prepared(kind, params)
    found = gives(basket, positions, times)
    assert found == gives(basket, positions, times)
    assert before == (basket.money, basket.free, basket.units_most, basket.sets_most)
    if not isinstance(found, Given):
        assert found.money_minor >= 0
        assert found.units >= 0
        return None
    check(basket, kind, positions, found)
    borne = basket.apply(found.cuts, found.units, found.spread)
    total = sum(cut for _, cut in found.cuts)
    if borne is not None:
        assert sum(part for _, part in borne) == total
        assert all(part > 0 for _, part in borne)
    return found


def check(basket: Basket, kind: Kind, positions: Sequence[int], found: Given) -> None:
    assert found.cuts or found.gifts or found.coupons
    at = [position for position, _ in found.cuts]
    assert len(at) == len(set(at))
    for position, cut in found.cuts:
        assert 0 < cut <= basket.room(position)
        assert basket.lines[position].kind == kind.on
        assert "no_discount" not in basket.lines[position].tags
    for position, count in found.units:
        assert 0 < count <= basket.free_units(position)
        assert not basket.lines[position].quantity % QUANTITY_SCALE
    if found.spread is not None:
        assert sum(part for _, part in found.spread) == sum(cut for _, cut in found.cuts)
        assert all(part > 0 for _, part in found.spread)
    assert found.pieces is None or found.pieces >= 0
    assert found.sets >= 1
    assert all(count > 0 for _, count in found.gifts + found.coupons)


@examples(150)
@drawn(receipts, settings_of, st.lists(promotions, min_size=1, max_size=5), members)
def test_parts_add_up_and_no_line_falls_below_its_minimum(
    lines: tuple[Line, ...], rules: Rules, chosen: list[Chosen], who: Buyer
) -> None:
    basket = basket_of(lines, rules, who)
    taken = 0
    for each in chosen:
        found = apply(basket, each)
        taken += sum(cut for _, cut in found.cuts) if found else 0
    assert sum(basket.money) == sum(basket.initial) - taken
    worth = basket.money if basket.worth is None else basket.worth
    assert sum(worth) == sum(basket.money)
    assert min(worth) >= 0
    for i, sold in enumerate(lines):
        assert basket.money[i] >= min(sold.amount_minor, sold.minimum_minor)
        assert basket.free_units(i) >= 0
        if basket.free_units(i):
            pile = basket.pile(i)
            assert 0 <= pile.amount <= basket.money[i]
            assert 0 <= pile.room <= basket.room(i)


@examples(200)
@drawn(receipts, settings_of, st.lists(promotions, min_size=1, max_size=3), members, st.randoms())
def test_the_order_of_lines_does_not_matter(
    lines: tuple[Line, ...], rules: Rules, chosen: list[Chosen], who: Buyer, chance: Random
) -> None:
    mixed = list(lines)
    chance.shuffle(mixed)
    one, other = basket_of(lines, rules, who), basket_of(mixed, rules, who)
    for each in chosen:
        first, second = apply(one, each), apply(other, each)
        assert (first is None) == (second is None)
        if first and second:
            assert first.params == second.params
            assert (first.pieces, first.sets) == (second.pieces, second.sets)
    left = {sold.id: one.money[i] for i, sold in enumerate(lines)}
    assert left == {sold.id: other.money[i] for i, sold in enumerate(mixed)}
    if one.worth is not None and other.worth is not None:
        worth = {sold.id: one.worth[i] for i, sold in enumerate(lines)}
        assert worth == {sold.id: other.worth[i] for i, sold in enumerate(mixed)}


@examples(150)
@drawn(receipts, promotions, st.integers(0, 6), st.integers(1, 3))
def test_limits_of_units_and_sets_hold(
    lines: tuple[Line, ...], chosen: Chosen, units: int, sets: int
) -> None:
    kind, params, times = chosen
    basket = basket_of(lines)
    basket.units_most, basket.sets_most = units, sets
    found = prepared(kind, params)(basket, scope(kind, basket), times)
    if isinstance(found, Given):
        whole = sum(lines[i].quantity // QUANTITY_SCALE or 1 for i, _ in found.cuts)
        if kind.on == "goods" and kind.code not in ("spend_steps", "discount_card"):
            pieces = whole if found.pieces is None else found.pieces
            per_receipt = found.pieces is None
            assert per_receipt or pieces <= units


@pytest.mark.parametrize("kind", GIVING, ids=lambda kind: kind.code)
@examples(30)
@drawn(amount=st.integers(0, 10**6), rules=settings_of, times=st.integers(1, 3))
def test_goods_by_weight_are_never_broken_into_pieces(
    kind: Kind, amount: int, rules: Rules, times: int
) -> None:
    for example in kind.examples:
        lines = (line(amount, sku="bread", quantity=137),)
        basket = basket_of(lines, rules)
        found = prepared(kind, example.params)(basket, scope(kind, basket), times)
        if isinstance(found, Given):
            assert not found.units
            assert sum(cuts_of(found, 1)) <= amount


_whole_prices = st.lists(
    st.tuples(st.integers(1, 500_00), st.integers(1, 9)), min_size=1, max_size=6
)
_deals = st.integers(2, 6).flatmap(lambda take: st.tuples(st.just(take), st.integers(1, take - 1)))


def _rung_up(bought: list[tuple[int, int]], prefix: str) -> list[Line]:
    return [
        line(price * count, id=f"{prefix}{i}", sku=f"{prefix}{i}", quantity=count * QUANTITY_SCALE)
        for i, (price, count) in enumerate(bought)
    ]


@pytest.mark.parametrize("count", ["together", "product"])
@examples(150)
@drawn(one=_whole_prices, other=_whole_prices, deal=_deals)
def test_more_goods_never_cost_more_than_buying_them_apart(
    count: str, one: list[tuple[int, int]], other: list[tuple[int, int]], deal: tuple[int, int]
) -> None:
    params = {"take": deal[0], "pay": deal[1], "count": count}
    first, second = _rung_up(one, "a"), _rung_up(other, "b")

    def cost(lines: list[Line]) -> int:
        found = given("n_for_m", params, *lines)
        return sum(sold.amount_minor for sold in lines) - sum(cuts_of(found, len(lines)))

    assert cost(first + second) <= cost(first) + cost(second)


@examples(150)
@drawn(bought=_whole_prices, deal=_deals)
def test_n_for_m_is_the_best_grouping_of_all(
    bought: list[tuple[int, int]], deal: tuple[int, int]
) -> None:
    take, pay = deal
    prices = sorted((price for price, count in bought for _ in range(count)), reverse=True)
    groups = [prices[i : i + take] for i in range(0, len(prices) - take + 1, take)]
    expected = sum(sum(group[pay:]) for group in groups)
    lines = _rung_up(bought, "a")
    assert (
        sum(cuts_of(given("n_for_m", {"take": take, "pay": pay}, *lines), len(lines))) == expected
    )


@examples(200)
@drawn(receipts, settings_of)
def test_a_hundred_percent_leaves_nothing(lines: tuple[Line, ...], rules: Rules) -> None:
    """odoo#271032: a 100 % discount left 0.01."""
    free = [sold._replace(minimum_minor=0, tags=frozenset(), kind="goods") for sold in lines]
    found = given("percent", {"percent": 100}, *free, **rules._asdict())
    assert cuts_of(found, len(free)) == tuple(sold.amount_minor for sold in free)


@examples(200)
@drawn(
    lines=receipts,
    percent=st.decimals("0.01", "100", places=2),
    coupon=st.integers(1, 50_000),
    times=st.integers(1, 3),
)
def test_what_is_left_is_paid_to_the_last_kopeck(
    lines: tuple[Line, ...], percent: Any, coupon: int, times: int
) -> None:
    """woocommerce#7837: a coupon and stored value together were off by 0.01."""
    basket = basket_of(lines)
    amount = {"amount": f"{coupon // 100}.{coupon % 100:02d}"}
    taken = 0
    for code, params in (("percent", {"percent": percent}), ("amount_off", amount)):
        kind = next(each for each in GIVING if each.code == code)
        found = apply(basket, (kind, params, times))
        taken += sum(cut for _, cut in found.cuts) if found else 0
    total = sum(sold.amount_minor for sold in lines)
    stored = min(77_77, total - taken)
    assert sum(basket.money) - stored == total - taken - stored >= 0


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("n_for_m", {"take": 5, "pay": 3}),
        ("n_for_m", {"take": 4, "pay": 1, "count": "product"}),
        ("cheapest", {"group": 4}),
        ("cheapest", {"group": 3, "every": True, "percent": 50}),
        ("bundle_price", {"units": 6, "price": 0}),
        ("buy_x_get_y", {"buy_quantity": 3, "get_quantity": 2}),
        ("buy_x_get_y", {"buy_quantity": 3, "get_quantity": 2, "incomplete": False}),
        ("buy_x_get_y", {"buy_quantity": 2, "count": "product"}),
        ("amount_off", {"amount": 1, "each": "unit", "group_size": 7}),
        ("spend_steps", {"by": "units", "steps": [{"from": 9, "percent": 100}]}),
    ],
)
@examples(30)
@drawn(bought=_whole_prices)
def test_what_is_missing_is_enough(
    code: str, params: dict[str, Any], bought: list[tuple[int, int]]
) -> None:
    lines = _rung_up(bought, "a")
    found = given(code, params, *lines)
    if isinstance(found, Given):
        return
    assert found.units > 0
    for more in range(1, found.units + 1):
        price, count = bought[0]
        fuller = _rung_up([(price, count + more), *bought[1:]], "a")
        added = given(code, params, *fuller)
        if params.get("count") != "product":
            assert isinstance(added, Given) == (more == found.units)
    one_by_one = [
        given(code, params, *_rung_up([*bought[:i], (p, c + found.units), *bought[i + 1 :]], "a"))
        for i, (p, c) in enumerate(bought)
    ]
    assert any(isinstance(each, Given) for each in one_by_one)


@pytest.mark.parametrize("count", ["together", "product"])
@examples(150)
@drawn(one=receipts, other=receipts, deal=_deals)
def test_what_prices_of_pieces_that_do_not_divide_may_add_is_a_kopeck_a_line(
    count: str, one: tuple[Line, ...], other: tuple[Line, ...], deal: tuple[int, int]
) -> None:
    params = {"take": deal[0], "pay": deal[1], "count": count}
    first = [sold._replace(id=f"a{sold.id}", minimum_minor=0) for sold in one]
    second = [sold._replace(id=f"b{sold.id}", minimum_minor=0) for sold in other]

    def cost(lines: list[Line]) -> int:
        found = given("n_for_m", params, *lines)
        return sum(sold.amount_minor for sold in lines) - sum(cuts_of(found, len(lines)))

    assert cost(first + second) <= cost(first) + cost(second) + len(first) + len(second)
