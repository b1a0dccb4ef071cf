"""A file of receipts made rows some at a time, read alike from its first row to its last."""

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from regulars.core.receipts.layout import Layout
from regulars.core.receipts.rows import Rows
from regulars.integrations.receipts.normalising import rows_of, settle_formats
from regulars.integrations.receipts.source import Source

CHUNK_ROWS = 100_000


def row_chunks(
    source: Source, layout: Layout, *, zone: ZoneInfo, money_scale: int, size: int = CHUNK_ROWS
) -> Iterator[Rows]:
    """The rows of the file in its order, `size` at a time; as `rows_of` reads the whole of it.

    Receipts of a file that does not number them are numbered within a chunk only: whoever puts
    chunks together numbers them again.
    """
    settled = settle_formats(source, layout)
    for start in range(0, len(source), size):
        lines = source.lines[start : start + size]
        part = replace(source, table=source.table.slice(start, size), lines=lines, broken=())
        yield rows_of(part, settled, zone=zone, money_scale=money_scale)
