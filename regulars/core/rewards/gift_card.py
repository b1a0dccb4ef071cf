"""Gift cards and stored value: money paid in beforehand that pays as money does.

A gift card is an account of the ledger with books of its own; what may happen to it stands in them:
whether it was sold, blocked or replaced are counters, its money are lots. So two tills that use one
card at once meet at the version of its account, as with a member's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import Duration, add, period_end
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Lot
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.currency import CurrencyKind, ExpiresAfter, ExpiresAtPeriodEnd
from regulars.core.programme.gift_cards import CardExpiry
from regulars.core.programme.texts import to_minor
from regulars.core.purchase import GIFT_CARD, QUANTITY_SCALE, Line, Receipt
from regulars.core.refusal import Invalid, Refused
from regulars.core.till.decision import Load
from regulars.core.till.pricing import MONEY_KINDS
from regulars.core.till.tenders import CardUse, Funds

CARD_CURRENCY = "gift_card"
"""The currency of every gift card's account; no currency of a programme may be called so."""

CARDS_MAX = 20  # on one receipt
MARKS = "card"  # the counter of a card's marks, in bits
SOLD_MARK, BLOCKED_MARK, REPLACED_MARK = 1, 2, 4

CardStatus = Literal["new", "active", "spent", "blocked", "replaced"]


class CardNotValid(Refused):
    """There is no such card, or its PIN is wrong, or it cannot be used: which of it, nobody is told."""

    code = "gift_card.not_valid"


class CardInsufficient(Refused):
    """The card holds less than it was to pay."""

    code = "gift_card.insufficient"


class CardTwice(Invalid):
    """The same card stands twice in the request."""

    code = "gift_card.twice"


class CardNumberMissing(Invalid):
    """A card that is sold needs its number."""

    code = "gift_card.number_missing"


class CardsNotOffered(Refused):
    """The programme has no gift cards."""

    code = "gift_card.not_offered"


class CardNotToppedUp(Refused):
    """The programme's cards are not topped up."""

    code = "gift_card.no_top_up"


class CardAmountWrong(Refused):
    """Less than the least, or more than the most that may be on a card."""

    code = "gift_card.amount"


class CardLineMalformed(Invalid):
    """A line that loads a card is one piece with an amount of its own."""

    code = "gift_card.line_malformed"


class TopUpNeedsMember(Refused):
    """Stored value belongs to a member: one must be named."""

    code = "gift_card.member_needed"


class Card(NamedTuple):
    """A card as the books know it; `trusted`: its PIN was given, or it needs none."""

    id: UUID
    number: str
    money: str  # ISO 4217
    trusted: bool
    book: Book  # settled up to the moment

    @property
    def marks(self) -> int:
        return marks_of(self.book)

    @property
    def balance(self) -> int:
        return self.book.wallet(CARD_CURRENCY).active

    @property
    def is_active(self) -> bool:
        return self.marks == SOLD_MARK


class Purse(NamedTuple):
    """The cards that come with a receipt: presented to pay, and all of them by number, those to load too."""

    uses: tuple[CardUse, ...] = ()
    cards: Mapping[str, Card] = {}


NO_PURSE = Purse()


class CardPolicy(NamedTuple):
    """What a programme version says of its cards; money in minor units."""

    expiry: CardExpiry
    expired_grace: Duration
    least: int
    most: int | None
    top_up: bool
    needs_pin: bool
    zone: ZoneInfo


@lru_cache(maxsize=256)
def policy_of(programme: Compiled) -> CardPolicy | None:
    """The version's rules for gift cards; None where it has none."""
    cards = programme.document.gift_cards
    if cards is None:
        return None
    scale = programme.money_scale
    return CardPolicy(
        cards.expiry,
        cards.expired_grace,
        to_minor(cards.least, scale),
        None if cards.most is None else to_minor(cards.most, scale),
        cards.top_up,
        cards.pin,
        programme.zone,
    )


@lru_cache(maxsize=256)
def stored_of(programme: Compiled) -> str:
    """The code of the currency that is stored value; empty where the version has none."""
    for code, currency in programme.currencies.items():
        if currency.kind == CurrencyKind.STORED_VALUE:
            return code
    return ""


def marks_of(book: Book) -> int:
    """The marks of a card in its books: sold, blocked, replaced."""
    return book.counter(MARKS)


def status_of(marks: int, balance: int) -> CardStatus:
    """What a card is by its marks and by what is on it."""
    if marks & REPLACED_MARK:
        return "replaced"
    if marks & BLOCKED_MARK:
        return "blocked"
    if not marks & SOLD_MARK:
        return "new"
    return "active" if balance > 0 else "spent"


def funds_of(purse: Purse, *, money: str) -> tuple[Funds, ...]:
    """What the presented cards can pay, in the order given.

    Raises CardNotValid (one answer for unknown, wrong PIN, not sold, blocked, replaced, expired,
    spent or other money), CardTwice.
    """
    funds: list[Funds] = []
    seen: set[str] = set()
    for i, use in enumerate(purse.uses):
        pointer = f"/gift_cards/{i}"
        if use.number in seen:
            raise CardTwice(pointer=f"{pointer}/number")
        seen.add(use.number)
        card = checked(purse.cards.get(use.number), money=money, pointer=pointer)
        place = f"{pointer}/amount_minor"
        funds.append(Funds(str(card.id), CARD_CURRENCY, card.balance, use.amount, place))
    return tuple(funds)


