"""Any sequence of sales, returns, holds, events, corrections and time keeps every law of the ledger."""

import copy
from datetime import timedelta
from json import loads

import pytest
from core.ledger.oracle import Member
from core.ledger.twin import BONUS, VERSIONS, Twin
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from make import identity, line
from seed import examples

from regulars.core.ledger.accounts import State
from regulars.core.refusal import Refused
from regulars.core.till.returns import ReturnedMore

pytestmark = pytest.mark.timeout(1800)  # the long run takes its time
QUANTITIES = ("1", "3", "0.137", "2.5")


class AnySequence(Twin, RuleBasedStateMachine):
    """Rules: what may happen, in any order. Invariants: what must hold after each."""

    def __init__(self) -> None:
        RuleBasedStateMachine.__init__(self)
        Twin.__init__(self)

    @initialize(version=st.sampled_from(range(len(VERSIONS))))
    def the_shop_opens(self, version: int) -> None:
        self.go_live(version)

    @rule(hours=st.integers(1, 30))
    def hours_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule(version=st.sampled_from(range(len(VERSIONS))))
    def another_version_goes_live(self, version: int) -> None:
        self.go_live(version)

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
        who, at = self.called(anna), self.now - timedelta(hours=late)
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
        due = self.after_discount(member, {one.id: one.amount_minor for one in lines}, at)
        most = min(trial.available(), sum(due.values()) // 100)
        pay = 0 if paying is None else most * paying // 100
        name = self.new_name("sale")
        sent = list(reversed(lines)) if backwards else lines
        wish = {"points": pay} if pay else None
        sale = self.shop.sell(who, name, at, sent, pay=wish, let_go=key)
        self.oracle_sells(name, who, at, lines, due, pay, key)
        assert sale.decision.due_minor == sum(self.sales[-1].due.values())
        for one in sale.sold.lines:
            assert one.due_minor == self.sales[-1].due[one.id]
            assert one.paid.get("points", 0) == self.sales[-1].units[one.id]
            assert one.earned.get("points", 0) == self.sales[-1].earned[one.id]

    @rule(anna=st.booleans(), percent=st.integers(1, 100), minutes=st.integers(1, 3000))
    def somebody_sets_points_aside(self, anna: bool, percent: int, minutes: int) -> None:
        who, member = self.called(anna), self.members[self.called(anna)]
        trial = copy.deepcopy(member)
        trial.settle(self.now)
        amount = max(1, trial.available() * percent // 100)
        key, until = self.new_name("hold"), self.now + timedelta(minutes=minutes)
        if amount > trial.available():
            with pytest.raises(Refused):
                self.shop.hold(who, key, "points", amount, self.now, until)
            return
        self.shop.hold(who, key, "points", amount, self.now, until)
        member.settle(self.now)
        member.hold(key, amount, until)

    @rule(anna=st.booleans())
    def somebody_cancels_a_quote(self, anna: bool) -> None:
        who, member = self.called(anna), self.members[self.called(anna)]
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
        self.oracle_takes_back(sold, wanted, at, undone)

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
        who, name = self.called(anna), self.new_name("event")
        self.shop.event(who, "check_in", self.now, name)
        self.members[who].settle(self.now)
        self.members[who].earn(BONUS, name, self.now, self.terms)

    @rule(anna=st.booleans(), amount=st.integers(-50, 50).filter(bool))
    def somebody_is_corrected(self, anna: bool, amount: int) -> None:
        who, member = self.called(anna), self.members[self.called(anna)]
        trial = copy.deepcopy(member)
        trial.settle(self.now)
        if -amount > trial.available():
            with pytest.raises(Refused):
                self.shop.adjust(who, "points", amount, self.now)
            return
        self.shop.adjust(who, "points", amount, self.now)
        member.settle(self.now)
        if amount > 0:
            member.earn(amount, self.new_name("adjust"), self.now, self.terms, "adjusted")
        else:
            member.spend(-amount, "adjusted")

    @rule(anna=st.booleans(), amount=st.integers(1, 40))
    def somebody_takes_a_reward(self, anna: bool, amount: int) -> None:
        who, member = self.called(anna), self.members[self.called(anna)]
        trial = copy.deepcopy(member)
        trial.settle(self.now)
        name = self.new_name("reward")
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
        who, until = self.called(anna), self.now + timedelta(days=days)
        self.shop.grant(who, "club", self.now, until)
        member = self.members[who]
        member.settle(self.now)
        # The same invitation again takes the place of the first.
        member.grants[f"{who} {self.now}"] = (self.now, until)

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
        self.agree(self.berta, berta, self.now)
        self.berta = self.new_name("Berta")
        self.members[self.berta] = Member()

    @invariant()
    def the_audit_finds_nothing(self) -> None:
        assert self.shop.differences() == []

    @invariant()
    def the_books_are_what_the_oracle_says(self) -> None:
        for who, member in self.members.items():
            if identity(who) in self.shop.store.kept:
                self.agree(who, member, self.now)

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
        who = self.called(anna)
        if identity(who) not in self.shop.store.kept:
            return
        first, then = (self.now + timedelta(days=n) for n in (days, days + more))
        self.agree(who, self.members[who], then)
        in_steps, at_once = (self.book(who, first, moments) for moments in ((first, then), (then,)))
        assert in_steps.close() == at_once.close()
        assert self.book(who, first, (then, then)).close() == at_once.close()


TestAnySequence = AnySequence.TestCase
TestAnySequence.settings = examples(60, long=1500)
