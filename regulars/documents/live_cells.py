"""Formulas of a workbook that carry their value: what is written once is text and figure at a time.

The few functions here are those that Excel and LibreOffice compute alike.
"""

import math
from collections.abc import Callable, Sequence
from datetime import date

Value = float | str | bool
_ATOM, _POWER, _TIMES, _PLUS, _COMPARED = range(5)
_DAY_ZERO = date(1899, 12, 30).toordinal()


class Live:
    """A part of a formula and what it comes to; an error of arithmetic is a value that is no number."""

    __slots__ = ("rank", "text", "value")

    def __init__(self, text: str, value: Value, rank: int = _ATOM) -> None:
        self.text, self.value, self.rank = text, value, rank

    @property
    def number(self) -> float:
        """The value as a number; what is none is not a number."""
        return math.nan if isinstance(self.value, str) else float(self.value)

    def __add__(self, other: "Live | float") -> "Live":
        return _joined("+", _PLUS, self, other, lambda a, b: a + b)

    def __sub__(self, other: "Live | float") -> "Live":
        return _joined("-", _PLUS, self, other, lambda a, b: a - b)

    def __rsub__(self, other: float) -> "Live":
        return live(other) - self

    def __mul__(self, other: "Live | float") -> "Live":
        return _joined("*", _TIMES, self, other, lambda a, b: a * b)

    def __truediv__(self, other: "Live | float") -> "Live":
        return _joined("/", _TIMES, self, other, lambda a, b: a / b)

    def __rtruediv__(self, other: float) -> "Live":
        return live(other) / self

    def __pow__(self, other: "Live | float") -> "Live":
        return _joined("^", _POWER, self, other, lambda a, b: a**b)

    def __radd__(self, other: float) -> "Live":
        return live(other) + self

    def __rmul__(self, other: float) -> "Live":
        return live(other) * self


class Span:
    """A range of cells with their values, in order."""

    __slots__ = ("text", "values")

    def __init__(self, text: str, values: Sequence[Value]) -> None:
        self.text, self.values = text, values

    @property
    def numbers(self) -> list[float]:
        """The numbers among them: functions of ranges leave texts out."""
        return [float(value) for value in self.values if not isinstance(value, str)]


def live(value: "Live | float") -> Live:
    """A number as it stands in a formula."""
    if isinstance(value, Live):
        return value
    text = repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)
    return Live(f"({text})" if value < 0 else text.upper(), float(value))


def words(text: str) -> Live:
    """A text as it stands in a formula."""
    return Live('"' + text.replace('"', '""') + '"', text)


def less(one: "Live | float", other: "Live | float") -> Live:
    """`<` of numbers."""
    return _compared("<", one, other, lambda a, b: a < b)


def at_least(one: "Live | float", other: "Live | float") -> Live:
    """`>=` of numbers."""
    return _compared(">=", one, other, lambda a, b: a >= b)


def more(one: "Live | float", other: "Live | float") -> Live:
    """`>` of numbers."""
    return _compared(">", one, other, lambda a, b: a > b)


def equal(one: "Live | float", other: "Live | float") -> Live:
    """`=`, of numbers or texts."""
    return _compared("=", one, other, lambda a, b: a == b)


def differs(one: "Live | float", other: "Live | float") -> Live:
    """`<>`, of numbers or texts."""
    return _compared("<>", one, other, lambda a, b: a != b)


def all_of(*conditions: Live) -> Live:
    """AND."""
    return _called("AND", conditions, all(bool(one.value) for one in conditions))


def when(condition: Live, then: "Live | float", otherwise: "Live | float") -> Live:
    """IF."""
    chosen, other = live(then), live(otherwise)
    value = chosen.value if condition.value else other.value
    return _called("IF", (condition, chosen, other), value)


def smallest_of(one: "Live | float", other: "Live | float") -> Live:
    """MIN of two."""
    pair = (live(one), live(other))
    return _called("MIN", pair, min(each.number for each in pair))


def largest_of(one: "Live | float", other: "Live | float") -> Live:
    """MAX of two."""
    pair = (live(one), live(other))
    return _called("MAX", pair, max(each.number for each in pair))


def sign(of: Live) -> Live:
    """SIGN: −1, 0 or 1."""
    return _called("SIGN", (of,), float((of.number > 0) - (of.number < 0)))


def rounded(of: Live, digits: int) -> Live:
    """ROUND: halves away from zero, as spreadsheets do."""
    scale = 10.0**digits
    size = math.floor(abs(of.number) * scale + 0.5) / scale
    return _called("ROUND", (of, live(digits)), math.copysign(size, of.number))


