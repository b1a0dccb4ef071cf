"""The beginning of a file of receipts, and whether the whole of it is small enough to be taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast
from zipfile import BadZipFile, ZipFile

import pyarrow as pa

from regulars.integrations.receipts.opening import Opener, opener
from regulars.integrations.receipts.packed import read_parquet, read_workbook
from regulars.integrations.receipts.reading import Kind, kind_of, read_lines
from regulars.integrations.receipts.source import FileBroken, FileTooLarge, Source
from regulars.integrations.receipts.text import SAMPLE_BYTES, find_encoding

ROWS = 250  # more than guessing looks at
_AT_ONCE = 1 << 20
_WIDE = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class _Beginning(Opener):
    """The first bytes of a file instead of the file."""

    first: bytes = b""

    @contextmanager
    def plain(self) -> Iterator[BinaryIO]:
        """These bytes, whoever asks."""
        yield cast(BinaryIO, BytesIO(self.first))


def read_head(path: Path, *, plain_bytes_max: int) -> Source:
    """The first rows of a file, read as the whole would be: same columns, same encoding.

    A Parquet file is read to its end. Raises what `read_source` raises; FileTooLarge also for what
    unpacks to more than `plain_bytes_max`, found out without unpacking it into memory.
    """
    file = opener(path)
    kind = kind_of(file)
    if kind is Kind.PARQUET:
        source = read_parquet(file)
        if source.table.nbytes > plain_bytes_max:
            raise FileTooLarge(what=source.table.nbytes)
        return _first_rows(source)
    if kind is Kind.WORKBOOK:
        _check_workbook(file, plain_bytes_max)
        return read_workbook(file, most=ROWS)
    _check_length(file, plain_bytes_max)
    encoding = find_encoding(file.start(SAMPLE_BYTES), file)
    return read_lines(_Beginning(path, first=_whole_lines(file)), encoding=encoding)


def _first_rows(source: Source) -> Source:
    table: pa.Table = source.table.slice(0, ROWS)
    return Source(source.names, table, list(source.lines[:ROWS]), source.format)


def _check_workbook(file: Opener, most: int) -> None:
    try:
        with file.plain() as raw, ZipFile(raw) as pack:
            # Nothing is unpacked beyond the length that is told here.
            size = sum(part.file_size for part in pack.infolist())
    except (BadZipFile, ValueError, EOFError):
        raise FileBroken(file=file.path.name) from None
    if size > most:
        raise FileTooLarge(what=size)


def _check_length(file: Opener, most: int) -> None:
    size = 0
    with file.plain() as raw:
        while part := raw.read(_AT_ONCE):
            size += len(part)
            if size > most:
                raise FileTooLarge(what=size)


def _whole_lines(file: Opener) -> bytes:
    first = file.start(SAMPLE_BYTES + 1)
    if len(first) <= SAMPLE_BYTES:
        return first
    if first.startswith(_WIDE):
        text = first.decode("utf-16", "ignore")
        return text[: text.rfind("\n") + 1].encode("utf-16")
    end = first.rfind(b"\n") + 1
    if end < SAMPLE_BYTES // 2:
        raise FileTooLarge(what=len(first) - end)  # no line of receipts is so long
    return first[:end]
