"""Rows made receipts: grouped by number, put in order of time, and what does not belong together refused."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from regulars.core.calendar import moment_of
from regulars.core.purchase import QUANTITY_SCALE, Line, Receipt
from regulars.core.receipts.numbers import half_up
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import PRICE_SCALE, Rows

DAY_MICROS = 24 * 3600 * 10**6
_BARE = Line("", "", 0, 0, 0)  # what a file does not say of a line stands between these
_UNSAID = _BARE[Line._fields.index("minimum_minor") : Line._fields.index("name")]
_ORDINARY = _BARE[Line._fields.index("kind") :]
_new = tuple.__new__  # a NamedTuple's own constructor costs twice as much; this is the hot path

LINES_MAX = 10_000  # of one receipt: more is a column that is no receipt number


class Slip(NamedTuple):
    """A sale or a return as the file has it; sorts by moment, sales before returns, then by number."""

    at: int  # micros
    is_return: bool
    store: str
    till: str
    number: str
    customer: str | None
    rows: tuple[int, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return self.store, self.till, self.number


def group_rows(rows: Rows, *, store: str, till: str) -> list[Slip]:
    """Every receipt of the file, in the order in which it is to be decided; notes problems in `rows`.

    The order depends on nothing but what the rows say. Rows of one number with goods sold and goods
    given back make a sale and a return. Of two receipts of one number on different days the earlier
    stands; a row that names another customer than its receipt is refused.
    """
    groups: dict[tuple[str, str, str], list[int]] = {}
    for row in range(len(rows)):
        if row in rows.problems:
            continue
        key = (rows.store[row] or store, rows.till[row] or till, rows.number[row] or "")
        groups.setdefault(key, []).append(row)
    slips: list[Slip] = []
    for key, members in groups.items():
        slips.extend(_slips(rows, key, members))
    slips.sort()
    return slips


def number_rows(rows: Rows) -> list[str]:
    """A number for every row of a file whose receipts have none: who, when, and the how-manieth.

    The same row gets the same number in every file in which the same rows of that customer and
    moment come before it.
    """
    seen: dict[tuple[str | None, int | None, str | None, str | None], int] = {}
    numbers = []
    for row in range(len(rows)):
        at, customer = rows.at[row], rows.customer[row]
        about = (customer, at, rows.store[row], rows.till[row])
        seen[about] = count = seen.get(about, 0) + 1
        moment = "" if at is None else f"{moment_of(at):%Y%m%dT%H%M%S}"
        numbers.append(f"{customer or 'anonymous'}-{moment}-{count}"[:100])
    return numbers


def lines_of(rows: Rows, slip: Slip) -> tuple[Line, ...]:
    """The lines of a sale, numbered in the order of the file."""
    lines = []
    divisor = 10 ** (PRICE_SCALE - rows.money_scale)
    for place, row in enumerate(slip.rows, 1):
        quantity = rows.quantity[row] or 0
        amount = rows.amount[row]
        price = rows.price[row]
        each = (amount * QUANTITY_SCALE, quantity) if price is None else (price, divisor)
        name = rows.name[row] or ""
        sku = rows.sku[row] or name or rows.goods
        about = rows.category[row], rows.brand[row] or ""
        line = (
            str(place),
            sku,
            quantity,
            half_up(*each),
            amount,
            *about,
            *_UNSAID,
            name,
            *_ORDINARY,
        )
        lines.append(_new(Line, line))
    return tuple(lines)


def sku_of(rows: Rows, row: int) -> str:
    """What the goods of a row are called."""
    return rows.sku[row] or rows.name[row] or rows.goods


def receipt_of(rows: Rows, slip: Slip) -> Receipt:
    """A sale as the till decides it."""
    first = slip.rows[0]
    payment = rows.payment[first]
    total = sum([rows.amount[row] for row in slip.rows]) if payment else 0
    return Receipt(
        slip.number,
        slip.store,
        slip.till,
        moment_of(slip.at),
        lines_of(rows, slip),
        channel=rows.channel[first] or "store",
        payments=((payment, total),) if payment else (),
        cashier=rows.cashier[first] or "",
    )


def digest_of(rows: Rows, slip: Slip) -> bytes:
    """A fingerprint of what the file says of a receipt: equal for the same receipt in any file.

    The order of its rows does not count.
    """
    head = (*slip.key, str(slip.at), str(slip.is_return), slip.customer or "")
    lines = sorted(
        f"{rows.sku[row]}\t{rows.quantity[row]}\t{rows.amount[row]}\t{rows.reference[row]}"
        for row in slip.rows
    )
    return sha256("\n".join((*head, *lines)).encode()).digest()


def _slips(rows: Rows, key: tuple[str, str, str], members: Sequence[int]) -> Iterable[Slip]:
    at = min([rows.at[row] or 0 for row in members])
    same_day = [row for row in members if (rows.at[row] or 0) - at < DAY_MICROS]
    if len(same_day) < len(members):
        _refuse(rows, members, same_day, "import.number_of_another_day")
    customer = next((rows.customer[row] for row in same_day if rows.customer[row]), None)
    mine = [row for row in same_day if rows.customer[row] in (customer, None)]
    if len(mine) < len(same_day):
        _refuse(rows, same_day, mine, "import.other_customer")
    if len(mine) > LINES_MAX:
        _refuse(rows, mine, [], "import.too_many_lines")
        return
    sold = [row for row in mine if not rows.is_return[row]]
    returned = tuple(row for row in mine if rows.is_return[row])
    if sold and customer is None and not any(rows.amount[row] for row in sold):
        _refuse(rows, sold, [], "import.nothing_sold")
        sold = []
    if sold:
        yield Slip(at, False, *key, customer, tuple(sold))
    if returned:
        yield Slip(at, True, *key, customer, returned)


def _refuse(rows: Rows, members: Sequence[int], kept: Sequence[int], code: str) -> None:
    staying = set(kept)
    for row in members:
        if row not in staying:
            rows.refuse(row, Problem.of(code))
