"""A fixed bonus when the rule's conditions hold."""

from typing import Literal

from pydantic import Field

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic
from regulars.core.example import line
from regulars.core.programme.markers import UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import plain, to_minor
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms


class FixedBonus(Frozen):
    """`points` once, or for every line of the selected goods."""

    points: UnitsStep = Field(title="Points")
    each: Literal["receipt", "line"] = Field(
        default="receipt", title="Once per receipt or per line"
    )


def prepare(params: FixedBonus, terms: Terms, scale: int) -> Gives:
    points = to_minor(params.points, scale)
    said = (("points", plain(params.points)),)
    once: Given = (points, 1, None, said)

    def per_line(scene: Scene, lines: Lines) -> Given | None:
        count = len(lines.positions)
        return points * count, 1, [1] * count, (*said, ("lines", count))

    return per_line if params.each == "line" else lambda scene, lines: once


MECHANIC = Mechanic(
    code="fixed_bonus",
    title={"en": "Fixed bonus", "ru": "Фиксированный бонус"},
    summary={
        "en": "Gives `points` once when the conditions hold and any of the selected goods are in "
        "the receipt, or once for every such line. First purchase, birthday, a new store, a "
        "certain payment method: this mechanic with the fitting condition.",
        "ru": "Даёт `points` один раз, когда условия выполнены и в чеке есть выбранные товары, "
        "либо за каждую такую строку. Первая покупка, день рождения, новый магазин, способ оплаты: "
        "эта механика с подходящим условием.",
    },
    params=FixedBonus,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "200 for the new yoghurt", "ru": "200 за новый йогурт"},
            params={"points": 200},
            goods={"skus": ["yoghurt"]},
            lines=(line(120_00, sku="yoghurt"), line(80_00, id="2")),
            earns=200,
        ),
        Example(
            says={"en": "50 for each of two lines", "ru": "по 50 за две строки"},
            params={"points": 50, "each": "line"},
            goods={"brands": ["our own"]},
            lines=(
                line(120_00, sku="milk", brand="our own"),
                line(80_00, id="2", sku="tea", brand="our own"),
                line(60_00, id="3", sku="salt"),
            ),
            earns=100,
        ),
    ),
)
