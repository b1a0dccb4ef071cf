"""`regulars simulate`: what candidate programmes would have cost, and whom they would have reached."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from fractions import Fraction
from os import cpu_count
from pathlib import Path
from typing import Any

import click

from regulars.cli.optimise_options import optimise_options, show_frontier, take_wish
from regulars.cli.programme_files import parsed, read_text
from regulars.cli.session import Session, pass_session
from regulars.cli.simulation_text import comparison_lines
from regulars.core.economics.behaviour import read_behaviour, read_response
from regulars.core.economics.outcome import Comparison
from regulars.core.programme.document import Programme
from regulars.core.receipts.layout import PRESETS
from regulars.core.refusal import Invalid
from regulars.documents.simulation_files import write_simulation
from regulars.kit.clock import utc_now
from regulars.studies.optimisation import optimise
from regulars.studies.own_receipts import prepared_own
from regulars.studies.simulation import (
    WORKERS_MAX,
    Options,
    Prepared,
    ReceiptsFile,
    SampleWrong,
    WindowWrong,
    candidates_of,
    prepared_file,
    simulate,
)
from regulars.studies.work import Advance

_OF_FILE = ("named", "mapping", "preset", "store", "till", "identifier", "time_zone", "region")
_SAMPLE_LENGTH_MAX = 20


class EitherReceiptsOrOwn(Invalid):
    """A file and our own books cannot be replayed as one, and one of them must be."""

    code = "simulation.either"


@click.command("simulate")
@click.argument("programmes", nargs=-1)
@click.option("--receipts", "file", type=click.Path(path_type=Path), help="A file of receipts.")
@click.option("--own", is_flag=True, help="The receipts of this installation.")
@click.option("--from", "since", metavar="DAY", help="First day (YYYY-MM-DD).")
@click.option("--to", "until", metavar="DAY", help="The day after the last one.")
@click.option("--sample", default="1", metavar="SHARE", help="Share of customers, such as 0.1.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True)
@click.option("--workers", type=click.IntRange(1, WORKERS_MAX), help="Processes (else one a core).")
@click.option("--behaviour", metavar="HOW",
              help="never, at-once, from:MONEY, share:P, or recorded (usual with --own).")  # fmt: skip
@click.option("--response", default="none", show_default=True, metavar="HOW",
              help="What members buy more: frequency=LOW/LIKELY/HIGH,check=LOW/LIKELY/HIGH.")  # fmt: skip
@click.option("--points-cost", default="1", metavar="SHARE", show_default=True,
              help="What a point's worth costs the business.")  # fmt: skip
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where reports go.")
@click.option("--column", "named", multiple=True, metavar="FIELD=HEADING",
              help="Where a field stands.")  # fmt: skip
@click.option("--mapping", type=click.Path(path_type=Path), help="YAML file with all of it.")
@click.option("--preset", type=click.Choice(sorted(PRESETS)), help="A known data set.")
@click.option("--identifier", type=click.Choice(("external", "card", "phone", "email")),
              help="What the customer column holds.")  # fmt: skip
@click.option("--store", help="Store of rows that name none.")
@click.option("--till", help="Till of rows that name none.")
@click.option("--time-zone", help="Zone of clocks without an offset (else the first programme's).")
@click.option("--region", default="RU", help="Country of phones without a country code (ISO 3166).")
@optimise_options
@pass_session
def command(
    session: Session, programmes: Sequence[str], file: Path | None, own: bool, **given: Any
) -> None:
    """Replay receipts under candidate PROGRAMMES (YAML files or names of ready ones) and compare them.

    The engine of the till decides every receipt anew; the first candidate is compared with. What
    people would do is stated (--behaviour, --response), never guessed. With --optimise programmes are
    searched, around the one PROGRAMME or from nothing: what each cost under the --budget can bring.
    """
    if bool(file) == own:
        raise EitherReceiptsOrOwn
    of_file = {name: given.pop(name) for name in _OF_FILE}
    out: Path | None = given.pop("out")
    documents = [parsed(read_text(source)) for source in programmes]
    wish = take_wish(session, given, documents, of_file["time_zone"])
    candidates = [] if wish else candidates_of(documents, session.language)
    first = wish.nobody_gains() if wish and not documents else documents[0]
    options = _options(given, first, own)
    source = ReceiptsFile(file, **of_file) if file else None
    with _prepared(session, source, first) as prepared:
        if wish is not None:
            with session.progress("optimise.progress") as advance:
                frontier = optimise(prepared, wish, options, _steps(advance), now=utc_now())
            show_frontier(session, frontier, out)
            return
        with session.progress("simulation.progress", total=prepared.parts.total) as advance:
            found = simulate(candidates, prepared, options, _steps(advance), now=utc_now())
    _show(session, found, out)


COMMAND = command


@contextmanager
def _prepared(
    session: Session, file: ReceiptsFile | None, programme: Programme
) -> Iterator[Prepared]:
    with ExitStack() as held:
        if file is None:
            held.enter_context(session.database())
        with session.progress("simulation.progress_laying") as advance:
            if file is None:
                laying = prepared_own(programme, session.language, _steps(advance))
            else:
                laying = prepared_file(file, programme, _steps(advance))
            prepared = held.enter_context(laying)
        yield prepared


def _steps(advance: Any) -> Advance:
    """An `Advance` for a bar that counts steps: it is told what is new."""
    last = 0

    def told(phase: str, done: int, total: int | None) -> None:
        nonlocal last
        advance(max(0, done - last))
        last = done

    return told


def _show(session: Session, found: Comparison, out: Path | None) -> None:
    lines = comparison_lines(session, found)
    if out is not None:
        written = write_simulation(found, out, language=session.language)
        lines += ["", session.say("simulation.wrote", folder=out, count=len(written))]
    session.show(found.as_json(), lines)


def _options(given: dict[str, Any], programme: Programme, own: bool) -> Options:
    usual = "recorded" if own else "at-once"
    workers = given["workers"] or min(WORKERS_MAX, cpu_count() or 1)
    options = Options(
        read_behaviour(given["behaviour"] or usual, money_scale=programme.money_scale),
        read_response(given["response"]),
        _day(given["since"]),
        _day(given["until"]),
        _share(given["sample"]),
        given["seed"],
        workers,
    )
    return replace(options, points_cost=_share(given["points_cost"]))


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WindowWrong from None


def _share(text: str) -> Fraction:
    try:
        share = Fraction(text.replace(",", ".")) if len(text) <= _SAMPLE_LENGTH_MAX else Fraction(0)
    except (ValueError, ZeroDivisionError):
        raise SampleWrong from None
    if not 0 < share <= 1:
        raise SampleWrong
    return share
