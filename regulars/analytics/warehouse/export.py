"""Copying the published views into Parquet: one snapshot, only the months that changed, safe to kill.

All views are read in one read-only snapshot. A month whose fingerprint is that of the manifest (or of an
export that was killed) is left alone; the others are copied, each into a new file. The manifest is replaced
last, then files that it does not name are removed.
"""

import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Lock, current_thread
from typing import Any

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from psycopg import sql

from regulars.analytics.kpis import label_of
from regulars.analytics.warehouse.manifest import (
    Manifest,
    Part,
    WarehouseMissing,
    find_unfinished,
    read_manifest,
    save_manifest,
    save_unfinished,
)
from regulars.analytics.warehouse.tables import VIEWS, Kind, View, local_calendar, make_tables
from regulars.kit.database.locks import locked

CONTEXTS = Path(__file__).parents[2] / "contexts"
_BLOCK = 8 << 20
_ROWS_A_GROUP = 128_000
_BESIDE = 2  # tables copied at once beside the first
_MEMORY = "1GB"

Fingerprint = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export did: rows written, parts written and parts that were up to date."""

    rows: int
    written: int
    kept: int
    taken_at: str


@contextmanager
def snapshot(conninfo: str, shared: str | None = None) -> Iterator[psycopg.Connection]:
    """One moment of the books, read only, with the published views in it; that of `shared`, if given."""
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET default_transaction_isolation TO 'repeatable read'")
        connection.execute("SET TIME ZONE 'UTC'")
        for context in ("members", "ledger", "till"):
            connection.execute((CONTEXTS / context / "published.sql").read_text())
        connection.commit()
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        if shared is not None:
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(shared)))
        yield connection
        connection.rollback()


def export_warehouse(
    conninfo: str,
    folder: Path,
    *,
    zone: str,
    rebuild: bool = False,
    advance: Callable[[int], None] = lambda rows: None,
) -> Exported:
    """Bring the warehouse in `folder` up to date; with `rebuild` from nothing. Raises WarehouseBroken.

    Two exports into one folder come one after the other. Tables are copied side by side, each over a
    connection of its own that sees the same snapshot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / ".lock"):
        before = _before(folder, zone, rebuild)
        with snapshot(conninfo) as connection:
            (moment, shared) = connection.execute(
                "SELECT now(), pg_export_snapshot()"
            ).fetchone() or (None, None)
            assert isinstance(moment, datetime)
            assert isinstance(shared, str)
            after = Manifest(zone, moment.isoformat())
            stamp = f"{moment:%Y%m%dT%H%M%S%f}"
            whole = _Export(conninfo, shared, zone, folder, stamp, before, after, advance)
            whole.run(connection)
        save_manifest(folder, after)
        _sweep(folder, after)
        return Exported(whole.rows, whole.written, whole.kept, after.taken_at)