def funds_left(purse: Purse, *, money: str) -> tuple[Funds, ...]:
    """As `funds_of`, but cards that cannot pay (any more) are left out, and none pays more than it has."""
    funds = []
    for i, use in enumerate(purse.uses):
        try:
            card = checked(purse.cards.get(use.number), money=money)
        except CardNotValid:
            continue
        most = card.balance if use.amount is None else min(use.amount, card.balance)
        funds.append(
            Funds(str(card.id), CARD_CURRENCY, most, None, f"/gift_cards/{i}/amount_minor")
        )
    return tuple(funds)


def checked(card: Card | None, *, money: str, pointer: str | None = None) -> Card:
    """The card, if it can pay; raises CardNotValid without telling why not."""
    if (
        card is None
        or not card.trusted
        or not card.is_active
        or card.money != money
        or card.balance <= 0
    ):
        raise CardNotValid(pointer=pointer)
    return card


def list_loads(
    programme: Compiled, receipt: Receipt, cards: Mapping[str, Card], *, has_member: bool
) -> tuple[Load, ...]:
    """What the receipt's lines put on cards and into stored value.

    A top-up line without a number is the member's stored value where the programme has it, else
    somebody else's business; so is a gift card's line without a number where the programme has no
    cards. Raises CardNumberMissing, CardsNotOffered, CardNotValid (sold before, unknown, blocked, other
    money), CardTwice, CardLineMalformed, CardAmountWrong, CardNotToppedUp, TopUpNeedsMember.
    """
    loads: list[Load] = []
    for i, line in enumerate(receipt.lines):
        if line.kind in MONEY_KINDS:
            load = _load(programme, line, cards, has_member, f"/lines/{i}")
            if load is None:
                continue
            if load.card and any(load.card == other.card for other in loads):
                raise CardTwice(pointer=f"/lines/{i}/card")
            loads.append(load)
    return tuple(loads)


def check_load(
    policy: CardPolicy, card: Card | None, amount: int, *, sells: bool, money: str, pointer: str
) -> Card:
    """The card, if `amount` can be put on it: a new one by selling it, an active one by topping up.

    Raises CardNotValid, CardNotToppedUp, CardAmountWrong.
    """
    if not sells and not policy.top_up:
        raise CardNotToppedUp(pointer=pointer)
    fits = card is not None and card.money == money and card.marks == (0 if sells else SOLD_MARK)
    if card is None or not fits:
        raise CardNotValid(pointer=f"{pointer}/card")
    above = policy.most is not None and card.balance + amount > policy.most
    if amount <= 0 or amount < policy.least or above:
        raise CardAmountWrong(
            pointer=f"{pointer}/amount_minor",
            least_minor=policy.least,
            most_minor=0 if policy.most is None else max(0, policy.most - card.balance),
        )
    return card


def new_lot(policy: CardPolicy, source: UUID | None, amount: int, at: datetime) -> Lot:
    """Money put on a card at `at`, with the expiry that the policy gives it; not yet numbered."""
    expires: datetime | None = None
    match policy.expiry:
        case ExpiresAfter(after=after):
            expires = add(at, after, policy.zone)
        case ExpiresAtPeriodEnd(period=period, grace=grace):
            end = period_end(at, period, policy.zone)
            expires = end if grace.is_zero else add(end, grace, policy.zone)
    return Lot(0, CARD_CURRENCY, source, at, at, expires, 0, 0, amount, amount)


def masked(number: str) -> str:
    """Enough of a card's number to be told from others: the last four digits."""
    return f"•••{number[-4:]}"


def numbers_of(receipt: Receipt, uses: Iterable[CardUse]) -> tuple[str, ...]:
    """The numbers of all cards that a receipt concerns, each once, in order."""
    loaded = (line.card for line in receipt.lines if line.card and line.kind in MONEY_KINDS)
    return tuple(dict.fromkeys([*(use.number for use in uses), *loaded]))


def _load(
    programme: Compiled,
    line: Line,
    cards: Mapping[str, Card],
    has_member: bool,
    pointer: str,
) -> Load | None:
    policy, stored = policy_of(programme), stored_of(programme)
    if not line.card:
        if line.kind == GIFT_CARD:
            if policy is not None:
                raise CardNumberMissing(pointer=f"{pointer}/card")
            return None
        if not stored:
            return None
        if not has_member:
            raise TopUpNeedsMember(pointer="/member")
        if line.amount_minor <= 0:
            raise CardLineMalformed(pointer=pointer)
        return Load(line.id, "", "", stored, line.amount_minor, False)
    if policy is None:
        raise CardsNotOffered(pointer=f"{pointer}/card")
    if line.quantity != QUANTITY_SCALE:
        raise CardLineMalformed(pointer=f"{pointer}/quantity")
    sells = line.kind == GIFT_CARD
    card = check_load(
        policy,
        cards.get(line.card),
        line.amount_minor,
        sells=sells,
        money=programme.money,
        pointer=pointer,
    )
    return Load(line.id, str(card.id), line.card, CARD_CURRENCY, line.amount_minor, sells)
