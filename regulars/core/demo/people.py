"""The members of the demo chain: when they came, how often they shop, what they like, when they stop."""

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

_GIVEN = (
    ("Анна", "f"), ("Мария", "f"), ("Елена", "f"), ("Ольга", "f"), ("Ирина", "f"), ("Наталья", "f"),
    ("Светлана", "f"), ("Дарья", "f"), ("Алексей", "m"), ("Дмитрий", "m"), ("Сергей", "m"), ("Иван", "m"),
    ("Михаил", "m"), ("Павел", "m"), ("Николай", "m"), ("Андрей", "m"),
)  # fmt: skip
_FAMILY = (
    "Иванов", "Петров", "Смирнов", "Кузнецов", "Попов", "Соколов", "Лебедев", "Козлов", "Новиков",
    "Морозов", "Волков", "Соловьёв", "Васильев", "Зайцев", "Павлов", "Семёнов", "Голубев", "Орлов",
)  # fmt: skip


class Person(NamedTuple):
    """An invented member with habits; nobody real."""

    number: int
    given_name: str
    family_name: str
    birthday: date
    phone: str
    card: str
    store: int
    enrolled_on: date
    leaves_on: date | None  # the day they stop coming
    visits_per_month: float
    basket: float  # goods in a typical basket
    likes: tuple[int, ...]  # favourite shelves
    saver: float  # share of visits on which points are spent


def people(count: int, since: date, until: date, seed: int) -> list[Person]:
    """`count` people; a third have been members from the first day, the others join on the way."""
    random = Random(f"people {seed}")
    return [_person(number, since, until, random) for number in range(1, count + 1)]


def _person(number: int, since: date, until: date, random: Random) -> Person:
    given, gender = random.choice(_GIVEN)
    family = random.choice(_FAMILY) + ("а" if gender == "f" else "")
    days = (until - since).days
    enrolled = since if random.random() < 0.35 else since + timedelta(days=random.randrange(days))
    stays = random.expovariate(1 / 420)
    leaves = enrolled + timedelta(days=int(stays) + 1)
    age = min(85, max(18, int(random.gauss(44, 15))))
    return Person(
        number,
        given,
        family,
        date(since.year - age, random.randint(1, 12), random.randint(1, 28)),
        f"+7900{number:07d}",
        card_of(number),
        random.choices((0, 1, 2), (5, 3, 2))[0],
        enrolled,
        leaves if leaves < until else None,
        min(14.0, random.lognormvariate(0.55, 0.75)),
        min(14.0, max(1.5, random.gauss(5, 2))),
        tuple(random.sample(range(14), 3)),
        random.choices((0.0, 0.08, 0.3), (4, 4, 2))[0],
    )


def card_of(number: int) -> str:
    """The card number of the person with this number."""
    return ean13(f"29{number:010d}")


def ean13(digits: str) -> str:
    """Twelve digits with their check digit."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return digits + str(-total % 10)
