"""Makes the core values that tests are about: moments, programmes, receipts, members."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from regulars.core.programme.check import parse_programme
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.purchase import QUANTITY_SCALE, Line, Receipt
from regulars.core.till.decision import MemberFacts

ZONE = ZoneInfo("Europe/Moscow")  # no summer time: what tests reckon by hand stays easy
_NAMES = UUID("6f1f3a9e-0000-4000-8000-000000000000")

POINTS: Mapping[str, Any] = {
    "title": "Points",
    "redeem": {"kind": "money", "worth": 1},
}
RATE: Mapping[str, Any] = {
    "id": "rate",
    "title": "A point for every ten",
    "mechanic": "rate_per_amount",
    "params": {"points": 1, "per": 10},
    "currency": "points",
}


def moment(text: str, zone: ZoneInfo = ZONE) -> datetime:
    """`2026-03-05 14:30` (or only the day) by the business clock."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def identity(name: str) -> UUID:
    """Always the same id for a name."""
    return uuid5(_NAMES, name)


def programme(*, version: int = 1, **parts: Any) -> Compiled:
    """A programme with points worth a rouble, one for every ten roubles paid, unless `parts` say else."""
    document = {
        "format": 1,
        "code": "test",
        "title": "Test",
        "time_zone": "Europe/Moscow",
        "money": "RUB",
        "language": "en",
        "currencies": {"points": POINTS},
        "earning": [RATE],
        **parts,
    }
    return compile_programme(parse_programme(document), version)


def line(id: str = "1", amount_minor: int = 10_000, quantity: str | int = 1, **more: Any) -> Line:
    """A line of `quantity` units (`0.137` is fine) that costs `amount_minor` in all."""
    thousandths = int(Decimal(quantity) * QUANTITY_SCALE)
    price = amount_minor * QUANTITY_SCALE // thousandths if thousandths else amount_minor
    more.setdefault("sku", f"sku-{id}")
    return Line(id=id, quantity=thousandths, price_minor=price, amount_minor=amount_minor, **more)


def receipt(*lines: Line, at: datetime | None = None, number: str = "r-1", **more: Any) -> Receipt:
    """A receipt of till 1 in store 1; one line of a hundred roubles unless lines are given."""
    more.setdefault("store", "store-1")
    more.setdefault("till", "till-1")
    occurred_at = at or moment("2026-03-02 12:00")
    return Receipt(number=number, occurred_at=occurred_at, lines=lines or (line(),), **more)


def member(name: str = "Anna", **more: Any) -> MemberFacts:
    """An active member, enrolled long ago."""
    facts: dict[str, Any] = {
        "id": identity(name),
        "status": "active",
        "enrolled_at": moment("2020-01-01"),
        "birthday": None,
        "language": "en",
        "tags": frozenset(),
        "attributes": {},
    }
    return MemberFacts(**{**facts, **more})
