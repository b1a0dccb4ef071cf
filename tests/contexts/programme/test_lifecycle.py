"""What may be done to a version, and when its publication takes effect."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.programme.lifecycle import (
    LEAD,
    BackdatingRefused,
    Decided,
    NothingLeftInForce,
    PublicationOver,
    VersionDropped,
    VersionInUse,
    VersionNeverLive,
    check_roll_back,
    check_withdrawal,
    decide_dropping,
    starts_at,
    status_at,
)
from regulars.core.programme.timeline import Publication, Timeline

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def published(
    number: int, hours: int, *, revision: int = 0, withdrawn: int | None = None
) -> Publication:
    return Publication(
        UUID(int=number * 100 + hours + 50),
        number,
        NOW + hours * HOUR,
        revision or number,
        NOW - 48 * HOUR,
        None if withdrawn is None else NOW + withdrawn * HOUR,
    )


@given(
    offset=st.none() | st.integers(-(10**6), 10**6),
    lead=st.integers(0, 600),
    has_sales=st.booleans(),
)
def test_a_publication_never_takes_effect_before_its_lead_is_over(offset, lead, has_sales):
    requested = None if offset is None else NOW + timedelta(seconds=offset)
    start = starts_at(
        requested, lead=timedelta(seconds=lead), backdated=False, has_sales=has_sales, now=NOW
    )
    assert start >= NOW + timedelta(seconds=lead)
    if requested is not None and requested >= NOW + timedelta(seconds=lead):
        assert start == requested


def test_history_is_put_under_a_programme_only_while_there_is_no_sale():
    past = NOW - 1000 * HOUR
    assert starts_at(past, lead=LEAD, backdated=True, has_sales=False, now=NOW) == past
    with pytest.raises(BackdatingRefused):
        starts_at(past, lead=LEAD, backdated=True, has_sales=True, now=NOW)


@pytest.mark.parametrize(
    ("publications", "status"),
    [
        ([], "approved"),
        ([published(1, 5)], "approved"),
        ([published(1, 0)], "live"),
        ([published(1, -5), published(2, -1)], "retired"),
        ([published(1, -5), published(2, -1), published(1, 3, revision=3)], "approved"),
        ([published(1, -5), published(2, -1, withdrawn=0)], "live"),
        ([published(2, -9), published(1, -5, withdrawn=-1)], "retired"),
        ([published(2, -9), published(1, -5, withdrawn=-6)], "approved"),
    ],
)
def test_the_clock_makes_an_approved_version_live_and_retired(publications, status):
    assert status_at("approved", 1, Timeline(publications), now=NOW) == status


@pytest.mark.parametrize("decided", ["draft", "retired", "withdrawn"])
def test_what_people_decided_is_not_for_the_clock(decided):
    assert status_at(decided, 1, Timeline([published(1, -5)]), now=NOW) == decided


def test_withdrawing_needs_something_to_stop_and_something_to_go_back_to():
    old, outlived, live = published(1, -9), published(2, -5), published(3, -1)
    coming = published(4, 5)
    timeline = Timeline([old, outlived, live, coming])
    check_withdrawal(live, timeline, now=NOW)
    check_withdrawal(coming, timeline, now=NOW)
    with pytest.raises(PublicationOver):
        check_withdrawal(outlived, timeline, now=NOW)
    withdrawn = published(5, -3, withdrawn=-2)
    with pytest.raises(PublicationOver):
        check_withdrawal(withdrawn, Timeline([old, withdrawn]), now=NOW)
    with pytest.raises(NothingLeftInForce):
        check_withdrawal(live, Timeline([live, coming]), now=NOW)
    check_withdrawal(coming, Timeline([coming]), now=NOW)


def test_one_rolls_back_only_to_what_has_been_in_force():
    timeline = Timeline([published(1, -9), published(2, -1), published(3, 4)])
    check_roll_back(1, timeline, now=NOW)
    with pytest.raises(VersionNeverLive):
        check_roll_back(3, timeline, now=NOW)
    with pytest.raises(VersionNeverLive):
        check_roll_back(7, timeline, now=NOW)


def test_a_version_in_use_is_not_dropped_and_a_dropped_one_not_twice():
    timeline = Timeline([published(1, -9), published(2, -1), published(3, 4)])
    assert decide_dropping("approved", 1, timeline, now=NOW) is Decided.RETIRED
    assert decide_dropping("approved", 5, timeline, now=NOW) is Decided.WITHDRAWN
    assert decide_dropping("draft", 6, timeline, now=NOW) is Decided.WITHDRAWN
    for number in (2, 3):
        with pytest.raises(VersionInUse):
            decide_dropping("approved", number, timeline, now=NOW)
    with pytest.raises(VersionDropped):
        decide_dropping("retired", 1, timeline, now=NOW)
