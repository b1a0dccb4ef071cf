"""What each row is, a sale or a return, and for how much: signs, missing amounts, rows that make no sense."""

from collections.abc import Sequence

from regulars.core.receipts.numbers import half_up
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.rows import AMOUNT_MAX, PRICE_SCALE, QUANTITY_MAX, Rows

_SALE_WORDS = frozenset(
    {
        "sale", "sell", "purchase", "order", "invoice", "receipt", "income", "s", "продажа", "приход",
        "реализация", "покупка", "чек", "чек продажи", "отгрузка", "заказ", "1",
    }
)  # fmt: skip
_NOBODY = frozenset(
    {
        "-", "—", "–", "0", ".", "null", "none", "nan", "n/a", "na", "#n/a", "нет", "не указан", "пусто",
        "розничный покупатель", "частное лицо", "физическое лицо", "физ. лицо", "физлицо", "гость",
        "anonymous", "unknown", "guest", "walk-in", "walk-in customer", "cash customer",
    }
)  # fmt: skip
_RETURN_BEGINNINGS = ("return", "refund", "cancel", "credit", "void", "возврат", "сторно", "отмен")


def settle_amounts(
    rows: Rows, kinds: Sequence[str | None] | None, *, cancels: str, told: bool
) -> None:
    """Fill `amount` and `is_return` of every row, or note why the row cannot be.

    A row is a return where `kinds` says so, where its number begins with `cancels`, or where its
    quantity is negative. `told`: the file gives amounts; else they are price × quantity, half up.
    Returned rows get a positive quantity in the books and a negative amount here. The amount of a
    row that is refused stays what the file says of it, as far as that can be read.
    """
    divisor = 10 ** (PRICE_SCALE + 3 - rows.money_scale)
    words = _word_meanings(kinds) if kinds is not None else {}
    for row in range(len(rows)):
        quantity, price = rows.quantity[row], rows.price[row]
        if not told and quantity is not None and price is not None:
            rows.amount[row] = half_up(price * quantity, divisor)
        kind = None if kinds is None else words[kinds[row]]
        if row in rows.problems:
            continue
        problem = _settle(rows, row, kind, cancels, told)
        if problem is not None:
            rows.refuse(row, problem)


def is_nobody(customer: str) -> bool:
    """Whether what stands for a customer is only how a till writes «no customer»."""
    return customer.casefold() in _NOBODY


def kind_of(word: str) -> bool | None:
    """Whether a word says «return» (True), «sale» (False), or nothing known."""
    bare = " ".join(word.casefold().split())
    if bare.startswith(_RETURN_BEGINNINGS) or bare in ("2", "r"):
        return True
    return False if bare in _SALE_WORDS or bare.startswith(("sale", "продажа")) else None


def _settle(
    rows: Rows, row: int, kind: bool | str | None, cancels: str, told: bool
) -> Problem | None:
    quantity, price, amount = rows.quantity[row], rows.price[row], rows.amount[row]
    number = rows.number[row]
    if kind == "unknown":
        return Problem.of("import.kind_unknown")
    if not quantity:
        return Problem.of("import.quantity_zero")
    if price is not None and price < 0:
        return Problem.of("import.price_negative")
    cancelled = bool(cancels) and number is not None and number.startswith(cancels)
    returned = kind is True or cancelled or quantity < 0
    if told and amount < 0 and not returned:
        return Problem.of("import.price_negative")
    if abs(quantity) > QUANTITY_MAX or abs(amount) > AMOUNT_MAX:
        return Problem.of("import.too_large")
    if returned:
        if not amount:
            return Problem.of("import.stock_correction")
        rows.is_return[row] = 1
        rows.amount[row] = -abs(amount)
    return None


def _word_meanings(kinds: Sequence[str | None]) -> dict[str | None, bool | str | None]:
    meanings: dict[str | None, bool | str | None] = {None: None}
    for word in set(kinds):
        if word is not None:
            meaning = kind_of(word)
            meanings[word] = "unknown" if meaning is None else meaning
    return meanings
