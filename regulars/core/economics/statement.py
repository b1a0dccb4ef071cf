"""The liability of a month as it is told: what was frozen or reckoned, with what follows from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from regulars.core.economics.breakage import Breakage
from regulars.core.economics.closing import FrozenCurrency, LateNote, Nature, Policy, Vintages
from regulars.core.economics.journal import DoubleEntry
from regulars.core.economics.subledger import Entry, sensitivity
from regulars.core.economics.vintages import redemption_triangle

CHANGES = (-10, -5, 5, 10)  # percentage points of breakage


@dataclass(frozen=True, slots=True)
class ClosedAs:
    """Under which number a month is closed, since when, and the hash of that."""

    number: int
    at: datetime
    until: datetime
    hash: str


@dataclass(frozen=True, slots=True)
class CurrencyTold:
    """A currency at the month's end; `triangle` is redeemed points, cumulative, by vintage and age."""

    code: str
    frozen: FrozenCurrency
    triangle: Mapping[int, Sequence[int]]

    @property
    def nature(self) -> Nature:
        return self.frozen.terms.nature

    @property
    def total(self) -> Entry:
        """All vintages together."""
        return self.frozen.end.total

    @property
    def found(self) -> Breakage:
        return self.frozen.found

    @property
    def sensitivity(self) -> dict[int, int]:
        """The liability at other breakage, by percentage points; nothing for what is owed at its face."""
        if self.nature is not Nature.POINTS:
            return {}
        end, found = self.frozen.end, self.frozen.found
        return {change: sensitivity(end, found, Fraction(change, 100)) for change in CHANGES}

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines: points in minor units of the currency, money in those of money."""
        total, tested = self.total, self.found.tested
        return {
            "outstanding": total.closing_points,
            "liability_minor": total.money.closing_minor,
            "breakage": self.found.rate,
            "interval": self.found.interval,
            "prior": float(self.found.prior),
            "tail": self.found.tail,
            "back_test": tested and {**tested._asdict(), "miss": tested.miss},
            "points": {"opening": total.opening_points, **total.flow._asdict()},
            "roll_forward": total.money._asdict(),
            "entries": [_entry(entry) for entry in self.frozen.end.entries],
            "vintages": self._vintages(),
            "triangle": {month_name(vintage): list(row) for vintage, row in self.triangle.items()},
            "sensitivity": {f"{change:+d}": minor for change, minor in self.sensitivity.items()},
        }

    def _vintages(self) -> list[dict[str, Any]]:
        methods = {one.vintage: str(one.method) for one in self.found.vintages}
        return [
            {
                "vintage": month_name(line.vintage),
                **line.points._asdict(),
                "outstanding": line.points.outstanding,
                "expected": line.expected,
                "method": methods.get(line.vintage),
                "deferred_minor": line.deferred_minor,
                "revenue_minor": line.revenue_minor,
                "liability_minor": line.liability_minor,
            }
            for line in self.frozen.end.lines
        ]


@dataclass(frozen=True, slots=True)
class Statement:
    """The liability at the end of a month; `closed` is None while the month is open."""

    month: int
    money: str
    money_scale: int
    policy: Policy
    closed: ClosedAs | None
    currencies: tuple[CurrencyTold, ...]
    late: tuple[LateNote, ...] = ()
    differences: Mapping[str, Mapping[str, int]] | None = None

    def of(self, nature: Nature) -> tuple[CurrencyTold, ...]:
        """The currencies of that nature, by code."""
        return tuple(one for one in self.currencies if one.nature is nature)

    def journal(self) -> list[tuple[CurrencyTold, list[DoubleEntry]]]:
        """The month's double entries by currency."""
        accounts = self.policy.accounts
        return [(one, list(one.frozen.journal(accounts))) for one in self.currencies]

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        closed = self.closed
        return {
            "month": month_name(self.month),
            "money": {"currency": self.money, "scale": self.money_scale},
            "closed": closed
            and {
                "number": closed.number,
                "at": closed.at.isoformat(),
                "until": closed.until.isoformat(),
                "hash": closed.hash,
            },
            "assumed": {
                "redeemed_share": float(self.policy.assumed.redeemed_share),
                "settled_months": self.policy.assumed.settled_months,
                "tail_months": self.policy.assumed.tail_months,
            },
            "currencies": {one.code: one.as_json() for one in self.of(Nature.POINTS)},
            "paid_in": {one.code: _paid_in(one) for one in self.of(Nature.PAID_IN)},
            "without_money": [one.code for one in self.of(Nature.UNPRICED)],
            "late": [
                {
                    "currency": note.currency,
                    "month": month_name(note.month),
                    "transactions": note.came.transactions,
                    **note.came.flow._asdict(),
                }
                for note in self.late
            ],
            "differences": {code: dict(some) for code, some in (self.differences or {}).items()},
        }


def told(code: str, frozen: FrozenCurrency, vintages: Vintages) -> CurrencyTold:
    """A currency with its triangle; `vintages` are all its flows, of earlier months too."""
    rows, table = redemption_triangle(vintages, frozen.end.month)
    return CurrencyTold(code, frozen, dict(zip(rows, table, strict=True)))


def month_name(month: int) -> str:
    """2026-10 for the month of that number."""
    return f"{month // 12:04}-{month % 12 + 1:02}"


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "vintage": month_name(entry.vintage),
        "opening_points": entry.opening_points,
        **entry.flow._asdict(),
        "closing_points": entry.closing_points,
        **entry.money._asdict(),
    }


def _paid_in(one: CurrencyTold) -> dict[str, Any]:
    """Money paid in is its own money: one set of figures, by the month in which it was paid in."""
    total = one.total
    return {
        "opening_minor": total.opening_points,
        **{f"{name}_minor": amount for name, amount in total.flow._asdict().items()},
        "closing_minor": total.closing_points,
        "breakage": one.found.rate,
        "interval": one.found.interval,
        "vintages": [
            {
                "vintage": month_name(entry.vintage),
                "opening_minor": entry.opening_points,
                **{f"{name}_minor": amount for name, amount in entry.flow._asdict().items()},
                "closing_minor": entry.closing_points,
            }
            for entry in one.frozen.end.entries
        ],
    }
