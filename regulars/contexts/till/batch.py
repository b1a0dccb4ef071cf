"""Load, decide and save a batch of commands in two round trips; each command gets its own answer.

A command whose books moved meanwhile, or needed more than was loaded, goes round again. A batch that
hits a unique receipt number or key is repeated one by one, so that only the one concerned is told.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from regulars.contexts.ledger.mapping import Arrays, in_lock_order
from regulars.contexts.till.decisions import decide_commit, decide_event, decide_return
from regulars.contexts.till.mapping import Row, return_view, sale_view
from regulars.contexts.till.quotes import read
from regulars.contexts.till.quoting import decide_cancel, decide_quote
from regulars.contexts.till.reading import decide_books
from regulars.contexts.till.room import Outcome, Room
from regulars.contexts.till.statements import FIND_RETURN, FIND_SALE, LOAD, REVISION, SAVE
from regulars.contexts.till.types import (
    Answer,
    CancelQuote,
    Command,
    CommitSale,
    KeyReused,
    QuoteSale,
    ReadBooks,
    ReceiptConflict,
    RecordEvent,
    ReturnGoods,
    TillBusy,
)
from regulars.core.calendar import micros
from regulars.core.ledger.accounts import bucket_of
from regulars.core.ledger.draft import Changes, NotLoaded
from regulars.core.refusal import Refused

OPEN_LOTS, ALL_LOTS, HISTORY = 1, 2, 4
ROUNDS_MAX = 60

Result = Answer | Exception

_DECIDE = {
    CommitSale: decide_commit,
    QuoteSale: decide_quote,
    ReturnGoods: decide_return,
    CancelQuote: decide_cancel,
    RecordEvent: decide_event,
    ReadBooks: decide_books,
}
_RETRIED = (
    asyncpg.UniqueViolationError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)
_SALE_MOVED = "RG001"


@dataclass(slots=True)
class Task:
    """One command on its way through the rounds."""

    command: Command
    wants: int = 0
    result: Result | None = None
    outcome: Outcome | None = None


class TimelineMoved(Exception):
    """Another version may be in force by now: the caller reads the timeline and tries again."""


@dataclass(slots=True)
class Batch:
    """Commands decided together on one connection."""

    connection: asyncpg.Connection
    room: Room
    revision: int
    ladder: str
    tasks: list[Task] = field(default_factory=list)

    async def run(self, commands: Sequence[Command]) -> list[Result]:
        """An answer or a refusal for each command, in order. Raises TimelineMoved, connection errors."""
        self.tasks = [Task(command, _wants(command)) for command in commands]
        together = True
        for _ in range(ROUNDS_MAX):
            waiting = [task for task in self.tasks if task.result is None]
            if not waiting:
                break
            together = await self._round(waiting if together else waiting[:1]) or len(waiting) == 1
        return [task.result or TillBusy() for task in self.tasks]

    async def _round(self, waiting: list[Task]) -> bool:
        """One pass; False where the batch collided and is to be taken one by one from here."""
        self.room.accounts.clear()
        self.room.whole.clear()
        self.room.returned.clear()
        rows = await self._load(waiting)
        decided = self._decide(waiting, rows)
        await self._replay(waiting, rows)
        to_save = [task for task in decided if task.outcome]
        try:
            await self._save(to_save)
        except _RETRIED:
            return False
        except asyncpg.PostgresError as error:
            if error.sqlstate != _SALE_MOVED:
                raise
            return False
        return True

    async def _load(self, waiting: list[Task]) -> list[Row]:
        columns: list[list[Any]] = [[] for _ in range(14)]
        for task in waiting:
            for column, value in zip(columns, _keys(task, self.room.secret), strict=True):
                column.append(value)
        rows = await self.connection.fetch(LOAD, *columns, self.ladder)
        if rows[0]["revision"] != self.revision:
            raise TimelineMoved
        return rows

    def _decide(self, waiting: list[Task], rows: list[Row]) -> list[Task]:
        """Decide what can be decided now, in order; what names a receipt twice waits for the first."""
        decided = []
        claimed: set[tuple[str, str, str, type]] = set()
        held_up: set[UUID] = set()  # members of whose books more has to be loaded first
        for task, row in zip(waiting, rows, strict=True):
            task.outcome = None
            claim = _claim(task.command)
            if claim in claimed or row["claim_body"] is not None:
                continue
            if _returns_one_of(claimed, task.command):
                break  # its sale has to be saved first, and nothing overtakes it
            if row["member_id"] in held_up:
                claimed |= {claim} if claim else set()
                continue
            try:
                _check_key(row)
                task.outcome = _DECIDE[type(task.command)](task.command, row, self.room)  # type: ignore[operator]
            except Refused as refused:
                task.result = refused
            except NotLoaded as missing:
                task.wants |= OPEN_LOTS if missing.lots else HISTORY
                # What this member's later commands in the batch rest on is not known yet.
                held_up.add(row["member_id"])
                claimed |= {claim} if claim else set()
            else:
                if claim:
                    claimed.add(claim)
                decided.append(task)
        return decided

    async def _replay(self, waiting: list[Task], rows: list[Row]) -> None:
        """Answer again what was answered before; refuse a number or key used for something else."""
        for task, row in zip(waiting, rows, strict=True):
            if row["claim_body"] is None or task.result is not None:
                continue
            command = task.command
            assert isinstance(command, CommitSale | ReturnGoods)
            if row["claim_body"] != command.body_digest:
                task.result = ReceiptConflict()
                continue
            find, view = (
                (FIND_SALE, sale_view)
                if isinstance(command, CommitSale)
                else (FIND_RETURN, return_view)
            )
            found = await self.connection.fetchrow(
                find, row["claim_bucket"], row["claim_member"], row["claim_entry"]
            )
            task.result = view(found, replayed=True)

    async def _save(self, decided: list[Task]) -> None:
        groups = _merge([t.outcome.changes for t in decided if t.outcome and t.outcome.changes])
        number = {changes.account.member_id: n for n, changes in enumerate(groups, 1)}
        sales: list[tuple[Any, ...]] = []
        returns: list[tuple[Any, ...]] = []
        for task in decided:
            outcome = task.outcome
            assert outcome is not None
            group = number[outcome.changes.account.member_id] if outcome.changes else 0
            if outcome.sale:
                sales.append((group, *outcome.sale))
            if outcome.returned:
                returns.append((group, *outcome.returned))
        saved: list[bool] = []
        if groups or sales or returns:
            saved = await self.connection.fetchval(
                SAVE, *Arrays(groups).columns, *_columns(sales, 21), *_columns(returns, 18)
            )
        for task in decided:
            outcome = task.outcome
            assert outcome is not None
            changes = outcome.changes
            if changes is None or saved[number[changes.account.member_id] - 1]:
                task.result = outcome.answer


async def current_revision(connection: asyncpg.Connection) -> int:
    """The revision of the programme's timeline."""
    return int(await connection.fetchval(REVISION) or 0)


