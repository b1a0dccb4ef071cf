"""So many units for so much money."""

from decimal import Decimal

from pydantic import Field

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic, Params
from regulars.core.example import line
from regulars.core.programme.markers import MoneyStep, TierCode
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import NotNegative, Positive, plain
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms, units_per


class RatePerAmount(Frozen):
    """`points` for every `per` of money; a tier may have its own number of points."""

    points: Positive = Field(title="Points")
    per: MoneyStep = Field(title="For every amount of money")
    whole_steps: bool = Field(default=False, title="Only whole steps count")
    by_tier: dict[TierCode, NotNegative] = Field(default={}, title="Points by tier")


Rate = tuple[int, int, Params]


def prepare(params: RatePerAmount, terms: Terms, scale: int) -> Gives:
    step = terms.money_minor(params.per)
    usual = _rate(params.points, params, terms, scale)
    rates = {tier: _rate(rate, params, terms, scale) for tier, rate in params.by_tier.items()}

    def exact(scene: Scene, lines: Lines) -> Given | None:
        numerator, denominator, said = rates.get(scene.buyer.tier, usual) if rates else usual
        given = lines.amount * numerator
        if not given:
            return None
        return given, denominator, None, (*said, ("amount", lines.amount_text))

    def by_steps(scene: Scene, lines: Lines) -> Given | None:
        numerator, denominator, said = rates.get(scene.buyer.tier, usual)
        given = lines.amount // step * step * numerator
        if not given:
            return None
        return given, denominator, None, (*said, ("amount", lines.amount_text))

    return by_steps if params.whole_steps else exact


def _rate(points: Decimal, params: RatePerAmount, terms: Terms, scale: int) -> Rate:
    numerator, denominator = units_per(points, params.per, scale, terms.money_scale)
    return numerator, denominator, (("points", plain(points)), ("per", str(plain(params.per))))


MECHANIC = Mechanic(
    code="rate_per_amount",
    title={"en": "Points for the amount", "ru": "Баллы за сумму"},
    summary={
        "en": "Gives `points` for every `per` of money paid for the selected goods: 1 per 10 is "
        "10 points per 100, 5 per 100 of a cashback currency is 5 %. Parts of a step count in "
        "proportion unless `whole_steps` is set. `by_tier` replaces `points` for the tier.",
        "ru": "Даёт `points` за каждые `per` денег, уплаченных за выбранные товары: 1 за 10 это 10 "
        "баллов со ста, 5 за 100 в валюте-кешбэке это 5 %. Неполный шаг засчитывается "
        "пропорционально, если не включено `whole_steps`. `by_tier` заменяет `points` для уровней.",
    },
    params=RatePerAmount,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "1 point per 10 on 255", "ru": "1 балл за 10 с суммы 255"},
            params={"points": 1, "per": 10},
            lines=(line(255_00),),
            earns=26,
        ),
        Example(
            says={"en": "the same by whole steps", "ru": "то же целыми шагами"},
            params={"points": 1, "per": 10, "whole_steps": True},
            lines=(line(255_00),),
            earns=25,
        ),
        Example(
            says={"en": "gold has its own rate", "ru": "у золота своя ставка"},
            params={"points": 1, "per": 10, "by_tier": {"gold": 2}},
            lines=(line(250_00),),
            buyer={"tier": "gold"},
            earns=50,
        ),
    ),
)
