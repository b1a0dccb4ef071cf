"""What holds for any programme of promotions and any receipt."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from offer_cases import (
    buyers,
    compiled,
    line_lists,
    made,
    offer,
    percent,
    presenteds,
    programmes,
    scene,
    total,
)

from regulars.core.example import line
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.explain import explain
from regulars.core.promotions.result import NOTHING, Presented, Promoted
from regulars.core.purchase import Line
from regulars.core.rewards.codes import normalised

LAWS = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
NOT_DISCOUNTED = {"gift_card", "top_up"}


def left_after(lines: tuple[Line, ...], result: Promoted) -> list[int]:
    return [
        one.amount_minor - sum(discount.shares[i] for discount in result.discounts)
        for i, one in enumerate(lines)
    ]


@LAWS
@given(programmes(), line_lists(), presenteds, buyers)
def test_parts_add_up_and_no_line_falls_below_its_minimum(case, lines, presented, who):
    result = promote(made(case), scene(*lines, who=who), presented, member=True)
    for discount in result.discounts:
        assert sum(discount.shares) == discount.amount_minor > 0
        assert min(discount.shares) >= 0
        if discount.spread is not None:
            assert sum(discount.spread) == discount.amount_minor
            assert min(discount.spread) >= 0
    for one, left in zip(lines, left_after(lines, result), strict=True):
        assert left >= min(one.amount_minor, max(0, one.minimum_minor))
        if one.kind in NOT_DISCOUNTED or "no_discount" in one.tags:
            assert left == one.amount_minor


@LAWS
@given(programmes(), line_lists(), presenteds, buyers)
def test_refunds_never_give_back_more_for_a_line_than_was_paid(case, lines, presented, who):
    result = promote(made(case), scene(*lines, who=who), presented, member=True)
    for i, one in enumerate(lines):
        borne = sum((d.shares if d.spread is None else d.spread)[i] for d in result.discounts)
        assert borne <= one.amount_minor


@LAWS
@given(programmes(), line_lists(), presenteds, buyers, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_of_promotions_decides_nothing(case, lines, presented, who, rng):
    before = promote(made(case), scene(*lines, who=who), presented, member=True)
    order = list(range(len(lines)))
    rng.shuffle(order)
    offers = list(case["offers"])
    rng.shuffle(offers)
    shuffled = made({**case, "offers": offers})
    after = promote(shuffled, scene(*[lines[i] for i in order], who=who), presented, member=True)
    assert _sorted(before, range(len(lines))) == _sorted(after, order)


def _sorted(result: Promoted, order) -> Promoted:
    """The result with lines in the order in which they were first."""

    def placed(shares):
        if shares is None:
            return None
        found = [0] * len(shares)
        for place, i in enumerate(order):
            found[i] = shares[place]
        return tuple(found)

    discounts = tuple(
        d._replace(shares=placed(d.shares), spread=placed(d.spread)) for d in result.discounts
    )
    return result._replace(
        discounts=discounts, boosts=tuple(b._replace(goods=0) for b in result.boosts)
    )


@LAWS
@given(programmes(), line_lists(), presenteds, buyers)
def test_a_promotion_that_does_not_apply_changes_nothing(case, lines, presented, who):
    before = promote(made(case), scene(*lines, who=who), presented, member=True)
    idle = [
        percent("q1", 50, goods={"skus": ["never-sold"]}, stacks="none"),
        percent("q2", 50, when={"amount": {"min": 10**9}}, stacks="none"),
        percent("q3", 50, trigger={"kind": "code", "codes": ["UNSAID"]}, stacks="none"),
        percent("q4", 50, valid={"until": "2020-01-01"}, stacks="none"),
        percent("q5", 50, when={"tier": {"in": ["silver"]}}, group="one"),
        offer("q6", "percent", caps=[{"per": "member", "uses": 1}], when={"any": []}),
        percent("q7", 50, enabled=False, stacks="none"),
    ]
    after = promote(
        made({**case, "offers": [*case["offers"], *idle]}),
        scene(*lines, who=who),
        presented,
        member=True,
    )
    new = {one["id"] for one in idle}
    passed = tuple(v for v in after.passed if v.promotion not in new)
    plain = tuple(b._replace(goods=0) for b in after.boosts)
    assert after._replace(passed=passed, boosts=plain) == before._replace(
        boosts=tuple(b._replace(goods=0) for b in before.boosts)
    )


@LAWS
@given(programmes(), line_lists(), presenteds, buyers)
def test_explain_tells_of_every_promotion_what_the_evaluation_did(case, lines, presented, who):
    programme = made(case)
    result = promote(programme, scene(*lines, who=who), presented, member=True)
    told = explain(programme, scene(*lines, who=who), presented, member=True)
    assert sorted(each.promotion for each in told) == sorted(o["id"] for o in case["offers"])
    applied = {
        *(d.id for d in result.discounts),
        *(g.promotion for g in result.gifts),
        *(b.promotion for b in result.boosts),
    }
    assert {each.promotion for each in told if each.applied} == applied
    whys = {verdict.promotion: verdict for verdict in result.passed}
    for each in told:
        assert each.applied == (each.verdict is None)
        if each.promotion in whys:
            assert each.verdict == whys[each.promotion]
    assert sum(each.amount_minor for each in told) == total(result)
    assert not applied & whys.keys()


@LAWS
@given(programmes(), line_lists(), presenteds, buyers)
def test_what_was_applied_goes_together(case, lines, presented, who):
    programme = made(case)
    result = promote(programme, scene(*lines, who=who), presented, member=True)
    applied = {
        *(d.id for d in result.discounts),
        *(g.promotion for g in result.gifts),
        *(b.promotion for b in result.boosts),
    }
    offers = {one["id"]: one for one in case["offers"]}

    def allows(one, other):
        if one["stacks"] == "all":
            return True
        return one["stacks"] == "listed" and (
            other["id"] in one["stacks_with"] or other["group"] in one["stacks_with"]
        )

    for one in applied:
        for other in applied - {one}:
            assert allows(offers[one], offers[other])
    assert sum(offers[id]["group"] == "one" for id in applied) <= 1
    assert sum(offers[id]["group"] == "two" for id in applied) <= 2


@LAWS
@given(programmes(), st.lists(line_lists(), min_size=1, max_size=5), presenteds)
def test_limits_and_budgets_hold_over_any_sequence(case, receipts, presented):
    """Sales one after another by one member, each with what the ones before it left."""
    programme = made(case)
    counters: dict[str, tuple[int, int]] = {}
    taken: dict[str, int] = {}
    limits: dict[str, int] = {}
    by_id = programme.promotions.by_id
    for lines in receipts:
        who = scene(*lines).buyer._replace(counters=dict(counters))
        left = {key: limits[key] - amount for key, amount in taken.items()}
        result = promote(
            programme, scene(*lines, who=who), presented._replace(left=left), member=True
        )
        for key, period, delta in result.counters:
            assert delta > 0
            counters[key] = (period, counters.get(key, (period, 0))[1] + delta)
        for allowance in result.allowances:
            key = f"{allowance.key}:{allowance.period}"
            assert allowance.amount > 0
            taken[key] = taken.get(key, 0) + allowance.amount
            limits[key] = allowance.limit
        _check_per_receipt(by_id, result)
    for key, amount in taken.items():
        assert amount <= limits[key]
    for promotion in by_id.values():
        for limit in promotion.limits:
            if limit.per == "member" and limit.key in counters:
                assert counters[limit.key][1] <= limit.most


def _check_per_receipt(by_id, result):
    for id, promotion in by_id.items():
        mine = [d for d in result.discounts if d.id == id]
        found = {
            "money": sum(d.amount_minor for d in mine),
            "units": sum(d.units for d in mine),
            "uses": len(mine),
        }
        for limit in promotion.limits:
            if limit.per == "receipt":
                assert found[limit.what] <= limit.most


@LAWS
@given(programmes(), line_lists(), buyers)
def test_what_is_given_is_charged(case, lines, who):
    """Counters and allowances are those of the discounts, to the kopeck."""
    from_pot = {one["id"] for one in case["offers"] if one["budget"] == "pot"}
    programme = made(case)
    presented = presented_all(case)
    result = promote(programme, scene(*lines, who=who), presented, member=True)
    charged = {a.key: a.amount for a in result.allowances}
    pot = sum(d.amount_minor for d in result.discounts if d.id in from_pot)
    assert charged.get("budget:pot:ever", 0) == pot


def presented_all(case):
    codes = tuple(
        normalised(code)
        for one in case["offers"]
        for code in one.get("trigger", {}).get("codes", ())
    )
    return Presented(codes=codes, claims={one["id"]: 1 for one in case["offers"]})


@LAWS
@given(programmes(), line_lists(), presenteds)
def test_nobody_in_particular_gets_nothing_that_needs_a_member(case, lines, presented):
    programme = made(case)
    result = promote(programme, scene(*lines), presented, member=False)
    for discount in result.discounts:
        assert not programme.promotions.by_id[discount.id].needs_member
    assert not result.counters
    assert not result.points


def test_the_programme_without_promotions_does_nothing():
    programme = compiled()
    assert not programme.promotions
    assert promote(programme, scene(line(100_00)), NOTHING, member=True) == Promoted()


@LAWS
@given(programmes(), line_lists(), presenteds, buyers)
def test_a_limit_that_is_never_reached_changes_no_discount(case, lines, presented, who):
    """Also compares the two ways of evaluation: promotions with limits do not go the short way."""
    wide = {"per": "receipt", "money": 10**9}
    offers = [{**one, "caps": [*one["caps"], wide]} for one in case["offers"]]
    before = promote(made(case), scene(*lines, who=who), presented, member=True)
    after = promote(
        made({**case, "offers": offers}), scene(*lines, who=who), presented, member=True
    )
    assert after == before
