"""Reasons and refusals put into words: amounts in minor units become figures that people read."""

from collections.abc import Mapping
from typing import NamedTuple

from regulars.core.programme.texts import LocalText
from regulars.core.wording.catalogue import sentence

_OF_CURRENCY = frozenset({"amount", "balance", "least", "left", "missing", "most", "step"})
_NO_BREAK = "\u00a0"


class Units(NamedTuple):
    """How many decimals money and each currency have: what turns minor units into figures.

    `titles` are the names of the version's promotions in the languages they have.
    """

    money: str  # ISO 4217
    money_scale: int
    scales: Mapping[str, int]
    titles: Mapping[str, LocalText] = {}


def tell(
    code: str,
    params: Mapping[str, object],
    units: Units | None,
    language: str,
    *,
    currency: str | None = None,
) -> str:
    """The sentence for `code`; its amounts as figures of `units`, whole minor units without them.

    A parameter `<name>_minor` is money and fills `{name}`; `amount`, `least`, `most` and their like
    are in the currency that the parameter `currency` or the argument names. What mechanics,
    conditions and promotions tell is ready text and stays as it is.
    """
    if code.startswith(("earning.", "condition.", "promotion.")):
        return sentence(code, params, language)
    about = params.get("currency", currency)
    scale = units.scales.get(str(about), 0) if units else 0
    told: dict[str, object] = {}
    for name, value in params.items():
        if isinstance(value, bool) or not isinstance(value, int):
            told[name] = value
        elif name.endswith("_minor"):
            told[name] = value
            told[name.removesuffix("_minor")] = money_text(value, units, language)
        elif name in _OF_CURRENCY:
            told[name] = figure(value, scale, language) if scale else value
        else:
            told[name] = value
    return sentence(code, told, language)


def money_text(minor: int, units: Units | None, language: str) -> str:
    """An amount of money with its currency: `1,250.00 RUB`, in Russian `1 250,00 RUB`."""
    if units is None:
        return str(minor)
    return f"{figure(minor, units.money_scale, language)}{_NO_BREAK}{units.money}"


def figure(minor: int, scale: int, language: str) -> str:
    """Minor units as people write them in `language`, with thousands set apart."""
    whole, rest = divmod(abs(minor), 10**scale)
    text = f"{whole:,}"
    if scale:
        text += f".{rest:0{scale}d}"
    if language == "ru":
        text = text.replace(",", _NO_BREAK).replace(".", ",")
    return f"-{text}" if minor < 0 else text
