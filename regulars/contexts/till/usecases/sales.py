"""What a till asks for: quote, commit, cancel, return, events, and late receipts in their order."""

from collections.abc import Sequence
from datetime import datetime

from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require, require_any
from regulars.contexts.till.batch import Result
from regulars.contexts.till.types import (
    BooksView,
    CancelQuote,
    CancelView,
    CommitSale,
    QuoteSale,
    QuoteView,
    ReadBooks,
    ReturnGoods,
    ReturnView,
    SaleView,
)
from regulars.contexts.till.usecases.desk import Desk

LATE_AT_ONCE_MAX = 500


async def quote_sale(desk: Desk, command: QuoteSale, *, by: Actor) -> QuoteView:
    """What the receipt would bring, and how much of it points may pay. Changes nothing but a hold.

    With `rewind` the books, version and tier of the receipt's moment answer, nothing is held, and
    the quote is good for no commit.
    """
    require(by, Permission.TILL_QUOTE)
    answer = await (desk.look_back(command) if command.rewind else desk.submit(command))
    assert isinstance(answer, QuoteView)
    return answer


async def commit_sale(desk: Desk, command: CommitSale, *, by: Actor) -> SaleView:
    """Make the sale, once, however often it is asked for.

    Raises QuoteChanged with a fresh quote, ReceiptConflict, KeyReused, and refusals of the rules; in
    every such case nothing has happened.
    """
    require(by, Permission.TILL_SELL)
    answer = await desk.submit(command)
    assert isinstance(answer, SaleView)
    return answer


async def return_goods(desk: Desk, command: ReturnGoods, *, by: Actor) -> ReturnView:
    """Take goods of a sale back, once; never more than was sold."""
    require(by, Permission.TILL_RETURN)
    answer = await desk.submit(command)
    assert isinstance(answer, ReturnView)
    return answer


async def cancel_quote(desk: Desk, command: CancelQuote, *, by: Actor) -> CancelView:
    """Release what a quote set aside; doing it again releases nothing more."""
    require(by, Permission.TILL_QUOTE)
    answer = await desk.submit(command)
    assert isinstance(answer, CancelView)
    return answer


async def read_books(desk: Desk, command: ReadBooks, *, by: Actor) -> BooksView:
    """Balances, lots and tier as of a moment, past or future, right by the clock."""
    require_any(by, Permission.TILL_IDENTIFY, Permission.LEDGER_READ)
    past = desk.is_past(command.at)
    answer = await (desk.look_back(command) if past else desk.submit(command))
    assert isinstance(answer, BooksView)
    return answer


async def post_late_receipts(
    desk: Desk,
    commands: Sequence[CommitSale | ReturnGoods],
    *,
    now: datetime | None = None,
    by: Actor,
) -> list[Result]:
    """Receipts that waited, decided in the order given; each gets its own answer or refusal.

    One that is refused does not hold up the others. Sending the same again answers the same.
    """
    require(by, Permission.TILL_SELL)
    return await desk.run(commands, now=now)
