"""What became of the cards of a batch, counted by the database; and cards that are nobody's yet."""

from collections.abc import Sequence

from django.db import connection

from regulars.contexts.members.identifying import Claim
from regulars.contexts.members.types import CardBatchView, IdentifierKind

_BATCHES = """
SELECT b.range_code, b.number, b.count, b.made_at, b.printings, b.printed_at,
       count(i.value) FILTER (WHERE i.status = 'active'),
       count(i.value) FILTER (WHERE i.status <> 'active'),
       count(*) FILTER (WHERE c.retired_at IS NOT NULL)
FROM members_card_batch b
JOIN members_issued_card c ON c.range_code = b.range_code AND c.batch = b.number
LEFT JOIN members_identifier i ON i.kind = 'card' AND i.value = c.number
WHERE b.range_code = %s AND (%s::int IS NULL OR b.number = %s)
GROUP BY b.range_code, b.number
ORDER BY b.number DESC
"""
_UNCLAIMED = """
SELECT 1 FROM members_issued_card c
WHERE c.number = ANY(%s) AND c.retired_at IS NULL
  AND NOT EXISTS (SELECT FROM members_identifier i WHERE i.kind = 'card' AND i.value = c.number)
"""


def batches_of(range_code: str, batch: int | None) -> tuple[CardBatchView, ...]:
    """The batches of a range, the newest first; or one."""
    with connection.cursor() as cursor:
        cursor.execute(_BATCHES, [range_code, batch, batch])
        return tuple(CardBatchView(*row) for row in cursor.fetchall())


def waits_to_be_given(claims: Sequence[Claim]) -> bool:
    """Whether one of the claims is a card that was issued and is nobody's yet."""
    numbers = [claim.value for claim in claims if claim.kind == IdentifierKind.CARD]
    if not numbers:
        return False
    with connection.cursor() as cursor:
        cursor.execute(_UNCLAIMED, [numbers])
        return cursor.fetchone() is not None
