"""What of a receipt a promotion is about: its lines, and how many complete sets are on it."""

from collections import deque
from collections.abc import Callable, Sequence

from regulars.core.promotions.basket import Basket
from regulars.core.promotions.compiled import NO_DISCOUNT, CompiledPromotion, RepeatPart
from regulars.core.purchase import DELIVERY, QUANTITY_SCALE, Line
from regulars.core.scene import Scene


def lines_in_scope(promotion: CompiledPromotion, scene: Scene, basket: Basket) -> Sequence[int]:
    """The positions of the lines that the promotion may make cheaper, by line id."""
    if promotion.on_delivery:
        lines = scene.receipt.lines
        return [
            i for i in scene.order if lines[i].kind == DELIVERY and NO_DISCOUNT not in lines[i].tags
        ]
    positions = scene.positions_of(promotion.goods)
    only = allowed_by(promotion, basket)
    return positions if only is None else [i for i in positions if only(i)]


def allowed_by(promotion: CompiledPromotion, basket: Basket) -> Callable[[int], bool] | None:
    """Which lines its own conditions on lines let it touch; None: any."""
    prices, unreduced = promotion.unit_price, promotion.document.not_discounted
    if prices is None and not unreduced:
        return None
    least, most = prices or (None, None)

    def allowed(position: int) -> bool:
        line = basket.lines[position]
        priced = prices is None or _priced(line, least, most)
        return priced and not (unreduced and _discounted(basket, position))

    return allowed


def sets_on(promotion: CompiledPromotion, scene: Scene) -> int:
    """How often the promotion's set is complete on the receipt, at most as often as it may count.

    A piece serves in one set only, also where it fits several parts. Goods by weight are no pieces.
    """
    if promotion.repeat_same:
        sets = _sets_of_one_product(promotion.repeat, scene)
    else:
        sets = _sets(promotion.repeat, scene, None)
    return sets if promotion.repeat_most is None else min(sets, promotion.repeat_most)


def _priced(line: Line, least: int | None, most: int | None) -> bool:
    price = line.price_minor
    return (least is None or price >= least) and (most is None or price <= most)


def _discounted(basket: Basket, position: int) -> bool:
    """The till or a promotion before this one has made the line cheaper."""
    line = basket.lines[position]
    return (
        basket.money[position] < line.amount_minor
        or line.amount_minor < line.price_minor * line.quantity // QUANTITY_SCALE
    )


def _pieces(line: Line) -> int:
    whole, rest = divmod(line.quantity, QUANTITY_SCALE)
    return 0 if rest or whole < 0 else whole


def _sets_of_one_product(parts: Sequence[RepeatPart], scene: Scene) -> int:
    """Sets are made of one product each."""
    skus = {scene.receipt.lines[i].sku for part in parts for i in scene.positions_of(part.goods)}
    return sum(_sets(parts, scene, sku) for sku in skus)


def _sets(parts: Sequence[RepeatPart], scene: Scene, sku: str | None) -> int:
    """The largest number of complete sets."""
    lines = scene.receipt.lines
    classes: dict[int, int] = {}  # pieces by the bits of the parts they fit
    fits: dict[int, int] = {}
    for number, part in enumerate(parts):
        for i in scene.positions_of(part.goods):
            if sku is None or lines[i].sku == sku:
                fits[i] = fits.get(i, 0) | 1 << number
    for i, bits in fits.items():
        classes[bits] = classes.get(bits, 0) + _pieces(lines[i])
    whole = [
        sum(count for bits, count in classes.items() if bits >> number & 1) // part.quantity
        for number, part in enumerate(parts)
    ]
    most = min(whole)
    if all(not bits & (bits - 1) for bits in classes):  # no piece fits two parts
        return most
    enough = 0
    while enough < most:
        tried = (enough + most + 1) // 2
        if _complete(parts, classes, tried):
            enough = tried
        else:
            most = tried - 1
    return enough


def _complete(parts: Sequence[RepeatPart], classes: dict[int, int], sets: int) -> bool:
    """Whether so many sets can be made: pieces flow to the parts they fit, rerouted where needed."""
    kinds = list(classes.items())
    needed = [part.quantity * sets for part in parts]
    flow = [[0] * len(parts) for _ in kinds]
    left = [count for _, count in kinds]
    for number in range(len(parts)):
        while needed[number]:
            path = _path(kinds, flow, left, number)
            if path is None:
                return False
            source, steps = path
            amount = min([needed[number], left[source], *(flow[k][p] for k, p, _ in steps)])
            for kind, given, taken in steps:
                flow[kind][given] -= amount
                flow[kind][taken] += amount
            first = steps[0][1] if steps else number
            flow[source][first] += amount
            left[source] -= amount
            needed[number] -= amount
    return True


def _path(
    kinds: Sequence[tuple[int, int]],
    flow: Sequence[Sequence[int]],
    left: Sequence[int],
    wanted: int,
) -> tuple[int, list[tuple[int, int, int]]] | None:
    """A kind of pieces with some left, and the moves (kind, from part, to part) that let it in."""
    queue = deque([wanted])
    came: dict[int, tuple[int, int]] = {}  # part → (kind that moves out of it, part it moves to)
    seen = {wanted}
    while queue:
        part = queue.popleft()
        for kind, (bits, _) in enumerate(kinds):
            if not bits >> part & 1:
                continue
            if left[kind]:
                steps = []
                at = part
                while at != wanted:
                    mover, to = came[at]
                    steps.append((mover, at, to))
                    at = to
                return kind, steps
            for other, amount in enumerate(flow[kind]):
                if amount and other not in seen:
                    seen.add(other)
                    came[other] = (kind, part)
                    queue.append(other)
    return None
