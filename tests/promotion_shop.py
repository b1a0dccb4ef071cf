"""Promotions, coupons and commands for tests at a till with a real database."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any

import psycopg
from till_shop import DOCUMENT, Shop

from regulars.contexts.members.types import MemberRef
from regulars.contexts.till.types import (
    CommitSale,
    MemberKey,
    QuoteSale,
    QuoteView,
    ReturnGoods,
    SaleKey,
    SaleView,
)


def promotion(id: str, percent: int = 10, **more: Any) -> dict[str, Any]:
    """So many percent off everything."""
    return {"id": id, "title": id, "kind": "percent", "params": {"percent": percent}, **more}


def with_coupon(id: str = "ten", percent: int = 10, **more: Any) -> dict[str, Any]:
    """The same for who shows a coupon."""
    return promotion(id, percent, trigger={"kind": "coupon"}, **more)


def document(
    *promotions: Mapping[str, Any], budgets: Sequence[Mapping[str, Any]] = (), **more: Any
) -> dict[str, Any]:
    """The shop's programme with promotions."""
    return {**DOCUMENT, "promotions": list(promotions), "budgets": list(budgets), **more}


def add_coupons(
    shop: Shop,
    *codes: str,
    promotion: str = "ten",
    uses: int = 1,
    owner: MemberRef | None = None,
    transferable: bool = True,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Coupons as their makers leave them, in a batch of their own."""
    batch = f"batch-{codes[0]}"
    shop.tamper(
        "INSERT INTO rewards_coupon_batch (code, title, promotion, kind, uses_max, bound,"
        " transferable, status, created_at, created_by, changed_at)"
        " VALUES (%s, 'B', %s, 'imported', %s, false, %s, 'open', now(), 'tests', now())",
        batch,
        promotion,
        uses,
        transferable,
    )
    shop.tamper(
        "INSERT INTO rewards_coupon (code, batch, uses_max, bucket, member_id, since, until,"
        " issued_at) SELECT code, %s, %s, %s, %s, %s, %s, now() FROM unnest(%s::text[]) AS c(code)",
        batch,
        uses,
        None if owner is None else owner.bucket,
        None if owner is None else owner.id,
        since,
        until,
        list(codes),
    )


def commit(
    shop: Shop,
    member: MemberRef | None,
    *prices: int,
    number: str,
    codes: Sequence[str] = (),
    quote: str | None = None,
    at: datetime | None = None,
    **more: Any,
) -> CommitSale:
    """A sale with codes."""
    receipt = shop.receipt(*prices, number=number, at=at)
    digest = sha256(repr((receipt, member, codes)).encode()).digest()
    who = None if member is None else MemberKey(ref=member)
    return CommitSale(receipt, who, digest, quote=quote, codes=tuple(codes), **more)


def quote(
    shop: Shop,
    member: MemberRef | None,
    *prices: int,
    codes: Sequence[str] = (),
    hold: bool = False,
    at: datetime | None = None,
    key: bytes | None = None,
    **more: Any,
) -> QuoteSale:
    """A question with codes."""
    who = None if member is None else MemberKey(ref=member)
    receipt = shop.receipt(*prices, at=at)
    asked = QuoteSale(receipt, who, hold=hold, codes=tuple(codes), key_digest=key)
    return replace(asked, **more)


def give_back(
    shop: Shop, number: str, sale: str, lines: Mapping[str, int] | None = None
) -> ReturnGoods:
    """A return of pieces by line, or of everything."""
    digest = sha256(repr((number, sale, lines)).encode()).digest()
    return ReturnGoods(number, "s1", "t1", shop.now, SaleKey("s1", "t1", sale), digest, lines)


def discount_of(answer: SaleView | QuoteView) -> int:
    """What the promotions of an answer take off."""
    return answer.decision.discount_minor


def coupon(shop: Shop, code: str) -> tuple[int, dict[str, int], str]:
    """How a coupon stands: uses, reservations, status."""
    (row,) = rows(shop, "SELECT uses, reserved, status FROM rewards_coupon WHERE code = %s", code)
    return row


def limits(shop: Shop) -> dict[str, int]:
    """What is used of each shared limit; its shards add up to it."""
    found = rows(
        shop,
        "SELECT key, sum(used)::bigint, sum(most)::bigint, max(of_limit), bool_and(used <= most)"
        " FROM till_allowance GROUP BY key, period",
    )
    assert all(most == limit and within for _, _, most, limit, within in found), found
    return {key: used for key, used, *_ in found}


def rows(shop: Shop, statement: str, *params: Any) -> list[tuple[Any, ...]]:
    """What the owner of the database sees."""
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        return connection.execute(statement, params).fetchall()
