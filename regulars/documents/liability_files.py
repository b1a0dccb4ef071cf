"""The papers of a month's liability in a folder: page, workbook, charts, tables, and the JSON of it."""

import json
from pathlib import Path

from regulars.core.economics.statement import Statement, month_name
from regulars.core.refusal import Invalid
from regulars.documents.analysis_charts import as_png, as_svg
from regulars.documents.liability_charts import charts_of
from regulars.documents.liability_page import page_of
from regulars.documents.liability_tables import tables_of
from regulars.documents.writing import put_bytes, put_table, put_workbook


class FolderUnwritable(Invalid):
    """The folder cannot be made or written."""

    code = "liability.folder_unwritable"


def write_liability(statement: Statement, folder: Path, *, language: str) -> list[Path]:
    """Write everything into `folder` (made if need be), each file whole or not at all; what was written.

    Files begin with `liability-` and the month, so that a folder holds those of many months. Raises
    FolderUnwritable.
    """
    name = f"liability-{month_name(statement.month)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        charts = charts_of(statement, language)
        page = page_of(statement, {key: as_svg(one) for key, one in charts.items()}, language)
        tables = tables_of(statement, language)
        told = json.dumps(statement.as_json(), ensure_ascii=False, indent=1)
        written = [
            put_bytes(folder / f"{name}.html", page.encode()),
            put_workbook(folder / f"{name}.xlsx", tables),
            put_bytes(folder / f"{name}.json", told.encode()),
        ]
        written += [
            put_bytes(folder / f"{name}-{key}.png", as_png(one)) for key, one in charts.items()
        ]
        written += [put_table(folder / f"{name}-{table.code}.csv", table) for table in tables]
    except OSError:
        raise FolderUnwritable(folder=str(folder)) from None
    return written
