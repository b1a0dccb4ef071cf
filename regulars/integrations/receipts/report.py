"""What became of the rows of a file that was imported: sums, reasons, and the first rows not taken."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from regulars.core.receipts.layout import Layout
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.tally import Sum, Tally
from regulars.integrations.receipts.source import Source


@dataclass(frozen=True, slots=True, repr=False)
class Imported:
    """A file, how it was read, and what became of it; `created` are the new among its `customers`."""

    source: Source
    layout: Layout
    tally: Tally
    customers: int
    created: int
    money: str
    money_scale: int
    dry_run: bool

    @property
    def has_rejects(self) -> bool:
        """Whether a row was not taken."""
        return bool(self.tally.rows.problems or self.source.broken)


def sums_of(done: Imported) -> dict[str, Sum]:
    """Rows and money that were sold, returned and refused: together they are the file."""
    sold, returned, refused = done.tally.sums()
    refused = Sum(refused.rows + len(done.source.broken), refused.amount_minor)
    return {"sold": sold, "returned": returned, "refused": refused}


def reasons_of(done: Imported) -> dict[str, Sum]:
    """Rows and money refused by the code of the reason."""
    reasons = done.tally.reasons()
    for row in done.source.broken:
        count = reasons.get(row.problem.code, Sum(0, 0)).rows
        reasons[row.problem.code] = Sum(count + 1, 0)
    return reasons


def params_of(done: Imported, code: str) -> Mapping[str, str | int]:
    """What the sentence of a reason needs, from the first row that has it."""
    for problem in done.tally.rows.problems.values():
        if problem.code == code:
            return dict(problem.params)
    for row in done.source.broken:
        if row.problem.code == code:
            return dict(row.problem.params)
    return {}


def first_rejects(done: Imported, most: int) -> list[tuple[int, Problem]]:
    """The first rows of the file that were not taken: where each stands, and why."""
    return list(islice(_rejects(done), most))


def _rejects(done: Imported) -> Iterator[tuple[int, Problem]]:
    lines, problems = done.source.lines, done.tally.rows.problems
    refused = ((lines[row], problem) for row, problem in problems.items())
    broken = ((row.line, row.problem) for row in done.source.broken)
    yield from sorted([*refused, *broken], key=lambda found: found[0])
