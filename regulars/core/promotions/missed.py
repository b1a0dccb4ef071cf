"""The nearest offers that a receipt misses: what more of which goods would get which discount."""

from fractions import Fraction
from typing import NamedTuple

from regulars.core.goods import Goods
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.texts import text_in
from regulars.core.promotions.compiled import CompiledPromotion
from regulars.core.promotions.conflicts import bits
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import Presented, Promoted, Verdict
from regulars.core.promotions.unseen import why_unseen
from regulars.core.purchase import QUANTITY_SCALE, Line
from regulars.core.scene import Scene, decimal_text
from regulars.core.wording.catalogue import sentence

LOOKED_MAX = 200  # promotions that are asked though the evaluation did not look at them
TRIED_MAX = 20  # so many of those that lack something are tried
TRIES = 3  # of one offer: what others take off may ask for still more
WORK_MAX = 600  # promotions evaluated in all tries together, as far as can be told beforehand
WORDS_MAX = 3


class Missed(NamedTuple):
    """An offer that more goods would bring: for `money_minor` more, or `units` more pieces, of
    `goods` (None: of any). `gain_minor` is how much more the whole receipt would then get off;
    `cost_minor` what the added goods would cost before it."""

    promotion: str
    money_minor: int
    units: int
    goods: Goods | None
    gain_minor: int
    cost_minor: int


def missed(
    programme: Compiled,
    scene: Scene,
    presented: Presented,
    promoted: Promoted,
    *,
    member: bool,
    most: int = 3,
) -> tuple[Missed, ...]:
    """At most `most` offers, best first: the greatest gain for the money to be added.

    Only promotions are told that nothing but an amount or a quantity keeps back: each is tried on
    the receipt with the goods added. `promoted` is what `promote` made of the same receipt.
    """
    if not programme.promotions:
        return ()
    found: list[tuple[Fraction, int, Missed]] = []
    attempt = _Try(programme, scene, presented, promoted, member)
    for promotion, verdict in _nearest(programme, scene, presented, promoted, member)[:TRIED_MAX]:
        offer = attempt.offer(promotion, verdict)
        if offer is not None:
            ratio = Fraction(offer.gain_minor, max(1, offer.cost_minor))
            found.append((-ratio, promotion.number, offer))
    found.sort(key=lambda each: (each[0], each[2].cost_minor, each[1]))
    return tuple(offer for _, _, offer in found[:most])


def said(offer: Missed, programme: Compiled, language: str) -> str:
    """«Add 120.00 of food/dairy to get «Ten off». That would take 40.00 off.»"""
    document = next(p for p in programme.document.promotions if p.id == offer.promotion)
    scale = programme.money_scale
    what = "money" if offer.money_minor else "units"
    missing = decimal_text(offer.money_minor, scale) if offer.money_minor else str(offer.units)
    goods = "" if offer.goods is None else ", ".join(_words(offer.goods))
    params = {"missing": missing, "goods": goods, "title": text_in(document.title, language)}
    text = sentence(f"promotion.missed.{what}{'_of' if goods else ''}", params, language)
    if not offer.gain_minor:
        return text
    gain = {"gain": decimal_text(offer.gain_minor, scale)}
    return f"{text} {sentence('promotion.missed.gain', gain, language)}"


