"""What comes to the till and what it answers: commands and frozen views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.core.promotions.explain import Explained
from regulars.core.promotions.missed import Missed
from regulars.core.promotions.result import CodeAnswer
from regulars.core.purchase import Event, Receipt
from regulars.core.reasons import Reason
from regulars.core.refusal import Refused
from regulars.core.till.tenders import CardUse

Wish = Mapping[str, int | None]

NOBODY = MemberRef(0, UUID(int=0))  # whose receipts the anonymous ones are


class MemberKey(NamedTuple):
    """How a till names a member: by reference, or by an identifier as (kind, value)."""

    ref: MemberRef | None = None
    kind: str | None = None
    value: str | None = None

    def __repr__(self) -> str:
        return f"MemberKey({self.ref or self.kind})"


class SaleKey(NamedTuple):
    """The till's own name of a sale."""

    store: str
    till: str
    number: str


@dataclass(frozen=True, slots=True)
class QuoteSale:
    """Ask what a receipt would bring; with `hold`, set aside the points it would spend.

    `rewind` evaluates at a moment in the past or future and writes nothing. `key_digest` makes a hold
    one, however often it is asked for: a later one under the same key takes the place of the earlier.
    `codes` are promo codes and coupons in their one spelling, `claims` how many times each promotion is
    asked for, `cards` the gift cards that are to pay. `unheard` answers codes that were not looked at
    (too many wrong ones came from there). `offers` tells which promotions were nearly reached, `explain`
    of every promotion why (not). `unproved_max_minor`: the most money's worth that may be spent, for
    who has not proved to be there; None: any.
    """

    receipt: Receipt
    member: MemberKey | None
    pay: Wish = field(default_factory=dict)
    hold: bool = False
    rewind: bool = False
    key_digest: bytes | None = None
    codes: tuple[str, ...] = ()
    claims: Mapping[str, int] = field(default_factory=dict)
    cards: tuple[CardUse, ...] = ()
    unheard: tuple[CodeAnswer, ...] = ()
    offers: bool = True
    explain: bool = False
    unproved_max_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CommitSale:
    """Make a sale of a receipt, as quoted or as decided now.

    `history`: it comes out of a file of past receipts, so it may be as late as it likes. With a
    quote, its codes, claims and cards are those of the quote. `unproved_max_minor`: as in a quote.
    """

    receipt: Receipt
    member: MemberKey | None
    body_digest: bytes
    pay: Wish = field(default_factory=dict)
    quote: str | None = None
    key_digest: bytes | None = None
    dry_run: bool = False
    history: bool = False
    codes: tuple[str, ...] = ()
    claims: Mapping[str, int] = field(default_factory=dict)
    cards: tuple[CardUse, ...] = ()
    unheard: tuple[CodeAnswer, ...] = ()
    unproved_max_minor: int | None = None


@dataclass(frozen=True, slots=True)
class CancelQuote:
    """Let go what a quote holds."""

    quote: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnGoods:
    """Take goods of a sale back; `lines` gives thousandths by line id, None means all that is left.

    `onto` is the number of a gift card that gets what would go back in money.
    """

    number: str
    store: str
    till: str
    occurred_at: datetime
    sale: SaleKey
    body_digest: bytes
    lines: Mapping[str, int] | None = None
    key_digest: bytes | None = None
    dry_run: bool = False
    onto: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """Something a member did that is not a purchase."""

    member: MemberKey
    event: Event


@dataclass(frozen=True, slots=True)
class ReadBooks:
    """A member's balances, tier and what is due, as of a moment; writes nothing."""

    member: MemberKey
    at: datetime


Command = QuoteSale | CommitSale | CancelQuote | ReturnGoods | RecordEvent | ReadBooks


class Balance(NamedTuple):
    """One wallet at a moment, in minor units."""

    pending: int
    active: int
    held: int


