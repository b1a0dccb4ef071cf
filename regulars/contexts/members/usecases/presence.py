"""Proof that a member is at the till: noted when a code of their app was taken, good for a while."""

from datetime import datetime, timedelta

from regulars.contexts.members.presence_models import Presence
from regulars.contexts.members.types import MemberRef

HOLDS = timedelta(minutes=10)


def note_presence(member: MemberRef, place: str, *, now: datetime) -> None:
    """A code of the member's app has just been taken at the till `place`; what was before is over."""
    row = Presence(bucket=member.bucket, member_id=member.id, place=place, at=now)
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["bucket", "member_id"],
        update_fields=["place", "at"],
    )


def is_present(member: MemberRef, place: str, *, now: datetime) -> bool:
    """Whether the member has proved to be at this very till within the last ten minutes."""
    rows = Presence.objects.filter(bucket=member.bucket, member_id=member.id, place=place)
    return rows.filter(at__gt=now - HOLDS).exists()


def forget_presence(*, now: datetime) -> None:
    """Forget who was where longer ago."""
    Presence.objects.filter(at__lte=now - HOLDS).delete()
