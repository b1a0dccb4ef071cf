"""Laws of the engine, for any programme and any purchase."""

from typing import Any

from engine_cases import amounts, buyers, compiled, document, line_lists, programmes, rule, scene
from engine_oracle import oracle
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.earning.evaluate import earn
from regulars.core.earning.settle import Earnings
from regulars.core.example import AT, line
from regulars.core.goods import selector
from regulars.core.programme.compiled import compile_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.purchase import Buyer, Line
from regulars.core.scene import Scene
from regulars.core.when.prepare import prepare

Lines = tuple[Line, ...]


def decided(document: Programme, sold: Lines, who: Buyer) -> Earnings:
    return earn(compile_programme(document, 1), scene(*sold, who=who))


@examples(50)
@given(programmes(), line_lists, buyers)
def test_awards_are_positive_and_their_shares_add_up(
    document: Programme, sold: Lines, who: Buyer
) -> None:
    for award in decided(document, sold, who).awards:
        assert award.amount > 0
        assert sum(award.shares) == award.amount
        assert all(share >= 0 for share in award.shares)
        assert all(
            not share or "no_points" not in one.tags
            for share, one in zip(award.shares, sold, strict=True)
        )


@examples(50)
@given(programmes(), line_lists, buyers, st.randoms(use_true_random=False))
def test_the_order_of_lines_only_orders_the_shares(
    document: Programme, sold: Lines, who: Buyer, random: Any
) -> None:
    order = list(range(len(sold)))
    random.shuffle(order)
    before = decided(document, sold, who)
    after = decided(document, tuple(sold[i] for i in order), who)
    assert amounts(after) == amounts(before)
    assert after.counters == before.counters
    assert after.cut == before.cut
    for one, other in zip(before.awards, after.awards, strict=True):
        assert other.shares == tuple(one.shares[i] for i in order)


@examples(50)
@given(programmes(), line_lists, buyers, st.randoms(use_true_random=False))
def test_the_order_of_rules_in_the_document_does_not_matter(
    document: Programme, sold: Lines, who: Buyer, random: Any
) -> None:
    rules = list(document.earning)
    random.shuffle(rules)
    shuffled = document.model_copy(update={"earning": tuple(rules)})
    assert decided(shuffled, sold, who) == decided(document, sold, who)


@examples(50)
@given(programmes(), line_lists, buyers)
def test_a_rule_that_does_not_apply_changes_nothing(
    document: Programme, sold: Lines, who: Buyer
) -> None:
    strangers = [
        rule("z1", when={"store": {"in": ["elsewhere"]}}, final=True, priority=0),
        rule("z2", "multiplier", params={"factor": 9}, goods={"skus": ["unheard of"]}),
        rule("z3", when={"not": {"all": []}}),
        rule("z4", valid={"since": "2030-01-01"}),
    ]
    more = to_mapping(document)
    more["earning"] = [*more.get("earning", []), *strangers]
    assert decided(Programme.model_validate(more), sold, who) == decided(document, sold, who)


@examples(50)
@given(programmes(), line_lists, buyers)
def test_the_same_purchase_is_always_decided_alike(
    document: Programme, sold: Lines, who: Buyer
) -> None:
    programme = compile_programme(document, 1)
    here = scene(*sold, who=who)
    assert earn(programme, here) == earn(programme, here) == decided(document, sold, who)


@examples(50)
@given(programmes(), line_lists, buyers)
def test_the_index_finds_every_rule_that_applies(
    document: Programme, sold: Lines, who: Buyer
) -> None:
    programme = compile_programme(document, 1)
    here = scene(*sold, who=who)
    plan = programme.index.plan(here)
    candidates = {step.rule.id for step in plan.rules} | {one.id for one in plan.multipliers}
    for one in document.earning:
        takes = selector(one.goods)
        lines = [each for each in sold if "no_points" not in each.tags]
        has_goods = any(takes is None or takes(each) for each in lines)
        test = prepare(one.when, programme.terms)
        if one.enabled and has_goods and (test is None or test(here)):
            assert one.id in candidates


