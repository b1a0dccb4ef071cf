"""Files of receipts for tests, and the short way from a file to its rows and receipts."""

from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.core.receipts.grouping import Slip, group_rows
from regulars.core.receipts.layout import Layout
from regulars.core.receipts.rows import Rows
from regulars.integrations.receipts.layouts import MappingFile, named_columns, settle_layout
from regulars.integrations.receipts.normalising import rows_of
from regulars.integrations.receipts.reading import read_source
from regulars.integrations.receipts.source import Source

HEADING = "receipt;date;sku;quantity;price;customer"


def write_csv(path: Path, *lines: str, heading: str = HEADING) -> Path:
    """A file of lines `receipt;date;sku;quantity;price;customer`."""
    path.write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return path


def layout_of(path: Path, *columns: str, told: MappingFile | None = None, **options: object):
    """The file read, and its layout."""
    return settle_layout(
        read_source(path),
        told=told or MappingFile(),
        named=named_columns(columns),
        preset=None,
        folder=path.parent,
        **options,
    )


def rows_in(
    path: Path, *columns: str, **options: object
) -> tuple[Source, Layout, Rows, list[Slip]]:
    """Everything up to the receipts; clocks are those of Moscow, money has two decimals."""
    source, layout = layout_of(path, *columns, **options)
    rows = rows_of(source, layout, zone=ZoneInfo("Europe/Moscow"), money_scale=2)
    return source, layout, rows, group_rows(rows, store=layout.store, till=layout.till)


def problems_of(rows: Rows) -> dict[int, str]:
    """Line of the file → code, for every row that was refused."""
    return {rows.lines[row]: problem.code for row, problem in rows.problems.items()}
