"""The rows of personal offers: put for a member by a use case or by an order."""

from datetime import datetime
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.contexts.rewards.models import PersonalOffer
from regulars.contexts.rewards.stock import person
from regulars.contexts.security.types import Actor


def put_offer(
    member: MemberRef,
    promotion: str,
    *,
    activated: bool,
    since: datetime | None,
    until: datetime | None,
    source: UUID | None,
    now: datetime,
    by: Actor,
) -> PersonalOffer:
    """One row per member and promotion: an offer made again takes the place of the one before.

    What was activated stays so; an order (`source`) never shortens what the member had.
    """
    known = PersonalOffer.objects.filter(
        bucket=member.bucket, member_id=member.id, promotion=promotion
    ).first()
    activated_at = now if activated else None
    if known is not None and known.activated_at is not None:
        activated_at = known.activated_at
    if known is not None and source is not None and until is not None:
        until = None if known.until is None else max(known.until, until)
    row, _ = PersonalOffer.objects.update_or_create(
        bucket=member.bucket,
        member_id=member.id,
        promotion=promotion,
        defaults={
            "activated_at": activated_at,
            "since": since,
            "until": until,
            "granted_by": person(by),
            "granted_at": now,
            "source": source,
        },
    )
    return row
