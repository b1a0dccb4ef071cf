"""A receipt that comes in late gets what it would have got in time: tier, limits, number of the visit."""

from datetime import timedelta

import pytest
from core.ledger.shop import Shop
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, RATE, identity, line, moment, programme
from seed import examples

from regulars.core.till.standing import visits_before

NOON = moment("2026-04-28 12:00")
STATUS = {"title": "Status", "kind": "status"}
BONUS = {
    "id": "review",
    "title": "Review",
    "mechanic": "event_bonus",
    "currency": "status",
    "params": {"event": "review", "points": 100, "once": "always"},
}
BY_TIER = {**RATE, "params": {"points": 1, "per": 10, "by_tier": {"silver": 2}}}


def points_ladder(currency):
    return {
        "measure": "points",
        "currency": currency,
        "window": {"kind": "rolling", "length": {"days": 90}},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "silver", "title": "S", "threshold": 100},
        ],
    }


def days(number):
    return NOON + timedelta(days=number)


def earned(sale):
    return {award.rule: award.amount for award in sale.decision.earnings.awards}


@examples(60)
@given(
    st.lists(
        st.tuples(st.integers(0, 20), st.integers(100, 90_000)),
        min_size=2,
        max_size=7,
        unique_by=lambda p: p[0],
    ),
    st.data(),
)
def test_each_sale_gets_the_tier_of_its_own_moment_whenever_it_comes_in(purchases, data):
    """Tiers by spend: once all is known, standing and record are those of the right order."""
    ladder = {
        "measure": "spend",
        "window": {"kind": "rolling", "length": {"days": 10}},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "silver", "title": "S", "threshold": 600},
        ],
    }
    compiled = programme(tiers=ladder, earning=[BY_TIER])
    in_order, mixed = Shop(compiled), Shop(compiled)
    for day, amount in sorted(purchases):
        in_order.sell("Anna", f"on {day}", days(day), [line("1", amount)])
    for day, amount in data.draw(st.permutations(purchases)):
        sale = mixed.sell("Anna", f"on {day}", days(day), [line("1", amount)])
        before = [d for d, _ in purchases if d < day and f"on {d}" in mixed.sales]
        if sorted(before) == sorted(d for d, _ in purchases if d < day):
            assert sale.decision.tier == in_order.sales[f"on {day}"].decision.tier
    for day in range(25):
        assert mixed.standing("Anna", days(day)) == in_order.standing("Anna", days(day))
    assert mixed.differences() == []


def test_a_limit_of_the_month_is_that_of_the_receipt_even_if_something_newer_was_counted():
    """A review in May comes before a purchase of April that is not late by any other purchase."""
    review = {
        **BONUS,
        "currency": "points",
        "params": {"event": "review", "points": 5, "once": "always"},
    }
    capped = {"title": "Points", "caps": {"month": 10}}
    shop = Shop(programme(currencies={"points": capped}, earning=[RATE, review]))
    shop.sell("Anna", "a", NOON, [line("1", 8_000)])
    shop.event("Anna", "review", moment("2026-05-01 10:00"))
    late = shop.sell("Anna", "b", moment("2026-04-30 12:00"), [line("1", 8_000)])
    assert earned(late) == {"rate": 2}
    in_may = shop.sell("Anna", "c", moment("2026-05-02 12:00"), [line("1", 8_000)])
    assert earned(in_may) == {"rate": 5}


def test_points_earned_by_a_later_event_do_not_raise_the_tier_of_an_earlier_receipt():
    compiled = programme(
        currencies={"points": POINTS, "status": STATUS},
        earning=[BY_TIER, BONUS],
        tiers=points_ladder("status"),
    )
    shop = Shop(compiled)
    shop.sell("Anna", "a", NOON, [line("1", 10_000)])
    shop.event("Anna", "review", days(2))
    assert shop.sell("Anna", "b", days(1), [line("1", 10_000)]).decision.tier == "base"
    assert shop.sell("Anna", "c", days(3), [line("1", 10_000)]).decision.tier == "silver"
    assert shop.differences() == []


@pytest.mark.parametrize(("hours", "visits"), [(-1, 0), (0, 1), (1, 2), (20, 3), (30, 3)])
def test_a_visit_is_counted_by_its_moment_and_equal_moments_as_they_came(hours, visits):
    shop = Shop(programme())
    for name, after in (("a", 0), ("b", 1), ("c", 20)):
        shop.sell("Anna", name, NOON + timedelta(hours=after), [line("1", 1_000)])
    at = NOON + timedelta(hours=hours)
    assert visits_before(shop.look("Anna", days(3)), at) == visits


def test_a_returned_visit_is_not_counted_late_or_not():
    shop = Shop(programme())
    for name, after in (("a", 0), ("b", 1), ("c", 20)):
        shop.sell("Anna", name, NOON + timedelta(hours=after), [line("1", 1_000)])
    shop.take_back("a", days(2))
    book = shop.look("Anna", days(3))
    assert [visits_before(book, at) for at in (NOON, NOON + timedelta(hours=2), days(3))] == [
        0,
        1,
        2,
    ]


def test_a_late_receipt_brings_points_with_the_end_they_would_have_had():
    points = {
        **POINTS,
        "activation": {"days": 3},
        "expiry": {"kind": "after", "after": {"days": 30}},
    }
    shop = Shop(programme(currencies={"points": points}))
    shop.sell("Anna", "a", days(20), [line("1", 10_000)])
    shop.sell("Anna", "late", NOON, [line("1", 20_000)])
    assert shop.wallet("Anna", days(20)) == (10, 20, 0)
    assert shop.wallet("Anna", days(30)) == (0, 10, 0)
    lots = shop.store.kept[identity("Anna")].lots
    assert (lots[2].active_at, lots[2].expires_at) == (days(3), days(30))
    assert shop.differences() == []


def test_a_correction_of_status_points_counts_for_the_tier_from_then_on():
    shop = Shop(
        programme(
            currencies={"points": POINTS, "status": STATUS},
            earning=[BY_TIER, BONUS],
            tiers=points_ladder("status"),
        )
    )
    shop.event("Anna", "review", NOON, "1")
    shop.adjust("Anna", "status", -30, days(1))
    assert shop.standing("Anna", days(1)).amount == 70
    shop.event("Anna", "review", days(2), "2")
    assert shop.standing("Anna", days(2)).amount == 170
    shop.adjust("Anna", "status", 5, days(2))
    assert shop.standing("Anna", days(2)).amount == 175
    assert shop.differences() == []
