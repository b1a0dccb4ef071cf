"""Returns of discounted goods: what was paid for them comes back, by a stated rule, never more in all."""

from datetime import timedelta

import pytest
from core.ledger.shop import Shop
from core.till.test_promotions import COUPON, STORED, TEN, coupon, shown
from make import POINTS, RATE, line, moment, programme

from regulars.core.promotions.result import Presented
from regulars.core.till.given_back import given_back
from regulars.core.till.tenders import Funds

NOON = moment("2026-03-02 12:00")
LATER = NOON + timedelta(days=1)
THREE_FOR_TWO = {
    "id": "3for2",
    "title": "Two plus one",
    "kind": "n_for_m",
    "params": {"take": 3, "pay": 2},
}
BUNDLE = {
    "id": "set",
    "title": "A set",
    "kind": "bundle_price",
    "params": {"price": 200, "parts": [{"goods": {"skus": ["cup"]}}, {"goods": {"skus": ["pot"]}}]},
}
FROM_500 = {**TEN, "when": {"amount": {"min": 500}}}
RECOMPUTE = {"promotions": "recompute"}


def shop(*promotions, **parts):
    return Shop(programme(promotions=list(promotions), **parts))


def cups(*amounts):
    return [line(f"{i}", amount, sku=f"cup-{i}") for i, amount in enumerate(amounts)]


def test_the_paid_unit_of_two_plus_one_comes_back_for_its_share_and_so_does_the_free_one():
    bought = shop(THREE_FOR_TWO)
    sale = bought.sell("Anna", "s", NOON, cups(10_000, 10_000, 10_000))
    assert sorted(sale.decision.due) == [0, 10_000, 10_000]
    refunds = [bought.take_back("s", LATER, {str(i): 1000}).refund_minor for i in range(3)]
    assert sum(refunds) == 20_000
    assert max(refunds) - min(refunds) <= 1  # each bears a third of the free one
    assert bought.differences() == []


def test_units_of_one_line_share_what_the_line_cost():
    bought = shop(THREE_FOR_TWO)
    bought.sell("Anna", "s", NOON, [line("a", 30_000, 3)])
    refunds = [bought.take_back("s", LATER, {"a": 1000}).refund_minor for _ in range(3)]
    assert refunds == [6_667, 6_666, 6_667]


def test_a_part_of_a_bundle_comes_back_for_its_part_of_the_price():
    bought = shop(BUNDLE)
    lines = [line("cup", 10_000, sku="cup"), line("pot", 30_000, sku="pot")]
    sale = bought.sell("Anna", "s", NOON, lines)
    assert sale.decision.due_minor == 20_000
    assert bought.take_back("s", LATER, {"cup": 1000}).refund_minor == 5_000
    assert bought.take_back("s", LATER, {"pot": 1000}).refund_minor == 15_000


def test_solidus_512_the_refund_of_a_discounted_order_is_what_was_paid():
    bought = shop({**TEN, "params": {"percent": 50}, "level": "order"})
    sale = bought.sell("Anna", "s", NOON, cups(1_999, 2_001))
    assert sale.decision.due_minor == 2_000
    assert bought.take_back("s", LATER, {"0": 1000}).refund_minor == sale.decision.due[0]
    assert bought.take_back("s", LATER).refund_minor == sale.decision.due[1]


def test_prestashop_25687_a_partly_returned_order_keeps_its_share_of_the_voucher():
    bought = shop({**COUPON, "trigger": {"kind": "auto"}})
    sale = bought.sell("Anna", "s", NOON, cups(20_000, 30_000))
    assert sale.decision.due == (16_000, 24_000)
    assert bought.take_back("s", LATER, {"1": 1000}).refund_minor == 24_000


def test_odoo_286433_a_refund_of_a_discounted_order_is_never_the_price_before_the_discount():
    bought = shop({**TEN, "params": {"percent": 100}})
    bought.sell("Anna", "s", NOON, cups(10_000, 5_000))
    assert bought.take_back("s", LATER, {"0": 1000}).refund_minor == 0
    assert bought.take_back("s", LATER).refund_minor == 0


