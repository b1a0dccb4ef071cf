"""Members' books in the plainest way: every single point is a thing, nothing is summed or cached.

Written from the guarantees, not from the code; it shares nothing with it but the words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor


@dataclass(frozen=True)
class Terms:
    """What a programme version says about points."""

    ripe_days: int = 0
    live_days: int | None = None
    idle_days: int | None = None  # instead: so long after the last purchase
    policy: str = "negative"
    floor: int | None = None
    grace_days: int = 0


@dataclass
class Point:
    """One point: pending, active, spent, expired, undone, or gone elsewhere."""

    state: str
    hold: str = ""


@dataclass
class Bag:
    """Points earned together; a debt is a bag of none that owes some."""

    number: int
    source: str
    earned_at: datetime
    ripe_at: datetime
    ends_at: datetime | None
    idle_days: int | None
    points: list[Point]
    owes: int = 0

    @property
    def is_pending(self) -> bool:
        return any(point.state == "pending" for point in self.points)

    def free(self) -> list[Point]:
        return [p for p in self.points if p.state in ("pending", "active") and not p.hold]


@dataclass
class Member:
    """One member's points and what the rules ask about the past."""

    bags: list[Bag] = field(default_factory=list)
    holds: dict[str, datetime] = field(default_factory=dict)
    last_purchase: datetime | None = None
    visits: int = 0
    facts: list[tuple[datetime, int]] = field(default_factory=list)  # spend, for tiers
    used: dict[int, int] = field(default_factory=dict)  # by week, of the weekly limit
    grants: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    system: dict[str, int] = field(default_factory=dict)

    def wallet(self) -> tuple[int, int, int]:
        points = [point for bag in self.bags for point in bag.points]
        held = sum(1 for p in points if p.hold)
        active = sum(1 for p in points if p.state == "active" and not p.hold)
        owed = sum(bag.owes for bag in self.bags)
        return sum(1 for p in points if p.state == "pending"), active - owed, held

    def available(self) -> int:
        return max(0, self.wallet()[1])

    def post(self, account: str, amount: int) -> None:
        self.system[account] = self.system.get(account, 0) + amount

    def ends(self, bag: Bag) -> datetime | None:
        """When a bag's points expire by the clock."""
        if bag.idle_days is None:
            return bag.ends_at
        return max(bag.earned_at, self.last_purchase or bag.earned_at) + timedelta(bag.idle_days)

    def settle(self, now: datetime) -> None:
        """Let everything happen that the clock has brought, one thing after another."""
        while due := self._due(now):
            when, kind, what = min(due)
            if kind == 0:
                self.let_go(str(what), when)
            elif kind == 1:
                for point in self.bags[int(what) - 1].points:
                    point.state = "active" if point.state == "pending" else point.state
                self.repay()
            else:
                self._expire(self.bags[int(what) - 1])

    def let_go(self, key: str, at: datetime, *, spend: int = 0) -> list[tuple[Bag, Point]]:
        """End a hold, spending some; what expired while it was held goes, then debts are paid."""
        del self.holds[key]
        freed = [bag for bag in self.bags if any(p.hold == key for p in bag.points)]
        for bag in freed:
            for point in bag.points:
                point.hold = "" if point.hold == key else point.hold
        spent = self.spend(spend)
        for bag in freed:
            ends = self.ends(bag)
            if ends is not None and ends <= at:
                self._expire(bag)
        self.repay()
        return spent

    def hold(self, key: str, amount: int, until: datetime) -> None:
        self.holds[key] = until
        for _, point in self._payable()[:amount]:
            point.hold = key

    def earn(
        self, amount: int, source: str, at: datetime, terms: Terms, account: str = "issued"
    ) -> None:
        ripe = terms.ripe_days if account == "issued" else 0
        bag = Bag(
            len(self.bags) + 1,
            source,
            at,
            at + timedelta(ripe),
            None if terms.live_days is None else at + timedelta(terms.live_days),
            terms.idle_days,
            [Point("pending" if ripe else "active") for _ in range(amount)],
        )
        self.bags.append(bag)
        self.post(account, -amount)
        self.repay()

    def spend(self, amount: int, account: str = "redeemed") -> list[tuple[Bag, Point]]:
        """The points that paid, first out first."""
        paid = self._payable()[:amount]
        assert len(paid) == amount
        for _, point in paid:
            point.state = "spent"
        self.post(account, amount)
        return paid

    def give_back(
        self, spent: list[tuple[Bag, Point]], amount: int, at: datetime, grace: int
    ) -> None:
        """The last that was taken comes back first; what expired meanwhile lives on for the grace."""
        late = 0
        for _ in range(amount):
            bag, point = spent.pop()
            ends = self.ends(bag)
            if ends is None or at < ends:
                point.state = "active"
            elif grace:
                point.state = "gone"
                late += 1
            else:
                point.state = "expired"
                self.post("expired", 1)
            self.post("redeemed", -1)
        if late:
            points = [Point("active") for _ in range(late)]
            until = at + timedelta(grace)
            self.bags.append(Bag(len(self.bags) + 1, "", at, at, until, None, points))
        self.repay()

    def take_back(self, source: str, amount: int, terms: Terms) -> int:
        """Undo what a sale brought; how much that was."""
        own = [bag for bag in self.bags if bag.source == source]
        states = ("pending",) if terms.policy == "pending_only" else ("pending", "active")
        points = [p for bag in own for p in bag.free() if p.state in states]
        points += [p for bag in own for p in bag.points if p.state == "expired"]
        if terms.policy != "pending_only":
            known = {id(point) for point in points}
            points += [p for _, p in self._payable() if id(p) not in known]
        points = points[:amount]
        for point in points:
            if point.state == "expired":
                self.post("expired", -1)
            point.state = "undone"
        done = len(points)
        if terms.policy == "negative":
            owes = amount - done
            if terms.floor is not None:
                owes = max(0, min(owes, self.wallet()[1] - terms.floor))
            if owes:
                bag = Bag(len(self.bags) + 1, source, _NEVER, _NEVER, None, None, [], owes)
                self.bags.append(bag)
            done += owes
        self.post("issued", done)
        return done

    def take_over(self, other: "Member", at: datetime, lowest: int | None) -> None:
        """Everything of another member becomes this one's."""
        for key in sorted(other.holds):
            other.let_go(key, at)
        moved = sum(other.wallet())
        other.post("transferred", moved)
        self.post("transferred", -moved)
        bags, other.bags = other.bags, [_emptied(bag) for bag in other.bags]
        for bag in bags:
            bag.number = len(self.bags) + 1
            self.bags.append(bag)
        self.repay()
        balance = self.wallet()[1]
        if lowest is not None and balance < lowest:
            self._write_off(lowest - balance)
        last = [at for at in (self.last_purchase, other.last_purchase) if at]
        self.last_purchase = max(last, default=None)
        self.visits += other.visits
        self.facts += other.facts
        self.grants |= other.grants
        for week, used in other.used.items():
            self.used[week] = self.used.get(week, 0) + used

    def repay(self) -> None:
        """Active points pay debts, the oldest first."""
        for debt in self.bags:
            for _, point in self._payable()[: debt.owes]:
                point.state = "gone"
                debt.owes -= 1

    def _write_off(self, amount: int) -> None:
        for debt in self.bags:
            part = min(debt.owes, amount)
            debt.owes -= part
            amount -= part
            self.post("adjusted", -part)

    def _payable(self) -> list[tuple[Bag, Point]]:
        """What can pay, earliest expiry first, then earliest earned."""
        never = _NEVER
        bags = sorted(self.bags, key=lambda b: (self.ends(b) or never, b.earned_at, b.number))
        return [(bag, p) for bag in bags for p in bag.free() if p.state == "active"]

    def _expire(self, bag: Bag) -> None:
        for point in bag.free():
            point.state = "expired"
            self.post("expired", 1)

    def _due(self, now: datetime) -> list[tuple[datetime, int, str | int]]:
        due: list[tuple[datetime, int, str | int]] = [
            (until, 0, key) for key, until in self.holds.items()
        ]
        for bag in self.bags:
            ends = self.ends(bag)
            if bag.is_pending:
                due.append((bag.ripe_at, 1, bag.number))
            if ends is not None and bag.free():
                due.append((ends, 2, bag.number))
        return [one for one in due if one[0] <= now]


