"""Whether the warehouse is what its manifest says, and what the books say: row for row and sum for sum."""

from dataclasses import dataclass
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from regulars.analytics.warehouse.export import fingerprints, snapshot
from regulars.analytics.warehouse.manifest import Part, read_manifest
from regulars.analytics.warehouse.tables import KINDS, VIEWS

_OF_LINES = """
SELECT count(*), coalesce(sum((d.value)::text::bigint), 0)::bigint
FROM published_sale s CROSS JOIN LATERAL json_array_elements(s.due::json) AS d
"""
_OF_POSTINGS = """
SELECT p.posting ->> 0, p.posting ->> 1, count(*), sum((p.posting ->> 2)::bigint)::bigint
FROM published_posting t CROSS JOIN LATERAL json_array_elements(t.postings::json) AS p(posting)
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """One part that is not what it should be; `why`: broken, rows, total, ledger, or stale."""

    kind: str
    month: str
    why: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What was compared. Stale parts are no fault: the books have gone on since the export."""

    parts: int
    rows: int
    taken_at: str
    differences: tuple[Difference, ...]
    stale: tuple[Difference, ...]


def check_warehouse(conninfo: str, folder: Path) -> Checked:
    """Compare files, manifest and books. Raises WarehouseMissing, WarehouseBroken."""
    manifest = read_manifest(folder)
    wrong: list[Difference] = []
    rows = parts = 0
    for kind, month, part in manifest.every():
        parts += 1
        rows += part.rows
        wrong.extend(_of_file(folder, kind, month, part))
    with snapshot(conninfo) as connection:
        stale = []
        for view in VIEWS:
            if not view.by_month:
                continue
            marks = fingerprints(connection, view, manifest.zone)
            for made in view.kinds:
                have = manifest.parts.get(made.name, {})
                for month in sorted(marks.keys() | have.keys()):
                    mark = have[month].fingerprint if month in have else None
                    if marks.get(month) != mark:
                        told = str(marks.get(month)), str(mark)
                        stale.append(Difference(made.name, month, "stale", *told))
        if not stale and not wrong:
            wrong.extend(_of_books(connection, folder))
    return Checked(parts, rows, manifest.taken_at, tuple(wrong), tuple(stale))


def _of_file(folder: Path, kind: str, month: str, part: Part) -> list[Difference]:
    summed = KINDS[kind].summed
    try:
        column = pq.read_table(folder / part.file, columns=[summed])[summed]
    except (OSError, pa.ArrowException):
        return [Difference(kind, month, "broken", part.file, "")]
    total = pc.sum(column).as_py() or 0
    found = []
    if len(column) != part.rows:
        found.append(Difference(kind, month, "rows", str(part.rows), str(len(column))))
    if total != part.total:
        found.append(Difference(kind, month, "total", str(part.total), str(total)))
    return found


def _of_books(connection: psycopg.Connection, folder: Path) -> list[Difference]:
    """Lines against what was left to pay for them, postings against the ledger by currency and account."""
    manifest = read_manifest(folder)
    found = []
    count, total = connection.execute(_OF_LINES).fetchone() or (0, 0)
    parts = manifest.parts.get("line", {}).values()
    have = sum(part.rows for part in parts), sum(part.total for part in parts)
    if have != (count, total):
        found.append(Difference("line", "", "ledger", f"{count} {total}", f"{have[0]} {have[1]}"))
    booked = {(c, a): (n, s) for c, a, n, s in connection.execute(_OF_POSTINGS)}
    copied = _copied_postings([folder / file for file in manifest.files("posting")])
    for key in sorted(booked.keys() | copied.keys()):
        if booked.get(key) != copied.get(key):
            name = "/".join(key)
            found.append(
                Difference("posting", name, "ledger", str(booked.get(key)), str(copied.get(key)))
            )
    return found


def _copied_postings(files: list[Path]) -> dict[tuple[str, str], tuple[int, int]]:
    sums: dict[tuple[str, str], tuple[int, int]] = {}
    for file in files:
        table = pq.read_table(file, columns=["currency", "account", "amount"])
        grouped = table.group_by(["currency", "account"]).aggregate(
            [("amount", "count"), ("amount", "sum")]
        )
        for row in grouped.to_pylist():
            key = row["currency"], row["account"]
            count, total = sums.get(key, (0, 0))
            sums[key] = count + row["amount_count"], total + row["amount_sum"]
    return sums
