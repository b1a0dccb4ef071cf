"""Lots: which of them pay, in which order, and how exactly they come back."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from make import ZONE, moment
from seed import examples

from regulars.core.ledger.lots import (
    Lot,
    Taken,
    available,
    back_from,
    balances,
    expiry_of,
    in_spending_order,
    take,
)

NOON = moment("2026-03-02 12:00")
DAYS = st.integers(0, 5).map(lambda days: NOON + timedelta(days=days))


def lot(number=1, **more):
    plain = {
        "currency": "points",
        "source": None,
        "earned_at": NOON,
        "active_at": NOON,
        "expires_at": None,
        "idle_days": 0,
        "idle_months": 0,
        "amount": 100,
        "remaining": 100,
    }
    return Lot(number, **{**plain, **more})


@st.composite
def some_lots(draw):
    lots = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        amount = draw(st.integers(-20, 60).filter(bool))
        remaining = draw(st.integers(min(0, amount), max(0, amount)))
        lots.append(
            lot(
                number,
                currency=draw(st.sampled_from(["points", "points", "stamps"])),
                earned_at=draw(DAYS),
                expires_at=draw(st.one_of(st.none(), DAYS)),
                idle_days=draw(st.sampled_from([0, 0, 3])),
                amount=amount,
                remaining=remaining,
                held=draw(st.integers(0, max(0, remaining))),
                active=amount < 0 or draw(st.booleans()),
            )
        )
    return lots


@examples(300)
@given(some_lots(), st.integers(0, 300), DAYS)
def test_the_soonest_to_expire_pays_first_and_is_used_up_before_the_next(lots, wanted, bought):
    def ends(one):
        return expiry_of(one, bought, ZONE)

    taken = dict(take(lots, "points", wanted, ends))
    payable = {x.number: x for x in lots if x.currency == "points" and x.active and x.free > 0}
    assert sum(taken.values()) == min(wanted, sum(x.free for x in payable.values()))
    assert taken.keys() <= payable.keys()
    never = moment("9999-01-01")
    order = sorted(payable.values(), key=lambda x: (ends(x) or never, x.earned_at, x.number))
    for earlier, later in pairwise(order):
        if taken.get(later.number):
            assert taken[earlier.number] == earlier.free
    assert all(0 < amount <= payable[number].free for number, amount in taken.items())


@examples(200)
@given(some_lots(), st.randoms(use_true_random=False))
def test_the_order_in_which_lots_are_loaded_decides_nothing(lots, random):
    mixed = random.sample(lots, len(lots))
    assert in_spending_order(mixed) == in_spending_order(lots)
    assert take(mixed, "points", 50) == take(lots, "points", 50)


@examples(200)
@given(some_lots())
def test_debts_are_taken_off_what_can_be_spent_but_never_below_nothing(lots):
    free = sum(
        x.remaining - x.held if x.remaining > 0 else x.remaining
        for x in lots
        if x.currency == "points" and x.active
    )
    assert available(lots, "points") == max(0, free)


@examples(200)
@given(some_lots())
def test_balances_are_sums_by_state(lots):
    for code, (pending, active, held) in balances(lots).items():
        of = [x for x in lots if x.currency == code]
        assert pending == sum(x.remaining for x in of if not x.active)
        assert active + held == sum(x.remaining for x in of if x.active)
        assert held == sum(x.held for x in of if x.active)


TAKEN = st.lists(st.tuples(st.integers(1, 9), st.integers(1, 50)), min_size=1, max_size=5).map(
    lambda pairs: [Taken(*pair) for pair in pairs]
)


@examples(300)
@given(TAKEN, st.data())
def test_what_was_taken_comes_back_last_first_and_exactly_once(taken, data):
    total = sum(part.amount for part in taken)
    units = [part.lot for part in taken for _ in range(part.amount)]
    back = []
    while len(back) < total:
        amount = data.draw(st.integers(1, total - len(back)))
        parts = back_from(taken, len(back), amount)
        back += [part.lot for part in parts for _ in range(part.amount)]
    assert back == units[::-1]


def test_more_than_was_taken_cannot_come_back():
    try:
        back_from([Taken(1, 10)], 5, 6)
    except AssertionError:
        return
    raise AssertionError("six came back where five were left")


def test_points_that_go_by_inactivity_end_so_long_after_the_last_purchase():
    idle = lot(idle_days=60, earned_at=NOON)
    later = NOON + timedelta(days=30)
    assert expiry_of(idle, None, ZONE) == NOON + timedelta(days=60)
    assert expiry_of(idle, later, ZONE) == later + timedelta(days=60)
    assert expiry_of(idle, NOON - timedelta(days=9), ZONE) == NOON + timedelta(days=60)
    assert expiry_of(lot(expires_at=later), NOON, ZONE) == later


def test_what_goes_by_inactivity_tomorrow_pays_before_what_expires_next_week():
    """After a change of the programme one currency may have lots of both kinds."""
    idle = lot(1, idle_days=5)
    dated = lot(2, expires_at=NOON + timedelta(days=7))
    bought = NOON + timedelta(days=1)
    assert take([dated, idle], "points", 100, lambda one: expiry_of(one, bought, ZONE)) == (
        (1, 100),
    )
