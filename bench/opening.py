"""Opening balances for the members of a bench, written through the ledger's own functions."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bench.ground import member_id
from regulars.contexts.ledger.usecases.posting import Arrays, in_lock_order
from regulars.contexts.programme.queries import compiled
from regulars.core.ledger.accounts import ADJUSTED, Account
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import Changes
from regulars.core.programme.compiled import Compiled
from regulars.core.till.terms import new_lot, terms_of
from regulars.kit.dsn import Access
from regulars.kit.pool import connect

_AT_ONCE = 1000


async def fill_books(access: Access, numbers: Iterable[int]) -> None:
    """Give each member in `numbers` a lot of points, as a carried-over balance would be."""
    import asyncio

    programme = await asyncio.to_thread(compiled, 1)
    connection = await connect(access.app)
    waiting: list[Changes] = []
    for number in numbers:
        waiting.append(_opened(programme, number))
        if len(waiting) == _AT_ONCE:
            await _post(connection, waiting)
            waiting = []
    await _post(connection, waiting)
    await connection.close()


async def _post(connection, groups: list[Changes]) -> None:
    columns = Arrays(in_lock_order(groups)).columns
    places = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    saved = await connection.fetchval(f"SELECT ledger_post({places})", *columns)
    assert all(saved)


def _opened(programme: Compiled, number: int) -> Changes:
    at = datetime.now(UTC) - timedelta(days=60)
    ladder = terms_of(programme).fingerprint
    book = Book(
        Account(member_id(number), ladder=ladder, lots={}, history=()),
        zone=programme.zone,
        posted_at=at,
    )
    amount = 100 + number % 900
    currency = programme.document.currencies["points"]
    lot = new_lot(currency, "points", None, amount, at, programme.zone)
    book.earn(lot._replace(active=True, active_at=at), ADJUSTED)
    book.record_transaction("adjust", at, source=None, version=1, facts={"note": "opening"})
    return book.close()