def _merge(changes: list[Changes]) -> list[Changes]:
    """One group a member: the decisions on one member follow each other and are saved as one."""
    by_member: dict[UUID, Changes] = {}
    for change in changes:
        first = by_member.get(change.account.member_id)
        by_member[change.account.member_id] = change if first is None else _joined(first, change)
    return in_lock_order(by_member.values())


def _joined(first: Changes, second: Changes) -> Changes:
    assert second.before == first.account.version, (
        "decisions on one member do not follow each other"
    )
    lots = {lot.number: lot for lot in (*first.lots, *second.lots)}
    return Changes(
        first.before,
        second.account,
        (*first.transactions, *second.transactions),
        tuple(lots.values()),
        first.new_lots | second.new_lots,
    )


def _wants(command: Command) -> int:
    match command:
        case QuoteSale() | CancelQuote() | ReadBooks():
            return OPEN_LOTS
        case CommitSale(pay=pay, quote=quote):
            return OPEN_LOTS if pay or quote else 0
        case ReturnGoods():
            return ALL_LOTS | HISTORY
        case _:
            return 0


def _keys(task: Task, secret: bytes) -> tuple[Any, ...]:
    """What `load.sql` needs to know of a command."""
    command = task.command
    match command:
        case CommitSale(receipt=receipt, member=member):
            return (
                *_member(member), micros(receipt.occurred_at), receipt.store, receipt.till,
                receipt.number, "sale", command.key_digest, None, None, None, task.wants,
            )  # fmt: skip
        case ReturnGoods(sale=sale):
            return (
                *_member(None), micros(command.occurred_at), command.store, command.till,
                command.number, "return", command.key_digest, *sale, task.wants,
            )  # fmt: skip
        case QuoteSale(receipt=receipt, member=member):
            return (*_member(member), micros(receipt.occurred_at), *_NO_CLAIM, task.wants)
        case RecordEvent(member=member, event=event):
            return (*_member(member), micros(event.occurred_at), *_NO_CLAIM, task.wants)
        case ReadBooks(member=member, at=at):
            return (*_member(member), micros(at), *_NO_CLAIM, task.wants)
        case CancelQuote(quote=quote, at=at):
            return (*_quoted_member(quote, secret), micros(at), *_NO_CLAIM, task.wants)
    raise TypeError(command)


def affinity(command: Command) -> Hashable:
    """Commands with the same value had better not be decided at the same time; None: who knows."""
    match command:
        case CommitSale(member=member) | QuoteSale(member=member) | RecordEvent(member=member):
            return member
        case ReturnGoods(sale=sale):
            return sale
    return None


_NO_CLAIM = (None,) * 8


def _member(member: Any) -> tuple[Any, ...]:
    if member is None:
        return (None, None, None, None)
    if member.ref is not None:
        return (member.ref[0], member.ref[1], None, None)
    return (None, None, member.kind, member.value)


def _quoted_member(token: str, secret: bytes) -> tuple[Any, ...]:
    try:
        member = read(token, secret).member
    except Refused:  # told when it is decided
        return (None, None, None, None)
    member_id = UUID(member) if member else None
    return (bucket_of(member_id) if member_id else None, member_id, None, None)


def _claim(command: Command) -> tuple[str, str, str, type] | None:
    match command:
        case CommitSale(receipt=receipt):
            return (receipt.store, receipt.till, receipt.number, CommitSale)
        case ReturnGoods():
            return (command.store, command.till, command.number, ReturnGoods)
    return None


def _returns_one_of(claimed: set[tuple[str, str, str, type]], command: Command) -> bool:
    return isinstance(command, ReturnGoods) and (*command.sale, CommitSale) in claimed


def _check_key(row: Row) -> None:
    if row["key_store"] is not None:
        raise KeyReused


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return (
        [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]
    )
