"""Background jobs of the till: what is due by the clock, and keys that need not be remembered."""

from datetime import timedelta

from django.db import connection

from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled, get_timeline
from regulars.kit.clock import utc_now
from regulars.kit.outbox import job

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
