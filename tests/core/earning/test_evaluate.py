"""What several rules earn together: groups, final rules, multipliers, limits, rounding."""

from typing import Any

import pytest
from engine_cases import amounts, compiled, earned, rule, scene
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.calendar import Period, day_period_number
from regulars.core.earning.evaluate import earn
from regulars.core.example import AT, buyer, line, receipt
from regulars.core.scene import Scene

BREAD = line(100_00, sku="bread", category="food")
SOAP = line(50_00, id="2", sku="soap", category="home")


def bonus(id: str, points: int, **more: Any) -> dict[str, Any]:
    return rule(id, "fixed_bonus", params={"points": points}, **more)


def test_nothing_bought_earns_nothing() -> None:
    assert earned(compiled(rule("base"))) == {}


def test_rules_add_up() -> None:
    programme = compiled(rule("base"), bonus("bonus", 7))
    assert earned(programme, BREAD) == {"base": 10, "bonus": 7}


def test_a_rule_earns_on_its_goods_only() -> None:
    programme = compiled(rule("base", goods={"categories": ["food"]}))
    [award] = earn(programme, scene(BREAD, SOAP)).awards
    assert award.shares == (10, 0)


def test_lines_tagged_no_points_never_earn() -> None:
    programme = compiled(rule("base"), bonus("bonus", 7))
    gift_card = line(1000_00, id="9", tags=["no_points"])
    assert earned(programme, gift_card) == {}
    assert earned(programme, BREAD, gift_card) == {"base": 10, "bonus": 7}


def test_a_line_of_no_quantity_is_not_bought() -> None:
    programme = compiled(rule("stamp", "rate_per_unit", params={"points": 1}), bonus("visit", 1))
    free = line(100_00, quantity=0)
    assert earned(programme, free) == {}


def test_what_is_paid_counts_not_what_is_rung_up() -> None:
    programme = compiled(rule("base"))
    assert earned(programme, BREAD, SOAP, paid=[40_00, 0]) == {"base": 4}


def test_a_rule_switched_off_does_not_count() -> None:
    assert earned(compiled(rule("base", enabled=False)), BREAD) == {}


@pytest.mark.parametrize(
    ("valid", "earns"),
    [
        ({"since": "2026-03-04"}, True),
        ({"since": "2026-03-05"}, False),
        ({"until": "2026-03-05"}, True),
        ({"until": "2026-03-04"}, False),
        ({"since": "2026-03-04T15:00:00+03:00"}, True),
        ({"since": "2026-03-04T15:00:01+03:00"}, False),
        ({"since": "2026-03-01", "until": "2026-03-04T15:00:00+03:00"}, False),
    ],
)
def test_a_rule_is_in_force_from_since_until_until(valid: dict[str, str], earns: bool) -> None:
    assert bool(earned(compiled(rule("base", valid=valid)), BREAD)) is earns


def test_of_an_exclusive_group_the_best_counts_and_ties_go_to_the_id() -> None:
    group = [
        bonus("b", 5, exclusive="g"),
        bonus("a", 5, exclusive="g"),
        bonus("c", 4, exclusive="g"),
    ]
    assert earned(compiled(*group, bonus("d", 1)), BREAD) == {"a": 5, "d": 1}


def test_of_equals_in_a_group_the_smaller_id_counts_whatever_the_priority() -> None:
    group = [bonus("b", 5, exclusive="g", priority=1), bonus("a", 5, exclusive="g")]
    assert earned(compiled(*group), BREAD) == {"a": 5}


def test_of_equal_factors_on_a_line_the_earlier_counts() -> None:
    twice = {"factor": 2}
    rules = [rule("base"), *(rule(id, "multiplier", params=twice) for id in ("y", "x"))]
    programme = compiled(*rules, earning_policy={"multipliers": "best"})
    assert earned(programme, BREAD) == {"base": 10, "x": 10}


def test_the_odd_unit_goes_to_the_largest_remainder() -> None:
    rates = {"a": 8, "b": 9}
    programme = compiled(
        *(rule(id, params={"points": points, "per": 100}) for id, points in rates.items())
    )
    # 0.80 and 0.90 are 1.70: two points; of 30.00 they would be 2.40 and 2.70: five
    assert earned(programme, line(10_00)) == {"a": 1, "b": 1}
    assert earned(programme, line(30_00)) == {"a": 2, "b": 3}
    assert earned(programme, line(15_00)) == {"a": 1, "b": 2}


def test_the_odd_point_of_equal_lines_goes_to_the_smaller_id() -> None:
    programme = compiled(bonus("visit", 1))
    first, second = line(50_00, id="1"), line(50_00, id="2")
    assert earn(programme, scene(first, second)).awards[0].shares == (1, 0)
    assert earn(programme, scene(second, first)).awards[0].shares == (0, 1)


