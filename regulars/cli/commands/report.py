"""`regulars report`: the key figures of the programme."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import click

from regulars.cli.programme_files import moment_from
from regulars.cli.report_figures import figures
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.kpi import (
    first_sale_at,
    list_period_facts,
    list_store_facts,
)
from regulars.core.calendar import Period
from regulars.core.metrics import kpi
from regulars.core.metrics.periods import cut
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Invalid
from regulars.core.wording.telling import figure
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_DUE_AT_ONCE = 500
_LABELS = {Period.MONTH: "%Y-%m", Period.WEEK: "%Y-%m-%d", Period.DAY: "%Y-%m-%d"}


class PeriodEmpty(Invalid):
    """The period ends before it begins."""

    code = "kpi.period_empty"


class PeriodsTooMany(Invalid):
    """More periods than anybody reads."""

    code = "kpi.periods_too_many"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the report."""

    label: str
    since: datetime
    until: datetime
    facts: kpi.PeriodFacts


@click.group()
def report() -> None:
    """Figures of the programme."""


COMMAND = report


report.add_command(figures)


@report.command("kpi")
@click.option("--from", "since", metavar="DATE", help="First day (else that of the first sale).")
@click.option("--to", "until", metavar="DATE", help="The day after the last one (else now).")
@click.option(
    "--by", type=click.Choice(["month", "week", "day", "store"]), help="One line for each."
)
@click.option("--as-posted", is_flag=True, help="Leave what is due by the clock unposted.")
@pass_session
def key_figures(
    session: Session, since: str | None, until: str | None, by: str | None, as_posted: bool
) -> None:
    """Sales, members and points over a period, each figure by one definition (docs/kpi.md).

    What the clock has made due (expiry, points becoming usable) is posted first, so that what is
    outstanding is right now.
    """
    with session.database():
        now = utc_now()
        programme = in_transaction(lambda: compiled_at(now))
        start, end = _stretch(since, until, programme, now)
        if not as_posted:
            _post_due(session, programme)
        whole, rows = _read(start, end, by, programme)
    units = _Units(programme)
    data = {
        "by": by,
        "money": {"currency": units.money, "scale": units.money_scale},
        "currencies": {code: {"scale": scale} for code, scale in units.scales.items()},
        "total": _data(whole, units),
        "rows": [_data(row, units) for row in rows],
    }
    session.show(data, _lines(session, whole, rows, units))


class _Units:
    """In what the figures are counted."""

    def __init__(self, programme: Compiled) -> None:
        self.money = programme.document.money
        self.money_scale = programme.money_scale
        self.zone = programme.zone
        self.document = programme.document
        self.scales = {code: found.scale for code, found in programme.currencies.items()}
        self.worths = {
            code: found.money.worth for code, found in programme.currencies.items() if found.money
        }

    def title(self, code: str, language: str) -> str:
        """What a currency is called; one that the programme has no more keeps its code."""
        found = self.document.currencies.get(code)
        return text_in(found.title, language) if found else code


def _stretch(
    since: str | None, until: str | None, programme: Compiled, now: datetime
) -> tuple[datetime, datetime]:
    zone = programme.zone
    end = moment_from(until, zone) if until else now
    if since:
        start = moment_from(since, zone)
    else:
        first = in_transaction(first_sale_at)
        start = min(first or end, end - timedelta(days=1))
    if start >= end:
        raise PeriodEmpty
    return start, end


def _post_due(session: Session, programme: Compiled) -> None:
    last = None
    with session.progress("kpi.progress") as advance:
        while True:
            last = post_due(programme, limit=_DUE_AT_ONCE, after=last, now=utc_now())
            if last is None:
                return
            advance(_DUE_AT_ONCE)


def _read(
    since: datetime, until: datetime, by: str | None, programme: Compiled
) -> tuple[Row, Sequence[Row]]:
    """The whole period and its lines, as of one moment of the database."""
    period = Period(by) if by and by != "store" else None
    starts = cut(since, until, period, programme.zone)
    if len(starts) > 5000:
        raise PeriodsTooMany(count=len(starts))

    def work() -> tuple[Row, Sequence[Row]]:
        (facts,) = list_period_facts([since], until)
        whole = Row("", since, until, facts)
        if by == "store":
            found = list_store_facts(since, until).items()
            return whole, [Row(store, since, until, facts) for store, facts in found]
        if period is None:
            return whole, []
        ends = [*starts[1:], until]
        facts_of = list_period_facts(starts, until)
        return whole, [
            Row(f"{start.astimezone(programme.zone):{_LABELS[period]}}", start, end, facts)
            for start, end, facts in zip(starts, ends, facts_of, strict=True)
        ]

    return in_transaction(work)


def _data(row: Row, units: _Units) -> dict[str, Any]:
    facts = row.facts
    return {
        "label": row.label,
        "since": row.since.isoformat(),
        "until": row.until.isoformat(),
        "sales_minor": facts.everybody.sales_minor,
        "member_sales_minor": facts.of_members.sales_minor,
        "everybody": asdict(facts.everybody),
        "of_members": asdict(facts.of_members),
        "attendance": asdict(facts.attendance),
        "penetration": _number(kpi.penetration(facts)),
        "active_rate": _number(kpi.active_rate(facts)),
        "repeat_rate": _number(kpi.repeat_rate(facts)),
        "frequency": _number(kpi.frequency(facts)),
        "average_check_minor": _number(kpi.average_check_minor(facts.everybody)),
        "member_average_check_minor": _number(kpi.average_check_minor(facts.of_members)),
        "reward_rate": _number(kpi.reward_rate(facts, units.worths)),
        "points": {
            code: asdict(flow) | {"redemption_rate": _number(kpi.redemption_rate(flow))}
            for code, flow in facts.flows.items()
        },
    }


