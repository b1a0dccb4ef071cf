"""Parquet files and Excel workbooks: read with bounded trust in what they say of themselves."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import islice
from zipfile import BadZipFile, ZipFile

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from regulars.integrations.receipts.collecting import Collected, Numbered, with_heading
from regulars.integrations.receipts.opening import Opener
from regulars.integrations.receipts.source import (
    COLUMNS_MAX,
    ROWS_MAX,
    FileBroken,
    FileEmpty,
    FileNotTable,
    FileTooLarge,
    Source,
    unique_names,
)

SHEET_BYTES_MAX = 4 << 30  # unpacked: a packed file may claim more than any disk holds


def read_parquet(opener: Opener) -> Source:
    """The rows of a Parquet file; a row's line is its number. Raises FileBroken, FileTooLarge, FileEmpty."""
    try:
        with opener.plain() as raw:
            file = pq.ParquetFile(raw)
            if file.metadata.num_columns > COLUMNS_MAX or file.metadata.num_rows > ROWS_MAX:
                raise FileTooLarge(what=file.metadata.num_rows)
            table = _plain(file.read())
    except (pa.ArrowException, OSError):
        raise FileBroken(file=opener.path.name) from None
    if not table.num_rows:
        raise FileEmpty
    names = unique_names(table.column_names)
    return Source(names, table.rename_columns(list(names)), range(1, table.num_rows + 1), "parquet")


def read_workbook(opener: Opener, *, most: int | None = None) -> Source:
    """The rows of the first sheet that has any, with their numbers on the sheet; `most` of them.

    Raises FileBroken, FileTooLarge, FileNotTable, FileEmpty.
    """
    try:
        with opener.plain() as raw:
            with ZipFile(raw) as pack:
                if sum(part.file_size for part in pack.infolist()) > SHEET_BYTES_MAX:
                    raise FileTooLarge(what=SHEET_BYTES_MAX)
                if "[Content_Types].xml" not in pack.namelist():
                    raise FileNotTable
            raw.seek(0)
            book = load_workbook(raw, read_only=True, data_only=True)
            try:
                return _from_book(book, most)
            finally:
                book.close()
    except (BadZipFile, InvalidFileException, KeyError, ValueError, SyntaxError, EOFError):
        raise FileBroken(file=opener.path.name) from None


def _from_book(book: object, most: int | None) -> Source:
    for sheet in book.worksheets:  # type: ignore[attr-defined]
        rows = islice(_sheet_rows(sheet), most)
        first = next(rows, None)
        if first is None:
            continue
        names, below = with_heading(_again(first, rows))
        found = Collected(names, _padded(below, len(names)))
        return Source(found.names, found.table, found.lines, "xlsx", broken=tuple(found.broken))
    raise FileEmpty


def _sheet_rows(sheet: object) -> Iterator[Numbered]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):  # type: ignore[attr-defined]
        texts = [_text(cell) for cell in cells]
        if any(texts):
            yield number, texts


def _padded(rows: Iterator[Numbered], width: int) -> Iterator[Numbered]:
    """A sheet leaves out the empty cells at the end of a row."""
    for number, cells in rows:
        yield number, [*cells, *[""] * (width - len(cells))]


def _again(first: Numbered, rows: Iterator[Numbered]) -> Iterator[Numbered]:
    yield first
    yield from rows


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)


def _plain(table: pa.Table) -> pa.Table:
    """Nanoseconds, which Python's clock has not, are cut off."""
    fields = [
        pa.field(field.name, pa.timestamp("us", field.type.tz))
        if pa.types.is_timestamp(field.type)
        else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields), safe=False)
