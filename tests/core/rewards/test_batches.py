"""When coupons are good, and what rows of codes say."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.refusal import Refused
from regulars.core.rewards.batches import end_of_validity, narrower
from regulars.core.rewards.codes import normalised
from regulars.core.rewards.coupon import Coupon, is_good
from regulars.core.rewards.imported import COLUMNS, read_code

MOSCOW, AUCKLAND = ZoneInfo("Europe/Moscow"), ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 10 * 365 * 24 * 60).map(lambda m: NOW + timedelta(minutes=m))
WINDOWS = st.tuples(st.none() | MOMENTS, st.none() | MOMENTS)


@examples(200)
@given(MOMENTS, st.integers(1, 400), st.sampled_from([MOSCOW, AUCKLAND]))
def test_days_of_validity_are_whole_and_counted_after_the_day_of_issue(issued, days, zone):
    end = end_of_validity(days, issued, zone)
    assert end is not None
    last = (end - timedelta(microseconds=1)).astimezone(zone)
    assert (last.date() - issued.astimezone(zone).date()).days == days
    assert end.astimezone(zone).time().hour in (0, 1)  # midnight, or what the clocks made of it
    assert end_of_validity(None, issued, zone) is None


@examples(200)
@given(WINDOWS, WINDOWS, MOMENTS)
def test_the_narrower_window_is_where_both_are_open(one, other, at):
    def is_open(since, until):
        return (since is None or since <= at) and (until is None or at < until)

    assert is_open(*narrower(*one, *other)) == (is_open(*one) and is_open(*other))


@examples(200)
@given(
    st.integers(1, 5),
    st.integers(0, 5),
    st.integers(0, 5),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_coupon_is_good_while_uses_are_left_for_whom_it_is(
    most, uses, reserved, revoked, owned, transferable
):
    owner, other = UUID(int=1), UUID(int=2)
    coupon = Coupon(
        "C",
        "b",
        "p",
        most,
        uses,
        reserved,
        None,
        NOW,
        owner if owned else None,
        transferable,
        revoked,
    )
    usable = uses + reserved < most and not revoked
    assert is_good(coupon, owner, NOW - timedelta(seconds=1)) == usable
    assert is_good(coupon, other, NOW - timedelta(seconds=1)) == (
        usable and (transferable or not owned)
    )
    assert not is_good(coupon, owner, NOW)


@examples(400)
@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=30)))
def test_any_row_is_read_or_refused(cells):
    try:
        code = read_code(cells, MOSCOW)
    except Refused:
        return
    assert normalised(code.shown) == code.key
    assert len(code.key) >= 4


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("31.12.2026", datetime(2026, 12, 31, 21, tzinfo=UTC)),
        ("2026-12-31", datetime(2026, 12, 31, 21, tzinfo=UTC)),
        ("2026-12-31T10:00", datetime(2026, 12, 31, 7, tzinfo=UTC)),
        ("2026-12-31T10:00:00Z", datetime(2026, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_day_is_meant_whole_and_a_moment_exactly(text, until):
    assert read_code({"code": "ABCD", "until": text}, MOSCOW).until == until
