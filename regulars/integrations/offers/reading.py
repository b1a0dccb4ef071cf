"""A file of offers to customers (CSV or Parquet) as arrays; the rows that cannot be used by their lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from regulars.core.refusal import Invalid
from regulars.kit.csv_safety import guard_cell, unguard_cell

FIELDS = ("customer", "offer", "cost", "margin")
COST_DECIMALS = 4
ROWS_MAX = 50_000_000
_TEXT_MAX = 100
_DIGITS = 9
_COST = rf"^[+]?\d{{1,{_DIGITS}}}(\.\d{{1,10}})?$"
_MARGIN = rf"^[+-]?\d{{1,{_DIGITS}}}(\.\d{{1,10}})?$"
_BLOCK = 16 << 20


class OffersUnreadable(Invalid):
    """The file is not there, damaged, not UTF-8, or holds no table."""

    code = "allocation.file_unreadable"


class OffersColumnsMissing(Invalid):
    """The heading does not name all of customer, offer, cost and margin, each once."""

    code = "allocation.columns_missing"


class OffersEmpty(Invalid):
    """No row of the file can be used."""

    code = "allocation.empty"


class OffersTooMany(Invalid):
    """More rows than fit the memory of one machine."""

    code = "allocation.too_many"


class BadRow(NamedTuple):
    """A row that was not taken: where it stands, which field, and the code of the reason."""

    line: int
    code: str
    pointer: str


@dataclass(frozen=True, slots=True)
class Offers:
    """The rows that can be used, those of one customer together, customers as they first appear.

    Customer i has rows starts[i]:starts[i+1]. `costs` are in ten-thousandths of money, rounded up;
    `margins` in money. `rows` is how many the file has; `bad` those not taken, in the order of lines.
    """

    customers: pa.Array
    names: pa.Array
    starts: NDArray[np.int64]
    name: NDArray[np.int64]
    costs: NDArray[np.int64]
    margins: NDArray[np.float64]
    rows: int
    bad: list[BadRow] = field(default_factory=list)


def read_offers(path: Path) -> Offers:
    """The offers in a file with the columns customer, offer, cost, margin; others are passed over.

    Cells are separated by comma, semicolon or tab; where not by commas, a decimal comma is read too.
    A row with a missing or impossible cell, and one that repeats a customer's offer, is not taken.
    Raises OffersUnreadable, OffersColumnsMissing, OffersEmpty, OffersTooMany.
    """
    collected = _Collected()
    try:
        for table, lines in _batches(path, collected.bad):
            collected.add(table, lines)
            if collected.rows > ROWS_MAX:
                raise OffersTooMany(most=ROWS_MAX)
    except (OSError, pa.ArrowException, UnicodeDecodeError):
        raise OffersUnreadable(file=path.name) from None
    return collected.offers()


class _Collected:
    """Rows as they come in, checked batch by batch."""

    def __init__(self) -> None:
        self.bad: list[BadRow] = []
        self.rows = 0
        self._parts: list[tuple[pa.Array, pa.Array, Any, Any, Any]] = []

    def add(self, table: dict[str, pa.Array], lines: NDArray[np.int64]) -> None:
        """Check one batch of text columns; keep what is good."""
        self.rows += len(lines)
        good = np.ones(len(lines), bool)
        for name in FIELDS:
            column = table[name]
            fine = _texts_fine(column) if name in FIELDS[:2] else _numbers_fine(column, name)
            for code, mask in fine:
                wrong = good & ~mask
                self.bad += [BadRow(int(line), code, f"/{name}") for line in lines[wrong]]
                good &= mask
        keep = pa.array(good)
        self._parts.append(
            (
                table["customer"].filter(keep),
                table["offer"].filter(keep),
                _costs(table["cost"].filter(keep)),
                pc.cast(_unsigned(table["margin"].filter(keep)), pa.float64()).to_numpy(False),
                lines[good],
            )
        )

    def offers(self) -> Offers:
        """Everything together, grouped by customer, what is there twice taken once."""
        if not any(len(part[4]) for part in self._parts):
            raise OffersEmpty(rows=self.rows, refused=len(self.bad))
        customers = pa.chunked_array([part[0] for part in self._parts]).dictionary_encode()
        names = pa.chunked_array([part[1] for part in self._parts]).dictionary_encode()
        who, customer_texts = _encoded(customers)
        what, name_texts = _encoded(names)
        costs, margins, lines = (
            np.concatenate([part[place] for part in self._parts]) for place in (2, 3, 4)
        )
        pairs = who * len(name_texts) + what
        order = np.argsort(pairs, kind="stable")
        twice = np.zeros(len(order), bool)
        twice[1:] = pairs[order[1:]] == pairs[order[:-1]]
        self.bad += [BadRow(int(line), "allocation.row_twice", "") for line in lines[order[twice]]]
        order = order[~twice]
        # Within a customer the rows stand as in the file, so that ties go to the earlier one.
        order = order[np.lexsort((lines[order], who[order]))]
        counts = np.bincount(who[order], minlength=len(customer_texts))
        starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self.bad.sort()
        return Offers(customer_texts, name_texts, starts, what[order], costs[order],
                      margins[order], self.rows, self.bad)  # fmt: skip


def write_choice(path: Path, offers: Offers, chosen: NDArray[np.int64]) -> int:
    """Write who gets what (customer, offer, cost, margin) as CSV; how many there are.

    `chosen` has a row for each customer, or −1: those get nothing and are left out.
    """
    who = np.flatnonzero(chosen >= 0)
    rows = chosen[who]
    guarded = pa.array([guard_cell(text) for text in offers.customers.to_pylist()])
    names = pa.array([guard_cell(text) for text in offers.names.to_pylist()])
    table = pa.table(
        {
            "customer": guarded.take(pa.array(who)),
            "offer": names.take(pa.array(offers.name[rows])),
            "cost": offers.costs[rows] / 10**COST_DECIMALS,
            "margin": offers.margins[rows],
        }
    )
    beside = path.with_name(f".{path.name}.part")
    pa_csv.write_csv(table, beside)
    beside.replace(path)
    return len(who)


def _batches(
    path: Path, bad: list[BadRow]
) -> Iterator[tuple[dict[str, pa.Array], NDArray[np.int64]]]:
    with path.open("rb") as file:
        start = file.read(1 << 16)
    if start.startswith(b"PAR1"):
        yield from _of_parquet(path)
    else:
        yield from _of_text(path, start, bad)


def _of_parquet(path: Path) -> Iterator[tuple[dict[str, pa.Array], NDArray[np.int64]]]:
    file = pq.ParquetFile(path)
    places = _places(list(file.schema_arrow.names))
    at = 1
    for batch in file.iter_batches(columns=list(places.values())):
        columns = {
            name: pc.fill_null(pc.cast(batch.column(places[name]), pa.string()), "")
            for name in FIELDS
        }
        yield columns, np.arange(at, at + len(batch), dtype=np.int64)
        at += len(batch)


def _of_text(
    path: Path, start: bytes, bad: list[BadRow]
) -> Iterator[tuple[dict[str, pa.Array], NDArray[np.int64]]]:
    heading = start.split(b"\n", 1)[0].decode("utf-8-sig")
    delimiter = max(",;\t", key=heading.count)
    skipped: list[int] = []

    def skip(row: Any) -> str:
        skipped.append(row.number)
        bad.append(BadRow(row.number, "allocation.row_cells", ""))
        return "skip"

    raw = [cell.strip().strip('"') for cell in heading.strip("\r\n").split(delimiter)]
    places = _places(raw)
    options = pa_csv.ConvertOptions(
        column_types={name: pa.string() for name in raw},
        include_columns=[places[name] for name in FIELDS],
        strings_can_be_null=False,
    )
    # One thread, or a row that is no row would not know its number.
    reader = pa_csv.open_csv(
        path,
        pa_csv.ReadOptions(use_threads=False, block_size=_BLOCK, column_names=raw, skip_rows=1),
        pa_csv.ParseOptions(
            delimiter=delimiter, invalid_row_handler=skip, ignore_empty_lines=False
        ),
        options,
    )
    at = 2
    for batch in reader:
        lines, at = _lines(at, len(batch), skipped)
        columns = {name: batch.column(place) for place, name in enumerate(FIELDS)}
        if delimiter != ",":
            for name in FIELDS[2:]:
                columns[name] = pc.replace_substring(columns[name], ",", ".")
        blank = _blank(batch)
        if blank.any():
            keep = pa.array(~blank)
            columns = {name: column.filter(keep) for name, column in columns.items()}
            lines = lines[~blank]
        yield columns, lines


def _places(names: list[str]) -> dict[str, str]:
    """Which heading is which field. Raises OffersColumnsMissing."""
    found = {name.strip().lower(): name for name in names}
    missing = [field for field in FIELDS if field not in found]
    twice = len({name.strip().lower() for name in names}) < len(names)
    if missing or twice:
        raise OffersColumnsMissing(fields=missing or list(FIELDS))
    return {field: found[field] for field in FIELDS}


def _lines(at: int, count: int, skipped: list[int]) -> tuple[NDArray[np.int64], int]:
    """The lines of the next `count` rows from line `at` on, those passed over left out."""
    passed = [number for number in skipped if number >= at]
    lines = np.arange(at, at + count + len(passed), dtype=np.int64)
    lines = lines[~np.isin(lines, passed)] if passed else lines
    lines = lines[:count]
    return lines, int(lines[-1]) + 1 if count else at


def _blank(batch: pa.RecordBatch) -> NDArray[np.bool_]:
    """Rows without a letter: the empty lines of a file are no offers, and no mistakes either."""
    blank = np.ones(len(batch), bool)
    for column in batch.columns:
        blank &= pc.equal(column, "").to_numpy(False)
    return blank


def _texts_fine(column: pa.Array) -> list[tuple[str, NDArray[np.bool_]]]:
    length = pc.utf8_length(pc.utf8_trim_whitespace(column)).to_numpy(False)
    return [
        ("allocation.row_empty", length > 0),
        ("allocation.row_long", length <= _TEXT_MAX),
    ]


def _numbers_fine(column: pa.Array, name: str) -> list[tuple[str, NDArray[np.bool_]]]:
    trimmed = pc.utf8_trim_whitespace(column)
    number = pc.match_substring_regex(trimmed, _MARGIN).to_numpy(False)
    if name == "margin":
        return [("allocation.row_number", number)]
    cost = pc.match_substring_regex(trimmed, _COST).to_numpy(False)
    return [("allocation.row_number", number), ("allocation.row_negative", cost | ~number)]


def _unsigned(column: pa.Array) -> pa.Array:
    return pc.replace_substring(pc.utf8_trim_whitespace(column), "+", "")


def _costs(column: pa.Array) -> NDArray[np.int64]:
    """Exact decimals as ten-thousandths; what is finer is rounded up, so that no budget is overrun."""
    exact = pc.cast(_unsigned(column), pa.decimal128(_DIGITS + 11, 10))
    rounded = pc.cast(
        pc.round(exact, ndigits=COST_DECIMALS, round_mode="up"),
        pa.decimal128(_DIGITS + 5, COST_DECIMALS),
    )
    if not len(rounded):
        return np.empty(0, np.int64)
    # The low half of each 128-bit number: all of it, since nothing is negative or over 2⁶³.
    words = np.frombuffer(rounded.buffers()[1], np.int64)
    return words[2 * rounded.offset : 2 * (rounded.offset + len(rounded)) : 2].copy()


def _encoded(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], pa.Array]:
    whole = column.combine_chunks()
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0)
    texts = whole.dictionary
    if pc.any(pc.starts_with(texts, "'")).as_py():
        texts = pa.array([unguard_cell(text) for text in texts.to_pylist()])
    return whole.indices.to_numpy(False).astype(np.int64), texts
