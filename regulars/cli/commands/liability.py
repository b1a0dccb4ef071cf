"""`regulars liability`: what points are owed, by the month they were earned in, and what revenue waits."""

import re
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from regulars.cli.journal_file import FORMATS, write_journal
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.till.queries.liability import PointsBooks, read_points_books
from regulars.core.economics.breakage import Assumed, Breakage
from regulars.core.economics.journal import Accounts, journal
from regulars.core.economics.subledger import MonthEnd, run_months, sensitivity
from regulars.core.economics.vintages import month_of, redemption_triangle
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Invalid
from regulars.core.wording.telling import figure
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_DUE_AT_ONCE = 500
_CHANGES = (-10, -5, 5, 10)  # percentage points of breakage


class JournalThere(Invalid):
    """A journal is written into a new file only."""

    code = "liability.journal_there"


class JournalUnwritable(Invalid):
    """The journal's file cannot be made there."""

    code = "liability.journal_unwritable"


class MonthMalformed(Invalid):
    """A month is written like 2026-10."""

    code = "liability.month_malformed"


class MonthAhead(Invalid):
    """The month has not begun yet."""

    code = "liability.month_ahead"


@click.command()
@click.option(
    "--as-of", "as_of", metavar="YYYY-MM", help="The month's end (else the last that is over)."
)
@click.option("--triangle", is_flag=True, help="Also what of each vintage was redeemed by its age.")
@click.option(
    "--sensitivity", "changes", is_flag=True, help="Also the liability at other breakage."
)
@click.option(
    "--redeemed-share", type=click.FloatRange(0, 1), default=0.7, show_default=True,
    help="The share of points redeemed in the end, where no own past tells it.",
)  # fmt: skip
@click.option(
    "--tail-months", type=click.IntRange(0, 120), default=0, show_default=True,
    help="For how long redemptions go on beyond the oldest vintage.",
)  # fmt: skip
@click.option(
    "--journal", "journal_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
    help="Write the month's double entries into a new file.",
)  # fmt: skip
@click.option(
    "--journal-format", "form", type=click.Choice(FORMATS), default="csv", show_default=True
)
@click.option("--revenue-account", default=Accounts().revenue, show_default=True)
@click.option("--liability-account", default=Accounts().liability, show_default=True)
@click.option("--as-posted", is_flag=True, help="Leave what is due by the clock unposted.")
@pass_session
def liability(
    session: Session,
    as_of: str | None,
    triangle: bool,
    changes: bool,
    redeemed_share: float,
    tail_months: int,
    journal_file: Path | None,
    form: str,
    revenue_account: str,
    liability_account: str,
    as_posted: bool,
) -> None:
    """Points outstanding, breakage, and the revenue that waits for points (docs/liability.md)."""
    if journal_file is not None and journal_file.exists():
        raise JournalThere(file=str(journal_file))
    share = Fraction(str(redeemed_share))
    assumed = Assumed(redeemed_share=share, tail_months=tail_months)
    with session.database():
        now = utc_now()
        programme = in_transaction(lambda: compiled_at(now))
        month = _month(as_of, month_of(now, programme.zone))
        if not as_posted:
            _post_due(session, programme)
        books = read_points_books(month, programme.zone)
    told = [
        _Told(code, programme, books, month, assumed, triangle=triangle, changes=changes)
        for code, found in sorted(programme.currencies.items())
        if found.money and code in books.flows
    ]
    unpriced = sorted(books.flows.keys() - {one.code for one in told})
    data = {
        "month": _name(month),
        "money": {"currency": programme.document.money, "scale": programme.money_scale},
        "currencies": {one.code: one.data() for one in told},
        "without_money": unpriced,
    }
    lines = [session.say("liability.title", month=_name(month))]
    for one in told:
        lines += ["", *one.lines(session)]
    if unpriced:
        lines += ["", session.say("liability.unpriced", currencies=", ".join(unpriced))]
    if not told:
        lines.append(session.say("liability.nothing"))
    if journal_file is not None:
        accounts = Accounts(revenue_account, liability_account)
        count = _write(session, journal_file, form, month, told, accounts)
        data["journal"] = {"file": str(journal_file), "entries": count}
        lines += ["", session.say("liability.journal", entries=count, file=str(journal_file))]
    session.show(data, lines)


COMMAND = liability


