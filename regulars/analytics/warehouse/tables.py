"""The tables of the warehouse: from which published view each comes, and how rows become theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from regulars.analytics.books import calendar_of

_UTC = pa.timestamp("us", "UTC")
_CALENDAR = [(name, pa.int64()) for name in ("at", "day", "week", "month")]
_SKU, _QUANTITY, _AMOUNT, _CATEGORY, _BRAND, _COST, _NAME = 1, 2, 4, 5, 6, 8, 11  # of a stored line


Parsed = Mapping[str, list[Any]]
"""The columns of a view that hold JSON, read: one value a row."""

_quantity = itemgetter(_QUANTITY)


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of the warehouse made of rows of a view: schema, and the column that sums must agree on."""

    name: str
    schema: pa.Schema
    make: Callable[[pa.Table, Mapping[str, pa.Array], Parsed], pa.Table]
    summed: str


@dataclass(frozen=True, slots=True)
class View:
    """A published view: its columns as they are read, and the tables made of its rows.

    `amount` is the expression that fingerprints sum; a view without months is copied whole.
    """

    name: str
    columns: Mapping[str, pa.DataType]
    kinds: tuple[Kind, ...]
    amount: str
    by_month: bool = True
    json: tuple[str, ...] = ()


def _sales(rows: pa.Table, calendar: Mapping[str, pa.Array], parsed: Parsed) -> pa.Table:
    quantity = [sum(map(_quantity, lines)) for lines in parsed["lines"]]
    return _table(SALE, rows, calendar, quantity=pa.array(quantity, pa.int64()))


def _lines(rows: pa.Table, calendar: Mapping[str, pa.Array], parsed: Parsed) -> pa.Table:
    which, flat = _flat(parsed["lines"])
    due = list(chain.from_iterable(parsed["due"]))
    assert len(due) == len(flat), "every line has what was left to pay for it"

    cells = list(zip(*flat, strict=False))  # newer lines have more cells behind the ones read here
    widest = [path[0] if path else "" for path in cells[_CATEGORY]]
    columns = {
        "sale": rows["id"].take(which),
        "member": rows["member"].take(which),
        "store": rows["store"].take(which),
        "channel": rows["channel"].take(which),
        "sku": pa.array(cells[_SKU], _TEXT),
        "name": pa.array(cells[_NAME], _TEXT),
        "category": pa.array(widest, _TEXT),
        "brand": pa.array(cells[_BRAND], _TEXT),
        "quantity": pa.array(cells[_QUANTITY], _WHOLE),
        "gross_minor": pa.array(cells[_AMOUNT], _WHOLE),
        "due_minor": pa.array(due, pa.int64()),
        "cost_minor": pa.array(cells[_COST], _WHOLE),
    }
    columns |= {name: calendar[name].take(which) for name, _ in _CALENDAR}
    return pa.table({field.name: columns[field.name].cast(field.type) for field in LINE})


def _returns(rows: pa.Table, calendar: Mapping[str, pa.Array], parsed: Parsed) -> pa.Table:
    quantity = [sum(lines.values()) for lines in parsed["lines"]]
    return _table(RETURN, rows, calendar, quantity=pa.array(quantity, pa.int64()))


def _postings(rows: pa.Table, calendar: Mapping[str, pa.Array], parsed: Parsed) -> pa.Table:
    which, flat = _flat(parsed["postings"])
    columns = {name: rows[name].take(which) for name in ("member", "seq", "kind", "source")}
    columns |= {name: calendar[name].take(which) for name, _ in _CALENDAR}
    columns["currency"] = pa.array([each[0] for each in flat], pa.string())
    columns["account"] = pa.array([each[1] for each in flat], pa.string())
    columns["amount"] = pa.array([each[2] for each in flat], pa.int64())
    return pa.table({field.name: columns[field.name].cast(field.type) for field in POSTING})


def _members(rows: pa.Table, calendar: Mapping[str, pa.Array], parsed: Parsed) -> pa.Table:
    return _table(MEMBER, rows, calendar)


def _table(
    schema: pa.Schema, rows: pa.Table, calendar: Mapping[str, pa.Array], **more: pa.Array
) -> pa.Table:
    found = {**{name: rows[name] for name in rows.column_names}, **calendar, **more}
    return pa.table({field.name: found[field.name].cast(field.type) for field in schema})


