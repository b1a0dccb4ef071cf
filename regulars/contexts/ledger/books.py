"""Open one member's locked books inside a Django transaction, and save what was written into them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from regulars.contexts.ledger.types import Posted, WalletView
from regulars.contexts.ledger.usecases.posting import Arrays, account_of, in_lock_order
from regulars.contexts.members.types import MemberRef
from regulars.core.calendar import micros
from regulars.core.ledger.accounts import Account
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import Changes
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.till.terms import terms_of

_ACCOUNT = (Path(__file__).parent / "sql" / "account.sql").read_text()
_TYPES = (
    *("smallint", "uuid", "bigint", "bigint", "bytea", "bigint", "text", "text", "int"),
    *("int", "bigint", "text", "timestamptz", "timestamptz", "uuid", "int"),
    *("text", "text", "text", "bytea"),
    *("int", "boolean", "int", "text", "uuid", "timestamptz", "timestamptz", "timestamptz"),
    *("int", "int", "bigint", "bigint", "bigint", "bigint", "boolean"),
)
_POST = f"SELECT ledger_post({', '.join(f'%s::{name}[]' for name in _TYPES)})"


class PostedElsewhere(Exception):
    """The account moved although it was locked: a fault of the program."""


def lock(ref: MemberRef) -> None:
    """Make sure the account exists and hold it until the transaction ends."""
    assert connection.in_atomic_block, "a lock outside a transaction is none"
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_lock(%s::smallint, %s)", [ref.bucket, ref.id])


def load_account(ref: MemberRef, ladder: str = "") -> Account:
    """The account with all its lots and history; an empty one where nothing was ever posted."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [ref.bucket, ref.id])
        found = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    row: dict[str, Any] = dict(zip(names, found, strict=True)) if found else {"version": 0}
    if found:
        row["chain"] = bytes(row["chain"])
    return account_of(ref.id, row, ladder)


def open_book(ref: MemberRef, programme: Compiled, *, now: datetime) -> Book:
    """The member's books, locked and settled up to `now`."""
    lock(ref)
    account = load_account(ref, terms_of(programme).fingerprint)
    book = Book(account, zone=programme.zone, posted_at=now)
    if account.next_due is not None and account.next_due <= micros(now):
        settle(book, at=now, version=programme.version, zone=programme.zone)
    return book


def save(books: Sequence[Book]) -> list[Posted]:
    """Save what was written into locked books; raises PostedElsewhere."""
    changes = [book.close() for book in books]
    _post([change for change in changes if change.transactions])
    return [posted(change) for change in changes]


def posted(changes: Changes) -> Posted:
    """What the caller is told."""
    account = changes.account
    wallets = {code: WalletView(*wallet) for code, wallet in account.state.wallets.items()}
    return Posted(account.version, wallets)


def _post(changes: Sequence[Changes]) -> None:
    if not changes:
        return
    columns = [list(column) for column in Arrays(in_lock_order(changes)).columns]
    with connection.cursor() as cursor:
        cursor.execute(_POST, columns)
        saved = cursor.fetchone()
    if saved is None or not all(saved[0]):
        raise PostedElsewhere
