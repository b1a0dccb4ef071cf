"""Background jobs of the till: what is due by the clock, old keys, and notices of points."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.db import connection

from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled, get_timeline
from regulars.contexts.security.ports import sends_push
from regulars.contexts.till.usecases.news import tell_expiring, tell_movements
from regulars.kit.clock import utc_now
from regulars.kit.outbox import job
from regulars.kit.transactions import in_transaction

KEYS_REMEMBERED = timedelta(days=45)
_AT_ONCE = 1_000


@job("till.post_due", cron="25 * * * *", atomic=False)
def post_what_is_due(*, timestamp: int) -> None:
    """Post activations, expiries and ended holds of members who have not come since.

    The clock is read anew all the time, not taken from `timestamp`: a run that goes on for hours,
    or is repeated the next day, must not post into a day that has been sealed meanwhile.
    """
    last: MemberRef | None = None
    while True:
        now = utc_now()
        number = get_timeline().timeline.version_at(now)
        if number is None:
            return
        last = post_due(compiled(number), limit=_AT_ONCE, after=last, now=now)
        if last is None:
            return


@job("till.forget_keys", cron="40 3 * * *", atomic=False)
def forget_old_keys(*, timestamp: int) -> None:
    """Forget idempotency keys older than `KEYS_REMEMBERED`."""
    before = utc_now() - KEYS_REMEMBERED
    forgotten = _AT_ONCE
    while forgotten == _AT_ONCE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT till_forget_keys(%s, %s)", [before, _AT_ONCE])
            forgotten = cursor.fetchone()[0]


@job("till.tell_movements", cron="* * * * *", atomic=False)
def tell_what_moved(*, timestamp: int) -> None:
    """Send notices of points earned and spent to the browsers that take them."""
    _tell_all(tell_movements)


@job("till.tell_expiring", cron="5 9 * * *", atomic=False)
def tell_what_expires(*, timestamp: int) -> None:
    """Send notices of points that expire in a week."""
    _tell_all(tell_expiring)


def _tell_all(tell: Callable[..., UUID | None]) -> None:
    after: UUID | None = None
    while sends_push():
        now = utc_now()
        if get_timeline().timeline.version_at(now) is None:
            return
        after = in_transaction(partial(tell, after=after, now=now))
        if after is None:
            return
