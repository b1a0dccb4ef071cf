"""Background jobs of members: replaced contacts become free, old presence is forgotten."""

from datetime import UTC, datetime

from regulars.contexts.members.usecases.contacts import forget_replaced_contacts
from regulars.contexts.members.usecases.presence import forget_presence
from regulars.kit.outbox import job


@job("members.forget_contacts", cron="20 3 * * *")
def forget_contacts(*, timestamp: int) -> None:
    """Free phones and addresses whose replacement stands, and forget who was at which till."""
    now = datetime.fromtimestamp(timestamp, UTC)
    forget_replaced_contacts(now=now)
    forget_presence(now=now)
