"""Requests done once by the answers stored under their idempotency keys."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from regulars.contexts.security.usecases.idempotency import begin_idempotent, finish_idempotent
from regulars.kit.transactions import in_transaction
from regulars.web.api.replies import Reply

REPLAYED = (b"idempotent-replayed", b"true")


class StoredOnce(NamedTuple):
    """One request under a key: `owner` is whose key it is, `digest` what was asked."""

    owner: str
    key: str
    digest: bytes
    now: datetime

    def begin(self) -> Reply | None:
        """The answer given before, or None: go on. Raises what `begin_idempotent` raises."""
        stored = begin_idempotent(self.owner, self.key, self.digest, now=self.now)
        return None if stored is None else Reply(stored.status, stored.answer, (REPLAYED,))

    def finish(self, reply: Reply) -> Reply:
        """Keep the answer, but no secret."""
        kept = reply.body if reply.kept is None else reply.kept
        finish_idempotent(self.owner, self.key, reply.status, kept, now=self.now)
        return reply


def run_in_transaction(task: Callable[[], Reply], once: StoredOnce | None) -> Reply:
    """`task` in one transaction together with the claim of its key and the keeping of its answer.

    A refusal undoes all of it, so the same key may be used again.
    """
    if once is None:
        return in_transaction(task)

    def claimed() -> Reply:
        return once.begin() or once.finish(task())

    return in_transaction(claimed)
