"""The tables of a comparison as its page shows them: fewer columns, candidates side by side."""

from regulars.core.economics.outcome import Comparison
from regulars.documents.analysis_page import shown
from regulars.documents.analysis_tables import Kind, Table
from regulars.documents.simulation_tables import comparison_table, tables_of
from regulars.documents.simulation_words import Words


def side_by_side(found: Comparison, language: str) -> Table:
    """The same as `comparison_table`, a figure a row and a candidate a column, its cells as text."""
    table = comparison_table(found, language)
    rows = [
        (head, *(shown(row[place], kind, language) for row in table.rows))
        for place, (head, kind) in enumerate(zip(table.heads, table.kinds, strict=True))
        if place
    ]
    heads = (found.money, *(str(row[0]) for row in table.rows))
    kinds: list[Kind] = ["number" for _ in table.rows]
    return Table(table.code, table.title, heads, ("text", *kinds), tuple(rows))


def given_by_group(found: Comparison, language: str, code: str) -> Table:
    """Deciles or segments as a reader wants them: what each candidate gives, as a share of sales."""
    words = Words(found, language)
    (whole,) = [table for table in tables_of(found, language) if table.code == code]
    count = len(found.outcomes)
    places = [0, 1, 2, *(4 + 4 * k for k in range(count))]
    heads = (*whole.heads[:3], *words.names())
    kinds = tuple(whole.kinds[place] for place in places)
    rows = tuple(tuple(row[place] for place in places) for row in whole.rows)
    return Table(code, whole.title, heads, kinds, rows)
