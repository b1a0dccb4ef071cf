"""Reads of referrals: what has to be settled, what a member sees, and the proof of what was booked."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef, ReferralView, ref_of
from regulars.contexts.members.usecases.referred import (
    count_referred,
    find_referral,
    find_referral_code,
    list_referred,
)
from regulars.contexts.programme.queries import compiled_at
from regulars.core.ledger.accounts import ISSUED
from regulars.core.ledger.audit import Difference
from regulars.core.referral import link_of

NOBODY_YET = MemberRef(-1, UUID(int=0))

# Friends whose books have moved since they were last looked at (a merged one's are where it is now),
# those whose time for a purchase may be over, and purchases that cannot come back any more.
_UNSETTLED = """
SELECT r.bucket, r.member_id
FROM members_referral r
LEFT JOIN members_member m ON m.bucket = r.bucket AND m.id = r.member_id
LEFT JOIN ledger_account a
    ON a.bucket = coalesce(m.merged_into_bucket, r.bucket)
   AND a.member_id = coalesce(m.merged_into_id, r.member_id)
WHERE (r.status = 'waiting' OR r.watch_until IS NOT NULL)
  AND (r.bucket, r.member_id) > (%(bucket)s, %(member)s)
  AND (coalesce(a.version, 0) <> r.seen
       OR (r.status = 'waiting' AND r.named_at < %(named_before)s::timestamptz)
       OR r.watch_until <= %(now)s)
ORDER BY r.bucket, r.member_id
LIMIT %(limit)s
"""
# What a referral says was given stands in the ledger, and nothing else does.
_UNBOOKED = """
WITH given (member_id, currency, amount, source) AS (
    SELECT member_id, friend_currency, friend_amount, friend_source
    FROM members_referral WHERE friend_source IS NOT NULL
    UNION ALL
    SELECT referrer_id, referrer_currency, referrer_amount, referrer_source
    FROM members_referral WHERE referrer_source IS NOT NULL
)
SELECT g.member_id, g.source
FROM given g
LEFT JOIN ledger_transaction t ON t.kind = 'award' AND t.source = g.source
LEFT JOIN ledger_transaction u ON u.kind = 'unaward' AND u.source = g.source
WHERE t.source IS NULL OR u.source IS NOT NULL
   OR (SELECT sum(CASE WHEN p ->> 2 ~ '^-?[0-9]{1,18}$' THEN (p ->> 2)::bigint END)
         FROM json_array_elements(CASE WHEN json_typeof(t.postings) = 'array'
                                       THEN t.postings ELSE '[]'::json END) AS p
       WHERE p ->> 0 = g.currency AND p ->> 1 = %(issued)s) IS DISTINCT FROM -g.amount
"""
_NOT_GIVEN = """
SELECT count(*)
FROM ledger_transaction t
LEFT JOIN ledger_transaction u ON u.kind = 'unaward' AND u.source = t.source
LEFT JOIN members_referral f ON f.friend_source = t.source
LEFT JOIN members_referral r ON r.referrer_source = t.source
WHERE t.kind = 'award' AND t.facts #>> '{reason,0}' LIKE 'referral.%%'
  AND u.source IS NULL AND f.member_id IS NULL AND r.member_id IS NULL
"""


@dataclass(frozen=True, slots=True)
class ReferralCard:
    """What a member brings friends with, and what came of it; `brought_by` tells of themselves."""

    code: str | None
    link: str | None
    friends: int
    rewarded: int
    brought_by: ReferralView | None


def get_referral_card(member: MemberRef, *, now: datetime) -> ReferralCard:
    """A member's code and link, and how many friends they brought. Raises NoProgrammeInForce."""
    code = find_referral_code(member)
    terms = compiled_at(now).document.referral
    friends, rewarded = count_referred(names_of(member))
    return ReferralCard(
        code,
        link_of(terms, code) if code else None,
        friends,
        rewarded,
        _brought_by(member),
    )


def list_friends(
    member: MemberRef, *, before: datetime | None = None, limit: int = 50
) -> tuple[ReferralView, ...]:
    """The friends a member brought, the latest first."""
    return list_referred(names_of(member), before=before, limit=limit)


def list_unsettled(
    *, after: MemberRef, named_before: datetime | None, limit: int, now: datetime
) -> list[MemberRef]:
    """Friends whose referral something may have to be done about, in the order of members."""
    asked = {
        "bucket": after.bucket,
        "member": after.id,
        "named_before": named_before,
        "now": now,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_UNSETTLED, asked)
        return [MemberRef(*found) for found in cursor.fetchall()]


def list_referral_differences() -> Iterator[Difference]:
    """Where referrals and the ledger do not tell the same; to be called inside a transaction."""
    with connection.connection.cursor(name="verify_referrals") as named:
        for member, source in named.execute(_UNBOOKED, {"issued": ISSUED}):
            yield Difference("verify.referral", member, (("source", str(source)),))
    with connection.cursor() as cursor:
        cursor.execute(_NOT_GIVEN, {})
        (count,) = cursor.fetchone()
    if count:
        yield Difference("verify.referral_missing", None, (("count", count),))


def names_of(member: MemberRef) -> list[MemberRef]:
    """The member and everybody merged into it; for this context only."""
    return [member, *(ref_of(UUID(found)) for found in lot_offsets(member))]


def _brought_by(member: MemberRef) -> ReferralView | None:
    for ref in names_of(member):
        found = find_referral(ref)
        if found is not None:
            return found
    return None
