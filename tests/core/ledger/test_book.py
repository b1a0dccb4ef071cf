"""The working copy of an account: holds, expiry on hold, debts, and what may not be done to it."""

from datetime import timedelta
from json import loads

import pytest
from core.ledger.shop import Shop
from hypothesis import given
from hypothesis import strategies as st
from make import POINTS, RATE, ZONE, identity, line, moment, programme
from seed import examples

from regulars.core.calendar import Duration, micros
from regulars.core.ledger.accounts import (
    BUCKETS,
    GENESIS,
    Account,
    Hold,
    State,
    Wallet,
    bucket_of,
    bump,
)
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import NotLoaded
from regulars.core.ledger.lots import Lot
from regulars.core.ledger.postings import json_text
from regulars.core.ledger.replay import as_of, replay
from regulars.core.ledger.settle import settle
from regulars.core.tiers import Grant, Record

NOON = moment("2026-03-02 12:00")
ANNA = identity("Anna")
WEEK_LONG = {**POINTS, "expiry": {"kind": "after", "after": {"days": 7}}}


def minutes(number):
    return NOON + timedelta(minutes=number)


def new_book(account=None, **more):
    fresh = Account(ANNA, 0, GENESIS, None, "", State(), {}, ())
    return Book(account or fresh, zone=ZONE, posted_at=more.get("posted_at", NOON))


def points(amount, *, expires_at=None, active=True, active_at=NOON, currency="points", source=None):
    return Lot(
        0, currency, source, NOON, active_at, expires_at, 0, 0, amount, amount, active=active
    )


def record(book, kind="sale", at=NOON):
    return book.record_transaction(kind, at, source=None, version=1, facts={})


def posted(transaction):
    return {(code, account): amount for code, account, amount in loads(transaction.postings)}


def test_a_hold_is_made_of_something_and_once():
    book = new_book()
    book.earn(points(100))
    book.hold("q", "points", 40, minutes(15))
    with pytest.raises(AssertionError):
        book.hold("q", "points", 10, minutes(15))
    with pytest.raises(AssertionError):
        book.hold("r", "points", 0, minutes(15))
    with pytest.raises(AssertionError):
        book.hold("r", "points", 61, minutes(15))


def test_a_hold_let_go_in_the_transaction_that_made_it_leaves_no_trace():
    book = new_book()
    book.earn(points(100))
    book.hold("q", "points", 40, minutes(15))
    book.release("q")
    transaction = record(book)
    assert "h" not in loads(transaction.facts)
    assert replay(ANNA, [transaction]).holds == {}
    assert book.close().account.state.holds == {}
    assert book.wallet("points") == Wallet(0, 100, 0)


def test_points_on_hold_outlive_their_expiry_and_go_with_the_hold():
    shop = Shop(programme(currencies={"points": WEEK_LONG}))
    shop.sell("Anna", "a", NOON, [line("1", 10_000)])
    ends = NOON + timedelta(days=7)
    shop.hold("Anna", "q", "points", 6, ends - timedelta(minutes=5), ends + timedelta(minutes=10))
    assert shop.wallet("Anna", ends) == Wallet(0, 0, 6)
    shop.release("Anna", "q", ends + timedelta(minutes=3))
    assert shop.wallet("Anna", ends + timedelta(minutes=3)) == Wallet(0, 0, 0)
    kinds = [(t.kind, t.occurred_at) for t in shop.store.kept[ANNA].transactions[-2:]]
    assert kinds == [("expire", ends), ("release", ends + timedelta(minutes=3))]
    assert shop.differences() == []


def test_at_no_moment_of_the_past_do_the_books_show_points_that_expired_on_hold_twice():
    shop = Shop(programme(currencies={"points": WEEK_LONG}))
    shop.sell("Anna", "a", NOON, [line("1", 10_000)])
    ends = NOON + timedelta(days=7)
    shop.hold("Anna", "q", "points", 6, ends - timedelta(minutes=5), ends + timedelta(minutes=10))
    shop.settle("Anna", ends + timedelta(days=1))
    rows = shop.store.kept[ANNA].transactions
    for minute, wallet in ((-6, [0, 10, 0]), (-5, [0, 4, 6]), (0, [0, 0, 6]), (10, [0, 0, 0])):
        assert as_of(ANNA, rows, ends + timedelta(minutes=minute)).wallets["points"] == wallet


def test_what_is_left_of_an_expired_hold_after_its_commit_expires_with_the_sale():
    shop = Shop(programme(currencies={"points": WEEK_LONG}, earning=[]))
    shop.adjust("Anna", "points", 100, NOON)
    ends = NOON + timedelta(days=7)
    shop.hold("Anna", "q", "points", 60, ends - timedelta(minutes=1), ends + timedelta(minutes=14))
    shop.sell("Anna", "a", ends, [line("1", 10_000)], pay={"points": 50}, let_go="q")
    last = posted(shop.store.kept[ANNA].transactions[-1])
    assert last == {
        ("points", "held"): -60,
        ("points", "redeemed"): 50,
        ("points", "expired"): 10,
    }
    assert shop.wallet("Anna", ends) == Wallet()


