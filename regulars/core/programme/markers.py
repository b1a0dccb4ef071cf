"""What a value in the document refers to or must fit: read by the cross-check of the whole."""

from dataclasses import dataclass
from typing import Annotated, Literal

from regulars.core.programme.texts import Code, NotNegative, Positive


@dataclass(frozen=True, slots=True)
class Refers:
    """The value is the code of something that stands elsewhere in the document."""

    to: Literal["tier", "currency", "rule"]


@dataclass(frozen=True, slots=True)
class Fits:
    """The value has no more decimals than money, or than the currency it stands under, has."""

    scale: Literal["money", "currency"]


TierCode = Annotated[Code, Refers("tier")]
CurrencyCode = Annotated[Code, Refers("currency")]
RuleId = Annotated[Code, Refers("rule")]

MoneyFrom = Annotated[NotNegative, Fits("money")]
MoneyStep = Annotated[Positive, Fits("money")]
UnitsFrom = Annotated[NotNegative, Fits("currency")]
UnitsStep = Annotated[Positive, Fits("currency")]
