"""An analysis written into a folder: page, charts, tables as CSV and workbook, JSON, one row a customer."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import xlsxwriter

from regulars.core.metrics.analysis import Analysis
from regulars.documents.analysis_charts import as_png, as_svg, charts_of
from regulars.documents.analysis_page import page_of
from regulars.documents.analysis_tables import Cell, Table, tables_of
from regulars.kit.csv_safety import guard_cell

PAGE = "report.html"
_FORMATS = {"count": "#,##0", "share": "0.0%", "number": "#,##0.00", "money": "#,##0.00"}


def write_analysis(
    found: Analysis, customers: pa.Table, folder: Path, *, language: str
) -> list[Path]:
    """Write everything into `folder` (made if need be), each file whole or not at all; what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = charts_of(found, language)
    tables = tables_of(found, language)
    page = page_of(found, {name: as_svg(chart) for name, chart in charts.items()}, language)
    written = [_put(folder / PAGE, page.encode())]
    written += [_put(folder / f"{name}.png", as_png(chart)) for name, chart in charts.items()]
    written += [_put_table(folder / f"{table.code}.csv", table) for table in tables]
    told = json.dumps(found.as_json(), ensure_ascii=False, indent=1, default=str)
    written.append(_put(folder / "analysis.json", told.encode()))
    written.append(_put_customers(folder / "customers.csv", customers))
    written.append(_put_workbook(folder / "analysis.xlsx", tables))
    return written


def _put(path: Path, content: bytes) -> Path:
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
    return path


def _put_table(path: Path, table: Table) -> Path:
    beside = path.with_name(f".{path.name}.part")
    with beside.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerows(_guarded([table.heads, *table.rows]))
    beside.replace(path)
    return path


def _guarded(rows: Iterable[Sequence[Cell]]) -> Iterable[list[Cell]]:
    for row in rows:
        yield [guard_cell(cell) if isinstance(cell, str) else cell for cell in row]


def _put_customers(path: Path, customers: pa.Table) -> Path:
    """Ids come from the file, so they are guarded as every text cell is."""
    columns = {}
    for name in customers.column_names:
        column = customers[name]
        if pa.types.is_string(column.type):
            texts = column.to_pylist()
            column = pa.array([None if text is None else guard_cell(text) for text in texts])
        columns[name] = column
    beside = path.with_name(f".{path.name}.part")
    pa_csv.write_csv(pa.table(columns), beside)
    beside.replace(path)
    return path


def _put_workbook(path: Path, tables: Sequence[Table]) -> Path:
    beside = path.with_name(f".{path.name}.part")
    book = xlsxwriter.Workbook(
        str(beside), {"strings_to_formulas": False, "strings_to_urls": False}
    )
    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    formats = {kind: book.add_format({"num_format": text}) for kind, text in _FORMATS.items()}
    for table in tables:
        sheet = book.add_worksheet(table.code[:31])
        sheet.freeze_panes(1, 1)
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, max(len(table.heads) - 1, 1), 14)
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
