"""What is written about referrals: found, listed, and locked by whoever settles them."""

from collections.abc import Sequence
from datetime import datetime

from regulars.contexts.members.models import (
    IdentifierRow,
    Member,
    ProfileRow,
    ReferralCode,
    ReferralRow,
)
from regulars.contexts.members.referring import referral_view
from regulars.contexts.members.types import MemberRef, ReferralView
from regulars.core.referral import mailbox, spelled
from regulars.kit.secrets import is_well_formed

DEVICE = "device"  # the attribute by which an app tells one device from another


def find_referral_code(member: MemberRef) -> str | None:
    """The code the member brings friends with, if they ever asked for one."""
    rows = ReferralCode.objects.filter(bucket=member.bucket, member_id=member.id, retired_at=None)
    return rows.values_list("code", flat=True).first()


def find_referrer_by_code(code: str) -> MemberRef | None:
    """Whose code this is, however it was typed; None where it is nobody's or retired."""
    plain = spelled(code)
    if not plain or not is_well_formed(plain.lower()):
        return None
    row = ReferralCode.objects.filter(code=plain, retired_at=None).first()
    return None if row is None else MemberRef(row.bucket, row.member_id)


def find_referral(friend: MemberRef) -> ReferralView | None:
    """Who brought this member."""
    row = ReferralRow.objects.filter(bucket=friend.bucket, member_id=friend.id).first()
    return None if row is None else referral_view(row)


def lock_referral(friend: MemberRef) -> ReferralView | None:
    """The same, its row locked until the transaction ends."""
    rows = ReferralRow.objects.select_for_update()
    row = rows.filter(bucket=friend.bucket, member_id=friend.id).first()
    return None if row is None else referral_view(row)


def list_referred(
    referrers: Sequence[MemberRef], *, before: datetime | None = None, limit: int = 100
) -> tuple[ReferralView, ...]:
    """The friends a member (under any of these names) brought, the latest first.

    At most `limit`, those named before `before`.
    """
    rows = _of_referrers(referrers).order_by("-named_at", "-member_id")
    if before is not None:
        rows = rows.filter(named_at__lt=before)
    return tuple(map(referral_view, rows[:limit]))


def count_referred(referrers: Sequence[MemberRef]) -> tuple[int, int]:
    """How many friends a member brought, and for how many of them the member was rewarded."""
    rows = _of_referrers(referrers)
    rewarded = rows.filter(status="rewarded", referrer_amount__isnull=False)
    return rows.count(), rewarded.count()


def list_rewarded_moments(referrers: Sequence[MemberRef]) -> list[datetime]:
    """When each friend earned it for whom the referrer (under any of these names) was rewarded."""
    rows = _of_referrers(referrers).filter(status="rewarded", referrer_amount__isnull=False)
    return [at for at in rows.values_list("earned_at", flat=True) if at is not None]


def find_referrer_of(member: MemberRef) -> MemberRef | None:
    """Who brought a member, by the row alone: one step up the chain."""
    row = ReferralRow.objects.filter(bucket=member.bucket, member_id=member.id).first()
    return None if row is None else MemberRef(row.referrer_bucket, row.referrer_id)


def shared_contacts(one: MemberRef, other: MemberRef) -> frozenset[str]:
    """The kinds of contact (`phone`, `email`, `device`) that both memberships have in common."""
    mine, theirs = _contacts(one), _contacts(other)
    return frozenset(kind for kind, found in mine.items() if found & theirs[kind])


def _of_referrers(referrers: Sequence[MemberRef]):  # type: ignore[no-untyped-def]
    return ReferralRow.objects.filter(
        referrer_bucket__in=[ref.bucket for ref in referrers],
        referrer_id__in=[ref.id for ref in referrers],
    )


def _contacts(ref: MemberRef) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"phone": set(), "email": set(), DEVICE: set()}
    rows = IdentifierRow.objects.filter(
        bucket=ref.bucket, member_id=ref.id, kind__in=["phone", "email"]
    )
    for kind, value in rows.values_list("kind", "value"):
        found[kind].add(value)
    profile = ProfileRow.objects.filter(bucket=ref.bucket, member_id=ref.id).first()
    if profile is not None:
        found["phone"] |= {profile.phone} - {""}
        found["email"] |= {profile.email} - {""}
    member = Member.objects.filter(bucket=ref.bucket, id=ref.id).first()
    device = member.attributes.get(DEVICE) if member is not None else None
    if device:
        found[DEVICE].add(str(device))
    found["email"] = {mailbox(address) for address in found["email"]}
    return found
