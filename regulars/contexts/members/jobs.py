"""Background jobs of members: contacts that were replaced become free."""

from datetime import UTC, datetime

from regulars.contexts.members.usecases.contacts import forget_replaced_contacts
from regulars.kit.outbox import job


@job("members.forget_contacts", cron="20 3 * * *")
def forget_contacts(*, timestamp: int) -> None:
    """Free phones and addresses whose replacement cannot be taken back any more."""
    forget_replaced_contacts(now=datetime.fromtimestamp(timestamp, UTC))
