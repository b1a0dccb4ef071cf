"""`regulars report figures`: every key figure of own books by period and by one side of the business."""

import csv
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.programme.queries import compiled_at
from regulars.core.metrics.analysis import Row
from regulars.core.metrics.definitions import FIGURES, Figure
from regulars.core.metrics.rfm import SEGMENTS
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Invalid
from regulars.core.wording.telling import figure as amount_text
from regulars.documents.analysis_page import shown
from regulars.kit.clock import utc_now
from regulars.kit.csv_safety import guard_cell
from regulars.kit.transactions import in_transaction
from regulars.studies.figures import Told, Wanted, own_figures

_HEADS = ("sales", "penetration", "receipts", "margin", "active", "repeat_rate", "issued", "spent",
          "reward_rate", "programme_cost")  # fmt: skip


class MarginWrong(Invalid):
    """The stated margin is no share."""

    code = "analysis.margin_wrong"


class DateWrong(Invalid):
    """A day that is none."""

    code = "kpi.date_wrong"


@click.command("figures")
@click.option("--period", "step", type=click.Choice(["month", "week", "day"]),
              help="One row for each.")  # fmt: skip
@click.option("--by", "side", type=click.Choice(["store", "channel", "tier", "segment", "cohort"]),
              help="One row for each (with --period: for each of both).")  # fmt: skip
@click.option("--from", "since", metavar="DATE", help="Periods from the one with this day on.")
@click.option("--to", "until", metavar="DATE", help="The day after the last one.")
@click.option("--margin", metavar="SHARE", help="Share of sales that is margin, instead of costs.")
@click.option("--horizon", "horizon_days", type=click.IntRange(7, 1000), default=90,
              help="Days without a purchase after which a customer is lost.")  # fmt: skip
@click.option("--csv", "file", type=click.Path(dir_okay=False, path_type=Path),
              help="All figures of all rows into this file.")  # fmt: skip
@pass_session
def figures(
    session: Session,
    step: Any,
    side: Any,
    since: str | None,
    until: str | None,
    margin: str | None,
    horizon_days: int,
    file: Path | None,
) -> None:
    """Every key figure of own books by period, store, channel, tier, segment or cohort.

    Counted from the warehouse, which is brought up to date first; points tie to the ledger. Each figure
    has one definition (docs/reference/figures.md).
    """
    wanted = Wanted(step, side or "", _day(since), _day(until), horizon_days, read_margin(margin))
    with session.database() as held:
        programme = in_transaction(lambda: compiled_at(utc_now()))
        with session.progress("warehouse.progress") as advance:
            found = own_figures(
                session.home.root,
                held.access.app.conninfo,
                programme,
                wanted,
                lambda phase, done, total: advance(1),
            )
    if file is not None:
        _write(file, found, programme)
    data = {
        "money": {"currency": programme.document.money, "scale": programme.money_scale},
        "period": step,
        "by": side,
        "whole": _data(found.whole),
        "rows": [_data(row) for row in found.rows],
    }
    session.show(data, _lines(session, found, wanted, programme))


def _lines(session: Session, found: Told, wanted: Wanted, programme: Compiled) -> list[str]:
    language = session.language
    lines = [
        f"  {each.title(language):<44}{_text(each, found.whole, programme, language):>22}"
        for each in FIGURES
        if found.whole.figures.get(each.code) is not None
    ]
    known = [
        each
        for each in FIGURES
        if each.code in _HEADS and any(row.figures.get(each.code) is not None for row in found.rows)
    ]
    if found.rows:
        heads = [name for name, asked in (("", wanted.step), (" ", wanted.side)) if asked]
        body = [
            [*_names(session, row, wanted), *(_text(f, row, programme, language) for f in known)]
            for row in found.rows
        ]
        titles = [*heads, *(each.title(language) for each in known)]
        lines += ["", *table_lines(titles, body, left=len(heads))]
    return lines


def _names(session: Session, row: Row, wanted: Wanted) -> list[str]:
    names = [row.label] if wanted.step else []
    if wanted.side:
        name = row.side or session.say("analysis.nobody")
        if wanted.side == "segment" and row.side in SEGMENTS:
            name = SEGMENTS[row.side][session.language == "ru"]
        names.append(name)
    return names


def _text(each: Figure, row: Row, programme: Compiled, language: str) -> str:
    value = row.figures.get(each.code)
    if value is None:
        return "—"
    if each.unit == "money":
        return amount_text(round(value), programme.money_scale, language)
    if each.unit == "units":
        return shown(float(value) / 1000, "number", language)
    kinds: Any = {"share": "share", "count": "count"}
    return shown(float(value), kinds.get(each.unit, "number"), language)


def _data(row: Row) -> dict[str, Any]:
    return {
        "label": row.label,
        "side": row.side,
        "parts": row.parts,
        "figures": {
            code: str(value) if isinstance(value, Decimal) else value
            for code, value in row.figures.items()
        },
    }


def _write(file: Path, found: Told, programme: Compiled) -> None:
    """Amounts in units of money, one line a row, the whole last."""
    scale = 10**programme.money_scale
    units = {"money": scale, "units": 1000}
    with file.open("w", newline="", encoding="utf-8-sig") as out:
        writer = csv.writer(out)
        writer.writerow(["period", "side", *(each.code for each in FIGURES)])
        for row in (*found.rows, found.whole):
            cells: list[Any] = [row.label, guard_cell(row.side)]
            for each in FIGURES:
                value = row.figures.get(each.code)
                unit = units.get(each.unit)
                cells.append(value if value is None or unit is None else Decimal(value) / unit)
            writer.writerow(cells)


def _day(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise DateWrong from None


def read_margin(text: str | None) -> Fraction | None:
    """A typed share of sales, `0.35` or `7/20`. Raises MarginWrong."""
    try:
        share = None if text is None else Fraction(text.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        raise MarginWrong from None
    if share is not None and not 0 < share <= 1:
        raise MarginWrong
    return share
