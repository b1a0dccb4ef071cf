"""A comparison of candidates written into a folder: page, charts, tables as CSV and workbook, JSON."""

import json
from pathlib import Path

from regulars.core.economics.outcome import Comparison
from regulars.documents.analysis_charts import as_png, as_svg
from regulars.documents.simulation_charts import charts_of
from regulars.documents.simulation_page import page_of
from regulars.documents.simulation_tables import tables_of
from regulars.documents.writing import put_bytes, put_table, put_workbook

PAGE, DATA, BOOK = "simulation.html", "simulation.json", "simulation.xlsx"


def write_simulation(found: Comparison, folder: Path, *, language: str) -> list[Path]:
    """Write everything into `folder` (made if need be), each file whole or not at all; what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = charts_of(found, language)
    tables = tables_of(found, language)
    page = page_of(found, {name: as_svg(chart) for name, chart in charts.items()}, language)
    told = json.dumps(found.as_json(), ensure_ascii=False, indent=1)
    written = [put_bytes(folder / PAGE, page.encode()), put_bytes(folder / DATA, told.encode())]
    written += [put_bytes(folder / f"{name}.png", as_png(chart)) for name, chart in charts.items()]
    written += [put_table(folder / f"{table.code}.csv", table) for table in tables]
    written.append(put_workbook(folder / BOOK, tables))
    return written
