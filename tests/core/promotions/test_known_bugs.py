"""Bugs of other engines that are the evaluation's: each named for the thread it was reported in."""

from collections import Counter
from dataclasses import replace

import pytest
from offer_cases import amount, compiled, given, offer, percent, promoted, scene, total

from regulars.core.example import line
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import NOTHING


def test_a_discount_of_a_hundred_percent_leaves_nothing_odoo_271032():
    for sold in ((line(99_99), line(1, id="2"), line(13_71, id="3", quantity=137)), (line(3_33),)):
        for policy in ({}, {"round_per": "unit"}, {"round_per": "line"}, {"percent_of": "initial"}):
            for before in ((), (percent("a", "33.33"),)):
                programme = compiled(*before, percent("b", 100, priority=500), policy=policy)
                result = promoted(programme, *sold)
                assert total(result) == sum(one.amount_minor for one in sold)


@pytest.mark.parametrize("pieces", range(1, 51))
def test_the_amount_of_a_line_is_right_at_every_quantity_vendure_2995(pieces):
    sold = line(3_33 * pieces, quantity=pieces * 1000)
    for kind, params, each in (
        ("percent", {"percent": 100}, 3_33),
        ("amount_off", {"amount": 1, "each": "unit"}, 1_00),
        ("fixed_price", {"price": 2}, 1_33),
    ):
        result = promoted(compiled(offer("a", kind, params=params)), sold)
        assert total(result) == each * pieces
    cut = compiled(amount("a", 1, caps=[{"per": "receipt", "money": "0.50"}]))
    assert promoted(cut, sold).discounts[0].shares == (50,)


def test_an_amount_off_what_is_got_is_an_amount_and_never_more_than_it_costs_medusa_14934_8829():
    params = {"buy": {"skus": ["x"]}, "get": {"skus": ["y"]}, "amount": 20}
    programme = compiled(offer("a", "buy_x_get_y", params=params), percent("b", 50, priority=1))
    sold = line(100_00, sku="x"), line(30_00, id="2", sku="y")
    assert given(promoted(programme, *sold)) == {"b": 65_00, "a": 15_00}
    result = promoted(programme, *sold)
    assert [d.shares for d in result.discounts] == [(50_00, 15_00), (0, 15_00)]


def test_discounts_over_the_total_leave_zero_woocommerce_7837():
    result = promoted(compiled(amount("a", 70), amount("b", 70), amount("c", 1)), line(100_00))
    assert given(result) == {"a": 70_00, "b": 30_00}
    assert [v.reason.code for v in result.passed] == ["promotion.missing.nothing_left"]


def test_promotions_that_cannot_apply_are_not_looked_at_vendure_3075_shopware_8329_oscar_3063(
    monkeypatch,
):
    """Work is counted, not timed: how many promotions a basket asks, out of how many there are."""
    asked: Counter[str] = Counter()

    def counting(params, terms, scale):
        gives = kind.prepare(params, terms, scale)

        def counted(*args):
            asked["promotions"] += 1
            return gives(*args)

        return counted

    kind = KINDS["percent"]
    for count in (10, 800):
        offers = [percent(f"c{i}", 5, goods={"categories": [f"c{i}"]}) for i in range(count)]
        offers += [
            percent(f"k{i}", 5, trigger={"kind": "code", "codes": [f"KEY{i}"]})
            for i in range(count)
        ]
        offers += [percent(f"s{i}", 5, when={"store": {"in": [f"x{i}"]}}) for i in range(count)]
        offers += [
            percent(f"o{i}", 5, valid={"since": "2026-03-01", "until": "2026-03-04"})
            for i in range(count)
        ]
        offers += [percent(f"m{i}", 5, trigger={"kind": "coupon"}) for i in range(count)]
        offers += [percent(f"t{i}", 5, when={"tier": {"in": ["gold"]}}) for i in range(count)]
        with monkeypatch.context() as patch:
            patch.setitem(KINDS, "percent", replace(kind, prepare=counting))
            programme = compiled(*offers)
        asked.clear()
        sold = scene(*[line(10_00, id=f"{i}", category=f"c{i}") for i in range(4)])
        plan = programme.promotions.index.plan(sold, NOTHING)
        assert [step.promotion.id for step in plan.steps] == ["c0", "c1", "c2", "c3"]
        result = promote(programme, sold, NOTHING, member=True)
        assert asked["promotions"] == 4
        assert (len(result.discounts), len(result.passed)) == (4, 0)
