"""Background jobs of security: letters of accounts, and forgetting what need not be remembered."""

from datetime import UTC, datetime
from uuid import UUID

from regulars.contexts.security.ceremonies import purge_ceremonies
from regulars.contexts.security.usecases.codes import purge_codes
from regulars.contexts.security.usecases.guessing import purge_guesses
from regulars.contexts.security.usecases.idempotency import purge_stored_answers
from regulars.contexts.security.usecases.letters import JOB, purge_letters, send_letter
from regulars.contexts.security.usecases.links import purge_links
from regulars.contexts.security.usecases.push import purge_push
from regulars.contexts.security.usecases.sessions import purge_sessions
from regulars.kit.clock import utc_now
from regulars.kit.outbox import job
from regulars.kit.transactions import in_transaction


@job("security.forget", cron="10 3 * * *", atomic=False)
def forget_what_is_over(*, timestamp: int) -> None:
    """Forget stored answers past their 45 days and guesses that nobody goes on with."""
    now = datetime.fromtimestamp(timestamp, UTC)
    while in_transaction(lambda: purge_stored_answers(now=now)):
        continue
    in_transaction(lambda: purge_guesses(now=now))
    in_transaction(lambda: _purge_accounts(now))


@job(JOB, atomic=False)
def deliver_letter(*, letter: str) -> None:
    """Send one letter of an account."""
    send_letter(UUID(letter), now=utc_now())


def _purge_accounts(now: datetime) -> None:
    purge_push()
    purge_sessions(now=now)
    purge_ceremonies(now=now)
    purge_codes(now=now)
    purge_letters(now=now)
    purge_links(now=now)
