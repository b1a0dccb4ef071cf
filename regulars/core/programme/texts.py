"""Texts and amounts as a marketer writes them in the programme document."""

from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

CODE = r"^[a-z0-9][a-z0-9_.-]{0,39}$"
LANGUAGE = r"^(en|ru)$"
MONEY = r"^[A-Z]{3}$"

Code = Annotated[str, Field(pattern=CODE)]
"""A name for machines: lower-case Latin letters, digits, `_`, `-`, `.`; at most 40 characters."""


def _text_by_language(value: Any) -> Any:
    return {"en": value, "ru": value} if isinstance(value, str) else value


LocalText = Annotated[
    dict[Annotated[str, Field(pattern=LANGUAGE)], Annotated[str, Field(max_length=500)]],
    BeforeValidator(_text_by_language, json_schema_input_type=str | dict[str, str]),
    Field(min_length=1),
]
"""A text by language (`{en: …, ru: …}`), or one text for both."""


def _exact_decimal(value: Any) -> Any:
    """Numbers from YAML arrive as floats: take what was written, not its binary neighbour."""
    if isinstance(value, bool):
        raise ValueError("a number is expected")
    return repr(value) if isinstance(value, float) else value


def plain(value: Decimal) -> int | str:
    """A whole number as such, any other as its shortest decimal text."""
    return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")


def _described(**limits: int) -> WithJsonSchema:
    """A number, or a number written as text, which no JSON Schema can compare."""
    pattern = r"^\d+(\.\d+)?$" if limits else r"^-?\d+(\.\d+)?$"
    return WithJsonSchema(
        {"anyOf": [{"type": "number", **limits}, {"type": "string", "pattern": pattern}]}
    )


Amount = Annotated[
    Decimal,
    BeforeValidator(_exact_decimal),
    Field(max_digits=18, decimal_places=6, allow_inf_nan=False),
    PlainSerializer(plain),
    _described(),
]
"""Money, points or a factor in whole units with decimals: `99.90`, `1.5`, `"0.1"`."""

Positive = Annotated[Amount, Field(gt=0), _described(exclusiveMinimum=0)]
NotNegative = Annotated[Amount, Field(ge=0), _described(minimum=0)]
Percent = Annotated[Amount, Field(ge=0, le=100), _described(minimum=0, maximum=100)]

SORTED = PlainSerializer(sorted, return_type=list)
"""Sets are written in order: the same document must always give the same text."""


def text_in(text: dict[str, str], language: str) -> str:
    """`text` in `language`, else in the language it has."""
    return text.get(language) or next(iter(text.values()))


@lru_cache(maxsize=4096)
def to_minor(amount: Decimal, scale: int) -> int:
    """`amount` in minor units; raises ValueError where it has more decimals than `scale`."""
    scaled = amount.scaleb(scale)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} has more than {scale} decimals")
    return int(scaled)
