"""The tables of the warehouse: from which published view each comes, and how rows become theirs.

The JSON of a view is taken apart by DuckDB: the same in Python costs ten times as much.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from regulars.analytics.books import calendar_of

_UTC = pa.timestamp("us", "UTC")
_CALENDAR = [(name, pa.int64()) for name in ("at", "day", "week", "month")]
_TIMES = '"at", day, week, month'


@dataclass(frozen=True, slots=True)
class Kind:
    """A table of the warehouse made of rows of a view: schema, and the column that sums must agree on.

    `select` makes it of `parsed`: the rows with their calendar, as `View.parsed` selects them.
    """

    name: str
    schema: pa.Schema
    select: str
    summed: str


@dataclass(frozen=True, slots=True)
class View:
    """A published view: its columns as they are read, and the tables made of its rows.

    `amount` is the expression that fingerprints sum; a view without months is copied whole. `parsed`
    selects them with their JSON taken apart, `wrong` a condition that no row of them may meet.
    """

    name: str
    columns: Mapping[str, pa.DataType]
    kinds: tuple[Kind, ...]
    amount: str
    by_month: bool = True
    parsed: str = ""
    wrong: str = ""


class RowsBroken(ValueError):
    """Stored JSON that does not hang together."""


def make_tables(
    worker: duckdb.DuckDBPyConnection, view: View, rows: pa.Table, calendar: Mapping[str, pa.Array]
) -> dict[str, pa.Table]:
    """The tables of a view made of some of its rows, by name, in the order of the rows.

    Raises RowsBroken.
    """
    given = pa.table({**{name: rows[name] for name in rows.column_names}, **calendar})
    worker.register("given", given)
    try:
        parsed = view.parsed or "*"
        worker.execute(f"CREATE OR REPLACE TEMP TABLE parsed AS SELECT {parsed} FROM given")  # noqa: S608
        if view.wrong:
            found = worker.execute(f"SELECT count(*) FROM parsed WHERE {view.wrong}").fetchall()  # noqa: S608
            if found != [(0,)]:
                raise RowsBroken(view.name)
        made = {}
        for kind in view.kinds:
            table = worker.sql(f"SELECT {kind.select}").to_arrow_table()
            made[kind.name] = pa.table(
                {field.name: table[field.name].cast(field.type) for field in kind.schema}
            )
        return made
    finally:
        worker.unregister("given")


def local_calendar(at: pa.ChunkedArray, zone: str) -> dict[str, pa.ChunkedArray]:
    """`at`, `day`, `week`, `month` by the wall clock of a zone."""
    return calendar_of(pc.local_timestamp(at.cast(pa.timestamp("us", zone))))


# Of a stored line (counted from 1): 2 sku, 3 quantity, 5 amount, 6 category, 7 brand, 9 cost, 12 name,
# 13 kind; newer lines have more cells than older ones, and what is not there is null.
_OF_SALE = """* EXCLUDE (items, owed, costs),
    CASE WHEN list_count(costs) = len(costs) THEN coalesce(list_sum(costs), 0) END AS cost_minor
FROM (SELECT *, coalesce(list_sum([x[3]::BIGINT for x in items]), 0) AS quantity,
             [x[9]::BIGINT for x in items if coalesce(x[13], 'goods') = 'goods'] AS costs FROM parsed)"""
_OF_LINE = f"""sale, member, {_TIMES}, store, channel, item[2] AS sku, item[12] AS name,
    coalesce(from_json(item[6], '["VARCHAR"]')[1], '') AS category, item[7] AS brand,
    item[3]::BIGINT AS quantity, item[5]::BIGINT AS gross_minor, due_minor, item[9]::BIGINT AS cost_minor
FROM (SELECT id AS sale, member, {_TIMES}, store, channel, unnest(items) AS item,
             unnest(owed) AS due_minor FROM parsed)"""  # noqa: S608
_OF_RETURN = """*, coalesce(list_sum(list_transform(json_extract(lines, '$.*'), lambda x: x::BIGINT)), 0)
    AS quantity FROM parsed"""
_OF_POSTING = f"""member, seq, kind, source, {_TIMES}, move[1] AS currency, move[2] AS account,
    move[3]::BIGINT AS amount
FROM (SELECT member, seq, kind, source, {_TIMES}, unnest(moves) AS move FROM parsed)"""  # noqa: S608

_TEXT, _WHOLE = pa.string(), pa.int64()
SALE = pa.schema(
    [("id", _TEXT), ("member", _TEXT), *_CALENDAR, ("occurred_at", _UTC), ("store", _TEXT),
     ("channel", _TEXT), ("tier", _TEXT), ("version", _WHOLE), ("quantity", _WHOLE),
     ("gross_minor", _WHOLE), ("discount_minor", _WHOLE), ("points_minor", _WHOLE),
     ("paid_minor", _WHOLE), ("cost_minor", _WHOLE)]
)  # fmt: skip
LINE = pa.schema(
    [("sale", _TEXT), ("member", _TEXT), *_CALENDAR, ("store", _TEXT), ("channel", _TEXT),
     ("sku", _TEXT), ("name", _TEXT), ("category", _TEXT), ("brand", _TEXT), ("quantity", _WHOLE),
     ("gross_minor", _WHOLE), ("due_minor", _WHOLE), ("cost_minor", _WHOLE)]
)  # fmt: skip
RETURN = pa.schema(
    [("id", _TEXT), ("member", _TEXT), *_CALENDAR, ("occurred_at", _UTC), ("store", _TEXT),
     ("sale_id", _TEXT), ("quantity", _WHOLE), ("refund_minor", _WHOLE), ("cost_minor", _WHOLE)]
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
        (Kind("sale", SALE, _OF_SALE, "paid_minor"), Kind("line", LINE, _OF_LINE, "due_minor")),
        "paid_minor",
        parsed="""* EXCLUDE (lines, due), from_json(lines, '[["VARCHAR"]]') AS items,
                  from_json(due, '["BIGINT"]') AS owed""",
        wrong="len(items) IS DISTINCT FROM len(owed)",
    ),
    View(
        "published_return",
        {
            "id": _TEXT, "member": _TEXT, "occurred_at": _UTC, "received_at": _UTC,
            "store": _TEXT, "sale_id": _TEXT, "refund_minor": _WHOLE, "lines": _TEXT,
            "cost_minor": _WHOLE,
        },
        (Kind("return", RETURN, _OF_RETURN, "refund_minor"),),
        "refund_minor",
    ),
    View(
        "published_posting",
        {
            "member": _TEXT, "seq": _WHOLE, "kind": _TEXT, "occurred_at": _UTC,
            "received_at": _UTC, "source": _TEXT, "postings": _TEXT,
        },
        (Kind("posting", POSTING, _OF_POSTING, "amount"),),
        "seq",
        parsed="""* EXCLUDE (postings), from_json(postings, '[["VARCHAR"]]') AS moves""",
    ),
    View(
        "published_member",
        {
            "id": _TEXT, "holder": _TEXT, "status": _TEXT, "enrolled_at": _UTC, "store": _TEXT,
            "referred": pa.bool_(),
        },
        (Kind("member", MEMBER, "* FROM parsed", "day"),),
        "0",
        by_month=False,
    ),
)  # fmt: skip
KINDS: Mapping[str, Kind] = {kind.name: kind for view in VIEWS for kind in view.kinds}
