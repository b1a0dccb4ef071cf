"""The key figures of a business and its programme, each defined once: analytics, reports and docs read it here.

A figure is a sum of parts, or one such sum divided by another. Parts are whole numbers counted over a
cell (a period, a store, a segment…); what is not known in the data is None, and so is what needs it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from regulars.core.metrics.kpi import ratio

Unit = Literal["money", "count", "units", "share", "number"]
Parts = Mapping[str, int | None]

PARTS: Mapping[str, tuple[str, str]] = {
    "paid_minor": ("money paid for receipts", "оплачено по чекам"),
    "refund_minor": ("money given back", "возвращено денег"),
    "receipts": ("sales at the till; one that is given back later is one still", "продажи; возвращённая позже остаётся продажей"),
    "units": ("thousandths of units sold less given back", "тысячные доли единиц, проданные минус возвращённые"),
    "member_paid_minor": ("the same, of customers who are known", "то же, по известным покупателям"),
    "member_refund_minor": ("given back to customers who are known", "возвращено известным покупателям"),
    "member_receipts": ("sales to customers who are known", "продажи известным покупателям"),
    "members": ("of own books members at the end who are neither merged away nor erased; of a file, a store, a segment… customers whose first purchase in it was by then", "в своих книгах участники на конец, не объединённые и не удалённые; в файле, магазине, сегменте… покупатели, чья первая покупка там была до этого"),
    "new": ("of these, enrolled (or with the first purchase) in the period", "из них вступившие (или с первой покупкой) в периоде"),
    "active": ("customers with at least one purchase in the period", "покупатели хотя бы с одной покупкой в периоде"),
    "repeating": ("customers with at least two", "покупатели хотя бы с двумя"),
    "present": ("customers at the start: bought within the horizon before it", "покупатели на начало: покупали не раньше чем за горизонт до него"),
    "lost": ("of these, no purchase within the horizon before the end", "из них без покупок за горизонт до конца"),
    "lifetime_minor": ("member sales since the first day of the data", "продажи известным покупателям с первого дня данных"),
    "referred": ("customers brought by others who joined in the period", "приведённые другими, вступившие в периоде"),
    "discount_minor": ("discounts of the programme", "скидки программы"),
    "rewards_minor": ("worth of points spent on rewards and payment", "стоимость баллов, потраченных на награды и оплату"),
    "issued_minor": ("worth of points issued", "стоимость начисленных баллов"),
    "expired_minor": ("worth of points expired", "стоимость сгоревших баллов"),
    "outstanding_minor": ("worth of points outstanding at the end", "стоимость баллов на руках на конец"),
    "costed_minor": ("sales of receipts whose every line says what it cost; where a share of margin is stated, all sales", "продажи по чекам, у каждой строки которых есть себестоимость; если задана доля маржи — все продажи"),
    "margin_minor": ("these sales less those costs, goods brought back taken off; where a share of margin is stated, that share of sales", "эти продажи минус себестоимость, возвраты вычтены; если задана доля маржи — эта доля продаж"),
    "member_costed_minor": ("sales with known costs to customers who are known", "продажи с известной себестоимостью известным покупателям"),
    "member_margin_minor": ("the margin of these", "маржа этих продаж"),
}  # fmt: skip
"""Part → what is counted, in English and Russian."""

Signed = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: `top` ÷ `bottom` (or `top` alone), in a unit. Money is in minor units."""

    code: str
    unit: Unit
    en: str
    ru: str
    top: Signed
    bottom: Signed = ()

    def title(self, language: str) -> str:
        """Its name."""
        return self.ru if language == "ru" else self.en

    def of(self, parts: Parts) -> int | Decimal | None:
        """Its value in a cell: a whole number, or a fraction rounded half up to six decimals."""
        top = _sum(self.top, parts)
        if not self.bottom or top is None:
            return top
        bottom = _sum(self.bottom, parts)
        return None if bottom is None else ratio(top, bottom)

    @property
    def formula(self) -> str:
        """What it is made of, in the names of parts."""
        return " ÷ ".join(_written(each) for each in (self.top, self.bottom) if each)


def _plus(*names: str) -> Signed:
    return tuple((-1, name[1:]) if name.startswith("-") else (1, name) for name in names)


_SALES = _plus("paid_minor", "-refund_minor")
_MEMBER_SALES = _plus("member_paid_minor", "-member_refund_minor")

