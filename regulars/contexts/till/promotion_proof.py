"""Coupons and shared limits side by side with the sales and returns that took of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from regulars.core.ledger.audit import Difference

# What is counted, not listed: rows of coupons that contradict their journal or each other.
_COUNTS = {
    "verify.coupon_uses": """
        SELECT count(*) FROM rewards_coupon c
        LEFT JOIN (
            SELECT code, sum(CASE what WHEN 'used' THEN 1 ELSE -1 END) AS uses
            FROM rewards_coupon_event WHERE what IN ('used', 'given_back') GROUP BY code
        ) AS e ON e.code = c.code
        WHERE c.uses <> coalesce(e.uses, 0)""",
    "verify.coupon_over": """
        SELECT count(*) FROM rewards_coupon WHERE uses < 0 OR uses > uses_max""",
    "verify.coupon_missing": """
        SELECT count(*) FROM rewards_coupon_event e
        LEFT JOIN rewards_coupon c ON c.code = e.code
        WHERE c.code IS NULL""",
    "verify.coupon_given_back": """
        SELECT count(*) FROM rewards_coupon_event e
        LEFT JOIN till_return r
            ON r.bucket = e.bucket AND r.member_id = e.member_id AND r.id = e.source
        WHERE e.what = 'given_back' AND r.id IS NULL""",
}
EVENTS = """
SELECT bucket, member_id, source, what, array_agg(code::text ORDER BY code)
FROM rewards_coupon_event WHERE what IN ('used', 'issued') AND member_id IS NOT NULL
GROUP BY bucket, member_id, source, what
ORDER BY bucket, member_id, source
"""
"""What the journal tells of coupons and sales, in the order of sales."""

_LIMITS = """
SELECT key, period, sum(used)::bigint, sum(most)::bigint, min(of_limit), max(of_limit),
       bool_or(used > most)
FROM till_allowance GROUP BY key, period ORDER BY key, period
"""


class LimitTally:
    """What sales took of each shared limit in each period, less what returns gave back.

    Grows with the limits and their periods, not with the sales.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, int], int] = {}

    def add(self, allowances: Iterable[Sequence[Any]]) -> None:
        """Take in the allowances of a stored decision."""
        for key, period, _, amount in allowances:
            place = (key, period)
            self._sums[place] = self._sums.get(place, 0) + amount

    def differences(self) -> Iterator[Difference]:
        """Where the stored limits do not say the same, or say that more was taken than there is."""
        proved = {place: amount for place, amount in self._sums.items() if amount}
        with connection.cursor() as cursor:
            cursor.execute(_LIMITS)
            rows = cursor.fetchall()
        for key, period, used, most, least_limit, limit, over in rows:
            told = (("limit", key), ("period", period))
            amount = proved.pop((key, period), 0)
            if used != amount:
                yield Difference(
                    "verify.limit_used", None, (*told, ("stored", used), ("proved", amount))
                )
            if over or used > limit:
                yield Difference("verify.limit_over", None, told)
            if most != limit or least_limit != limit:
                yield Difference("verify.limit_shards", None, told)
        for (key, period), amount in sorted(proved.items()):
            params = (("limit", key), ("period", period), ("stored", 0), ("proved", amount))
            yield Difference("verify.limit_used", None, params)


def coupon_differences() -> Iterator[Difference]:
    """Coupons against their journal."""
    for code, query in _COUNTS.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            count = cursor.fetchone()[0]
        if count:
            yield Difference(code, None, (("count", count),))


def coupons_fit(body: Mapping[str, Any], events: Sequence[Sequence[Any]]) -> bool:
    """Whether the journal tells of exactly the coupons that a sale used and issued."""
    told = {row[-2]: list(row[-1]) for row in events}
    issued = [code for row in body.get("issued", ()) for code in row[3]]
    return told == {
        what: sorted(codes)
        for what, codes in (("used", body.get("coupons", ())), ("issued", issued))
        if codes
    }
