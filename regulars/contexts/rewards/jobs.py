"""Background jobs of the rewards: what the clock ends, and friends who have bought since."""

from regulars.contexts.rewards.usecases.orders import end_due_reservations
from regulars.contexts.rewards.usecases.referral import settle_referrals
from regulars.kit.clock import utc_now
from regulars.kit.outbox import job


@job("rewards.end_reservations", cron="*/10 * * * *")
def end_reservations(*, timestamp: int) -> None:
    """Write down reservations of rewards that have timed out."""
    end_due_reservations(now=utc_now())


@job("rewards.settle_referrals", cron="* * * * *", atomic=False)
def settle_due_referrals(*, timestamp: int) -> None:
    """Reward referrals whose friend has bought, take back those whose purchase was returned."""
    settle_referrals(now=utc_now())
