"""The books of this installation as analytics read them: the warehouse's tables in the shape of `books`."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import ibis
from ibis import _

from regulars.analytics.books import PERIODS, Books, books_of
from regulars.analytics.engine import Engine
from regulars.analytics.kpis import Asked, Cell
from regulars.analytics.warehouse.manifest import Manifest, WarehouseMissing, read_manifest
from regulars.core.ledger.accounts import EXPIRED, ISSUED, MEMBER_ACCOUNTS, REDEEMED

_TIMES = ("at", *PERIODS)
Worths = Mapping[str, Fraction]


def books_of_warehouse(engine: Engine, folder: Path) -> Books:
    """The books as the warehouse in `folder` has them. Raises WarehouseMissing, WarehouseBroken.

    A customer is who holds the books now: members made one count as one.
    """
    manifest = read_manifest(folder)
    if not manifest.files("sale"):
        raise WarehouseMissing(folder=str(folder))
    members = engine.keep(_read(engine, folder, manifest, "member"))
    holders = members.select(member="id", customer="holder")
    sales = _held(_read(engine, folder, manifest, "sale"), holders)
    receipts = _sold(sales)
    if manifest.files("return"):
        returns = _held(_read(engine, folder, manifest, "return"), holders)
        receipts = receipts.union(_given_back(returns, sales))
    lines = _held(_read(engine, folder, manifest, "line"), holders).mutate(
        receipt=_.sale, amount_minor=_.gross_minor, returned=ibis.literal(False)
    )
    flows = None
    if manifest.files("posting"):
        flows = engine.keep(
            _read(engine, folder, manifest, "posting")
            .group_by(*PERIODS, "currency", "account")
            .agg(amount=_.amount.sum())
        )
    return books_of(engine, lines, engine.keep(receipts), flows, members)


def count_points(books: Books, asked: Asked, worths: Worths) -> dict[int, dict[str, int]]:
    """By period: the worth of points issued, spent, expired and outstanding, in minor units of money.

    `worths` is money-minor per currency-minor; currencies that pay no money are left out. Each sum is
    rounded half to even once.
    """
    if books.flows is None:
        return {}
    rows = books.engine.rows(
        books.flows.mutate(period=books.flows[asked.step])
        .group_by("period", "currency", "account")
        .agg(amount=_.amount.sum())
    )
    exact: dict[int, dict[str, Fraction]] = {}
    for row in rows:
        worth = worths.get(row["currency"])
        if worth is not None:
            cell = exact.setdefault(row["period"], {})
            account, value = row["account"], worth * int(row["amount"])
            cell[account] = cell.get(account, Fraction(0)) + value
    found, held = {}, Fraction(0)
    for period in range(min([asked.since, *exact]), asked.until):
        moved = exact.get(period, {})
        held += sum((moved.get(account, Fraction(0)) for account in MEMBER_ACCOUNTS), Fraction(0))
        found[period] = {
            "issued_minor": round(-moved.get(ISSUED, Fraction(0))),
            "rewards_minor": round(moved.get(REDEEMED, Fraction(0))),
            "expired_minor": round(moved.get(EXPIRED, Fraction(0))),
            "outstanding_minor": round(held),
        }
    return found


def count_members(books: Books, asked: Asked) -> dict[int, dict[str, int]]:
    """By period: members at its end who are neither merged away nor erased, those new, those referred."""
    if books.members is None:
        return {}
    there = books.members.filter(_.status.isin(["active", "blocked"]))
    rows = books.engine.rows(
        there.mutate(period=there[asked.step])
        .group_by("period")
        .agg(new=_.count(), referred=_.referred.cast("int64").sum())
    )
    joined = {row["period"]: row for row in rows}
    found, members = {}, 0
    for period in range(min([asked.since, *joined]), asked.until):
        row = joined.get(period, {})
        members += row.get("new", 0)
        found[period] = {
            "members": members,
            "new": row.get("new", 0),
            "referred": int(row.get("referred", 0)),
        }
    return found


def complete(
    books: Books,
    asked: Asked,
    worths: Worths | None,
    counted: dict[Cell, dict[str, int | None]],
) -> dict[Cell, dict[str, int | None]]:
    """The parts of a whole business with what only own books know: enrolments, points, discounts."""
    if asked.side or books.members is None:
        return counted
    points = count_points(books, asked, worths or {})
    members = count_members(books, asked)
    return {
        (period, side): {**cell, **members.get(period, {}), **points.get(period, {})}
        for (period, side), cell in counted.items()
    }


def _read(engine: Engine, folder: Path, manifest: Manifest, kind: str) -> ibis.Table:
    return engine.parquet([folder / file for file in manifest.files(kind)])


def _held(table: ibis.Table, holders: ibis.Table) -> ibis.Table:
    joined = table.left_join(holders, "member")
    return joined.drop(name for name in joined.columns if name.endswith("_right"))


def _sold(sales: ibis.Table) -> ibis.Table:
    return sales.select(
        "customer",
        *_TIMES,
        "store",
        "channel",
        "tier",
        "quantity",
        "discount_minor",
        "points_minor",
        receipt=_.id,
        returned=ibis.literal(False),
        amount_minor=_.paid_minor,
    )


def _given_back(returns: ibis.Table, sales: ibis.Table) -> ibis.Table:
    """Returns have the channel and the tier of their sale, and take back no discount of the programme."""
    of_sale = sales.select(sale_id="id", channel="channel", tier="tier")
    joined = returns.left_join(of_sale, "sale_id")
    return joined.select(
        "customer",
        *_TIMES,
        "store",
        channel=_.channel.fill_null(""),
        tier=_.tier.fill_null(""),
        quantity=-_.quantity,
        discount_minor=ibis.literal(0, "int64"),
        points_minor=ibis.literal(0, "int64"),
        receipt=_.id,
        returned=ibis.literal(True),
        amount_minor=-_.refund_minor,
    )
