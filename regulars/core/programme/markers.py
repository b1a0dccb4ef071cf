"""What a value in the document refers to or must fit: read by the cross-check of the whole."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from regulars.core.calendar import Duration
from regulars.core.programme.texts import Code, NotNegative, Positive


@dataclass(frozen=True, slots=True)
class Refers:
    """The value is the code of something that stands elsewhere in the document."""

    to: Literal["tier", "currency", "rule", "promotion"]


@dataclass(frozen=True, slots=True)
class Fits:
    """The value has no more decimals than money, or than the currency it stands under, has."""

    scale: Literal["money", "currency"]


TierCode = Annotated[Code, Refers("tier")]
CurrencyCode = Annotated[Code, Refers("currency")]
RuleId = Annotated[Code, Refers("rule")]
PromotionId = Annotated[Code, Refers("promotion")]

MoneyFrom = Annotated[NotNegative, Fits("money")]
MoneyStep = Annotated[Positive, Fits("money")]
UnitsFrom = Annotated[NotNegative, Fits("currency")]
UnitsStep = Annotated[Positive, Fits("currency")]


def _lasts(value: Duration) -> Duration:
    if value.is_zero:
        raise PydanticCustomError("programme.duration_zero", "longer than nothing")
    return value


Lasting = Annotated[Duration, AfterValidator(_lasts)]
"""A time that is longer than nothing."""
