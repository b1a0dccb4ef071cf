"""Tiers are a function of history and the clock, whatever order the history became known in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from core import tier_oracle
from core.tier_oracle import Rules
from hypothesis import assume, given
from hypothesis import strategies as st
from make import ZONE, identity, moment
from seed import examples

from regulars.core.calendar import Duration, Period, micros, moment_of
from regulars.core.ledger.accounts import GENESIS, Account, State
from regulars.core.ledger.book import Book
from regulars.core.programme.ladder import CalendarWindow, LifetimeWindow, RollingWindow
from regulars.core.tiers import Entry, Grant, Record, Rungs, extend, in_force, record_of, standing
from regulars.core.till.standing import note_entry

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2027, 11, 1, tzinfo=UTC)  # a leap year and several changes of clocks lie ahead
LEVELS = ("base", "silver", "gold", "black")


def rungs(rules: Rules) -> Rungs:
    """What the code understands by the oracle's rules."""
    window = {
        "rolling": lambda: RollingWindow(
            length=Duration(months=rules.months, days=rules.days),
            valid=rules.valid and Duration(months=rules.valid[0], days=rules.valid[1]),
        ),
        "calendar": lambda: CalendarWindow(period=Period(rules.period), keep_periods=rules.keep),
        "lifetime": LifetimeWindow,
    }[rules.kind]()
    levels = LEVELS[: len(rules.thresholds)]
    return Rungs(
        "spend",
        None,
        window,
        Duration(days=rules.grace_days),
        rules.soft,
        levels,
        rules.thresholds,
        "fingerprint",
        rules.zone,
        {code: rank for rank, code in enumerate(levels)},
    )


LADDERS = st.builds(
    Rules,
    thresholds=st.sampled_from([(0, 100), (0, 60, 120), (0, 50, None, 100), (0, 40, 80, 130)]),
    kind=st.sampled_from(["rolling", "calendar", "lifetime"]),
    zone=st.sampled_from([BERLIN, ZONE]),
    months=st.integers(0, 3),
    days=st.integers(1, 40),
    valid=st.one_of(st.none(), st.tuples(st.integers(0, 4), st.integers(1, 20))),
    period=st.sampled_from(["month", "year"]),
    keep=st.integers(0, 2),
    grace_days=st.sampled_from([0, 0, 5, 40]),
    soft=st.booleans(),
)
HOURS = st.integers(0, 24 * 400)
LATER = st.integers(0, 24 * 200)
PURCHASES = st.lists(st.tuples(HOURS, st.integers(-40, 120)), min_size=1, max_size=14)


def entry(hour: int, amount: int) -> Entry:
    return Entry(micros(START + timedelta(hours=hour)), amount, 1)


def facts(entries):
    return [(moment_of(e.at), e.spend) for e in entries]


@examples(500)
@given(LADDERS, PURCHASES, LATER, st.integers(0, 13))
def test_a_tier_is_what_looking_at_every_purchase_again_gives(rules, purchases, later, which):
    history = [entry(*purchase) for purchase in purchases]
    at = START + timedelta(hours=purchases[which % len(purchases)][0] + later)
    record = record_of(history, rungs(rules), at)
    found = standing(record, (), rungs(rules), at)
    assert found.tier == LEVELS[tier_oracle.tier(facts(history), rules, at)]
    assert found.amount == max(0, tier_oracle.counted(facts(history), rules, at))


@examples(250)
@given(LADDERS, PURCHASES)
def test_step_by_step_is_the_whole_history_at_once(rules, purchases):
    record, known = Record(), []
    for hour, amount in sorted((h, abs(a)) for h, a in purchases):
        known.append(entry(hour, amount))
        if amount:
            record = extend(record, known[-1].at, amount, rungs(rules))
        assert record == record_of(known, rungs(rules))


@examples(300)
@given(LADDERS, PURCHASES, st.data())
def test_in_whatever_order_entries_come_in_the_record_is_that_of_the_history(
    rules, purchases, data
):
    """Late receipts, returns dated like their sales, corrections, several at one moment."""
    account = Account(identity("Anna"), 0, GENESIS, None, "fingerprint", State(), {}, ())
    book = Book(account, zone=rules.zone, posted_at=START)
    entries = [entry(*purchase) for purchase in purchases]
    for e in data.draw(st.permutations(entries)):
        note_entry(book, e, rungs(rules))
        if e.spend > 0 and data.draw(st.booleans()):
            back = data.draw(st.integers(1, e.spend))
            note_entry(book, Entry(e.at, -back, -1), rungs(rules))
        assert book.record == record_of(book.history, rungs(rules))


@pytest.mark.parametrize("kind", ["rolling", "calendar", "lifetime"])
def test_a_correction_taken_back_at_its_own_moment_leaves_no_trace_in_the_record(kind):
    ladder = rungs(Rules((0, 100), kind, ZONE, days=30))
    account = Account(identity("Anna"), 0, GENESIS, None, "fingerprint", State(), {}, ())
    book = Book(account, zone=ZONE, posted_at=START)
    for e in (entry(1, 70), entry(2, -30), entry(2, 30), entry(2, 5)):
        note_entry(book, e, ladder)
        assert book.record == record_of(book.history, ladder)


