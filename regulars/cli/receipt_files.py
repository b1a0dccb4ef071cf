"""A receipt in a JSON file, with the fields of the till API: read, or refused where it is wrong."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from regulars.core.money import divide
from regulars.core.purchase import QUANTITY_SCALE, Line, Receipt
from regulars.core.refusal import Invalid
from regulars.core.rewards.codes import normalised

SIZE_MAX = 4 << 20
_MINOR_MAX = 10**12


class ReceiptFileInvalid(Invalid):
    """The file is no receipt; `problem` names the place."""

    code = "cli.promotions_receipt_unreadable"


class AskedReceipt(NamedTuple):
    """What a file asks: the receipt, its codes as typed, promotions asked for, and the member's name."""

    receipt: Receipt
    codes: Mapping[str, str]
    claims: Mapping[str, int]
    member: tuple[str, str] | None
    dated: bool


def _thousandths(value: Any) -> int:
    scaled = Decimal(str(value)) * QUANTITY_SCALE
    if isinstance(value, bool) or scaled != int(scaled):
        raise ValueError("at most three decimals")
    return int(scaled)


_Minor = Annotated[int, Field(ge=0, le=_MINOR_MAX)]
_Text = Annotated[str, Field(max_length=300)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Line(_Model):
    id: _Text | None = None
    sku: Annotated[str, Field(min_length=1, max_length=100)]
    category: tuple[_Text, ...] = ()
    brand: _Text = ""
    quantity: Annotated[
        int, BeforeValidator(_thousandths), Field(gt=0, le=10**9 * QUANTITY_SCALE)
    ] = QUANTITY_SCALE
    price_minor: _Minor
    amount_minor: _Minor | None = None
    minimum_minor: _Minor = 0
    cost_minor: _Minor | None = None
    tax_rate_bp: Annotated[int, Field(ge=0, le=10_000)] | None = None
    tags: frozenset[str] = frozenset()
    name: _Text = ""
    kind: Literal["goods", "delivery", "gift_card", "top_up"] = "goods"

    def line(self, place: int) -> Line:
        told = self.model_dump(exclude={"id", "amount_minor"})
        amount = self.amount_minor
        if amount is None:
            amount = divide(self.price_minor * self.quantity, QUANTITY_SCALE)
        return Line(id=self.id or str(place), amount_minor=amount, **told)


class _Payment(_Model):
    method: _Text
    amount_minor: _Minor


class _File(_Model):
    """The body of a quote; what only matters for the points paid with it is not asked here."""

    member: dict[Literal["id", "card", "phone", "email", "app", "external"], _Text] | None = None
    occurred_at: AwareDatetime | None = None
    lines: Annotated[tuple[_Line, ...], Field(min_length=1, max_length=500)]
    payments: tuple[_Payment, ...] = ()
    channel: _Text = "store"
    cashier: _Text = ""
    attributes: dict[str, bool | int | str] = Field(default_factory=dict)
    codes: Annotated[tuple[_Text, ...], Field(max_length=20)] = ()
    claims: dict[str, Annotated[int, Field(ge=1, le=1000)]] = Field(default_factory=dict)


def read_receipt(path: Path, *, store: str, till: str, now: datetime) -> AskedReceipt:
    """The receipt in the file; one without `occurred_at` is of `now`. Raises ReceiptFileInvalid."""
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_MAX + 1)
        if len(raw) > SIZE_MAX:
            raise ReceiptFileInvalid(problem=f"> {SIZE_MAX} bytes")
        told = _File.model_validate(json.loads(raw))
    except ValidationError as error:
        first = error.errors()[0]
        place = "/" + "/".join(map(str, first["loc"]))
        raise ReceiptFileInvalid(pointer=place, problem=f"{place}: {first['msg']}") from None
    except (OSError, ValueError, RecursionError, ArithmeticError) as error:
        raise ReceiptFileInvalid(problem=type(error).__name__) from None
    lines = tuple(line.line(place) for place, line in enumerate(told.lines, 1))
    if len({line.id for line in lines}) != len(lines):
        raise ReceiptFileInvalid(pointer="/lines", problem="/lines: id")
    receipt = Receipt(
        number="",
        store=store,
        till=till,
        occurred_at=told.occurred_at or now,
        lines=lines,
        channel=told.channel,
        payments=tuple((payment.method, payment.amount_minor) for payment in told.payments),
        cashier=told.cashier,
        attributes=told.attributes,
    )
    member = next(iter(told.member.items()), None) if told.member else None
    codes = {normalised(typed): typed for typed in told.codes if normalised(typed)}
    return AskedReceipt(receipt, codes, told.claims, member, told.occurred_at is not None)
