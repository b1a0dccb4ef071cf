"""A coupon for the next purchase, given with this one."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.example import line
from regulars.core.programme.markers import Lasting, MoneyFrom, MoneyStep, PromotionId
from regulars.core.programme.model import Frozen
from regulars.core.promotions.basket import Basket
from regulars.core.promotions.pieces import lacks_units
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.purchase import QUANTITY_SCALE
from regulars.core.reasons import Reason
from regulars.core.scene import decimal_text
from regulars.core.terms import Terms

Count = Annotated[int, Field(ge=1, le=1000)]


class IssueCoupon(Frozen):
    """Coupons of which promotion, and how many of them."""

    promotion: PromotionId = Field(title="Promotion that the coupon switches on")
    count: Count = Field(default=1, title="Coupons")
    each: Literal["once", "unit", "amount"] = Field(
        default="once", title="Once, for every unit of the goods, or for every amount"
    )
    per: MoneyStep | None = Field(default=None, title="For every whole amount of money")
    max_coupons: Count = Field(default=100, title="Coupons at most")
    valid: Lasting | None = Field(default=None, title="Coupons are valid for (else without end)")
    expected_cost: MoneyFrom = Field(
        default=Decimal(0), title="What one coupon is expected to cost, for budgets"
    )

    @model_validator(mode="after")
    def _amount_has_a_per(self) -> "IssueCoupon":
        if (self.each == "amount") != (self.per is not None):
            raise PydanticCustomError("programme.per_needed", "per belongs to each: amount")
        return self


def prepare(params: IssueCoupon, terms: Terms, currency_scale: int) -> Gives:
    per = 0 if params.per is None else terms.money_minor(params.per)

    def gives(basket: Basket, positions: Sequence[int], times: int) -> Given | Missing:
        often = times
        if params.each == "unit":
            pieces = sum(basket.lines[i].quantity for i in positions) // QUANTITY_SCALE
            if not pieces:
                return lacks_units(1)
            often *= pieces
        elif params.each == "amount":
            found = sum(basket.money[i] for i in positions)
            if found < per:
                short = per - found
                text = decimal_text(short, terms.money_scale)
                return Missing(Reason.of("promotion.missing.money", money=text), money_minor=short)
            often *= found // per
        count = min(params.count * often, params.max_coupons * times)
        said = (("count", count),)
        return Given((), said, coupons=((params.promotion, count),), pieces=0, sets=times)

    return gives


KIND = Kind(
    code="issue_coupon",
    title={"en": "Coupon for the next purchase", "ru": "Купон на следующую покупку"},
    summary={
        "en": "Gives coupons of another promotion with the sale: once, for every unit of the selected "
        "goods, or for every amount spent on them. Their codes are made when the sale is saved.",
        "ru": "Выдаёт с покупкой купоны другой акции: один раз, за каждую штуку выбранных товаров или "
        "за каждую сумму на них. Коды создаются при сохранении продажи.",
    },
    params=IssueCoupon,
    prepare=prepare,
    phase="order",
    without_goods=True,
    examples=(
        Example(
            says={"en": "one coupon with the receipt", "ru": "один купон с чеком"},
            params={"promotion": "next-10"},
            lines=(line(5_00),),
            cuts=(0,),
            coupons=(("next-10", 1),),
        ),
        Example(
            says={"en": "a coupon for every unit", "ru": "купон за каждую штуку"},
            params={"promotion": "next-10", "each": "unit"},
            lines=(line(150_00, quantity=3000),),
            cuts=(0,),
            coupons=(("next-10", 3),),
        ),
        Example(
            says={"en": "a coupon for every whole 1,000", "ru": "купон за каждую полную 1000"},
            params={"promotion": "next-10", "each": "amount", "per": 1000},
            lines=(line(2999_99),),
            cuts=(0,),
            coupons=(("next-10", 2),),
        ),
        Example(
            says={"en": "0.01 short of the first 1,000", "ru": "не хватает 0,01 до первой 1000"},
            params={"promotion": "next-10", "each": "amount", "per": 1000},
            lines=(line(999_99),),
            cuts=(0,),
        ),
    ),
    corner_cases=(
        {
            "en": "A budget is charged `expected_cost` for every coupon; promotions paid from it stop "
            "when their expected cost has used it up.",
            "ru": "С бюджета списывается `expected_cost` за каждый купон; акции из него "
            "останавливаются, когда ожидаемая стоимость его исчерпала.",
        },
        {
            "en": "With `each: amount` an amount `per` is needed.",
            "ru": "С `each: amount` нужна сумма `per`.",
        },
    ),
)
