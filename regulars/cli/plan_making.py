"""`regulars plan new`: a plan to fill in, its base from past months and its programme from a simulation."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from regulars.cli.plan_files import telling_problems, text_of, write_new
from regulars.cli.programme_files import read_text
from regulars.cli.session import Session, pass_session
from regulars.contexts.programme.queries import compiled_at
from regulars.core.economics.base import PastMonth, SimulationUnlike, base_of, rewards_of
from regulars.core.economics.plan import parse_plan
from regulars.core.economics.starting import starting_document
from regulars.core.receipts.layout import PRESETS
from regulars.core.refusal import Invalid
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.studies.analysis import ReceiptsFile
from regulars.studies.plan_base import months_of_file, months_of_own


class EitherReceiptsOrOwn(Invalid):
    """A base comes from a file or from our own books, not from both."""

    code = "plan.either_base"


@click.command()
@click.option("--money", metavar="CODE", help="ISO 4217; else that of the books, or EUR.")
@click.option("--own", is_flag=True, help="The base from the books of this installation.")
@click.option(
    "--receipts", type=click.Path(path_type=Path), help="The base from this file of receipts."
)
@click.option("--simulation", type=click.Path(path_type=Path),
              help="The programme as this answer of `simulate --json` has it.")  # fmt: skip
@click.option("--candidate", metavar="CODE", help="Which of its candidates, else the first.")
@click.option("--margin", type=click.FloatRange(0, 1), help="Share of sales that is margin.")
@click.option("--start", metavar="MONTH", help="First month (YYYY-MM), else this one.")
@click.option("--money-scale", type=click.IntRange(0, 4), default=2, help="Decimals in the file.")
@click.option("--column", "named", multiple=True, metavar="FIELD=HEADING",
              help="Where a field of the file stands.")  # fmt: skip
@click.option("--mapping", type=click.Path(path_type=Path), help="YAML file with all of it.")
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="A known data set.")
@click.option("--time-zone", help="Zone in which its days begin.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A new file for it.")
@pass_session
def new(
    session: Session, money: str | None, own: bool, receipts: Path | None, simulation: Path | None,
    candidate: str | None, margin: float | None, start: str | None, out: Path | None, **of_file: Any,
) -> None:  # fmt: skip
    """A plan to fill in: typical numbers marked as guesses, every budget item on offer at nothing.

    With --own or --receipts the base is what past months were, with --simulation the programme is
    what a simulated one came to; each number says where it is from.
    """
    if own and receipts:
        raise EitherReceiptsOrOwn
    now = utc_now()
    document = starting_document(money or "EUR", start or f"{now:%Y-%m}", session.language)
    months: list[PastMonth] | None = None
    if receipts:
        months = months_of_file(ReceiptsFile(receipts, money=money or "", **of_file))
    elif own:
        with session.database() as held:
            programme = in_transaction(lambda: compiled_at(now))
            months = months_of_own(session.home.root, held.access.app.conninfo, programme)
        document["money"] = money or programme.money
        document["money_scale"] = programme.money_scale
    if months is not None:
        words = {name: session.say(f"plan.base_{name}") for name in ("source", "guess", "stated")}
        document["base"] = base_of(months, margin=margin, words=words)
    elif margin is not None:
        document["base"]["margin"] = {"likely": margin, "source": session.say("plan.base_stated")}
    if simulation:
        _simulated(session, document, simulation, candidate)
    with telling_problems(session):
        text = text_of(parse_plan(document))
    if out is None:
        session.show({"plan": text}, text.rstrip("\n"))
        return
    write_new(out, text)
    session.show({"file": str(out)}, session.say("plan.wrote", file=out))


def _simulated(
    session: Session, document: dict[str, Any], file: Path, candidate: str | None
) -> None:
    try:
        told = json.loads(read_text(str(file)))
    except (ValueError, RecursionError):
        raise SimulationUnlike(candidate="") from None
    if not isinstance(told, Mapping):
        raise SimulationUnlike(candidate="")
    source = session.say("plan.base_simulation", file=file.name[:80])
    rewards, discount = rewards_of(told, candidate, source=source)
    document["programme"] = rewards | {"lag": document["programme"]["lag"]}
    for item in document["budget"]:
        if item["code"] == "discounts":
            item["amount"] = discount
