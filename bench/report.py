"""What a bench says: lines of figures with their reference and ratio, printed as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing; `ratio` is product over reference, `target` what it has to be."""

    name: str
    product: str
    reference: str = ""
    ratio: float | None = None
    target: str = ""
    holds: bool | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """How long each run takes and how many there are; short runs are for the tests of the benches."""

    seconds: float = 10.0
    rounds: int = 3
    members: int = 500_000
    scale: int = 50  # of pgbench
    home: str = ""  # the data folder that the benches of the till share
    promotions: bool = False  # the import is decided with fifty promotions more
    peers: bool = True  # other engines are installed and timed beside ours
    console_members: int = 1_000_000
    postings: int = 10_000_000  # in the ledger under the console


def show(title: str, figures: Sequence[Figure]) -> None:
    """Print a bench's figures."""
    rows = [
        (f.name, f.product, f.reference, _ratio(f), f.target, _verdict(f), f.remark)
        for f in figures
    ]
    head = ("", "product", "reference", "ratio", "target", "", "")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    print(f"\n{title}")
    for row in (head, *rows):
        print(
            "  "
            + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values: Sequence[float]) -> float:
    """The median: one disturbed run does not count."""
    return median(values)


def _ratio(figure: Figure) -> str:
    return "" if figure.ratio is None else f"{figure.ratio:.2f}"


def _verdict(figure: Figure) -> str:
    return {None: "", True: "ok", False: "SHORT"}[figure.holds]
