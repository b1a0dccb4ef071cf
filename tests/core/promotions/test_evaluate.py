"""What is applied, in which order, and what switches it on."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from offer_cases import amount, compiled, given, offer, percent, promoted, scene, total, why

from regulars.core.earning.evaluate import earn
from regulars.core.example import AT, buyer, line
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import NOTHING, Offer, PointsDue, Presented
from regulars.core.rewards.coupon import Coupon

HUNDRED = (line(100_00),)
MEMBER = UUID("01890000-0000-7000-8000-000000000001")


def coupon(code: str, promotion: str, **more) -> Coupon:
    told = {
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
    return Coupon(**(told | more))


def shown(*coupons: Coupon) -> Presented:
    return Presented(
        codes=tuple(one.code for one in coupons), coupons={one.code: one for one in coupons}
    )


def test_line_promotions_come_before_order_promotions_and_these_before_codes():
    programme = compiled(
        amount("code", 10, trigger={"kind": "code", "codes": ["TEN"]}, priority=1),
        percent("order", 10, level="order", priority=1),
        amount("line", 20, level="line", priority=500),
    )
    result = promoted(programme, *HUNDRED, presented=Presented(codes=("TEN",)))
    assert [(d.id, d.amount_minor) for d in result.discounts] == [
        ("line", 20_00),
        ("order", 8_00),
        ("code", 10_00),
    ]


def test_inside_a_phase_priority_decides_and_then_the_id():
    offers = [percent("b", 10), percent("a", 10), percent("c", 10, priority=1)]
    result = promoted(compiled(*offers), *HUNDRED)
    assert [d.id for d in result.discounts] == ["c", "a", "b"]
    assert given(result) == {"c": 10_00, "a": 9_00, "b": 8_10}


def test_amounts_start_at_what_is_left_after_the_card():
    sold = scene(line(100_00), paid=(80_00,))
    offers = [percent("a", 10), percent("n", 50, not_discounted=True)]
    result = promote(compiled(*offers), sold, NOTHING, member=True)
    assert given(result) == {"a": 8_00}
    assert why(result) == {"n": "goods"}
    initial = compiled(*offers, policy={"percent_of": "initial"})
    assert given(promote(initial, sold, NOTHING, member=True)) == {"a": 10_00}


def test_conditions_see_what_is_left_or_the_initial_amount_by_setting():
    offers = [percent("a", 10), percent("b", 10, when={"amount": {"min": 100}})]
    left = promoted(compiled(*offers), *HUNDRED)
    assert given(left) == {"a": 10_00}
    [verdict] = left.passed
    assert (verdict.promotion, verdict.why, verdict.missing_minor) == ("b", "condition", 10_00)
    initial = compiled(*offers, policy={"conditions_on": "initial"})
    assert given(promoted(initial, *HUNDRED)) == {"a": 10_00, "b": 9_00}


def test_delivery_and_gift_cards_do_not_help_to_reach_an_amount():
    programme = compiled(percent("a", 10, when={"amount": {"min": 101}}))
    extra = [line(50_00, id=k)._replace(kind=k) for k in ("delivery", "gift_card", "top_up")]
    assert not promoted(programme, *HUNDRED, *extra).discounts
    assert given(promoted(programme, *HUNDRED, *extra, line(1_00, id="x"))) == {"a": 10_10}


def test_delivery_is_touched_by_delivery_promotions_only():
    delivery = line(300_00, id="d", sku="courier")._replace(kind="delivery")
    programme = compiled(percent("a", 10), offer("free", "delivery", params={"percent": 100}))
    result = promoted(programme, *HUNDRED, delivery)
    assert given(result) == {"a": 10_00, "free": 300_00}
    alone = promoted(programme, delivery)
    assert given(alone) == {"free": 300_00}
    tagged = delivery._replace(tags=frozenset({"no_discount"}))
    assert why(promoted(programme, tagged)) == {"free": "goods"}


def test_goods_tagged_so_get_no_discount():
    result = promoted(
        compiled(percent("a", 10)), line(100_00, tags=["no_discount"]), line(1_00, id="2")
    )
    assert result.discounts[0].shares == (0, 10)


def test_only_units_of_such_a_price_are_in_scope():
    programme = compiled(percent("a", 10, unit_price={"from": 50, "to": 100}))
    sold = [
        line(49_99, id="1"),
        line(50_00, id="2"),
        line(200_00, id="3", quantity=2000),
        line(100_01, id="4"),
    ]
    assert promoted(programme, *sold).discounts[0].shares == (0, 5_00, 20_00, 0)


def test_what_the_till_or_an_earlier_promotion_reduced_can_be_left_out():
    cheaper = line(80_00)._replace(price_minor=100_00)
    programme = compiled(percent("a", 10, not_discounted=True))
    assert why(promoted(programme, cheaper)) == {"a": "goods"}
    after = compiled(
        percent("first", 10, goods={"skus": ["milk"]}, priority=1),
        percent("a", 10, not_discounted=True),
    )
    result = promoted(after, line(100_00, sku="milk"), line(50_00, id="2"))
    assert given(result) == {"first": 10_00, "a": 5_00}
    weighed = line(13_70, quantity=137)._replace(price_minor=100_04)
    assert given(promoted(programme, weighed)) == {"a": 1_37}


def test_a_promotion_is_in_force_from_since_up_to_until():
    programme = compiled(percent("a", 10, valid={"since": "2026-03-04", "until": "2026-03-05"}))
    start = datetime(2026, 3, 3, 21, 0, tzinfo=UTC)  # midnight in Moscow
    second = timedelta(seconds=1)
    for at, applies in (
        (start - second, False),
        (start, True),
        (start + timedelta(days=1) - second, True),
        (start + timedelta(days=1), False),
    ):
        assert bool(promoted(programme, *HUNDRED, at=at).discounts) is applies


def test_some_tiers_get_it_earlier():
    early = {"tiers": ["gold"], "since": "2026-03-01"}
    programme = compiled(percent("a", 10, valid={"since": "2026-04-01"}, early=early))
    gold, base = buyer(tier="gold"), buyer(tier="base")
    assert promoted(programme, *HUNDRED, who=gold).discounts
    assert not promoted(programme, *HUNDRED, who=base).discounts
    assert not promoted(programme, *HUNDRED, who=gold, at=AT - timedelta(days=10)).discounts
    after = AT + timedelta(days=60)
    assert promoted(programme, *HUNDRED, who=base, at=after).discounts


def test_a_code_is_read_however_it_is_typed_and_answered():
    programme = compiled(
        percent("a", 10, trigger={"kind": "code", "codes": ["Spring-26"]}),
        percent(
            "b", 10, trigger={"kind": "code", "codes": ["MORE"]}, when={"amount": {"min": 500}}
        ),
        percent(
            "old", 10, trigger={"kind": "code", "codes": ["OLD"]}, valid={"until": "2020-01-01"}
        ),
    )
    assert not promoted(programme, *HUNDRED).discounts
    result = promoted(
        programme, *HUNDRED, presented=Presented(codes=("SPR1NG26", "M0RE", "0LD", "X"))
    )
    assert [(c.code, c.promotion, c.accepted, c.reason.code) for c in result.codes] == [
        ("SPR1NG26", "a", True, "code.accepted"),
        ("M0RE", "b", False, "condition.amount.small"),
        ("0LD", "", False, "code.not_valid"),
        ("X", "", False, "code.not_valid"),
    ]
    assert result.discounts[0].code == "SPR1NG26"


def test_no_more_codes_are_heard_than_the_programme_takes():
    offers = [percent(c, 10, trigger={"kind": "code", "codes": [c * 3]}) for c in "abc"]
    programme = compiled(*offers, policy={"codes_max": 2})
    result = promoted(programme, *HUNDRED, presented=Presented(codes=("AAA", "BBB", "CCC")))
    assert given(result) == {"a": 10_00, "b": 9_00}
    assert [c.reason.code for c in result.codes] == ["code.accepted"] * 2 + ["code.too_many"]


def test_every_coupon_that_is_no_good_is_answered_like_one_that_does_not_exist():
    programme = compiled(percent("a", 10, trigger={"kind": "coupon"}), percent("auto", 1))
    stranger = UUID(int=7)
    bad = [
        coupon("USED", "a", uses=1),
        coupon("HELD", "a", reserved=1),
        coupon("OVER", "a", until=AT),
        coupon("S00N", "a", since=AT + timedelta(seconds=1)),
        coupon("GONE", "a", revoked=True),
        coupon("HERS", "a", owner=stranger, transferable=False),
        coupon("AUTO", "auto"),
        coupon("L0ST", "no-such-promotion"),
    ]
    who = buyer(member_id=str(MEMBER))
    for one in bad:
        result = promoted(programme, *HUNDRED, presented=shown(one), who=who)
        assert given(result) == {"auto": 1_00}
        unknown = promoted(programme, *HUNDRED, presented=Presented(codes=(one.code,)), who=who)
        assert result.codes == unknown.codes
        assert [c.reason.code for c in result.codes] == ["code.not_valid"]
    mine = coupon("M1NE", "a", owner=MEMBER, transferable=False)
    assert given(promoted(programme, *HUNDRED, presented=shown(mine), who=who))["a"] == 9_90


def test_of_several_coupons_of_a_promotion_one_counts_unless_it_may_be_applied_more_often():
    two = shown(coupon("C1", "a"), coupon("C2", "a"))
    once = compiled(amount("a", 10, trigger={"kind": "coupon"}))
    result = promoted(once, *HUNDRED, presented=two)
    assert given(result) == {"a": 10_00}
    assert [(c.code, c.accepted, c.reason.code) for c in result.codes] == [
        ("C1", True, "code.accepted"),
        ("C2", False, "code.no_more"),
    ]
    twice = compiled(amount("a", 10, trigger={"kind": "coupon"}, times_max=2))
    result = promoted(twice, *HUNDRED, presented=two)
    assert [(d.amount_minor, d.code) for d in result.discounts] == [(10_00, "C1"), (10_00, "C2")]
    assert all(c.accepted for c in result.codes)


def test_a_promotion_is_claimed_as_often_as_asked_each_time_on_what_is_left():
    programme = compiled(percent("a", 10, trigger={"kind": "activated"}))
    assert not promoted(programme, line(300_00)).discounts
    result = promoted(programme, line(300_00), presented=Presented(claims={"a": 3}))
    assert [d.amount_minor for d in result.discounts] == [30_00, 27_00, 24_30]
    most = compiled(percent("a", 10, trigger={"kind": "activated"}, times_max=2))
    assert total(promoted(most, line(300_00), presented=Presented(claims={"a": 9}))) == 57_00


def test_a_promotion_that_costs_points_is_applied_as_often_as_they_last():
    price = {"currency": "points", "points": 5}
    programme = compiled(amount("a", 10, trigger={"kind": "activated"}, price=price))
    assert programme.promotions.prices == {"points"}
    claims = Presented(claims={"a": 3}, balances={"points": 14})
    result = promoted(programme, *HUNDRED, presented=claims)
    assert given(result) == {"a": 20_00}
    assert result.points == (PointsDue("a", "points", 10),)
    poor = promoted(programme, *HUNDRED, presented=claims._replace(balances={"points": 4}))
    assert why(poor) == {"a": "limit"}
    assert poor.passed[0].reason.code == "promotion.points_missing"
    nobody = promoted(programme, *HUNDRED, presented=claims, member=False)
    assert (why(nobody), nobody.points) == ({"a": "trigger"}, ())


def test_a_personal_offer_counts_while_it_lasts_and_for_nobody_else():
    programme = compiled(percent("a", 10, trigger={"kind": "personal"}))

    def offered(since=None, until=None):
        return Presented(offers={"a": Offer("a", False, since, until)})

    assert not promoted(programme, *HUNDRED).discounts
    assert not promoted(programme, *HUNDRED, presented=Presented(claims={"a": 1})).discounts
    assert promoted(programme, *HUNDRED, presented=offered()).discounts
    assert promoted(programme, *HUNDRED, presented=offered(since=AT)).discounts
    assert why(promoted(programme, *HUNDRED, presented=offered(until=AT))) == {"a": "trigger"}
    later = offered(since=AT + timedelta(seconds=1))
    claimed = later._replace(claims={"a": 1})
    assert not promoted(programme, *HUNDRED, presented=claimed).discounts


def test_an_offer_has_to_be_activated_where_the_promotion_says_so():
    programme = compiled(percent("a", 10, trigger={"kind": "activated"}))
    for activated in (False, True):
        offered = Presented(offers={"a": Offer("a", activated, None, None)})
        result = promoted(programme, *HUNDRED, presented=offered)
        assert bool(result.discounts) is activated


def test_a_promotion_counts_for_each_complete_set():
    each = [{"goods": {"skus": ["pizza"]}}, {"goods": {"skus": ["cola"]}, "quantity": 2}]
    programme = compiled(amount("a", 10, repeat={"each": each}))
    pizza = line(300_00, sku="pizza", quantity=3000)
    for colas, times in ((1, 0), (2, 1), (5, 2), (60, 3)):
        result = promoted(programme, pizza, line(100_00, id="2", sku="cola", quantity=colas * 1000))
        assert total(result) == times * 10_00
        assert [d.times for d in result.discounts] == ([times] if times else [])
    most = compiled(amount("a", 10, repeat={"each": each, "most": 2}))
    assert total(promoted(most, pizza, line(100_00, id="2", sku="cola", quantity=60_000))) == 20_00
    kept = compiled(amount("a", 10, repeat={"each": each}, times_max=1))
    assert total(promoted(kept, pizza, line(100_00, id="2", sku="cola", quantity=60_000))) == 10_00


def test_a_piece_serves_in_one_set_only_also_where_it_fits_two_parts():
    each = [{"goods": {"categories": ["food"]}}, {"goods": {"skus": ["milk"]}}]
    programme = compiled(amount("a", 1, repeat={"each": each}))

    def sets(milk, other):
        sold = [
            line(milk * 10_00, sku="milk", category="food", quantity=milk * 1000),
            line(other * 10_00, id="2", category="food", quantity=other * 1000),
        ]
        return total(promoted(programme, *[one for one in sold if one.quantity])) // 100

    assert [sets(*pair) for pair in ((1, 0), (2, 0), (3, 0), (1, 1), (5, 1), (2, 7))] == [
        0,
        1,
        1,
        1,
        3,
        2,
    ]


def test_a_set_may_have_to_be_of_one_product():
    each = [{"goods": {"categories": ["food"]}, "quantity": 2}]
    sold = [line(10_00, id=str(i), sku=f"s{i}", category="food") for i in range(3)]
    sold.append(line(20_00, id="9", sku="s0", category="food"))
    mixed = compiled(amount("a", 1, repeat={"each": each}))
    assert total(promoted(mixed, *sold)) == 2_00
    same = compiled(amount("a", 1, repeat={"each": each, "same": True}))
    assert total(promoted(same, *sold)) == 1_00


def test_points_are_multiplied_by_a_promotion():
    rule = {
        "id": "base",
        "title": "base",
        "mechanic": "rate_per_amount",
        "currency": "points",
        "params": {"points": 1, "per": 10},
    }
    boost = offer(
        "x3",
        "points_multiplier",
        params={"currency": "points", "factor": 3},
        goods={"skus": ["milk"]},
    )
    programme = compiled(boost, earning=[rule])
    sold = scene(line(100_00, sku="milk"), line(50_00, id="2"))
    result = promote(programme, sold, NOTHING, member=True)
    assert [b.promotion for b in result.boosts] == ["x3"]
    earned = {a.rule: a.amount for a in earn(programme, sold, result.boosts).awards}
    assert earned == {"base": 15, "promotion:x3": 20}
    assert {a.rule: a.amount for a in earn(programme, sold).awards} == {"base": 15}
    best = compiled(
        boost,
        earning=[rule, rule | {"id": "x2", "mechanic": "multiplier", "params": {"factor": 2}}],
        earning_policy={"multipliers": "best"},
    )
    result = promote(best, sold, NOTHING, member=True)
    earned = {a.rule: a.amount for a in earn(best, sold, result.boosts).awards}
    assert earned == {"base": 15, "x2": 5, "promotion:x3": 20}


def test_the_scene_can_be_used_again_with_what_is_left_to_pay():
    programme = compiled(
        percent("a", 50),
        earning=[
            {
                "id": "base",
                "title": "base",
                "mechanic": "rate_per_amount",
                "currency": "points",
                "params": {"points": 1, "per": 10},
            }
        ],
    )
    sold = scene(line(100_00, id="2"), line(50_00, id="1"))
    result = promote(programme, sold, NOTHING, member=True)
    due = [paid - cut for paid, cut in zip(sold.paid, result.discounts[0].shares, strict=True)]
    fresh = scene(line(100_00, id="2"), line(50_00, id="1"), paid=tuple(due))
    assert earn(programme, sold.repaid(due)) == earn(programme, fresh)
    assert earn(programme, sold.repaid(due)).awards[0].amount == 8
