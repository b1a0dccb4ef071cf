"""`regulars gift-cards`: batches for the print shop, single cards for support."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from django.conf import settings

from regulars.cli.acting import acting_person, by_option
from regulars.cli.csv_files import replacing, write_rows
from regulars.cli.session import Session, pass_session
from regulars.cli.tables import table_lines
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.queries.gift_cards import (
    get_gift_card,
    list_gift_card_batches,
    list_gift_cards,
)
from regulars.contexts.rewards.types import GiftCardView
from regulars.contexts.rewards.usecases.gift_cards import (
    BATCH_MAX,
    block_gift_card,
    make_gift_cards,
    replace_gift_card,
    request_card_adjustment,
)
from regulars.core.refusal import Refused
from regulars.core.rewards.gift_card import masked
from regulars.core.wording.telling import Units, money_text
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

_COLUMNS = ("number", "pin")
_SHOWN_MAX = 100_000

_reason = click.option("--reason", required=True, help="Why; it stays in the card's books.")


class FileThere(Refused):
    """The file exists: what is in it may be all there is of other cards."""

    code = "cli.gift_cards_file_there"


@click.group("gift-cards")
def gift_cards() -> None:
    """Gift cards: numbers and PINs for the print shop, balances, lost cards."""


COMMAND = gift_cards


@gift_cards.command()
@click.argument("batch")
@click.argument("count", type=click.IntRange(1, BATCH_MAX))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@by_option
@pass_session
def make(session: Session, batch: str, count: int, file: Path, email: str | None) -> None:
    """Make COUNT new cards as BATCH and write numbers and PINs into the CSV FILE, for its owner only.

    PINs are not kept: the file is the only place where they stand. The cards are worth nothing until
    a till sells them.
    """
    with session.database():
        by = acting_person(session, email)
        if file.exists():
            raise FileThere(path=str(file))

        def work() -> int:
            cards = make_gift_cards(batch, count, now=utc_now(), by=by)
            # Before the commit: cards that exist without their PINs would be lost.
            with replacing(file) as target:
                rows = ({"number": card.number, "pin": card.pin} for card in cards)
                return write_rows(target, _COLUMNS, rows, lambda done: None)

        made = in_transaction(work)
    says = session.say("gift_cards.made", batch=batch, count=made, path=str(file))
    session.show({"batch": batch, "count": made, "file": str(file)}, says)


@gift_cards.command()
@by_option
@pass_session
def batches(session: Session, email: str | None) -> None:
    """List the batches."""
    with session.database():
        by = acting_person(session, email)
        found = list_gift_card_batches(limit=_SHOWN_MAX, by=by)
    heads = [session.say(f"gift_cards.head_{name}") for name in ("batch", "made", "created")]
    rows = [[view.code, str(view.made), view.created_at.date().isoformat()] for view in found]
    empty = session.say("gift_cards.none")
    told = [asdict(view) for view in found]
    session.show(told, table_lines(heads, rows, left=1) if found else empty)


@gift_cards.command("list")
@click.argument("batch")
@by_option
@pass_session
def list_cards(session: Session, batch: str, email: str | None) -> None:
    """List the cards of BATCH with what their books say; of the numbers the last digits."""
    with session.database():
        by = acting_person(session, email)
        found = list_gift_cards(batch, limit=_SHOWN_MAX, by=by)
        units = _units()
    heads = [session.say(f"gift_cards.head_{name}") for name in ("number", "status", "balance")]
    rows = [
        [
            line.shown,
            session.say(f"gift_cards.status_{line.status}"),
            money_text(line.balance, units, session.language),
        ]
        for line in found
    ]
    empty = session.say("gift_cards.none")
    told = [asdict(line) for line in found]
    session.show(told, table_lines(heads, rows, left=2) if found else empty)


@gift_cards.command()
@click.argument("number")
@by_option
@pass_session
def show(session: Session, number: str, email: str | None) -> None:
    """Tell what is on the card NUMBER, and until when."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(lambda: get_gift_card(number, now=utc_now(), by=by))
        _show(session, view)


@gift_cards.command()
@click.argument("number")
@_reason
@by_option
@pass_session
def block(session: Session, number: str, reason: str, email: str | None) -> None:
    """Block the card NUMBER; its money stays."""
    _block(session, number, reason, email, blocks=True)


@gift_cards.command()
@click.argument("number")
@_reason
@by_option
@pass_session
def unblock(session: Session, number: str, reason: str, email: str | None) -> None:
    """Let the blocked card NUMBER work again."""
    _block(session, number, reason, email, blocks=False)


@gift_cards.command()
@click.argument("number")
@click.argument("new_number")
@_reason
@by_option
@pass_session
def replace(session: Session, number: str, new_number: str, reason: str, email: str | None) -> None:
    """Move everything from the card NUMBER to NEW_NUMBER, which was never sold; the old one is dead."""
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(
            lambda: replace_gift_card(number, new_number, reason_text=reason, now=utc_now(), by=by)
        )
        on_it = money_text(view.balance, _units(), session.language)
    session.show(_data(view), session.say("gift_cards.replaced", balance=on_it))


@gift_cards.command()
@click.argument("number")
@click.argument("amount", type=int)
@_reason
@by_option
@pass_session
def adjust(session: Session, number: str, amount: int, reason: str, email: str | None) -> None:
    """Correct the card NUMBER by AMOUNT minor units (`-- NUMBER -500` takes away).

    Over the limit for corrections it waits for a second person.
    """
    with session.database():
        by = acting_person(session, email)
        done = in_transaction(
            lambda: request_card_adjustment(
                number,
                amount,
                reason_text=reason,
                limit=settings.ADJUSTMENT_LIMIT_MINOR,
                now=utc_now(),
                by=by,
            )
        )
        units = _units()
    if done.card is None:
        assert done.approval is not None
        told = {"status": "waiting", "approval": str(done.approval.id)}
        session.show(told, session.say("gift_cards.waits"))
        return
    on_it = money_text(done.card.balance, units, session.language)
    session.show(_data(done.card), session.say("gift_cards.adjusted", balance=on_it))


def _block(session: Session, number: str, reason: str, email: str | None, *, blocks: bool) -> None:
    with session.database():
        by = acting_person(session, email)
        view = in_transaction(
            lambda: block_gift_card(number, blocks, reason_text=reason, now=utc_now(), by=by)
        )
    says = session.say("gift_cards.blocked" if blocks else "gift_cards.unblocked")
    session.show(_data(view), says)


def _show(session: Session, view: GiftCardView) -> None:
    units, zone = _units(), compiled_at(utc_now()).zone
    lines = [
        session.say(
            "gift_cards.shown",
            number=masked(view.number),
            status=session.say(f"gift_cards.status_{view.status}"),
            balance=money_text(view.balance, units, session.language),
        )
    ]
    lines += [
        session.say(
            "gift_cards.expires",
            balance=money_text(amount, units, session.language),
            until=f"{until.astimezone(zone):%Y-%m-%d %H:%M}",
        )
        for amount, until in view.lots
        if until is not None
    ]
    session.show(_data(view), lines)


def _units() -> Units:
    programme = compiled_at(utc_now())
    return Units(programme.money, programme.money_scale, {})


def _data(view: GiftCardView) -> dict[str, Any]:
    return {
        "id": str(view.id),
        "number": masked(view.number),
        "batch": view.batch,
        "money": view.money,
        "status": view.status,
        "balance_minor": view.balance,
        "parts": [
            {"amount_minor": amount, "expires_at": until.isoformat() if until else None}
            for amount, until in view.lots
        ],
    }
