"""Files of a report, each written whole or not at all: bytes, tables as CSV, tables as a workbook."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter

from regulars.documents.analysis_tables import Cell, Table
from regulars.kit.csv_safety import guard_cell

_FORMATS = {"count": "#,##0", "share": "0.0%", "number": "#,##0.00", "money": "#,##0.00"}
_FORBIDDEN = str.maketrans("[]:*?/\\", "-------")
_SHEET_NAME_MAX = 31


def put_bytes(path: Path, content: bytes) -> Path:
    """Write the file; what stood there is replaced at once, when the new one is whole."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
    return path


def put_table(path: Path, table: Table) -> Path:
    """Write a table as CSV that spreadsheets open as it is (UTF-8 with its mark, no cell a formula)."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows(_guarded([table.heads, *table.rows]))
    beside.replace(path)
    return path


def put_workbook(path: Path, tables: Sequence[Table]) -> Path:
    """Write tables as a workbook, one sheet each, called by their titles; texts are never formulas."""
    beside = path.with_name(f".{path.name}.part")
    book = xlsxwriter.Workbook(
        str(beside), {"strings_to_formulas": False, "strings_to_urls": False}
    )
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(_sheet_name(table, taken))
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, min(60, max([10, *(len(str(row[0])) for row in table.rows)]) + 2))
        sheet.set_column(1, max(len(table.heads) - 1, 1), 15)
        for place, head in enumerate(table.heads):
            sheet.write_string(0, place, head, heading)
        for number, row in enumerate(table.rows, 1):
            for place, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, place, cell)
                elif cell is not None:
                    sheet.write_number(number, place, cell, formats.get(table.kinds[place]))
    book.close()
    beside.replace(path)
    return path


def _sheet_name(table: Table, taken: set[str]) -> str:
    """The title as a sheet may be called; the code where the title is too long or taken."""
    name = table.title.translate(_FORBIDDEN).strip("' ")
    if not name or len(name) > _SHEET_NAME_MAX or name.casefold() in taken:
        name = table.code[:_SHEET_NAME_MAX]
    taken.add(name.casefold())
    return name


def _guarded(rows: Iterable[Sequence[Cell]]) -> Iterable[list[Cell]]:
    for row in rows:
        yield [guard_cell(cell) if isinstance(cell, str) else cell for cell in row]
