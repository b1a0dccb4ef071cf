"""Reads of gift cards: one with its money, those of a batch, the batches."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from regulars.contexts.ledger.queries import list_statement, read_book
from regulars.contexts.ledger.types import StatementLine
from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import GiftCard, GiftCardBatch
from regulars.contexts.rewards.types import GiftCardBatchView, GiftCardLine, GiftCardView
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import in_spending_order
from regulars.core.refusal import NotFound
from regulars.core.rewards.card_numbers import normalise_number
from regulars.core.rewards.gift_card import (
    CARD_CURRENCY,
    MARKS,
    marks_of,
    masked,
    status_of,
)

_LIST = """
SELECT c.id, c.number, c.batch,
       coalesce((a.state #>> ARRAY['c', %(marks)s, '0', '1'])::int, 0),
       coalesce((a.state #>> ARRAY['w', %(currency)s, '1'])::bigint, 0)
FROM rewards_gift_card c
LEFT JOIN ledger_account a ON a.bucket = c.bucket AND a.member_id = c.id
"""
_OF_BATCH = (
    _LIST + "WHERE c.batch = %(batch)s AND c.number > %(after)s ORDER BY c.number LIMIT %(limit)s"
)
_OF_OWNER = _LIST + "WHERE c.owner_id = ANY(%(owners)s) ORDER BY c.changed_at, c.number"


class GiftCardNotFound(NotFound):
    """There is no such card."""

    code = "gift_card.not_found"


def get_gift_card(number: str, *, now: datetime, by: Actor) -> GiftCardView:
    """A card with what is on it at `now`. Raises PermissionMissing, GiftCardNotFound."""
    require(by, Permission.REWARDS_READ)
    row = card_row(number)
    book = read_book(ref_of_card(row), compiled_at(now), now=now)
    return card_view(row, book)


def get_gift_card_by_id(card_id: UUID, *, now: datetime, by: Actor) -> GiftCardView:
    """As `get_gift_card`, by the card's id. Raises PermissionMissing, GiftCardNotFound."""
    return get_gift_card(number_of(card_id), now=now, by=by)


def number_of(card_id: UUID) -> str:
    """The number of the card of this id. Raises GiftCardNotFound."""
    number = number_after(card_id)
    if not number:
        raise GiftCardNotFound
    return number


def list_gift_cards(
    batch: str, *, after: str = "", limit: int = 100, by: Actor
) -> tuple[GiftCardLine, ...]:
    """The cards of a batch by number, at most `limit`, those that come after the number `after`.

    Raises PermissionMissing.
    """
    require(by, Permission.REWARDS_READ)
    return _listed(_OF_BATCH, {"batch": batch, "after": after, "limit": limit})


def list_gift_cards_of(member: MemberRef, *, by: Actor) -> tuple[GiftCardLine, ...]:
    """The cards that belong to a member, or to one merged into them. Raises PermissionMissing."""
    require(by, Permission.REWARDS_READ)
    owners = [member.id, *map(UUID, lot_offsets(member))]
    return _listed(_OF_OWNER, {"owners": owners})


def _listed(query: str, params: dict[str, Any]) -> tuple[GiftCardLine, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"marks": MARKS, "currency": CARD_CURRENCY, **params})
        rows = cursor.fetchall()
    return tuple(
        GiftCardLine(card_id, masked(number), of_batch, status_of(marks, balance), balance)
        for card_id, number, of_batch, marks, balance in rows
    )


def number_after(card_id: UUID) -> str:
    """The number of the card of this id, for the next page of a list; empty where there is none."""
    found = GiftCard.objects.filter(id=card_id).values_list("number", flat=True).first()
    return found or ""


def list_gift_card_batches(
    *, after: str = "", limit: int = 100, by: Actor
) -> tuple[GiftCardBatchView, ...]:
    """Batches by code, those after the code `after`. Raises PermissionMissing."""
    require(by, Permission.REWARDS_READ)
    rows = GiftCardBatch.objects.filter(code__gt=after).order_by("code")[:limit]
    return tuple(
        GiftCardBatchView(row.code, row.money, row.made, row.created_at, row.created_by)
        for row in rows
    )


def list_card_statement(
    number: str, *, before: int | None = None, limit: int = 50, by: Actor
) -> tuple[StatementLine, ...]:
    """What happened to a card, the newest first. Raises PermissionMissing, GiftCardNotFound."""
    require(by, Permission.LEDGER_READ)
    return list_statement(ref_of_card(card_row(number)), before=before, limit=limit)


def card_row(number: str) -> GiftCard:
    """The row of a number as typed. Raises GiftCardNotFound."""
    spelled = normalise_number(number)
    row = GiftCard.objects.filter(number=spelled).first() if spelled else None
    if row is None:
        raise GiftCardNotFound
    return row


def ref_of_card(row: GiftCard) -> MemberRef:
    """The card's account in the ledger, where a member's would be."""
    return MemberRef(row.bucket, row.id)


def card_view(row: GiftCard, book: Book) -> GiftCardView:
    """A card's row and books as doors see them."""
    balance = book.wallet(CARD_CURRENCY).active
    lots = tuple(
        (lot.remaining, lot.expires_at)
        for lot in in_spending_order(book.lots.values())
        if lot.remaining
    )
    owner = None if row.owner_id is None else MemberRef(row.owner_bucket or 0, row.owner_id)
    return GiftCardView(
        row.id,
        row.number,
        row.batch,
        row.money,
        status_of(marks_of(book), balance),
        balance,
        lots,
        owner,
        row.replaced_by,
        row.changed_at,
    )
