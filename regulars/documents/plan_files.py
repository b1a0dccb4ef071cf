"""A plan as a file that a person would show: workbook, page, picture or table."""

from pathlib import Path
from typing import Literal, get_args

from regulars.core.economics.report import Report
from regulars.documents.analysis_charts import as_png, as_svg
from regulars.documents.financial_model import write_workbook
from regulars.documents.plan_charts import charts_of, poster_of
from regulars.documents.plan_page import page_of
from regulars.documents.plan_tables import months_table
from regulars.documents.writing import put_bytes, put_table

Form = Literal["xlsx", "html", "png", "csv"]
FORMS: tuple[Form, ...] = get_args(Form)


def write_plan(report: Report, form: Form, path: Path, *, language: str) -> None:
    """Write the plan to `path`, whole or not at all: what was there is replaced.

    `xlsx` has live formulas, `html` is a page with everything, `png` its charts as one picture,
    `csv` the months.
    """
    if form == "xlsx":
        write_workbook(report.case, path, language=language)
    elif form == "html":
        charts = {name: as_svg(chart) for name, chart in charts_of(report, language).items()}
        put_bytes(path, page_of(report, charts, language).encode())
    elif form == "png":
        put_bytes(path, as_png(poster_of(report, language)))
    else:
        put_table(path, months_table(report.case, language))
