"""One column of a file as values: each different cell is read once, however often it stands there."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import pyarrow as pa

from regulars.core.receipts.numbers import decimal_of_float
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.settling import is_nobody
from regulars.integrations.receipts.source import Source
from regulars.kit.csv_safety import unguard_cell

Value = TypeVar("Value")
CODE_MAX = {
    "number": 100,
    "sku": 100,
    "store": 40,
    "till": 40,
    "customer": 100,
    "reference": 100,
    "kind": 100,
}
NAME_MAX = 200
_AS_FRACTION = re.compile(r"^(\d+)[.,]0$", re.ASCII)


class Column:
    """The cells of one column: `values` are the different ones, `index` says which stands in which row."""

    def __init__(self, source: Source, name: str) -> None:
        column = source.table.column(name)
        if pa.types.is_nested(column.type):
            column = pa.array([text_of(value) for value in column.to_pylist()], pa.string())
        if not pa.types.is_dictionary(column.type):
            column = column.dictionary_encode()
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        is_empty = isinstance(whole, pa.ChunkedArray)  # of no chunks at all
        self.values: list[Any] = [] if is_empty else whole.dictionary.to_pylist()
        self.index: list[int | None] = [] if is_empty else whole.indices.to_pylist()

    def texts(self) -> list[str]:
        """The different cells as text, in the order in which they come."""
        return [text_of(value) for value in self.values]

    def read(self, read: Callable[[Any], Value | Problem | None]) -> "Cells[Value]":
        """Every cell through `read`; an empty one is None."""
        found = [None if _is_empty(value) else read(value) for value in self.values]
        bad = {place for place, value in enumerate(found) if isinstance(value, Problem)}
        found.append(None)
        index = [-1 if place is None else place for place in self.index]
        values: list[Any] = [found[place] for place in index]
        problems: dict[int, Problem] = {}
        if bad:
            for row, place in enumerate(index):
                if place in bad:
                    problems[row] = values[row]
                    values[row] = None
        return Cells(values, problems)


class Cells(list[Value | None]):
    """The values of a column, None where empty or unreadable; `problems` says which are unreadable."""

    def __init__(self, values: Sequence[Value | None], problems: dict[int, Problem]) -> None:
        super().__init__(values)
        self.problems = problems


def text_of(value: Any) -> str:
    """A cell as text: whole numbers without a fraction, moments in ISO form."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def checked_text(field: str) -> Callable[[Any], str | Problem | None]:
    """What reads the cells of a text column: codes must be whole and fit; names are cut and mended."""
    most = CODE_MAX.get(field)

    def read(value: Any) -> str | Problem | None:
        text = " ".join(unguard_cell(text_of(value)).split())
        if not text or (field == "customer" and is_nobody(text)):
            return None
        if most is None:
            return "".join(sign if sign.isprintable() else "?" for sign in text[:NAME_MAX])
        if field != "sku":  # numbers that some program has kept as fractions: 17850.0
            text = _AS_FRACTION.sub(r"\1", text)
        if "\ufffd" in text or not text.isprintable():
            return Problem.of("import.text_broken", field=field)
        return text if len(text) <= most else Problem.of("import.text_too_long", field=field)

    return read


def exact_number(value: Any) -> Decimal | Problem | None:
    """A number that is one already; None where it is a text that must be read first."""
    if isinstance(value, bool):
        return Problem.of("import.number_unreadable")
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, float):
        return decimal_of_float(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _is_empty(value: Any) -> bool:
    return value is None or value != value or (isinstance(value, str) and not value.strip())
