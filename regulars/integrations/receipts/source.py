"""A file of receipts as it was read: columns as Arrow arrays, where each row stood, what was unreadable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from regulars.core.receipts.problem import Problem
from regulars.core.refusal import Invalid

COLUMNS_MAX = 500
ROWS_MAX = 20_000_000
CHARACTERS_MAX = 4 << 30


class FileUnreadable(Invalid):
    """The file is not there, or may not be read."""

    code = "import.file_unreadable"


class FileBroken(Invalid):
    """The file is damaged: it begins like one of its kind and cannot be read to the end."""

    code = "import.file_broken"


class FileNotTable(Invalid):
    """The file is none that receipts can be read from."""

    code = "import.file_not_table"


class FileEmpty(Invalid):
    """There is a heading at most."""

    code = "import.file_empty"


class FileTooLarge(Invalid):
    """More rows, columns or longer lines than any file of receipts has."""

    code = "import.file_too_large"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that is no row: its cells as far as there are any."""

    line: int
    cells: tuple[str, ...]
    problem: Problem


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a file. `lines` says for each where it stands: a line of text, a row of a sheet."""

    names: tuple[str, ...]
    table: pa.Table
    lines: Sequence[int]
    format: str  # csv | parquet | xlsx | fixed
    encoding: str = ""
    delimiter: str = ""
    broken: tuple[BrokenRow, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.lines)


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Headings without space around them, the nameless and the repeated ones numbered."""
    seen: dict[str, int] = {}
    found = []
    for place, raw in enumerate(names, 1):
        name = " ".join(raw.replace("\ufeff", "").split()) or f"column {place}"
        seen[name] = count = seen.get(name, 0) + 1
        found.append(name if count == 1 else f"{name} ({count})")
    return tuple(found)
