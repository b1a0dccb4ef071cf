"""Figures as people read them: money, counts, shares and moments by the language's own rules."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import (
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
)

from regulars.core.programme.compiled import Compiled
from regulars.core.wording.catalogue import sentence


@dataclass(frozen=True, slots=True)
class Speech:
    """One language, and in what a programme counts."""

    language: str
    programme: Compiled

    def say(self, code: str, **params: object) -> str:
        """The sentence for `code`."""
        return sentence(code, params, self.language)

    def counted(self, code: str, count: int) -> str:
        """The sentence for `code` with `{count}` in it, its thousands set apart."""
        return self.say(code, count=count).replace(str(count), self.number(count), 1)

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self.language)

    def share(self, value: Decimal) -> str:
        """A share of one as per cent with one decimal."""
        pattern = _locale(self.language).percent_formats[None].pattern
        tenths = pattern.replace("#,##0", "#,##0.0")
        return format_percent(value, format=tenths, locale=self.language)

    def money(self, minor: int | Decimal, *, whole: bool = False) -> str:
        """An amount in minor units with its currency; `whole`: without the decimals."""
        code = self.programme.document.money
        pattern = _locale(self.language).currency_formats["standard"].pattern
        if get_currency_symbol(code, locale=self.language)[-1].isalpha():
            pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")  # RUB 100, but €100
        return format_currency(
            Decimal(minor).scaleb(-self.programme.money_scale),
            code,
            format=pattern.replace(".00", "") if whole else pattern,
            currency_digits=not whole,
            locale=self.language,
        )

    def points(self, minor: int, currency: str) -> str:
        """An amount of a currency of the programme; one it has no more counts in whole units."""
        known = self.programme.currencies.get(currency)
        scale = known.scale if known else 0
        pattern = "#,##0" + ("." + "0" * scale if scale else "")
        return format_decimal(Decimal(minor).scaleb(-scale), format=pattern, locale=self.language)

    def moment(self, at: datetime, *, year: bool = False) -> str:
        """Day and time on the business clock."""
        zone = self.programme.zone
        day = format_date(at.astimezone(zone), "medium", locale=self.language)
        if not year:
            day = format_skeleton("MMMd", at, tzinfo=zone, locale=self.language)
        return f"{day}, {format_time(at, 'short', tzinfo=zone, locale=self.language)}"

    def day(self, at: datetime) -> str:
        """A business day without its year."""
        return format_date(at.astimezone(self.programme.zone), "d MMMM", locale=self.language)


def _locale(language: str) -> Locale:
    return Locale.parse(language)
