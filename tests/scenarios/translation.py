"""The document that a record becomes, and which part of it stands for what of the record."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from scenarios.conditions import GrossOf
from scenarios.settings import Settings
from scenarios.words import UnknownWord, listed


@dataclass(frozen=True)
class Circumstances:
    """What the translation depends on beside the programmes themselves."""

    settings: Settings
    source: str
    wallets: Sequence[Mapping[str, Any]]
    claimed: frozenset[str]  # programmes that some step of the record claims a reward of
    codes_entered: bool  # whether some step of the record enters a code
    entered: tuple[str, ...]  # programmes whose code is entered, in that order
    gross_of: GrossOf
    taxed_of: GrossOf
    balance: Callable[[str], Decimal]
    pinned: Mapping[str, Any]
    groups: Mapping[str, int]
    skus: frozenset[str] = frozenset()  # products of the basket
    card_expiry: Mapping[str, Any] | None = None
    zone: str = "UTC"


@dataclass
class Translation:
    """The document, and which part of it stands for what of the record."""

    document: dict[str, Any]
    programme_of: dict[str, str] = field(default_factory=dict)  # our promotion → programme
    parts: dict[str, list[str]] = field(default_factory=dict)  # programme → our promotions
    choices: dict[tuple[str, str], str] = field(default_factory=dict)  # (programme, choice) → ours
    currencies: dict[str, str] = field(default_factory=dict)  # programme → currency
    kept: set[str] = field(default_factory=set)  # programmes whose points stay
    coupons: dict[str, str] = field(default_factory=dict)  # programme → ours, by coupon
    asked: set[str] = field(default_factory=set)  # ours that are activated
    unasked: set[str] = field(
        default_factory=set
    )  # of these: by the till itself, as often as can be
    budgets: dict[str, str] = field(default_factory=dict)  # our budget → programme
    future: set[str] = field(default_factory=set)  # programmes for the next order
    payers_unasked: set[str] = field(
        default_factory=set
    )  # programmes whose points pay by themselves
    opened: set[str] = field(default_factory=set)  # programmes whose code lets a reward be claimed
    item_payers: set[str] = field(default_factory=set)  # programmes whose points make goods free
    as_many_as_can_be: set[str] = field(default_factory=set)  # ours: one claim takes all there is


def valid_of(programme: Mapping[str, Any], where: str) -> dict[str, str] | None:
    """From the start of the first day to the end of the last, where they are given."""
    valid = programme.get("valid")
    if valid is None:
        return None
    if isinstance(valid, Mapping):
        valid = [valid.get("from"), valid.get("to")]
    first, last = [*listed(valid), None, None][:2]
    found: dict[str, str] = {}
    if first is not None:
        found["since"] = f"{day_of(first, where).isoformat()}T00:00"
    if last is not None:
        found["until"] = f"{(day_of(last, where) + timedelta(days=1)).isoformat()}T00:00"
    return found or None


def day_of(value: Any, where: str) -> date:
    """A day of the calendar. Raises UnknownWord."""
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        raise UnknownWord(f"{where}: no date {value!r}"[:120]) from None


def our_code(word: str) -> str:
    """A promo code as our document may have it: no blanks, at least three characters."""
    kept = "".join(c if c.isalnum() and ord(c) < 128 else "-" for c in word.strip())
    return f"c-{kept}"[:40]


def group_id(name: Any) -> str:
    """A category of promotions as the id of a group."""
    folded = "".join(c for c in str(name).lower() if c.isascii() and c.isalnum())
    return f"g-{folded}"[:40]
