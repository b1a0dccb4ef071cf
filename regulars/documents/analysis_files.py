"""An analysis written into a folder: page, charts, tables as CSV and workbook, JSON, one row a customer."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from regulars.core.metrics.analysis import Analysis
from regulars.documents.analysis_charts import as_png, as_svg, charts_of
from regulars.documents.analysis_page import page_of
from regulars.documents.analysis_tables import tables_of
from regulars.documents.writing import put_bytes, put_table, put_workbook
from regulars.kit.csv_safety import guard_cell

PAGE = "report.html"


def write_analysis(
    found: Analysis, customers: pa.Table, folder: Path, *, language: str
) -> list[Path]:
    """Write everything into `folder` (made if need be), each file whole or not at all; what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = charts_of(found, language)
    tables = tables_of(found, language)
    page = page_of(found, {name: as_svg(chart) for name, chart in charts.items()}, language)
    written = [put_bytes(folder / PAGE, page.encode())]
    written += [put_bytes(folder / f"{name}.png", as_png(chart)) for name, chart in charts.items()]
    written += [put_table(folder / f"{table.code}.csv", table) for table in tables]
    told = json.dumps(found.as_json(), ensure_ascii=False, indent=1, default=str)
    written.append(put_bytes(folder / "analysis.json", told.encode()))
    written.append(_put_customers(folder / "customers.csv", customers))
    written.append(put_workbook(folder / "analysis.xlsx", tables))
    return written


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
