"""Tables that commands write: a file that appears only when it is whole, and the rows not taken."""

import csv
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

REJECT_HEADINGS = ("line", "code", "pointer", "reason")


def write_rows(
    target: IO[str],
    columns: Sequence[str],
    rows: Iterable[dict[str, str]],
    advance: Callable[[int], None],
) -> int:
    """Write the headings and the rows, moving a progress bar; how many rows there were."""
    writer = csv.DictWriter(target, columns)
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
        advance(1)
    return count


@contextmanager
def replacing(path: Path) -> Iterator[IO[str]]:
    """A new file, closed to others, that takes the place of `path` only when it is whole."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(fd, "w", encoding="utf-8", newline="") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def reject_file(path: Path) -> Iterator[Callable[[Sequence[object]], None]]:
    """Gives the function that keeps a row (see `REJECT_HEADINGS`); the first one makes the file."""
    opened: list[IO[str]] = []

    def keep(cells: Sequence[object]) -> None:
        if not opened:
            opened.append(path.open("w", encoding="utf-8", newline=""))
            csv.writer(opened[0]).writerow(REJECT_HEADINGS)
        csv.writer(opened[0]).writerow(cells)

    try:
        yield keep
    finally:
        for file in opened:
            file.close()