@examples(200)
@given(LADDERS, PURCHASES, st.permutations(range(14)))
def test_the_order_of_history_does_not_matter(rules, purchases, order):
    history = [entry(*purchase) for purchase in purchases]
    shuffled = [history[i] for i in order if i < len(history)]
    assert record_of(shuffled, rungs(rules)) == record_of(history, rungs(rules))


@examples(200)
@given(LADDERS, PURCHASES)
def test_a_purchase_that_comes_back_in_full_was_never_there(rules, purchases):
    history = [entry(*purchase) for purchase in purchases]
    bought = entry(300 * 24, 500)
    back = [Entry(bought.at, -123, 0), Entry(bought.at, -377, -1)]
    assert record_of([*history, bought, *back], rungs(rules)) == record_of(history, rungs(rules))


@examples(200)
@given(LADDERS, PURCHASES, HOURS)
def test_an_upgrade_shows_at_once_and_is_told_how_far_the_next_is(rules, purchases, hour):
    ladder, at = rungs(rules), START + timedelta(hours=hour)
    history = [entry(h, abs(a)) for h, a in purchases if h <= hour]
    before = standing(record_of(history, ladder), (), ladder, at)
    if before.next_tier is None:
        return
    bought = Entry(micros(at), before.missing + 1, 1)
    after = standing(record_of([*history, bought], ladder), (), ladder, at)
    assert ladder.rank[after.tier] >= ladder.rank[before.next_tier]


@examples(200)
@given(LADDERS, PURCHASES, HOURS, st.integers(0, 24 * 300))
def test_a_level_lasts_until_the_moment_that_was_told_and_not_beyond(rules, purchases, hour, later):
    ladder, at = rungs(rules), START + timedelta(hours=hour)
    history = [entry(h, abs(a)) for h, a in purchases if h <= hour]
    record = record_of(history, ladder)
    now = standing(record, (), ladder, at)
    then = at + timedelta(hours=later)
    if now.until is None:
        assert standing(record, (), ladder, then).tier == now.tier
        return
    assert at < now.until
    if then < now.until:
        assert standing(record, (), ladder, then).tier == now.tier
    ended = standing(record, (), ladder, now.until)
    assert ladder.rank[ended.tier] < ladder.rank[now.tier]
    below = ladder.rank[now.tier] - 1
    while below and ladder.thresholds[below] is None:
        below -= 1
    # A soft landing may meet a proof of the lower level that lasts; a hard one may, too.
    assert ladder.rank[ended.tier] == below if rules.soft else ladder.rank[ended.tier] <= below


def year_ladder(**more):
    return rungs(Rules((0, 100, 200), "calendar", ZONE, period="year", **more))


def test_a_calendar_level_is_lost_only_after_the_year_it_is_kept_and_the_grace():
    ladder = year_ladder(grace_days=30)
    record = record_of([Entry(micros(moment("2026-05-05")), 250, 1)], ladder)
    told = [
        (day, standing(record, (), ladder, moment(day)).tier)
        for day in (
            "2026-05-05",
            "2027-12-31",
            "2028-01-30",
            "2028-01-31",
            "2029-01-30",
            "2029-01-31",
        )
    ]
    assert [tier for _, tier in told] == ["gold", "gold", "gold", "silver", "silver", "base"]


def test_a_rolling_level_lands_softly_one_level_a_term_each_with_its_grace():
    ladder = rungs(Rules((0, 100, None, 200), "rolling", ZONE, days=30, grace_days=5))
    record = record_of([Entry(micros(moment("2026-03-01")), 250, 1)], ladder)
    days = ("2026-04-04 23:59", "2026-04-05", "2026-05-04 23:59", "2026-05-05")
    tiers = [standing(record, (), ladder, moment(day)).tier for day in days]
    assert tiers == ["black", "silver", "silver", "base"]


def test_a_hard_landing_falls_to_what_is_still_proved():
    ladder = year_ladder(soft=False, keep=0)
    history = [
        Entry(micros(moment("2026-05-05")), 250, 1),
        Entry(micros(moment("2027-01-01")), 120, 1),
    ]
    record = record_of(history, ladder)
    assert standing(record, (), ladder, moment("2026-12-31 23:59")).tier == "gold"
    assert standing(record, (), ladder, moment("2027-01-01")).tier == "silver"
    assert standing(record, (), ladder, moment("2028-01-01")).tier == "base"


