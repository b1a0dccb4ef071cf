"""`regulars liability`: what points are owed, by the month they were earned in, and what revenue waits."""

from pathlib import Path

import click

from regulars.cli.liability_options import (
    check_new,
    month_number,
    policy_of,
    policy_options,
    post_all_due,
    write_entries,
)
from regulars.cli.liability_text import statement_lines
from regulars.cli.session import Session, pass_session
from regulars.contexts.economics.queries.closes import last_policy, read_statement
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import system_actor
from regulars.documents.liability_files import write_liability
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_BY = system_actor("cli")


@click.command()
@click.option(
    "--as-of", "as_of", metavar="YYYY-MM", help="The month's end (else the last that is over)."
)
@click.option("--triangle", is_flag=True, help="Also what of each vintage was redeemed by its age.")
@click.option(
    "--sensitivity", "changes", is_flag=True, help="Also the liability at other breakage."
)
@policy_options
@click.option("--as-posted", is_flag=True, help="Leave what is due by the clock unposted.")
@pass_session
def liability(
    session: Session,
    as_of: str | None,
    triangle: bool,
    changes: bool,
    redeemed_share: float | None,
    tail_months: int | None,
    revenue_account: str | None,
    liability_account: str | None,
    journal_file: Path | None,
    form: str,
    folder: Path | None,
    as_posted: bool,
) -> None:
    """Points outstanding, breakage, and the revenue that waits for points (docs/liability.md).

    A month that is closed is shown as it was frozen.
    """
    check_new(journal_file)
    month = None if as_of is None else month_number(as_of)
    with session.database():
        last = in_transaction(last_policy)
        policy = policy_of(last, redeemed_share, tail_months, revenue_account, liability_account)
        if not as_posted:
            post_all_due(session, in_transaction(lambda: compiled_at(utc_now())))
        statement = read_statement(month, policy=policy, now=utc_now(), by=_BY)
    data = statement.as_json()
    if not triangle:
        for one in data["currencies"].values():
            one["triangle"] = {}
    if not changes:
        for one in data["currencies"].values():
            one["sensitivity"] = {}
    lines = statement_lines(statement, session, triangle=triangle, changes=changes)
    if journal_file is not None:
        count = write_entries(session, statement, journal_file, form)
        data["journal"] = {"file": str(journal_file), "entries": count}
        lines += ["", session.say("liability.journal", entries=count, file=str(journal_file))]
    if folder is not None:
        written = write_liability(statement, folder, language=session.language)
        data["files"] = [str(path) for path in written]
        lines += ["", session.say("liability.files", count=len(written), folder=str(folder))]
    session.show(data, lines)


COMMAND = liability
