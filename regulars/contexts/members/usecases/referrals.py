"""Referral codes of members, and the record of who brought whom."""

from datetime import datetime

from django.db import connection

from regulars.contexts.members.holding import check_may_change, hold_member
from regulars.contexts.members.models import Member, ReferralCode, ReferralRow
from regulars.contexts.members.types import MemberRef, ReferralEarned
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.referral import CODE_BITS
from regulars.kit.secrets import new_secret

_NAME = """
INSERT INTO members_referral
    (bucket, member_id, referrer_bucket, referrer_id, named_at, named_by, status)
VALUES (%s, %s, %s, %s, %s, %s, 'waiting')
ON CONFLICT (bucket, member_id) DO NOTHING
"""


def make_referral_code(member: MemberRef, *, renew: bool = False, now: datetime, by: Actor) -> str:
    """The member's code to bring friends with: the one they have, or a new one.

    With `renew` the old one stops working. Raises PermissionMissing, MemberNotFound, MemberClosed.
    """
    check_may_change(
        member,
        Permission.MEMBERS_WRITE,
        Permission.MEMBERS_SUPPORT,
        Permission.TILL_ENROL,
        by=by,
    )
    hold_member(member)
    mine = ReferralCode.objects.filter(bucket=member.bucket, member_id=member.id, retired_at=None)
    known = mine.first()
    if known is not None and not renew:
        return str(known.code)
    mine.update(retired_at=now)
    # 49 random bits and a check character; a clash ends in a refusal of the database, once in ages.
    code = new_secret(CODE_BITS).upper()
    ReferralCode.objects.create(code=code, bucket=member.bucket, member_id=member.id, made_at=now)
    record_audit("referral.code", "member", str(member.id), {"renewed": renew}, now=now, by=by)
    return code


def record_referral(friend: MemberRef, referrer: MemberRef, *, now: datetime, by: Actor) -> bool:
    """Write down who brought the friend; False where somebody was named before or at this instant.

    Waits for another transaction that names one for the same friend. Whether it may be is decided
    by the caller, who holds the friend's account.
    """
    named_by = f"{by.kind}:{by.id}"
    with connection.cursor() as cursor:
        cursor.execute(_NAME, [*friend, *referrer, now, named_by])
        is_first = cursor.rowcount == 1
    if is_first:
        Member.objects.filter(bucket=friend.bucket, id=friend.id).update(
            referred_by_bucket=referrer.bucket, referred_by_id=referrer.id
        )
        record_audit("referral.name", "member", str(friend.id), now=now, by=by)
    return is_first


def mark_rewarded(friend: MemberRef, earned: ReferralEarned) -> None:
    """The friend's purchase has earned it; the row is locked by the caller."""
    nothing = (None, None, None)
    friend_gift, referrer_gift = earned.friend or nothing, earned.referrer or nothing
    _row(friend).update(
        status="rewarded",
        purchase_id=earned.purchase,
        earned_at=earned.at,
        version=earned.version,
        watch_until=earned.watch_until,
        friend_currency=friend_gift[0],
        friend_amount=friend_gift[1],
        friend_source=friend_gift[2],
        referrer_currency=referrer_gift[0],
        referrer_amount=referrer_gift[1],
        referrer_source=referrer_gift[2],
        capped=earned.capped,
    )


def mark_waiting(friend: MemberRef, *, attempt: int) -> None:
    """The purchase was given back: a later one may earn it, booked under a new `attempt`."""
    _row(friend).update(
        status="waiting",
        attempt=attempt,
        seen=0,
        purchase_id=None,
        earned_at=None,
        version=None,
        watch_until=None,
        friend_currency=None,
        friend_amount=None,
        friend_source=None,
        referrer_currency=None,
        referrer_amount=None,
        referrer_source=None,
        capped=False,
    )


def mark_lapsed(friend: MemberRef) -> None:
    """The time for a purchase is over: nobody looks for one any more."""
    _row(friend).filter(status="waiting").update(status="lapsed")


def note_seen(friend: MemberRef, account_version: int) -> None:
    """At this version of the friend's account there was nothing to do."""
    _row(friend).update(seen=account_version)


def stop_watching(friend: MemberRef) -> None:
    """The time in which a return takes the rewards back is over."""
    _row(friend).update(watch_until=None)


def _row(friend: MemberRef):  # type: ignore[no-untyped-def]
    return ReferralRow.objects.filter(bucket=friend.bucket, member_id=friend.id)