def parse(view: View, rows: pa.Table) -> Parsed:
    """The JSON of some rows, a whole column at once."""
    return {name: orjson.loads("[" + ",".join(rows[name].to_pylist()) + "]") for name in view.json}


def _flat(nested: list[list[Any]]) -> tuple[pa.Array, list[Any]]:
    """The elements of all rows one after another, and of which row each is."""
    counts = np.fromiter((len(each) for each in nested), np.int64, len(nested))
    return pa.array(np.repeat(np.arange(len(nested)), counts)), list(chain.from_iterable(nested))


def local_calendar(at: pa.ChunkedArray, zone: str) -> dict[str, pa.ChunkedArray]:
    """`at`, `day`, `week`, `month` by the wall clock of a zone."""
    return calendar_of(pc.local_timestamp(at.cast(pa.timestamp("us", zone))))


_TEXT, _WHOLE = pa.string(), pa.int64()
SALE = pa.schema(
    [("id", _TEXT), ("member", _TEXT), *_CALENDAR, ("occurred_at", _UTC), ("store", _TEXT),
     ("channel", _TEXT), ("tier", _TEXT), ("version", _WHOLE), ("quantity", _WHOLE),
     ("gross_minor", _WHOLE), ("discount_minor", _WHOLE), ("points_minor", _WHOLE),
     ("paid_minor", _WHOLE)]
)  # fmt: skip
LINE = pa.schema(
    [("sale", _TEXT), ("member", _TEXT), *_CALENDAR, ("store", _TEXT), ("channel", _TEXT),
     ("sku", _TEXT), ("name", _TEXT), ("category", _TEXT), ("brand", _TEXT), ("quantity", _WHOLE),
     ("gross_minor", _WHOLE), ("due_minor", _WHOLE), ("cost_minor", _WHOLE)]
)  # fmt: skip
RETURN = pa.schema(
    [("id", _TEXT), ("member", _TEXT), *_CALENDAR, ("occurred_at", _UTC), ("store", _TEXT),
     ("sale_id", _TEXT), ("quantity", _WHOLE), ("refund_minor", _WHOLE)]
)  # fmt: skip
POSTING = pa.schema(
    [("member", _TEXT), ("seq", _WHOLE), *_CALENDAR, ("kind", _TEXT), ("source", _TEXT),
     ("currency", _TEXT), ("account", _TEXT), ("amount", _WHOLE)]
)  # fmt: skip
MEMBER = pa.schema(
    [("id", _TEXT), ("holder", _TEXT), *_CALENDAR, ("status", _TEXT), ("store", _TEXT),
     ("referred", pa.bool_())]
)  # fmt: skip

VIEWS: tuple[View, ...] = (
    View(
        "published_sale",
        {
            "id": _TEXT, "member": _TEXT, "occurred_at": _UTC, "received_at": _UTC, "store": _TEXT,
            "channel": _TEXT, "tier": _TEXT, "version": _WHOLE, "gross_minor": _WHOLE,
            "discount_minor": _WHOLE, "points_minor": _WHOLE, "paid_minor": _WHOLE,
            "lines": _TEXT, "due": _TEXT,
        },
        (Kind("sale", SALE, _sales, "paid_minor"), Kind("line", LINE, _lines, "due_minor")),
        "paid_minor",
        json=("lines", "due"),
    ),
    View(
        "published_return",
        {
            "id": _TEXT, "member": _TEXT, "occurred_at": _UTC, "received_at": _UTC,
            "store": _TEXT, "sale_id": _TEXT, "refund_minor": _WHOLE, "lines": _TEXT,
        },
        (Kind("return", RETURN, _returns, "refund_minor"),),
        "refund_minor",
        json=("lines",),
    ),
    View(
        "published_posting",
        {
            "member": _TEXT, "seq": _WHOLE, "kind": _TEXT, "occurred_at": _UTC,
            "received_at": _UTC, "source": _TEXT, "postings": _TEXT,
        },
        (Kind("posting", POSTING, _postings, "amount"),),
        "seq",
        json=("postings",),
    ),
    View(
        "published_member",
        {
            "id": _TEXT, "holder": _TEXT, "status": _TEXT, "enrolled_at": _UTC, "store": _TEXT,
            "referred": pa.bool_(),
        },
        (Kind("member", MEMBER, _members, "day"),),
        "0",
        by_month=False,
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.name: kind for view in VIEWS for kind in view.kinds}