def test_expired_points_that_a_hold_kept_alive_pay_no_debts():
    shop = Shop(programme(currencies={"points": WEEK_LONG}))
    shop.sell("Anna", "a", NOON, [line("1", 100_000)])
    ends = NOON + timedelta(days=7)
    shop.hold("Anna", "q", "points", 90, ends - timedelta(minutes=9), ends + timedelta(minutes=6))
    shop.take_back("a", ends - timedelta(minutes=8))
    assert shop.wallet("Anna", ends - timedelta(minutes=8)) == Wallet(0, -90, 90)
    assert shop.wallet("Anna", ends + timedelta(minutes=5)) == Wallet(0, -90, 90)
    assert shop.wallet("Anna", ends + timedelta(minutes=6)) == Wallet(0, -90, 0)
    shop.settle("Anna", ends + timedelta(days=1))
    assert shop.differences() == []


def test_points_let_go_meet_their_expiry_before_they_meet_a_debt_whatever_else_happens():
    book, sale = new_book(), identity("sale")
    book.earn(points(50, expires_at=minutes(30), source=sale))
    book.hold("q", "points", 50, minutes(60))
    assert book.take_back(sale, "points", 10, policy="negative", floor=None) == 10
    record(book)
    book.release("q")
    book.earn(points(5))
    record(book, at=minutes(40))
    assert {n: (lot.remaining, lot.expired) for n, lot in book.lots.items()} == {
        1: (0, 50),
        2: (-5, 0),
        3: (0, 0),
    }
    assert book.wallet("points") == Wallet(0, -5, 0)


def test_a_hold_let_go_in_time_pays_the_debt_that_arose_meanwhile():
    shop = Shop(programme(currencies={"points": WEEK_LONG}))
    shop.sell("Anna", "a", NOON, [line("1", 100_000)])
    shop.hold("Anna", "q", "points", 90, minutes(1), minutes(16))
    shop.take_back("a", minutes(2))
    shop.release("Anna", "q", minutes(3))
    assert shop.wallet("Anna", minutes(3)) == Wallet(0, 0, 0)
    assert [lot.remaining for lot in shop.store.kept[ANNA].lots.values()] == [0, 0]
    assert shop.differences() == []


def test_a_lot_that_ends_before_it_ripens_never_becomes_active():
    book = new_book()
    book.earn(points(50, active=False, active_at=minutes(60), expires_at=minutes(30)))
    record(book)
    settle(book, at=minutes(90), version=1, zone=ZONE)
    kinds = [t.kind for t in book.close().transactions]
    assert kinds == ["sale", "expire"]
    assert book.wallet("points") == Wallet()


def test_at_one_moment_holds_end_before_points_ripen_and_points_ripen_before_they_expire():
    book = new_book()
    book.earn(points(50))
    book.earn(points(20, active=False, active_at=minutes(15), expires_at=minutes(15)))
    book.hold("q", "points", 50, minutes(15))
    record(book)
    settle(book, at=minutes(15), version=1, zone=ZONE)
    assert [t.kind for t in book.close().transactions] == ["sale", "release", "activate", "expire"]
    assert book.wallet("points") == Wallet(0, 50, 0)


def test_many_lots_that_end_one_after_another_are_settled_quickly_and_in_order():
    book = new_book()
    for number in range(2000):
        book.earn(points(1, expires_at=minutes(1 + number)))
    record(book)
    settle(book, at=minutes(5000), version=1, zone=ZONE)
    rows = book.close().transactions[1:]
    assert [t.occurred_at for t in rows] == [minutes(1 + number) for number in range(2000)]


def test_nothing_written_may_stay_unrecorded():
    book = new_book()
    book.earn(points(5))
    with pytest.raises(AssertionError):
        book.close()


def test_more_than_is_there_cannot_be_spent_by_mistake():
    book = new_book()
    book.earn(points(5))
    with pytest.raises(AssertionError):
        book.spend("points", 6)


def test_books_that_were_not_loaded_say_so():
    book = Book(Account(ANNA, 3, GENESIS, None, "", State(last_lot=2)), zone=ZONE, posted_at=NOON)
    with pytest.raises(NotLoaded) as missing:
        book.lots  # noqa: B018
    assert missing.value.lots
    assert book.available("stamps") == 0


def test_a_sale_without_loaded_lots_leaves_the_same_books_as_one_with_them():
    said = []
    for lots in ("due", "all"):
        shop = Shop(programme(currencies={"points": WEEK_LONG}))
        shop.sell("Anna", "a", NOON, [line("1", 10_000)])
        loaded = shop.store.load
        shop.store.load = lambda *a, lots=lots, _l=loaded, **k: _l(*a, **{**k, "lots": lots})
        shop.sell("Anna", "b", minutes(1), [line("1", 10_000)])
        said.append(shop.store.kept[ANNA])
    assert said[0] == said[1]


