"""The words of the scenarios: what is not known is an error that names the file and the case."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

SCALE = 2
CENT = Decimal("0.01")


class UnknownWord(Exception):
    """The record says something that the vocabulary of the scenarios does not have."""


class Unsupported(Exception):
    """The record needs a feature that a loyalty platform has no place for; the text names it."""


def check(where: str, given: Any, known: Iterable[str]) -> Mapping[str, Any]:
    """`given` as a mapping with no other than known keys. Raises UnknownWord."""
    if not isinstance(given, Mapping):
        raise UnknownWord(f"{where}: {_shown(given)} is no object")
    for key in given:
        if key not in known:
            raise UnknownWord(f"{where}: unknown word {_shown(key)}")
    return given


def part(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object that stands in another under `name`; nothing is an empty one. Raises UnknownWord."""
    found = holder.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise UnknownWord(f"{name}: {_shown(found)} is no object")
    return found


def listed(value: Any) -> list[Any]:
    """One value or several as a list; nothing is an empty one."""
    if value is None:
        return []
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return [value]


def text(value: Any, where: str) -> str:
    """A word, or a number read as one. Raises UnknownWord."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise UnknownWord(f"{where}: a word is expected, not {_shown(value)}")
    word = str(value)
    if not word or len(word) > 100:
        raise UnknownWord(f"{where}: a word is expected, not {_shown(value)}")
    return word


def words(value: Any, where: str) -> list[str]:
    """One or several words; `a,b` are two. Raises UnknownWord."""
    found = [text(item, where) for item in listed(value)]
    return [part.strip() for item in found for part in item.split(",") if part.strip()]


def number(value: Any, where: str) -> Decimal:
    """A finite number of a bearable size, perhaps written as `10%` or `10 per …`. Raises UnknownWord."""
    if isinstance(value, str):
        value = value.strip().removesuffix("%").split(" ")[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise UnknownWord(f"{where}: a number is expected, not {_shown(value)}")
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise UnknownWord(f"{where}: a number is expected, not {_shown(value)}") from None
    if not found.is_finite() or abs(found) >= 10**9:
        raise UnknownWord(f"{where}: a number out of bounds, {_shown(value)}")
    return found


def whole(value: Any, where: str) -> int:
    """A whole number. Raises UnknownWord."""
    found = number(value, where)
    if found != found.to_integral_value():
        raise UnknownWord(f"{where}: a whole number is expected, not {_shown(value)}")
    return int(found)


def one_of(value: Any, known: Iterable[Any], where: str) -> Any:
    """A word that is among the known ones. Raises UnknownWord."""
    if isinstance(value, list | dict) or value not in known:
        raise UnknownWord(f"{where}: unknown word {_shown(value)}")
    return value


def flag(value: Any, where: str) -> bool:
    """Yes or no. Raises UnknownWord."""
    if not isinstance(value, bool):
        raise UnknownWord(f"{where}: true or false is expected, not {_shown(value)}")
    return value


def minor(value: Decimal) -> int:
    """Money or points in hundredths, half up."""
    return int((value / CENT).quantize(Decimal(1), ROUND_HALF_UP))


def major(amount: int) -> Decimal:
    """Hundredths as whole units with decimals."""
    return Decimal(amount).scaleb(-SCALE)


def plain(value: Decimal) -> str:
    """A number as documents write it: at most six decimals, no exponent."""
    return format(value.quantize(Decimal("0.000001"), ROUND_HALF_UP).normalize(), "f")


def money(value: Decimal) -> str:
    """Money as documents write it, in whole hundredths."""
    return format(value.quantize(CENT, ROUND_HALF_UP).normalize(), "f")


def _shown(value: Any) -> str:
    return repr(value)[:80]
