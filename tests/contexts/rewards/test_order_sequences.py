"""Whatever is done with orders in whatever order: stock, limits, balances and books stay right."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from seed import examples

from regulars.contexts.ledger.models import LedgerAccount
from regulars.contexts.rewards.models import Reward
from regulars.contexts.rewards.queries.catalogue import left_by_the_clock
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.core.refusal import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("programme")]
STOCK, LIMIT, POINTS, PRICE = 6, 4, 500, 100

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["reserve", "redeem", "issue", "fulfil", "cancel", "sweep", "add"]),
        st.integers(0, 2),
        st.integers(0, 9),
        st.integers(0, 20),
    ),
    max_size=14,
)


@dataclass
class Expected:
    """One order as it should be."""

    id: object
    member: int
    quantity: int
    status: str
    until: datetime | None

    def now(self, at):
        timed_out = self.status == "reserved" and self.until <= at
        return "expired" if timed_out else self.status


class Undo(Exception):
    """Ends an example: nothing of it stays."""


class World:
    """The books side by side with what they should be."""

    def __init__(self, members, reward, now, by):
        self.members, self.reward, self.at, self.by = members, reward, now, by
        self.orders, self.total, self.keys = [], STOCK, 0

    def live(self, member=None):
        return [
            order
            for order in self.orders
            if order.now(self.at) in ("reserved", "issued", "fulfilled")
            and member in (None, order.member)
        ]

    def step(self, what, member, number, minutes):
        self.at += timedelta(minutes=minutes)
        told = {"now": self.at, "by": self.by}
        if what == "add":
            catalogue.add_stock(self.reward, 1, **told)
            self.total += 1
        elif what == "sweep":
            orders.end_due_reservations(now=self.at)
        elif what in ("reserve", "redeem"):
            self.order(what, member, number % 3 + 1, told)
        elif self.orders:
            self.move(what, self.orders[number % len(self.orders)], told)

    def order(self, what, member, quantity, told):
        self.keys += 1
        had = sum(order.quantity for order in self.live(member))
        left = self.total - sum(order.quantity for order in self.live())
        fits = had + quantity <= min(LIMIT, POINTS // PRICE) and quantity <= left
        act = orders.reserve_reward if what == "reserve" else orders.redeem_reward
        try:
            view = act(
                self.members[member],
                self.reward,
                quantity=quantity,
                request_key=str(self.keys),
                **told,
            )
        except Refused:
            assert not fits
        else:
            assert fits
            self.orders.append(
                Expected(view.id, member, quantity, view.status, view.reserved_until)
            )

    def move(self, what, order, told):
        status, member = order.now(self.at), self.members[order.member]
        after = {
            ("issue", "reserved"): "issued",
            ("issue", "issued"): "issued",
            ("issue", "fulfilled"): "fulfilled",
            ("fulfil", "issued"): "fulfilled",
            ("fulfil", "fulfilled"): "fulfilled",
            ("cancel", "reserved"): "cancelled",
            ("cancel", "issued"): "cancelled",
            ("cancel", "cancelled"): "cancelled",
            ("cancel", "expired"): "expired",
        }.get((what, status))
        try:
            if what == "issue":
                view = orders.issue_order(member, order.id, **told)
            elif what == "fulfil":
                view = orders.fulfil_order(member, order.id, **told)
            else:
                view = orders.cancel_redemption(member, order.id, reason="x", **told)
        except Refused:
            assert after is None, (what, status)
        else:
            assert view.status == after
            order.status = after

    def check(self):
        reward = Reward.objects.get(code=self.reward)
        taken = sum(order.quantity for order in self.live())
        assert left_by_the_clock(reward, now=self.at) == self.total - taken >= 0
        for number, member in enumerate(self.members):
            spent = [o for o in self.live(number) if o.now(self.at) != "reserved"]
            row = LedgerAccount.objects.get(bucket=member.bucket, member_id=member.id)
            pending, active, held = row.state["w"]["points"]
            assert (pending, active + held) == (0, POINTS - PRICE * sum(o.quantity for o in spent))
            assert active >= 0
            assert sum(order.quantity for order in self.live(number)) <= LIMIT


def test_any_row_of_orders_keeps_stock_limits_and_books(enrol, offer, now, cashier, author, proved):
    members = [enrol(POINTS) for _ in range(3)]
    mug = offer(stock=STOCK, price=PRICE, per_member_limit=LIMIT)
    both = cashier._replace(permissions=cashier.permissions | author.permissions)

    @settings(examples(25), suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def check(steps):
        try:
            with transaction.atomic():
                world = World(members, mug, now, both)
                for step in steps:
                    world.step(*step)
                    world.check()
                assert proved()
                raise Undo
        except Undo:
            pass

    check()
