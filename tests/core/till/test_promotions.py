"""Promotions at the till: the order of discounts, points, tenders and earning; commits; promises."""

from datetime import timedelta

import pytest
from core.ledger.shop import Shop
from make import POINTS, identity, line, member, moment, programme, receipt

from regulars.core.promotions.result import NOTHING, Allowance, Presented
from regulars.core.rewards.coupon import Coupon
from regulars.core.till.commit import commit
from regulars.core.till.decision import PaymentNotPossible, PointsInsufficient
from regulars.core.till.quote import decide, list_spendable, promise_digest, promise_of
from regulars.core.till.tenders import Funds

NOON = moment("2026-03-02 12:00")
TEN = {"id": "ten", "title": "Ten off", "kind": "percent", "params": {"percent": 10}}
CODE = {
    "id": "code",
    "title": "Five with a word",
    "kind": "percent",
    "params": {"percent": 5},
    "trigger": {"kind": "code", "codes": ["SPRING"]},
}
COUPON = {
    "id": "coupon",
    "title": "A hundred off",
    "kind": "amount_off",
    "params": {"amount": 100},
    "trigger": {"kind": "coupon"},
}
TIERS = {
    "measure": "spend",
    "window": {"kind": "rolling", "length": {"months": 6}},
    "levels": [
        {"code": "base", "title": "Base", "discount": {"percent": 20}},
        {"code": "gold", "title": "Gold", "threshold": 100_000},
    ],
}
STORED = {"title": "Deposit", "kind": "stored_value", "scale": 2}


def shop(*promotions, **parts):
    return Shop(programme(promotions=list(promotions), **parts))


def coupon(code, promotion, **more):
    values = {
        "code": code,
        "batch": "b",
        "promotion": promotion,
        "uses_max": 1,
        "uses": 0,
        "reserved": 0,
        "since": None,
        "until": None,
        "owner": None,
        "transferable": True,
        "revoked": False,
    }
    return Coupon(**{**values, **more})


def shown(*codes, coupons=(), **more):
    return Presented(tuple(codes), {one.code: one for one in coupons}, **more)


def test_the_tiers_card_comes_first_then_promotions_then_codes_then_points_and_only_then_earning():
    bought = shop(TEN, CODE, tiers=TIERS)
    bought.adjust("Anna", "points", 100, NOON)
    sale = bought.sell(
        "Anna", "s", NOON, [line("a", 100_000)], pay={"points": 100}, presented=shown("SPR1NG")
    )
    decision = sale.decision
    # 1000.00 − 20 % = 800.00 − 10 % = 720.00 − 5 % = 684.00 − 100 points = 584.00
    assert [(d.id, d.amount_minor) for d in decision.discounts] == [
        ("card:base", 20_000),
        ("ten", 8_000),
        ("code", 3_600),
    ]
    assert decision.points_minor == 10_000
    assert decision.due == (58_400,)
    assert [award.amount for award in decision.earnings.awards] == [58]
    assert [(a.code, a.promotion, a.accepted) for a in decision.codes] == [("SPR1NG", "code", True)]
    assert bought.wallet("Anna", NOON).active == 58
    assert bought.differences() == []


def test_nobodys_receipt_gets_promotions_too_but_earns_nothing():
    decision = decide(shop(TEN).programme, None, None, "", receipt(line("a", 10_000)), {})
    assert (decision.discount_minor, decision.due) == (1_000, (9_000,))
    assert decision.earnings.awards == ()


def test_a_programme_without_promotions_decides_as_before_and_knows_no_code():
    plain = programme()
    decision = decide(plain, None, None, "", receipt(line("a", 10_000)), {})
    assert (decision.discounts, decision.codes) == ((), ())
    decision = decide(plain, None, None, "", receipt(line("a", 10_000)), {}, shown("NONE"))
    assert [(a.accepted, a.reason.code) for a in decision.codes] == [(False, "code.not_valid")]
    assert decision.due == (10_000,)


def test_a_coupon_is_used_once_and_what_became_of_it_is_told():
    good = coupon("ABC", "coupon")
    sale = shop(COUPON).sell(
        "Anna", "s", NOON, [line("a", 30_000)], presented=shown("ABC", coupons=[good])
    )
    assert sale.decision.coupons == ("ABC",)
    assert sale.decision.due == (20_000,)
    used = good._replace(uses=1)
    sale = shop(COUPON).sell(
        "Anna", "s", NOON, [line("a", 30_000)], presented=shown("ABC", coupons=[used])
    )
    assert sale.decision.coupons == ()
    assert sale.decision.due == (30_000,)
    assert [answer.reason.code for answer in sale.decision.codes] == ["code.not_valid"]