@examples(50)
@given(programmes(), st.lists(line_lists, min_size=1, max_size=6), buyers)
def test_no_limit_is_passed_by_any_row_of_purchases(
    document: Programme, receipts: list[Lines], who: Buyer
) -> None:
    """All on one day, so that every counted limit is for ever, as far as the test goes."""
    programme = compile_programme(document, 1)
    given_by_rule: dict[str, int] = {}
    given_of_points = 0
    counters: dict[str, tuple[int, int]] = {}
    for sold in receipts:
        earnings = earn(programme, scene(*sold, who=who._replace(counters=counters)))
        for award in earnings.awards:
            given_by_rule[award.rule] = given_by_rule.get(award.rule, 0) + award.amount
            given_of_points += award.amount if award.currency == "points" else 0
        for key, period, delta in earnings.counters:
            counters = counters | {key: (period, counters.get(key, (period, 0))[1] + delta)}
        assert_receipt_limits(document, earnings)
    for one in document.earning:
        scale = document.currencies[one.currency].scale
        for name in ("member", "day", "week", "month"):
            most = getattr(one.caps, name) if one.caps else None
            assert most is None or given_by_rule.get(one.id, 0) <= most * 10**scale
    caps = document.currencies["points"].caps
    assert caps is None or caps.day is None or given_of_points <= caps.day


def assert_receipt_limits(document: Programme, earnings: Earnings) -> None:
    by_id = {one.id: one for one in document.earning}
    for award in earnings.awards:
        caps = by_id[award.rule].caps
        if caps and caps.receipt is not None:
            assert award.amount <= caps.receipt * 10 ** document.currencies[award.currency].scale
    of_points = document.currencies["points"].caps
    if of_points and of_points.receipt is not None:
        total = sum(award.amount for award in earnings.awards if award.currency == "points")
        assert total <= of_points.receipt


@examples(50)
@given(programmes(), line_lists, buyers)
def test_counters_grow_by_exactly_what_was_given(
    document: Programme, sold: Lines, who: Buyer
) -> None:
    earnings = decided(document, sold, who)
    given_by_rule = amounts(earnings)
    for key, _, delta in earnings.counters:
        kind, code, _ = key.split(":")
        if kind == "rule":
            assert delta == given_by_rule[code]
        else:
            assert delta == sum(a.amount for a in earnings.awards if a.currency == code)


@examples(400)
@given(programmes(), line_lists, buyers)
def test_the_engine_agrees_with_a_plain_reading_of_the_document(
    document: Programme, sold: Lines, who: Buyer
) -> None:
    earnings = decided(document, sold, who)
    expected, shares = oracle(document, scene(*sold, who=who))
    assert amounts(earnings) == expected
    assert {award.rule: list(award.shares) for award in earnings.awards} == shares


@examples(50)
@given(line_lists, st.integers(1, 10**6))
def test_more_money_never_earns_less(sold: Lines, more: int) -> None:
    programme = compiled(rule("base"), rule("steps", "rate_per_amount"))
    one = sum(amounts(earn(programme, scene(*sold))).values())
    bigger = (*sold, line(more, id="more"))
    assert sum(amounts(earn(programme, scene(*bigger))).values()) >= one


@examples(50)
@given(line_lists)
def test_paying_less_per_line_is_earning_on_less(sold: Lines) -> None:
    programme = compile_programme(document(rule("base", params={"points": 1, "per": "0.01"})), 1)
    paid = [one.amount_minor // 2 for one in sold]
    earnings = earn(programme, Scene(scene(*sold).receipt, scene(*sold).buyer, AT, paid))
    eligible = [p for p, one in zip(paid, sold, strict=True) if "no_points" not in one.tags]
    assert sum(amounts(earnings).values()) == sum(eligible)
