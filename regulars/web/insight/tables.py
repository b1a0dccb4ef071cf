"""Tables of the papers as a page shows them: every cell ready to be read."""

from dataclasses import dataclass

from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Table


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row: its head, then its cells, each with whether it is a figure."""

    head: str
    cells: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of texts; `heads` go with whether their column holds figures."""

    code: str
    title: str
    first: str
    heads: tuple[tuple[str, bool], ...]
    rows: tuple[ShownRow, ...]


def as_shown(table: Table, language: str) -> ShownTable:
    """The same table, its cells spoken in a language."""
    figures = [kind != "text" for kind in table.kinds]
    rows = []
    for row in table.rows:
        texts = [shown(cell, kind, language) for cell, kind in zip(row, table.kinds, strict=True)]
        rows.append(ShownRow(texts[0], tuple(zip(texts[1:], figures[1:], strict=True))))
    heads = tuple(zip(table.heads[1:], figures[1:], strict=True))
    return ShownTable(table.code, table.title, table.heads[0], heads, tuple(rows))
