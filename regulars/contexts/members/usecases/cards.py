"""Card numbers of our own: ranges, and batches drawn from them for the print shop."""

import secrets
from datetime import datetime
from typing import Literal

from django.db import connection
from django.db.models import F

from regulars.contexts.members.checking import is_code
from regulars.contexts.members.mapping import body_digits, card_range_view
from regulars.contexts.members.models import CardBatchRow, CardRange
from regulars.contexts.members.types import CardBatch, CardRangeView, PrintRun
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.identifiers import (
    ascii_digits,
    is_restricted_ean13,
    may_be_weighed_goods,
    with_check_digit,
)
from regulars.core.refusal import Invalid, NotFound, Refused

# One order for ever, which says nothing about the numbers: print shops and lists must agree.
_NUMBERS = """
SELECT number FROM members_issued_card
WHERE range_code = %s AND batch = %s AND retired_at IS NULL
ORDER BY sha256(convert_to(number || %s, 'UTF8'))
"""
Checksum = Literal["ean13", "luhn", "none"]

BATCH_MAX = 100_000
# So sparse that a number made up is one of ours at most once in a hundred tries.
SPARSENESS = 100
_LENGTH_MAX = 19
_FORMS = ("plastic", "virtual", "nfc")
_DRAW = """
INSERT INTO members_issued_card (number, range_code, batch, issued_at)
SELECT number, %s, %s, %s
FROM unnest(%s::text[]) AS drawn (number)
WHERE NOT EXISTS (
    SELECT FROM members_identifier WHERE kind = 'card' AND value = drawn.number
)
ON CONFLICT DO NOTHING
RETURNING number
"""


class CardRangeInvalid(Invalid):
    """The range contradicts itself: prefix, length and checksum do not fit."""

    code = "card_range.invalid"


class CardRangeOverlaps(Refused):
    """Another range has numbers of this one, or the same code."""

    code = "card_range.overlaps"


class CardRangeNotFound(NotFound):
    """There is no such range."""

    code = "card_range.not_found"


class CardBatchNotFound(NotFound):
    """The range has no such batch."""

    code = "card_batch.not_found"


class CardRangeTooFull(Refused):
    """So many numbers would make the range easy to guess; `left` is how many it still gives."""

    code = "card_range.too_full"


def create_card_range(
    code: str,
    *,
    prefix: str,
    length: int,
    checksum: Checksum,
    form: str = "plastic",
    issued_only: bool = True,
    now: datetime,
    by: Actor,
) -> tuple[CardRangeView, tuple[str, ...]]:
    """Reserve numbers that begin with `prefix`; the range, and codes of warnings about it.

    Warned of are EAN-13 outside the numbers that GS1 leaves to companies, and inside those that
    tills read as weighed goods. Raises PermissionMissing, CardRangeInvalid, CardRangeOverlaps.
    """
    require(by, Permission.CARDS_ISSUE)
    row = CardRange(
        code=code,
        prefix=prefix,
        length=length,
        checksum=checksum,
        form=form,
        issued_only=issued_only,
        created_at=now,
    )
    _check(row)
    with connection.cursor() as cursor:
        # Overlap is no constraint an index can hold: ranges are made one at a time.
        cursor.execute("LOCK TABLE members_card_range IN SHARE ROW EXCLUSIVE MODE")
    for other in CardRange.objects.all():
        nested = other.prefix.startswith(prefix) or prefix.startswith(other.prefix)
        if other.code == code or (other.length == length and nested):
            raise CardRangeOverlaps(other=other.code)
    row.save(force_insert=True)
    record_audit("card_range.create", "card_range", code, {"prefix": prefix}, now=now, by=by)
    return card_range_view(row), _warnings(row)


