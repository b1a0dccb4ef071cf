"""So many units for a visit, whatever it comes to."""

from pydantic import Field

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic
from regulars.core.example import line
from regulars.core.programme.markers import TierCode, UnitsFrom, UnitsStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import plain, to_minor
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms


class PerVisit(Frozen):
    """`points` for a receipt that holds any of the selected goods."""

    points: UnitsStep = Field(title="Points")
    by_tier: dict[TierCode, UnitsFrom] = Field(default={}, title="Points by tier")


def prepare(params: PerVisit, terms: Terms, scale: int) -> Gives:
    gifts = {
        tier: (to_minor(points, scale), 1, None, (("points", plain(points)),))
        for tier, points in ({"": params.points} | params.by_tier).items()
    }
    usual = gifts.pop("")

    def gives(scene: Scene, lines: Lines) -> Given | None:
        gift = gifts.get(scene.buyer.tier, usual)
        return gift if gift[0] else None

    return gives


MECHANIC = Mechanic(
    code="per_visit",
    title={"en": "Points for a visit", "ru": "Баллы за визит"},
    summary={
        "en": "Gives `points` once for every receipt with any of the selected goods. Who comes "
        "twice a day earns twice: set `caps: {day: …}` against split receipts.",
        "ru": "Даёт `points` один раз за каждый чек, в котором есть выбранные товары. Кто пришёл "
        "дважды за день, получит дважды: от дробления чеков помогает `caps: {day: …}`.",
    },
    params=PerVisit,
    prepare=prepare,
    examples=(
        Example(
            says={"en": "one stamp, whatever was bought", "ru": "один штамп за любую покупку"},
            params={"points": 1},
            lines=(line(90_00), line(410_00, id="2")),
            earns=1,
        ),
        Example(
            says={"en": "silver gets two", "ru": "серебру два"},
            params={"points": 1, "by_tier": {"silver": 2}},
            lines=(line(90_00),),
            buyer={"tier": "silver"},
            earns=2,
        ),
    ),
)
