"""`regulars allocate`: whom to make which offer, when the budget does not reach for all."""

from collections.abc import Sequence
from pathlib import Path

import click

from regulars.cli.csv_files import reject_file
from regulars.cli.session import ExitCode, Session, pass_session
from regulars.cli.tables import table_lines
from regulars.core.economics.budget_text import read_amount
from regulars.core.wording.telling import figure
from regulars.documents.analysis_page import shown
from regulars.integrations.offers.reading import BadRow
from regulars.studies.allocation import Shared, allocate

_OFFERS_SHOWN = 20


@click.command("allocate")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--budget", required=True, metavar="AMOUNT", help="What all offers may cost.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="Where the choice goes."
)
@click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path),
              help="Where rows that cannot be used are listed.")  # fmt: skip
@pass_session
def command(
    session: Session, file: Path, budget: str, out: Path | None, rejects: Path | None
) -> None:
    """Share a budget out among the offers in FILE, at most one to each customer.

    FILE (CSV or Parquet) has a row for each offer a customer could get: customer, offer, expected cost,
    expected incremental margin. Together they bring the most margin the budget can, within a proven gap.
    """
    amount = read_amount(budget)
    folder = out or file.with_name(f"{file.name}.allocation")
    with session.progress("allocation.progress", total=3) as advance:
        shared, bad = allocate(file, amount, folder, advance=advance)
    listed = rejects or folder / "rejects.csv"
    _list(session, bad, listed)
    session.show(shared.as_json(), _lines(session, shared, folder))
    if bad:
        session.tell("allocation.refused_rows", count=len(bad), file=listed)
        session.finish(ExitCode.DIFFERENCES)


COMMAND = command


def _list(session: Session, bad: Sequence[BadRow], path: Path) -> None:
    """Every refused row with its line, field and reason; no file where none was refused."""
    path.unlink(missing_ok=True)
    with reject_file(path) as keep:
        for row in bad:
            keep((row.line, row.code, row.pointer, session.say(row.code)))


def _lines(session: Session, shared: Shared, folder: Path) -> list[str]:
    language = session.language

    def money(amount: float) -> str:
        return figure(round(amount * 100), 2, language)

    rows = [
        ("customers", shown(shared.customers, "count", language)),
        ("chosen", shown(shared.chosen, "count", language)),
        ("budget", money(shared.budget)),
        ("cost", money(shared.cost)),
        ("margin", money(shared.margin)),
        ("net", money(shared.margin - shared.cost)),
        ("bound", f"{money(shared.bound)} ({_gap(shared.gap, language)})"),
        ("price", money(shared.shadow_price)),
        ("wanted", money(shared.wanted)),
    ]
    lines = [f"  {session.say(f'allocation.{code}'):<44}{text:>26}" for code, text in rows]
    lines += ["", session.say(f"allocation.{_verdict(shared)}"), ""]
    heads = [
        session.say(f"allocation.{name}")
        for name in ("offer", "on_hand", "given", "cost", "margin")
    ]
    table = [
        [one.offer, shown(one.on_hand, "count", language), shown(one.chosen, "count", language),
         money(one.cost), money(one.margin)]
        for one in shared.offers[:_OFFERS_SHOWN]
    ]  # fmt: skip
    lines += table_lines(heads, table)
    heads = [session.say(f"allocation.{name}") for name in ("other_budget", "brings", "next_unit")]
    curve = [[money(p.budget), money(p.margin), money(p.shadow_price)] for p in shared.curve]
    lines += ["", *table_lines(heads, curve), "", session.say("allocation.wrote", folder=folder)]
    return lines


def _gap(gap: float, language: str) -> str:
    text = f"−{gap:.4%}"
    return text.replace(".", ",").replace("%", "\u00a0%") if language == "ru" else text


def _verdict(shared: Shared) -> str:
    if shared.shadow_price == 0:
        return "enough"
    return "pays" if shared.shadow_price > 1 else "pays_not"