def test_a_group_is_judged_after_the_limits_of_its_rules() -> None:
    large = bonus("large", 50, exclusive="g", caps={"receipt": 3})
    assert earned(compiled(large, bonus("small", 4, exclusive="g")), BREAD) == {"small": 4}


def test_a_limit_on_a_rule_that_lost_its_group_is_not_told() -> None:
    large = bonus("large", 50, exclusive="g", caps={"receipt": 3})
    programme = compiled(large, bonus("small", 4, exclusive="g"))
    assert earn(programme, scene(BREAD)).cut == ()


def test_nothing_counts_after_a_final_rule() -> None:
    rules = [bonus("first", 1, priority=1), bonus("second", 2, priority=2, final=True)]
    programme = compiled(bonus("third", 4, priority=3), *rules)
    assert earned(programme, BREAD) == {"first": 1, "second": 2}


def test_a_final_rule_that_does_not_apply_ends_nothing() -> None:
    final = bonus("a", 2, final=True, when={"tier": {"in": ["gold"]}})
    assert earned(compiled(final, bonus("b", 1)), BREAD) == {"b": 1}


def test_a_final_rule_ends_multipliers_behind_it_only() -> None:
    rules = [
        rule("base", priority=1, final=True),
        rule("double", "multiplier", params={"factor": 2}, priority=2),
    ]
    assert earned(compiled(*rules), BREAD) == {"base": 10}
    rules[1] |= {"priority": 0}
    assert earned(compiled(*rules), BREAD) == {"double": 10, "base": 10}


def test_no_more_rules_count_than_the_programme_allows() -> None:
    rules = [bonus(id, 1) for id in "abc"]
    programme = compiled(*rules, earning_policy={"stacking_max": 2})
    assert earned(programme, BREAD) == {"a": 1, "b": 1}


RED = line(120_00, sku="red", tags=["red"])
BLUE = line(400_00, id="2", sku="blue")


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("add", {"base": 52, "twice": 52, "thrice": 24}),
        ("multiply", {"base": 52, "twice": 76, "thrice": 24}),
        ("best", {"base": 52, "twice": 40, "thrice": 24}),
    ],
)
def test_several_multipliers_join_as_the_programme_says(how: str, expected: dict[str, int]) -> None:
    rules = [
        rule("base"),
        rule("thrice", "multiplier", params={"factor": 3}, goods={"tags": ["red"]}, priority=1),
        rule("twice", "multiplier", params={"factor": 2}, priority=2),
    ]
    assert earned(compiled(*rules, earning_policy={"multipliers": how}), RED, BLUE) == expected


def test_a_multiplier_of_named_rules_leaves_others_alone() -> None:
    double = rule("double", "multiplier", params={"factor": 2, "rules": ["base"]})
    programme = compiled(rule("base"), bonus("bonus", 7), double)
    assert earned(programme, BREAD)["double"] == 10


def test_a_multiplier_acts_on_its_own_currency() -> None:
    double = rule("double", "multiplier", params={"factor": 2}, currency="cashback")
    programme = compiled(rule("base"), rule("cash", currency="cashback"), double)
    assert earned(programme, BREAD) == {"base": 10, "cash": 10_00, "double": 10_00}


def test_a_multiplier_multiplies_what_the_limit_left() -> None:
    base = rule("base", caps={"receipt": 4})
    programme = compiled(base, rule("double", "multiplier", params={"factor": 2}))
    assert earned(programme, BREAD) == {"base": 4, "double": 4}


def test_the_exact_sum_of_a_currency_is_rounded_once() -> None:
    tenth = {"points": 1, "per": 100}
    programme = compiled(rule("a", params=tenth), rule("b", params=tenth), rule("c", params=tenth))
    # three times 0.40 are 1.20: one point, to the first by id
    assert earned(programme, line(40_00)) == {"a": 1}
    # three times 0.50 are 1.50: two points
    assert earned(programme, line(50_00)) == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    ("rounding", "expected"), [("down", 0), ("half_up", 1), ("half_even", 0), ("up", 1)]
)
def test_a_currency_may_round_in_its_own_way(rounding: str, expected: int) -> None:
    currencies = {"points": {"title": "P", "rounding": rounding}}
    programme = compiled(rule("base"), currencies=currencies, rounding="half_up")
    assert earned(programme, line(5_00)).get("base", 0) == expected


def test_what_is_free_gives_the_shares_of_a_visit_to_the_first_line() -> None:
    programme = compiled(bonus("visit", 5))
    [award] = earn(programme, scene(BREAD, SOAP, paid=[0, 0])).awards
    assert award.shares == (5, 0)


