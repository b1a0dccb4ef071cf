"""What a receipt costs a member: the card's discount, then payment with points; minimum prices hold."""

from collections.abc import Sequence
from operator import gt

from regulars.core.goods import Selects
from regulars.core.money import Rounding, allocate, divide
from regulars.core.programme.compiled import ItemPayment, MoneyPayment
from regulars.core.promotions.result import Discount
from regulars.core.purchase import GIFT_CARD, GOODS, QUANTITY_SCALE, TOP_UP, Line, Receipt
from regulars.core.reasons import Reason
from regulars.core.till.decision import Payment, PaymentNotPossible, Spendable
from regulars.core.till.terms import CardTerms, Terms

NO_DISCOUNT, NO_REDEEM = "no_discount", "no_redeem"
MONEY_KINDS = frozenset({GIFT_CARD, TOP_UP})  # money changed into money: no price to speak of


def card_discount(
    tier: str, card: CardTerms, lines: Sequence[Line], rounding: Rounding
) -> Discount | None:
    """The discount of the tier's card, rounded once a receipt and never below a minimum price."""
    weights = [
        line.amount_minor if line.kind == GOODS and _open(line, NO_DISCOUNT, card.selects) else 0
        for line in lines
    ]
    total = divide(sum(weights) * card.percent_num, card.percent_den, rounding)
    if not total:
        return None
    shares = tuple(
        min(share, max(0, line.amount_minor - line.minimum_minor))
        for share, line in zip(split(total, weights, lines), lines, strict=True)
    )
    amount = sum(shares)
    if not amount:
        return None
    reason = Reason.of("discount.card", tier=tier, percent=card.percent_text)
    return Discount(f"card:{tier}", amount, shares, reason)


def spendable(
    terms: Terms, currency: str, balance: int, receipt: Receipt, due: Sequence[int]
) -> Spendable:
    """The most of `currency` that may pay what is `due` by line."""
    pays = terms.pays.get(currency)
    if pays is None:
        return Spendable(currency, balance, 0, 0, 1, 0, Reason.of("spend.not_money"))
    if isinstance(pays, ItemPayment):
        return _spendable_items(pays, currency, balance, receipt, due)
    return _spendable_money(pays, currency, balance, receipt, due)


def pay(
    terms: Terms,
    currency: str,
    wanted: int | None,
    balance: int,
    receipt: Receipt,
    due: Sequence[int],
) -> Payment | None:
    """Pay with `wanted` minor units of `currency` (None: as much as possible; then maybe nothing).

    Raises PaymentNotPossible, naming the limits, where exactly `wanted` cannot be paid.
    """
    limits = spendable(terms, currency, balance, receipt, due)
    pays = terms.pays.get(currency)
    amount = limits.most if wanted is None else wanted
    if not amount and wanted is None:
        return None
    if amount <= 0 or not limits.minimum <= amount <= limits.most or amount % limits.step:
        raise PaymentNotPossible(
            pointer=f"/pay/{currency}",
            currency=currency,
            least=limits.minimum,
            most=limits.most,
            step=limits.step,
        )
    assert pays is not None
    if isinstance(pays, ItemPayment):
        return _pay_items(pays, currency, amount, receipt, due)
    return _pay_money(pays, currency, amount, receipt, due)


def split(total: int, weights: Sequence[int], lines: Sequence[Line]) -> list[int]:
    """`allocate`, ties going by line id: the order in which the till sent the lines decides nothing."""
    ids = [line.id for line in lines]
    if not any(map(gt, ids, ids[1:])):
        return allocate(total, weights)
    order = sorted(range(len(ids)), key=ids.__getitem__)
    parts = [0] * len(ids)
    for i, part in zip(order, allocate(total, [weights[i] for i in order]), strict=True):
        parts[i] = part
    return parts


def _open(line: Line, closing_tag: str, selects: Selects | None) -> bool:
    if closing_tag in line.tags or line.kind in MONEY_KINDS:
        return False
    return selects is None or selects(line)


def _rooms(pays: MoneyPayment | ItemPayment, receipt: Receipt, due: Sequence[int]) -> list[int]:
    """How much of each line may be paid with points: down to its minimum price."""
    return [
        max(0, money - line.minimum_minor) if _open(line, NO_REDEEM, pays.selects) else 0
        for line, money in zip(receipt.lines, due, strict=True)
    ]


