"""Promotions by the piece against a plain reckoning that looks at every single unit."""

from itertools import combinations

from hypothesis import given as drawn
from hypothesis import strategies as st
from kind_cases import basket_of, cuts_of, given, prepared
from seed import examples

from regulars.core.example import line
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.promotion import Given
from regulars.core.purchase import QUANTITY_SCALE, Line

Bought = list[tuple[int, int, str]]  # price, pieces, what: «buy», «get» or «both»

_bought = st.lists(
    st.tuples(st.integers(1, 60), st.integers(1, 4), st.sampled_from(["buy", "get", "both"])),
    min_size=1,
    max_size=5,
)


def rung_up(bought: Bought) -> list[Line]:
    return [
        line(
            price * pieces,
            id=f"{i}",
            sku=f"{i}",
            tags=["buy", "get"] if what == "both" else [what],
            quantity=pieces * QUANTITY_SCALE,
        )
        for i, (price, pieces, what) in enumerate(bought)
    ]


def units_of(bought: Bought, *whats: str) -> list[int]:
    return sorted(price for price, pieces, what in bought for _ in range(pieces) if what in whats)


def plainly(bought: Bought, buy: int, get: int, *, incomplete: bool) -> int:
    """The cheapest got units, the units that can only be bought and then the dearest being bought."""
    only, both = units_of(bought, "buy"), units_of(bought, "both")
    others = units_of(bought, "get")
    best = 0
    for sets in range(1, sum(pieces for _, pieces, _ in bought) + 1):
        of_both = max(0, sets * buy - len(only))
        if of_both > len(both):
            break
        left = sorted(others + both[: len(both) - of_both])
        needed = (sets - 1) * get + (1 if incomplete else get)
        if len(left) >= needed:
            best = sum(left[: sets * get])
    return best


@examples(150)
@drawn(_bought, st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_buy_and_get_gives_the_cheapest_of_what_is_left(
    bought: Bought, buy: int, get: int, incomplete: bool
) -> None:
    params = {
        "buy": {"tags": ["buy"]},
        "buy_quantity": buy,
        "get": {"tags": ["get"]},
        "get_quantity": get,
        "incomplete": incomplete,
    }
    found = given("buy_x_get_y", params, *rung_up(bought))
    assert sum(cuts_of(found, len(bought))) == plainly(bought, buy, get, incomplete=incomplete)


@examples(150)
@drawn(_bought, st.integers(1, 4), st.integers(0, 150))
def test_a_bundle_of_any_units_takes_the_dearest_as_long_as_it_pays(
    bought: Bought, size: int, price: int
) -> None:
    units = units_of(bought, "buy", "get", "both")[::-1]
    groups = [units[i : i + size] for i in range(0, len(units) - size + 1, size)]
    expected = sum(max(0, sum(group) - price) for group in groups)
    params = {"units": size, "price": f"{price // 100}.{price % 100:02d}"}
    found = given("bundle_price", params, *rung_up(bought))
    assert sum(cuts_of(found, len(bought))) == expected


@examples(100)
@drawn(_bought, st.integers(1, 3), st.integers(1, 2), st.integers(0, 120))
def test_a_set_of_two_parts_is_as_cheap_as_any_choice_of_units(
    bought: Bought, buy: int, get: int, price: int
) -> None:
    """One set of parts that share no goods: no other choice of units saves more."""
    first, second = units_of(bought, "buy"), units_of(bought, "get")
    choices = [
        sum(one) + sum(other)
        for one in combinations(first, buy)
        for other in combinations(second, get)
    ]
    params = {
        "price": f"{price // 100}.{price % 100:02d}",
        "most": 1,
        "parts": [
            {"goods": {"tags": ["buy"], "exclude_tags": ["get"]}, "quantity": buy},
            {"goods": {"tags": ["get"], "exclude_tags": ["buy"]}, "quantity": get},
        ],
    }
    found = given("bundle_price", params, *rung_up(bought))
    assert sum(cuts_of(found, len(bought))) == max(0, max(choices, default=0) - price)


@examples(100)
@drawn(_bought, st.integers(1, 4), st.integers(1, 4))
def test_the_cheapest_of_every_group_is_found_unit_by_unit(
    bought: Bought, size: int, units: int
) -> None:
    units = min(units, size)
    prices = units_of(bought, "buy", "get", "both")[::-1]
    groups = [prices[i : i + size] for i in range(0, len(prices) - size + 1, size)]
    found = given("cheapest", {"group": size, "units": units, "every": True}, *rung_up(bought))
    expected = sum(sum(group[size - units :]) for group in groups)
    assert sum(cuts_of(found, len(bought))) == expected


@examples(100)
@drawn(_bought, st.lists(st.integers(1, 3), min_size=1, max_size=6))
def test_one_after_another_every_unit_is_made_free_once_and_at_its_own_price(
    bought: Bought, sizes: list[int]
) -> None:
    """What is left after each is what the units left cost; nothing is given away twice."""
    basket = basket_of(rung_up(bought))
    left = units_of(bought, "buy", "get", "both")
    for size in sizes:
        gives = prepared(KINDS["cheapest"], {"units": size})
        found = gives(basket, list(basket.order), 1)
        expected, left = left[:size], left[size:]
        assert sum(cuts_of(found, len(bought))) == sum(expected)
        if isinstance(found, Given):
            basket.apply(found.cuts, found.units, found.spread)
        assert sum(basket.money) == sum(left)
