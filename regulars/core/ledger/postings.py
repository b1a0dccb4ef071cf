"""Balanced transactions and the hash that chains them."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from json import JSONEncoder
from typing import Any, NamedTuple
from uuid import UUID

from regulars.core.calendar import micros
from regulars.core.ledger.accounts import Transaction

_encode = JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


class Posting(NamedTuple):
    """One side of a transaction: so much onto that account of the member's currency."""

    currency: str
    account: str
    amount: int


class Unbalanced(Exception):
    """A transaction that does not sum to zero: a fault of the program, never of a user."""


def json_text(value: Any) -> str:
    """The one JSON text of a value: stored, sent and hashed alike."""
    return _encode(value)


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
    source = transaction.source
    body = "\n".join(
        (
            str(member_id),
            str(transaction.seq),
            transaction.kind,
            str(micros(transaction.occurred_at)),
            str(micros(transaction.posted_at)),
            "" if source is None else str(source),
            str(transaction.version),
            transaction.postings,
            transaction.lots,
            transaction.facts,
        )
    )
    return sha256(previous + body.encode()).digest()


def sums(postings: Iterable[Posting]) -> dict[str, int]:
    """What the postings add up to, by currency; all zero where they balance."""
    totals: dict[str, int] = {}
    for posting in postings:
        totals[posting.currency] = totals.get(posting.currency, 0) + posting.amount
    return totals
