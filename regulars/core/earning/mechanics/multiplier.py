"""A multiple of what other rules earned on the goods."""

from typing import Annotated

from pydantic import Field

from regulars.core.earning.mechanic import Example, Mechanic, Multiplies
from regulars.core.example import line
from regulars.core.programme.markers import RuleId
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import SORTED, Amount, plain
from regulars.core.terms import Terms


class Multiplier(Frozen):
    """`factor` times what was earned; the rule itself gives what is above once."""

    factor: Annotated[Amount, Field(gt=1, le=1000, title="Times")]
    rules: Annotated[
        frozenset[RuleId],
        SORTED,
        Field(default=frozenset(), max_length=1000, title="Of these rules only"),
    ]


def prepare(params: Multiplier, terms: Terms, scale: int) -> Multiplies:
    numerator, denominator = params.factor.as_integer_ratio()
    return Multiplies(
        numerator, denominator, params.rules, (("factor", str(plain(params.factor))),)
    )


_BASE = {
    "id": "base",
    "title": "base",
    "mechanic": "rate_per_amount",
    "params": {"points": 1, "per": 10},
    "currency": "points",
}

MECHANIC = Mechanic(
    code="multiplier",
    title={"en": "Multiplier", "ru": "Множитель"},
    summary={
        "en": "Gives `factor` − 1 times what the other rules of its currency earned on the "
        "selected goods of the receipt, after the limits of those rules; with `rules`, of those "
        "rules only. How several multipliers join is set once for the programme in "
        "`earning_policy: {multipliers: add | multiply | best}`.",
        "ru": "Даёт `factor` − 1 раз то, что другие правила той же валюты начислили за выбранные "
        "товары чека с учётом своих ограничений; с `rules` только названные правила. Как "
        "соединяются несколько множителей, задаётся один раз для программы в "
        "`earning_policy: {multipliers: add | multiply | best}`.",
    },
    params=Multiplier,
    prepare=prepare,
    kind="multiplier",
    examples=(
        Example(
            says={"en": "triple points on the red goods", "ru": "тройные баллы на красные товары"},
            params={"factor": 3},
            goods={"tags": ["red"]},
            beside=(_BASE,),
            lines=(line(120_00, tags=["red"]), line(400_00, id="2")),
            earns=24,
        ),
        Example(
            says={"en": "half as much again on everything", "ru": "в полтора раза за всё"},
            params={"factor": 1.5},
            beside=(_BASE,),
            lines=(line(200_00),),
            earns=10,
        ),
    ),
)
