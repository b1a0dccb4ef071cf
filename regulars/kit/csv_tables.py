"""CSV files as people have them: encoding and delimiter are found out, bad lines are told apart."""

import codecs
import csv
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from charset_normalizer import from_bytes

from regulars.core.refusal import Invalid

DELIMITERS = (",", ";", "\t", "|")
_SAMPLE_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What tables of Russian and Western offices come in, where they are not UTF-8.
_CANDIDATES = ["cp1251", "cp866", "koi8_r", "mac_cyrillic", "cp1252"]
_LINE_LENGTH_MAX = 1 << 20
_LINES_PER_ROW_MAX = 50
_OPEN_QUOTE = "unexpected end of data"
_UNDECODABLE = "\ufffd"


_Line = tuple[int, str | None]


class TableUnreadable(Invalid):
    """The file cannot be read, is empty, or is no CSV with headings."""

    code = "table.unreadable"


class Row(NamedTuple):
    """One row: where it begins, its cells by heading, or the code of what is wrong with it."""

    line: int
    cells: dict[str, str]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How a file is written."""

    encoding: str
    delimiter: str
    headings: tuple[str, ...]


def form_of(path: Path) -> Form:
    """Find out how the file is written, from its first mebibyte. Raises TableUnreadable."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE_BYTES)
    except OSError:
        raise TableUnreadable from None
    encoding = _encoding(sample)
    text = sample.decode(encoding, "replace")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = _delimiter(first)
    headings = tuple(cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), []))
    if not any(headings) or "\x00" in first:
        raise TableUnreadable
    return Form(encoding, delimiter, headings)


@contextmanager
def rows_of(path: Path, form: Form) -> Iterator[Iterator[Row]]:
    """The rows below the headings, one at a time, with their line numbers; blank ones are skipped.

    A row that cannot be decoded, has more cells than there are headings or is no CSV comes with a
    `problem` and no cells; the next ones are read all the same.
    """
    # What cannot be decoded becomes U+FFFD and costs its own row only.
    with path.open(encoding=form.encoding, errors="replace", newline="") as file:
        yield _rows(file, form)


def _rows(file: IO[str], form: Form) -> Iterator[Row]:
    lines = _lines(file)
    waiting: deque[_Line] = deque()
    seen_headings = False
    while following := waiting.popleft() if waiting else next(lines, None):
        first, text = following
        cells, more = _parsed(text, form.delimiter, waiting, lines)
        if cells is None:
            yield Row(first, {}, "table.row_malformed")
            # What looked like the rest of it are rows of their own.
            waiting.extendleft(reversed(more))
        elif any(cell.strip() for cell in cells):
            if seen_headings:
                yield _row(first, cells, form)
            seen_headings = True


def _parsed(
    text: str | None, delimiter: str, waiting: deque[_Line], lines: Iterator[_Line]
) -> tuple[list[str] | None, list[_Line]]:
    """The cells of the row that begins with `text`, or None; and the lines it took more."""
    taken: list[_Line] = []
    record: list[str] = []
    while text is not None:
        record.append(text)
        try:
            return next(csv.reader(record, delimiter=delimiter, strict=True), []), taken
        except csv.Error as error:
            if str(error) != _OPEN_QUOTE or len(taken) == _LINES_PER_ROW_MAX:
                break
        following = waiting.popleft() if waiting else next(lines, None)
        if following is None:
            break
        taken.append(following)
        text = following[1]
    return None, taken


def _lines(file: IO[str]) -> Iterator[_Line]:
    """Each line with its number; None for one so long that nobody wrote it."""
    number = 0
    while line := file.readline(_LINE_LENGTH_MAX):
        number += 1
        if len(line) < _LINE_LENGTH_MAX or line.endswith(("\n", "\r")):
            yield number, line
            continue
        while line and not line.endswith(("\n", "\r")):
            line = file.readline(_LINE_LENGTH_MAX)
        yield number, None


def _row(line: int, cells: list[str], form: Form) -> Row:
    if any(_UNDECODABLE in cell or "\x00" in cell for cell in cells):
        return Row(line, {}, "table.row_undecodable")
    extra = cells[len(form.headings) :]
    if any(cell.strip() for cell in extra):
        return Row(line, {}, "table.row_too_long")
    return Row(line, dict(zip(form.headings, cells, strict=False)))


def _encoding(sample: bytes) -> str:
    for bom, name in _BOMS:
        if sample.startswith(bom):
            return name
    # The sample may end within a character: what counts is its whole lines.
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    text = whole.decode("utf-8", "replace")
    wrong = text.count(_UNDECODABLE)
    # A few broken characters do not make another encoding of it; nearly all of them do.
    if wrong * 10 <= sum(character > "\x7f" for character in text) - wrong:
        return "utf-8"
    best = from_bytes(whole, cp_isolation=_CANDIDATES).best()
    return best.encoding if best is not None else "cp1251"


def _delimiter(first: str) -> str:
    outside = "".join(first.split('"')[::2])
    counts = Counter({delimiter: outside.count(delimiter) for delimiter in DELIMITERS})
    delimiter, count = counts.most_common(1)[0]
    return delimiter if count else ","
