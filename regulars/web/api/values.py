"""The kinds of values that requests are made of: bounded, storable, strict."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from regulars.core.purchase import QUANTITY_SCALE

MINOR_MAX = 10**12
QUANTITY_MAX = 10**9
INTEGER_MAX = 2**53
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_QUANTITY = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?", re.ASCII)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2})",
    re.ASCII,
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# No control characters: not in any text of a receipt, and NUL in no database.
PLAIN = r"^[^\x00-\x1f\x7f]*$"
CODE = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$"
NUMBER = r"^[A-Za-z0-9][A-Za-z0-9._:+-]{0,63}$"


class Closed(BaseModel):
    """A body or query that knows its fields and refuses any other."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def plain(most: int, *, least: int = 0) -> StringConstraints:
    """For a text of `least` to `most` characters without control characters."""
    return StringConstraints(min_length=least, max_length=most, pattern=PLAIN)


def absent() -> Any:
    """A field that may be left out; null is not the same."""
    return Field(default=None)


def _thousandths(value: Any) -> int:
    if type(value) is int and 0 < value <= QUANTITY_MAX:
        return value * QUANTITY_SCALE
    written = repr(value) if isinstance(value, float) else str(value)
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise PydanticCustomError("request.quantity_malformed", "no quantity")
    try:
        number = Decimal(written)
    except InvalidOperation:
        raise PydanticCustomError("request.quantity_malformed", "no quantity") from None
    if isinstance(value, str) and not _QUANTITY.fullmatch(value):
        raise PydanticCustomError("request.quantity_malformed", "no quantity")
    if not number.is_finite() or not 0 < number <= QUANTITY_MAX:
        raise PydanticCustomError("request.quantity_malformed", "no quantity")
    scaled = number * QUANTITY_SCALE
    if scaled != int(scaled):
        raise PydanticCustomError("request.quantity_malformed", "no quantity")
    return int(scaled)


def _moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            moment = datetime.fromisoformat(value.upper())
        except ValueError:
            raise PydanticCustomError("request.moment_malformed", "no moment") from None
    else:
        raise PydanticCustomError("request.moment_malformed", "no moment")
    if not _EARLIEST <= moment < _LATEST:
        raise PydanticCustomError("request.out_of_range", "outside of 2000 to 2099")
    return moment.astimezone(UTC)


def _day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise PydanticCustomError("request.day_malformed", "no day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise PydanticCustomError("request.day_malformed", "no day") from None


def _from_query(value: Any) -> Any:
    # An unescaped plus in a query is a space by the time it gets here.
    return value.replace(" ", "+") if isinstance(value, str) and " " in value[19:] else value


def _whole_number(value: Any) -> Any:
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,17}", value, re.ASCII):
        raise PydanticCustomError("request.type_wrong", "no whole number")
    return value


def _yes_or_no(value: Any) -> Any:
    if isinstance(value, str) and value not in ("true", "false"):
        raise PydanticCustomError("request.type_wrong", "neither true nor false")
    return value


Minor = Annotated[int, Field(ge=0, le=MINOR_MAX)]
"""Minor units, whole: kopecks, cents, hundredths of a point."""
Signed = Annotated[int, Field(ge=-MINOR_MAX, le=MINOR_MAX)]
Code = Annotated[str, StringConstraints(pattern=CODE)]
Number = Annotated[str, StringConstraints(pattern=NUMBER)]
"""A till's own number of a receipt or return."""
Quantity = Annotated[
    int,
    BeforeValidator(_thousandths),
    # Written back as it is written in requests, so that defaults in the document are true.
    PlainSerializer(lambda thousandths: str(Decimal(thousandths) / QUANTITY_SCALE)),
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "maximum": QUANTITY_MAX,
                    "multipleOf": 0.001,
                },
                {"type": "string", "pattern": r"^(?!0+(\.0+)?$)[0-9]{1,9}(\.[0-9]{1,3})?$"},
            ],
            "description": "Above zero, at most 3 decimals; kept in thousandths.",
        }
    ),
]
Moment = Annotated[datetime, BeforeValidator(_moment)]
"""A moment by RFC 3339 with its offset, from 2000 to 2099; whole microseconds."""
Day = Annotated[date, BeforeValidator(_day)]
QueryMoment = Annotated[Moment, BeforeValidator(_from_query)]
QueryInteger = Annotated[int, BeforeValidator(_whole_number)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]
PathId = UUID
Attributes = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")],
        bool | Annotated[int, Field(ge=-INTEGER_MAX, le=INTEGER_MAX)] | Annotated[str, plain(200)],
    ],
    Field(max_length=50),
]
"""Values of the business's own, by name."""
