"""A file that was read and its layout made rows in plain values, ready to be grouped into receipts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from regulars.core.receipts.grouping import number_rows
from regulars.core.receipts.layout import Beside, Layout
from regulars.core.receipts.moments import (
    date_format,
    moment_micros,
    reader,
    time_format,
    time_reader,
)
from regulars.core.receipts.numbers import decimal_mark, decimal_of, scaled
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import PRICE_SCALE, Rows
from regulars.core.receipts.settling import settle_amounts
from regulars.integrations.receipts.cells import (
    Cells,
    Column,
    checked_text,
    exact_number,
    text_of,
)
from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.source import Source

_NUMBER_MAX = Decimal(10) ** 12
_TEXTS = ("number", "customer", "sku", "name", "store", "till", "brand", "reference", "payment",
          "channel", "cashier")  # fmt: skip


def rows_of(source: Source, layout: Layout, *, zone: ZoneInfo, money_scale: int) -> Rows:
    """Every row of `source`; what cannot be read is None, with the reason against the row noted.

    `zone` is where the clocks hung that show no offset; amounts are in minor units of 10^-scale.
    """
    empty: Cells[Any] = Cells([None] * len(source), {})
    texts: dict[str, Any] = {
        field: _column(source, layout, field).read(checked_text(field))
        if field in layout.columns
        else empty
        for field in _TEXTS
    }
    moments = _moments(source, layout, zone)
    mark = layout.decimal or _decimal_mark(source, layout)
    numbers = {
        field: _numbers(source, layout, field, scale, mark) if field in layout.columns else empty
        for field, scale in (("quantity", 3), ("price", PRICE_SCALE), ("amount", money_scale))
    }
    if "quantity" not in layout.columns:
        numbers["quantity"] = Cells([1000] * len(source), {})
    rows = Rows(
        lines=source.lines,
        at=moments,
        quantity=numbers["quantity"],
        price=numbers["price"],
        amount=[0 if amount is None else amount for amount in numbers["amount"]],
        is_return=bytearray(len(source)),
        category=_categories(source, layout),
        money_scale=money_scale,
        goods=layout.sku,
        **texts,
    )
    _note(rows, moments, texts, numbers, layout)
    if "number" not in layout.columns:
        rows.number = number_rows(rows)
    kinds = (
        _column(source, layout, "kind").read(checked_text("kind"))
        if "kind" in layout.columns
        else None
    )
    settle_amounts(rows, kinds, cancels=layout.cancels, told="amount" in layout.columns)
    rows.quantity = [None if quantity is None else abs(quantity) for quantity in rows.quantity]
    return rows


def settle_formats(source: Source, layout: Layout) -> Layout:
    """The layout with what `rows_of` would find out from the whole file: decimals, dates, clocks."""
    day = layout.date
    if day is None:
        values = _column(source, layout, "occurred_at").values
        day = date_format([value for value in values if isinstance(value, str)]) or "iso"
    clock = layout.time
    if clock is None and "time" in layout.columns:
        values = _column(source, layout, "time").values
        clock = time_format([value for value in values if isinstance(value, str)]) or "%H:%M:%S"
    return replace(
        layout, decimal=layout.decimal or _decimal_mark(source, layout), date=day, time=clock
    )


def with_goods_beside(
    source: Source, layout: Layout, beside: Beside, folder: Path
) -> tuple[Source, Layout]:
    """The same with what a second file in `folder` tells of the goods; unchanged where there is none.

    Raises what reading that file raises.
    """
    path = folder / beside.file
    if not path.is_file():
        return source, layout
    goods = read_source(path)
    columns = {name for names in beside.columns.values() for name in names}
    keys = Column(goods, beside.key)
    place_of = {text_of(keys.values[i]): row for row, i in enumerate(keys.index) if i is not None}
    wanted = Column(source, beside.column)
    places = [place_of.get(text) for text in wanted.texts()]
    found = [None if i is None else places[i] for i in wanted.index]
    table = source.table
    names = list(source.names)
    for name in sorted(columns):
        values = goods.table.column(name).to_pylist()
        table = table.append_column(name, [[None if row is None else values[row] for row in found]])
        names.append(name)
    return (
        replace(source, table=table, names=tuple(names)),
        replace(layout, columns={**layout.columns, **beside.columns}),
    )


def _column(source: Source, layout: Layout, field: str) -> Column:
    return Column(source, layout.columns[field][0])


def _note(
    rows: Rows,
    moments: Cells[int],
    texts: dict[str, Cells[str]],
    numbers: dict[str, Cells[int]],
    layout: Layout,
) -> None:
    """The first reason against each row, in an order that does not depend on the file."""
    every: list[Cells[Any]] = [moments, *texts.values(), *numbers.values()]
    for cells in every:
        for row, problem in cells.problems.items():
            rows.refuse(row, problem)
    needed: list[tuple[str, Cells[Any]]] = [("import.date_missing", moments)]
    if "number" in layout.columns:
        needed.append(("import.number_missing", texts["number"]))
    if "quantity" in layout.columns:
        needed.append(("import.quantity_missing", numbers["quantity"]))
    told = "amount" if "amount" in layout.columns else "price"
    needed.append(("import.amount_missing", numbers[told]))
    for code, values in needed:
        if None in values:
            for row, value in enumerate(values):
                if value is None:
                    rows.refuse(row, Problem.of(code))


def _decimal_mark(source: Source, layout: Layout) -> str:
    """The sign that parts the decimals everywhere in the file."""
    samples = [
        value
        for field in ("price", "amount", "quantity")
        if field in layout.columns
        for value in _column(source, layout, field).values[:5000]
        if isinstance(value, str)
    ]
    return decimal_mark(samples, likely="," if source.delimiter == ";" else ".")


def _numbers(source: Source, layout: Layout, field: str, scale: int, mark: str) -> Cells[int]:
    column = _column(source, layout, field)

    def read(value: Any) -> int | Problem:
        number = exact_number(value)
        if number is None:
            number = decimal_of(text_of(value), mark)
        if isinstance(number, Problem):
            return Problem.of(number.code, field=field)
        if abs(number) > _NUMBER_MAX:
            return Problem.of("import.too_large")
        return scaled(number, scale)

    return column.read(read)


def _moments(source: Source, layout: Layout, zone: ZoneInfo) -> Cells[int]:
    days = _column(source, layout, "occurred_at")
    read_day = _day_reader(days, layout.date)
    if "time" not in layout.columns:
        return days.read(lambda value: _micros(read_day(value), zone))
    clocks = _column(source, layout, "time").read(
        _clock_reader(_column(source, layout, "time"), layout.time)
    )
    read = days.read(read_day)
    made: dict[tuple[Any, Any], int | Problem] = {}
    values: list[int | None] = []
    problems = {**clocks.problems, **read.problems}
    for row, pair in enumerate(zip(read, clocks, strict=True)):
        day, clock = pair
        if day is None:
            values.append(None)
            continue
        if pair not in made:
            made[pair] = moment_micros(_joined(day, clock), zone)
        moment = made[pair]
        if isinstance(moment, Problem):
            problems.setdefault(row, moment)
            values.append(None)
        else:
            values.append(moment)
    return Cells(values, problems)


def _joined(day: date, clock: time | None) -> datetime:
    bare = day.date() if isinstance(day, datetime) else day
    return datetime.combine(bare, clock or time())


def _micros(value: datetime | date | Problem, zone: ZoneInfo) -> int | Problem:
    return value if isinstance(value, Problem) else moment_micros(value, zone)


def _day_reader(column: Column, form: str | None) -> Callable[[Any], datetime | date | Problem]:
    texts = [value for value in column.values if isinstance(value, str)]
    read_text = reader(form or date_format(texts) or "iso")

    def read(value: Any) -> datetime | date | Problem:
        if isinstance(value, datetime | date):
            return value
        return read_text(text_of(value))

    return read


def _clock_reader(column: Column, form: str | None) -> Callable[[Any], time | Problem]:
    texts = [value for value in column.values if isinstance(value, str)]
    read_text = time_reader(form or time_format(texts) or "%H:%M:%S")

    def read(value: Any) -> time | Problem:
        return value if isinstance(value, time) else read_text(text_of(value))

    return read


def _categories(source: Source, layout: Layout) -> list[tuple[str, ...]]:
    names = layout.columns.get("category", ())
    if not names:
        return [()] * len(source)
    read = checked_text("category")
    parts = [Column(source, name).read(read) for name in names]
    made: dict[tuple[str | None, ...], tuple[str, ...]] = {}
    found = []
    for cells in zip(*parts, strict=True):
        path = made.get(cells)
        if path is None:
            path = made[cells] = _path(cells)
        found.append(path)
    return found


def _path(cells: Sequence[str | None]) -> tuple[str, ...]:
    """One cell may hold a whole path, `Food / Dairy`; of several columns each is one step."""
    if len(cells) == 1:
        text = cells[0] or ""
        mark = next((mark for mark in (">", "\\", "/") if mark in text), None)
        steps = text.split(mark) if mark else [text]
    else:
        steps = [(cell or "").replace("/", "-") for cell in cells]
    return tuple(step.strip()[:100] for step in steps if step.strip())
