"""How far promotions go: per receipt, per member, for all together, and within budgets."""

from offer_cases import amount, compiled, given, offer, percent, promoted, scene, total, why

from regulars.core.earning.evaluate import earn
from regulars.core.example import AT, buyer, line
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.limits import boost_charges, unaffordable
from regulars.core.promotions.result import NOTHING, Allowance, Presented

DAY = AT.date().toordinal()
MONTH = AT.year * 12 + AT.month - 1
THREE = (line(100_00), line(100_00, id="2"), line(100_00, id="3"))


def capped(*caps, **more):
    return compiled(percent("a", 10, caps=list(caps), **more))


def test_a_discount_is_cut_to_its_limit_in_proportion_to_the_kopeck():
    result = promoted(capped({"per": "receipt", "money": "0.10"}), *THREE)
    assert result.discounts[0].shares == (4, 3, 3)
    refused = promoted(capped({"per": "receipt", "money": "0.10", "over": "refuse"}), *THREE)
    assert (refused.discounts, why(refused)) == ((), {"a": "limit"})
    assert refused.passed[0].reason.code == "promotion.limit.money.receipt"


def test_what_a_member_has_had_counts_in_its_period():
    programme = capped({"per": "member", "period": "month", "money": 50})
    had = {"money:a:month": (MONTH, 45_00)}
    result = promoted(programme, *THREE, who=buyer(counters=had))
    assert given(result) == {"a": 5_00}
    assert result.counters == (("money:a:month", MONTH, 5_00),)
    last = {"money:a:month": (MONTH - 1, 45_00)}
    assert given(promoted(programme, *THREE, who=buyer(counters=last))) == {"a": 30_00}
    full = {"money:a:month": (MONTH, 50_00)}
    assert why(promoted(programme, *THREE, who=buyer(counters=full))) == {"a": "limit"}


def test_without_a_member_what_is_limited_per_member_is_not_given():
    result = promoted(capped({"per": "member", "uses": 1}), *THREE, member=False)
    assert [v.reason.code for v in result.passed] == ["promotion.no_member"]


def test_uses_are_receipts():
    programme = capped({"per": "member", "uses": 2}, trigger={"kind": "activated"})
    asked = Presented(claims={"a": 5})
    result = promoted(programme, *THREE, presented=asked)
    assert len(result.discounts) == 5
    assert result.counters == (("uses:a:ever", 0, 1),)
    used_up = buyer(counters={"uses:a:ever": (0, 2)})
    assert why(promoted(programme, *THREE, presented=asked, who=used_up)) == {"a": "limit"}
    once = capped({"per": "receipt", "uses": 2}, trigger={"kind": "activated"})
    assert len(promoted(once, *THREE, presented=asked).discounts) == 2


def test_a_member_gets_so_many_pieces_cheaper_and_no_more():
    """vou-012: five pieces a customer; three, then two."""
    programme = compiled(
        percent("p", 10, goods={"skus": ["A"]}, caps=[{"per": "member", "units": 5}])
    )
    sold = line(30_00, sku="A", quantity=3000)
    first = promoted(programme, sold)
    assert (first.discounts[0].units, given(first)) == (3, {"p": 3_00})
    again = promoted(programme, sold, who=buyer(counters={"units:p:ever": (0, 3)}))
    assert (again.discounts[0].units, given(again)) == (2, {"p": 2_00})
    assert again.counters == (("units:p:ever", 0, 2),)


def test_what_all_share_is_told_and_what_is_left_of_it_is_kept_to():
    programme = capped({"per": "all", "uses": 1000}, {"per": "all", "period": "day", "money": 1000})
    assert [
        (s.key, s.number_at(AT.date()), s.limit) for s in programme.promotions.shared_limits
    ] == [
        ("uses:a:ever", 0, 1000),
        ("money:a:day", DAY, 1000_00),
    ]
    left = {"uses:a:ever:0": 3, f"money:a:day:{DAY}": 12_34}
    result = promoted(programme, *THREE, presented=Presented(left=left))
    assert result.allowances == (
        Allowance("money:a:day", DAY, 1000_00, 12_34),
        Allowance("uses:a:ever", 0, 1000, 1),
    )
    for key in left:
        gone = Presented(left=left | {key: 0})
        assert why(promoted(programme, *THREE, presented=gone)) == {"a": "limit"}


