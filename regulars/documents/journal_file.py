"""A month's journal as a file that bookkeeping reads: plain CSV, or a table as 1C users load it."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

from regulars.core.calendar import add_months
from regulars.core.economics.journal import DoubleEntry
from regulars.core.economics.statement import Statement
from regulars.core.programme.texts import text_in
from regulars.core.wording.catalogue import sentence
from regulars.kit.csv_safety import guard_cell

FORMATS = ("csv", "1c")
_HEADS = {
    "csv": ("date", "debit", "credit", "amount", "text"),
    "1c": ("Дата", "Дт", "Кт", "Сумма", "Содержание"),
}


def write_journal(
    path: Path,
    form: str,
    month: int,
    entries: Iterable[tuple[str, Iterable[DoubleEntry]]],
    *,
    money_scale: int,
    language: str,
) -> int:
    """Write `journal_bytes` into a file that must not be there yet; how many entries."""
    some = [(title, list(each)) for title, each in entries]
    written = journal_bytes(form, month, some, money_scale=money_scale, language=language)
    with path.open("xb") as file:
        file.write(written)
    return sum(len(each) for _, each in some)


def journal_of(statement: Statement, form: str, language: str) -> bytes:
    """The journal of a statement as a file."""
    spoken = "ru" if form == "1c" else language
    entries = [
        (text_in(dict(one.frozen.terms.title), spoken), some) for one, some in statement.journal()
    ]
    scale = statement.money_scale
    return journal_bytes(form, statement.month, entries, money_scale=scale, language=spoken)


def journal_bytes(
    form: str,
    month: int,
    entries: Iterable[tuple[str, Iterable[DoubleEntry]]],
    *,
    money_scale: int,
    language: str,
) -> bytes:
    """The entries of each currency (by its title), dated the month's last day.

    `csv`: commas, ISO dates, decimal points, UTF-8. `1c`: semicolons, 31.12.2026, decimal commas,
    UTF-8 with a mark, Russian texts. No cell runs as a formula.
    """
    is_1c = form == "1c"
    day = date.fromordinal(add_months(date(month // 12, month % 12 + 1, 1), 1).toordinal() - 1)
    shown = f"{day:%d.%m.%Y}" if is_1c else day.isoformat()
    rows: list[Sequence[str]] = []
    for title, some in entries:
        for entry in some:
            vintage = f"{entry.vintage // 12:04}-{entry.vintage % 12 + 1:02}"
            code = f"liability.journal_{entry.why}"
            text = sentence(
                code, {"currency": title, "month": vintage}, "ru" if is_1c else language
            )
            amount = _decimal(entry.amount_minor, money_scale, "," if is_1c else ".")
            rows.append((shown, guard_cell(entry.debit), guard_cell(entry.credit), amount, text))
    encoding = "utf-8-sig" if is_1c else "utf-8"
    file = StringIO(newline="")
    writer = csv.writer(file, delimiter=";" if is_1c else ",")
    writer.writerow(_HEADS[form])
    writer.writerows(rows)
    return file.getvalue().encode(encoding)


def _decimal(minor: int, scale: int, point: str) -> str:
    whole, rest = divmod(minor, 10**scale)
    return f"{whole}{point}{rest:0{scale}}" if scale else str(whole)
