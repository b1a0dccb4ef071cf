"""Rows of text cells gathered into Arrow columns; where the heading is, and which rows are no rows."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

import pyarrow as pa

from regulars.core.receipts.moments import date_format
from regulars.core.receipts.numbers import decimal_of
from regulars.core.receipts.problem import Problem
from regulars.integrations.receipts.source import (
    CHARACTERS_MAX,
    COLUMNS_MAX,
    ROWS_MAX,
    BrokenRow,
    FileEmpty,
    FileTooLarge,
    unique_names,
)

Numbered = tuple[int, Sequence[str]]  # where it stands, its cells

BROKEN_MAX = 200_000
_LOOKED_AT = 50
_CHUNK = 50_000


class Collected:
    """What became of the rows: columns of text, their places, and the broken ones."""

    def __init__(self, names: tuple[str, ...], rows: Iterable[Numbered]) -> None:
        """Raises FileEmpty, FileTooLarge."""
        if not names or len(names) > COLUMNS_MAX:
            raise FileTooLarge(what=len(names))
        self.names = names
        self.lines = array("q")
        self.broken: list[BrokenRow] = []
        self._chunks: list[pa.Table] = []
        good = self._good(rows)
        while chunk := list(islice(good, _CHUNK)):
            self._keep(chunk)
        if not self._chunks and not self.broken:
            raise FileEmpty
        schema = pa.schema([(name, pa.string()) for name in names])
        self.table = pa.concat_tables(self._chunks) if self._chunks else schema.empty_table()

    def _good(self, rows: Iterable[Numbered]) -> Iterator[Sequence[str]]:
        width = len(self.names)
        characters = 0
        for line, told in rows:
            cells = told if len(told) == width else _fitted(told, width)
            if len(cells) != width:
                self._refuse(line, cells)
                continue
            self.lines.append(line)
            # A workbook may repeat one long text in a million cells of a few bytes.
            characters += sum(map(len, cells))
            if len(self.lines) > ROWS_MAX or characters > CHARACTERS_MAX:
                raise FileTooLarge(what=len(self.lines))
            yield cells

    def _refuse(self, line: int, cells: Sequence[str]) -> None:
        if len(self.broken) >= BROKEN_MAX:
            raise FileTooLarge(what=BROKEN_MAX)
        shown = tuple(cell[:200] for cell in cells[: len(self.names) + 1])
        about = Problem.of("import.columns_count", found=len(cells), expected=len(self.names))
        self.broken.append(BrokenRow(line, shown, about))

    def _keep(self, chunk: list[Sequence[str]]) -> None:
        columns = [pa.array(column, pa.string()) for column in zip(*chunk, strict=True)]
        self._chunks.append(pa.table(columns, names=list(self.names)))


def with_heading(rows: Iterator[Numbered]) -> tuple[tuple[str, ...], Iterator[Numbered]]:
    """The names of the columns, and the rows below the heading.

    The heading is the first row that is as wide as most rows and holds neither a number nor a date;
    what stands above it is a title. Where there is none, columns are called `column 1`, `column 2`…
    Raises FileEmpty.
    """
    first = list(islice(rows, _LOOKED_AT))
    if not first:
        raise FileEmpty
    width = Counter(_width(cells) for _, cells in first).most_common(1)[0][0]
    for place, (_, cells) in enumerate(first):
        if _width(cells) >= width and _is_heading(cells):
            return unique_names(cells), chain(first[place + 1 :], rows)
        if _width(cells) >= width:
            break
    names = tuple(f"column {n}" for n in range(1, max(len(cells) for _, cells in first) + 1))
    return names, chain(first, rows)


def _width(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())


def _is_heading(cells: Sequence[str]) -> bool:
    texts = [cell.strip() for cell in cells if cell.strip()]
    told = any(
        not isinstance(decimal_of(text, "."), Problem) or date_format([text]) for text in texts
    )
    return bool(texts) and not told


def _fitted(cells: Sequence[str], width: int) -> Sequence[str]:
    """Without the empty cells that stand behind the last column."""
    if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
        return cells[:width]
    return cells