def test_limits_of_one_kind_per_member_and_for_all_are_each_counted_once():
    caps = [{"per": per, "uses": most} for per in ("member", "all") for most in (5, 7)]
    result = promoted(capped(*caps), *THREE)
    assert result.counters == (("uses:a:ever", 0, 1),)
    assert result.allowances == (Allowance("uses:a:ever", 0, 5, 1),)


def test_a_promotion_that_would_break_its_budget_is_dropped_whole_by_default():
    """med-010: 10,000 off against a budget of 1,000."""
    pot = {"id": "pot", "title": "Pot", "money": 20}
    result = promoted(compiled(percent("a", 10, budget="pot"), budgets=[pot]), *THREE)
    assert [v.reason.code for v in result.passed] == ["promotion.budget_spent"]
    cut = compiled(percent("a", 10, budget="pot"), budgets=[pot | {"over": "cut"}])
    result = promoted(cut, *THREE)
    assert given(result) == {"a": 20_00}
    assert result.allowances == (Allowance("budget:pot:ever", 0, 20_00, 20_00),)


def test_promotions_share_a_budget():
    pot = {"id": "pot", "title": "Pot", "money": 40, "over": "cut"}
    offers = [percent("a", 10, budget="pot"), amount("b", 15, budget="pot")]
    result = promoted(compiled(*offers, budgets=[pot]), *THREE)
    assert given(result) == {"a": 30_00, "b": 10_00}
    assert [a.amount for a in result.allowances] == [40_00]


def test_a_budget_is_charged_what_coupons_are_expected_to_cost():
    pot = {"id": "pot", "title": "Pot", "money": 10, "redemption": 30}
    params = {"promotion": "next", "count": 2, "expected_cost": 5}
    offers = [
        offer("give", "issue_coupon", params=params, budget="pot"),
        percent("next", 10, trigger={"kind": "coupon"}),
    ]
    programme = compiled(*offers, budgets=[pot])
    result = promoted(programme, *THREE)
    assert [(i.promotion, i.by, i.count) for i in result.issued] == [("next", "give", 2)]
    assert result.allowances == (Allowance("budget:pot:ever", 0, 10_00, 3_00),)
    short = Presented(left={"budget:pot:ever:0": 2_99})
    result = promoted(programme, *THREE, presented=short)
    assert (result.issued, result.allowances) == ((), ())


BASE_RULE = {
    "id": "base",
    "title": "base",
    "mechanic": "rate_per_amount",
    "currency": "points",
    "params": {"points": 1, "per": 10},
}
PAYS = {"points": {"title": "Points", "redeem": {"kind": "money", "worth": 1, "share_max": 50}}}


def test_points_a_promotion_adds_are_charged_to_its_budget_after_earning():
    pot = {"id": "pot", "title": "Pot", "money": 100, "redemption": 80}
    boost = offer(
        "x2", "points_multiplier", params={"currency": "points", "factor": 2}, budget="pot"
    )
    programme = compiled(boost, earning=[BASE_RULE], budgets=[pot], currencies=PAYS)
    sold = scene(*THREE)
    result = promote(programme, sold, NOTHING, member=True)
    earnings = earn(programme, sold, result.boosts)
    charge = Allowance(
        "budget:pot:ever", 0, 100_00, 24_00
    )  # 30 points of 1.00, of which 80 % are used
    assert boost_charges(programme, sold, result, earnings) == (charge,)
    fits = {"budget:pot:ever:0": 24_00}
    assert unaffordable(programme, sold, result, earnings, fits) == frozenset()
    assert unaffordable(programme, sold, result, earnings, {"budget:pot:ever:0": 23_99}) == {"x2"}
    empty = Presented(left={"budget:pot:ever:0": 0})
    assert not promote(programme, sold, empty, member=True).boosts


def test_a_discount_without_a_limit_is_counted_nowhere():
    result = promoted(compiled(percent("a", 10)), *THREE)
    assert (result.counters, result.allowances, total(result)) == ((), (), 30_00)
