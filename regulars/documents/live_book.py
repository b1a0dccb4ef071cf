"""A workbook of live cells: pages that formulas are put on, each with the value it comes to."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from regulars.documents.live_cells import Live, Span, live

_FORMATS = {
    "money": "#,##0.00", "number": "#,##0.00", "count": "#,##0", "share": "0.0#%", "plain": "General",
    "fine": "0.000000", "date": "yyyy-mm-dd",
}  # fmt: skip
ENTRY, SHADE, INK = "#fff4e2", "#f4f7fa", "#2f5d8a"


class LiveBook:
    """A workbook being written to `path`."""

    def __init__(self, path: Path) -> None:
        # What a person typed into a plan is text here, whatever it begins with.
        settings = {"strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(str(path), settings)
        self.book.set_calc_mode("auto")
        self.head = self._format(bold=True, text_wrap=True, valign="top", bottom=1)
        self.title = self._format(bold=True, font_size=14, font_color=INK)
        self.note = self._format(font_color="#5b6b7a", text_wrap=True, valign="top")
        self.bold = self._format(bold=True)
        self.kinds = {kind: self._format(num_format=text) for kind, text in _FORMATS.items()}
        self.entries = {
            kind: self._format(num_format=text, bg_color=ENTRY, border=1, border_color="#e3c9a0")
            for kind, text in _FORMATS.items()
        }

    def page(self, name: str) -> "LivePage":
        """A new sheet."""
        return LivePage(self, name)

    def close(self) -> None:
        """Write the file."""
        self.book.close()

    def _format(self, **what: Any) -> Any:
        return self.book.add_format(what)


class LivePage:
    """One sheet; rows and columns count from 0."""

    def __init__(self, book: LiveBook, name: str) -> None:
        self.book = book
        self.name = name
        self.sheet = book.book.add_worksheet(name)
        self.prefix = "'" + name.replace("'", "''") + "'!"

    def write(self, row: int, column: int, text: str, style: Any = None) -> None:
        """A text as it is."""
        self.sheet.write_string(row, column, text, style)

    def heads(self, row: int, column: int, texts: Sequence[str]) -> None:
        """Headings side by side."""
        for place, text in enumerate(texts, column):
            self.write(row, place, text, self.book.head)

    def put(self, row: int, column: int, formula: Live | float, kind: str = "number") -> Live:
        """A formula (or number) with its value; gives the cell, to be named in others."""
        part = live(formula)
        style = self.book.kinds[kind]
        if not isinstance(formula, Live):
            self.sheet.write_number(row, column, formula, style)
        else:
            value = part.value
            shown: Any = value
            if not isinstance(value, str):
                shown = "#DIV/0!" if math.isnan(value) else float(value)
            text = part.text.replace(self.prefix, "")
            self.sheet.write_formula(row, column, f"={text}", style, shown)
        return self.cell(row, column, part)

    def enter(
        self,
        row: int,
        column: int,
        number: float,
        kind: str = "plain",
        bounds: tuple[float, float] | None = None,
    ) -> Live:
        """A number that a person may change, within its bounds; gives the cell."""
        self.sheet.write_number(row, column, number, self.book.entries[kind])
        if bounds is not None:
            low, high = bounds
            rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
            self.sheet.data_validation(row, column, row, column, rule)
        return self.cell(row, column, live(number))

    def cell(self, row: int, column: int, of: Live) -> Live:
        """A cell as formulas name it."""
        return Live(f"{self.prefix}${xl_col_to_name(column)}${row + 1}", of.value)

    def down(self, row: int, column: int, cells: Sequence[Live]) -> Span:
        """The cells from `row` down, as a range."""
        return self.block(row, column, row + len(cells) - 1, column, cells)

    def block(
        self, row: int, column: int, last_row: int, last_column: int, cells: Sequence[Live]
    ) -> Span:
        """A range by its corners."""
        first = f"${xl_col_to_name(column)}${row + 1}"
        last = f"${xl_col_to_name(last_column)}${last_row + 1}"
        return Span(f"{self.prefix}{first}:{last}", [cell.value for cell in cells])
