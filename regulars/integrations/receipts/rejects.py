"""The rows that were not taken, as a CSV file: where they stood, why, and what they said."""

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from regulars.core.receipts.problem import Problem
from regulars.core.refusal import Refused
from regulars.integrations.receipts.cells import text_of
from regulars.integrations.receipts.source import Source
from regulars.kit.csv_safety import guard_cell

_AT_ONCE = 5000


class RejectsUnwritable(Refused):
    """The file for rejected rows cannot be written."""

    code = "import.rejects_unwritable"


def write_rejects(
    path: Path,
    source: Source,
    problems: Mapping[int, Problem],
    say: Callable[[Problem], str],
) -> int:
    """Write every row of `problems` and every broken row, in the order of the file; returns how many.

    Readable for its owner only: the rows may name customers. No cell of it runs as a formula. The
    file takes its name only when it is whole. Raises RejectsUnwritable.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    count = 0
    try:
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(fd, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["line", "code", "reason", *map(guard_cell, source.names)])
            for line, problem, cells in _rows(source, problems):
                shown = [guard_cell(cell) for cell in cells]
                writer.writerow([line, problem.code, say(problem), *shown])
                count += 1
        part.replace(path)
    except OSError as failure:
        part.unlink(missing_ok=True)
        raise RejectsUnwritable(file=path.name, reason=failure.strerror or "?") from None
    return count


def _rows(
    source: Source, problems: Mapping[int, Problem]
) -> Iterator[tuple[int, Problem, Sequence[str]]]:
    broken = iter(source.broken)
    next_broken = next(broken, None)
    rows = sorted(problems)
    for i in range(0, len(rows), _AT_ONCE):
        some = rows[i : i + _AT_ONCE]
        table = source.table.take(pa.array(some, pa.int64()))
        columns: list[list[Any]] = [column.to_pylist() for column in table.columns]
        for place, row in enumerate(some):
            while next_broken is not None and next_broken.line < source.lines[row]:
                yield next_broken.line, next_broken.problem, next_broken.cells
                next_broken = next(broken, None)
            cells = [text_of(column[place]) for column in columns]
            yield source.lines[row], problems[row], cells
    while next_broken is not None:
        yield next_broken.line, next_broken.problem, next_broken.cells
        next_broken = next(broken, None)
