"""Each key figure has one definition, and its numbers are what a pencil gives."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.core.calendar import Period
from regulars.core.metrics import kpi
from regulars.core.metrics.periods import cut

MOSCOW = ZoneInfo("Europe/Moscow")
FACTS = kpi.PeriodFacts(
    everybody=kpi.Turnover(10, 120_000, 5_000, 15_000, 100_000, 2, 20_000),
    of_members=kpi.Turnover(6, 90_000, 5_000, 15_000, 70_000, 1, 10_000),
    attendance=kpi.Attendance(members=8, new=3, active=4, repeating=1),
    flows={
        "points": kpi.Flow(100, issued=300, spent=120, expired=30, adjusted=-5, outstanding=245),
        "stamps": kpi.Flow(issued=9, outstanding=9),
    },
)
NOTHING = kpi.PeriodFacts(kpi.Turnover(), kpi.Turnover(), kpi.Attendance(), {"points": kpi.Flow()})


def test_sales_are_money_paid_less_money_given_back():
    assert FACTS.everybody.sales_minor == 80_000
    assert FACTS.of_members.sales_minor == 60_000


@pytest.mark.parametrize(
    ("figure", "wanted"),
    [
        (kpi.penetration, "0.75"),
        (kpi.active_rate, "0.5"),
        (kpi.repeat_rate, "0.25"),
        (kpi.frequency, "1.5"),
        (lambda facts: kpi.average_check_minor(facts.everybody), "10000"),
        (lambda facts: kpi.average_check_minor(facts.of_members), "11666.666667"),
        (lambda facts: kpi.redemption_rate(facts.flows["points"]), "0.4"),
        # 300 points at half a rouble (50 kopecks each): 15,000 kopecks of 60,000.
        (lambda facts: kpi.reward_rate(facts, {"points": (50, 1)}), "0.25"),
    ],
)
def test_a_figure_is_what_its_definition_says(figure, wanted):
    assert figure(FACTS) == Decimal(wanted)


def test_where_there_is_nothing_to_divide_by_there_is_no_figure():
    figures = (kpi.penetration, kpi.active_rate, kpi.repeat_rate, kpi.frequency)
    assert [figure(NOTHING) for figure in figures] == [None] * 4
    assert kpi.average_check_minor(NOTHING.everybody) is None
    assert kpi.redemption_rate(NOTHING.flows["points"]) is None
    assert kpi.reward_rate(NOTHING, {"points": (1, 1)}) is None


def test_what_is_outstanding_follows_from_the_flow():
    assert FACTS.flows["points"].reckoned == FACTS.flows["points"].outstanding


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001  (made aware below)
    st.integers(1, 10**6),
    st.sampled_from(list(Period)),
)
def test_periods_follow_each_other_without_gaps(since, minutes, period):
    start = since.replace(tzinfo=UTC)
    until = datetime.fromtimestamp(start.timestamp() + 60 * minutes, UTC)
    starts = cut(start, until, period, MOSCOW)
    assert starts[0] == start
    assert starts == sorted(set(starts))
    assert all(moment < until for moment in starts)
    for moment in starts[1:]:
        local = moment.astimezone(MOSCOW)
        assert (local.hour, local.minute, local.second) == (0, 0, 0)


def test_months_are_those_of_the_business():
    starts = cut(
        datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC), Period.MONTH, MOSCOW
    )
    assert [start.astimezone(MOSCOW).strftime("%m-%d %H:%M") for start in starts] == [
        "01-15 03:00",
        "02-01 00:00",
        "03-01 00:00",
    ]
