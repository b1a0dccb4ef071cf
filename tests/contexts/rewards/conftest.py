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
from regulars.contexts.rewards import usecases
from regulars.contexts.rewards.models import Redemption, Reward
from regulars.contexts.rewards.types import RewardTerms
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
        "points": {"title": "Points", "expiry": {"kind": "after", "after": {"days": 30}}},
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
            usecases.create_reward(code, wanted, stock=stock, now=now, by=author)
            usecases.launch_reward(code, now=now, by=author)

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