class DecisionView(NamedTuple):
    """A decision in the one shape in which it is answered, stored and answered again.

    Discounts are (id, amount, shares, reason) and, where they are not as usual, (spread, times, units,
    code); payments (currency, amount, money, shares, units, reason); awards (rule, currency, amount,
    shares, reason); tenders (card, currency, amount, money, shares, units, reason); points (promotion,
    currency, amount, units); gifts (promotion, sku, quantity, reason); issued (promotion, by, count,
    codes); codes (code, promotion, accepted, reason); loads (line, card, number masked, currency,
    amount, whether the card is sold by it); a reason is (code, pairs). Tuples throughout.
    """

    version: int
    tier: str
    gross_minor: int
    discount_minor: int
    points_minor: int
    due_minor: int
    due: tuple[int, ...]
    discounts: tuple[tuple[Any, ...], ...]
    payments: tuple[tuple[Any, ...], ...]
    awards: tuple[tuple[Any, ...], ...]
    cut: tuple[tuple[Any, ...], ...]
    tenders: tuple[tuple[Any, ...], ...] = ()
    points: tuple[tuple[Any, ...], ...] = ()
    gifts: tuple[tuple[Any, ...], ...] = ()
    issued: tuple[tuple[Any, ...], ...] = ()
    codes: tuple[tuple[Any, ...], ...] = ()
    loads: tuple[tuple[Any, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class SpendableView:
    """How much of a currency may pay, and what would be earned then."""

    currency: str
    balance: int
    minimum: int
    most: int
    step: int
    worth_minor: int
    reason: Reason
    earned_if_spent: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class QuoteView:
    """The answer to «what would happen»: good for a commit until `valid_until`."""

    token: str
    member: MemberRef | None
    decision: DecisionView
    spendable: tuple[SpendableView, ...]
    earned_if_nothing_spent: Mapping[str, int]
    balances: Mapping[str, Balance]
    valid_until: datetime
    held: bool
    receipt: Receipt
    missed: tuple[Missed, ...] = ()  # the nearest offers, best first
    explained: tuple[Explained, ...] = ()  # every promotion, where it was asked for


@dataclass(frozen=True, slots=True)
class SaleView:
    """A committed sale; the same however often it is asked for."""

    id: UUID
    member: MemberRef | None
    key: SaleKey
    occurred_at: datetime
    received_at: datetime
    decision: DecisionView
    balances: Mapping[str, Balance]
    late: Mapping[str, Any] | None
    receipt: Receipt
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class ReturnView:
    """A return as it was booked."""

    id: UUID
    sale: UUID
    member: MemberRef | None
    key: SaleKey
    occurred_at: datetime
    received_at: datetime
    version: int
    refund_minor: int
    quantities: Mapping[str, int]
    restored: Mapping[str, int]
    reversed: Mapping[str, int]
    taken_back: Mapping[str, int]
    reasons: tuple[tuple[Any, ...], ...]
    balances: Mapping[str, Balance]
    tenders: Mapping[str, int] = field(default_factory=dict)  # of the refund: by card or currency
    coupons: tuple[str, ...] = ()  # whose use came back
    revoked: tuple[str, ...] = ()  # that the sale had brought and are void now
    onto: tuple[str, int] | None = None  # the gift card that got what would have gone back in money
    kept_minor: int = 0  # of gift cards and top-ups that came back: what had been spent of them
    replayed: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class EventView:
    """What an event brought."""

    member: MemberRef
    version: int
    awards: tuple[tuple[Any, ...], ...]
    cut: tuple[tuple[Any, ...], ...]
    balances: Mapping[str, Balance]


@dataclass(frozen=True, slots=True)
class BooksView:
    """A member's balances and tier at a moment."""

    member: MemberRef
    version: int
    balances: Mapping[str, Balance]
    lots: tuple[
        tuple[str, int, datetime, datetime, datetime | None], ...
    ]  # code, left, earned, active, expires
    tier: str | None
    tier_until: datetime | None
    next_tier: str | None
    missing: int
    visits: int


@dataclass(frozen=True, slots=True)
class CancelView:
    """What cancelling a quote released, by currency."""

    released: Mapping[str, int]


Answer = QuoteView | SaleView | ReturnView | EventView | BooksView | CancelView


class MemberUnknown(Refused):
    """No member answers to this identifier."""

    code = "member.not_found"
    kind = "not_found"


class IdentifierBlocked(Refused):
    """The card or phone is blocked or was replaced."""

    code = "member.identifier_blocked"
    kind = "forbidden"


class SaleUnknown(Refused):
    """No such sale, or not one for this till."""

    code = "sale.not_found"
    kind = "not_found"


class ReceiptConflict(Refused):
    """This receipt number was committed with other contents."""

    code = "receipt.conflict"
    kind = "mismatch"


class KeyReused(Refused):
    """This idempotency key was used for another request."""

    code = "idempotency.key_reused"
    kind = "mismatch"


class QuoteInvalid(Refused):
    """The quote is not one of ours, or not for this."""

    code = "quote.invalid"
    kind = "invalid"


class QuoteChanged(Refused):
    """The quote cannot be kept; `fresh` is what can be promised now. Nothing has happened."""

    code = "quote.changed"
    kind = "changed"

    def __init__(self, fresh: QuoteView) -> None:
        super().__init__()
        self.fresh = fresh


class TillBusy(Refused):
    """Too many tills wanted the same account for too long; the same request may be sent again."""

    code = "till.busy"
    kind = "busy"
