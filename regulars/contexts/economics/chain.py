"""The rows of closes: each hashed over the one before, and which of them are in force."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection

from regulars.contexts.economics.models import Close
from regulars.contexts.economics.types import CloseLine
from regulars.contexts.security.types import Actor
from regulars.core.calendar import micros
from regulars.core.economics.closing import Frozen, Vintages, joined
from regulars.core.economics.frozen import read_text
from regulars.core.economics.vintages import Closed
from regulars.core.ledger.postings import json_text

CLOSED, REOPENED = "closed", "reopened"
GENESIS = bytes(32)
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_CLOSING = 0xC105E  # the advisory lock of whoever closes or opens again


class Link(NamedTuple):
    """A close in force with what it froze."""

    row: Close
    frozen: Frozen


class Chain(NamedTuple):
    """The closes in force by month: of every month from the first to the last closed one."""

    links: tuple[Link, ...]

    @property
    def last(self) -> Link | None:
        return self.links[-1] if self.links else None

    @property
    def month(self) -> int | None:
        """The last closed month."""
        return self.links[-1].row.month if self.links else None

    @property
    def closed(self) -> tuple[Closed, ...]:
        return tuple(Closed(link.frozen.month, link.frozen.until) for link in self.links)

    def before(self, month: int) -> "Chain":
        """The closes of earlier months."""
        return Chain(tuple(link for link in self.links if link.row.month < month))

    def of(self, month: int) -> Link | None:
        """The close of that month, if it is closed."""
        return next((link for link in self.links if link.row.month == month), None)

    def flows(self, code: str) -> Vintages:
        """All that is frozen of a currency."""
        found = (link.frozen.currencies.get(code) for link in self.links)
        return joined(one.flows for one in found if one is not None)

    def codes(self) -> set[str]:
        """Every currency that was ever frozen."""
        return {code for link in self.links for code in link.frozen.currencies}

    def zone(self, usual: ZoneInfo) -> ZoneInfo:
        """Whose months the next close goes on with."""
        return ZoneInfo(self.links[-1].frozen.zone) if self.links else usual


def lock_closes() -> None:
    """Whoever closes a month or opens one does so alone, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CLOSING])


def read_chain() -> Chain:
    """The closes in force. Raises FrozenUnreadable where a row was tampered with."""
    newest = {row.month: row for row in rows_in_order()}
    held = [row for row in newest.values() if row.kind == CLOSED]
    held.sort(key=lambda row: row.month)
    return Chain(tuple(Link(row, read_text(row.content)) for row in held))


def chain_before(frozen: Frozen) -> Chain:
    """The closes that one went on from, whether they are in force still or not."""
    rows = {row.number: row for row in rows_in_order() if row.kind == CLOSED}
    links: list[Link] = []
    number = frozen.after
    while number is not None and number in rows:
        link = Link(rows[number], read_text(rows[number].content))
        links.append(link)
        number = link.frozen.after
    return Chain(tuple(reversed(links)))


def rows_in_order() -> Iterable[Close]:
    """Every row, the first first."""
    return Close.objects.order_by("number")


def append(
    kind: str, month: int, until: datetime | None, content: str, *, now: datetime, by: Actor
) -> Close:
    """Add a row to the chain; the closes are locked."""
    last = Close.objects.order_by("-number").first()
    row = Close(
        number=last.number + 1 if last else 1,
        kind=kind,
        month=month,
        until=until,
        content=content,
        previous=bytes(last.hash) if last else GENESIS,
        at=now,
        by=f"{by.kind}:{by.id}"[:120],
    )
    row.hash = hash_of(row)
    row.save(force_insert=True)
    return row


def hash_of(row: Close) -> bytes:
    """SHA-256 over the hash before, what the row says of itself, and its content."""
    until = None if row.until is None else micros(row.until)
    head = json_text([row.number, row.kind, row.month, until, micros(row.at), row.by])
    return sha256(bytes(row.previous) + head.encode() + row.content.encode()).digest()


def spelled(digest: bytes) -> str:
    """A hash for the audit trail, in letters alone: rows of digits are blotted out there as phone numbers."""
    return digest.hex().translate(_LETTERS)


def line_of(row: Close, *, in_force: bool) -> CloseLine:
    """A row as doors see it."""
    return CloseLine(
        number=row.number,
        kind=row.kind,
        month=row.month,
        until=row.until,
        at=row.at,
        by=row.by,
        hash=bytes(row.hash).hex(),
        in_force=in_force,
    )
