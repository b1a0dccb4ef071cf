"""The figures of the home page: the last 30 days beside the 30 before them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.contexts.programme.queries import list_publications
from regulars.contexts.till.queries.kpi import list_period_facts
from regulars.core.metrics.kpi import PeriodFacts, average_check_minor, repeat_rate
from regulars.core.programme.texts import text_in
from regulars.kit.transactions import in_transaction
from regulars.web.design.charts import Chart, Series, Trend, spark, trend
from regulars.web.pages.figures import DAYS, FIGURES, Figures
from regulars.web.pages.remembered import Remembered
from regulars.web.templatetags.figures import (
    moment,
    money,
    money_whole,
    number,
    points,
    share,
    short_day,
)

# A store that usually sells and has not for so long is worth a look.
_SILENT_AFTER = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures as of `at`; `now` and `before` are the last 30 business days and the 30 before."""

    at: datetime
    figures: Figures
    now: PeriodFacts
    before: PeriodFacts


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure, ready to be read."""

    title: str
    figure: str
    more: str
    trend: Trend | None = None
    spark: object = None


@dataclass(frozen=True, slots=True)
class PointsRow:
    """What a currency did this month."""

    title: str
    issued: str
    spent: str
    expired: str
    outstanding: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that wants to be known; `kind` as of alerts."""

    kind: str
    title: str
    text: str


def read_overview(at: datetime) -> Overview:
    """Read it as of a moment. Raises NoProgrammeInForce."""
    figures = FIGURES.at(at)
    since = figures.days[0].start
    before, now = in_transaction(
        lambda: list_period_facts([since - timedelta(days=DAYS), since], at, points=False)
    )
    return Overview(at, figures, now, before)


OVERVIEW: Remembered[Overview] = Remembered(read_overview)


def tiles(overview: Overview) -> list[Tile]:
    """Sales, members, those who came, and what they spend at a time."""
    now, before, figures = overview.now, overview.before, overview.figures
    sold, sold_before = now.everybody.sales_minor, before.everybody.sales_minor
    check, check_before = map(average_check_minor, (now.of_members, before.of_members))
    others = average_check_minor(now.everybody)
    repeat = repeat_rate(now)
    whole = figures.days[:-1]  # today is not over
    active, active_before = now.attendance.active, before.attendance.active
    return [
        Tile(
            _("Sales"),
            money_whole(sold),
            _("in 30 days"),
            trend(sold, sold_before, shown=_per_cent),
            spark([day.sales_minor for day in whole]),
        ),
        Tile(
            _("Sales to members"),
            money_whole(now.of_members.sales_minor),
            _("%(share)s of all sales")
            % {"share": share(now.of_members.sales_minor / sold if sold else None)},
            trend(now.of_members.sales_minor, before.of_members.sales_minor, shown=_per_cent),
            spark([day.of_members_minor for day in whole]),
        ),
        Tile(
            _("Members who came"),
            number(active),
            _("%(share)s more than once") % {"share": share(repeat)} if repeat else _("in 30 days"),
            trend(active, active_before, shown=_per_cent),
        ),
        Tile(
            _("Average check of members"),
            money_whole(check),
            _("of all: %(money)s") % {"money": money_whole(others)},
            trend(float(check or 0), float(check_before or 0), shown=_per_cent),
        ),
        Tile(
            _("Members"),
            number(figures.members),
            _("%(count)s joined in 30 days") % {"count": number(figures.joined)},
        ),
    ]


def sales_chart(overview: Overview) -> Chart:
    """Sales by day: to members, to others."""
    days = overview.figures.days
    of_members = [day.of_members_minor for day in days]
    of_others = [day.sales_minor - day.of_members_minor for day in days]
    highest = max((day.sales_minor for day in days), default=0)
    return Chart(
        "sales",
        "stack",
        _("Sales by day"),
        _("Sales of the last 30 days; the best day made %(money)s.")
        % {"money": money_whole(highest)},
        [short_day(day.start) for day in days],
        [
            Series(_("To members"), of_members, [money(value) for value in of_members], 1),
            Series(_("To others"), of_others, [money(value) for value in of_others], 6),
        ],
        _("Day"),
        scale=10**overview.figures.programme.money_scale,
    )


def points_rows(overview: Overview, language: str) -> list[PointsRow]:
    """What each currency did since the month began."""
    known = overview.figures.programme.document.currencies
    rows = []
    for code, flow in overview.figures.month.items():
        currency = known.get(code)
        title = text_in(currency.title, language) if currency else code
        rows.append(
            PointsRow(
                title,
                points(flow.issued, code),
                points(flow.spent, code),
                points(flow.expired, code),
                points(flow.outstanding, code),
            )
        )
    return rows


def notices(overview: Overview | None, now: datetime) -> list[Notice]:
    """Publications to come, and stores that have fallen silent."""
    found = [
        Notice(
            "info",
            _("Version %(number)s begins on %(moment)s")
            % {"number": one.version, "moment": moment(one.live_from)},
            _("Until then receipts are counted by the version in force."),
        )
        for one in in_transaction(list_publications)
        if one.withdrawn_at is None and one.live_from > now
    ]
    for store in overview.figures.stores if overview else ():
        if store.last is not None and now - store.last.occurred_at > _SILENT_AFTER:
            found.append(
                Notice(
                    "warn",
                    _("%(store)s has been silent") % {"store": store.title},
                    _("The last receipt came on %(moment)s.")
                    % {"moment": moment(store.last.occurred_at)},
                )
            )
    return found


def _per_cent(change: float) -> str:
    return share(round(change, 4))
