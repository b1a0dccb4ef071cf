"""Every receipt of the demo chain, day by day: seasons, habits, strangers, late receipts and returns."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, count
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from regulars.core.demo.goods import GOODS, REWARDS, Good
from regulars.core.demo.people import Person
from regulars.core.money import divide
from regulars.core.purchase import QUANTITY_SCALE, Line, Receipt

STORES = ("centre", "station", "park")
TILLS = 2
ZONE = ZoneInfo("Europe/Moscow")

_WEEKDAY = (0.85, 0.85, 0.9, 0.95, 1.2, 1.35, 1.1)
_MONTH = (0.9, 0.9, 1.0, 1.0, 1.05, 0.95, 0.9, 0.9, 1.0, 1.0, 1.05, 1.35)
_STRANGERS_PER_DAY = 55
_RETURN_SHARE = 0.015
_LATE_SHARE = 0.006
_WISH_SHARE = 0.015
_REGRET_SHARE = 0.2
_COUPON_SHARE, _COUPON_FROM_MINOR = 0.03, 70_000
_HOURS = (8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21)
_HOUR_WEIGHTS = (4, 4, 4, 5, 7, 6, 5, 5, 7, 10, 12, 11, 8, 4)


class DemoSale(NamedTuple):
    """A receipt, whose it is (a person's number, or None), and whether points should pay.

    `coupon`: they bring the coupon of this number from the letter everybody got.
    """

    receipt: Receipt
    person: int | None
    spends: bool
    coupon: int | None = None


class DemoReturn(NamedTuple):
    """One line of an earlier receipt brought back."""

    number: str
    store: str
    till: str
    occurred_at: datetime
    sale: tuple[str, str, str]
    line: str
    quantity: int


class DemoWish(NamedTuple):
    """A person asks for a reward, by its place in the catalogue; whether they get it the books say.

    With `regrets` they bring it back the same evening.
    """

    key: str
    person: int
    reward: int
    regrets: bool


class Day(NamedTuple):
    """What the tills deliver on one day, in the order in which they deliver it."""

    day: date
    newcomers: tuple[Person, ...]
    sales: tuple[DemoSale, ...]
    returns: tuple[DemoReturn, ...]
    wishes: tuple[DemoWish, ...]


def year(people: list[Person], since: date, seed: int, *, now: datetime) -> Iterator[Day]:
    """The days from `since` to now; nothing in them lies in the future. The same seed gives the same days."""
    random, wishing = Random(f"year {seed}"), Random(f"wishes {seed}")
    bringing, coupons = Random(f"coupons {seed}"), count()
    late: list[DemoSale] = []
    brought_back: dict[date, list[tuple[DemoSale, Line]]] = {}
    day, until = since, now.astimezone(ZONE).date()
    while day <= until:
        sold = [sale for sale in _sales(people, day, random) if sale.receipt.occurred_at < now]
        sold = [_with_coupon(sale, bringing, coupons) for sale in sold]
        waiting, late = late, [sale for sale in sold if random.random() < _LATE_SHARE]
        behind = {sale.receipt.number for sale in late}
        in_time = [sale for sale in sold if sale.receipt.number not in behind]
        for sale in in_time:
            if sale.person and random.random() < _RETURN_SHARE:
                when = day + timedelta(days=random.randint(1, 12))
                line = random.choice(sale.receipt.lines)
                brought_back.setdefault(when, []).append((sale, line))
        returns = [
            _return(sale, line, day, number)
            for number, (sale, line) in enumerate(brought_back.pop(day, ()), 1)
        ]
        delivered = sorted(in_time, key=lambda sale: sale.receipt.occurred_at)
        yield Day(
            day,
            tuple(person for person in people if person.enrolled_on == day),
            (*waiting, *delivered),
            tuple(back for back in returns if back.occurred_at < now),
            tuple(_wishes(in_time, day, wishing)),
        )
        day += timedelta(days=1)


def _with_coupon(sale: DemoSale, random: Random, coupons: Iterator[int]) -> DemoSale:
    """The same sale, perhaps with a coupon of its own: where it is worth taking out."""
    worthwhile = sale.person and sale.receipt.amount_minor >= _COUPON_FROM_MINOR
    if worthwhile and random.random() < _COUPON_SHARE:
        return sale._replace(coupon=next(coupons))
    return sale


def _wishes(sales: list[DemoSale], day: date, random: Random) -> Iterator[DemoWish]:
    for sale in sales:
        if sale.person and random.random() < _WISH_SHARE:
            key = f"demo-{sale.receipt.number}"
            reward = random.choices(range(len(REWARDS)), (6, 3, 1))[0]
            yield DemoWish(key, sale.person, reward, random.random() < _REGRET_SHARE)


def _sales(people: list[Person], day: date, random: Random) -> list[DemoSale]:
    season = _WEEKDAY[day.weekday()] * _MONTH[day.month - 1]
    sales: list[DemoSale] = []
    for person in people:
        here = person.enrolled_on <= day and (person.leaves_on is None or day < person.leaves_on)
        if here and random.random() < person.visits_per_month / 30.4 * season:
            spends = random.random() < person.saver
            store = person.store if random.random() < 0.9 else random.randrange(len(STORES))
            receipt = _receipt(day, store, person.basket, person.likes, len(sales), random)
            sales.append(DemoSale(receipt, person.number, spends))
    for _ in range(int(_STRANGERS_PER_DAY * season)):
        store = random.choices(range(len(STORES)), (5, 3, 2))[0]
        receipt = _receipt(day, store, random.uniform(1.5, 6), (), len(sales), random)
        sales.append(DemoSale(receipt, None, False))
    return sales


def _receipt(
    day: date, store: int, basket: float, likes: tuple[int, ...], number: int, random: Random
) -> Receipt:
    hour = random.choices(_HOURS, _HOUR_WEIGHTS)[0]
    wall = datetime.combine(
        day, time(hour, random.randrange(60), random.randrange(60)), tzinfo=ZONE
    )
    count = max(1, min(20, int(random.gauss(basket, basket / 3))))
    chosen: dict[str, Good] = {}
    for good in random.choices(GOODS, cum_weights=_weights(likes), k=count):
        chosen[good.sku] = good
    lines = tuple(_line(str(i), good, random) for i, good in enumerate(chosen.values(), 1))
    total = sum(line.amount_minor for line in lines)
    method = "cash" if random.random() < 0.2 else "card"
    return Receipt(
        f"{day:%y%m%d}-{number:04d}",
        STORES[store],
        f"till-{number % TILLS + 1}",
        wall.astimezone(UTC),
        lines,
        payments=((method, total),),
        cashier=f"c{number % 5 + 1}",
    )


@cache
def _weights(likes: tuple[int, ...]) -> list[int]:
    """How popular each good and all before it are together, for somebody with these favourites."""
    favourite = {f"{shelf + 1:02d}" for shelf in likes}
    return list(
        accumulate(good.popularity * (3 if good.sku[:2] in favourite else 1) for good in GOODS)
    )


def _line(number: str, good: Good, random: Random) -> Line:
    if good.weighed:
        quantity = random.randint(120, 2400)
    else:
        quantity = QUANTITY_SCALE * random.choices((1, 2, 3), (8, 2, 1))[0]
    return Line(
        number,
        good.sku,
        quantity,
        good.price_minor,
        divide(good.price_minor * quantity, QUANTITY_SCALE),
        good.category,
        good.brand,
        cost_minor=divide(good.cost_minor * quantity, QUANTITY_SCALE),
        tags=good.tags,
        name=good.name,
    )


def _return(sale: DemoSale, line: Line, day: date, number: int) -> DemoReturn:
    receipt = sale.receipt
    wall = datetime.combine(day, time(12, number % 60), tzinfo=ZONE)
    return DemoReturn(
        f"R{day:%y%m%d}-{number:03d}",
        receipt.store,
        receipt.till,
        wall.astimezone(UTC),
        (receipt.store, receipt.till, receipt.number),
        line.id,
        line.quantity,
    )
