"""What the ledger hands to others: what was posted, and statements of a member's account."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class WalletView(NamedTuple):
    """One wallet in minor units."""

    pending: int
    active: int
    held: int


@dataclass(frozen=True, slots=True)
class Posted:
    """A transaction that is now in the books."""

    seq: int
    balances: Mapping[str, WalletView]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transaction as a member's statement shows it: what it did to the wallets, and after it."""

    seq: int
    kind: str
    occurred_at: datetime
    posted_at: datetime
    source: UUID | None
    version: int
    moves: Mapping[str, WalletView]  # changes by currency
    balances: Mapping[str, WalletView]  # after it
    facts: Mapping[str, Any]
