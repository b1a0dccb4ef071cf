"""Rows of receipts laid into temporary files by customer: what one replay can take without the others.

Customers, receipts and the sales that returns name are joined into families; a family stands in one
file, in the order of the source. Memory goes with a chunk of rows and some numbers a row, never with the
texts of the whole file. The files are private to the process and removed with their folder.
"""

import os
import pickle
import shutil
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from regulars.core.receipts.grouping import number_rows
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import Rows

PART_ROWS = 25_000
_PREFIX = "regulars-simulation-"
_SPOOL = "spool"
_COLUMNS = ("lines", "number", "at", "customer", "sku", "name", "quantity", "price", "amount",
            "is_return", "store", "till", "category", "brand", "reference", "payment", "channel",
            "cashier")  # fmt: skip
_ALWAYS = ("lines", "amount", "is_return", "category")

Spelled = str | Problem
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Conventions:
    """What the rows of a file have in common."""

    store: str
    till: str
    goods: str
    money_scale: int
    is_numbered: bool  # the file has numbers of receipts


@dataclass(frozen=True, slots=True)
class Parts:
    """Files of a source, each with whole families; `kind` says what is in them: `rows` or `chains`.

    `first` and `last` are micros of the earliest and latest receipt.
    """

    folder: Path
    kind: str
    files: tuple[str, ...]
    steps: tuple[int, ...]  # rows or entries in each
    first: int
    last: int
    conventions: Conventions | None = None

    @property
    def total(self) -> int:
        return sum(self.steps)


