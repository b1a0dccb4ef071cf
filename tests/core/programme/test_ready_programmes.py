"""The five ready programmes: sound, bilingual, and giving back one to five per cent."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from engine_cases import amounts

from regulars.core.earning.evaluate import award_event, earn
from regulars.core.example import line, receipt
from regulars.core.goods import selector
from regulars.core.programme.check import parse_programme
from regulars.core.programme.compiled import Compiled, compile_programme
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import NOTHING, Presented
from regulars.core.purchase import Buyer, Event, Line
from regulars.core.rewards.coupon import Coupon
from regulars.core.scene import Scene
from regulars.kit.documents import dump_yaml, load_yaml
from regulars.programmes.catalogue import list_programmes, load

NAMES = ("coffee_shop", "fashion", "grocery", "service_centre", "vip_club")


def ready(name: str) -> Programme:
    return parse_programme(load_yaml(load(name)))


def test_there_are_five() -> None:
    assert list_programmes() == NAMES


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        load("../grocery")


@pytest.mark.parametrize("name", NAMES)
def test_survives_storage_as_yaml(name: str) -> None:
    document = ready(name)
    assert parse_programme(load_yaml(dump_yaml(to_mapping(document)))) == document


@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    def texts(value: Any) -> Iterator[dict[str, str]]:
        if isinstance(value, dict):
            if value.keys() & {"en", "ru"}:
                yield value
            else:
                for inner in value.values():
                    yield from texts(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from texts(inner)

    found = list(texts(to_mapping(ready(name))))
    assert len(found) > 5
    for text in found:
        assert text.keys() == {"en", "ru"}
        assert any("а" <= char <= "я" for char in text["ru"].lower())


@pytest.mark.parametrize("name", NAMES)
def test_is_commented(name: str) -> None:
    assert sum(row.strip().startswith("#") for row in load(name).splitlines()) >= 5


Assortment = list[tuple[str, str, str, frozenset[str], int, int]]
"""(sku, category, brand, tags, price from, price to) in minor units."""

ASSORTMENTS: dict[str, Assortment] = {
    "grocery": [
        ("bread", "food/bakery", "", frozenset(), 40_00, 120_00),
        ("milk", "food/dairy", "our-shop", frozenset(), 80_00, 150_00),
        ("apples", "food/fruit", "", frozenset(), 100_00, 300_00),
        ("meat", "food/meat", "", frozenset(), 300_00, 900_00),
        ("soap", "home", "clean", frozenset(), 60_00, 500_00),
        ("beer", "alcohol", "", frozenset(), 80_00, 400_00),
    ],
    "service_centre": [
        ("oil", "parts", "", frozenset(), 1500_00, 6000_00),
        ("repair", "work", "", frozenset(), 2000_00, 15000_00),
    ],
    "fashion": [
        ("dress", "women", "", frozenset(), 3000_00, 12000_00),
        ("shirt", "men", "", frozenset({"new_collection"}), 2500_00, 6000_00),
        ("coat", "women", "", frozenset({"sale"}), 5000_00, 20000_00),
    ],
    "vip_club": [
        ("wine", "bar", "", frozenset(), 500_00, 5000_00),
        ("dinner", "kitchen", "", frozenset(), 1500_00, 8000_00),
    ],
}
TIERS = {
    "grocery": ["base", "base", "silver", "gold"],
    "service_centre": ["base", "base", "silver", "gold"],
    "fashion": ["start", "card-3", "card-5"],
    "vip_club": ["guest", "member", "member", "circle"],
}


def basket(assortment: Assortment, random: Random) -> tuple[Line, ...]:
    sold = []
    for number in range(random.randint(1, 4)):
        sku, category, brand, tags, low, high = random.choice(assortment)
        price = random.randint(low, high)
        sold.append(line(price, id=str(number), sku=sku, category=category, brand=brand, tags=tags))
    return tuple(sold)


def given_back(programme: Compiled, name: str, receipts: int) -> float:
    """Worth of what a year of purchases earns, and of card discounts, as a share of the sales."""
    random = Random(7)
    [code] = [c for c, currency in programme.currencies.items() if currency.money]
    money = programme.currencies[code].money
    assert money is not None
    worth = money.worth[0] / money.worth[1]
    sales = value = 0.0
    for number in range(receipts):
        at = datetime(2026, 1, 1, 6, tzinfo=UTC) + timedelta(hours=random.randint(0, 364 * 24))
        sold = basket(ASSORTMENTS[name], random)
        who = Buyer(
            "m",
            datetime(2025, 1, 1, tzinfo=UTC),
            tier=random.choice(TIERS[name]),
            visits=number % 30,
        )
        paid = [one.amount_minor for one in sold]
        earnings = earn(programme, Scene(receipt(*sold, occurred_at=at), who, at, paid))
        sales += sum(paid)
        value += card_discount(programme, who.tier, sold)
        value += worth * sum(a.amount for a in earnings.awards if a.currency == code)
    return value / sales


def card_discount(programme: Compiled, tier: str, sold: tuple[Line, ...]) -> float:
    assert programme.ladder is not None
    levels = programme.ladder.document.levels
    discount = next(level.discount for level in levels if level.code == tier)
    if discount is None:
        return 0.0
    takes = selector(discount.goods)
    goods = sum(one.amount_minor for one in sold if takes is None or takes(one))
    return goods * float(discount.percent) / 100


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("grocery", 0.05),
        ("service_centre", 0.05),
        ("fashion", 0.05),
        ("vip_club", 0.10),  # before the fee of the membership
    ],
)
def test_a_reasonable_share_of_sales_is_given_back(name: str, most: float) -> None:
    programme = compile_programme(ready(name), 1)
    assert 0.01 <= given_back(programme, name, 1500) <= most


WITH_PROMOTIONS = ("coffee_shop", "fashion", "grocery")


@pytest.mark.parametrize("name", WITH_PROMOTIONS)
def test_promotions_give_away_a_few_per_cent_at_most(name: str) -> None:
    programme = compile_programme(ready(name), 1)
    shelves = ASSORTMENTS.get(name) or [
        ("latte", "coffee", "", frozenset(), 180_00, 250_00),
        ("croissant", "bakery", "", frozenset(), 110_00, 150_00),
    ]
    shelves = [*shelves, ("cake", "food/sweets", "", frozenset(), 60_00, 150_00)]
    random, sales, given = Random(8), 0, 0
    for _ in range(800):
        at = datetime(2026, 1, 1, 6, tzinfo=UTC) + timedelta(hours=random.randint(0, 364 * 24))
        sold = basket(shelves, random)
        who = Buyer(
            "m", datetime(2025, 1, 1, tzinfo=UTC), tier=random.choice(TIERS.get(name, [""]))
        )
        scene = Scene(receipt(*sold, occurred_at=at), who, at, [one.amount_minor for one in sold])
        sales += sum(one.amount_minor for one in sold)
        promoted = promote(programme, scene, NOTHING, member=True)
        given += sum(discount.amount_minor for discount in promoted.discounts)
    assert given / sales <= 0.05


@pytest.mark.parametrize(
    ("name", "promotion", "sold", "off"),
    [
        ("grocery", "come-back", line(900_00, category="food/meat"), 90_00),
        ("grocery", "come-back", line(5000_00, category="food/meat"), 200_00),
        ("grocery", "come-back", line(300_00, category="food/meat"), 0),
        ("coffee_shop", "friend", line(420_00, category="coffee", quantity=2000), 105_00),
        ("fashion", "miss-you", line(9000_00, category="women"), 1000_00),
        ("fashion", "miss-you", line(9000_00, category="women", tags=["sale"]), 0),
    ],
)
def test_a_coupon_gives_what_it_says(name: str, promotion: str, sold: Line, off: int) -> None:
    programme = compile_programme(ready(name), 1)
    coupon = Coupon(
        "C0DE", "b", promotion, 1, 0, 0, None, None, owner=None, transferable=False, revoked=False
    )
    at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    scene = Scene(receipt(sold, occurred_at=at), Buyer("m", at), at, [sold.amount_minor])
    presented = Presented(codes=("C0DE",), coupons={"C0DE": coupon})
    promoted = promote(programme, scene, presented, member=True)
    assert sum(d.amount_minor for d in promoted.discounts if d.id == promotion) == off


def test_a_big_basket_brings_one_coupon_for_the_next_time() -> None:
    programme = compile_programme(ready("grocery"), 1)
    at = datetime(2026, 3, 4, 12, tzinfo=UTC)
    who = Buyer("m", at, tier="base")
    for amount, count in ((1499_99, 0), (1500_00, 1), (9000_00, 1)):
        sold = line(amount, category="food/meat")
        scene = Scene(receipt(sold, occurred_at=at), who, at, [amount])
        issued = promote(programme, scene, NOTHING, member=True).issued
        assert [(one.promotion, one.count) for one in issued] == [("come-back", 1)] * count


def test_the_tenth_coffee_is_one_of_nine_stamps() -> None:
    programme = compile_programme(ready("coffee_shop"), 1)
    stamps = programme.currencies["stamps"]
    assert stamps.item is not None
    assert stamps.item.units == 9
    three = line(600_00, sku="latte", category="coffee", quantity=3000)
    bun = line(90_00, id="2", sku="bun", category="bakery")
    who = Buyer("m", datetime(2026, 1, 1, tzinfo=UTC))
    at = datetime(2026, 3, 4, 9, tzinfo=UTC)
    earnings = earn(programme, Scene(receipt(three, bun), who, at, [600_00, 90_00]))
    assert amounts(earnings) == {"stamp": 3}
    joined = award_event(programme, Event("sign_up", at), who, at)
    assert amounts(joined) == {"welcome": 2}


def test_tobacco_alcohol_and_gift_cards_earn_nothing_at_the_grocer() -> None:
    programme = compile_programme(ready("grocery"), 1)
    sold = (
        line(900_00, category="tobacco/cigarettes"),
        line(4000_00, id="2", category="alcohol"),
        line(5000_00, id="3", tags=["gift_card"]),
    )
    who = Buyer("m", datetime(2026, 1, 1, tzinfo=UTC), tier="gold")
    at = datetime(2026, 3, 4, 20, tzinfo=UTC)
    paid = [one.amount_minor for one in sold]
    assert earn(programme, Scene(receipt(*sold), who, at, paid)).awards == ()
