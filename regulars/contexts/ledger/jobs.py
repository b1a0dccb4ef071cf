"""Background jobs of the ledger."""

from datetime import UTC, datetime

from regulars.contexts.ledger.usecases.sealing import seal_days
from regulars.kit.outbox import job


@job("ledger.seal_days", cron="5 2 * * *")
def seal_past_days(*, timestamp: int) -> None:
    """Seal the days that are over."""
    seal_days(now=datetime.fromtimestamp(timestamp, UTC))
