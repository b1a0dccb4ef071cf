"""What was bought, by whom, where and when: the input of every decision."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

QUANTITY_SCALE = 1000  # quantities are whole thousandths: 0.137 kg is 137

GOODS, DELIVERY, GIFT_CARD, TOP_UP = "goods", "delivery", "gift_card", "top_up"
KINDS = frozenset({GOODS, DELIVERY, GIFT_CARD, TOP_UP})
"""What a line may be. Delivery is no goods: only delivery promotions look at it. A gift card and a
top-up of stored value are money changed into money: no discount, no points, no payment with points."""


class Line(NamedTuple):
    """One line of a receipt, as the till rang it up before the programme had a say.

    `amount_minor` is what the line costs in all (`price_minor` × quantity, rounded by the till, less
    the till's own discounts). `minimum_minor` is the least the whole line may be sold for.
    """

    id: str
    sku: str
    quantity: int  # thousandths of a unit
    price_minor: int
    amount_minor: int
    category: tuple[str, ...] = ()  # from the widest: ("food", "dairy", "milk")
    brand: str = ""
    minimum_minor: int = 0
    cost_minor: int | None = None  # of the whole line
    tax_rate_bp: int | None = None  # basis points: 2000 is 20 %
    tags: frozenset[str] = (
        frozenset()
    )  # goods tags and flags: "no_points", "no_redeem", "no_discount"
    name: str = ""
    kind: str = "goods"  # see KINDS: what the line is, as far as rules must tell
    card: str = ""  # of a gift card's line: the number that is sold or topped up


class Receipt(NamedTuple):
    """One purchase with its lines; `occurred_at` is the till's clock and decides every rule."""

    number: str  # the till's own receipt id
    store: str
    till: str
    occurred_at: datetime
    lines: tuple[Line, ...]
    channel: str = "store"
    payments: tuple[tuple[str, int], ...] = ()  # (method, amount_minor)
    cashier: str = ""
    store_brand: str = ""
    attributes: Mapping[str, str | int | bool] = {}

    @property
    def amount_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)


class Event(NamedTuple):
    """Something a member did that is not a purchase: sign-up, review, check-in…"""

    kind: str
    occurred_at: datetime
    reference: str = ""  # what makes it unique: the review's id, the friend's member id
    attributes: Mapping[str, str | int | bool] = {}


class Buyer(NamedTuple):
    """What the rules may know of the member, as of the moment of the purchase."""

    member_id: str
    enrolled_at: datetime
    birthday: date | None = None
    tags: frozenset[str] = frozenset()
    attributes: Mapping[str, str | int | bool] = {}
    tier: str = ""
    visits: int = 0  # purchases before this one, returned ones not counted
    counters: Mapping[str, tuple[int, int]] = {}  # key → (period, value); see core.programme.caps
    turnover_minor: int = 0  # what the member's purchases came to before this one, less returns