FIGURES: tuple[Figure, ...] = (
    Figure("sales", "money", "Sales", "Продажи", _SALES),
    Figure("member_sales", "money", "Member sales", "Продажи участникам", _MEMBER_SALES),
    Figure("penetration", "share", "Penetration", "Проникновение", _MEMBER_SALES, _SALES),
    Figure("margin", "money", "Margin", "Маржа", _plus("margin_minor")),
    Figure("member_margin", "money", "Margin of members", "Маржа участников", _plus("member_margin_minor")),
    Figure("margin_rate", "share", "Margin ÷ sales with known costs", "Маржа ÷ продажи с известной себестоимостью", _plus("margin_minor"), _plus("costed_minor")),
    Figure("costed_share", "share", "Sales with known costs", "Доля продаж с известной себестоимостью", _plus("costed_minor"), _SALES),
    Figure("receipts", "count", "Receipts", "Чеки", _plus("receipts")),
    Figure("units", "units", "Units", "Единицы товара", _plus("units")),
    Figure("average_check", "money", "Average check", "Средний чек", _plus("paid_minor"), _plus("receipts")),
    Figure("member_average_check", "money", "Average check of members", "Средний чек участников", _plus("member_paid_minor"), _plus("member_receipts")),
    Figure("returned_share", "share", "Given back ÷ paid", "Возвраты ÷ оплачено", _plus("refund_minor"), _plus("paid_minor")),
    Figure("members", "count", "Members at the end", "Участники на конец", _plus("members")),
    Figure("new", "count", "New members", "Новые участники", _plus("new")),
    Figure("referred", "count", "New customers brought", "Приведённые покупатели", _plus("referred")),
    Figure("active", "count", "Active members", "Активные участники", _plus("active")),
    Figure("active_rate", "share", "Active rate", "Доля активных", _plus("active"), _plus("members")),
    Figure("repeat_rate", "share", "Repeat rate", "Доля повторных", _plus("repeating"), _plus("active")),
    Figure("visits", "count", "Visits of members", "Визиты участников", _plus("member_receipts")),
    Figure("frequency", "number", "Frequency", "Частота", _plus("member_receipts"), _plus("active")),
    Figure("churn", "share", "Churn", "Отток", _plus("lost"), _plus("present")),
    Figure("ltv", "money", "LTV to date", "LTV на дату", _plus("lifetime_minor"), _plus("members")),
    Figure("issued", "money", "Points issued, worth", "Начислено баллов, по стоимости", _plus("issued_minor")),
    Figure("spent", "money", "Cost of rewards", "Стоимость наград", _plus("rewards_minor")),
    Figure("expired", "money", "Points expired, worth", "Сгорело баллов, по стоимости", _plus("expired_minor")),
    Figure("outstanding", "money", "Points outstanding, worth", "Баллы на руках, по стоимости", _plus("outstanding_minor")),
    Figure("redemption_rate", "share", "Redemption rate", "Доля списания", _plus("rewards_minor"), _plus("issued_minor")),
    Figure("breakage_rate", "share", "Breakage rate", "Доля сгорания", _plus("expired_minor"), _plus("expired_minor", "rewards_minor")),
    Figure("reward_rate", "share", "Reward rate, nominal", "Ставка вознаграждения, номинальная", _plus("issued_minor"), _MEMBER_SALES),
    Figure("reward_rate_effective", "share", "Reward rate net of expiry", "Ставка вознаграждения за вычетом сгорания", _plus("issued_minor", "-expired_minor"), _MEMBER_SALES),
    Figure("promotion_cost", "money", "Promotion cost", "Стоимость акций", _plus("discount_minor")),
    Figure("programme_cost", "money", "Cost of rewards and promotions", "Стоимость наград и акций", _plus("rewards_minor", "discount_minor")),
    Figure("programme_cost_rate", "share", "Cost of rewards and promotions ÷ member sales", "Стоимость наград и акций ÷ продажи участникам", _plus("rewards_minor", "discount_minor"), _MEMBER_SALES),
)  # fmt: skip
"""Every figure, in the order in which reports show them."""

BY_CODE: Mapping[str, Figure] = {figure.code: figure for figure in FIGURES}


def figures_of(parts: Parts) -> dict[str, int | Decimal | None]:
    """Every figure of a cell by its code."""
    return {figure.code: figure.of(parts) for figure in FIGURES}


def _sum(signed: Signed, parts: Parts) -> int | None:
    total = 0
    for sign, name in signed:
        value = parts.get(name)
        if value is None:
            return None
        total += sign * value
    return total


def _written(signed: Signed) -> str:
    text = " ".join(f"{'+' if sign > 0 else '−'} `{name}`" for sign, name in signed)
    text = text.removeprefix("+ ")
    return f"({text})" if len(signed) > 1 else text
