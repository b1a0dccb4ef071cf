"""A closed month as the JSON text that is stored and hashed, and back; the same month, the same text."""

from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from json import dumps, loads
from typing import Any

from regulars.core.economics.breakage import Assumed, Breakage, Estimate, Method
from regulars.core.economics.closing import (
    Frozen,
    FrozenCurrency,
    Inputs,
    LateNote,
    Nature,
    Policy,
    Priced,
    Vintages,
)
from regulars.core.economics.deferred import RollForward
from regulars.core.economics.journal import Accounts
from regulars.core.economics.subledger import Entry, Line, MonthEnd, Sales
from regulars.core.economics.subledger import Priced as Divided
from regulars.core.economics.triangles import BackTest
from regulars.core.economics.vintages import Flow, Late

_FORMAT = 1


class FrozenUnreadable(ValueError):
    """The text is not that of a closed month."""


def text_of(frozen: Frozen) -> str:
    """The one text of a closed month: keys sorted, nothing between them; floats come back as they were."""
    assumed = frozen.policy.assumed
    data = {
        "format": _FORMAT,
        "month": frozen.month,
        "until": frozen.until.isoformat(),
        "zone": frozen.zone,
        "money": frozen.money,
        "money_scale": frozen.money_scale,
        "assumed": [str(assumed.redeemed_share), assumed.settled_months, assumed.tail_months],
        "accounts": frozen.policy.accounts._asdict(),
        "inputs": frozen.inputs._asdict(),
        "sales": {str(month): list(sales) for month, sales in frozen.sales.items()},
        "currencies": {code: _currency(one) for code, one in frozen.currencies.items()},
        "late": [
            [note.currency, note.month, note.came.transactions, list(note.came.flow)]
            for note in frozen.late
        ],
        "after": frozen.after,
        "replaces": frozen.replaces,
        "differences": {code: dict(some) for code, some in frozen.differences.items()},
    }
    return dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def read_text(text: str) -> Frozen:
    """The closed month of a text. Raises FrozenUnreadable."""
    try:
        return _read(loads(text))
    except (
        ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError,
    ) as fault:  # fmt: skip
        raise FrozenUnreadable(type(fault).__name__) from None


def _read(data: Mapping[str, Any]) -> Frozen:
    if data["format"] != _FORMAT:
        raise FrozenUnreadable("another format")
    share, settled, tail = data["assumed"]
    return Frozen(
        month=data["month"],
        until=datetime.fromisoformat(data["until"]),
        zone=data["zone"],
        money=data["money"],
        money_scale=data["money_scale"],
        policy=Policy(Assumed(Fraction(share), settled, tail), Accounts(**data["accounts"])),
        inputs=Inputs(**data["inputs"]),
        sales={int(month): Sales(*some) for month, some in data["sales"].items()},
        currencies={code: _read_currency(one) for code, one in data["currencies"].items()},
        late=tuple(
            LateNote(code, month, Late(count, Flow(*flow)))
            for code, month, count, flow in data["late"]
        ),
        after=data["after"],
        replaces=data["replaces"],
        differences=data["differences"],
    )


def _currency(one: FrozenCurrency) -> dict[str, Any]:
    return {
        "nature": str(one.terms.nature),
        "scale": one.terms.scale,
        "worth": str(one.terms.worth),
        "title": dict(one.terms.title),
        "flows": _flows(one.flows),
        "end": _end(one.end),
        "breakage": _breakage(one.found),
    }


def _read_currency(data: Mapping[str, Any]) -> FrozenCurrency:
    terms = Priced(
        Nature(data["nature"]), data["scale"], Fraction(data["worth"]), dict(data["title"])
    )
    flows: dict[int, dict[int, Flow]] = {}
    for vintage, month, *amounts in data["flows"]:
        flows.setdefault(vintage, {})[month] = Flow(*amounts)
    return FrozenCurrency(terms, flows, _read_end(data["end"]), _read_breakage(data["breakage"]))


def _flows(vintages: Vintages) -> list[list[int]]:
    return [
        [vintage, month, *flow]
        for vintage, months in sorted(vintages.items())
        for month, flow in sorted(months.items())
    ]


def _end(end: MonthEnd) -> dict[str, Any]:
    return {
        "month": end.month,
        "lines": [
            [line.vintage, list(line.points), list(line.priced), line.expected]
            for line in end.lines
        ],
        "entries": [
            [one.vintage, one.opening_points, list(one.flow), one.closing_points, list(one.money)]
            for one in end.entries
        ],
    }


def _read_end(data: Mapping[str, Any]) -> MonthEnd:
    lines = tuple(
        Line(vintage, Flow(*points), Divided(*priced), expected)
        for vintage, points, priced, expected in data["lines"]
    )
    entries = tuple(
        Entry(vintage, opening, Flow(*flow), closing, RollForward(*money))
        for vintage, opening, flow, closing, money in data["entries"]
    )
    return MonthEnd(data["month"], lines, entries)


def _breakage(found: Breakage) -> dict[str, Any]:
    return {
        "month": found.month,
        "vintages": [[*one[:6], str(one.method)] for one in found.vintages],
        "prior": str(found.prior),
        "tail": found.tail,
        "pattern": list(found.pattern),
        "error": found.error,
        "tested": None if found.tested is None else list(found.tested),
    }


def _read_breakage(data: Mapping[str, Any]) -> Breakage:
    return Breakage(
        data["month"],
        tuple(Estimate._make([*some, Method(method)]) for *some, method in data["vintages"]),
        Fraction(data["prior"]),
        data["tail"],
        tuple(data["pattern"]),
        data["error"],
        None if data["tested"] is None else BackTest(*data["tested"]),
    )
