"""Small receipts and buyers for worked examples: in the reference and in tests."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from regulars.core.purchase import QUANTITY_SCALE, Buyer, Line, Receipt

AT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday


def line(
    amount_minor: int,
    *,
    id: str = "1",
    sku: str = "bread",
    category: str = "",
    brand: str = "",
    tags: Iterable[str] = (),
    quantity: int = QUANTITY_SCALE,
) -> Line:
    """A line; `category` as documents write it (`food/dairy`), `quantity` in thousandths."""
    return Line(
        id=id,
        sku=sku,
        quantity=quantity,
        price_minor=amount_minor * QUANTITY_SCALE // quantity if quantity else amount_minor,
        amount_minor=amount_minor,
        category=tuple(category.split("/")) if category else (),
        brand=brand,
        tags=frozenset(tags),
    )


def receipt(*lines: Line, **more: Any) -> Receipt:
    """A receipt of these lines, at noon of 4 March 2026 in store `s1` unless told otherwise."""
    told: dict[str, Any] = {"number": "r1", "store": "s1", "till": "t1", "occurred_at": AT}
    return Receipt(**(told | {"lines": lines} | more))


def buyer(**more: Any) -> Buyer:
    """A member enrolled on 1 January 2026, unless told otherwise."""
    told: dict[str, Any] = {"member_id": "m1", "enrolled_at": datetime(2026, 1, 1, tzinfo=UTC)}
    return Buyer(**(told | more))
