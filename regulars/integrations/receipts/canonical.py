"""A file of receipts as one table of typed columns, read column by column: what analytics start from.

The same words, numbers and refusals as an import's rows (`normalising`), but whole columns at a time:
each different cell is read once, and no row becomes a Python value.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.core.receipts.layout import Layout
from regulars.core.receipts.moments import date_format, reader, time_format, time_reader
from regulars.core.receipts.numbers import decimal_mark, decimal_of, scaled
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import AMOUNT_MAX, PRICE_SCALE, QUANTITY_MAX
from regulars.core.receipts.settling import kind_of
from regulars.integrations.receipts.cells import checked_text, exact_number, text_of
from regulars.integrations.receipts.source import Source

SALE, RETURN, REFUSED = "sale", "return", "refused"
_TEXTS = ("number", "customer", "sku", "name", "store", "till", "channel")
_NUMBER_MAX = 10**12
_YEARS = (1970, 2200)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (wall clocks have no zone)
_MICRO = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Read:
    """A column read: values (null where empty or unreadable) and the code against each bad cell."""

    values: pa.Array
    problems: pa.Array


def receipt_lines(source: Source, layout: Layout, *, zone: ZoneInfo, money_scale: int) -> pa.Table:
    """Every row of `source`: line, receipt, customer, at, store, channel, sku, name, category, quantity,
    amount_minor, priced (costs anything at all), kind (sale, return, refused), problem (a refusal's code).

    `at` is the wall clock of `zone` in micros without a zone, quantities are thousandths, amounts minor
    units of 10^-scale; of returns both are negative. Of refused rows the amount is what the file says
    as far as it can be read; they belong to no receipt.
    """
    texts = {
        field: _column(source, layout, field, checked_text(field), pa.string())
        for field in _TEXTS
        if field in layout.columns
    }
    moments = _moments(source, layout, zone)
    mark = layout.decimal or _decimal_mark(source, layout)
    numbers = {
        field: _numbers(source, layout, field, scale, mark)
        for field, scale in (("quantity", 3), ("price", PRICE_SCALE), ("amount", money_scale))
        if field in layout.columns
    }
    count = len(source)
    quantity = _whole(numbers["quantity"].values) if "quantity" in numbers else np.full(count, 1000)
    amount = _amounts(numbers, quantity, money_scale)
    problem = _first_problem(layout, moments, texts, numbers)
    returned, refused = _settled(source, layout, texts, numbers, quantity, amount)
    problem = pc.if_else(pc.is_null(problem), refused, problem)
    bad = pc.is_valid(problem).to_numpy(zero_copy_only=False)
    sign = np.where(returned & ~bad, -1, 1)
    kind = pa.array([SALE, RETURN, REFUSED]).take(pa.array(np.where(bad, 2, returned * 1)))
    return pa.table(
        {
            "line": pa.array(np.asarray(source.lines, dtype=np.int64)),
            "receipt": _receipts(source, layout, texts),
            "customer": _text(texts, "customer", count, None),
            "at": moments.values,
            "store": _text(texts, "store", count, layout.store),
            "channel": _text(texts, "channel", count, ""),
            "sku": _text(texts, "sku", count, layout.sku),
            "name": _text(texts, "name", count, ""),
            "category": _category(source, layout),
            "quantity": pa.array(np.abs(quantity) * sign),
            "amount_minor": pa.array(np.where(bad, amount, np.abs(amount) * sign)),
            "priced": pa.array(
                _whole(numbers["price"].values) > 0 if "price" in numbers else amount > 0
            ),
            "kind": kind,
            "problem": problem,
        }
    )


def _column(
    source: Source,
    layout: Layout,
    field: str,
    read: Callable[[Any], Any],
    kind: pa.DataType,
    place: int = 0,
) -> _Read:
    values, indices = _different(source, layout.columns[field][place])
    found = [None if _is_empty(value) else read(value) for value in values]
    good = pa.array([None if isinstance(one, Problem) else one for one in found], kind)
    codes = pa.array([one.code if isinstance(one, Problem) else None for one in found], pa.string())
    return _Read(good.take(indices), codes.take(indices))


def _different(source: Source, name: str) -> tuple[list[Any], pa.Array]:
    """The different cells of a column, and which of them stands in each row."""
    column = source.table.column(name)
    if pa.types.is_nested(column.type):
        column = pa.chunked_array([[text_of(value) for value in column.to_pylist()]], pa.string())
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    else:
        column = column.dictionary_encode()
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # of no chunks at all
        return [], pa.array([], pa.int32())
    return whole.dictionary.to_pylist(), whole.indices


def _moments(source: Source, layout: Layout, zone: ZoneInfo) -> _Read:
    days = source.table.column(layout.columns["occurred_at"][0])
    if pa.types.is_timestamp(days.type) and "time" not in layout.columns:
        return _in_years(_wall_clock(days, zone))
    values, _ = _different(source, layout.columns["occurred_at"][0])
    texts = [value for value in values if isinstance(value, str)]
    read_text = reader(layout.date or date_format(texts) or "iso")

    def read(value: Any) -> int | Problem:
        found = value if isinstance(value, date) else read_text(text_of(value))
        return found if isinstance(found, Problem) else _micros(found, zone)

    day = _column(source, layout, "occurred_at", read, pa.int64())
    if "time" not in layout.columns:
        return _in_years(day.values.cast(pa.timestamp("us")), day.problems)
    clock = _clock(source, layout)
    midnight = pc.floor_temporal(day.values.cast(pa.timestamp("us")), unit="day").cast(pa.int64())
    at = pc.add(midnight, pc.fill_null(clock.values, 0)).cast(pa.timestamp("us"))
    return _in_years(at, pc.coalesce(day.problems, clock.problems))


def _clock(source: Source, layout: Layout) -> _Read:
    values, _ = _different(source, layout.columns["time"][0])
    texts = [value for value in values if isinstance(value, str)]
    read_text = time_reader(layout.time or time_format(texts) or "%H:%M:%S")

    def read(value: Any) -> int | Problem:
        found = value if isinstance(value, time) else read_text(text_of(value))
        if isinstance(found, Problem):
            return found
        return (datetime.combine(_EPOCH, found.replace(tzinfo=None)) - _EPOCH) // _MICRO

    return _column(source, layout, "time", read, pa.int64())


def _wall_clock(column: pa.ChunkedArray, zone: ZoneInfo) -> pa.Array:
    whole = column.combine_chunks()
    if column.type.tz is not None:
        whole = pc.local_timestamp(whole.cast(pa.timestamp("us", zone.key)))
    return whole.cast(pa.timestamp("us"), safe=False)


def _in_years(at: pa.Array, problems: pa.Array | None = None) -> _Read:
    """Moments outside of any books are no moments."""
    year = pc.year(at)
    odd = pc.fill_null(pc.or_(pc.less(year, _YEARS[0]), pc.greater_equal(year, _YEARS[1])), False)
    none = pa.nulls(len(at), pa.string()) if problems is None else problems
    code = pa.scalar("import.date_unreadable")
    return _Read(
        pc.if_else(odd, pa.scalar(None, at.type), at),
        pc.if_else(pc.and_(odd, pc.is_null(none)), code, none),
    )


def _micros(value: datetime | date, zone: ZoneInfo) -> int:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if value.tzinfo is not None:
        value = value.astimezone(zone).replace(tzinfo=None)
    return (value - _EPOCH) // _MICRO


def _decimal_mark(source: Source, layout: Layout) -> str:
    samples = [
        value
        for field in ("price", "amount", "quantity")
        if field in layout.columns
        for value in _different(source, layout.columns[field][0])[0][:5000]
        if isinstance(value, str)
    ]
    return decimal_mark(samples, likely="," if source.delimiter == ";" else ".")


def _numbers(source: Source, layout: Layout, field: str, scale: int, mark: str) -> _Read:
    def read(value: Any) -> int | Problem:
        number = exact_number(value)
        if number is None:
            number = decimal_of(text_of(value), mark)
        if isinstance(number, Problem):
            return number
        if abs(number) > _NUMBER_MAX:
            return Problem.of("import.too_large")
        return scaled(number, scale)

    return _column(source, layout, field, read, pa.int64())


def _amounts(
    numbers: dict[str, _Read], quantity: NDArray[np.int64], money_scale: int
) -> NDArray[np.int64]:
    """What each row comes to: told, else price × quantity, half up; zero where neither can be read."""
    if "amount" in numbers:
        return _whole(numbers["amount"].values)
    price = _whole(numbers["price"].values)
    divisor = 10 ** (PRICE_SCALE + 3 - money_scale)
    exact = price.astype(object) * quantity if _overflows(price, quantity) else price * quantity
    whole = (2 * abs(exact) + divisor) // (2 * divisor)
    signed = np.where(np.asarray(exact < 0, dtype=bool), -whole, whole)
    return np.clip(signed, -AMOUNT_MAX - 1, AMOUNT_MAX + 1).astype(np.int64)


def _overflows(price: NDArray[np.int64], quantity: NDArray[np.int64]) -> bool:
    most = float(np.abs(price).max(initial=0)) * float(np.abs(quantity).max(initial=0))
    return most > 2.0**61


def _first_problem(
    layout: Layout, moments: _Read, texts: dict[str, _Read], numbers: dict[str, _Read]
) -> pa.Array:
    """The first reason against each row, in the order in which an import finds it."""
    reasons = [moments.problems, *(one.problems for one in texts.values())]
    reasons += [one.problems for one in numbers.values()]
    told = "amount" if "amount" in layout.columns else "price"
    needed = [("import.date_missing", moments)]
    needed += [("import.number_missing", texts["number"])] if "number" in texts else []
    needed += [("import.quantity_missing", numbers["quantity"])] if "quantity" in numbers else []
    needed.append(("import.amount_missing", numbers[told]))
    for code, one in needed:
        nothing = pa.scalar(None, pa.string())
        reasons.append(pc.if_else(pc.is_null(one.values), pa.scalar(code), nothing))
    return pc.coalesce(*reasons)


def _settled(
    source: Source,
    layout: Layout,
    texts: dict[str, _Read],
    numbers: dict[str, _Read],
    quantity: NDArray[np.int64],
    amount: NDArray[np.int64],
) -> tuple[NDArray[np.bool_], pa.Array]:
    """Which rows are returns, and the code against those that make no sense (as `settle_amounts`)."""
    count = len(source)
    unknown, returned = _kinds(source, layout)
    if layout.cancels and "number" in texts:
        begins = pc.starts_with(texts["number"].values, layout.cancels)
        returned = returned | pc.fill_null(begins, False).to_numpy(zero_copy_only=False)
    returned = returned | (quantity < 0)
    price = _whole(numbers["price"].values) if "price" in numbers else np.zeros(count, np.int64)
    told = "amount" in numbers
    reasons = (
        ("import.kind_unknown", unknown),
        ("import.quantity_zero", quantity == 0),
        ("import.price_negative", price < 0),
        ("import.price_negative", (amount < 0) & ~returned if told else np.zeros(count, bool)),
        ("import.too_large", (np.abs(quantity) > QUANTITY_MAX) | (np.abs(amount) > AMOUNT_MAX)),
        ("import.stock_correction", returned & (amount == 0)),
    )
    which = np.select([mask for _, mask in reasons], range(len(reasons)), default=len(reasons))
    codes = pa.array([*(name for name, _ in reasons), None], pa.string())
    return returned, codes.take(pa.array(which))


def _kinds(source: Source, layout: Layout) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    nothing = np.zeros(len(source), bool)
    if "kind" not in layout.columns:
        return nothing, nothing
    words = _column(source, layout, "kind", checked_text("kind"), pa.string()).values
    told = words.dictionary_encode()
    meanings = [kind_of(word) for word in told.dictionary.to_pylist()]
    unknown = pa.array([meaning is None for meaning in meanings], pa.bool_()).take(told.indices)
    back = pa.array([meaning is True for meaning in meanings], pa.bool_()).take(told.indices)
    both = (pc.fill_null(each, False).to_numpy(zero_copy_only=False) for each in (unknown, back))
    first, second = both
    return first, second


def _receipts(source: Source, layout: Layout, texts: dict[str, _Read]) -> pa.Array:
    """What makes rows one receipt: store, till and number; a row of its own where there is no number."""
    count = len(source)
    if "number" not in texts:
        return pc.binary_join_element_wise("line", pa.array(source.lines).cast(pa.string()), "-")
    parts = [texts["number"].values]
    parts += [texts[name].values for name in ("store", "till") if name in texts]
    if len(parts) == 1:
        return parts[0]
    filled = [pc.fill_null(part, "") for part in parts]
    assert len(filled[0]) == count
    return pc.binary_join_element_wise(*filled, "\x1f")


def _category(source: Source, layout: Layout) -> pa.Array:
    """The widest category, '' where none is told."""
    if "category" not in layout.columns:
        return pa.repeat(pa.scalar("", pa.string()), len(source))
    read = _column(source, layout, "category", checked_text("category"), pa.string())
    return pc.fill_null(read.values, "")


def _text(texts: dict[str, _Read], field: str, count: int, default: str | None) -> pa.Array:
    if field not in texts:
        return pa.repeat(pa.scalar(default, pa.string()), count)
    values = texts[field].values
    return values if default is None else pc.fill_null(values, default)


def _whole(values: pa.Array) -> NDArray[np.int64]:
    return pc.fill_null(values, 0).to_numpy(zero_copy_only=False).astype(np.int64)


def _is_empty(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())