def issue_cards(range_code: str, count: int, *, now: datetime, by: Actor) -> CardBatch:
    """Draw `count` (1–100,000) new numbers at random; none was ever drawn or claimed before.

    Their order is random too, and at most one number in a hundred of the range is ever issued. Two
    batches at the same instant share no number. Raises PermissionMissing, CardRangeNotFound,
    CardRangeInvalid, CardRangeTooFull.
    """
    require(by, Permission.CARDS_ISSUE)
    if not 0 < count <= BATCH_MAX:
        raise CardRangeInvalid(pointer="/count")
    row = CardRange.objects.select_for_update().filter(code=range_code).first()
    if row is None:
        raise CardRangeNotFound
    left = 10 ** body_digits(row) // SPARSENESS - row.issued
    if count > left:
        raise CardRangeTooFull(left=max(0, left))
    numbers: list[str] = []
    while len(numbers) < count:
        numbers += _drawn(row, count - len(numbers), now)
    CardRange.objects.filter(code=range_code).update(
        next_batch=F("next_batch") + 1, issued=F("issued") + count
    )
    CardBatchRow.objects.create(
        range_id=range_code, number=row.next_batch, count=count, made_at=now
    )
    detail = {"batch": row.next_batch, "count": count}
    record_audit("card_range.issue", "card_range", range_code, detail, now=now, by=by)
    return CardBatch(range_code, row.next_batch, tuple(numbers))


def print_batch(range_code: str, batch: int, *, now: datetime, by: Actor) -> PrintRun:
    """Hand a batch to a print shop once more: its numbers, always in the same order.

    Counted and put on record: cards printed twice open the same memberships. Numbers of erased
    members are left out. Raises PermissionMissing, CardBatchNotFound.
    """
    require(by, Permission.CARDS_ISSUE)
    row = (
        CardBatchRow.objects.select_for_update(of=("self",))
        .select_related("range")
        .filter(range_id=range_code, number=batch)
        .first()
    )
    if row is None:
        raise CardBatchNotFound
    with connection.cursor() as cursor:
        cursor.execute(_NUMBERS, [range_code, batch, f"{range_code}/{batch}"])
        numbers = tuple(number for (number,) in cursor.fetchall())
    printings = row.printings + 1
    CardBatchRow.objects.filter(range_id=range_code, number=batch).update(
        printings=printings, printed_at=now
    )
    detail = {"batch": batch, "printing": printings}
    record_audit("card_range.print", "card_range", range_code, detail, now=now, by=by)
    return PrintRun(range_code, batch, row.range.checksum, printings, numbers)


def _drawn(row: CardRange, count: int, now: datetime) -> list[str]:
    digits = body_digits(row)
    wanted = {
        with_check_digit(f"{row.prefix}{secrets.randbelow(10**digits):0{digits}}", row.checksum)
        for _ in range(count)
    }
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [row.code, row.next_batch, now, sorted(wanted)])
        got = [number for (number,) in cursor.fetchall()]
    # Stored in order, handed out in none: the sequence of a batch tells nothing.
    secrets.SystemRandom().shuffle(got)
    return got


def _check(row: CardRange) -> None:
    if not is_code(row.code):
        raise CardRangeInvalid(pointer="/code")
    if not ascii_digits(row.prefix):
        raise CardRangeInvalid(pointer="/prefix")
    if row.form not in _FORMS:
        raise CardRangeInvalid(pointer="/form")
    lengths = {"ean13": range(13, 14), "luhn": range(16, 20), "none": range(6, _LENGTH_MAX + 1)}
    if row.checksum not in lengths:
        raise CardRangeInvalid(pointer="/checksum")
    if row.length not in lengths[row.checksum]:
        raise CardRangeInvalid(pointer="/length")
    # Room for a thousand cards at the sparseness that we keep.
    if 10 ** max(0, body_digits(row)) // SPARSENESS < 1000:
        raise CardRangeInvalid(pointer="/prefix")


def _warnings(row: CardRange) -> tuple[str, ...]:
    if row.checksum != "ean13":
        return ()
    if not is_restricted_ean13(row.prefix):
        return ("card_range.warn_public_numbers",)
    return ("card_range.warn_weighed_goods",) if may_be_weighed_goods(row.prefix) else ()
