"""The figures of the front page, read at most every few seconds however often it is asked for."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.figures import StoreFigures, list_store_figures
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.calendar import Period, period_number, period_start
from regulars.core.metrics.kpi import Flow, PeriodFacts, Turnover
from regulars.core.programme.compiled import Compiled
from regulars.kit.transactions import in_transaction

DAYS = 30
_LONGEST_MONTH = 31
FRESH_FOR = timedelta(seconds=15)


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


class Remembered:
    """The latest figures; whoever asks while they are fresh gets them, one at a time reads anew."""

    def __init__(self, read: Callable[[datetime], Figures]) -> None:
        self._read = read
        self._reading = threading.Lock()
        self._found: Figures | None = None

    def at(self, now: datetime) -> Figures:
        """Figures not older than `FRESH_FOR`. Raises NoProgrammeInForce."""
        with self._reading:
            found = self._found
            if found is None or not timedelta(0) <= now - found.at < FRESH_FOR:
                found = self._found = self._read(now)
            return found

    def forget(self) -> None:
        """Read anew next time, whenever that is."""
        self._found = None


def read_figures(now: datetime) -> Figures:
    """The figures as of `now`. Raises NoProgrammeInForce."""
    return in_transaction(lambda: _read(now))


FIGURES = Remembered(read_figures)


def _read(now: datetime) -> Figures:
    programme = compiled_at(now)
    today = period_number(now, Period.DAY, programme.zone)
    # As many days as the longest month has: this month's are among them.
    numbers = range(today - _LONGEST_MONTH + 1, today + 1)
    starts = [period_start(number, Period.DAY, programme.zone) for number in numbers]
    month = period_number(now, Period.MONTH, programme.zone)
    first_of_month = period_start(month, Period.MONTH, programme.zone)
    facts = list_period_facts(starts, now)
    told = facts[-DAYS:]
    return Figures(
        now,
        programme,
        facts[-1].attendance.members,
        sum(day.attendance.new for day in told),
        _sum([day.everybody for day in told]),
        _sum([day.of_members for day in told]),
        tuple(_day(start, day) for start, day in zip(starts[-DAYS:], told, strict=True)),
        _flows([day for start, day in zip(starts, facts, strict=True) if start >= first_of_month]),
        list_store_figures(starts[-DAYS], now),
    )


def _flows(days: Sequence[PeriodFacts]) -> dict[str, Flow]:
    """What moved over consecutive days, and what is outstanding after the last one."""
    last = days[-1].flows
    codes = {code for day in days for code in day.flows}
    found = {code: [day.flows[code] for day in days if code in day.flows] for code in sorted(codes)}
    return {
        code: Flow(
            opening=flows[0].opening,
            issued=sum(flow.issued for flow in flows),
            spent=sum(flow.spent for flow in flows),
            expired=sum(flow.expired for flow in flows),
            adjusted=sum(flow.adjusted for flow in flows),
            transferred=sum(flow.transferred for flow in flows),
            outstanding=last[code].outstanding if code in last else 0,
        )
        for code, flows in found.items()
    }


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
