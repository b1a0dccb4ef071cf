"""The figures of the front page and the home page: the last 30 days, and the points of this month."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.figures import StoreFigures, get_flows, list_store_figures
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.calendar import Period, period_number, period_start
from regulars.core.metrics.kpi import Flow, PeriodFacts, Turnover
from regulars.core.programme.compiled import Compiled
from regulars.core.rewards.gift_card import stored_of
from regulars.kit.transactions import in_transaction
from regulars.web.pages.remembered import Remembered

DAYS = 30


@dataclass(frozen=True, slots=True)
class Day:
    """What was sold on one business day, to members and in all; money in minor units."""

    start: datetime
    of_members_minor: int
    sales_minor: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What is shown: the last `DAYS` business days up to `at`, and the points of this month."""

    at: datetime
    programme: Compiled
    members: int
    joined: int
    everybody: Turnover
    of_members: Turnover
    days: tuple[Day, ...]
    month: Mapping[str, Flow]
    stores: tuple[StoreFigures, ...]


def read_figures(now: datetime) -> Figures:
    """The figures as of `now`. Raises NoProgrammeInForce."""
    return in_transaction(lambda: _read(now))


FIGURES = Remembered(read_figures)


def _read(now: datetime) -> Figures:
    programme = compiled_at(now)
    today = period_number(now, Period.DAY, programme.zone)
    days = [
        period_start(number, Period.DAY, programme.zone)
        for number in range(today - DAYS + 1, today + 1)
    ]
    month = period_number(now, Period.MONTH, programme.zone)
    facts = list_period_facts(days, now, points=False)
    return Figures(
        now,
        programme,
        facts[-1].attendance.members,
        sum(day.attendance.new for day in facts),
        _sum([day.everybody for day in facts]),
        _sum([day.of_members for day in facts]),
        tuple(_day(start, day) for start, day in zip(days, facts, strict=True)),
        get_flows(
            period_start(month, Period.MONTH, programme.zone),
            now,
            stored=(stored_of(programme),),
        ),
        list_store_figures(days[0], now),
    )


def _sum(parts: list[Turnover]) -> Turnover:
    return Turnover(
        receipts=sum(part.receipts for part in parts),
        gross_minor=sum(part.gross_minor for part in parts),
        discount_minor=sum(part.discount_minor for part in parts),
        points_minor=sum(part.points_minor for part in parts),
        paid_minor=sum(part.paid_minor for part in parts),
        returns=sum(part.returns for part in parts),
        refund_minor=sum(part.refund_minor for part in parts),
    )


def _day(start: datetime, facts: PeriodFacts) -> Day:
    return Day(start, facts.of_members.sales_minor, facts.everybody.sales_minor)
