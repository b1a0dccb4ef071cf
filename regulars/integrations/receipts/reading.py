"""Reading a file of receipts whatever it is: what it is shows in its bytes, not in its name."""

from enum import Enum
from pathlib import Path

from regulars.integrations.receipts.opening import Opener, opener
from regulars.integrations.receipts.packed import read_parquet, read_workbook
from regulars.integrations.receipts.source import FileEmpty, FileNotTable, FileUnreadable, Source
from regulars.integrations.receipts.text import read_fixed, read_text

CDNOW_NAMES = ("customer_id", "date", "number_of_cds", "dollar_value")
CDNOW_SAMPLE_NAMES = ("customer_id", "sample_id", "date", "number_of_cds", "dollar_value")
_START = 4096
_PARQUET, _ZIP, _OLD_EXCEL = b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_source(path: Path) -> Source:
    """The rows of a CSV file (gz too), a Parquet file, a workbook, or the text of the CDNOW data.

    Raises FileUnreadable, FileNotTable, FileBroken, FileEmpty, FileTooLarge: refusals of the whole
    file; a row that makes no sense is no reason for one.
    """
    if not path.is_file():
        raise FileUnreadable(file=path.name, reason="?")
    file = opener(path)
    kind = kind_of(file)
    if kind is Kind.PARQUET:
        return read_parquet(file)
    if kind is Kind.WORKBOOK:
        return read_workbook(file)
    return read_lines(file)


class Kind(Enum):
    """What a file is by its first bytes."""

    PARQUET = "parquet"
    WORKBOOK = "xlsx"
    LINES = "lines"


def kind_of(file: Opener) -> Kind:
    """What the file is. Raises FileUnreadable, FileBroken, FileEmpty, FileNotTable."""
    start = file.start(_START)
    if not start.strip():
        raise FileEmpty
    if start.startswith(_OLD_EXCEL):
        raise FileNotTable
    kinds = {_PARQUET: Kind.PARQUET, _ZIP: Kind.WORKBOOK}
    return next((kind for mark, kind in kinds.items() if start.startswith(mark)), Kind.LINES)


def read_lines(file: Opener, *, encoding: str | None = None) -> Source:
    """The rows of a file of text. Raises what `read_source` raises."""
    names = _fixed_names(file.start(_START))
    if names is None:
        return read_text(file, encoding=encoding)
    return read_fixed(file, names or None)


def _fixed_names(start: bytes) -> tuple[str, ...] | None:
    """The columns of the CDNOW files; empty where the file has its heading, None for other files."""
    first = start.split(b"\n", 1)[0].decode("ascii", "ignore").split()
    if tuple(first) == CDNOW_NAMES:
        return ()
    is_day = len(first) == 5 and first[2].isdigit() and first[2].startswith(("1997", "1998"))
    if is_day and len(first[0]) == 5 and len(first[1]) == 4 and first[0].isdigit():
        return CDNOW_SAMPLE_NAMES
    return None
