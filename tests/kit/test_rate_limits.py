"""Limits that hold exactly, say when to come back, and stop whoever guesses."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.rate_limits import (
    Guessing,
    Limit,
    RateLimiter,
    after_guess,
    after_right_guess,
    blocked_until,
    fresh_guesses,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMIT = Limit("till", 7, timedelta(seconds=60))
RULE = Guessing("pin", most=5)


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def test_a_burst_takes_all_and_then_waits():
    limiter = RateLimiter(LIMIT)
    verdicts = [limiter.take("a", now=NOW) for _ in range(8)]
    assert [v.allowed for v in verdicts] == [True] * 7 + [False]
    assert [v.remaining for v in verdicts] == [6, 5, 4, 3, 2, 1, 0, 0]
    assert verdicts[-1].retry_after_s == 9  # 60 s / 7, rounded up
    assert not limiter.take("a", now=at(8)).allowed
    assert limiter.take("a", now=at(9)).allowed
    assert limiter.take("b", now=NOW).allowed


def test_the_headers_say_what_the_draft_says():
    limiter = RateLimiter(Limit("till", 1, timedelta(seconds=30)))
    first = limiter.take("a", now=NOW).headers()
    assert first == {
        "RateLimit-Policy": '"till";q=1;w=30',
        "RateLimit": '"till";r=0;t=30',
        "RateLimit-Limit": "1",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "30",
    }
    assert limiter.take("a", now=at(10)).headers()["Retry-After"] == "20"


def test_a_limiter_keeps_no_more_keys_than_it_may():
    limiter = RateLimiter(LIMIT, keys_max=10)
    for number in range(100):
        limiter.take(str(number), now=NOW)
    assert len(limiter._levels) == 10


@given(
    most=st.integers(1, 9),
    steps=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), max_size=60),
)
def test_no_stretch_of_the_period_sees_more_than_twice_the_limit_and_none_less_than_is_left(
    most, steps
):
    limiter = RateLimiter(Limit("x", most, timedelta(seconds=60)))
    seconds, taken = 0, []
    for pause, cost in steps:
        seconds += pause
        before = limiter.take("k", cost=most + 1, now=at(seconds))
        assert not before.allowed
        verdict = limiter.take("k", cost=cost, now=at(seconds))
        assert verdict.allowed == (cost <= before.remaining)
        if verdict.allowed:
            assert verdict.remaining == before.remaining - cost
            taken.append((seconds, cost))
        elif cost <= most:
            later = seconds + verdict.retry_after_s
            assert RateLimiterCopy(limiter).take("k", cost=cost, now=at(later)).allowed
    for end, _ in taken:
        # A full bucket at the start plus what flowed in meanwhile.
        assert sum(cost for when, cost in taken if end - 60 < when <= end) <= 2 * most


def RateLimiterCopy(limiter):
    copy = RateLimiter(limiter.limit)
    copy._levels.update(limiter._levels)
    return copy


def test_five_wrong_guesses_bring_a_pause_and_the_next_ones_longer_pauses():
    held, now = fresh_guesses(NOW), NOW
    pauses = []
    for _ in range(12):
        for _ in range(5):
            held = after_guess(RULE, held, now)
        assert after_guess(RULE, held, now) is None
        until = blocked_until(RULE, held)
        pauses.append(until - now)
        assert after_guess(RULE, held, until - timedelta(microseconds=1)) is None
        now = until
    minutes = [pause / timedelta(minutes=1) for pause in pauses]
    assert minutes[:8] == [15, 30, 60, 120, 240, 480, 960, 1440]
    assert set(minutes[8:]) == {1440}


def test_a_right_guess_is_not_counted_even_the_last_one_allowed():
    held = fresh_guesses(NOW)
    for _ in range(5):
        held = after_guess(RULE, held, NOW)
    held = after_right_guess(held)
    assert blocked_until(RULE, held) is None
    assert after_guess(RULE, held, NOW) is not None


def test_old_wrong_guesses_are_forgotten():
    held = fresh_guesses(NOW)
    for _ in range(4):
        held = after_guess(RULE, held, NOW)
    assert after_guess(RULE, held, NOW + RULE.window).failures == 1
    assert after_guess(RULE, held, NOW + timedelta(days=3)) == (1, NOW + timedelta(days=3), 0) + (
        NOW + timedelta(days=3),
    )


@pytest.mark.parametrize("most", [0, -1])
def test_a_limit_allows_something(most):
    with pytest.raises(AssertionError):
        Limit("x", most, timedelta(seconds=1))
