"""Background jobs of the ledger."""

from regulars.contexts.ledger.usecases.sealing import seal_days
from regulars.kit.clock import utc_now
from regulars.kit.outbox import job


@job("ledger.seal_days", cron="5 2 * * *")
def seal_past_days(*, timestamp: int) -> None:
    """Seal the days that are over."""
    seal_days(now=utc_now())