class _Told:
    """One currency at the month's end, ready to be shown."""

    def __init__(
        self,
        code: str,
        programme: Compiled,
        books: PointsBooks,
        month: int,
        assumed: Assumed,
        *,
        triangle: bool,
        changes: bool,
    ) -> None:
        found = programme.currencies[code]
        assert found.money is not None
        vintages = books.flows[code]
        self.code, self.scale, self.money_scale = code, found.scale, programme.money_scale
        self.money = programme.document.money
        self.title = programme.document.currencies[code].title
        ended = run_months(vintages, books.sales, Fraction(*found.money.worth), month, assumed)
        self.end, self.found = ended[-1] if ended else (MonthEnd(month, (), ()), _NONE)
        rows, table = redemption_triangle(vintages, month) if triangle else (range(0), [])
        self.triangle = dict(zip(rows, table, strict=True))
        self.changes = {
            change: sensitivity(self.end, self.found, Fraction(change, 100)) for change in _CHANGES
        } if changes else {}  # fmt: skip

    def data(self) -> dict[str, Any]:
        """Everything, for --json."""
        total, tested = self.end.total, self.found.tested
        methods = {one.vintage: str(one.method) for one in self.found.vintages}
        return {
            "outstanding": total.closing_points,
            "liability_minor": self.end.liability_minor,
            "breakage": self.found.rate,
            "interval": self.found.interval,
            "prior": float(self.found.prior),
            "tail": self.found.tail,
            "back_test": tested and {**tested._asdict(), "miss": tested.miss},
            "points": {"opening": total.opening_points, **total.flow._asdict()},
            "roll_forward": total.money._asdict(),
            "vintages": [
                {
                    "vintage": _name(line.vintage),
                    **line.points._asdict(),
                    "outstanding": line.points.outstanding,
                    "expected": line.expected,
                    "method": methods.get(line.vintage),
                    "deferred_minor": line.deferred_minor,
                    "revenue_minor": line.revenue_minor,
                    "liability_minor": line.liability_minor,
                }
                for line in self.end.lines
            ],
            "triangle": {_name(vintage): row for vintage, row in self.triangle.items()},
            "sensitivity": {f"{change:+d}": minor for change, minor in self.changes.items()},
        }

    def lines(self, session: Session) -> list[str]:
        """The same for a person."""
        language = session.language

        def points(amount: int) -> str:
            return figure(amount, self.scale, language)

        def money(minor: int) -> str:
            return figure(minor, self.money_scale, language)

        title = text_in(self.title, language)
        total, moved = self.end.total, self.end.total.money
        lines = [session.say("liability.points_of", currency=title, money=self.money)]
        told = {
            "outstanding": points(total.closing_points),
            "breakage": _breakage(self.found, language),
            "opening": money(moved.opening_minor),
            "granted": money(moved.granted_minor),
            "redeemed": money(-moved.redeemed_minor),
            "reestimated": money(-moved.reestimated_minor),
            "closing": money(moved.closing_minor),
        }
        lines += [
            f"  {session.say(f'liability.{name}'):<52}{text:>18}" for name, text in told.items()
        ]
        tested = self.found.tested
        if tested is not None:
            expected, actual = points(round(tested.expected)), points(round(tested.actual))
            lines.append("  " + session.say("liability.tested", expected=expected, actual=actual))
        methods = {one.vintage: str(one.method) for one in self.found.vintages}
        heads = [session.say(f"liability.head_{name}") for name in _HEADS]
        body = [
            [
                _name(line.vintage),
                points(line.points.base),
                points(line.points.redeemed),
                points(line.points.expired),
                points(line.points.outstanding),
                points(line.expected),
                session.say(f"liability.by_{methods[line.vintage]}")
                if line.vintage in methods
                else "—",
                money(line.deferred_minor),
                money(line.liability_minor),
            ]
            for line in self.end.lines
        ]
        lines += ["", *table_lines(heads, body)]
        if self.triangle:
            lines += ["", session.say("liability.triangle"), *self._triangle(points)]
        for change, minor in self.changes.items():
            lines.append(
                session.say("liability.change", change=f"{change:+d}", amount=money(minor))
            )
        return lines

    def _triangle(self, points: Any) -> Sequence[str]:
        width = max(len(row) for row in self.triangle.values())
        body = [
            [_name(vintage), *map(points, row), *[""] * (width - len(row))]
            for vintage, row in self.triangle.items()
        ]
        return table_lines(["", *map(str, range(width))], body)


def _write(
    session: Session,
    path: Path,
    form: str,
    month: int,
    told: Sequence[_Told],
    accounts: Accounts,
) -> int:
    language = "ru" if form == "1c" else session.language
    entries = [(text_in(one.title, language), journal(one.end, accounts)) for one in told]
    scale = told[0].money_scale if told else 0
    try:
        return write_journal(path, form, month, entries, money_scale=scale, language=language)
    except OSError:
        raise JournalUnwritable(file=str(path)) from None


_NONE = Breakage(0, (), Fraction(0), 1.0, (), 0.0)
_HEADS = (
    "vintage",
    "base",
    "redeemed",
    "expired",
    "left",
    "expected",
    "method",
    "deferred",
    "waits",
)


def _breakage(found: Breakage, language: str) -> str:
    if found.rate is None or found.interval is None:
        return "—"
    low, high = found.interval
    text = f"{found.rate:.1%} ({low:.1%} … {high:.1%})"
    return text.replace(".", ",").replace("%", "\u00a0%") if language == "ru" else text


def _month(text: str | None, this: int) -> int:
    if text is None:
        return this - 1
    found = _MONTH.fullmatch(text)
    if found is None:
        raise MonthMalformed(text=text[:40])
    month = int(found[1]) * 12 + int(found[2]) - 1
    if month > this:
        raise MonthAhead(month=text)
    return month


def _name(month: int) -> str:
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _post_due(session: Session, programme: Compiled) -> None:
    last = None
    with session.progress("kpi.progress") as advance:
        while True:
            last = post_due(programme, limit=_DUE_AT_ONCE, after=last, now=utc_now())
            if last is None:
                return
            advance(_DUE_AT_ONCE)
