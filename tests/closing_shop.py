"""A shop whose months are closed as they end: for tests of closes on a real database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import psycopg
from card_shop import CARDS, CardShop, use, wallet_line
from till_shop import Shop

from regulars.contexts.economics.types import CloseView
from regulars.contexts.economics.usecases.closes import close_period
from regulars.contexts.economics.usecases.verify import list_close_differences
from regulars.contexts.ledger.usecases.points import adjust_points
from regulars.contexts.ledger.usecases.sealing import post_due
from regulars.contexts.ledger.usecases.transfers import transfer_points
from regulars.contexts.members.types import MemberRef
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.rewards.usecases.gift_cards import replace_gift_card
from regulars.contexts.security.access import ROLE_PERMISSIONS
from regulars.contexts.security.queries import find_actor
from regulars.contexts.security.types import Actor, Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.core.calendar import Period, period_start
from regulars.core.economics.closing import Policy
from regulars.core.refusal import Refused
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

BEGAN = datetime(2024, 11, 3, 12, tzinfo=UTC)
FIRST = 2024 * 12 + 10
DOCUMENT = {
    **CARDS,
    "currencies": {
        **CARDS["currencies"],
        "points": {**CARDS["currencies"]["points"], "transfer": {}},
        "stamps": {"title": "Stamps", "kind": "stamps"},
    },
    "earning": [
        *CARDS["earning"],
        {
            "id": "stamp",
            "title": "A stamp for a hundred",
            "mechanic": "rate_per_amount",
            "currency": "stamps",
            "params": {"points": 1, "per": 100},
        },
    ],
}


def clerk(number: int, role: Role = Role.CONTROLLER) -> Actor:
    """Somebody who closes months and has no account."""
    staff_id = UUID(int=number)
    return Actor("staff", str(staff_id), staff_id, ROLE_PERMISSIONS[role])


def hire(shop: Shop, number: int, role: Role = Role.CONTROLLER) -> Actor:
    """Somebody with an account, who can ask for a second person's word and give it."""
    made = in_transaction(
        lambda: create_staff(
            email=f"person{number}@example.com",
            name="Anna",
            role=role,
            language="en",
            password="long enough to pass",
            now=shop.now,
            by=system_actor("tests"),
        )
    )
    found = find_actor(made.id)
    assert found is not None
    return found


def close(
    shop: Shop, month: int, policy: Policy | None = None, by: Actor | None = None
) -> CloseView:
    """Post what is due, let ten seconds pass, close."""
    settle(shop)
    actor = by or clerk(1)
    return in_transaction(lambda: close_period(month, policy=policy, now=shop.now, by=actor))


def settle(shop: Shop) -> None:
    """Everything that the clock made due is in the books, and nobody posts."""
    last = None
    programme = in_transaction(lambda: compiled_at(shop.now))
    while True:
        last = post_due(programme, limit=500, after=last, now=shop.now)
        if last is None:
            break
    shop.now += timedelta(seconds=11)


def found(shop: Shop) -> list[str]:
    """The codes of what is wrong with the closes."""
    return [one.code for one in in_transaction(lambda: tuple(list_close_differences()))]


def held_at(shop: Shop, month: int, until: datetime) -> dict[str, int]:
    """By SQL: what is on the members' side of what occurred by the month's end and was posted before."""
    zone = in_transaction(lambda: compiled_at(shop.now)).zone
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        rows = connection.execute(
            "SELECT p ->> 0, sum((p ->> 2)::bigint)::bigint"
            " FROM ledger_transaction t, json_array_elements(t.postings) p"
            " WHERE t.occurred_at < %s AND t.posted_at < %s"
            "   AND p ->> 1 IN ('pending', 'active', 'held') GROUP BY 1",
            [period_start(month + 1, Period.MONTH, zone), until],
        )
        return {code: amount for code, amount in rows if amount}


class Years:
    """A programme of points, late cashback, stamps, stored value and gift cards, lived month by month."""

    def __init__(self, shop: Shop, seed: int = 5) -> None:
        self.shop, self.chance = shop, Random(seed)
        self.cards = CardShop(shop, count=40)
        self.fresh = list(self.cards.cards)
        self.used = []
        self.members = [shop.enrol(name) for name in ("anna", "boris", "carl")]
        self.sales = []

    def live(self, months: int, close_month: Callable[[int], object]) -> None:
        """So many months; each is closed some days after it is over, then something late comes."""
        for number in range(months):
            for _ in range(6):
                self.shop.now += timedelta(days=self.chance.randint(1, 4))
                self._something()
            over = period_start(FIRST + number + 1, Period.MONTH, self._zone())
            last_day = over - timedelta(hours=self.chance.randint(1, 200))
            self.shop.now = over + timedelta(days=2)
            close_month(FIRST + number)
            self.shop.now += timedelta(hours=1)
            self.shop.sell(self.chance.choice(self.members), 300, at=last_day)
            if self.sales and number % 2:
                self.shop.give_back(self.sales.pop(), at=last_day)

    def _zone(self):
        return in_transaction(lambda: compiled_at(self.shop.now)).zone

    def _something(self) -> None:
        chance, shop = self.chance, self.shop
        member, what = chance.choice(self.members), chance.random()
        try:
            if what < 0.15 and self.fresh:
                self.used.append(self.fresh.pop())
                self.cards.load(self.used[-1], chance.randint(1, 30) * 100)
            elif what < 0.3 and self.used:
                self.cards.sell(chance.randint(10, 500), cards=[use(self.used[0])])
            elif what < 0.4:
                receipt = self.cards.receipt(extra=[wallet_line(500)])
                self.cards.commit(receipt, member=member)
            elif what < 0.5:
                self.cards.commit(self.cards.receipt(200), member=member, wallet=None)
            elif what < 0.6:
                in_transaction(lambda: self._by_hand(member))
            else:
                pay = {"points": None} if chance.random() < 0.5 else {}
                self.sales.append(shop.sell(member, chance.randint(50, 900), **pay).key)
        except Refused:
            return

    def _by_hand(self, member: MemberRef) -> None:
        """A gift from member to member, a correction, or a card replaced by another."""
        shop, choice = self.shop, self.chance.randrange(3)
        at = {"now": shop.now, "by": shop.by}
        under = {"programme": compiled_at(shop.now), "source": new_id(now=shop.now)}
        if choice == 0:
            taker = next(each for each in self.members if each != member)
            transfer_points(member, taker, **under, currency="points", amount=5, **at)
        elif choice == 1:
            adjust_points(
                member, **under, currency="points", amount=self.chance.choice((-3, 40)),
                reason_text="sorry", **at,
            )  # fmt: skip
        elif self.used and self.fresh:
            old, new = self.used[0], self.fresh.pop()
            replace_gift_card(old.number, new.number, reason_text="torn", **at)
            self.used[0] = new
