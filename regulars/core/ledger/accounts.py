"""A member's account as a value: wallets, counters, open holds, tier facts, and the head of its chain."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from regulars.core.calendar import Period
from regulars.core.ledger.lots import Lot
from regulars.core.tiers import Entry, Grant, Record

BUCKETS = 1024
GENESIS = bytes(32)  # what the first transaction of a chain follows

PENDING, ACTIVE, HELD = MEMBER_ACCOUNTS = ("pending", "active", "held")
ISSUED, REDEEMED, EXPIRED, ADJUSTED, TRANSFERRED, SOLD = SYSTEM_ACCOUNTS = (
    "issued",
    "redeemed",
    "expired",
    "adjusted",
    "transferred",  # between two members when they are merged: sums to zero over all members
    "sold",  # money that customers paid in beforehand: gift cards and stored value
)

# A late receipt still finds the counters of the periods before the newest: about a month of them.
_PERIODS_KEPT: Mapping[str, int] = {
    Period.DAY: 32,
    Period.WEEK: 6,
    Period.MONTH: 3,
    Period.QUARTER: 2,
    Period.YEAR: 2,
}


def bucket_of(member_id: UUID) -> int:
    """Which of the `BUCKETS` a member's rows live in; never changes."""
    return crc32(member_id.bytes) % BUCKETS


class Wallet(NamedTuple):
    """What one member holds of one currency, in minor units, as posted."""

    pending: int = 0
    active: int = 0
    held: int = 0


class Hold(NamedTuple):
    """Points set aside: from which lots, until when."""

    currency: str
    amount: int
    until: int  # micros
    lots: tuple[tuple[int, int], ...]  # (lot number, amount)


class State(NamedTuple):
    """What the decisions need of a member's past: sums that the transactions prove."""

    wallets: Mapping[str, Wallet] = {}
    last_lot: int = 0
    visits: int = 0
    last_at: int | None = None  # micros of the latest purchase
    counters: Mapping[str, tuple[tuple[int, int], ...]] = {}
    holds: Mapping[str, Hold] = {}
    grants: tuple[Grant, ...] = ()
    record: Record = Record()

    def as_json(self) -> dict[str, Any]:
        """A JSON value from which `from_json` makes an equal state."""
        return {
            "w": self.wallets,
            "l": self.last_lot,
            "v": self.visits,
            "t": self.last_at,
            "c": self.counters,
            "h": self.holds,
            "g": self.grants,
            "q": [self.record.window, self.record.proofs],
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "State":
        window, proofs = value["q"]
        return cls(
            wallets={code: Wallet(*amounts) for code, amounts in value["w"].items()},
            last_lot=value["l"],
            visits=value["v"],
            last_at=value["t"],
            counters={
                key: tuple((period, used) for period, used in pairs)
                for key, pairs in value["c"].items()
            },
            holds={
                key: Hold(currency, amount, until, tuple((n, a) for n, a in lots))
                for key, (currency, amount, until, lots) in value["h"].items()
            },
            grants=tuple(Grant(*grant) for grant in value["g"]),
            record=Record(
                tuple([(at, amount) for at, amount in window]),
                proofs,
                sum([amount for _, amount in window]),
            ),
        )


class Account(NamedTuple):
    """One member's account at one version.

    `lots` are the open ones, or None where nothing that touches them was due when it was loaded;
    `history` is every qualifying entry, or None where the record in the state suffices.
    `next_due` (micros) is a lower bound of the next moment the clock alone changes something.
    """

    member_id: UUID
    version: int = 0
    chain: bytes = GENESIS
    next_due: int | None = None
    ladder: str = ""  # fingerprint of the ladder that `state.record` was kept for
    state: State = State()
    lots: Mapping[int, Lot] | None = None
    history: tuple[Entry, ...] | None = None


class Transaction(NamedTuple):
    """One link of a member's chain; the JSON texts are stored and hashed as they stand."""

    seq: int
    kind: str
    occurred_at: datetime
    posted_at: datetime
    source: UUID | None
    version: int  # of the programme
    postings: str
    lots: str
    facts: str
    hash: bytes


def bump(
    counters: Mapping[str, tuple[tuple[int, int], ...]], key: str, period: int, delta: int
) -> tuple[tuple[int, int], ...]:
    """The pairs of `key` after `delta` in `period`, newest first; long closed periods are forgotten.

    The last part of a key names the calendar period it counts in; other keys count for ever.
    """
    known = counters.get(key)
    if not known:
        return ((period, delta),)
    if known[0][0] == period:
        return ((period, known[0][1] + delta), *known[1:])
    pairs = dict(known)
    pairs[period] = pairs.get(period, 0) + delta
    oldest = max(pairs) - _PERIODS_KEPT.get(key.rpartition(":")[2], 1)
    return tuple(sorted([pair for pair in pairs.items() if pair[0] > oldest], reverse=True))
