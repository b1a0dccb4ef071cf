"""Rows of referrals ⇄ views."""

from regulars.contexts.members.models import ReferralRow
from regulars.contexts.members.types import MemberRef, ReferralView


def referral_view(row: ReferralRow) -> ReferralView:
    """The row as other contexts see it."""
    return ReferralView(
        friend=MemberRef(row.bucket, row.member_id),
        referrer=MemberRef(row.referrer_bucket, row.referrer_id),
        named_at=row.named_at,
        status=row.status,
        attempt=row.attempt,
        seen=row.seen,
        purchase=row.purchase_id,
        earned_at=row.earned_at,
        watch_until=row.watch_until,
        version=row.version,
        friend_currency=row.friend_currency,
        friend_amount=row.friend_amount,
        friend_source=row.friend_source,
        referrer_currency=row.referrer_currency,
        referrer_amount=row.referrer_amount,
        referrer_source=row.referrer_source,
        capped=row.capped,
    )
