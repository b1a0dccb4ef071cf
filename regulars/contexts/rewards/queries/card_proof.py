"""The register of gift cards side by side with their accounts in the ledger."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

from regulars.core.ledger.audit import Difference
from regulars.core.rewards.gift_card import (
    BLOCKED_MARK,
    CARD_CURRENCY,
    MARKS,
    REPLACED_MARK,
    SOLD_MARK,
    masked,
)

_MISSING = """
SELECT a.member_id FROM ledger_account a
LEFT JOIN rewards_gift_card c ON c.id = a.member_id AND c.bucket = a.bucket
WHERE (a.state #> ARRAY['w', %(currency)s] IS NOT NULL OR a.state #> ARRAY['c', %(marks)s] IS NOT NULL)
  AND c.id IS NULL
"""
_MIXED = """
SELECT a.member_id FROM rewards_gift_card c
JOIN ledger_account a ON a.bucket = c.bucket AND a.member_id = c.id
WHERE EXISTS (
        SELECT FROM json_object_keys(
            CASE WHEN json_typeof(a.state -> 'w') = 'object' THEN a.state -> 'w' ELSE '{}' END
        ) AS w(code)
        WHERE w.code <> %(currency)s
    )
   OR EXISTS (SELECT FROM members_member m WHERE m.bucket = c.bucket AND m.id = c.id)
"""
_STATUS = """
SELECT c.id, c.number, c.status, a.state #>> ARRAY['c', %(marks)s, '0', '1']
FROM rewards_gift_card c
LEFT JOIN ledger_account a ON a.bucket = c.bucket AND a.member_id = c.id
WHERE c.status <> 'open' OR (a.state #>> ARRAY['c', %(marks)s, '0', '1']) NOT IN ('0', %(sold)s)
"""
_AT_ONCE = 1_000


def list_register_differences() -> Iterator[Difference]:
    """Cards that are in one of the two only, hold what no card holds, or are not what they are said to be."""
    params = {"currency": CARD_CURRENCY, "marks": MARKS, "sold": str(SOLD_MARK)}
    for (card,) in _rows(_MISSING, params):
        yield Difference("verify.card_missing", card)
    for (card,) in _rows(_MIXED, params):
        yield Difference("verify.card_money", card)
    for card, number, stored, marks in _rows(_STATUS, params):
        proved = _status(marks)
        if stored != proved:
            about = (("number", masked(number)), ("stored", stored), ("proved", proved))
            yield Difference("verify.card_status", card, about)


def _status(text: str | None) -> str:
    marks = int(text) if text and text.isascii() and text.isdigit() else 0
    if marks & REPLACED_MARK:
        return "replaced"
    return "blocked" if marks & BLOCKED_MARK else "open"


def _rows(query: str, params: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(_AT_ONCE):
            yield from rows
