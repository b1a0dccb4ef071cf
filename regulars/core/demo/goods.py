"""The shelves of the demo chain: goods with categories, brands, prices and what they cost the shop."""

from typing import NamedTuple


class Good(NamedTuple):
    """Something on the shelf; prices in kopecks for one unit or one kilogram."""

    sku: str
    name: str
    category: tuple[str, ...]
    brand: str
    price_minor: int
    cost_minor: int
    weighed: bool
    tags: frozenset[str]
    popularity: int


class DemoReward(NamedTuple):
    """Something for points; `stock` and `limit` (for each member) None: without limit."""

    code: str
    title: dict[str, str]
    points: int
    stock: int | None
    limit: int | None
    tiers: tuple[str, ...]


REWARDS = (
    DemoReward("coffee", {"en": "Coffee to go", "ru": "Кофе с собой"}, 40, None, None, ()),
    DemoReward("tote", {"en": "Tote bag", "ru": "Сумка-шопер"}, 150, 400, 2, ()),
    DemoReward(
        "tasting",
        {"en": "Cheese tasting", "ru": "Дегустация сыров"},
        300,
        40,
        1,
        ("silver", "gold"),
    ),
)

_NONE: frozenset[str] = frozenset()
_EXCLUDED = frozenset({"no_points", "no_redeem"})

# category path, (name, brand, price ₽, margin %, weighed, popularity)
_SHELVES: tuple[tuple[str, tuple[tuple[str, str, float, int, bool, int], ...]], ...] = (
    ("food/dairy/milk", (
        ("Молоко 2,5 %", "Домик", 89.9, 18, False, 90), ("Молоко 3,2 %", "Луг", 99.9, 20, False, 70),
        ("Кефир 1 %", "Домик", 79.9, 22, False, 45), ("Ряженка", "Луг", 85.0, 24, False, 20),
    )),
    ("food/dairy/cheese", (
        ("Сыр российский", "Луг", 689.0, 26, True, 35), ("Сыр гауда", "Альп", 899.0, 30, True, 22),
        ("Творог 9 %", "Домик", 129.9, 24, False, 48), ("Йогурт клубника", "Альп", 54.9, 32, False, 60),
        ("Сметана 20 %", "Домик", 94.9, 23, False, 40), ("Масло сливочное", "Луг", 199.9, 19, False, 33),
    )),
    ("food/bakery", (
        ("Хлеб ржаной", "Пекарня", 49.9, 35, False, 80), ("Батон нарезной", "Пекарня", 44.9, 35, False, 85),
        ("Багет", "Пекарня", 69.9, 45, False, 40), ("Круассан", "Пекарня", 79.9, 50, False, 30),
        ("Лаваш", "Пекарня", 39.9, 38, False, 25),
    )),
    ("food/fruit", (
        ("Яблоки", "", 149.9, 28, True, 70), ("Бананы", "", 139.9, 22, True, 75),
        ("Апельсины", "", 179.9, 25, True, 35), ("Виноград", "", 299.9, 27, True, 20),
        ("Груши", "", 219.9, 27, True, 18),
    )),
    ("food/vegetables", (
        ("Картофель", "", 49.9, 30, True, 65), ("Огурцы", "", 189.9, 24, True, 55),
        ("Томаты", "", 229.9, 24, True, 55), ("Лук", "", 39.9, 33, True, 45),
        ("Морковь", "", 54.9, 33, True, 42), ("Зелень", "", 59.9, 40, False, 30),
    )),
    ("food/meat", (
        ("Куриное филе", "Двор", 399.9, 16, True, 45), ("Фарш домашний", "Двор", 449.9, 18, True, 30),
        ("Свинина", "Двор", 529.0, 17, True, 22), ("Колбаса варёная", "Мясной дом", 459.0, 27, True, 30),
        ("Сосиски", "Мясной дом", 289.9, 26, False, 38), ("Ветчина", "Мясной дом", 349.9, 28, False, 18),
    )),
    ("food/grocery", (
        ("Гречка", "Нива", 79.9, 20, False, 40), ("Рис", "Нива", 99.9, 21, False, 35),
        ("Макароны", "Нива", 74.9, 25, False, 48), ("Масло подсолнечное", "Золото", 129.9, 14, False, 32),
        ("Сахар", "Нива", 69.9, 12, False, 34), ("Мука", "Нива", 64.9, 16, False, 18),
        ("Яйца, 10 шт.", "Двор", 109.9, 12, False, 66),
    )),
    ("food/sweets", (
        ("Шоколад молочный", "Какао", 99.9, 33, False, 50), ("Печенье овсяное", "Какао", 89.9, 34, False, 36),
        ("Конфеты", "Какао", 459.0, 36, True, 20), ("Торт", "Пекарня", 599.0, 40, False, 8),
        ("Мороженое", "Полюс", 64.9, 38, False, 34),
    )),
    ("drinks/coffee", (
        ("Кофе в зёрнах", "Утро", 899.0, 32, False, 12), ("Кофе растворимый", "Утро", 399.0, 28, False, 18),
        ("Кофе с собой", "Утро", 149.0, 65, False, 40),
    )),
    ("drinks/soft", (
        ("Вода 1,5 л", "Ключ", 49.9, 35, False, 55), ("Сок яблочный", "Сад", 129.9, 28, False, 34),
        ("Лимонад", "Сад", 89.9, 34, False, 26), ("Чай чёрный", "Утро", 179.9, 30, False, 20),
    )),
    ("alcohol", (
        ("Пиво светлое", "Хмель", 89.9, 18, False, 30), ("Вино красное", "Лоза", 599.0, 24, False, 12),
    )),
    ("tobacco", (("Сигареты", "Дым", 199.0, 6, False, 25),)),
    ("home/cleaning", (
        ("Средство для посуды", "Блеск", 129.9, 34, False, 18), ("Порошок стиральный", "Блеск", 459.0, 30, False, 9),
        ("Бумажные полотенца", "Блеск", 159.9, 31, False, 16),
    )),
    ("home/pets", (("Корм для кошек", "Мурр", 39.9, 28, False, 30), ("Корм для собак", "Гав", 349.0, 27, False, 8))),
)  # fmt: skip


def _goods() -> tuple[Good, ...]:
    found = []
    for number, (path, shelf) in enumerate(_SHELVES, 1):
        category = tuple(path.split("/"))
        tags = _EXCLUDED if category[0] in ("alcohol", "tobacco") else _NONE
        for place, (name, brand, price, margin, weighed, popularity) in enumerate(shelf, 1):
            price_minor = round(price * 100)
            cost = price_minor * (100 - margin) // 100
            sku = f"{number:02d}{place:02d}"
            found.append(
                Good(sku, name, category, brand, price_minor, cost, weighed, tags, popularity)
            )
    return tuple(found)


GOODS = _goods()
