"""The sums that the key figures are made of, read from receipts, members and postings; writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection

from regulars.contexts.till.models import Sale
from regulars.contexts.till.types import NOBODY
from regulars.core.ledger.accounts import (
    ADJUSTED,
    EXPIRED,
    ISSUED,
    MEMBER_ACCOUNTS,
    REDEEMED,
    SOLD,
    TRANSFERRED,
)
from regulars.core.metrics.kpi import Attendance, Flow, PeriodFacts, Turnover

_SQL = Path(__file__).parents[1] / "sql"
_SALES, _RETURNS, _ACTIVE, _MEMBERS, _POINTS = (
    (_SQL / f"kpi_{name}.sql").read_text()
    for name in ("sales", "returns", "active", "members", "points")
)

Cell = tuple[int, str]  # period from 1, store ('' where all are one)


@dataclass(slots=True)
class _Sums:
    """One period or store on the way to its facts."""

    sales: dict[bool, list[int]] = field(default_factory=dict)
    returns: dict[bool, list[int]] = field(default_factory=dict)
    active: int = 0
    repeating: int = 0
    joined: int = 0
    moved: dict[tuple[str, str], int] = field(default_factory=dict)  # (currency, account)


def first_sale_at() -> datetime | None:
    """When the first receipt was; None before there is any."""
    return Sale.objects.order_by("occurred_at").values_list("occurred_at", flat=True).first()


def list_period_facts(
    starts: Sequence[datetime], until: datetime, *, points: bool = True
) -> tuple[PeriodFacts, ...]:
    """The facts of consecutive periods: each lasts to the start of the next, the last to `until`.

    Without `points` there are no flows, and the ledger, the longest table, is left alone.
    """
    sums = _read(starts, until, by_store=False, points=points)
    before = sums.get((0, ""), _Sums())
    members, held = before.joined, _held(before.moved)
    facts = []
    for number in range(1, len(starts) + 1):
        found = sums.get((number, ""), _Sums())
        members += found.joined
        flows = _flows(found.moved, held)
        held = {code: flow.outstanding or 0 for code, flow in flows.items()}
        facts.append(_facts(found, members, flows))
    return tuple(facts)


def list_store_facts(since: datetime, until: datetime) -> Mapping[str, PeriodFacts]:
    """The facts of each store over a period; members count where they joined.

    What happened at no store (expiry, corrections, who joined elsewhere) is under ''. Stores hold no
    points, so nothing is outstanding at them.
    """
    sums = _read([since], until, by_store=True)
    joined = {place: found.joined for (period, place), found in sums.items() if period == 0}
    places = sorted({place for _, place in sums})
    found_at = {place: sums.get((1, place), _Sums()) for place in places}
    return {
        place: _facts(found, joined.get(place, 0) + found.joined, _flows(found.moved, None))
        for place, found in found_at.items()
    }


def _read(
    starts: Sequence[datetime], until: datetime, *, by_store: bool, points: bool = True
) -> dict[Cell, _Sums]:
    params = {
        "starts": list(starts),
        "since": starts[0],
        "until": until,
        "by_store": by_store,
        "nobody": NOBODY.id,
    }
    sums: dict[Cell, _Sums] = {}

    def at(period: int, place: str) -> _Sums:
        return sums.setdefault((period, place), _Sums())

    for period, place, of_member, *values in _rows(_SALES, params):
        at(period, place).sales[of_member] = values
    for period, place, of_member, *values in _rows(_RETURNS, params):
        at(period, place).returns[of_member] = values
    for period, place, active, repeating in _rows(_ACTIVE, params):
        cell = at(period, place)
        cell.active, cell.repeating = active, repeating
    for period, place, joined in _rows(_MEMBERS, params):
        at(period, place).joined = joined
    moved = list(_rows(_POINTS, params)) if points else []
    # Gift cards and stored value are money that customers paid in: no points of the programme.
    paid_in = {currency for _, _, currency, account, _ in moved if account == SOLD}
    for period, place, currency, account, amount in moved:
        if currency not in paid_in:
            at(period, place).moved[currency, account] = amount
    return sums


def _rows(statement: str, params: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def _facts(found: _Sums, members: int, flows: Mapping[str, Flow]) -> PeriodFacts:
    of_members = _turnover(found, (True,))
    return PeriodFacts(
        everybody=_turnover(found, (True, False)),
        of_members=of_members,
        attendance=Attendance(members, found.joined, found.active, found.repeating),
        flows=flows,
    )


def _turnover(found: _Sums, groups: Sequence[bool]) -> Turnover:
    sales = [sum(column) for column in zip(*_of(found.sales, groups, 5), strict=True)]
    returns = [sum(column) for column in zip(*_of(found.returns, groups, 2), strict=True)]
    return Turnover(*sales, *returns)


def _of(rows: Mapping[bool, list[int]], groups: Sequence[bool], width: int) -> list[list[int]]:
    return [rows.get(group, [0] * width) for group in groups]


def _flows(
    moved: Mapping[tuple[str, str], int], opening: Mapping[str, int] | None
) -> dict[str, Flow]:
    """What each currency did; with `opening` None only what moved, and nothing outstanding."""
    codes = {code for code, _ in moved} | (opening or {}).keys()
    held = _held(moved)
    flows = {}
    for code in sorted(codes):
        before = 0 if opening is None else opening.get(code, 0)
        flows[code] = Flow(
            opening=before,
            issued=-moved.get((code, ISSUED), 0),
            spent=moved.get((code, REDEEMED), 0),
            expired=moved.get((code, EXPIRED), 0),
            adjusted=-moved.get((code, ADJUSTED), 0),
            transferred=-moved.get((code, TRANSFERRED), 0),
            outstanding=None if opening is None else before + held.get(code, 0),
        )
    return flows


def _held(moved: Mapping[tuple[str, str], int]) -> dict[str, int]:
    """What came onto the members' side, by currency."""
    held: dict[str, int] = {}
    for (code, account), amount in moved.items():
        if account in MEMBER_ACCOUNTS:
            held[code] = held.get(code, 0) + amount
    return held