def test_the_reason_names_the_mechanic_and_says_the_amount() -> None:
    [award] = earn(compiled(rule("base")), scene(BREAD)).awards
    assert award.reason.code == "earning.rate_per_amount"
    assert dict(award.reason.params) == {"points": 1, "per": "10", "amount": "100.00"}


TODAY = AT.date()
MONTH = day_period_number(TODAY, Period.MONTH)


def test_a_limit_gives_what_is_left_and_says_so() -> None:
    programme = compiled(rule("base", caps={"month": 15}))
    who = buyer(tier="base", counters={"rule:base:month": (MONTH, 9)})
    earnings = earn(programme, scene(BREAD, who=who))
    assert amounts(earnings) == {"base": 6}
    assert earnings.counters == (("rule:base:month", MONTH, 6),)
    [cut] = earnings.cut
    assert cut.code == "earning.cap_cut.month"
    assert dict(cut.params) == {"rule": "base", "wanted": "10", "left": "6"}


def test_a_limit_may_refuse_instead_of_cutting() -> None:
    programme = compiled(rule("base", caps={"month": 15, "over": "refuse"}))
    who = buyer(tier="base", counters={"rule:base:month": (MONTH, 9)})
    earnings = earn(programme, scene(BREAD, who=who))
    assert earnings.awards == ()
    assert earnings.counters == ()
    assert earnings.cut[0].code == "earning.cap_refused.month"


def test_a_counter_of_another_period_is_empty() -> None:
    programme = compiled(rule("base", caps={"month": 15}))
    who = buyer(tier="base", counters={"rule:base:month": (MONTH - 1, 15)})
    assert earned(programme, BREAD, who=who) == {"base": 10}


def test_the_tightest_limit_counts() -> None:
    programme = compiled(rule("base", caps={"receipt": 8, "day": 5, "member": 7}))
    earnings = earn(programme, scene(BREAD))
    assert amounts(earnings) == {"base": 5}
    day = day_period_number(TODAY, Period.DAY)
    assert earnings.counters == (("rule:base:ever", 0, 5), ("rule:base:day", day, 5))


def test_a_limit_of_the_currency_serves_the_earlier_rules_first() -> None:
    currencies = {"points": {"title": "P", "caps": {"receipt": 12, "year": 1000}}}
    programme = compiled(rule("b"), bonus("a", 7), currencies=currencies)
    earnings = earn(programme, scene(BREAD))
    assert amounts(earnings) == {"a": 7, "b": 5}
    assert earnings.counters == (("currency:points:year", 2026, 12),)
    assert earnings.cut[0].code == "earning.currency_cap_cut.receipt"


def test_a_refusing_limit_of_the_currency_gives_nothing_of_it() -> None:
    currencies = {"points": {"title": "P", "caps": {"receipt": 12, "over": "refuse"}}}
    earnings = earn(compiled(rule("b"), bonus("a", 7), currencies=currencies), scene(BREAD))
    assert earnings.awards == ()
    assert earnings.cut[0].code == "earning.currency_cap_refused.receipt"


def test_the_rounding_that_comes_down_to_the_limit_takes_nothing_away() -> None:
    programme = compiled(rule("base", caps={"receipt": 10}))
    earnings = earn(programme, scene(line(104_00)))
    assert amounts(earnings) == {"base": 10}
    assert earnings.cut == ()


def test_a_scene_may_be_judged_under_several_programmes() -> None:
    one = compiled(rule("base", when={"hours": {"from": "15:00", "to": "16:00"}}))
    other = compiled(
        rule("base", goods={"skus": ["soap"]}, when={"hours": {"from": "12:00", "to": "13:00"}}),
        time_zone="UTC",
    )
    both = scene(BREAD, SOAP)
    assert amounts(earn(one, both)) == {"base": 15}
    assert amounts(earn(other, both)) == {"base": 5}
    assert amounts(earn(one, both)) == {"base": 15}


def test_as_many_amounts_as_lines_are_demanded() -> None:
    with pytest.raises(AssertionError):
        Scene(receipt(BREAD, SOAP), buyer(), AT, [1])


def test_nothing_is_paid_with_less_than_nothing() -> None:
    with pytest.raises(AssertionError):
        Scene(receipt(BREAD), buyer(), AT, [-1])


@examples(50)
@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=9), st.integers(1, 500))
def test_shares_fall_to_the_lines_in_proportion(paid: list[int], points: int) -> None:
    sold = [line(amount, id=str(i)) for i, amount in enumerate(paid)]
    [award] = earn(compiled(bonus("visit", points)), scene(*sold)).awards
    whole = sum(paid)
    for share, amount in zip(award.shares, paid, strict=True):
        if whole:
            assert abs(share * whole - points * amount) < whole