def _lines(session: Session, whole: Row, rows: Sequence[Row], units: _Units) -> list[str]:
    language = session.language
    lines = [_title(session, whole, units)]
    named = _figures(session, whole.facts, units)
    lines += [f"  {session.say(code):<42}{text:>20}" for code, text in named.items()]
    for code, flow in whole.facts.flows.items():
        lines += ["", session.say("kpi.points_of", currency=units.title(code, language))]
        told = _flow_figures(flow, units.scales.get(code, 0), language)
        lines += [f"  {session.say(name):<42}{text:>20}" for name, text in told.items()]
    if rows:
        lines += ["", *_table(session, rows, units)]
    return lines


def _title(session: Session, row: Row, units: _Units) -> str:
    since, until = (moment.astimezone(units.zone) for moment in (row.since, row.until))
    return session.say(
        "kpi.title", since=f"{since:%Y-%m-%d %H:%M}", until=f"{until:%Y-%m-%d %H:%M}"
    )


def _figures(session: Session, facts: kpi.PeriodFacts, units: _Units) -> Mapping[str, str]:
    language = session.language

    def money(minor: int | Decimal | None) -> str:
        if minor is None:
            return "—"
        whole = int(minor.to_integral_value()) if isinstance(minor, Decimal) else minor
        return f"{figure(whole, units.money_scale, language)} {units.money}"

    crowd = facts.attendance
    return {
        "kpi.sales": money(facts.everybody.sales_minor),
        "kpi.member_sales": money(facts.of_members.sales_minor),
        "kpi.penetration": _percent(kpi.penetration(facts), language),
        "kpi.receipts": figure(facts.everybody.receipts, 0, language),
        "kpi.member_receipts": figure(facts.of_members.receipts, 0, language),
        "kpi.average_check": money(kpi.average_check_minor(facts.everybody)),
        "kpi.member_average_check": money(kpi.average_check_minor(facts.of_members)),
        "kpi.returned": money(facts.everybody.refund_minor),
        "kpi.discounts": money(facts.everybody.discount_minor),
        "kpi.paid_by_points": money(facts.everybody.points_minor),
        "kpi.members": figure(crowd.members, 0, language),
        "kpi.new": figure(crowd.new, 0, language),
        "kpi.active": figure(crowd.active, 0, language),
        "kpi.active_rate": _percent(kpi.active_rate(facts), language),
        "kpi.repeat_rate": _percent(kpi.repeat_rate(facts), language),
        "kpi.frequency": _plain(kpi.frequency(facts), language),
        "kpi.reward_rate": _percent(kpi.reward_rate(facts, units.worths), language),
    }


def _flow_figures(flow: kpi.Flow, scale: int, language: str) -> Mapping[str, str]:
    shown = {
        "kpi.opening": flow.opening,
        "kpi.issued": flow.issued,
        "kpi.spent": flow.spent,
        "kpi.expired": flow.expired,
        "kpi.adjusted": flow.adjusted,
        "kpi.transferred": flow.transferred,
        "kpi.outstanding": flow.outstanding or 0,
    }
    told = {code: figure(amount, scale, language) for code, amount in shown.items()}
    return told | {"kpi.redemption_rate": _percent(kpi.redemption_rate(flow), language)}


def _table(session: Session, rows: Sequence[Row], units: _Units) -> list[str]:
    language = session.language
    codes = sorted({code for row in rows for code in row.facts.flows})
    heads = ["", *(session.say(f"kpi.head_{name}") for name in _HEADS)]
    heads += [
        f"{units.title(code, language)}: {session.say(f'kpi.head_{name}')}"
        for code in codes
        for name in _FLOWS
    ]
    body = []
    for row in rows:
        facts, crowd = row.facts, row.facts.attendance
        cells = [
            row.label or session.say("kpi.no_store"),
            figure(facts.everybody.sales_minor, units.money_scale, language),
            _percent(kpi.penetration(facts), language),
            figure(facts.everybody.receipts, 0, language),
            figure(crowd.members, 0, language),
            figure(crowd.new, 0, language),
            figure(crowd.active, 0, language),
            _percent(kpi.repeat_rate(facts), language),
            _percent(kpi.reward_rate(facts, units.worths), language),
        ]
        for code in codes:
            flow, scale = facts.flows.get(code, kpi.Flow()), units.scales.get(code, 0)
            cells += [figure(flow.issued, scale, language), figure(flow.spent, scale, language)]
            left = flow.outstanding
            cells.append("—" if left is None else figure(left, scale, language))
        body.append(cells)
    return table_lines(heads, body)


_HEADS = ("sales", "penetration", "receipts", "members", "new", "active", "repeat", "reward")
_FLOWS = ("issued", "spent", "outstanding")


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def _percent(value: Decimal | None, language: str) -> str:
    if value is None:
        return "—"
    text = f"{value * 100:.2f}".replace(".", "," if language == "ru" else ".")
    return f"{text} %" if language == "ru" else f"{text}%"


def _plain(value: Decimal | None, language: str) -> str:
    if value is None:
        return "—"
    return f"{value:.2f}".replace(".", "," if language == "ru" else ".")
