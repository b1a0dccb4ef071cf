"""A coupon: a code that switches a promotion on, so many times, for whom and until when."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Coupon(NamedTuple):
    """A coupon as it stands in the books; times are `[since, until)`.

    `uses` are receipts it was used on and not given back, `reserved` what other quotes hold of it at
    the moment it is looked at. A bound coupon that is not transferable works for its owner only.
    """

    code: str  # normalised, see `core.rewards.codes`
    batch: str
    promotion: str  # id of the promotion it switches on
    uses_max: int
    uses: int
    reserved: int
    since: datetime | None
    until: datetime | None
    owner: UUID | None
    transferable: bool
    revoked: bool

    @property
    def uses_left(self) -> int:
        return self.uses_max - self.uses - self.reserved


def is_good(coupon: Coupon, member: UUID | None, at: datetime) -> bool:
    """Whether the coupon can be used once more by `member` at `at`."""
    in_time = (coupon.since is None or coupon.since <= at) and (
        coupon.until is None or at < coupon.until
    )
    theirs = coupon.owner is None or coupon.transferable or coupon.owner == member
    return in_time and theirs and not coupon.revoked and coupon.uses_left > 0