@pytest.mark.parametrize(
    ("policy", "first", "second"), [("keep", 36_000, 18_000), ("recompute", 34_000, 20_000)]
)
def test_sonata_177_what_remains_falls_below_the_coupons_minimum(policy, first, second):
    conditional = {**COUPON, "kind": "percent", "params": {"percent": 10}, "when": FROM_500["when"]}
    bought = shop(conditional, returns={"promotions": policy})
    sale = bought.sell(
        "Anna",
        "s",
        NOON,
        cups(40_000, 20_000),
        presented=shown("ABC", coupons=[coupon("ABC", "coupon")]),
    )
    assert sale.decision.due == (36_000, 18_000)
    undone = bought.take_back("s", LATER, {"0": 1000})
    assert undone.refund_minor == first  # the kept goods cost 200.00 without the coupon
    told = [reason.code for reason in undone.reasons]
    assert told == ([] if policy == "keep" else ["return.deducted"])
    assert bought.take_back("s", LATER).refund_minor == second
    assert bought.differences() == []


def test_a_deduction_takes_no_more_than_there_is_to_refund_and_the_rest_is_owed_on():
    cheap_lifts = {**TEN, "params": {"percent": 50}, "when": FROM_500["when"]}
    bought = shop(cheap_lifts, returns=RECOMPUTE)
    sale = bought.sell("Anna", "s", NOON, cups(49_000, 900, 200))
    assert sale.decision.due == (24_500, 450, 100)
    # What is kept would have cost 249.50 more: nothing of the cheap goods comes back, but in the end
    # all that was paid.
    refunds = [bought.take_back("s", LATER, {n: 1000}).refund_minor for n in ("2", "1", "0")]
    assert refunds == [0, 0, 25_050]
    assert bought.differences() == []


def test_conditions_that_still_hold_deduct_nothing():
    bought = shop(FROM_500, returns=RECOMPUTE)
    bought.sell("Anna", "s", NOON, cups(60_000, 20_000))
    assert bought.take_back("s", LATER, {"1": 1000}).refund_minor == 18_000


def test_two_plus_one_is_two_at_full_price_when_one_comes_back_and_that_is_deducted():
    bought = shop(THREE_FOR_TWO, returns=RECOMPUTE)
    bought.sell("Anna", "s", NOON, cups(10_000, 10_000, 10_000))
    assert [bought.take_back("s", LATER, {str(i): 1000}).refund_minor for i in range(3)] == [
        0,
        10_000,
        10_000,
    ]


def test_a_receipt_with_a_coupon_a_gift_card_stored_value_and_points_comes_back_the_way_it_was_paid():
    version = programme(
        currencies={"points": POINTS, "deposit": STORED}, promotions=[COUPON], earning=[RATE]
    )
    bought = Shop(version)
    bought.adjust("Anna", "points", 50, NOON)
    bought.adjust("Anna", "deposit", 10_000, NOON)
    sale = bought.sell(
        "Anna",
        "s",
        NOON,
        cups(60_000, 30_000),
        pay={"points": 50, "deposit": None},
        presented=shown("ABC", coupons=[coupon("ABC", "coupon")]),
        funds=[Funds("card", "gift_card", 15_000, None)],
    )
    # 900.00 − 100.00 coupon − 50.00 points = 750.00, of it 100.00 deposit and 150.00 card.
    assert sale.decision.due_minor == 75_000
    undone = bought.take_back("s", LATER, {"1": 1000})
    assert undone.restored == {"points": 17}
    assert undone.refund_minor == 25_000
    assert dict(undone.tenders) == {"deposit": 3_333, "card": 5_000}
    assert undone.money_minor == 16_667
    assert given_back(version, sale.sold, {}, undone.returned).coupons == ()
    before = dict(sale.returned)
    rest = bought.take_back("s", LATER)
    assert rest.refund_minor + undone.refund_minor == 75_000
    assert {k: rest.tenders[k] + undone.tenders[k] for k in rest.tenders} == {
        "deposit": 10_000,
        "card": 15_000,
    }
    back = given_back(version, sale.sold, before, rest.returned)
    assert [(move.code, move.uses) for move in back.coupons] == [("ABC", -1)]
    assert bought.wallet("Anna", LATER).active == 50
    assert bought.wallet("Anna", LATER, "deposit").active == 10_000
    assert bought.differences() == []


