"""A shop and the oracle side by side: what the one does to stored books, the other does to points."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from core.ledger.oracle import Bag, Member, Point, Terms, cumulative, fair_split, half_up, numbers
from core.ledger.shop import Shop
from core.tier_oracle import Rules, tier
from make import RATE, ZONE, identity, moment, programme

from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled

CAP_A_WEEK, SILVER_FROM, BONUS = 45, 100_000, 7
LADDER = Rules((0, SILVER_FROM, None), "rolling", ZONE, days=30, grace_days=3)
VERSIONS = (
    Terms(live_days=30, grace_days=10),
    Terms(ripe_days=3, live_days=20, policy="within_balance"),
    Terms(ripe_days=2, idle_days=25, policy="pending_only", grace_days=5),
    Terms(live_days=45, floor=-15, grace_days=10),
    Terms(ripe_days=10, live_days=11),
    Terms(policy="within_balance", idle_days=15),
)


def compiled(number: int, terms: Terms) -> Compiled:
    """The programme that says what `terms` say."""
    expiry: dict[str, Any] = {"kind": "never"}
    if terms.live_days is not None:
        expiry = {"kind": "after", "after": {"days": terms.live_days}}
    if terms.idle_days is not None:
        expiry = {"kind": "inactivity", "after": {"days": terms.idle_days}}
    points = {
        "title": "Points",
        "activation": {"days": terms.ripe_days},
        "expiry": expiry,
        "floor": terms.floor,
        "redeem": {"kind": "money", "worth": 1},
    }
    check_in = {"event": "check_in", "points": BONUS, "once": "always"}
    bonus = {"mechanic": "event_bonus", "params": check_in, "currency": "points"}
    silver = {"code": "silver", "title": "Silver", "threshold": SILVER_FROM // 100}
    club = {"code": "club", "title": "Club", "invitation_only": True}
    return programme(
        version=number,
        currencies={"points": points},
        earning=[
            {**RATE, "caps": {"week": CAP_A_WEEK}},
            {"id": "bonus", "title": "Bonus", **bonus},
        ],
        returns={"earned": terms.policy, "expired_grace": {"days": terms.grace_days}},
        tiers={
            "measure": "spend",
            "window": {"kind": "rolling", "length": {"days": 30}},
            "grace": {"days": 3},
            "levels": [
                {"code": "base", "title": "Base"},
                {**silver, "discount": {"percent": 5}},
                {**club, "discount": {"percent": 10}},
            ],
        },
    )


PROGRAMMES = tuple(compiled(number, terms) for number, terms in enumerate(VERSIONS, 1))


@dataclass
class Sold:
    """What the oracle remembers of a sale."""

    name: str
    who: str
    terms: Terms
    at: datetime
    quantities: dict[str, int]
    due: dict[str, int]
    units: dict[str, int]
    earned: dict[str, int]
    spent: list[tuple[Bag, Point]]
    back: dict[str, int]

    @property
    def is_whole(self) -> bool:
        return self.back == self.quantities


class Twin:
    """The members of a shop, and what the oracle says of them."""

    def __init__(self) -> None:
        self.shop: Any = None
        self.terms = VERSIONS[0]
        self.weeks: dict[str, int] = {}
        self.now = moment("2026-01-05 12:00")
        self.count = 0
        self.sales: list[Sold] = []
        self.redeemed: dict[str, tuple[str, list[tuple[Bag, Point]]]] = {}
        self.members: dict[str, Member] = {"Anna": Member(), "Berta": Member()}
        self.berta = "Berta"

    def go_live(self, version: int) -> None:
        """Another version is in force from now on."""
        if self.shop is None:
            self.shop = Shop(PROGRAMMES[version])
        self.shop.use(PROGRAMMES[version])
        self.terms = VERSIONS[version]

    def book(self, who: str, posted_at: datetime, moments: tuple[datetime, ...]) -> Book:
        account = self.shop.store.load(identity(who), self.now, "", lots="all", history=True)
        book = Book(account, zone=ZONE, posted_at=posted_at)
        for at in moments:
            settle(book, at=at, version=1, zone=ZONE)
        return book

    def agree(self, who: str, member: Member, at: datetime) -> None:
        """The stored books, settled to `at`, are the oracle's, settled to `at`."""
        trial = copy.deepcopy(member)
        trial.settle(at)
        book = self.shop.look(who, at)
        assert tuple(book.wallet("points")) == trial.wallet()
        lots = self.book(who, at, (at,)).lots
        assert [
            (n, lot.remaining, lot.held, lot.expired, lot.active or not lot.remaining)
            for n, lot in sorted(lots.items())
        ] == numbers(trial.bags)
        assert book.visits == member.visits
        standing = self.shop.standing(who, at)
        assert standing is not None
        assert standing.tier == ("base", "silver", "club")[self.tier_of(member, at)]
        system = self.shop.store.replay(identity(who)).system
        told = {code: amount for (_, code), amount in system.items() if amount}
        assert told == {code: amount for code, amount in member.system.items() if amount}

    def oracle_sells(
        self,
        name: str,
        who: str,
        at: datetime,
        lines: list[Any],
        due: dict[str, int],
        pay: int,
        key: str | None,
    ) -> None:
        member = self.members[who]
        member.settle(at)
        spent = member.let_go(key, at, spend=pay) if key else member.spend(pay) if pay else []
        shares = fair_split(100 * pay, due)
        units = fair_split(pay, shares)
        due = {one: amount - shares[one] for one, amount in due.items()}
        local = at.astimezone(ZONE).date()
        week = (local - timedelta(days=local.weekday())).toordinal()
        room = max(0, CAP_A_WEEK - member.used.get(week, 0))
        total = min(half_up(Fraction(sum(due.values()), 1000)), room)
        earned = fair_split(total, due)
        if total:
            member.earn(total, name, at, self.terms)
            member.used[week] = member.used.get(week, 0) + total
        member.facts.append((at, sum(due.values())))
        member.visits += 1
        member.last_purchase = max(member.last_purchase or at, at)
        quantities = {one.id: one.quantity for one in lines}
        back = dict.fromkeys(quantities, 0)
        self.sales.append(
            Sold(name, who, self.terms, at, quantities, due, units, earned, spent, back)
        )
        self.weeks[name] = week

    def oracle_takes_back(
        self, sold: Sold, wanted: dict[str, int], at: datetime, undone: Any
    ) -> None:
        member = self.members[sold.who]
        member.settle(at)
        refund = restored = reversed_ = 0
        for one, quantity in wanted.items():
            span = (sold.back[one], sold.back[one] + quantity, sold.quantities[one])
            refund += cumulative(sold.due[one], *span)
            restored += cumulative(sold.units[one], *span)
            reversed_ += cumulative(sold.earned[one], *span)
            sold.back[one] += quantity
        member.give_back(sold.spent, restored, max(at, sold.at), sold.terms.grace_days)
        done = member.take_back(sold.name, reversed_, sold.terms) if reversed_ else 0
        week = self.weeks[sold.name]
        member.used[week] = member.used.get(week, 0) - reversed_
        member.facts.append((sold.at, -refund))
        member.visits -= sold.is_whole
        assert undone.refund_minor == refund
        assert undone.restored.get("points", 0) == restored
        assert undone.reversed.get("points", 0) == reversed_
        assert undone.taken_back.get("points", 0) == done

    def after_discount(
        self, member: Member, amounts: dict[str, int], at: datetime
    ) -> dict[str, int]:
        percent = (0, 5, 10)[self.tier_of(member, at)]
        total = half_up(Fraction(sum(amounts.values()) * percent, 100))
        shares = fair_split(total, amounts)
        return {one: amount - shares[one] for one, amount in amounts.items()}

    def tier_of(self, member: Member, at: datetime) -> int:
        invited = any(since <= at < until for since, until in member.grants.values())
        return 2 if invited else tier(member.facts, LADDER, at)

    def called(self, anna: bool) -> str:
        return "Anna" if anna else self.berta

    def new_name(self, what: str) -> str:
        self.count += 1
        return f"{what}{self.count:04}"