def test_a_window_of_a_month_reaches_to_the_same_day_also_after_february():
    """On 30 March the month reaches back further than it did on the 29th."""
    ladder = rungs(Rules((0, 100), "rolling", ZONE, months=1))
    history = [
        Entry(micros(moment("2026-02-28 11:00")), 60, 1),
        Entry(micros(moment("2026-03-29 12:00")), 10, 1),
        Entry(micros(moment("2026-03-30 10:00")), 30, 1),
    ]
    assert (
        standing(record_of(history, ladder), (), ladder, moment("2026-03-30 10:00")).tier
        == "silver"
    )


def test_a_level_that_lasts_hours_lasts_them():
    ladder = rungs(Rules((0, 100), "rolling", ZONE, days=1))
    ladder = Rungs(*[
        RollingWindow(length=Duration(hours=24), valid=Duration(hours=36)) if name == "window"
        else getattr(ladder, name) for name in Rungs.__slots__
    ])  # fmt: skip
    record = record_of([Entry(micros(moment("2026-03-01 12:00")), 100, 1)], ladder)
    assert standing(record, (), ladder, moment("2026-03-02 23:59")).tier == "silver"
    assert standing(record, (), ladder, moment("2026-03-03")).tier == "base"


def test_a_correction_counts_from_its_moment_and_proves_nothing():
    ladder = rungs(Rules((0, 100), "rolling", ZONE, days=30, soft=False))
    wrong = [
        Entry(micros(moment("2026-03-01")), 500, 0),
        Entry(micros(moment("2026-03-02")), -500, 0),
    ]
    history = [*wrong, Entry(micros(moment("2026-03-20")), 10, 1)]
    record = record_of(history, ladder)
    assert standing(record, (), ladder, moment("2026-03-20")).amount == 10
    assert standing(record, (), ladder, moment("2026-03-30 23:59")).tier == "silver"
    assert standing(record, (), ladder, moment("2026-03-31")).tier == "base"


@pytest.mark.parametrize("years", [1, 100])
def test_a_level_may_last_a_century(years):
    ladder = rungs(Rules((0, 100), "rolling", ZONE, days=1, valid=(12 * years, 0)))
    record = record_of([Entry(micros(moment("2024-02-29 12:00")), 100, 1)], ladder)
    last = (
        moment(f"{2024 + years}-02-28 11:59")
        if (2024 + years) % 4
        else moment(f"{2024 + years}-02-29 11:59")
    )
    assert standing(record, (), ladder, last).tier == "silver"
    assert standing(record, (), ladder, last + timedelta(minutes=1)).tier == "base"


LADDER = rungs(Rules((0, 100, 200, None), "rolling", ZONE, days=30))


def given_level(tier, since, until, source=""):
    return Grant(tier, micros(moment(since)), until and micros(moment(until)), source)


def test_a_granted_level_holds_from_its_moment_to_its_end():
    grants = [given_level("black", "2026-03-01", "2026-04-01")]
    tiers = [
        standing(Record(), grants, LADDER, moment(day)).tier
        for day in ("2026-02-28 23:59", "2026-03-01", "2026-03-31 23:59", "2026-04-01")
    ]
    assert tiers == ["base", "black", "black", "base"]


def test_the_best_of_earned_and_granted_counts_and_the_longer_of_equals():
    record = record_of([Entry(micros(moment("2026-03-01")), 150, 1)], LADDER)
    lower = standing(
        record, [given_level("gold", "2026-03-01", "2026-03-05")], LADDER, moment("2026-03-02")
    )
    assert (lower.tier, lower.until) == ("gold", moment("2026-03-05"))
    equal = standing(
        record, [given_level("silver", "2026-03-01", "2026-09-01")], LADDER, moment("2026-03-02")
    )
    assert (equal.tier, equal.until) == ("silver", moment("2026-09-01"))
    for_good = standing(
        record, [given_level("silver", "2026-03-01", None)], LADDER, moment("2026-03-02")
    )
    assert (for_good.tier, for_good.until) == ("silver", None)


def test_the_latest_word_on_a_source_counts():
    bought = given_level("black", "2026-03-01", "2027-03-01", "sale:1")
    ended = bought._replace(until=bought.since)
    other = given_level("gold", "2026-03-01", None, "sale:2")
    assert in_force([bought, other, ended], micros(moment("2026-03-02"))) == [other]


def test_a_level_by_invitation_is_never_the_next_one():
    found = standing(Record(), (), LADDER, moment("2026-03-01"))
    assert (found.tier, found.next_tier, found.missing) == ("base", "silver", 100)
    top = standing(
        Record(), [given_level("gold", "2026-03-01", None)], LADDER, moment("2026-03-01")
    )
    assert (top.next_tier, top.missing) == (None, 0)


@examples(100)
@given(LADDERS, PURCHASES, HOURS, HOURS)
def test_time_alone_never_raises_a_tier(rules, purchases, a, b):
    assume(a < b)
    ladder = rungs(rules)
    history = [entry(h, amount) for h, amount in purchases if h <= a]
    record = record_of(history, ladder)
    early, late = (standing(record, (), ladder, START + timedelta(hours=h)) for h in (a, b))
    assert ladder.rank[late.tier] <= ladder.rank[early.tier]