class _Export:
    """One export under way: what is kept of the warehouse before, what is copied anew."""

    def __init__(
        self,
        conninfo: str,
        shared: str,
        zone: str,
        folder: Path,
        stamp: str,
        before: Manifest,
        after: Manifest,
        advance: Callable[[int], None],
    ) -> None:
        self._conninfo, self._shared, self._zone = conninfo, shared, zone
        self._folder, self._stamp = folder, stamp
        self._before, self._after = before, after
        self._advance = advance
        self._lock = Lock()
        self._caller = current_thread()
        self._stopped = Event()
        self.rows = self.written = self.kept = 0

    def run(self, connection: psycopg.Connection) -> None:
        """Copy what is not up to date; `connection` keeps the snapshot alive."""
        wanted = []
        for view in VIEWS:
            marks = fingerprints(connection, view, self._zone)
            stale = {
                month
                for month, mark in marks.items()
                if not _kept(self._before, self._after, view, month, mark)
            }
            self.kept += (len(marks) - len(stale)) * len(view.kinds)
            if stale:
                wanted.append((view, stale, marks))
        # The caller's thread takes part, so that a Ctrl-C or a study called off ends it.
        with ThreadPoolExecutor(_BESIDE) as pool:
            others = [pool.submit(self._copied, *each) for each in wanted[1:]]
            try:
                if wanted:
                    self._copied(*wanted[0])
                for other in others:
                    other.result()
            except BaseException:
                self._stopped.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _copied(self, view: View, months: set[str], marks: Mapping[str, Fingerprint]) -> None:
        with snapshot(self._conninfo, self._shared) as connection:
            parts = self._copy(connection, view, months)
        with self._lock:
            for (kind, month), (file, count, total) in parts.items():
                self._after.put(kind, month, Part(file, count, total, marks[month]))
                self.rows, self.written = self.rows + count, self.written + 1
            save_unfinished(self._folder, _both(self._before, self._after))

    def _copy(
        self, connection: psycopg.Connection, view: View, months: set[str]
    ) -> dict[tuple[str, str], tuple[str, int, int]]:
        """Write the rows of some months; (table, month) → file, rows, sum."""
        writers: dict[tuple[str, str], _Writer] = {}
        worker = duckdb.connect(config={"memory_limit": _MEMORY})
        worker.execute("SET TimeZone = 'UTC'")
        try:
            for rows in _blocks(connection, view, months, self._zone):
                at = rows["occurred_at" if view.by_month else "enrolled_at"]
                made = make_tables(worker, view, rows, local_calendar(at, self._zone))
                for kind in view.kinds:
                    for month, part in _by_month(view, made[kind.name]):
                        writer = writers.get((kind.name, month))
                        if writer is None:
                            writer = _Writer(self._folder, kind, month, self._stamp)
                            writers[kind.name, month] = writer
                        writer.add(part)
                    self._tell(made[kind.name].num_rows)
            return {key: writer.finish() for key, writer in writers.items()}
        finally:
            worker.close()
            for writer in writers.values():
                writer.close()

    def _tell(self, rows: int) -> None:
        """Only the caller's thread speaks; the others end where it has failed."""
        if self._stopped.is_set():
            raise _Left
        if current_thread() is self._caller:
            self._advance(rows)


class _Left(Exception):
    """Another part of the export failed: this one is of no use any more."""


def fingerprints(connection: psycopg.Connection, view: View, zone: str) -> dict[str, Fingerprint]:
    """(rows, latest booking, sum) of a view by month of the zone; a table without months is always new."""
    if not view.by_month:
        (count,) = connection.execute(
            sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(view.name))
        ).fetchone() or (0,)
        (now,) = connection.execute(
            "SELECT (extract(epoch FROM now()) * 1000000)::bigint"
        ).fetchone() or (0,)
        return {"": (count, now, 0)} if count else {}
    found = connection.execute(
        sql.SQL(
            "SELECT to_char(m, 'YYYY-MM'), n, (extract(epoch FROM latest) * 1000000)::bigint, total FROM ("
            "SELECT date_trunc('month', occurred_at AT TIME ZONE {zone}) AS m, count(*) AS n,"
            " max(received_at) AS latest, coalesce(sum({amount}), 0)::bigint AS total"
            " FROM {view} GROUP BY 1) AS months ORDER BY 1"
        ).format(
            zone=sql.Literal(zone),
            amount=sql.SQL(view.amount),
            view=sql.Identifier(view.name),
        )
    )
    return {month: (n, latest, total) for month, n, latest, total in found}


def _before(folder: Path, zone: str, rebuild: bool) -> Manifest:
    """What can be kept: the manifest's parts, and those of a killed export; none of another zone."""
    if rebuild:
        return Manifest(zone)
    try:
        manifest = read_manifest(folder)
    except WarehouseMissing:
        manifest = Manifest(zone)
    if manifest.zone != zone:
        return Manifest(zone)
    unfinished = find_unfinished(folder)
    return (
        manifest if unfinished is None or unfinished.zone != zone else _both(manifest, unfinished)
    )


def _both(first: Manifest, second: Manifest) -> Manifest:
    parts = {kind: dict(months) for kind, months in first.parts.items()}
    for kind, month, part in second.every():
        parts.setdefault(kind, {})[month] = part
    return Manifest(second.zone, second.taken_at, parts)


def _kept(before: Manifest, after: Manifest, view: View, month: str, mark: Fingerprint) -> bool:
    """Take over the parts of a month that are of the very rows the view has now."""
    parts = [(kind.name, before.part(kind.name, month)) for kind in view.kinds]
    if any(part is None or part.fingerprint != mark for _, part in parts):
        return False
    for name, part in parts:
        assert part is not None
        after.put(name, month, part)
    return True


