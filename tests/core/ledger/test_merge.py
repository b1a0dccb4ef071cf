"""Two members' books become one and nothing is lost: points, debts, history, limits, returns to come."""

from datetime import timedelta

import pytest
from core.ledger.shop import Shop
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, RATE, identity, line, moment, programme
from seed import examples

from regulars.core.ledger.accounts import TRANSFERRED, Wallet
from regulars.core.till.returns import ReturnedMore

NOON = moment("2026-03-02 12:00")
TIERS = {
    "measure": "spend",
    "window": {"kind": "rolling", "length": {"days": 90}},
    "levels": [
        {"code": "base", "title": "Base"},
        {"code": "silver", "title": "S", "threshold": 300},
    ],
}
ANNA, BERTA = identity("Anna"), identity("Berta")


def minutes(number):
    return NOON + timedelta(minutes=number)


def transferred(shop):
    return sum(
        shop.store.replay(member).system.get(("points", TRANSFERRED), 0)
        for member in shop.store.kept
    )


@examples(40)
@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 40), st.booleans())
def test_the_one_has_what_the_two_had(a, b, spent, returned):
    shop = Shop(programme(tiers=TIERS))
    shop.sell("Anna", "a", NOON, [line("1", a * 1000)])
    shop.sell("Berta", "b", minutes(1), [line("1", b * 1000)])
    if spent and spent <= b:
        shop.redeem("Berta", "r", "points", spent, minutes(2))
        if returned:
            shop.take_back("b", minutes(3))
    before = [shop.wallet(who, minutes(4)).active for who in ("Anna", "Berta")]
    shop.merge("Berta", "Anna", minutes(5))
    assert shop.wallet("Anna", minutes(5)).active == sum(before)
    assert shop.wallet("Berta", minutes(5)) == Wallet()
    assert shop.look("Anna", minutes(5)).visits == 2 - (returned and 0 < spent <= b)
    assert transferred(shop) == 0
    assert shop.differences() == []


def test_the_sales_of_both_count_for_the_tier_of_the_one():
    shop = Shop(programme(tiers=TIERS))
    shop.sell("Anna", "a", NOON, [line("1", 20_000)])
    shop.sell("Berta", "b", NOON, [line("1", 20_000)])
    shop.merge("Berta", "Anna", minutes(5))
    assert shop.standing("Anna", minutes(5)).tier == "silver"
    shop.take_back("b", minutes(6))
    assert shop.standing("Anna", minutes(6)).tier == "base"
    assert shop.differences() == []


def test_a_sale_of_a_member_merged_twice_over_comes_back_into_the_lots_that_paid():
    points = {**POINTS, "expiry": {"kind": "after", "after": {"days": 60}}}
    shop = Shop(programme(currencies={"points": points}))
    for who in ("Anna", "Berta", "Clara"):
        shop.sell(who, f"first {who}", NOON, [line("1", 10_000)])
    paid = shop.sell("Clara", "paid", minutes(1), [line("1", 700)], pay={"points": 7})
    assert paid.sold.taken["points"] == ((1, 7),)
    shop.merge("Clara", "Berta", minutes(2))
    shop.merge("Berta", "Anna", minutes(3))
    assert shop.moved == {"Anna": {str(BERTA): 1, str(identity("Clara")): 2}}
    shop.take_back("paid", minutes(4))
    assert [lot.remaining for lot in shop.store.kept[ANNA].lots.values()] == [10, 10, 10]
    shop.take_back("first Clara", minutes(5))
    assert [lot.remaining for lot in shop.store.kept[ANNA].lots.values()] == [10, 10, 0]
    with pytest.raises(ReturnedMore):
        shop.take_back("paid", minutes(6))
    assert shop.differences() == []


def test_a_limit_used_by_either_is_used_by_the_one():
    shop = Shop(programme(earning=[{**RATE, "caps": {"month": 10}}]))
    shop.sell("Anna", "a", NOON, [line("1", 6_000)])
    shop.sell("Berta", "b", NOON, [line("1", 3_000)])
    shop.merge("Berta", "Anna", minutes(5))
    sale = shop.sell("Anna", "c", minutes(6), [line("1", 9_000)])
    assert sale.decision.earnings.awards[0].amount == 1


def test_two_debts_together_stop_at_the_floor_and_the_rest_is_written_off():
    shop = Shop(programme(currencies={"points": {**POINTS, "floor": -30}}))
    for who in ("Anna", "Berta"):
        shop.sell(who, f"sale {who}", NOON, [line("1", 20_000)])
        shop.redeem(who, f"reward {who}", "points", 20, minutes(1))
        shop.take_back(f"sale {who}", minutes(2))
        assert shop.wallet(who, minutes(2)).active == -20
    shop.merge("Berta", "Anna", minutes(3))
    assert shop.wallet("Anna", minutes(3)).active == -30
    assert shop.store.replay(ANNA).system["points", "adjusted"] == -10
    assert shop.differences() == []


def test_what_expired_on_hold_expires_with_the_one_that_held_it():
    points = {**POINTS, "expiry": {"kind": "after", "after": {"minutes": 10}}}
    shop = Shop(programme(currencies={"points": points}))
    shop.sell("Anna", "a", minutes(9), [line("1", 10_000)])
    shop.sell("Berta", "b", NOON, [line("1", 10_000)])
    shop.hold("Berta", "q", "points", 10, minutes(9), minutes(24))
    shop.merge("Berta", "Anna", minutes(11))
    assert shop.wallet("Anna", minutes(11)).active == 10
    kinds = [t.kind for t in shop.store.kept[BERTA].transactions]
    assert kinds == ["sale", "hold", "release", "merged"]
    assert shop.store.replay(BERTA).system["points", "expired"] == 10
    assert shop.differences() == []


def test_merging_with_somebody_who_never_bought_changes_nothing_but_the_chain():
    shop = Shop(programme(tiers=TIERS))
    shop.sell("Anna", "a", NOON, [line("1", 10_000)])
    shop.merge("Berta", "Anna", minutes(5))
    assert shop.wallet("Anna", minutes(5)).active == 10
    assert [t.kind for t in shop.store.kept[BERTA].transactions] == ["merged"]
    assert shop.differences() == []


def test_a_programme_without_tiers_forgets_the_record_of_an_old_ladder():
    shop = Shop(programme(tiers=TIERS))
    for who in ("Anna", "Berta"):
        shop.sell(who, f"sale {who}", NOON, [line("1", 40_000)])
    shop.use(programme(version=2))
    shop.merge("Berta", "Anna", minutes(5))
    assert shop.store.kept[ANNA].ladder == ""
    assert shop.differences() == []
