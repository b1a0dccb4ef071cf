"""Writes of gift cards: made in batches, blocked, replaced, corrected; and a balance asked for by PIN."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from regulars.contexts.ledger.queries import read_book
from regulars.contexts.ledger.types import Posted
from regulars.contexts.ledger.usecases.booking import write_books, write_books_of
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.models import GiftCard, GiftCardBatch
from regulars.contexts.rewards.queries.gift_cards import (
    GiftCardNotFound,
    card_view,
    ref_of_card,
)
from regulars.contexts.rewards.types import GiftCardView, PrintedCard
from regulars.contexts.security.types import Actor, ApprovalView, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.approvals import decide_approval, request_approval
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.guessing import count_guess, forgive_guess
from regulars.core.identifiers import without_contacts
from regulars.core.ledger.accounts import bucket_of
from regulars.core.ledger.book import Book
from regulars.core.plain_text import line_of_text
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Invalid
from regulars.core.rewards.card_books import CardStatusWrong, adjust, block, replace
from regulars.core.rewards.card_numbers import (
    body_digits,
    check_sparse,
    normalise_number,
    normalise_pin,
    numbers_from,
)
from regulars.core.rewards.gift_card import (
    CardPolicy,
    CardsNotOffered,
    policy_of,
)
from regulars.kit.ids import new_id
from regulars.kit.rate_limits import Guessing
from regulars.kit.secrets import is_same, keyed_digest

KIND = "gift_card.adjustment"
BATCH_MAX = 100_000
REASON_LENGTH_MAX = 500
_BATCH_CODE_LENGTH_MAX = 60
PIN_OF_CARD = Guessing("gift_card_pin", 5, window=timedelta(days=1))
CARDS_OF_SOURCE = Guessing("gift_card_source", 20)
_DRAW = """
INSERT INTO rewards_gift_card (number, id, bucket, batch, money, pin_digest, changed_at)
SELECT number, id, bucket, %s, %s, digest, %s
FROM unnest(%s::text[], %s::uuid[], %s::smallint[], %s::bytea[]) AS d (number, id, bucket, digest)
ON CONFLICT (number) DO NOTHING
RETURNING number
"""


class GiftCardBatchInvalid(Invalid):
    """A part of the batch is out of its bounds; the pointer names it."""

    code = "gift_card.batch_invalid"


@dataclass(frozen=True, slots=True)
class CardAdjustment:
    """Either booked, or waiting for (or refused by) a second person."""

    card: GiftCardView | None
    approval: ApprovalView | None
    posted: Posted | None = None


def make_gift_cards(code: str, count: int, *, now: datetime, by: Actor) -> tuple[PrintedCard, ...]:
    """A batch of `count` new cards for the print shop: numbers at random, PINs that nobody keeps.

    The cards are worth nothing until a till sells them. This answer is the only place where their
    PINs stand. Raises PermissionMissing, CardsNotOffered, GiftCardBatchInvalid, CardRangeFull.
    """
    require(by, Permission.CARDS_ISSUE)
    programme = compiled_at(now)
    terms = programme.document.gift_cards
    if terms is None:
        raise CardsNotOffered
    if not (
        0 < len(code) <= _BATCH_CODE_LENGTH_MAX and code.isprintable() and code.strip() == code
    ):
        raise GiftCardBatchInvalid(pointer="/code", field="code")
    if not 0 < count <= BATCH_MAX:
        raise GiftCardBatchInvalid(pointer="/count", field="count")
    batch = GiftCardBatch(
        code=code, money=programme.money, made=count, created_at=now, created_by=_name(by)
    )
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        raise GiftCardBatchInvalid(pointer="/code", field="code") from None
    made = GiftCardBatch.objects.exclude(code=code).aggregate(all=Sum("made", default=0))["all"]
    check_sparse(terms.prefix, terms.number_length, made=made, count=count, with_pin=terms.pin)
    cards: list[PrintedCard] = []
    while len(cards) < count:
        pin_digits = terms.pin_digits if terms.pin else 0
        wanted = _drawn(terms.prefix, terms.number_length, pin_digits, count - len(cards))
        cards += _inserted(code, programme.money, wanted, now)
    record_audit("gift_card.make", "gift_card_batch", code, {"count": count}, now=now, by=by)
    return tuple(cards)


def ask_balance(number: str, pin: str, *, now: datetime, by: Actor) -> GiftCardView | None:
    """What is on the card for whoever knows its number and PIN; None where either is wrong.

    The caller has asked `count_card_guesses` before, in a transaction of its own, and refuses with
    CardNotValid where this says None: then the guess stays counted. Raises PermissionMissing.
    """
    require(by, Permission.TILL_IDENTIFY)
    spelled = normalise_number(number)
    row = GiftCard.objects.filter(number=spelled).first() if spelled else None
    if row is None:
        is_pin_right(None, pin)  # as long as for a card that there is
        return None
    if not is_pin_right(row, pin):
        return None
    view = card_view(row, read_book(ref_of_card(row), compiled_at(now), now=now))
    return view if view.status in ("active", "spent") else None


def count_card_guesses(numbers: Sequence[str], *, source: str, now: datetime) -> None:
    """Count one guess on every card presented and on its source.

    To be committed before the cards are checked. Five wrong PINs of a card stop it for a while,
    whether there is such a card or not; so does who presents many wrong cards. Raises TooManyGuesses.
    """
    count_guess(_axes(numbers, source), now=now)


def forgive_card_guesses(
    numbers: Sequence[str], *, source: str, wholly: bool, now: datetime
) -> None:
    """Take the count back; `wholly`, where the cards proved right, all wrong PINs of theirs before it."""
    forgive_guess(_axes(numbers, source), wholly=(PIN_OF_CARD,) if wholly else (), now=now)


def is_pin_right(row: GiftCard | None, pin: str) -> bool:
    """Whether the PIN is the card's; in the same time for a card that there is not."""
    found = b"" if row is None or row.pin_digest is None else bytes(row.pin_digest)
    given = pin_digest(row.id if row else UUID(int=0), normalise_pin(pin))
    is_right = is_same(found, given)
    return is_right or (row is not None and row.pin_digest is None)


