"""Numbers of a plan as they stand in fields, exactly: shares in per cent, decimals by language."""

import re
from decimal import Decimal

from regulars.core.economics.document import Estimate, Lift, Share

_NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,20})?", re.ASCII)
_SPACES = str.maketrans({"\u00a0": "", "\u202f": "", " ": "", "−": "-", ",": "."})


class NoNumber(ValueError):
    """What was typed is no number."""


def is_share(estimate: Estimate) -> bool:
    """Whether people say it in per cent."""
    return isinstance(estimate, Share | Lift)


def written(value: float | None, *, percent: bool, language: str) -> str:
    """The number as it stands in a field, with every digit it has; nothing for None."""
    if value is None:
        return ""
    exact = Decimal(repr(float(value))) * (100 if percent else 1)
    text = f"{exact.normalize() + 0:f}"
    return text.replace(".", ",") if language == "ru" else text


def read(text: str, *, percent: bool) -> float:
    """The number that was typed; what `written` wrote gives the same again. Raises NoNumber."""
    plain = text.strip().translate(_SPACES)
    if not _NUMBER.fullmatch(plain):
        raise NoNumber
    return float(Decimal(plain) / (100 if percent else 1))


def read_whole(text: str) -> int:
    """A whole number that was typed. Raises NoNumber."""
    plain = text.strip()
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 7):
        raise NoNumber
    return int(plain)