def remainder(of: Live, by: int) -> Live:
    """MOD, by a whole number above zero."""
    return _called("MOD", (of, live(by)), of.number % by)


def first_of_month(year: Live, month: Live) -> Live:
    """DATE of the first day; months over twelve run on."""
    months = int(year.number) * 12 + int(month.number) - 1
    day = date(months // 12, months % 12 + 1, 1).toordinal() - _DAY_ZERO
    return Live(f"DATE({year.text},{month.text},1)", float(day))


def total(of: Span) -> Live:
    """SUM; texts among the cells count nothing."""
    return Live(f"SUM({of.text})", math.fsum(of.numbers))


def least(of: Span) -> Live:
    """MIN of a range, 0 where it has no number."""
    return Live(f"MIN({of.text})", min(of.numbers, default=0.0))


def most(of: Span) -> Live:
    """MAX of a range, 0 where it has no number."""
    return Live(f"MAX({of.text})", max(of.numbers, default=0.0))


def count(of: Span) -> Live:
    """COUNT: how many numbers are in a range."""
    return Live(f"COUNT({of.text})", float(len(of.numbers)))


def place_of(value: Live, among: Span) -> Live:
    """MATCH, exactly: from 1; not a number where it is not there."""
    found = next((i for i, one in enumerate(among.values, 1) if one == value.value), math.nan)
    return Live(f"MATCH({value.text},{among.text},0)", float(found))


def picked(among: Span, place: Live) -> Live:
    """INDEX, from 1."""
    at = place.number
    there = not math.isnan(at) and 1 <= at <= len(among.values)
    value = among.values[int(at) - 1] if there else math.nan
    return Live(f"INDEX({among.text},{place.text})", value)


def present_value(rate: Live, first: Live, later: Span) -> Live:
    """The first flow as it is, the later ones discounted: NPV begins a period late."""
    value = 0.0
    for flow in reversed(later.numbers):
        value = (value + flow) / (1.0 + rate.number)
    return first + Live(f"NPV({rate.text},{later.text})", value)


def dated_value(rate: Live, flows: Span, days: Span) -> Live:
    """XNPV; a plain sum at a rate of nothing, which XNPV refuses."""
    at = days.numbers
    value = math.fsum(
        flow / (1.0 + rate.number) ** ((day - at[0]) / 365.0)
        for flow, day in zip(flows.numbers, at, strict=True)
    )
    discounted = Live(f"XNPV({rate.text},{flows.text},{days.text})", value)
    return when(more(rate, 0), discounted, total(flows))


def modified_rate(flows: Span, rate: Live) -> Live:
    """MIRR with one rate for both."""
    numbers, last = flows.numbers, len(flows.numbers) - 1
    out = math.fsum(f / (1 + rate.number) ** t for t, f in enumerate(numbers) if f < 0)
    back = math.fsum(f * (1 + rate.number) ** (last - t) for t, f in enumerate(numbers) if f > 0)
    value = (back / -out) ** (1.0 / last) - 1.0 if out and back else math.nan
    return Live(f"MIRR({flows.text},{rate.text},{rate.text})", value)


def power_sum(flows: Span, base: Live, powers: Span) -> Live:
    """Σ flow × base^power."""
    value = 0.0
    for flow, power in zip(flows.numbers, powers.numbers, strict=True):
        try:
            value += flow * base.number**power
        except (OverflowError, ZeroDivisionError):
            value = math.nan
    return Live(f"SUMPRODUCT({flows.text},{_within(base, _ATOM)}^{powers.text})", value)


def _called(name: str, parts: Sequence[Live], value: Value) -> Live:
    return Live(f"{name}({','.join(part.text for part in parts)})", value)


def _joined(
    sign_: str, rank: int, left: Live, right: Live | float, compute: Callable[..., float]
) -> Live:
    other = live(right)
    # The right side of − and / must not fall apart; powers are never left to precedence.
    beside = _within(left, rank if rank != _POWER else _ATOM), _within(other, rank - 1)
    try:
        value = compute(left.number, other.number)
    except (ZeroDivisionError, OverflowError):
        value = math.nan
    return Live(sign_.join(beside), math.nan if isinstance(value, complex) else value, rank)


def _within(part: Live, rank: int) -> str:
    return part.text if part.rank <= rank else f"({part.text})"


def _compared(
    sign_: str, one: Live | float, other: Live | float, holds: Callable[..., bool]
) -> Live:
    left, right = live(one), live(other)
    text = f"{_within(left, _PLUS)}{sign_}{_within(right, _PLUS)}"
    return Live(text, bool(holds(left.value, right.value)), _COMPARED)