def test_a_limit_per_member_is_counted_by_the_sale_and_holds_for_the_next():
    once = {**TEN, "caps": [{"per": "member", "period": "month", "uses": 1}]}
    bought = shop(once)
    first = bought.sell("Anna", "a", NOON, [line("a", 10_000)])
    second = bought.sell("Anna", "b", NOON, [line("a", 10_000)])
    other = bought.sell("Boris", "c", NOON, [line("a", 10_000)])
    later = bought.sell("Anna", "d", NOON + timedelta(days=31), [line("a", 10_000)])
    given = [s.decision.discount_minor for s in (first, second, other, later)]
    assert given == [1_000, 0, 1_000, 1_000]
    assert bought.differences() == []


def test_a_shared_limit_is_taken_by_the_decision_and_cuts_when_little_is_left():
    capped = {**TEN, "caps": [{"per": "all", "period": "day", "money": 15}]}
    version = programme(promotions=[capped])
    [limit] = version.promotions.shared_limits
    decision = decide(version, None, None, "", receipt(line("a", 10_000)), {})
    [taken] = decision.allowances
    assert (taken.key, taken.limit, taken.amount) == (limit.key, 1_500, 1_000)
    left = {f"{taken.key}:{taken.period}": 500}
    decision = decide(version, None, None, "", receipt(line("a", 10_000)), {}, Presented(left=left))
    assert decision.discount_minor == 500
    assert decision.allowances == (Allowance(taken.key, taken.period, 1_500, 500),)


PRICED = {
    **COUPON,
    "id": "priced",
    "trigger": {"kind": "activated"},
    "price": {"currency": "points", "points": 40},
}


def test_a_promotion_with_a_price_spends_its_points_once_for_each_time_it_is_asked_for():
    bought = shop({**PRICED, "times_max": 5})
    bought.adjust("Anna", "points", 100, NOON)
    asked = Presented(claims={"priced": 2})
    sale = bought.sell("Anna", "s", NOON, [line("a", 50_000)], presented=asked)
    assert sum(cost.amount for cost in sale.decision.points) == 80
    assert sale.decision.due == (30_000,)
    assert bought.wallet("Anna", NOON).active == 100 - 80 + 30
    assert bought.differences() == []


def test_a_promotion_that_cannot_be_paid_for_is_passed_over_and_told():
    bought = shop(PRICED)
    bought.adjust("Anna", "points", 39, NOON)
    asked = Presented(claims={"priced": 1})
    sale = bought.sell("Anna", "s", NOON, [line("a", 50_000)], presented=asked)
    assert (sale.decision.points, sale.decision.discounts) == ((), ())
    assert "priced" in [verdict.promotion for verdict in sale.decision.passed]


def test_points_that_a_promotion_costs_cannot_pay_the_same_receipt_again():
    bought = shop(PRICED)
    bought.adjust("Anna", "points", 50, NOON)
    asked = Presented(claims={"priced": 1})
    with pytest.raises(PaymentNotPossible):
        bought.sell("Anna", "a", NOON, [line("a", 50_000)], pay={"points": 11}, presented=asked)
    sale = bought.sell("Anna", "b", NOON, [line("a", 50_000)], pay={"points": 10}, presented=asked)
    assert [(p.currency, p.amount) for p in sale.decision.payments] == [("points", 10)]
    assert bought.differences() == []


def test_a_multiplier_earns_more_and_charges_its_budget():
    double = {
        "id": "double",
        "title": "Double",
        "kind": "points_multiplier",
        "params": {"currency": "points", "factor": 2},
        "budget": "spring",
    }
    budgets = [{"id": "spring", "title": "Spring", "money": 1000, "redemption": 50}]
    version = programme(promotions=[double], budgets=budgets)
    bought = Shop(version)
    sale = bought.sell("Anna", "a", NOON, [line("a", 100_000)])
    assert sum(award.amount for award in sale.decision.earnings.awards) == 200
    [taken] = sale.decision.allowances
    assert (taken.key.split(":")[:2], taken.amount) == (["budget", "spring"], 5_000)
    name = f"{taken.key}:{taken.period}"
    spent = Presented(left={name: 4_999})
    sale = bought.sell("Anna", "b", NOON, [line("a", 100_000)], presented=spent)
    assert sum(award.amount for award in sale.decision.earnings.awards) == 100
    assert sale.decision.allowances == ()