@dataclass(slots=True)
class _Families:
    """Whom each row belongs with, by hashes of what it names; a collision only makes a larger family."""

    receipt: list[Numbers] = field(default_factory=list)
    customer: list[Numbers] = field(default_factory=list)
    number: list[Numbers] = field(default_factory=list)
    reference: list[Numbers] = field(default_factory=list)

    def add(self, rows: Rows, about: Conventions, spelled: dict[str, Spelled]) -> None:
        """Note a chunk."""
        count = len(rows)
        receipt = np.empty(count, np.int64)
        customer = np.zeros(count, np.int64)
        number = np.zeros(count, np.int64)
        reference = np.zeros(count, np.int64)
        for row in range(count):
            receipt[row] = hash(_receipt_key(rows, row, about))
            name = rows.customer[row]
            if name is not None:
                one = spelled[name]
                customer[row] = hash(one if isinstance(one, str) else name) or 1
            named = rows.reference[row]
            if named is not None:
                reference[row] = hash(named) or 1
            number[row] = hash(rows.number[row]) or 1
        for kept, found in (
            (self.receipt, receipt), (self.customer, customer),
            (self.number, number), (self.reference, reference),
        ):  # fmt: skip
            kept.append(found)

    def labels(self) -> Numbers:
        """For each row the number of its family."""
        receipt, customer = np.concatenate(self.receipt), np.concatenate(self.customer)
        reference = np.concatenate(self.reference)
        receipts, own = np.unique(receipt, return_inverse=True)
        customers, whose = np.unique(customer, return_inverse=True)
        nodes = len(receipts)
        known = customer != 0
        pairs = [(own[known], nodes + whose[known])]
        nodes += len(customers)
        named = np.unique(reference[reference != 0])
        if len(named):
            number = np.concatenate(self.number)
            for texts in (number, reference):
                at = np.minimum(np.searchsorted(named, texts), len(named) - 1)
                there = named[at] == texts
                pairs.append((own[there], nodes + at[there]))
            nodes += len(named)
        left = np.concatenate([pair[0] for pair in pairs])
        right = np.concatenate([pair[1] for pair in pairs])
        graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(nodes, nodes))
        _, labels = connected_components(graph, directed=False)
        families: Numbers = labels[own].astype(np.int64)
        return families


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A private folder that goes when its work is done; those of killed processes go first."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lay_rows(
    chunks: Iterable[Rows],
    folder: Path,
    about: Conventions,
    spell: Callable[[str], Spelled],
    advance: Callable[[int], None],
    *,
    part_rows: int = PART_ROWS,
) -> Parts:
    """Lay the rows of a file into parts; `advance` is told of rows as they are read.

    `spell` gives the one spelling of a customer's identifier, or why it is none.
    """
    families = _Families()
    spelled: dict[str, Spelled] = {}
    count, first, last = 0, None, None
    with (folder / _SPOOL).open("wb") as spool:
        for rows in chunks:
            for name in set(rows.customer) - spelled.keys() - {None}:
                assert name is not None, "taken out just before"
                spelled[name] = spell(name)
            families.add(rows, about, spelled)
            _dump(spool, rows, range(len(rows)), spelled)
            moments = [at for row, at in enumerate(rows.at)
                       if at is not None and row not in rows.problems]  # fmt: skip
            if moments:
                first = min(moments) if first is None else min(first, *moments)
                last = max(moments) if last is None else max(last, *moments)
            count += len(rows)
            advance(len(rows))
    parts = max(1, -(-count // part_rows))
    places = families.labels() % parts if count else np.zeros(0, np.int64)
    sizes = np.bincount(places, minlength=parts)
    _split(folder, about, places, parts)
    names = tuple(_name(part) for part in range(parts))
    return Parts(folder, "rows", names, tuple(int(n) for n in sizes), first or 0, last or 0, about)


def read_rows(path: Path, about: Conventions) -> tuple[Rows, dict[str, Spelled]]:
    """The rows of a part in the order of the file, and how its customers are spelled."""
    columns: dict[str, Any] = {name: [] for name in _COLUMNS}
    problems: dict[int, Problem] = {}
    spelled: dict[str, Spelled] = {}
    for count, cells, bad, names in _load(path):
        start = len(columns["lines"])
        for name, column in columns.items():
            values = cells.get(name)
            column.extend([None] * count if values is None else values)
        problems.update({start + row: problem for row, problem in bad.items()})
        spelled.update(names)
    rows = _rows(columns, about, problems)
    if not about.is_numbered:
        rows.number = number_rows(rows)
    return rows, spelled


def write_items(folder: Path, part: int, items: Sequence[Any]) -> None:
    """Add items to a part that holds values other than rows."""
    with (folder / _name(part)).open("ab") as file:
        pickle.dump(items, file, pickle.HIGHEST_PROTOCOL)


def read_items(path: Path) -> Iterator[Any]:
    """The items of a part, as they were written."""
    for items in _load(path):
        yield from items


def part_name(part: int) -> str:
    """The file of a part."""
    return _name(part)


def _receipt_key(rows: Rows, row: int, about: Conventions) -> Hashable:
    store, till = rows.store[row] or about.store, rows.till[row] or about.till
    if about.is_numbered:
        return store, till, rows.number[row] or ""
    return store, till, rows.customer[row], rows.at[row]


def _split(folder: Path, about: Conventions, places: Numbers, parts: int) -> None:
    """The spooled chunks once more, each row into the file of its part."""
    start = 0
    for part in range(parts):
        (folder / _name(part)).touch()
    for rows, spelled in _chunks_again(folder / _SPOOL, about):
        here = places[start : start + len(rows)]
        start += len(rows)
        order = np.argsort(here, kind="stable")
        bounds = np.searchsorted(here[order], np.arange(parts + 1))
        for part in np.unique(here).tolist():
            some = order[bounds[part] : bounds[part + 1]].tolist()
            with (folder / _name(part)).open("ab") as file:
                _dump(file, rows, some, spelled)
    (folder / _SPOOL).unlink()


def _chunks_again(path: Path, about: Conventions) -> Iterator[tuple[Rows, dict[str, Spelled]]]:
    for count, cells, bad, spelled in _load(path):
        columns = {name: cells.get(name) or [None] * count for name in _COLUMNS}
        yield _rows(columns, about, bad), spelled


def _rows(columns: dict[str, Any], about: Conventions, problems: dict[int, Problem]) -> Rows:
    columns["is_return"] = bytearray(columns["is_return"])
    return Rows(**columns, money_scale=about.money_scale, goods=about.goods, problems=problems)


def _dump(file: Any, rows: Rows, some: Sequence[int], spelled: dict[str, Spelled]) -> None:
    cells = {}
    whole = len(some) == len(rows)
    for name in _COLUMNS:
        column = getattr(rows, name)
        values = list(column) if whole else [column[row] for row in some]
        if name in _ALWAYS or any(value is not None for value in values):
            cells[name] = values
    place = {row: at for at, row in enumerate(some)} if rows.problems else {}
    bad = {place[row]: problem for row, problem in rows.problems.items() if row in place}
    names = {name: spelled[name] for name in set(cells.get("customer", ())) if name is not None}
    pickle.dump((len(some), cells, bad, names), file, pickle.HIGHEST_PROTOCOL)


def _load(path: Path) -> Iterator[Any]:
    """Values that this process wrote into its own private folder."""
    with path.open("rb") as file:
        while True:
            try:
                yield pickle.load(file)  # noqa: S301
            except EOFError:
                return


def _name(part: int) -> str:
    return f"part-{part:05d}"


def _sweep() -> None:
    """Remove the folders of processes that are no more."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
