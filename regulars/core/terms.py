"""What a programme gives its rules to reckon with: scales, tiers in order, selections of goods."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from regulars.core.goods import Goods
from regulars.core.goods_index import GoodsIndex
from regulars.core.programme.texts import to_minor


@dataclass(frozen=True, slots=True)
class Terms:
    """The surroundings in which a rule's parameters get their meaning."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    money_scale: int = 2
    tier_ranks: Mapping[str, int] = field(default_factory=dict)
    goods: GoodsIndex = field(default_factory=GoodsIndex)

    def money_minor(self, amount: Decimal) -> int:
        """`amount` of money in minor units."""
        return to_minor(amount, self.money_scale)

    def number_of(self, goods: Goods) -> int:
        """The number under which a scene knows these goods."""
        return self.goods.number_of(goods)

    def tiers_from(self, lowest: str) -> frozenset[str]:
        """This tier and those above it."""
        rank = self.tier_ranks[lowest]
        return frozenset(code for code, other in self.tier_ranks.items() if other >= rank)


def units_per(units: Decimal, per: Decimal, scale: int, per_scale: int) -> tuple[int, int]:
    """`units` per `per` (`per` > 0) as a reduced fraction of minor units by minor units."""
    ratio = Fraction(units) * 10**scale / (Fraction(per) * 10**per_scale)
    return ratio.numerator, ratio.denominator