def test_gift_cards_and_stored_value_pay_without_lowering_what_is_earned():
    version = programme(currencies={"points": POINTS, "deposit": STORED}, promotions=[TEN])
    bought = Shop(version)
    bought.adjust("Anna", "deposit", 20_000, NOON)
    card = Funds("card-1", "gift_card", 5_000, None)
    lines = [line("a", 60_000), line("b", 40_000)]
    sale = bought.sell("Anna", "s", NOON, lines, pay={"deposit": None}, funds=[card])
    decision = sale.decision
    assert [(t.key, t.money_minor) for t in decision.tenders] == [
        ("deposit", 20_000),
        ("card-1", 5_000),
    ]
    assert (decision.due_minor, decision.tendered_minor) == (90_000, 25_000)
    assert [award.amount for award in decision.earnings.awards] == [90]
    assert bought.wallet("Anna", NOON, "deposit").active == 0
    assert bought.differences() == []


def test_money_changed_into_a_gift_card_is_no_purchase():
    bought = shop(TEN, tiers=TIERS)
    lines = [line("g", 50_000, kind="gift_card", card="777"), line("a", 10_000)]
    decision = bought.sell("Anna", "s", NOON, lines).decision
    assert decision.due == (50_000, 7_200)
    assert [award.amount for award in decision.earnings.awards] == [7]
    book = bought.look("Anna", NOON)
    assert [entry.spend for entry in book.history or ()] == [7_200]
    with pytest.raises(PaymentNotPossible):
        bought.sell("Anna", "t", NOON, lines, funds=[Funds("c", "gift_card", 50_000, 10_000)])


def test_a_cumulative_card_knows_what_was_bought_before_and_what_came_back():
    steps = {
        "id": "card",
        "title": "Card",
        "kind": "discount_card",
        "params": {"steps": [{"from": 0, "percent": 0}, {"from": 1000, "percent": 10}]},
    }
    bought = Shop(programme())
    bought.sell("Anna", "a", NOON, [line("a", 99_900)])
    bought.use(programme(version=2, promotions=[steps]))
    assert bought.sell("Anna", "b", NOON, [line("a", 100)]).decision.discount_minor == 0
    assert bought.sell("Anna", "c", NOON, [line("a", 10_000)]).decision.discount_minor == 1_000
    bought.take_back("c", NOON)
    bought.take_back("b", NOON)
    assert bought.sell("Anna", "d", NOON, [line("a", 10_000)]).decision.discount_minor == 0
    assert bought.differences() == []


def test_a_promise_covers_discounts_gifts_and_codes():
    free = {"id": "mug", "title": "Mug", "kind": "gift_item", "params": {"sku": "mug"}}
    plain = receipt(line("a", 10_000))

    def promise(*promotions, presented=NOTHING):
        version = programme(promotions=list(promotions))
        return promise_digest(promise_of(decide(version, None, None, "", plain, {}, presented)))

    assert promise() != promise(free)
    assert promise(TEN) != promise({**TEN, "id": "other"})
    nothing = {**CODE, "params": {"percent": "0.0001"}}
    assert promise(nothing) == promise(nothing)
    assert promise(CODE, presented=shown("SPR1NG")) != promise(CODE)
    assert promise(TEN) == promise(TEN)


def test_what_may_be_spent_is_reckoned_after_promotions_and_their_price():
    version = programme(promotions=[TEN, PRICED], currencies={"points": POINTS, "deposit": STORED})
    bought = Shop(version)
    bought.adjust("Anna", "points", 100, NOON)
    bought.adjust("Anna", "deposit", 7_000, NOON)
    book = bought.look("Anna", NOON)
    bill = receipt(line("a", 15_000), at=NOON)
    asked = Presented(claims={"priced": 1})
    decision = decide(version, book, member("Anna"), "", bill, {}, asked)
    assert decision.due == (4_500,)  # 150.00 − 100.00 − 10 %
    spendable = {
        s.currency: (s.balance, s.most) for s in list_spendable(version, book, decision, bill)
    }
    assert spendable == {"points": (60, 45), "deposit": (7_000, 4_500)}


def test_points_that_went_meanwhile_are_not_spent_twice():
    bought = shop(PRICED)
    bought.adjust("Anna", "points", 40, NOON)
    asked = Presented(claims={"priced": 1}, balances={"points": 40})
    bill = receipt(line("a", 50_000), at=NOON)
    book = bought.look("Anna", NOON)
    decision = decide(bought.programme, book, member("Anna"), "", bill, {}, asked)
    bought.adjust("Anna", "points", -1, NOON)
    with pytest.raises(PointsInsufficient):
        commit(
            bought.programme,
            bought.look("Anna", NOON),
            bill,
            decision,
            sale=identity("sale"),
        )
