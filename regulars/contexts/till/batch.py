"""Load, decide and save a batch of commands in two round trips; each command gets its own answer.

A command whose books moved meanwhile, or that needed more than was loaded, goes round again. A batch
that collides with another on a receipt number or a key is repeated one by one, so that only the one
concerned is told. One that finds a coupon or a shared limit short is decided again on fresh figures.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from regulars.contexts.till.asking import (
    HISTORY,
    OPEN_LOTS,
    card_column,
    claim_of,
    claim_of_sale,
    columns_of,
    wants_of,
)
from regulars.contexts.till.cards import concerned
from regulars.contexts.till.decisions import decide_commit, decide_event, decide_return
from regulars.contexts.till.limits import Key, LimitsNotLoaded, keys_at
from regulars.contexts.till.mapping import Row, return_view, sale_view
from regulars.contexts.till.quoting import decide_cancel, decide_quote
from regulars.contexts.till.reading import decide_books
from regulars.contexts.till.room import Outcome, Room
from regulars.contexts.till.saving import Saving
from regulars.contexts.till.statements import FIND_RETURNS, FIND_SALES, LOAD, REVISION, SAVE
from regulars.contexts.till.types import (
    Answer,
    CancelQuote,
    Command,
    CommitSale,
    KeyReused,
    QuoteChanged,
    QuoteSale,
    ReadBooks,
    ReceiptConflict,
    RecordEvent,
    ReturnGoods,
    TillBusy,
)
from regulars.core.ledger.draft import NotLoaded
from regulars.core.refusal import Refused

TOGETHER_MAX = 200
STUCK_MAX = 60  # rounds in which nothing moved: about five seconds with their pauses
_PAUSE_S, _PAUSE_S_MAX = 0.002, 0.1

Result = Answer | Exception

_DECIDE: Any = {
    CommitSale: decide_commit,
    QuoteSale: decide_quote,
    ReturnGoods: decide_return,
    CancelQuote: decide_cancel,
    RecordEvent: decide_event,
    ReadBooks: decide_books,
}
_COLLIDED = (
    asyncpg.UniqueViolationError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)
_SALE_MOVED, _LIMIT_SHORT, _LINK_BROKEN = "RG001", "RG002", "RG003"
_TOGETHER_AGAIN = 2  # rounds of all, on fresh figures, before what is short is found one by one


@dataclass(slots=True)
class Task:
    """One command on its way through the rounds."""

    command: Command
    wants: int = 0
    result: Result | None = None
    answer: Result | None = None  # the result, once what it rests on is saved
    outcome: Outcome | None = None
    rests: tuple[UUID, ...] = ()  # whose books the answer rests on as this batch would leave them
    stuck: int = 0  # rounds in which it was decided and could not be saved
    limits: frozenset[Key] = frozenset()  # shared limits it turned out to need

    @property
    def pause_s(self) -> float:
        """How long it had better wait before its next round."""
        return min(_PAUSE_S * 2**self.stuck, _PAUSE_S_MAX) if self.stuck > 1 else 0.0

    def end_round(self) -> None:
        """Count a round that brought it no further; after too many it is told so."""
        if self.result is None and self.answer is not None:
            self.answer = None
            self.stuck += 1
            if self.stuck > STUCK_MAX:
                self.result = TillBusy()


class TimelineMoved(Exception):
    """Another version may be in force by now: the caller reads the timeline and tries again."""


class _InDoubt(Exception):
    """The answer would rest on what earlier commands of the batch take and have not saved yet."""


def tasks_of(commands: Sequence[Command]) -> list[Task]:
    """The commands at the start of their way."""
    return [Task(command, wants_of(command)) for command in commands]


@dataclass(slots=True)
class Batch:
    """Commands decided together on one connection."""

    connection: asyncpg.Connection
    room: Room
    revision: int
    ladder: str

    async def run(self, tasks: Sequence[Task]) -> list[Result]:
        """A result for each task; they are decided in their order.

        Raises TimelineMoved and connection errors; the same tasks may then be tried again.
        """
        while waiting := [task for task in tasks if task.result is None]:
            some = waiting[:TOGETHER_MAX]
            await self.settle(some, in_order=True)
            if not any(task.result for task in some):
                await asyncio.sleep(max(task.pause_s for task in some))
        return [task.result or TillBusy() for task in tasks]

    async def settle(self, waiting: Sequence[Task], *, in_order: bool = False) -> None:
        """One round for all; where they collide with others, one for each.

        Not all need have a result then. With `in_order`, none of those taken one by one is decided
        while one before it has none. Raises what `run` raises.
        """
        saved = await self._round(waiting)
        for _ in range(_TOGETHER_AGAIN):
            if saved is not None or len(waiting) == 1:
                break
            saved = await self._round([task for task in waiting if task.result is None])
        if not saved and len(waiting) > 1:
            for task in waiting:
                if task.result is None:
                    await self._round([task])
                    if in_order and task.result is None:
                        break
        for task in waiting:
            task.end_round()

    async def _round(self, waiting: Sequence[Task]) -> bool | None:
        """One pass; False where nothing was saved because somebody else was there first.

        None where a coupon or a limit has become short since it was looked at.
        """
        self.room.begin()
        rows = await self._load(waiting)
        decided = self._decide(waiting, rows)
        await self._replay(waiting, rows)
        try:
            await self._save(decided)
        except _COLLIDED:
            return False
        except asyncpg.PostgresError as error:
            if error.sqlstate == _LIMIT_SHORT:
                return None
            if error.sqlstate not in (_SALE_MOVED, _LINK_BROKEN):
                raise
            return False
        return True

    async def _load(self, waiting: Sequence[Task]) -> list[Row]:
        asked = ((task.command, task.wants) for task in waiting)
        keys = columns_of(asked, self.room.secret)
        cards = card_column([task.command for task in waiting], self.room.secret)
        limits = self._limits_of(waiting)
        limit_keys, periods = [key for key, _ in limits], [period for _, period in limits]
        rows = await self.connection.fetch(
            LOAD, *keys, self.ladder, limit_keys, periods, self.room.has_offers, cards
        )
        if rows[0]["revision"] != self.revision:
            raise TimelineMoved
        self.room.limits.clear(limits, rows[0]["used"])
        return rows

    def _limits_of(self, waiting: Sequence[Task]) -> list[Key]:
        """The shared limits that the commands will ask for, as far as can be told beforehand."""
        keys: set[Key] = set()
        for task in waiting:
            keys |= task.limits
            if self.room.has_limits and isinstance(task.command, CommitSale | QuoteSale):
                at = task.command.receipt.occurred_at
                programme = self.room.programme_at(at)
                if programme is not None:
                    keys.update(keys_at(programme, at))
        return sorted(keys)

    def _decide(self, waiting: Sequence[Task], rows: Sequence[Row]) -> list[Task]:
        """Decide what can be decided now, in order; what names a number or key twice waits for the first."""
        decided: list[Task] = []
        claimed: set[Any] = set()
        held_up: set[UUID] = set()  # members of whose books more has to be loaded first
        for task in waiting:
            task.answer = task.outcome = None
        for task, row in zip(waiting, rows, strict=True):
            command = task.command
            claims = _claims(command)
            if row["claim_body"] is not None or not claimed.isdisjoint(claims):
                continue
            if isinstance(command, ReturnGoods) and claim_of_sale(command) in claimed:
                break  # its sale has to be saved first, and nothing overtakes it
            claimed.update(claims)
            if row["member_id"] in held_up:
                continue
            try:
                self._decide_one(task, row)
            except NotLoaded as missing:
                task.wants |= OPEN_LOTS if missing.lots else HISTORY
            except LimitsNotLoaded as missing:
                task.limits |= missing.keys
            except _InDoubt:
                pass
            else:
                decided.append(task)
                continue
            if row["member_id"] is not None:
                # What this member's later commands in the batch rest on is not known yet.
                held_up.add(row["member_id"])
        return decided

    def _decide_one(self, task: Task, row: Row) -> None:
        limits, accounts = self.room.limits, self.room.accounts
        before = {each: accounts.get(each) for each in concerned(row)}
        task.rests = tuple([each for each, known in before.items() if known is not None])
        limits.in_doubt = False
        try:
            if row["key_store"] is not None:
                raise KeyReused
            outcome = _DECIDE[type(task.command)](task.command, row, self.room)
        except Refused as refused:
            if limits.in_doubt or (isinstance(refused, QuoteChanged) and limits.has_taken):
                raise _InDoubt from None
            task.answer = refused
            return
        if limits.has_taken and self._is_in_doubt(task.command, outcome):
            self.room.take_back(before)
            raise _InDoubt
        limits.take(outcome.allowances, outcome.coupons, outcome.reservations)
        task.outcome, task.answer = outcome, outcome.answer
        if written := outcome.written:
            task.rests += tuple([changes.account.member_id for changes in written])

    def _is_in_doubt(self, command: Command, outcome: Outcome) -> bool:
        return isinstance(command, CommitSale | QuoteSale) and self.room.limits.is_in_doubt(
            command.receipt, outcome.allowances, outcome.passed
        )

    async def _replay(self, waiting: Sequence[Task], rows: Sequence[Row]) -> None:
        """Answer again what was answered before; refuse a number that was used for something else."""
        sales: dict[UUID, Row] = {}
        returns: dict[UUID, Row] = {}
        known = []
        for task, row in zip(waiting, rows, strict=True):
            if row["claim_body"] is None:
                continue
            command = task.command
            assert isinstance(command, CommitSale | ReturnGoods)
            if row["claim_body"] == command.body_digest:
                (sales if isinstance(command, CommitSale) else returns)[row["claim_entry"]] = row
                known.append((task, row["claim_entry"]))
            else:
                task.result = ReceiptConflict()
        found = await self._find(FIND_SALES, sales) | await self._find(FIND_RETURNS, returns)
        for task, entry in known:
            view: Any = sale_view if entry in sales else return_view
            task.result = view(found[entry], replayed=True)

    async def _find(self, query: str, claims: dict[UUID, Row]) -> dict[UUID, Row]:
        if not claims:
            return {}
        rows = claims.values()
        buckets = [row["claim_bucket"] for row in rows]
        members = [row["claim_member"] for row in rows]
        found = await self.connection.fetch(query, buckets, members, list(claims))
        return {row["id"]: row for row in found}

    async def _save(self, decided: Sequence[Task]) -> None:
        """Save what was decided; a task has its result when what it rests on was saved."""
        outcomes = [task.outcome for task in decided if task.outcome is not None]
        saving = Saving(outcomes, self.room.now)
        saved: list[bool] = []
        if not saving.is_empty:
            saved = await self.connection.fetchval(SAVE, *saving.parameters)
        for task in decided:
            groups = [saving.group_of(each) for each in task.rests]
            if all(saved[group - 1] for group in groups if group):
                task.result = task.answer


async def current_revision(connection: asyncpg.Connection) -> int:
    """The revision of the programme's timeline."""
    return int(await connection.fetchval(REVISION) or 0)


def _claims(command: Command) -> list[Any]:
    """What no two commands of a batch may take at once: the number, the idempotency key."""
    claim = claim_of(command)
    if claim is None:
        return []
    key = command.key_digest  # type: ignore[union-attr]
    return [claim] if key is None else [claim, key]
