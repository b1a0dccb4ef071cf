"""Balanced transactions and the hash that chains them."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from regulars.core.calendar import micros
from regulars.core.ledger.accounts import Transaction


class Posting(NamedTuple):
    """One side of a transaction: so much onto that account of the member's currency."""

    currency: str
    account: str
    amount: int


class Unbalanced(Exception):
    """A transaction that does not sum to zero: a fault of the program, never of a user."""


def json_text(value: Any) -> str:
    """The one JSON text of a value: stored, sent and hashed alike.

    Keys stand in the order in which they were written: equal decisions give equal texts.
    """
    return to_json(value).decode()


def balanced(amounts: Mapping[tuple[str, str], int]) -> list[Posting]:
    """The postings of a transaction in canonical order; raises Unbalanced."""
    sums: dict[str, int] = {}
    postings = []
    for (currency, account), amount in sorted(amounts.items()):
        if amount:
            sums[currency] = sums.get(currency, 0) + amount
            postings.append(Posting(currency, account, amount))
    if any(sums.values()):
        raise Unbalanced(sums)
    return postings


def chain_hash(previous: bytes, member_id: UUID, transaction: Transaction) -> bytes:
    """SHA-256 over the previous hash and everything the transaction says, in a fixed text form."""
    seq, kind, occurred_at, posted_at, source, version, postings, lots, facts, _ = transaction
    body = (
        f"{member_id}\n{seq}\n{kind}\n{micros(occurred_at)}\n{micros(posted_at)}\n"
        f"{'' if source is None else source}\n{version}\n{postings}\n{lots}\n{facts}"
    )
    return sha256(previous + body.encode()).digest()


def sums(postings: Iterable[Posting]) -> dict[str, int]:
    """What the postings add up to, by currency; all zero where they balance."""
    totals: dict[str, int] = {}
    for posting in postings:
        totals[posting.currency] = totals.get(posting.currency, 0) + posting.amount
    return totals
