"""`regulars cards`: ranges of card numbers, batches for the print shop, and what became of them."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from PIL import Image

from regulars.cli.acting import acting_person, by_option
from regulars.cli.csv_files import replacing, write_rows
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.members.queries import list_card_batches, list_card_ranges
from regulars.contexts.members.types import CardBatchView, PrintRun
from regulars.contexts.members.usecases.cards import (
    BATCH_MAX,
    create_card_range,
    issue_cards,
    print_batch,
)
from regulars.contexts.programme.queries import find_logo, get_brand
from regulars.core.brand import card_colours
from regulars.core.refusal import Invalid, Refused
from regulars.documents.card_face import CardLook
from regulars.documents.card_sheet import COLUMNS, card_rows, cards_pdf
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LOGO_BYTES_MAX = 5 * 1024 * 1024
_FILE = click.Path(dir_okay=False, path_type=Path)


class FileThere(Refused):
    """The file exists, and may be what a print shop works by."""

    code = "cli.cards_file_there"


class LogoUnreadable(Invalid):
    """The logo is no picture that we can print."""

    code = "cli.cards_logo_unreadable"


class ColourMalformed(Invalid):
    """Not a colour of six hexadecimal digits."""

    code = "cli.cards_colour_malformed"


@click.group("cards")
def cards() -> None:
    """Plastic cards: numbers, batches, files for the print shop."""


COMMAND = cards


@cards.command("range")
@click.argument("code")
@click.option("--prefix", required=True, help="The digits that all numbers begin with.")
@click.option("--length", type=int, default=13, show_default=True, help="Digits of a number.")
@click.option(
    "--checksum",
    type=click.Choice(["ean13", "luhn", "none"]),
    default="ean13",
    show_default=True,
    help="How the last digit is made.",
)
@by_option
@pass_session
def make_range(
    session: Session, code: str, prefix: str, length: int, checksum: Any, email: str | None
) -> None:
    """Set up the card numbers CODE."""
    with session.database():
        by = acting_person(session, email)
        view, warnings = in_transaction(
            lambda: create_card_range(
                code, prefix=prefix, length=length, checksum=checksum, now=utc_now(), by=by
            )
        )
    for warning in warnings:
        session.tell(warning)
    says = session.say("cards.made_range", name=code, left=view.capacity // 100)
    session.show(asdict(view), says)


@cards.command()
@click.argument("numbers")
@click.argument("count", type=click.IntRange(1, BATCH_MAX))
@by_option
@pass_session
def batch(session: Session, numbers: str, count: int, email: str | None) -> None:
    """Draw COUNT new cards of the range NUMBERS as a batch."""
    with session.database():
        by = acting_person(session, email)
        made = in_transaction(lambda: issue_cards(numbers, count, now=utc_now(), by=by))
    told = {"range": numbers, "batch": made.batch, "count": count}
    session.show(told, session.say("cards.drawn", batch=made.batch, count=count))


@cards.command("print")
@click.argument("numbers")
@click.argument("number", type=int, metavar="BATCH")
@click.argument("file", type=_FILE)
@click.option("--name", default="", help="Of the business; default: the brand's.")
@click.option("--colour", default="", help="Of the front, as #1a2b3c; default: the brand's.")
@click.option("--accent", default="#e8b04a", show_default=True, help="A line on the front.")
@click.option("--logo", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--tagline", default="", help="Under the name; default: «Member card».")
@click.option("--contact", default="", help="On the back: a site or a phone number.")
@click.option("--sheets", is_flag=True, help="Eight cards on an A4 sheet, both sides.")
@by_option
@pass_session
def print_cards(
    session: Session,
    numbers: str,
    number: int,
    file: Path,
    *,
    logo: Path | None,
    sheets: bool,
    email: str | None,
    **look: str,
) -> None:
    """Write the cards of a BATCH into the PDF FILE: CR80 with bleed and crop marks."""
    _check_new(file)
    for name in ("colour", "accent"):
        if look[name] and not _COLOUR.fullmatch(look[name]):
            raise ColourMalformed(pointer=f"/{name}")
    picture = None if logo is None else _checked_logo(logo)
    with session.database():
        brand = in_transaction(get_brand)
        look["name"] = look["name"] or brand.brand.name
        look["colour"] = look["colour"] or card_colours(brand.brand.accent).ground
        if picture is None and brand.logo_digest:
            picture = in_transaction(lambda: find_logo(brand.logo_digest))
        face = CardLook(**look, language=session.language, logo=picture)
        run = _printed(session, numbers, number, email)
    with session.progress("cards.printing", total=len(run.numbers)) as advance:
        title = f"{face.name} {numbers}/{number}"
        made = cards_pdf(
            run.numbers, run.checksum, face, sheets=sheets, title=title, advance=advance
        )
    file.write_bytes(made)
    _show_written(session, run, file)


@cards.command()
@click.argument("numbers")
@click.argument("number", type=int, metavar="BATCH")
@click.argument("file", type=_FILE)
@by_option
@pass_session
def export(session: Session, numbers: str, number: int, file: Path, email: str | None) -> None:
    """Write the numbers of a BATCH into the CSV FILE, for print shops that draw the card themselves."""
    _check_new(file)
    with session.database():
        run = _printed(session, numbers, number, email)
    with replacing(file) as target:
        rows = card_rows(run.numbers, run.checksum, f"{numbers}/{number}")
        write_rows(target, COLUMNS, rows, lambda done: None)
    _show_written(session, run, file)


@cards.command()
@click.argument("numbers", required=False)
@by_option
@pass_session
def status(session: Session, numbers: str | None, email: str | None) -> None:
    """Tell of the ranges, or of the batches of the range NUMBERS: how many cards are in use."""
    with session.database():
        by = acting_person(session, email)
        if numbers is None:
            ranges = list_card_ranges(by=by)
            heads = _heads(session, "range", "prefix", "checksum", "issued")
            rows = [[one.code, one.prefix, one.checksum, str(one.issued)] for one in ranges]
            _show_table(session, [asdict(one) for one in ranges], heads, rows, 3)
            return
        found = list_card_batches(numbers, by=by)
    columns = ("batch", "made", "count", "printings", "active", "lost", "retired", "waiting")
    told = [asdict(one) | {"waiting": one.waiting} for one in found]
    _show_table(session, told, _heads(session, *columns), [_row(one) for one in found], 2)


def _row(one: CardBatchView) -> list[str]:
    counts = (one.count, one.printings, one.active, one.lost, one.retired, one.waiting)
    return [str(one.batch), one.made_at.date().isoformat(), *map(str, counts)]


def _heads(session: Session, *names: str) -> list[str]:
    return [session.say(f"cards.head_{name}") for name in names]


def _show_table(
    session: Session, told: list[Any], heads: list[str], rows: list[list[str]], left: int
) -> None:
    session.show(told, table_lines(heads, rows, left=left) if rows else session.say("cards.none"))


def _printed(session: Session, numbers: str, number: int, email: str | None) -> PrintRun:
    by = acting_person(session, email)
    return in_transaction(lambda: print_batch(numbers, number, now=utc_now(), by=by))


def _show_written(session: Session, run: PrintRun, file: Path) -> None:
    told = {"batch": run.batch, "printing": run.printings, "count": len(run.numbers)}
    session.show(told | {"file": str(file)}, session.say("cards.written", **told, path=str(file)))


def _check_new(file: Path) -> None:
    if file.exists():
        raise FileThere(path=str(file))


def _checked_logo(path: Path) -> bytes:
    """The picture's bytes. Raises LogoUnreadable for what is none, or is too large to print."""
    raw = path.read_bytes()[: _LOGO_BYTES_MAX + 1]
    try:
        if len(raw) > _LOGO_BYTES_MAX:
            raise LogoUnreadable(pointer="/logo")
        with Image.open(path, formats=("PNG", "JPEG")) as picture:
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise LogoUnreadable(pointer="/logo") from None
    return raw
