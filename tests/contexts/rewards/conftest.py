"""A programme in force, members with points, and rewards, for the tests of the rewards."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from regulars.contexts.ledger.models import LedgerAccount, LedgerLot, LedgerTransaction
from regulars.contexts.ledger.usecases.points import adjust_points, lock_account
from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, MemberRef
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.queries.orders import list_booking_differences
from regulars.contexts.rewards.types import RewardTerms
from regulars.contexts.rewards.usecases import catalogue, orders
from regulars.contexts.security.models import AuditRow
from regulars.contexts.security.types import Actor
from regulars.kit.ids import new_id
from regulars.kit.transactions import in_transaction

DOCUMENT = {
    "format": 1,
    "code": "corner_shop",
    "title": {"en": "Corner shop", "ru": "Лавка на углу"},
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "ru",
    "currencies": {
        "points": {
            "title": "Points",
            "expiry": {"kind": "after", "after": {"days": 30}},
            "transfer": {"minimum": 10, "most": 500, "day": 600},
        },
        "status": {"title": "Status", "kind": "status"},
    },
    "tiers": {
        "measure": "spend",
        "window": {"kind": "lifetime"},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "gold", "title": "Gold", "threshold": 100000},
        ],
    },
    "returns": {"expired_grace": {"days": 10}},
    "promotions": [
        {
            "id": "spring",
            "title": {"en": "Spring", "ru": "Весна"},
            "kind": "percent",
            "params": {"percent": 10},
            "trigger": {"kind": "coupon"},
        },
        {
            "id": "everybody",
            "title": {"en": "Everybody", "ru": "Всем"},
            "kind": "percent",
            "params": {"percent": 1},
        },
        {
            "id": "mine",
            "title": {"en": "Only for you", "ru": "Только вам"},
            "kind": "percent",
            "params": {"percent": 15},
            "trigger": {"kind": "personal"},
        },
        {
            "id": "tap",
            "title": {"en": "Tap to switch on", "ru": "Включите сами"},
            "kind": "percent",
            "params": {"percent": 3},
            "trigger": {"kind": "activated"},
        },
        {
            "id": "gone",
            "title": {"en": "Over", "ru": "Закончилась"},
            "kind": "percent",
            "params": {"percent": 3},
            "trigger": {"kind": "activated"},
            "valid": {"until": "2026-01-01"},
        },
    ],
    "referral": {
        "friend": {"currency": "points", "points": 50},
        "referrer": {"currency": "points", "points": 100},
        "purchase_from": 500,
        "purchase_within": {"days": 60},
        "waiting": {"days": 14},
        "caps": [{"friends": 2, "period": "month"}, {"friends": 3}],
        "link": "https://shop.example/r/{code}",
    },
}


@pytest.fixture
def programme(now: datetime, author: Actor, approver: Actor) -> None:
    """The document, in force since long ago."""

    def work() -> None:
        number = draft_version(DOCUMENT, now=now, by=author).number
        approve_version(number, now=now, by=approver)
        publish_version(
            number,
            now - timedelta(days=1000),
            backdated=True,
            has_sales=False,
            now=now,
            by=approver,
        )

    in_transaction(work)


@pytest.fixture
def enrol(programme: None, now: datetime, approver: Actor) -> Callable[..., MemberRef]:
    """Enrols a member and gives it points."""
    numbers = count(1)

    def make(points: int = 0) -> MemberRef:
        identifier = Identifier(IdentifierKind.EXTERNAL, f"number-{next(numbers)}")
        enrolment = Enrolment(identifiers=(identifier,))
        member = in_transaction(lambda: enrol_member(enrolment, now=now, by=approver)).member
        if points:
            in_transaction(lambda: give(member, points, now=now, by=approver))
        return member

    return make


def give(member: MemberRef, points: int, *, now: datetime, by: Actor) -> None:
    lock_account(member)
    adjust_points(
        member,
        programme=compiled_at(now),
        currency="points",
        amount=points,
        source=new_id(now=now),
        reason_text="for the test",
        now=now,
        by=by,
    )


@pytest.fixture
def offer(programme: None, now: datetime, author: Actor) -> Callable[..., str]:
    """Launches a reward and gives its code."""

    def make(code: str = "mug", *, price: int = 100, stock: int | None = None, **terms: Any) -> str:
        wanted = RewardTerms(
            title={"en": "Mug", "ru": "Кружка"}, currency="points", price_minor=price, **terms
        )

        def work() -> None:
            catalogue.create_reward(code, wanted, stock=stock, now=now, by=author)
            catalogue.launch_reward(code, now=now, by=author)

        in_transaction(work)
        return code

    return make


@pytest.fixture
def everything() -> Callable[[], tuple]:
    """All that a redemption could write, to prove that nothing was written."""
    models = (Reward, Redemption, LedgerAccount, LedgerTransaction, LedgerLot, AuditRow)
    return lambda: tuple(tuple(model.objects.order_by("pk").values_list()) for model in models)


@pytest.fixture
def balance() -> Callable[[MemberRef], int]:
    """What a member's lots hold now, counted by hand."""

    def count_lots(member: MemberRef) -> int:
        lots = LedgerLot.objects.filter(bucket=member.bucket, member_id=member.id)
        return sum(lot.remaining - lot.held for lot in lots if lot.currency == "points")

    return count_lots


@pytest.fixture
def order(now: datetime, cashier: Actor) -> Callable[..., Any]:
    """Redeems a reward for a member, under the key `k1` unless told otherwise."""

    def act(member: MemberRef, reward: str, key: str = "k1", **more: Any) -> Any:
        told = {"now": now, "by": cashier, "request_key": key} | more
        return orders.redeem_reward(member, reward, **told)

    return act


@pytest.fixture
def book_ahead(now: datetime, cashier: Actor) -> Callable[..., Any]:
    """Reserves a reward for a member."""

    def act(member: MemberRef, reward: str, key: str = "k1", **more: Any) -> Any:
        told = {"now": now, "by": cashier, "request_key": key} | more
        return orders.reserve_reward(member, reward, **told)

    return act


@pytest.fixture
def proved() -> Callable[[], bool]:
    """Whether orders, stock, referrals and ledger tell the same."""
    return lambda: list(list_booking_differences()) == []
