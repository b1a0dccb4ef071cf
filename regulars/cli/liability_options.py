"""What `liability` and `close` have in common: months, what is assumed, accounts, files."""

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from regulars.cli.session import Session
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.core.economics.breakage import Assumed
from regulars.core.economics.closing import Policy
from regulars.core.economics.journal import Accounts
from regulars.core.economics.statement import Statement
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.refusal import Invalid
from regulars.documents.journal_file import FORMATS, write_journal
from regulars.kit.clock import utc_now

_MONTH = re.compile(r"((?:19|20)\d{2})-(0[1-9]|1[0-2])", re.ASCII)
_DUE_AT_ONCE = 500
_USUAL = Policy()


class JournalThere(Invalid):
    """A journal is written into a new file only."""

    code = "liability.journal_there"


class JournalUnwritable(Invalid):
    """The journal's file cannot be made there."""

    code = "liability.journal_unwritable"


class MonthMalformed(Invalid):
    """A month is written like 2026-10."""

    code = "liability.month_malformed"


_OPTIONS = (
    click.option(
        "--redeemed-share", type=click.FloatRange(0, 1),
        help="The share of points redeemed in the end, where no own past tells it"
        " [default: that of the last close, else 0.7].",
    ),
    click.option(
        "--tail-months", type=click.IntRange(0, 120),
        help="For how long redemptions go on beyond the oldest vintage"
        " [default: that of the last close, else 0].",
    ),
    click.option("--revenue-account", help=f"[default: {Accounts().revenue}]"),
    click.option("--liability-account", help=f"[default: {Accounts().liability}]"),
    click.option(
        "--journal", "journal_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
        help="Write the month's double entries into a new file.",
    ),
    click.option(
        "--journal-format", "form", type=click.Choice(FORMATS), default="csv", show_default=True
    ),
    click.option(
        "--out", "folder", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
        help="Write the papers to be filed: page, workbook, charts, journals.",
    ),
)  # fmt: skip


def policy_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what is assumed, the accounts and the files to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def policy_of(
    last: Policy | None,
    redeemed_share: float | None,
    tail_months: int | None,
    revenue: str | None,
    liability: str | None,
) -> Policy | None:
    """What was asked for, the rest as in `last`; None where nothing was asked for."""
    if redeemed_share is None and tail_months is None and revenue is None and liability is None:
        return None
    assumed, accounts = last or _USUAL
    if redeemed_share is not None:
        assumed = assumed._replace(redeemed_share=Fraction(str(redeemed_share)))
    if tail_months is not None:
        assumed = assumed._replace(tail_months=tail_months)
    if revenue is not None:
        accounts = accounts._replace(revenue=revenue)
    if liability is not None:
        accounts = accounts._replace(liability=liability)
    return Policy(Assumed(*assumed), accounts)


def month_number(text: str) -> int:
    """The number of a month written like 2026-10. Raises MonthMalformed."""
    found = _MONTH.fullmatch(text)
    if found is None:
        raise MonthMalformed(text=text[:40])
    return int(found[1]) * 12 + int(found[2]) - 1


def check_new(path: Path | None) -> None:
    """A file to be written is not there yet. Raises JournalThere."""
    if path is not None and path.exists():
        raise JournalThere(file=str(path))


def write_entries(session: Session, statement: Statement, path: Path, form: str) -> int:
    """The month's journal in a new file; how many entries. Raises JournalUnwritable."""
    language = "ru" if form == "1c" else session.language
    entries = [
        (text_in(dict(one.frozen.terms.title), language), some) for one, some in statement.journal()
    ]
    try:
        return write_journal(
            path,
            form,
            statement.month,
            entries,
            money_scale=statement.money_scale,
            language=language,
        )
    except FileExistsError:
        raise JournalThere(file=str(path)) from None
    except OSError:
        raise JournalUnwritable(file=str(path)) from None


def post_all_due(session: Session, programme: Compiled) -> None:
    """Post what the clock has made due on every account."""
    last = None
    with session.progress("kpi.progress") as advance:
        while True:
            last = post_due(programme, limit=_DUE_AT_ONCE, after=last, now=utc_now())
            if last is None:
                return
            advance(_DUE_AT_ONCE)
