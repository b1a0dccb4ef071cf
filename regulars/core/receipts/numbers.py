"""Numbers as files write them: decimal comma or point, grouped thousands, currency signs, minus anywhere."""

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from regulars.core.receipts.problem import Problem

DIGITS_MAX = 30
_NOISE = re.compile(
    r"[\s\u00a0\u2007\u2009\u202f'’`_]|₽|\$|€|£|руб\.?|р\.|rub|usd|eur|gbp", re.IGNORECASE
)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_MINUS = str.maketrans("−–—", "---")


def decimal_mark(samples: Iterable[str], *, likely: str = ".") -> str:
    """Which sign, `.` or `,`, parts the decimals in a column of numbers written alike.

    A sign that stands last beside the other, before other than three digits, or after a lone zero,
    is it; a sign that comes twice in a number groups thousands. Where nothing tells, `likely`.
    """
    for text in samples:
        bare = _bare(text)
        comma, point = bare.rfind(","), bare.rfind(".")
        if comma >= 0 and point >= 0:
            return "," if comma > point else "."
        for mark, other in ((",", "."), (".", ",")):
            count = bare.count(mark)
            if count > 1:
                return other
            if count == 1:
                whole, _, rest = bare.partition(mark)
                if len(rest) != 3 or whole.lstrip("+-") in ("", "0"):
                    return mark
    return likely


def decimal_of(text: str, mark: str) -> Decimal | Problem:
    """The exact number in a text whose decimals follow `mark`; a Problem where there is none."""
    bare = _bare(text)
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        negative, bare = True, bare[1:-1]
    if bare.endswith("-"):
        negative, bare = not negative, bare[:-1]
    other = "," if mark == "." else "."
    bare = bare.replace(other, "").replace(mark, ".")
    if len(bare) > DIGITS_MAX or not _PLAIN.fullmatch(bare):
        return Problem.of("import.number_unreadable")
    try:
        number = Decimal(bare)
    except InvalidOperation:
        return Problem.of("import.number_unreadable")
    return -number if negative else number


def decimal_of_float(value: float) -> Decimal | Problem:
    """The number that a binary fraction stands for: the shortest decimal that gives it again."""
    if value != value or value in (float("inf"), float("-inf")):
        return Problem.of("import.number_unreadable")
    return Decimal(repr(value))


def scaled(number: Decimal, scale: int) -> int:
    """`number` × 10^scale as a whole number, half up away from zero."""
    shifted = number.scaleb(scale)
    whole = int(abs(shifted) + Decimal("0.5"))
    return -whole if shifted < 0 else whole


def half_up(numerator: int, denominator: int) -> int:
    """The whole number nearest to a fraction, half away from zero; `denominator` > 0."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -whole if numerator < 0 else whole


def _bare(text: str) -> str:
    return _NOISE.sub("", text.translate(_MINUS))
