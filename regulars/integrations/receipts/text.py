"""Files of separated values: encoding, delimiter and heading found out; every line answered for."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from charset_normalizer import from_bytes

from regulars.integrations.receipts.collecting import Collected, Numbered, with_heading
from regulars.integrations.receipts.opening import Opener
from regulars.integrations.receipts.source import FileNotTable, FileTooLarge, Source

SAMPLE_BYTES = 1 << 18
LINE_CHARACTERS_MAX = 1 << 20
_DELIMITERS = (";", ",", "\t", "|")
_ENCODINGS = ["cp1251", "cp1252", "koi8_r", "cp866"]
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_text(opener: Opener, *, encoding: str | None = None) -> Source:
    """The rows of a file of separated values, each with its line; `encoding` where it is known.

    Raises FileNotTable, FileEmpty, FileTooLarge, FileBroken, FileUnreadable.
    """
    sample = opener.start(SAMPLE_BYTES)
    encoding = encoding or find_encoding(sample, opener)
    text = sample.decode(encoding, "ignore")
    if "\0" in text:
        raise FileNotTable
    delimiter = find_delimiter(text)
    with opener.plain() as raw:
        names, rows = with_heading(_separated(raw, encoding, delimiter))
        found = Collected(names, rows)
    return Source(
        found.names, found.table, found.lines, "csv", encoding, delimiter, tuple(found.broken)
    )


def read_fixed(opener: Opener, names: Sequence[str] | None) -> Source:
    """The rows of a file whose columns are parted by spaces; `names` where it has no heading.

    Raises FileEmpty, FileTooLarge, FileBroken, FileUnreadable.
    """
    with opener.plain() as raw:
        rows: Iterator[Numbered] = (
            (number, line.split())
            for number, line in enumerate(_lines(raw, "utf-8"), 1)
            if line.strip()
        )
        if names is None:
            names, rows = with_heading(rows)
        found = Collected(tuple(names), rows)
    return Source(found.names, found.table, found.lines, "fixed", "utf-8", " ", tuple(found.broken))


def find_encoding(sample: bytes, opener: Opener) -> str:
    """What the first bytes say; UTF-8 where the whole file is; else the likeliest of the usual ones."""
    for mark, name in _MARKS:
        if sample.startswith(mark):
            return name
    if _is_utf8(opener):
        return "utf-8"
    best = from_bytes(sample[: 1 << 16], cp_isolation=_ENCODINGS).best()
    return best.encoding if best else "cp1252"


def find_delimiter(text: str) -> str:
    """The sign that parts the first lines into columns most alike, and of those into the most."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    best, chosen = (0, 0), ","
    for delimiter in _DELIMITERS:
        try:
            counts = [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        width = max(counts, key=counts.count, default=0)
        rank = (counts.count(width) * 100 // max(len(counts), 1) if width > 1 else 0, width)
        if rank > best:
            best, chosen = rank, delimiter
    return chosen


def _separated(raw: BinaryIO, encoding: str, delimiter: str) -> Iterator[Numbered]:
    reader = csv.reader(_lines(raw, encoding), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        raise FileTooLarge(what=line) from None


def _lines(raw: BinaryIO, encoding: str) -> Iterator[str]:
    """Lines with their ends; broken bytes become U+FFFD, which the rows that hold it answer for."""
    wrapper = io.TextIOWrapper(raw, encoding=encoding, errors="replace", newline="")
    readline = wrapper.readline
    try:
        while line := readline(LINE_CHARACTERS_MAX):
            if len(line) >= LINE_CHARACTERS_MAX:
                raise FileTooLarge(what=LINE_CHARACTERS_MAX)
            yield line
    finally:
        with suppress(ValueError):  # the file may have been closed before this generator is
            wrapper.detach()


def _is_utf8(opener: Opener) -> bool:
    with opener.plain() as raw:
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        try:
            while text.read(1 << 20):
                pass
        except UnicodeDecodeError:
            return False
        finally:
            text.detach()
    return True