def test_a_debt_asks_for_its_lots_at_every_load_so_that_the_next_points_pay_it():
    shop = Shop(programme())
    shop.sell("Anna", "a", NOON, [line("1", 10_000)])
    shop.redeem("Anna", "r", "points", 10, NOON)
    shop.take_back("a", NOON)
    assert shop.store.load(ANNA, moment("1970-01-02"), "").lots is not None
    shop.sell("Anna", "b", NOON, [line("1", 30_000)])
    assert shop.wallet("Anna", NOON) == Wallet(0, 20, 0)
    assert [lot.remaining for lot in shop.store.kept[ANNA].lots.values()] == [0, 0, 20]


def test_zero_is_not_posted_and_makes_no_wallet():
    book = new_book()
    book.post("points", "active", 0)
    assert book.close().account.state.wallets == {}


@examples(100)
@given(st.uuids())
def test_a_member_lives_in_one_bucket_for_ever(member):
    assert bucket_of(member) == bucket_of(member)
    assert 0 <= bucket_of(member) < BUCKETS


STATES = st.builds(
    State,
    wallets=st.dictionaries(
        st.text(max_size=5), st.builds(Wallet, *[st.integers()] * 3), max_size=3
    ),
    last_lot=st.integers(0),
    visits=st.integers(),
    last_at=st.none() | st.integers(),
    counters=st.dictionaries(
        st.text(max_size=5),
        st.lists(st.tuples(st.integers(), st.integers()), min_size=1).map(tuple),
        max_size=3,
    ),
    holds=st.dictionaries(
        st.text(max_size=5),
        st.builds(
            Hold,
            st.text(max_size=3),
            st.integers(),
            st.integers(),
            st.lists(st.tuples(st.integers(), st.integers())).map(tuple),
        ),
        max_size=2,
    ),
    grants=st.lists(
        st.builds(Grant, st.text(max_size=3), st.integers(), st.none() | st.integers(), st.text())
    ).map(tuple),
    record=st.builds(
        Record,
        st.lists(st.tuples(st.integers(), st.integers())).map(tuple),
        st.dictionaries(st.text(max_size=3), st.integers()),
    ).map(lambda record: record._replace(total=sum(amount for _, amount in record.window))),
)


@examples(100)
@given(STATES)
def test_a_state_comes_back_from_its_text_as_it_was(state):
    assert State.from_json(loads(json_text(state.as_json()))) == state


BUMPS = st.lists(st.tuples(st.integers(0, 70), st.integers(-9, 9)), min_size=1, max_size=40)


@examples(200)
@given(st.sampled_from(["rule:x:day", "rule:x:week", "rule:x:month", "currency:p:year"]), BUMPS)
def test_a_counter_remembers_every_period_that_a_late_receipt_may_fall_in(key, bumps):
    kept_periods = {"day": 32, "week": 6, "month": 3, "year": 2}[key.rpartition(":")[2]]
    counters, sums, newest = {}, {}, -1
    for period, delta in bumps:
        counters[key] = bump(counters, key, period, delta)
        newest = max(newest, period)
        sums[period] = sums.get(period, 0) + delta
        sums = {p: n for p, n in sums.items() if p > newest - kept_periods}
    # What is still counted in the newest period's neighbourhood is exact or long forgotten.
    assert dict(counters[key]).get(newest) == sums[newest]
    assert list(counters[key]) == sorted(counters[key], reverse=True)
    for period, value in counters[key]:
        if period > newest - kept_periods:
            assert value == sums[period]


def test_a_counter_for_ever_is_one_number():
    counters = {}
    for delta in (5, -2, 7):
        counters["rule:x:member"] = bump(counters, "rule:x:member", 0, delta)
    assert counters == {"rule:x:member": ((0, 10),)}


def test_a_daily_limit_holds_for_a_receipt_that_comes_three_weeks_late():
    shop = Shop(programme(earning=[{**RATE, "caps": {"day": 10}}]))
    shop.sell("Anna", "first", NOON, [line("1", 8_000)])
    for day in range(1, 21):
        shop.sell("Anna", f"day {day}", NOON + timedelta(days=day), [line("1", 8_000)])
    late = shop.sell("Anna", "late", minutes(5), [line("1", 8_000)])
    assert [award.amount for award in late.decision.earnings.awards] == [2]
    assert shop.differences() == []


def test_the_clock_of_inactivity_is_not_turned_back_by_a_return():
    idle = {**POINTS, "expiry": {"kind": "inactivity", "after": {"days": 10}}}
    shop = Shop(programme(currencies={"points": idle}))
    shop.sell("Anna", "a", NOON, [line("1", 10_000)])
    shop.sell("Anna", "b", NOON + timedelta(days=5), [line("1", 10_000)])
    shop.take_back("b", NOON + timedelta(days=6))
    assert shop.wallet("Anna", NOON + timedelta(days=15, minutes=-1)).active == 10
    assert shop.wallet("Anna", NOON + timedelta(days=15)).active == 0
    assert shop.store.kept[ANNA].next_due == micros(NOON + timedelta(days=15))


def test_a_zero_duration_is_none():
    assert Duration().is_zero
    assert not Duration(minutes=1).is_zero