_NEVER = datetime.fromisoformat("9999-01-01T00:00:00+00:00")


def _emptied(bag: Bag) -> Bag:
    """What stays behind of a bag whose points went to another member."""
    points = [Point(p.state if p.state == "expired" else "gone") for p in bag.points]
    return Bag(
        bag.number, bag.source, bag.earned_at, bag.ripe_at, bag.ends_at, bag.idle_days, points
    )


def fair_split(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """`total` by largest remainder; ties go to the smaller name."""
    whole = sum(weights.values())
    exact = {name: Fraction(total * weight, whole or 1) for name, weight in weights.items()}
    parts = {name: floor(share) for name, share in exact.items()}
    rest = total - sum(parts.values())
    for name in sorted(exact, key=lambda n: (parts[n] - exact[n], n))[:rest]:
        parts[name] += 1
    return parts


def half_up(value: Fraction) -> int:
    """The nearest whole number, halves up."""
    return floor(value + Fraction(1, 2))


def cumulative(amount: int, since: int, until: int, whole: int) -> int:
    """What the goods between `since` and `until` out of `whole` are due of `amount`."""
    return half_up(Fraction(amount * until, whole)) - half_up(Fraction(amount * since, whole))


def numbers(bags: Iterable[Bag]) -> Sequence[tuple[int, int, int, int, bool]]:
    """Per bag: its number, what is left (a debt is less than nothing), held, expired, active."""
    return [
        (
            bag.number,
            sum(1 for p in bag.points if p.state in ("pending", "active")) - bag.owes,
            sum(1 for p in bag.points if p.hold),
            sum(1 for p in bag.points if p.state == "expired"),
            not bag.is_pending,
        )
        for bag in bags
    ]
