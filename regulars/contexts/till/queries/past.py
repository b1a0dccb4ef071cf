"""What an import asks of the books: which receipts are there already, and what was sold and came back."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.core.calendar import micros
from regulars.core.receipts.matching import SoldGoods, Taken

Key = tuple[str, str, str]  # store, till, number
Fetch = Callable[..., Awaitable[list[Any]]]  # the rows of a statement with its values

_SQL = Path(__file__).parents[1] / "sql"
_CLAIMS = (_SQL / "claims.sql").read_text()
_SOLD = (_SQL / "sold_goods.sql").read_text()
_RETURNED = (_SQL / "returned_goods.sql").read_text()
_AT_ONCE = 500


class SoldTo(NamedTuple):
    """A sold line, whose it is, what it is, and how much of it came back."""

    member: UUID
    sku: str
    goods: SoldGoods
    returned: int


class GivenBack(NamedTuple):
    """A part of a return, under the number of the return."""

    key: Key
    sku: str
    part: Taken


async def find_claims(
    fetch: Fetch, keys: Sequence[tuple[Key, str]]
) -> dict[tuple[Key, str], bytes]:
    """For those of `keys` (number, `sale` or `return`) that are taken: the digest of their contents."""
    if not keys:
        return {}
    columns = [list(column) for column in zip(*((*key, kind) for key, kind in keys), strict=True)]
    rows = await fetch(_CLAIMS, *columns)
    return {
        ((row["store"], row["till"], row["number"]), row["kind"]): row["body_digest"]
        for row in rows
    }


async def list_sold_goods(
    fetch: Fetch, members: Iterable[MemberRef], sales: Iterable[Key], skus: Iterable[str]
) -> AsyncIterator[SoldTo]:
    """Lines of the goods `skus` in all sales of `members` and in `sales`, some hundred at a time."""
    wanted = sorted(set(skus))
    member_rows, sale_rows = iter(sorted(set(members))), iter(sorted(set(sales)))
    while True:
        some = list(islice(member_rows, _AT_ONCE))
        keys = list(islice(sale_rows, _AT_ONCE))
        if not some and not keys:
            return
        rows = await fetch(
            _SOLD,
            [ref.bucket for ref in some],
            [ref.id for ref in some],
            [key[0] for key in keys],
            [key[1] for key in keys],
            [key[2] for key in keys],
            wanted,
        )
        for row in rows:
            goods = SoldGoods(
                (row["store"], row["till"], row["number"]),
                row["line_id"],
                micros(row["occurred_at"]),
                row["quantity"],
                row["amount_minor"],
                row["place"],
            )
            yield SoldTo(row["member_id"], row["sku"], goods, row["returned"])


async def list_given_back(fetch: Fetch, keys: Sequence[Key]) -> list[GivenBack]:
    """What the returns with these numbers gave back."""
    if not keys:
        return []
    rows = await fetch(_RETURNED, *[list(column) for column in zip(*keys, strict=True)])
    return [
        GivenBack(
            (row["store"], row["till"], row["number"]),
            row["sku"],
            Taken(
                (row["sale_store"], row["sale_till"], row["sale_number"]),
                row["line_id"],
                row["quantity"],
            ),
        )
        for row in rows
    ]