def _spendable_money(
    pays: MoneyPayment, currency: str, balance: int, receipt: Receipt, due: Sequence[int]
) -> Spendable:
    """From the least that is worth anything to the most that is not given away for nothing."""
    step = pays.step or 1
    least = _up(max(pays.minimum, _price(pays, 1)), step)
    total = sum(due)
    if total < pays.receipt_minimum:
        reason = Reason.of("spend.receipt_too_small", least_minor=pays.receipt_minimum)
        return Spendable(currency, balance, least, 0, step, 0, reason)
    room = sum(_rooms(pays, receipt, due))
    share = total * pays.share_max[0] // pays.share_max[1]
    by_money = min(room, share) * pays.worth[1] // pays.worth[0]
    most = min(balance, by_money)
    most -= most % step
    if most < least:
        code = "spend.balance_too_small" if balance < by_money else "spend.goods_excluded"
        reason = Reason.of(code, least=least)
        return Spendable(currency, balance, least, 0, step, 0, reason)
    code = "spend.all" if most == balance else "spend.share" if share <= room else "spend.goods"
    worth = _worth(pays, most)
    # Where a unit is worth less than the smallest coin, the last ones may buy nothing.
    most = max(least, _up(_price(pays, worth), step))
    return Spendable(currency, balance, least, most, step, worth, Reason.of(code))


def _price(pays: MoneyPayment, money: int) -> int:
    """The fewest units that are worth `money`."""
    return divide(money * pays.worth[1], pays.worth[0], Rounding.UP)


def _up(amount: int, step: int) -> int:
    return amount + -amount % step


def _worth(pays: MoneyPayment, amount: int) -> int:
    return amount * pays.worth[0] // pays.worth[1]


def _pay_money(
    pays: MoneyPayment, currency: str, amount: int, receipt: Receipt, due: Sequence[int]
) -> Payment:
    money = _worth(pays, amount)
    shares = split(money, _rooms(pays, receipt, due), receipt.lines)
    units = split(amount, shares, receipt.lines)
    reason = Reason.of("payment.points", amount=amount, money_minor=money)
    none = (0,) * len(shares)
    return Payment(currency, amount, money, tuple(shares), tuple(units), none, reason)


def _free_candidates(
    pays: ItemPayment, receipt: Receipt, due: Sequence[int]
) -> list[tuple[int, int, int]]:
    """(price of one item, line, whole items) of the goods that may be free, in the order they are."""
    rooms = _rooms(pays, receipt, due)
    found = [
        (price, i, line.quantity // QUANTITY_SCALE)
        for i, line in enumerate(receipt.lines)
        if line.quantity >= QUANTITY_SCALE and (price := _items_worth(rooms[i], 1, line))
    ]
    sign = 1 if pays.choose == "cheapest" else -1
    return sorted(
        found, key=lambda c: (sign * c[0], receipt.lines[c[1]].sku, receipt.lines[c[1]].id)
    )


def _items_worth(room: int, items: int, line: Line) -> int:
    """What `items` of the line cost at most; all of them, if that is all of the line, exactly its room."""
    return room * items * QUANTITY_SCALE // line.quantity


def _spendable_items(
    pays: ItemPayment, currency: str, balance: int, receipt: Receipt, due: Sequence[int]
) -> Spendable:
    candidates = _free_candidates(pays, receipt, due)
    items = min(balance // pays.units, pays.items_max, sum(c[2] for c in candidates))
    if not items:
        code = "spend.stamps_missing" if candidates else "spend.goods_excluded"
        reason = Reason.of(code, missing=max(0, pays.units - balance), least=pays.units)
        return Spendable(currency, balance, pays.units, 0, pays.units, 0, reason)
    rooms = _rooms(pays, receipt, due)
    worth = sum(_items_worth(rooms[i], n, receipt.lines[i]) for i, n in _chosen(candidates, items))
    reason = Reason.of("spend.items", items=items)
    return Spendable(currency, balance, pays.units, items * pays.units, pays.units, worth, reason)


def _chosen(candidates: list[tuple[int, int, int]], items: int) -> list[tuple[int, int]]:
    """How many items of which line are free."""
    chosen = []
    for _, line, count in candidates:
        part = min(items, count)
        if part:
            chosen.append((line, part))
            items -= part
    return chosen


def _pay_items(
    pays: ItemPayment, currency: str, amount: int, receipt: Receipt, due: Sequence[int]
) -> Payment:
    items = amount // pays.units
    rooms = _rooms(pays, receipt, due)
    shares, units, free = ([0] * len(due) for _ in range(3))
    for line, count in _chosen(_free_candidates(pays, receipt, due), items):
        shares[line] = _items_worth(rooms[line], count, receipt.lines[line])
        units[line] = pays.units * count
        free[line] = count
    reason = Reason.of("payment.items", items=items, amount=amount)
    return Payment(currency, amount, sum(shares), tuple(shares), tuple(units), tuple(free), reason)
