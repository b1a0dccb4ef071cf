"""Past months for the base of a plan: of a receipts file, or of our own books."""

from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from regulars.analytics import kpis
from regulars.analytics.books import Books, books_of_file
from regulars.analytics.engine import open_engine
from regulars.analytics.own_books import books_of_warehouse
from regulars.analytics.warehouse.export import export_warehouse
from regulars.analytics.warehouse.manifest import read_manifest
from regulars.core.economics.base import PastMonth
from regulars.core.places import check_time_zone
from regulars.core.programme.compiled import Compiled
from regulars.integrations.receipts.canonical import receipt_lines
from regulars.integrations.receipts.layouts import (
    MappingFile,
    named_columns,
    read_mapping,
    settle_layout,
)
from regulars.integrations.receipts.reading import read_source
from regulars.studies.analysis import NothingToAnalyse, ReceiptsFile
from regulars.studies.folders import warehouse_folder

_HORIZON_DAYS = 90


def months_of_file(file: ReceiptsFile) -> list[PastMonth]:
    """The whole months of a file of receipts. Raises NothingToAnalyse and what reading refuses."""
    told = read_mapping(file.mapping) if file.mapping else MappingFile()
    source, layout = settle_layout(
        read_source(file.path),
        told=told,
        named=named_columns(file.named),
        preset=file.preset,
        folder=file.path.parent,
        time_zone=check_time_zone(file.time_zone),
    )
    check_time_zone(layout.time_zone)
    zone = ZoneInfo(layout.time_zone or "UTC")
    rows = receipt_lines(source, layout, zone=zone, money_scale=file.money_scale)
    with open_engine() as engine:
        return _months(books_of_file(engine, rows), 10**file.money_scale)


def months_of_own(home: Path, conninfo: str, programme: Compiled) -> list[PastMonth]:
    """The whole months of our own books, by way of the warehouse. Raises NothingToAnalyse."""
    folder = warehouse_folder(home)
    export_warehouse(conninfo, folder, zone=programme.zone.key, advance=lambda steps: None)
    if not read_manifest(folder).files("sale"):
        raise NothingToAnalyse
    with open_engine() as engine:
        return _months(books_of_warehouse(engine, folder), 10**programme.money_scale)


def _months(books: Books, scale: int) -> list[PastMonth]:
    """Those that the books have from the first day to the last."""
    if not books.last_day:
        raise NothingToAnalyse
    since, until = kpis.periods_of(books, "month")
    asked = kpis.Asked("month", since, until, horizon_days=_HORIZON_DAYS, margin=None)
    whole_since = since + (kpis.start_of(since, "month") < books.first_day)
    whole_until = until - (kpis.start_of(until, "month") - 1 > books.last_day)
    telling = books.first_day + _HORIZON_DAYS
    return [
        _month(
            kpis.label_of(number, "month"),
            parts,
            scale,
            can_lose=kpis.start_of(number, "month") >= telling,
        )
        for (number, side), parts in sorted(kpis.count_parts(books, asked).items())
        if not side and whole_since <= number < whole_until
    ]


def _month(label: str, parts: Mapping[str, int | None], scale: int, *, can_lose: bool) -> PastMonth:
    def of(name: str) -> int:
        return parts.get(name) or 0

    return PastMonth(
        label=label,
        sales=(of("paid_minor") - of("refund_minor")) / scale,
        member_sales=(of("member_paid_minor") - of("member_refund_minor")) / scale,
        receipts=of("member_receipts"),
        new=of("new"),
        present=of("present"),
        lost=of("lost") if can_lose else None,
    )
