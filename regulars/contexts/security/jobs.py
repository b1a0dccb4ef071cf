"""Background jobs of security: forgetting what need not be remembered."""

from datetime import UTC, datetime

from regulars.contexts.security.usecases.guessing import purge_guesses
from regulars.contexts.security.usecases.idempotency import purge_stored_answers
from regulars.kit.outbox import job
from regulars.kit.transactions import in_transaction


@job("security.forget", cron="10 3 * * *", atomic=False)
def forget_what_is_over(*, timestamp: int) -> None:
    """Forget stored answers past their 45 days and guesses that nobody goes on with."""
    now = datetime.fromtimestamp(timestamp, UTC)
    while in_transaction(lambda: purge_stored_answers(now=now)):
        continue
    in_transaction(lambda: purge_guesses(now=now))
