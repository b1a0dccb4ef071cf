"""Everything that a record sets up and changes: people and books, orders, coupons, cards, the clock."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from regulars.core.ledger.accounts import GENESIS, Account, State
from regulars.core.ledger.lots import Taken
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.result import Allowance
from regulars.core.purchase import Receipt
from regulars.core.till.decision import Decision, MemberFacts
from regulars.core.till.sold import Sold
from scenarios.programmes import currency_code
from scenarios.records import Case
from scenarios.settings import Settings
from scenarios.translation import Translation
from scenarios.words import UnknownWord, check, listed, number, text

START = datetime(2026, 3, 2, 12, tzinfo=UTC)  # a Monday
ENROLLED = datetime(1990, 1, 1, tzinfo=UTC)
_NAMES = UUID("5a0c6f4e-0000-4000-8000-000000000000")
CUSTOMER_FIELDS = frozenset({"group", "groups", "id", "name", "email", "staff", "level", "company"})
WALLET_FIELDS = frozenset(
    {"programme", "owner", "card", "points", "expires", "balance", "code", "active", "currency",
     "customer", "date"}
)  # fmt: skip


def identity(name: str) -> UUID:
    """Always the same id for a name."""
    return uuid5(_NAMES, name)


@dataclass
class Person:
    """Somebody with books of their own; groups are what rules may ask for."""

    name: str
    account: Account
    groups: frozenset[str] = frozenset()
    enrolled_at: datetime = ENROLLED
    referred_by: str | None = None
    orders: int = 0

    @property
    def facts(self) -> MemberFacts:
        tags = frozenset({*(f"group:{g}" for g in self.groups), f"name:{self.name}"})
        return MemberFacts(self.account.member_id, "active", self.enrolled_at, None, "en", tags, {})


@dataclass
class Ticket:
    """A coupon of a programme, by the code it is entered with."""

    code: str
    programme: str
    uses_max: int
    uses: int = 0
    owner: str | None = None
    until: datetime | None = None
    revoked: bool = False


@dataclass
class GiftCard:
    """A gift card: its books, and what keeps it from being used."""

    code: str
    programme: str
    account: Account
    active: bool = True
    money: str = "EUR"


@dataclass
class Entered:
    """A code that was taken: what it stands for."""

    word: str
    kind: str  # "promo", "coupon", "card", "points"
    code: str
    programme: str


@dataclass
class Order:
    """An order being put together, or placed."""

    number: str
    customer: str | None = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    shipping: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: list[Entered] = field(default_factory=list)
    claims: dict[tuple[str, str], int] = field(default_factory=dict)
    pays: dict[str, Decimal | None] = field(default_factory=dict)
    suppressed: set[str] = field(default_factory=set)
    channel: str = ""
    company: str = ""
    store: str = ""
    price_list: str = ""
    country: str = ""
    currency: str = ""
    off_percent: Decimal = Decimal(0)
    returning: Decimal | None = None  # what is given back with this order
    confirmed: bool = False


@dataclass
class Placed:
    """A placed order: what was decided, what it wrote, and what has come back of it."""

    order: Order
    person: str | None
    programme: Compiled
    translation: Translation
    decision: Decision
    sold: Sold
    receipt: Receipt
    card_taken: Mapping[str, tuple[Taken, ...]]
    issued: list[str] = field(default_factory=list)
    cards_sold: list[str] = field(default_factory=list)
    returned: dict[str, int] = field(default_factory=dict)
    cancelled: bool = False


@dataclass
class Last:
    """What the latest steps came to, for the expectations after them."""

    accepted: bool | None = None
    ok: bool | None = None
    told: dict[str, Any] = field(default_factory=dict)


class World:
    """The state of one run of one record."""

    def __init__(self, case: Case, settings: Settings) -> None:
        self.case = case
        self.settings = settings
        raw = deepcopy(dict(case.raw))
        self.programmes: list[dict[str, Any]] = [dict(p) for p in raw.get("programmes") or []]
        self.wallets: list[Mapping[str, Any]] = list(raw.get("wallets") or [])
        self.steps: list[Mapping[str, Any]] = list(raw.get("steps") or [])
        self.clock = START
        self.people: dict[str, Person] = {}
        self.tickets: dict[str, Ticket] = {}
        self.cards: dict[str, GiftCard] = {}
        self.used: dict[tuple[str, str], int] = {}  # (programme, uses|money|units|budget)
        self.pinned: dict[str, Any] = {}
        self.groups: dict[str, int] = {}
        self.only: set[str] | None = None  # programmes that are switched on, where some are not
        self.order = Order("1", self.usual_customer())
        self.orders: dict[str, Order] = {}
        self.placed: list[Placed] = []
        self.last = Last()
        self.numbers = 1
        self.referrals: dict[str, list[datetime]] = {}  # who was rewarded when
        self.rewards_taken: dict[str, int] = {}
        self.rewards_taken_by: dict[tuple[str, str], int] = {}
        self.card_skus: set[str] = set()  # products that are gift cards
        self.card_expiry: dict[str, Any] | None = None
        self._read_programmes()
        if not any({"customer", "email", "to"} & step.keys() for step in self.steps):
            self.person(self.order.customer or "").groups = frozenset(self._groups_asked_for())

    def _read_programmes(self) -> None:
        seen = set()
        for i, programme in enumerate(self.programmes):
            name = text(programme.setdefault("id", f"p{i + 1}"), "programme id")
            if name in seen:
                raise UnknownWord(f"programme {name}: stands twice")
            seen.add(name)
            programme["id"] = name
            budget = programme.get("budget")
            if isinstance(budget, Mapping) and budget.get("used"):
                self.set_used(name, budget["used"])

    def _groups_asked_for(self) -> list[str]:
        """Where a record never says who buys, it is somebody whom the rules are for."""
        found: list[str] = []
        for programme in self.programmes:
            for holder in (programme, *listed(programme.get("rules"))):
                if isinstance(holder, Mapping):
                    found += [str(group) for group in listed(holder.get("customer_group"))]
        return found

    def usual_customer(self) -> str:
        """Who buys where the record does not say: the one owner of the wallets, else nobody special."""
        owners = {str(w["owner"]) for w in self.wallets if w.get("owner") is not None}
        named = any("customer" in step for step in self.steps if step.get("do") == "order")
        return next(iter(owners)) if len(owners) == 1 and not named else ""

    def set_used(self, name: str, used: Any) -> None:
        """Say how much of its shared limits a programme has used: uses, or money of its budget."""
        amount = number(used, "used")
        self.used[name, "uses"] = int(amount)
        self.used[name, "budget"] = int(amount * 100)

    def programme(self, name: Any = None) -> dict[str, Any]:
        """The programme that a step names, the first one where it names none. Raises UnknownWord."""
        if name is None:
            if not self.programmes:
                raise UnknownWord("the record has no programme")
            return self.programmes[0]
        for programme in self.programmes:
            if programme["id"] == str(name):
                return programme
        raise UnknownWord(f"no programme {str(name)[:60]!r}")

    def currency(self, name: str) -> str:
        """The currency that the points of a programme are."""
        places = {programme["id"]: place for place, programme in enumerate(self.programmes)}
        return currency_code(places[name], name)

    def person(self, name: str) -> Person:
        """The person of this name, enrolled long ago if not met before."""
        found = self.people.get(name)
        if found is None:
            member = identity(f"member {name}")
            account = Account(member, 0, GENESIS, None, "", State(), {}, ())
            found = self.people[name] = Person(name, account)
        return found

    def customer_of(self, given: Any) -> str | None:
        """Who a step means by `customer`: a name, or an object with a group. Raises UnknownWord."""
        if given is None:
            return None
        if not isinstance(given, Mapping):
            return text(given, "customer")
        check("customer", given, CUSTOMER_FIELDS)
        groups = [
            text(g, "group") for g in listed(given.get("group")) + listed(given.get("groups"))
        ]
        if given.get("staff"):
            groups.append("staff")
        groups += [f"level {text(level, 'level')}" for level in listed(given.get("level"))]
        name = given.get("id", given.get("name", given.get("email")))
        if name is None:
            name = "of " + ",".join(groups) if groups else ""
        person = self.person(text(name, "customer") if name else "")
        person.groups = frozenset({*person.groups, *groups})
        return person.name

    def new_order(self, *, keep_lines: bool = False) -> Order:
        """Begin the next order of the same customer; what was entered stays with the old one."""
        self.numbers += 1
        old = self.order
        fresh = Order(str(self.numbers), old.customer, channel=old.channel, company=old.company)
        fresh.price_list, fresh.off_percent = old.price_list, old.off_percent
        fresh.country, fresh.currency = old.country, old.currency
        if keep_lines:
            fresh.lines = [dict(line) for line in old.lines]
            fresh.shipping = dict(old.shipping)
        self.order = fresh
        return fresh

    def open_order(self) -> Order:
        """The order being put together; a new one with the same lines if the last is placed."""
        return self.new_order(keep_lines=True) if self.order.confirmed else self.order

    def live_programmes(self, order: Order) -> list[dict[str, Any]]:
        """The programmes as they stand for this order, those taken out switched off."""
        found = []
        for programme in self.programmes:
            money = programme.get("currency")
            off = (
                programme["id"] in order.suppressed
                or (self.only is not None and programme["id"] not in self.only)
                or bool(money and order.currency and str(money) != order.currency)
            )
            found.append({**programme, "active": False} if off else programme)
        return found

    def advance(self, **by: int) -> None:
        """Let time pass."""
        self.clock += timedelta(**by)

    def latest(self) -> Placed:
        """The order placed last that was not cancelled. Raises UnknownWord."""
        for placed in reversed(self.placed):
            if not placed.cancelled:
                return placed
        raise UnknownWord("no order was placed")


def tried(world: World) -> World:
    """A copy to try something on, which leaves the original as it is."""
    copy = World.__new__(World)
    copy.__dict__.update(world.__dict__)
    copy.people = {name: replace(person) for name, person in world.people.items()}
    copy.tickets = {code: replace(ticket) for code, ticket in world.tickets.items()}
    copy.cards = {code: replace(card) for code, card in world.cards.items()}
    copy.used = dict(world.used)
    copy.rewards_taken = dict(world.rewards_taken)
    copy.rewards_taken_by = dict(world.rewards_taken_by)
    copy.order = replace(
        world.order,
        lines=[dict(line) for line in world.order.lines],
        codes=list(world.order.codes),
        claims=dict(world.order.claims),
    )
    copy.placed = list(world.placed)
    copy.programmes = deepcopy(world.programmes)
    copy.last = replace(world.last, told=dict(world.last.told))
    return copy


def allowances_used(
    world: World, translation: Translation, taken: list[Allowance], sign: int
) -> None:
    """Enter what an order takes of the limits that all share (or gives back)."""
    for key, _, _, amount in taken:
        what, _, rest = key.partition(":")
        ours = rest.split(":")[0]
        owner = translation.budgets.get(ours) or translation.programme_of.get(ours)
        if owner is not None:
            slot = owner, what
            world.used[slot] = max(0, world.used.get(slot, 0) + sign * amount)
