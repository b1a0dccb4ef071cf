"""Answer as of another moment: the member's books are made again from what had occurred by then.

Versions, tiers, balances, lots and counters are those of the moment; who the member is (status, tags,
birthday) is as it is known now. Nothing is written and no quote made here binds anybody.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from regulars.contexts.till.batch import Batch, Task
from regulars.contexts.till.mapping import Row
from regulars.contexts.till.types import QuoteSale, ReadBooks
from regulars.core.ledger.accounts import Account, Transaction
from regulars.core.ledger.replay import as_of
from regulars.core.tiers import Record

_CHAIN = (Path(__file__).parent / "sql" / "chain.sql").read_text()
_AT_ONCE = 0  # due at any moment: the clock goes on from the last transaction that had occurred


class LookBack(Batch):
    """A batch of one question, decided on the books of its own moment."""

    async def _load(self, waiting: Sequence[Task]) -> list[Row]:
        rows = await super()._load(waiting)
        for task, row in zip(waiting, rows, strict=True):
            if row["member_id"] is not None:
                await self._go_back(row, moment_of_question(task.command))
        return rows

    async def _go_back(self, row: Row, moment: datetime) -> None:
        """Put the member's books of `moment` where the decision looks for them."""
        member_id: UUID = row["member_id"]
        found = await self.connection.fetch(_CHAIN, row["bucket"], member_id, moment)
        chain = [Transaction(*transaction) for transaction in found]
        self.room.accounts[member_id] = account_as_of(member_id, chain, moment)
        self.room.whole.add(member_id)


def account_as_of(member_id: UUID, chain: list[Transaction], moment: datetime) -> Account:
    """The account as `chain` left it at `moment`, with every lot and the whole history.

    It carries no tier record: that is reckoned from the history for whatever ladder is asked about.
    """
    return as_of(member_id, chain, moment).account(Record(), "", _AT_ONCE)


def moment_of_question(command: object) -> datetime:
    """The moment that a quote or a look at the books is about."""
    if isinstance(command, ReadBooks):
        return command.at
    assert isinstance(command, QuoteSale), "only questions look back"
    return command.receipt.occurred_at
