"""What an analysis found of members, as attributes of theirs that segments and rules can ask for."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.ledger.accounts import bucket_of
from regulars.core.membership import ATTRIBUTES_MAX

SCORES = ("rfm_segment", "clv", "clv_low", "clv_high", "churn_risk")

# One set-based change in the order of the key, so that two of them cannot wait for each other. A member
# whose attributes are full, or who is what was found already, is left alone.
_WRITE = """
WITH told AS (
    SELECT t.bucket, t.id,
           jsonb_strip_nulls(jsonb_build_object(
               'rfm_segment', t.segment, 'clv', t.clv, 'clv_low', t.low, 'clv_high', t.high,
               'churn_risk', t.risk)) AS scores
    FROM unnest(%(buckets)s::smallint[], %(ids)s::uuid[], %(segments)s::text[],
                %(values)s::bigint[], %(lows)s::bigint[], %(highs)s::bigint[], %(risks)s::int[])
         AS t(bucket, id, segment, clv, low, high, risk)
), changed AS (
    SELECT m.bucket, m.id, (m.attributes - %(names)s::text[]) || told.scores AS attributes
    FROM told JOIN members_member m ON m.bucket = told.bucket AND m.id = told.id
    WHERE m.status IN ('active', 'blocked')
      AND m.attributes IS DISTINCT FROM (m.attributes - %(names)s::text[]) || told.scores
    ORDER BY m.bucket, m.id
    FOR UPDATE OF m
)
UPDATE members_member m
SET attributes = changed.attributes, version = m.version + 1
FROM changed
WHERE m.bucket = changed.bucket AND m.id = changed.id
  AND (SELECT count(*) FROM jsonb_object_keys(changed.attributes)) <= %(most)s
"""


class Score(NamedTuple):
    """One member's scores; None where the analysis says nothing (an old score is then taken away).

    `clv_minor` is money in minor units, between `clv_low_minor` and `clv_high_minor` with 90 %;
    `churn_risk` is whole percent.
    """

    member: UUID
    segment: str | None
    clv_minor: int | None
    churn_risk: int | None
    clv_low_minor: int | None = None
    clv_high_minor: int | None = None


def write_scores(scores: Sequence[Score], *, now: datetime, by: Actor) -> int:
    """Set `rfm_segment`, `clv`, its bounds and `churn_risk` of members; how many of them changed.

    Other attributes stay. Who is merged away, erased or unknown is left out. Raises PermissionMissing.
    """
    require(by, Permission.MEMBERS_WRITE)
    ordered = sorted(scores, key=lambda score: (bucket_of(score.member), score.member))
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "buckets": [bucket_of(score.member) for score in ordered],
                "ids": [score.member for score in ordered],
                "segments": [score.segment for score in ordered],
                "values": [score.clv_minor for score in ordered],
                "lows": [score.clv_low_minor for score in ordered],
                "highs": [score.clv_high_minor for score in ordered],
                "risks": [score.churn_risk for score in ordered],
                "names": list(SCORES),
                "most": ATTRIBUTES_MAX,
            },
        )
        changed = cursor.rowcount
    record_audit("member.write_scores", "member", "", {"members": changed}, now=now, by=by)
    return changed
