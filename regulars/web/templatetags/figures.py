"""Filters that speak figures by the visitor's language and the programme's money and clock."""

from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal
from django import template

from regulars.kit.clock import utc_now
from regulars.web.design.faces import language, programme, zone
from regulars.web.pages.shown import Speech

register = template.Library()


@register.filter
def number(value: int | Decimal | None) -> str:
    """12 345; a dash for None."""
    return "–" if value is None else format_decimal(value, locale=language())


@register.filter
def compact(value: int | Decimal | None) -> str:
    """12 тыс., 1.2M: for axes and small tiles."""
    if value is None:
        return "–"
    return format_compact_decimal(value, locale=language(), fraction_digits=1)


@register.filter
def money(minor: int | Decimal | None) -> str:
    """An amount in minor units of the programme's money: 1 234,50 ₽."""
    return _money(minor, whole=False)


@register.filter
def money_whole(minor: int | Decimal | None) -> str:
    """The same without the decimals."""
    return _money(minor, whole=True)


@register.filter
def points(minor: int | None, currency: str) -> str:
    """An amount of a currency of the programme: 1 200."""
    known = programme()
    if minor is None or not known:
        return number(minor)
    return Speech(language(), known).points(minor, currency)


@register.filter
def share(value: Decimal | float | None) -> str:
    """A share of one as per cent with one decimal."""
    if value is None:
        return "–"
    known = programme()
    if not known:
        return f"{format_decimal(round(Decimal(value) * 100, 1), locale=language())} %"
    return Speech(language(), known).share(Decimal(value))


@register.filter
def day(at: datetime | date | None) -> str:
    """22 Nov 2026, on the business clock."""
    if at is None:
        return "–"
    local = at.astimezone(zone()) if isinstance(at, datetime) else at
    return format_date(local, "medium", locale=language())


@register.filter
def short_day(at: datetime | date | None) -> str:
    """22 Nov: where the year is clear."""
    if at is None:
        return "–"
    local = at.astimezone(zone()).date() if isinstance(at, datetime) else at
    return format_skeleton("MMMd", local, locale=language())


@register.filter
def moment(at: datetime | None) -> str:
    """22 Nov 2026, 14:05, on the business clock."""
    if at is None:
        return "–"
    return f"{day(at)}, {format_time(at, 'short', tzinfo=zone(), locale=language())}"


@register.filter
def precisely(at: datetime | None) -> str:
    """The moment to the second, for tooltips and the audit."""
    return "–" if at is None else format_datetime(at, "medium", tzinfo=zone(), locale=language())


@register.filter
def clock_time(at: datetime | None) -> str:
    """14:05, on the business clock."""
    return "–" if at is None else format_time(at, "short", tzinfo=zone(), locale=language())


@register.filter
def ago(at: datetime | None) -> str:
    """2 hours ago; in 3 days."""
    if at is None:
        return "–"
    return format_timedelta(at - utc_now(), add_direction=True, locale=language())


def _money(minor: int | Decimal | None, *, whole: bool) -> str:
    known = programme()
    if minor is None:
        return "–"
    if not known:
        return format_decimal(Decimal(minor).scaleb(-2), locale=language())
    return Speech(language(), known).money(minor, whole=whole)
