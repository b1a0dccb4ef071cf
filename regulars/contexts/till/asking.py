"""What the statement that loads books has to know of each command, and which commands concern each other."""

from collections.abc import Hashable, Iterable, Sequence
from typing import Any
from uuid import UUID

from regulars.contexts.ledger.usecases.posting import columns
from regulars.contexts.till.quotes import read
from regulars.contexts.till.types import (
    CancelQuote,
    Command,
    CommitSale,
    MemberKey,
    QuoteSale,
    ReadBooks,
    RecordEvent,
    ReturnGoods,
)
from regulars.core.calendar import micros
from regulars.core.ledger.accounts import bucket_of
from regulars.core.refusal import Refused
from regulars.core.rewards.card_numbers import normalise_number
from regulars.core.till.pricing import MONEY_KINDS

OPEN_LOTS, ALL_LOTS, HISTORY = 1, 2, 4

Claim = tuple[str, str, str, type]

_NO_MEMBER = (None,) * 4
_NO_CLAIM = (None,) * 8
_WIDTH = 15


def wants_of(command: Command) -> int:
    """Which parts of the books the command surely needs, as bits."""
    match command:
        case QuoteSale() | CancelQuote() | ReadBooks():
            return OPEN_LOTS
        case CommitSale(pay=pay, quote=quote):
            return OPEN_LOTS if pay or quote else 0
        case ReturnGoods():
            return ALL_LOTS | HISTORY
        case _:
            return 0


def columns_of(asked: Iterable[tuple[Command, int]], secret: bytes) -> list[Sequence[Any]]:
    """The parameters of `load.sql` for commands and what each wants, column by column."""
    rows = [
        (*_row(command, secret), _joined(codes_of(command, secret)), wants)
        for command, wants in asked
    ]
    return columns(rows, _WIDTH)


def codes_of(command: Command, secret: bytes) -> Sequence[str]:
    """The codes that a command brings, in its own words or in its quote's; none where that is forged."""
    if not isinstance(command, QuoteSale | CommitSale):
        return ()
    if isinstance(command, CommitSale) and command.quote is not None:
        try:
            return read(command.quote, secret).codes
        except Refused:  # told when it is decided
            return ()
    return command.codes


def cards_of(command: Command, secret: bytes) -> Sequence[str]:
    """The gift cards that a command is about: numbers in their one spelling, accounts out of its quote."""
    if isinstance(command, ReturnGoods):
        return (number,) if (number := normalise_number(command.onto)) else ()
    if not isinstance(command, QuoteSale | CommitSale):
        return ()
    receipt = command.receipt
    loaded = [line.card for line in receipt.lines if line.card and line.kind in MONEY_KINDS]
    if isinstance(command, CommitSale) and command.quote is not None:
        try:
            quoted = [card for card, _ in read(command.quote, secret).cards]
        except Refused:  # told when it is decided
            return ()
        if not loaded:
            return quoted
        return [*quoted, *filter(None, map(normalise_number, loaded))]
    if not (loaded or command.cards):
        return ()
    numbers = map(normalise_number, [*(use.number for use in command.cards), *loaded])
    return list(dict.fromkeys(filter(None, numbers)))


def card_column(commands: Iterable[Command], secret: bytes) -> list[str | None]:
    """The parameter of `load.sql` that names the cards of each command; empty where none has any."""
    column = [_joined(cards_of(command, secret)) for command in commands]
    return column if any(column) else []


def claim_of(command: Command) -> Claim | None:
    """The number that a command takes for ever; None where it takes none."""
    if isinstance(command, CommitSale):
        receipt = command.receipt
        return (receipt.store, receipt.till, receipt.number, CommitSale)
    if isinstance(command, ReturnGoods):
        return (command.store, command.till, command.number, ReturnGoods)
    return None


def claim_of_sale(command: ReturnGoods) -> Claim:
    """The number of the sale that goods are returned from."""
    return (*command.sale, CommitSale)


def affinity(command: Command) -> Hashable:
    """Commands of the same value had better not be decided side by side; None: who knows."""
    match command:
        case CommitSale(member=member) | QuoteSale(member=member) | RecordEvent(member=member):
            return member
        case ReturnGoods(sale=sale):
            return sale
    return None


def _row(command: Command, secret: bytes) -> tuple[Any, ...]:
    match command:
        case CommitSale(receipt=receipt, member=member):
            return (
                *_member(member), micros(receipt.occurred_at), receipt.store, receipt.till,
                receipt.number, "sale", command.key_digest, None, None, None,
            )  # fmt: skip
        case ReturnGoods(sale=sale):
            return (
                *_NO_MEMBER, micros(command.occurred_at), command.store, command.till,
                command.number, "return", command.key_digest, *sale,
            )  # fmt: skip
        case QuoteSale(receipt=receipt, member=member):
            return (*_member(member), micros(receipt.occurred_at), *_NO_CLAIM)
        case RecordEvent(member=member, event=event):
            return (*_member(member), micros(event.occurred_at), *_NO_CLAIM)
        case ReadBooks(member=member, at=at):
            return (*_member(member), micros(at), *_NO_CLAIM)
        case CancelQuote(quote=quote, at=at):
            return (*_quoted_member(quote, secret), micros(at), *_NO_CLAIM)
    raise TypeError(command)


def _joined(codes: Sequence[str]) -> str | None:
    return "\n".join(codes) if codes else None


def _member(member: MemberKey | None) -> tuple[Any, ...]:
    if member is None:
        return _NO_MEMBER
    if member.ref is not None:
        return (member.ref[0], member.ref[1], None, None)
    return (None, None, member.kind, member.value)


def _quoted_member(token: str, secret: bytes) -> tuple[Any, ...]:
    try:
        member = read(token, secret).member
    except Refused:  # told when it is decided
        return _NO_MEMBER
    if not member:
        return _NO_MEMBER
    member_id = UUID(member)
    return (bucket_of(member_id), member_id, None, None)
