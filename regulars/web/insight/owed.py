"""A month's liability as a page shows it: tiles, charts with their tables, and the tables of the papers."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.core.economics.closing import Nature
from regulars.core.economics.statement import CurrencyTold, Statement, month_name
from regulars.core.wording.catalogue import sentence
from regulars.documents.analysis_tables import Table
from regulars.documents.liability_tables import (
    differences_table,
    journal_table,
    late_table,
    paid_in_table,
    roll_forward_table,
    sensitivity_table,
    title_of,
    triangle_table,
    vintages_table,
)
from regulars.web.design.charts import Chart, Series, Value
from regulars.web.insight.tables import ShownTable, as_shown
from regulars.web.templatetags.figures import money, points, share

_VINTAGES_SHOWN = 18


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure."""

    title: str
    figure: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the way from opening to closing."""

    title: str
    amount: str
    total: bool = False


@dataclass(frozen=True, slots=True)
class Tested:
    """What was foretold a month ago, and what came."""

    expected: str
    actual: str
    error: str
    miss: str


@dataclass(frozen=True, slots=True)
class OfPoints:
    """A currency that revenue waits for."""

    code: str
    title: str
    tiles: tuple[Tile, ...]
    steps: tuple[Step, ...]
    tested: Tested | None
    vintages_chart: Chart | None
    triangle_chart: Chart | None
    tables: tuple[ShownTable, ...]


@dataclass(frozen=True, slots=True)
class OfMoney:
    """Money paid in beforehand, owed at its face."""

    title: str
    steps: tuple[Step, ...]
    breakage: str
    table: ShownTable


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that the page says of a month."""

    is_closed: bool
    hash: str
    tiles: tuple[Tile, ...]
    points: tuple[OfPoints, ...]
    paid_in: tuple[OfMoney, ...]
    unpriced: str
    late: ShownTable | None
    differences: ShownTable | None
    journal: ShownTable | None
    assumed: str


def picture(statement: Statement, language: str) -> Picture:
    """The month in a language."""
    of_points, paid_in = statement.of(Nature.POINTS), statement.of(Nature.PAID_IN)
    waits = sum(one.total.money.closing_minor for one in of_points)
    moved = [one.total.money for one in of_points]
    revenue = sum(one.redeemed_minor + one.reestimated_minor for one in moved)
    tiles = [
        Tile(_("Revenue that waits for points"), money(waits)),
        Tile(_("Revenue of the month out of points"), money(revenue)),
    ]
    if paid_in:
        owed = sum(one.total.money.closing_minor for one in paid_in)
        tiles.append(Tile(_("Owed for gift cards and stored value"), money(owed)))
    assumed = statement.policy.assumed
    return Picture(
        statement.closed is not None,
        statement.closed.hash if statement.closed else "",
        tuple(tiles),
        tuple(_of_points(statement, one, language) for one in of_points),
        tuple(_of_money(statement, one, language) for one in paid_in),
        ", ".join(title_of(one, language) for one in statement.of(Nature.UNPRICED)),
        late=_if_filled(late_table(statement, language), language),
        differences=_if_filled(differences_table(statement, language), language),
        journal=_if_filled(journal_table(statement, language), language),
        assumed=sentence(
            "liability_page.method_assumed",
            {
                "share": share(float(assumed.redeemed_share)),
                "months": assumed.settled_months,
                "tail": assumed.tail_months,
            },
            language,
        ),
    )


def _if_filled(table: Table, language: str) -> ShownTable | None:
    return as_shown(table, language) if table.rows else None


