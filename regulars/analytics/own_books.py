"""The books of this installation as analytics read them: the warehouse's tables in the shape of `books`."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import ibis
from ibis import _

from regulars.analytics.books import PERIODS, Books, books_of
from regulars.analytics.engine import Engine
from regulars.analytics.kpis import Asked, Cell, empty_parts
from regulars.analytics.warehouse.manifest import Manifest, WarehouseMissing, read_manifest
from regulars.core.ledger.accounts import EXPIRED, ISSUED, MEMBER_ACCOUNTS, REDEEMED

_TIMES = ("at", *PERIODS)
Worths = Mapping[str, Fraction]
_HELD_BY = ("", "segment", "cohort")  # sides of who holds points; stores and tiers hold none


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
    flows = postings = None
    if manifest.files("posting"):
        postings = _held(_read(engine, folder, manifest, "posting"), holders)
        summed = postings.group_by(*PERIODS, "currency", "account").agg(amount=_.amount.sum())
        flows = engine.keep(summed)
    return books_of(engine, lines, engine.keep(receipts), flows, members, postings)


def count_points(
    books: Books, asked: Asked, worths: Worths, sides: ibis.Table | None = None
) -> dict[Cell, dict[str, int | None]]:
    """By cell: the worth of points issued, spent, expired and outstanding, in minor units of money.

    `worths` is money-minor per currency-minor; currencies that pay no money are left out. Each sum is
    rounded half to even once. Points count at the store, channel and tier of the sale or return that
    moved them; what belongs to none (expiry, corrections, events) is under '', and nothing is
    outstanding at them. By a side of the customer (`sides`), points are where who holds them is.
    """
    if books.flows is None:
        return {}
    moved = _moved(books, asked, sides)
    rows = books.engine.rows(
        moved.mutate(period=moved[asked.step])
        .group_by(*(("side",) if asked.side else ()), "period", "currency", "account")
        .agg(amount=_.amount.sum())
    )
    exact: dict[str, dict[int, dict[str, Fraction]]] = {}
    for row in rows:
        worth = worths.get(row["currency"])
        if worth is not None:
            of_side = exact.setdefault(row.get("side", ""), {})
            cell = of_side.setdefault(row["period"], {})
            account, value = row["account"], worth * int(row["amount"])
            cell[account] = cell.get(account, Fraction(0)) + value
    holds = asked.side in _HELD_BY
    found: dict[Cell, dict[str, int | None]] = {}
    for side, periods in (exact or {"": {}}).items():
        held = Fraction(0)
        for period in range(min([asked.since, *periods]), asked.until):
            cell = periods.get(period, {})
            held += sum((cell.get(each, Fraction(0)) for each in MEMBER_ACCOUNTS), Fraction(0))
            found[period, side] = {
                "issued_minor": round(-cell.get(ISSUED, Fraction(0))),
                "rewards_minor": round(cell.get(REDEEMED, Fraction(0))),
                "expired_minor": round(cell.get(EXPIRED, Fraction(0))),
                "outstanding_minor": round(held) if holds else None,
            }
    return found


def _moved(books: Books, asked: Asked, sides: ibis.Table | None) -> ibis.Table:
    """The postings with the side that is asked for."""
    assert books.flows is not None
    if not asked.side:
        return books.flows
    assert books.postings is not None
    if asked.side in ("store", "channel", "tier"):
        where = books.receipts.select(source="receipt", side=asked.side)
        joined = books.postings.left_join(where, "source")
    else:
        assert sides is not None, "a side of the customer comes with its table"
        joined = books.postings.left_join(sides, "customer")
    return joined.mutate(side=joined.side.fill_null(""))


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
    sides: ibis.Table | None = None,
) -> dict[Cell, dict[str, int | None]]:
    """The parts with what only own books know: points of each cell, of the whole its enrolments."""
    if books.members is None:
        return counted
    points = count_points(books, asked, worths or {}, sides)
    members = {} if asked.side else count_members(books, asked)
    unmoved: dict[str, int | None] = {}
    if points:
        unmoved = dict.fromkeys(("issued_minor", "rewards_minor", "expired_minor"), 0)
        unmoved["outstanding_minor"] = 0 if asked.side in _HELD_BY else None
    within = {cell for cell in points if asked.since <= cell[0] < asked.until}
    return {
        cell: {
            **(counted.get(cell) or empty_parts(asked, discounts=True)),
            **members.get(cell[0], {}),
            **points.get(cell, unmoved),
        }
        for cell in sorted(counted.keys() | within)
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
        "cost_minor",
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
        cost_minor=-_.cost_minor,
        receipt=_.id,
        returned=ibis.literal(True),
        amount_minor=-_.refund_minor,
    )
