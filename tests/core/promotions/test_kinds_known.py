"""Mistakes that others have made with such promotions, and figures worked out by hand."""

import pytest
from kind_cases import basket_of, cuts_of, given, prepared, scope

from regulars.core.example import line
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.promotion import Given, Missing


@pytest.mark.parametrize("quantity", range(1, 51))
def test_an_amount_per_unit_is_exact_at_every_quantity(quantity: int) -> None:
    """vendure#2995: the amount per line was wrong at some quantities."""
    sold = line(13_37 * quantity, quantity=quantity * 1000)
    assert cuts_of(given("amount_off", {"amount": 2.99, "each": "unit"}, sold), 1) == (
        2_99 * quantity,
    )
    assert cuts_of(given("amount_off", {"amount": 2.99, "each": "line"}, sold), 1) == (2_99,)
    taxed = sold._replace(tax_rate_bp=2000)
    net = given("amount_off", {"amount": 2.99, "each": "unit"}, taxed, net=True)
    assert cuts_of(net, 1) == (3_59 * quantity,)


@pytest.mark.parametrize("amount", [1, 5, 10, 90, 250])
def test_an_amount_on_what_is_got_is_money_and_no_percentage(amount: int) -> None:
    """medusa#14934: the amount of buy-and-get was taken as a percentage."""
    lines = (line(200_00, quantity=2000), line(100_00, id="2", sku="got"))
    params = {"buy": {"skus": ["bread"]}, "buy_quantity": 2, "get": {"skus": ["got"]}}
    found = given("buy_x_get_y", params | {"amount": amount}, *lines)
    assert cuts_of(found, 2) == (0, min(amount, 100) * 100)


@pytest.mark.parametrize(
    "off", [{}, {"percent": 100}, {"amount": 1000}, {"price": 0}], ids=["free", "%", "off", "at"]
)
@pytest.mark.parametrize("quantity", [2, 3, 7, 540])
def test_buy_and_get_never_goes_below_zero(off: dict[str, int], quantity: int) -> None:
    """medusa#8829: totals became negative."""
    lines = (line(quantity * 2_50, quantity=quantity * 1000), line(0, id="2"))
    params = {"buy_quantity": 1, "get_quantity": 1000}
    [cut, none] = cuts_of(given("buy_x_get_y", params | off, *lines), 2)
    assert cut == (quantity - 1) * 2_50
    assert none == 0


def test_bought_units_serve_once_or_again() -> None:
    lines = (line(540 * 2_50, id="a", quantity=540_000), line(540 * 2_50, id="b", quantity=540_000))
    kind = KINDS["buy_x_get_y"]
    basket = basket_of(lines)
    for buy, get, expected in ((50, 1000, (1275_00, 1225_00)), (10, 20, (0, 50_00))):
        params = {"buy_quantity": buy, "get_quantity": get, "most": 1, "bought_stay": True}
        found = prepared(kind, params)(basket, scope(kind, basket), 1)
        assert cuts_of(found, 2) == expected
        assert isinstance(found, Given)
        basket.apply(found.cuts, found.units, found.spread)


def test_units_of_a_line_keep_their_price_when_others_were_made_free() -> None:
    kind = KINDS["buy_x_get_y"]
    basket = basket_of((line(50_00, quantity=5000),))
    gives = prepared(kind, {"most": 1})
    for expected in (10_00, 10_00):
        found = gives(basket, [0], 1)
        assert isinstance(found, Given)
        assert found.cuts == [(0, expected)]
        basket.apply(found.cuts, found.units, found.spread)
    assert isinstance(gives(basket, [0], 1), Missing)  # a single unit is left


def test_every_piece_of_two_plus_one_bears_its_third_on_a_return() -> None:
    found = given("n_for_m", {"take": 3, "pay": 2}, *(line(30_00, id=id, sku=id) for id in "abc"))
    assert isinstance(found, Given)
    assert found.spread == [(0, 10_00), (1, 10_00), (2, 10_00)]


def test_a_refund_never_exceeds_what_was_paid_for_the_line() -> None:
    basket = basket_of(tuple(line(30_00, id=id, sku=id) for id in "abc"))
    free = prepared(KINDS["n_for_m"], {"take": 3, "pay": 2})(basket, [0, 1, 2], 1)
    assert isinstance(free, Given)
    basket.apply(free.cuts, free.units, free.spread)
    paid = next(i for i in range(3) if basket.money[i])
    all_off = prepared(KINDS["percent"], {"percent": 100})(basket, [paid], 1)
    assert isinstance(all_off, Given)
    borne = basket.apply(all_off.cuts)
    assert borne is not None
    assert basket.worth is not None
    assert sum(part for _, part in borne) == 30_00
    assert dict(borne)[paid] == 20_00
    assert min(basket.worth) >= 0
    assert sum(basket.worth) == sum(basket.money) == 30_00


def test_a_minimum_price_moves_the_discount_as_far_as_it_goes() -> None:
    keyboard = line(20_00, id="2", sku="k")._replace(minimum_minor=19_00)
    mouse = line(50_00, id="3", sku="m")._replace(minimum_minor=50_00)
    phones = line(30_00, id="4", sku="h")._replace(minimum_minor=26_00)
    lines = (line(10_00, sku="c"), keyboard, mouse, phones)
    assert cuts_of(given("amount_off", {"amount": 20}, *lines), 4) == (10_00, 1_00, 0, 4_00)
    lost = given("amount_off", {"amount": 11}, *lines, minimum_moves=False)
    assert cuts_of(lost, 4) == (1_00, 1_00, 0, 3_00)


@pytest.mark.parametrize(("per", "expected"), [("receipt", 1_02), ("line", 1_04), ("unit", 1_04)])
def test_a_percentage_is_rounded_where_the_setting_says(per: str, expected: int) -> None:
    lines = [line(amount, id=str(amount)) for amount in (1_06, 2_06, 3_06, 4_06)]
    assert sum(cuts_of(given("percent", {"percent": 10}, *lines, per=per), 4)) == expected


def test_discounts_come_in_steps() -> None:
    found = given("percent", {"percent": 20}, line(349_00), step=100, rounding="down")
    assert cuts_of(found, 1) == (69_00,)


def test_a_net_amount_is_spread_with_the_tax_of_each_line() -> None:
    lines = (
        line(120_00)._replace(tax_rate_bp=2000),
        line(110_00, id="2")._replace(tax_rate_bp=1000),
    )
    assert cuts_of(given("amount_off", {"amount": 20}, *lines, net=True), 2) == (12_00, 11_00)


@pytest.mark.parametrize(
    ("code", "params", "units"),
    [
        ("n_for_m", {"take": 3, "pay": 2}, 2),
        ("buy_x_get_y", {"buy_quantity": 3}, 3),
        ("bundle_price", {"units": 4, "price": 1}, 3),
        ("cheapest", {"group": 2}, 1),
        ("amount_off", {"amount": 1, "each": "unit", "group_size": 3}, 2),
        ("spend_steps", {"by": "units", "steps": [{"from": 5, "percent": 5}]}, 4),
    ],
)
def test_says_how_many_units_are_missing(code: str, params: dict[str, object], units: int) -> None:
    found = given(code, params, line(100_00))
    assert isinstance(found, Missing)
    assert found.units == units


def test_says_how_much_money_is_missing() -> None:
    found = given("spend_steps", {"steps": [{"from": 500, "amount": 50}]}, line(380_00))
    assert isinstance(found, Missing)
    assert found.money_minor == 120_00
