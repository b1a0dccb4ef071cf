"""Any sequence of sales, returns, holds, events, corrections and time keeps every law of the ledger."""

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from json import loads
from typing import Any

import pytest
from core.ledger.oracle import Bag as OracleBag
from core.ledger.oracle import Member, Point, Terms, cumulative, fair_split, half_up, numbers
from core.ledger.shop import Shop
from core.tier_oracle import Rules, tier
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from make import RATE, ZONE, identity, line, moment, programme
from seed import examples

from regulars.core.ledger.accounts import State
from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.refusal import Refused
from regulars.core.till.returns import ReturnedMore

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
QUANTITIES = ("1", "3", "0.137", "2.5")


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
    spent: list[tuple[OracleBag, Point]]
    back: dict[str, int]

    @property
    def is_whole(self) -> bool:
        return self.back == self.quantities


class AnySequence(RuleBasedStateMachine):
    """The shop and the oracle live through the same acts."""

    def __init__(self) -> None:
        super().__init__()
        self.now = moment("2026-01-05 12:00")
        self.count = 0
        self.sales: list[Sold] = []
        self.redeemed: dict[str, tuple[str, list[tuple[OracleBag, Point]]]] = {}
        self.members: dict[str, Member] = {"Anna": Member(), "Berta": Member()}
        self.berta = "Berta"

    @initialize(version=st.sampled_from(range(len(VERSIONS))))
    def begin(self, version: int) -> None:
        self.shop = Shop(PROGRAMMES[version])
        self.terms = VERSIONS[version]

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(version=st.sampled_from(range(len(VERSIONS))))
    def another_version_goes_live(self, version: int) -> None:
        self.shop.use(PROGRAMMES[version])
        self.terms = VERSIONS[version]

    @rule(
        anna=st.booleans(),
        amounts=st.lists(st.integers(0, 60_000), min_size=1, max_size=3),
        quantities=st.permutations(QUANTITIES),
        paying=st.one_of(st.none(), st.integers(1, 100)),
        late=st.sampled_from((0, 0, 0, 1, 26, 24 * 13)),
        held=st.booleans(),
        backwards=st.booleans(),
    )
    def somebody_buys(
        self,
        anna: bool,
        amounts: list[int],
        quantities: list[str],
        paying: int | None,
        late: int,
        held: bool,
        backwards: bool,
    ) -> None:
        who, at = self._who(anna), self.now - timedelta(hours=late)
        lines = [
            line(f"l{i}", amount, quantity)
            for i, (amount, quantity) in enumerate(zip(amounts, quantities, strict=False))
        ]
        member = self.members[who]
        trial = copy.deepcopy(member)
        trial.settle(at)
        key = next((k for k in sorted(trial.holds)), None) if held else None
        if key:
            trial.let_go(key, at - timedelta(days=999))
        due = self._after_discount(member, {one.id: one.amount_minor for one in lines}, at)
        most = min(trial.available(), sum(due.values()) // 100)
        pay = 0 if paying is None else most * paying // 100
        name = self._name("sale")
        sent = list(reversed(lines)) if backwards else lines
        wish = {"points": pay} if pay else None
        sale = self.shop.sell(who, name, at, sent, pay=wish, let_go=key)
        self._oracle_sells(name, who, at, lines, due, pay, key)
        assert sale.decision.due_minor == sum(self.sales[-1].due.values())
        for one in sale.sold.lines:
            assert one.due_minor == self.sales[-1].due[one.id]
            assert one.paid.get("points", 0) == self.sales[-1].units[one.id]
            assert one.earned.get("points", 0) == self.sales[-1].earned[one.id]

    @rule(anna=st.booleans(), percent=st.integers(1, 100), minutes=st.integers(1, 3000))
    def somebody_sets_points_aside(self, anna: bool, percent: int, minutes: int) -> None:
        who, member = self._who(anna), self.members[self._who(anna)]
        trial = copy.deepcopy(member)
        trial.settle(self.now)
        amount = max(1, trial.available() * percent // 100)
        key, until = self._name("hold"), self.now + timedelta(minutes=minutes)
        if amount > trial.available():
            with pytest.raises(Refused):
                self.shop.hold(who, key, "points", amount, self.now, until)
            return
        self.shop.hold(who, key, "points", amount, self.now, until)
        member.settle(self.now)
        member.hold(key, amount, until)

    @rule(anna=st.booleans())
    def somebody_cancels_a_quote(self, anna: bool) -> None:
        who, member = self._who(anna), self.members[self._who(anna)]
        key = next(iter(sorted(member.holds)), "none")
        self.shop.release(who, key, self.now)
        member.settle(self.now)
        if key in member.holds:
            member.let_go(key, self.now)

    @precondition(lambda self: self.sales)
    @rule(data=st.data(), early=st.sampled_from((0, 0, 1, 500)), whole=st.booleans())
    def goods_come_back(self, data: st.DataObject, early: int, whole: bool) -> None:
        sold = data.draw(st.sampled_from(self.sales))
        at = self.now - timedelta(hours=early)
        if sold.is_whole:
            with pytest.raises(ReturnedMore):
                self.shop.take_back(sold.name, at)
            return
        left = {one: q - sold.back[one] for one, q in sold.quantities.items() if q > sold.back[one]}
        wanted = left
        if not whole:
            some = data.draw(st.sets(st.sampled_from(sorted(left)), min_size=1))
            wanted = {one: data.draw(st.integers(1, left[one])) for one in sorted(some)}
        undone = self.shop.take_back(sold.name, at, None if whole else wanted)
        self._oracle_takes_back(sold, wanted, at, undone)

    @precondition(lambda self: self.sales)
    @rule(data=st.data())
    def more_than_was_sold_cannot_come_back(self, data: st.DataObject) -> None:
        sold = data.draw(st.sampled_from(self.sales))
        one = data.draw(st.sampled_from(sorted(sold.quantities)))
        with pytest.raises(ReturnedMore):
            self.shop.take_back(
                sold.name, self.now, {one: sold.quantities[one] - sold.back[one] + 1}
            )

    @rule(anna=st.booleans())
    def somebody_checks_in(self, anna: bool) -> None:
        who, name = self._who(anna), self._name("event")
        self.shop.event(who, "check_in", self.now, name)
        self.members[who].settle(self.now)
        self.members[who].earn(BONUS, name, self.now, self.terms)

    @rule(anna=st.booleans(), amount=st.integers(-50, 50).filter(bool))
    def somebody_is_corrected(self, anna: bool, amount: int) -> None:
        who, member = self._who(anna), self.members[self._who(anna)]
        trial = copy.deepcopy(member)
        trial.settle(self.now)
        if -amount > trial.available():
            with pytest.raises(Refused):
                self.shop.adjust(who, "points", amount, self.now)
            return
        self.shop.adjust(who, "points", amount, self.now)
        member.settle(self.now)
        if amount > 0:
            member.earn(amount, self._name("adjust"), self.now, self.terms, "adjusted")
        else:
            member.spend(-amount, "adjusted")

    @rule(anna=st.booleans(), amount=st.integers(1, 40))
    def somebody_takes_a_reward(self, anna: bool, amount: int) -> None:
        who, member = self._who(anna), self.members[self._who(anna)]
        trial = copy.deepcopy(member)
        trial.settle(self.now)
        name = self._name("reward")
        if amount > trial.available():
            with pytest.raises(Refused):
                self.shop.redeem(who, name, "points", amount, self.now)
            return
        self.shop.redeem(who, name, "points", amount, self.now)
        member.settle(self.now)
        self.redeemed[name] = (who, member.spend(amount))

    @precondition(lambda self: self.redeemed)
    @rule(data=st.data())
    def a_reward_is_cancelled(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.redeemed)))
        who, spent = self.redeemed.pop(name)
        if who not in self.members:  # merged away: rewards are not moved by this shop
            return
        self.shop.cancel_redemption(name, self.now)
        self.members[who].settle(self.now)
        self.members[who].give_back(spent, len(spent), self.now, self.terms.grace_days)

    @rule(anna=st.booleans(), days=st.integers(1, 30))
    def somebody_is_invited_to_the_club(self, anna: bool, days: int) -> None:
        who, until = self._who(anna), self.now + timedelta(days=days)
        self.shop.grant(who, "club", self.now, until)
        member = self.members[who]
        member.settle(self.now)
        # The same invitation again takes the place of the first.
        member.grants = [g for g in member.grants if g[0] != self.now] + [(self.now, until)]

    @rule()
    def the_night_job_runs(self) -> None:
        for who, member in self.members.items():
            if identity(who) in self.shop.store.kept:
                self.shop.settle(who, self.now)
                member.settle(self.now)

    @rule()
    def two_become_one(self) -> None:
        anna, berta = self.members["Anna"], self.members.pop(self.berta)
        self.shop.merge(self.berta, "Anna", self.now)
        anna.settle(self.now)
        berta.settle(self.now)
        floor = self.terms.floor
        anna.take_over(berta, self.now, floor)
        for sold in self.sales:
            sold.who = "Anna" if sold.who == self.berta else sold.who
        self._agree(self.berta, berta, self.now)
        self.berta = self._name("Berta")
        self.members[self.berta] = Member()

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        assert self.shop.differences() == []

    @invariant()
    def the_books_are_what_the_oracle_says(self) -> None:
        for who, member in self.members.items():
            if identity(who) in self.shop.store.kept:
                self._agree(who, member, self.now)

    @invariant()
    def replay_gives_the_same_state_and_lots(self) -> None:
        for member, kept in self.shop.store.kept.items():
            books = self.shop.store.replay(member)
            state = State.from_json(loads(kept.state))
            again = books.account(state.record, kept.ladder, kept.next_due)
            assert (again.state, again.lots) == (state, kept.lots)
            assert (again.version, again.chain) == (kept.version, kept.chain)

    @invariant()
    def what_is_held_of_a_lot_is_what_the_holds_say(self) -> None:
        for kept in self.shop.store.kept.values():
            holds = State.from_json(loads(kept.state)).holds.values()
            for lot in kept.lots.values():
                parts = [part for hold in holds for n, part in hold.lots if n == lot.number]
                assert lot.held == sum(parts)
                assert min(0, lot.amount) <= lot.remaining + lot.expired <= max(0, lot.amount)

    @rule(anna=st.booleans(), days=st.integers(0, 60), more=st.integers(0, 60))
    def the_future_can_be_read_and_no_step_in_between_matters(
        self, anna: bool, days: int, more: int
    ) -> None:
        who = self._who(anna)
        if identity(who) not in self.shop.store.kept:
            return
        first, then = (self.now + timedelta(days=n) for n in (days, days + more))
        self._agree(who, self.members[who], then)
        in_steps, at_once = (
            self._book(who, first, moments) for moments in ((first, then), (then,))
        )
        assert in_steps.close() == at_once.close()
        assert self._book(who, first, (then, then)).close() == at_once.close()

    def _book(self, who: str, posted_at: datetime, moments: tuple[datetime, ...]) -> Book:
        account = self.shop.store.load(identity(who), self.now, "", lots="all", history=True)
        book = Book(account, zone=ZONE, posted_at=posted_at)
        for at in moments:
            settle(book, at=at, version=1, zone=ZONE)
        return book

    def _agree(self, who: str, member: Member, at: datetime) -> None:
        """The stored books, settled to `at`, are the oracle's, settled to `at`."""
        trial = copy.deepcopy(member)
        trial.settle(at)
        book = self.shop.look(who, at)
        assert tuple(book.wallet("points")) == trial.wallet()
        lots = self._book(who, at, (at,)).lots
        assert [
            (n, lot.remaining, lot.held, lot.expired, lot.active or not lot.remaining)
            for n, lot in sorted(lots.items())
        ] == numbers(trial.bags)
        assert book.visits == member.visits
        standing = self.shop.standing(who, at)
        assert standing is not None
        assert standing.tier == ("base", "silver", "club")[self._tier(member, at)]
        system = self.shop.store.replay(identity(who)).system
        told = {code: amount for (_, code), amount in system.items() if amount}
        if at == self.now and trial.wallet() == member.wallet():
            for code in ("issued", "redeemed", "adjusted", "transferred"):
                assert told.get(code, 0) == member.system.get(code, 0)

    def _oracle_sells(
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
        self.weeks = {**getattr(self, "weeks", {}), name: week}

    def _oracle_takes_back(
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

    def _after_discount(
        self, member: Member, amounts: dict[str, int], at: datetime
    ) -> dict[str, int]:
        percent = (0, 5, 10)[self._tier(member, at)]
        total = half_up(Fraction(sum(amounts.values()) * percent, 100))
        shares = fair_split(total, amounts)
        return {one: amount - shares[one] for one, amount in amounts.items()}

    def _tier(self, member: Member, at: datetime) -> int:
        invited = any(since <= at < until for since, until in member.grants)
        return 2 if invited else tier(member.facts, LADDER, at)

    def _who(self, anna: bool) -> str:
        return "Anna" if anna else self.berta

    def _name(self, what: str) -> str:
        self.count += 1
        return f"{what}{self.count:04}"


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = examples(60, long=2000)
