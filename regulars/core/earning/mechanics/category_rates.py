"""A table of rates by product, brand and category; the most specific one counts."""

from decimal import Decimal
from fractions import Fraction
from math import lcm

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from regulars.core.earning.mechanic import Example, Given, Gives, Mechanic
from regulars.core.example import line
from regulars.core.goods import Word
from regulars.core.programme.markers import MoneyStep
from regulars.core.programme.model import Frozen
from regulars.core.programme.texts import NotNegative, plain
from regulars.core.purchase import Line
from regulars.core.scene import Lines, Scene
from regulars.core.terms import Terms, units_per

REMEMBERED_MAX = 4096


class CategoryRates(Frozen):
    """Points per `per` of money, looked up for each line."""

    per: MoneyStep = Field(title="For every amount of money")
    categories: dict[Word, NotNegative] = Field(default={}, title="Points by category")
    brands: dict[Word, NotNegative] = Field(default={}, title="Points by brand")
    skus: dict[Word, NotNegative] = Field(default={}, title="Points by product")
    default: NotNegative = Field(default=Decimal(0), title="Points for everything else")

    @model_validator(mode="after")
    def _something_is_given(self) -> "CategoryRates":
        if not any(
            (*self.categories.values(), *self.brands.values(), *self.skus.values(), self.default)
        ):
            raise PydanticCustomError("programme.no_rates", "no rate is over zero")
        return self


class _Table:
    """Rates as whole numbers over one denominator."""

    def __init__(self, params: CategoryRates, terms: Terms, scale: int) -> None:
        each = (params.categories, params.brands, params.skus, {"": params.default})
        exact = [
            {
                key: Fraction(*units_per(rate, params.per, scale, terms.money_scale))
                for key, rate in table.items()
            }
            for table in each
        ]
        self.denominator = lcm(*(rate.denominator for table in exact for rate in table.values()))
        categories, self._brands, self._skus, default = (
            {key: int(rate * self.denominator) for key, rate in table.items()} for table in exact
        )
        self._categories = {tuple(path.split("/")): rate for path, rate in categories.items()}
        self._default = default[""]
        self._remembered: dict[tuple[str, ...], int] = {}

    def rate(self, sold: Line) -> int:
        """The product's rate, else the brand's, else that of the deepest category listed."""
        rate = self._skus.get(sold.sku)
        if rate is None:
            rate = self._brands.get(sold.brand)
        if rate is None:
            rate = self._remembered.get(sold.category)
        if rate is None:
            rate = self._by_category(sold.category)
        return rate

    def _by_category(self, path: tuple[str, ...]) -> int:
        prefixes = (path[:depth] for depth in range(len(path), 0, -1))
        rate = next((self._categories[p] for p in prefixes if p in self._categories), self._default)
        if len(self._remembered) >= REMEMBERED_MAX:
            self._remembered.clear()
        self._remembered[path] = rate
        return rate


def prepare(params: CategoryRates, terms: Terms, scale: int) -> Gives:
    table = _Table(params, terms, scale)
    rate, denominator = table.rate, table.denominator
    said = (("per", str(plain(params.per))),)

    def gives(scene: Scene, lines: Lines) -> Given | None:
        sold = scene.receipt.lines
        weights = [
            paid * rate(sold[i]) for i, paid in zip(lines.positions, lines.paid, strict=True)
        ]
        given = sum(weights)
        if not given:
            return None
        return given, denominator, weights, (*said, ("amount", lines.amount_text))

    return gives


_BASKET = (
    line(100_00, sku="milk", category="food/dairy"),
    line(200_00, id="2", sku="cheese", category="food/dairy/cheese"),
    line(50_00, id="3", sku="soap", category="home", brand="our own"),
)

MECHANIC = Mechanic(
    code="category_rates",
    title={"en": "Rates by category and brand", "ru": "Ставки по категориям и брендам"},
    summary={
        "en": "Every line earns at its own rate of points per `per` of money: that of its product "
        "in `skus`, else of its brand in `brands`, else of the deepest of its categories in "
        "`categories`, else `default`.",
        "ru": "Каждая строка начисляет по своей ставке баллов за `per` денег: по товару из `skus`, "
        "иначе по бренду из `brands`, иначе по самой глубокой категории из `categories`, иначе "
        "`default`.",
    },
    params=CategoryRates,
    prepare=prepare,
    examples=(
        Example(
            says={
                "en": "milk at 1, cheese at 3, the rest at 0.5 per 10",
                "ru": "молоко по 1, сыр по 3, прочее по 0,5 за 10",
            },
            params={
                "per": 10,
                "categories": {"food/dairy": 1, "food/dairy/cheese": 3},
                "default": 0.5,
            },
            lines=_BASKET,
            earns=73,
        ),
        Example(
            says={"en": "only our own brand", "ru": "только своя марка"},
            params={"per": 10, "brands": {"our own": 2}},
            lines=_BASKET,
            earns=10,
        ),
    ),
)