def _blocks(
    connection: psycopg.Connection, view: View, months: set[str], zone: str
) -> Iterator[pa.Table]:
    """The rows of the view, as many at a time as fit into a block."""
    query = sql.SQL("COPY (SELECT {columns} FROM {view} {where}) TO STDOUT (FORMAT csv, NULL '\\N')").format(
        columns=sql.SQL(", ").join(map(sql.Identifier, view.columns)),
        view=sql.Identifier(view.name),
        where=_where(view, months, zone),
    )  # fmt: skip
    convert = pa_csv.ConvertOptions(
        column_types=dict(view.columns),
        null_values=["\\N"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t"],
        false_values=["f"],
    )
    read = pa_csv.ReadOptions(column_names=list(view.columns), block_size=_BLOCK)
    parse = pa_csv.ParseOptions(newlines_in_values=True)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        stream = _Stream(chunk for chunk in copy)
        first = stream.peek()
        if not first:
            return
        with pa_csv.open_csv(pa.PythonFile(stream, "r"), read, parse, convert) as reader:
            for batch in reader:
                if batch.num_rows:
                    yield pa.Table.from_batches([batch])


def _where(view: View, months: set[str], zone: str) -> sql.Composable:
    """The months wanted, as ranges of local time, so that a scan compares moments and not texts."""
    if not view.by_month:
        return sql.SQL("")
    ranges = [
        sql.SQL(
            "(occurred_at >= ({month} || '-01')::timestamp AT TIME ZONE {zone} AND occurred_at <"
            " (({month} || '-01')::timestamp + interval '1 month') AT TIME ZONE {zone})"
        ).format(month=sql.Literal(month), zone=sql.Literal(zone))
        for month in sorted(months)
    ]
    return sql.SQL("WHERE ") + sql.SQL(" OR ").join(ranges)


def _by_month(view: View, rows: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    if not view.by_month:
        yield "", rows
        return
    months = rows["month"]
    for number in sorted(pc.unique(months).to_pylist()):
        yield label_of(number, "month"), rows.filter(pc.equal(months, number))


class _Writer:
    """One file on its way: rows gathered into groups, written as they are full."""

    def __init__(self, folder: Path, kind: Kind, month: str, stamp: str) -> None:
        place = folder / kind.name / (f"period={month}" if month else "all")
        place.mkdir(parents=True, exist_ok=True)
        self.file = place / f"{stamp}.parquet"
        self.name = str(self.file.relative_to(folder))
        self._kind = kind
        self._writer = pq.ParquetWriter(self.file, kind.schema, compression="snappy")
        self._waiting: list[pa.Table] = []
        self._held = self.rows = self.total = 0

    def add(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        self._held += rows.num_rows
        self.rows += rows.num_rows
        self.total += pc.sum(rows[self._kind.summed]).as_py() or 0
        if self._held >= _ROWS_A_GROUP:
            self._flush()

    def finish(self) -> tuple[str, int, int]:
        self._flush()
        self.close()
        return self.name, self.rows, self.total

    def close(self) -> None:
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            self._writer.write_table(pa.concat_tables(self._waiting))
            self._waiting, self._held = [], 0


class _Stream(io.RawIOBase):
    """What COPY sends, as a file that can be read once."""

    def __init__(self, chunks: Iterator[Any]) -> None:
        super().__init__()
        self._chunks = chunks
        self._rest = b""

    def peek(self) -> bytes:
        """The first bytes, kept; empty where nothing is sent."""
        if not self._rest:
            self._rest = bytes(next(self._chunks, b""))
        return self._rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        found, length = [self._rest], len(self._rest)
        while size < 0 or length < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            found.append(bytes(chunk))
            length += len(chunk)
        whole = b"".join(found)
        if size < 0:
            size = len(whole)
        self._rest = whole[size:]
        return whole[:size]


def _sweep(folder: Path, manifest: Manifest) -> None:
    """Remove the files of tables that the manifest does not name, and folders left empty."""
    named = {folder / part.file for _, _, part in manifest.every()}
    for kind in {kind.name for view in VIEWS for kind in view.kinds}:
        for file in (folder / kind).rglob("*.parquet"):
            if file not in named:
                file.unlink()
        for place in (folder / kind).glob("*"):
            if place.is_dir() and not any(place.iterdir()):
                shutil.rmtree(place)