def pin_digest(card: UUID, pin: str) -> bytes:
    """What is kept of a PIN: an HMAC under the installation's key, salted with the card."""
    return keyed_digest(settings.SECRET_KEY, "gift_card_pin", f"{card}:{pin}")


def block_gift_card(
    number: str, blocks: bool, *, reason_text: str, now: datetime, by: Actor
) -> GiftCardView:
    """Block a card or let it work again; its money stays. Done again it changes nothing.

    Raises PermissionMissing, GiftCardNotFound, CardStatusWrong.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    row, programme = _locked(number), compiled_at(now)
    about = _about("gift_card.reason", reason_text, by)

    def write(book: Book) -> GiftCardView:
        version = programme.version
        block(book, blocks, source=new_id(now=now), at=now, version=version, **about)
        return card_view(row, book)

    row.status, row.changed_at = ("blocked" if blocks else "open"), now
    view, _ = write_books(ref_of_card(row), programme, write, now=now)
    row.save(update_fields=["status", "changed_at"])
    action = "gift_card.block" if blocks else "gift_card.unblock"
    record_audit(action, "gift_card", str(row.id), now=now, by=by)
    return view


def assign_gift_card(
    number: str, owner: MemberRef | None, *, now: datetime, by: Actor
) -> GiftCardView:
    """Note whose card it is (None: nobody's); whoever has number and PIN can pay with it all the same.

    A replacement keeps the owner. Raises PermissionMissing, GiftCardNotFound, MemberNotFound.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    ref = None if owner is None else get_survivor(owner, within=EVERYONE).ref
    row = _locked(number)
    row.owner_bucket, row.owner_id = (None, None) if ref is None else (ref.bucket, ref.id)
    row.changed_at = now
    row.save(update_fields=["owner_bucket", "owner_id", "changed_at"])
    detail = {"owner": None if ref is None else str(ref.id)}
    record_audit("gift_card.assign", "gift_card", str(row.id), detail, now=now, by=by)
    return card_view(row, read_book(ref_of_card(row), compiled_at(now), now=now))


def replace_gift_card(
    number: str, new_number: str, *, reason_text: str, now: datetime, by: Actor
) -> GiftCardView:
    """Move everything from a card to a new one that was never sold; the old one is dead.

    Lots keep their expiry; what expired within the programme's grace lives again. Returns the new
    card. Raises PermissionMissing, GiftCardNotFound, CardStatusWrong.
    """
    require(by, Permission.MEMBERS_SUPPORT)
    if normalise_number(number) == normalise_number(new_number):
        raise CardStatusWrong(pointer="/new_number")
    for each in sorted((number, new_number), key=normalise_number):
        _locked(each)
    old, new = _locked(number), _locked(new_number)
    if old.money != new.money:
        raise CardStatusWrong(pointer="/new_number")
    programme = compiled_at(now)
    about = _about("gift_card.reason", reason_text, by)

    def write(books: Sequence[Book]) -> GiftCardView:
        replace(
            books[0],
            books[1],
            policy_of(programme),
            source=new_id(now=now),
            at=now,
            version=programme.version,
            about=about,
        )
        return card_view(new, books[1])

    new.owner_bucket, new.owner_id, new.changed_at = old.owner_bucket, old.owner_id, now
    old.status, old.replaced_by, old.changed_at = "replaced", new.number, now
    # Whoever comes from a card that was replaced before finds the one that is in use, in one step.
    GiftCard.objects.filter(replaced_by=old.number).update(replaced_by=new.number)
    view, _ = write_books_of([ref_of_card(old), ref_of_card(new)], programme, write, now=now)
    new.save(update_fields=["owner_bucket", "owner_id", "changed_at"])
    old.save(update_fields=["status", "replaced_by", "changed_at"])
    record_audit("gift_card.replace", "gift_card", str(old.id), {"by": str(new.id)}, now=now, by=by)
    return view


def request_card_adjustment(
    number: str, amount: int, *, reason_text: str, limit: int, now: datetime, by: Actor
) -> CardAdjustment:
    """Correct what is on a sold card by `amount`, or ask for approval where it is over `limit` either way.

    Raises PermissionMissing, GiftCardNotFound, GiftCardBatchInvalid, CardsNotOffered, CardStatusWrong,
    CardInsufficient.
    """
    require(by, Permission.LEDGER_ADJUST)
    row = _locked(number)
    if not amount:
        raise GiftCardBatchInvalid(pointer="/amount", field="amount")
    line_of_text(reason_text, length_max=REASON_LENGTH_MAX, pointer="/reason", needed=True)
    if abs(amount) > limit:
        payload = {"card": str(row.id), "amount": amount, "reason": without_contacts(reason_text)}
        approval = request_approval(
            KIND,
            str(row.id),
            payload,
            permission=Permission.LEDGER_APPROVE,
            reason=reason_text,
            now=now,
            by=by,
        )
        return CardAdjustment(None, approval)
    view, posted = _adjusted(row, amount, reason_text, new_id(now=now), now=now, by=by)
    record_audit("gift_card.adjust", "gift_card", str(row.id), {"amount": amount}, now=now, by=by)
    return CardAdjustment(view, None, posted)


def decide_card_adjustment(
    approval_id: UUID,
    approve: bool,
    reason: str,
    *,
    alone_reason: str | None = None,
    now: datetime,
    by: Actor,
) -> CardAdjustment:
    """Approve a correction, which books it, or reject it.

    Raises what `decide_approval` and `request_card_adjustment` raise; then nothing is decided either.
    """
    approval = decide_approval(
        approval_id,
        "approved" if approve else "rejected",
        reason=reason,
        alone_reason=alone_reason,
        now=now,
        by=by,
    )
    if not approve:
        return CardAdjustment(None, approval)
    asked = approval.payload
    row = GiftCard.objects.select_for_update().filter(id=UUID(asked["card"])).first()
    if row is None:
        raise GiftCardNotFound
    about = {"approved_by": str(by.staff_id)}
    source = approval.id
    view, posted = _adjusted(row, asked["amount"], asked["reason"], source, now=now, by=by, **about)
    return CardAdjustment(view, approval, posted)


def _adjusted(
    row: GiftCard,
    amount: int,
    reason_text: str,
    source: UUID,
    *,
    now: datetime,
    by: Actor,
    **more: str,
) -> tuple[GiftCardView, Posted]:
    programme = compiled_at(now)
    policy = _policy(programme)
    about = {**_about("gift_card.reason", reason_text, by), **more}
    correct = partial(adjust, policy=policy, amount=amount, source=source, at=now, about=about)

    def write(book: Book) -> GiftCardView:
        correct(book, version=programme.version)
        return card_view(row, book)

    return write_books(ref_of_card(row), programme, write, now=now)


def _policy(programme: Compiled) -> CardPolicy:
    policy = policy_of(programme)
    if policy is None:
        raise CardsNotOffered
    return policy


def _locked(number: str) -> GiftCard:
    spelled = normalise_number(number)
    row = GiftCard.objects.select_for_update().filter(number=spelled).first() if spelled else None
    if row is None:
        raise GiftCardNotFound
    return row


def _about(code: str, text: str, by: Actor) -> dict[str, object]:
    """Who did it and why, as a card's transaction tells it."""
    line_of_text(text, length_max=REASON_LENGTH_MAX, pointer="/reason", needed=True)
    return {"reason": [code, {"text": without_contacts(text)}], "by": _name(by)}


def _axes(numbers: Sequence[str], source: str) -> list[tuple[Guessing, str]]:
    cards = [(PIN_OF_CARD, normalise_number(number) or number[:40]) for number in numbers]
    return [*dict.fromkeys(cards), (CARDS_OF_SOURCE, source)]


def _drawn(prefix: str, length: int, pin_digits: int, count: int) -> list[tuple[str, str]]:
    space = 10 ** body_digits(prefix, length)
    numbers = numbers_from(prefix, length, [secrets.randbelow(space) for _ in range(count)])
    if not pin_digits:
        return [(number, "") for number in numbers]
    return [(number, f"{secrets.randbelow(10**pin_digits):0{pin_digits}}") for number in numbers]


def _inserted(
    batch: str, money: str, wanted: Sequence[tuple[str, str]], now: datetime
) -> list[PrintedCard]:
    """The cards whose number nobody had; ids are random, so that none tells of another."""
    ids = [UUID(bytes=secrets.token_bytes(16), version=4) for _ in wanted]
    columns = (
        [number for number, _ in wanted],
        ids,
        [bucket_of(each) for each in ids],
        [
            pin_digest(each, pin) if pin else None
            for each, (_, pin) in zip(ids, wanted, strict=True)
        ],
    )
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [batch, money, now, *columns])
        new = {number for (number,) in cursor.fetchall()}
    return [PrintedCard(number, pin) for number, pin in wanted if number in new]


def _name(by: Actor) -> str:
    return f"{by.kind}:{by.id}"[:120]