def test_a_coupon_stays_used_where_the_programme_says_so():
    version = programme(promotions=[COUPON], returns={"coupons": "keep"})
    bought = Shop(version)
    shown_once = shown("ABC", coupons=[coupon("ABC", "coupon")])
    sale = bought.sell("Anna", "s", NOON, cups(20_000), presented=shown_once)
    undone = bought.take_back("s", LATER)
    assert given_back(version, sale.sold, {}, undone.returned).coupons == ()


def test_coupons_that_a_sale_brought_are_void_when_all_of_it_comes_back():
    gives = {
        "id": "next",
        "title": "Next time",
        "kind": "issue_coupon",
        "params": {"promotion": "coupon", "count": 2},
    }
    version = programme(promotions=[COUPON, gives])
    bought = Shop(version)
    sale = bought.sell("Anna", "s", NOON, cups(20_000, 10_000))
    codes = sale.sold.issued[0].codes
    assert len(codes) == 2
    half = bought.take_back("s", LATER, {"0": 1000})
    assert given_back(version, sale.sold, {}, half.returned).revoked == ()
    rest = bought.take_back("s", LATER)
    assert given_back(version, sale.sold, half.returned, rest.returned).revoked == codes


def test_shared_limits_and_budgets_get_back_the_share_of_the_goods_and_uses_at_the_end():
    capped = {
        **TEN,
        "caps": [{"per": "all", "period": "month", "money": 1000, "uses": 5}],
        "budget": "spring",
    }
    budgets = [{"id": "spring", "title": "Spring", "money": 1000}]
    version = programme(promotions=[capped], budgets=budgets)
    bought = Shop(version)
    sale = bought.sell("Anna", "s", NOON, cups(30_000, 10_000))
    half = bought.take_back("s", LATER, {"1": 1000})
    back = {
        a.key.split(":")[0]: a.amount
        for a in given_back(version, sale.sold, {}, half.returned).allowances
    }
    assert back == {"money": -1_000, "budget": -1_000}
    rest = bought.take_back("s", LATER)
    back = {
        a.key.split(":")[0]: a.amount
        for a in given_back(version, sale.sold, half.returned, rest.returned).allowances
    }
    assert back == {"money": -3_000, "budget": -3_000, "uses": -1}


def test_points_that_a_promotion_cost_come_back_with_the_goods_it_made_cheaper():
    priced = {
        **COUPON,
        "goods": {"skus": ["cup-0"]},
        "trigger": {"kind": "activated"},
        "price": {"currency": "points", "points": 40},
    }
    bought = shop(priced, earning=[])
    bought.adjust("Anna", "points", 40, NOON)
    bought.sell("Anna", "s", NOON, cups(20_000, 10_000), presented=Presented(claims={"coupon": 1}))
    assert bought.take_back("s", LATER, {"1": 1000}).restored == {}
    assert bought.take_back("s", LATER, {"0": 1000}).restored == {"points": 40}
    assert bought.wallet("Anna", LATER).active == 40


def test_earned_points_go_with_the_goods_that_bear_the_price():
    """Else the free one of two plus one brought money back and left its points."""
    bought = shop(THREE_FOR_TWO)
    sale = bought.sell("Anna", "s", NOON, cups(10_000, 10_000, 10_000))
    assert [a.amount for a in sale.decision.earnings.awards] == [20]
    reversed_ = [bought.take_back("s", LATER, {str(i): 1000}).reversed["points"] for i in range(3)]
    assert sum(reversed_) == 20
    assert min(reversed_) >= 6