def _of_points(statement: Statement, one: CurrencyTold, language: str) -> OfPoints:
    total, moved, found = one.total, one.total.money, one.found
    tiles = [
        Tile(_("Outstanding"), points(total.closing_points, one.code)),
        Tile(_("Waits in money"), money(moved.closing_minor)),
    ]
    if found.rate is not None and found.interval:
        low, high = found.interval
        between = _("95%% interval: %(low)s … %(high)s")
        more = between % {"low": share(low), "high": share(high)}
        tiles.append(Tile(_("Breakage"), share(found.rate), more))
    steps = (
        Step(_("Opening"), money(moved.opening_minor)),
        Step(_("Granted"), _signed(moved.granted_minor)),
        Step(_("Revenue: points redeemed"), _signed(-moved.redeemed_minor)),
        Step(_("Revenue: expectation changed"), _signed(-moved.reestimated_minor)),
        Step(_("Closing"), money(moved.closing_minor), total=True),
    )
    tables = [
        roll_forward_table(statement, one, language),
        vintages_table(statement, one, language),
        sensitivity_table(statement, one, language),
        triangle_table(one, language),
    ]
    return OfPoints(
        one.code,
        title_of(one, language),
        tuple(tiles),
        steps,
        _tested(one),
        _vintages(statement, one),
        _triangle(one),
        tuple(as_shown(table, language) for table in tables if table.rows),
    )


def _of_money(statement: Statement, one: CurrencyTold, language: str) -> OfMoney:
    flow, total = one.total.flow, one.total
    steps = (
        Step(_("Opening"), money(total.opening_points)),
        Step(_("Paid in"), _signed(flow.sold)),
        Step(_("Corrected and moved"), _signed(flow.granted + flow.revived + flow.adjusted + flow.moved)),
        Step(_("Paid with"), _signed(-flow.redeemed)),
        Step(_("Expired: income"), _signed(-flow.expired)),
        Step(_("Closing"), money(total.closing_points), total=True),
    )  # fmt: skip
    breakage = share(one.found.rate) if one.found.rate is not None else ""
    table = as_shown(paid_in_table(statement, one, language), language)
    return OfMoney(title_of(one, language), steps, breakage, table)


def _tested(one: CurrencyTold) -> Tested | None:
    tested = one.found.tested
    if tested is None:
        return None
    return Tested(
        points(round(tested.expected), one.code),
        points(round(tested.actual), one.code),
        points(round(tested.error), one.code),
        "–" if tested.miss is None else share(tested.miss),
    )


def _vintages(statement: Statement, one: CurrencyTold) -> Chart | None:
    lines = [line for line in one.frozen.end.lines if line.deferred_minor][-_VINTAGES_SHOWN:]
    if not lines:
        return None
    known = [line.revenue_minor for line in lines]
    waits = [line.liability_minor for line in lines]
    return Chart(
        f"vintages-{one.code}",
        "stack",
        _("Put off by the month in which points were earned"),
        _("%(waits)s still waits; the rest is revenue already.")
        % {"waits": money(one.total.money.closing_minor)},
        [month_name(line.vintage) for line in lines],
        [
            Series(_("Still waits"), waits, [money(value) for value in waits], 1),
            Series(_("Revenue so far"), known, [money(value) for value in known], 6),
        ],
        _("Earned in"),
        scale=10**statement.money_scale,
    )


def _triangle(one: CurrencyTold) -> Chart | None:
    """The share of each vintage that had been redeemed, by age."""
    base = {line.vintage: line.points.base for line in one.frozen.end.lines}
    rows = [(vintage, row) for vintage, row in one.triangle.items() if base.get(vintage, 0) > 0]
    rows = rows[-_VINTAGES_SHOWN:]
    if len(rows) < 2:
        return None
    width = max(len(row) for _vintage, row in rows)
    series = []
    for vintage, row in rows:
        shares: list[Value] = [round(100 * value / base[vintage], 1) for value in row]
        empty: list[Value] = [None] * (width - len(row))
        texts = [share(value / base[vintage]) for value in row]
        series.append(Series(month_name(vintage), shares + empty, texts + [""] * len(empty)))
    return Chart(
        f"triangle-{one.code}",
        "heat",
        _("Redeemed of what was earned in a month, by months since"),
        _("One row for each of %(count)s months; darker is more.") % {"count": len(rows)},
        [str(age) for age in range(width)],
        series,
        _("Months since earned"),
    )


def _signed(minor: int) -> str:
    return f"{'+' if minor > 0 else '−' if minor < 0 else ''}{money(abs(minor))}"