def _nearest(
    programme: Compiled, scene: Scene, presented: Presented, promoted: Promoted, member: bool
) -> list[tuple[CompiledPromotion, Verdict]]:
    """What is missed for want of goods: the least to be added first, as far as that can be told.

    All that `promote` looked at are asked, and the first of those that it did not.
    """
    promotions = programme.promotions
    applied, index = _applied(promoted), promotions.index
    index.by_lines(scene)  # tells the scene its lines
    verdicts = {v.promotion: v for v in promoted.passed}
    unseen = [
        promotion
        for number in bits(index.in_time(scene) & index.triggered(presented))
        if (promotion := promotions.promotions[number]).id not in applied
        and promotion.id not in verdicts
    ]
    for promotion in unseen[:LOOKED_MAX]:
        verdicts[promotion.id] = why_unseen(programme, scene, presented, promotion)
    lines = scene.receipt.lines
    pieces = sum(max(1, line.quantity // QUANTITY_SCALE) for line in lines)
    price = sum(line.amount_minor for line in lines) // max(1, pieces)
    by_id = promotions.by_id
    lacking = [
        (
            verdict.missing_minor + verdict.missing_units * price,
            by_id[id].number,
            by_id[id],
            verdict,
        )
        for id, verdict in verdicts.items()
        if (verdict.missing_minor or verdict.missing_units)
        and (member or not by_id[id].needs_member)
    ]
    lacking.sort(key=lambda each: each[:2])
    return [(promotion, verdict) for _, _, promotion, verdict in lacking]


class _Try:
    """Tries a promotion on the receipt with goods added."""

    def __init__(
        self,
        programme: Compiled,
        scene: Scene,
        presented: Presented,
        promoted: Promoted,
        member: bool,
    ) -> None:
        self._programme = programme
        self._scene = scene
        self._presented = presented
        self._now = _total(promoted)
        self._member = member
        size = len(promoted.discounts) + len(promoted.passed)
        self._left = max(2, WORK_MAX // max(1, size))  # receipts that may still be evaluated

    def offer(self, promotion: CompiledPromotion, verdict: Verdict) -> Missed | None:
        """What has to be added for the promotion to apply; None where that alone does not do it."""
        goods, number = self._goods_of(promotion, verdict)
        like = self._like(goods, number)
        if like is None:
            return None
        money, units = verdict.missing_minor, verdict.missing_units
        for _ in range(min(TRIES, self._left)):
            self._left -= 1
            added = _added(like, money, units)
            after = self._with(added)
            if promotion.id in _applied(after):
                gain = _total(after) - self._now
                if gain < 0:
                    return None
                named = None if goods is None or goods.is_everything else goods
                return Missed(promotion.id, money, units, named, gain, added.amount_minor)
            again = next((v for v in after.passed if v.promotion == promotion.id), None)
            if again is None or not (again.missing_minor or again.missing_units):
                return None
            money = _more(money, again.missing_minor)
            units += again.missing_units
        return None

    def _goods_of(self, promotion: CompiledPromotion, verdict: Verdict) -> tuple[Goods | None, int]:
        """The goods of which something is missing (None: any), and the number of their selection."""
        if verdict.why == "condition":
            _, missing = promotion.asked.why_not(self._scene)
            if missing is not None and missing.goods is not None:
                return missing.goods, self._programme.terms.number_of(missing.goods)
            return None, promotion.goods
        return promotion.document.goods, promotion.goods

    def _like(self, goods: Goods | None, number: int) -> Line | None:
        """A line of such goods: one that is on the receipt, else one made up from their names."""
        lines = self._scene.receipt.lines
        positions = self._scene.positions_of(number)
        if goods is None:
            positions = positions or self._scene.goods_only
        if positions:
            return min((lines[i] for i in positions), key=lambda line: (line.price_minor, line.id))
        if goods is None or goods.is_everything:
            return None
        return Line(
            id="",
            sku=min(goods.skus, default=""),
            quantity=QUANTITY_SCALE,
            price_minor=0,
            amount_minor=0,
            category=tuple(min(goods.categories).split("/")) if goods.categories else (),
            brand=min(goods.brands, default=""),
            tags=frozenset([min(goods.tags)]) if goods.tags else frozenset(),
        )

    def _with(self, added: Line) -> Promoted:
        scene = self._scene
        lines = (*scene.receipt.lines, added._replace(id=_last_id(scene)))
        after = Scene(
            scene.receipt._replace(lines=lines),
            scene.buyer,
            scene.moment,
            (*scene.paid, added.amount_minor),
        )
        return promote(self._programme, after, self._presented, member=self._member)


def _more(money: int, short: int) -> int:
    """So much that, made cheaper as before, it is enough."""
    if short < money:
        return -(-money * money // (money - short))
    return money + short


def _added(like: Line, money: int, units: int) -> Line:
    """So many more pieces, or one more for so much, of goods like a line."""
    quantity = max(1, units) * QUANTITY_SCALE
    amount = max(money, like.price_minor * units)
    return like._replace(
        quantity=quantity, amount_minor=amount, price_minor=amount // max(1, units), minimum_minor=0
    )


def _last_id(scene: Scene) -> str:
    return max(line.id for line in scene.receipt.lines) + "~" if scene.receipt.lines else "~"


def _total(promoted: Promoted) -> int:
    return sum(discount.amount_minor for discount in promoted.discounts)


def _applied(promoted: Promoted) -> set[str]:
    return {
        *(discount.id for discount in promoted.discounts),
        *(gift.promotion for gift in promoted.gifts),
        *(issued.by for issued in promoted.issued),
        *(boost.promotion for boost in promoted.boosts),
    }


def _words(goods: Goods) -> list[str]:
    """The names of a selection, as far as they fit a sentence."""
    words = sorted([*goods.categories, *goods.brands, *goods.tags, *goods.skus])
    return words if len(words) <= WORDS_MAX else [*words[:WORDS_MAX], "…"]
