"""A selection of goods: which lines of a receipt something applies to."""

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from regulars.core.purchase import Line

Word = Annotated[str, Field(min_length=1, max_length=120)]
Words = Annotated[
    frozenset[Word], Field(max_length=10_000), PlainSerializer(sorted, return_type=list)
]
"""A set of words, written in order: the same document must always give the same text."""


class Goods(BaseModel):
    """Lines that match any of the given words and none of the excluded ones; empty means all.

    A category is written as a path, `food/dairy`, and covers everything below it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    skus: Words = Field(default=frozenset(), title="Products")
    categories: Words = Field(default=frozenset(), title="Categories")
    brands: Words = Field(default=frozenset(), title="Brands")
    tags: Words = Field(default=frozenset(), title="Tags")
    exclude_skus: Words = Field(default=frozenset(), title="Except products")
    exclude_categories: Words = Field(default=frozenset(), title="Except categories")
    exclude_brands: Words = Field(default=frozenset(), title="Except brands")
    exclude_tags: Words = Field(default=frozenset(), title="Except tags")

    @property
    def is_everything(self) -> bool:
        return not any(self.__dict__.values())


Selects = Callable[[Line], bool]


def selector(goods: Goods) -> Selects | None:
    """A test of one line, made once per rule; None where every line is meant."""
    if goods.is_everything:
        return None
    included = _any_of(goods.skus, goods.categories, goods.brands, goods.tags)
    excluded = _any_of(
        goods.exclude_skus, goods.exclude_categories, goods.exclude_brands, goods.exclude_tags
    )
    if excluded is None:
        return included
    if included is None:
        return lambda line: not excluded(line)
    return lambda line: included(line) and not excluded(line)


@lru_cache(maxsize=1 << 14)
def category_prefixes(path: tuple[str, ...]) -> tuple[str, ...]:
    """Every category a line belongs to, as documents write them: `food`, `food/dairy`."""
    return tuple("/".join(path[: depth + 1]) for depth in range(len(path)))


def _any_of(
    skus: frozenset[str],
    categories: frozenset[str],
    brands: frozenset[str],
    tags: frozenset[str],
) -> Selects | None:
    tests: list[Selects] = []
    if skus:
        tests.append(lambda line: line.sku in skus)
    if categories:
        tests.append(lambda line: not categories.isdisjoint(category_prefixes(line.category)))
    if brands:
        tests.append(lambda line: line.brand in brands)
    if tags:
        tests.append(lambda line: not tags.isdisjoint(line.tags))
    if not tests:
        return None
    if len(tests) == 1:
        return tests[0]
    return lambda line: any(test(line) for test in tests)
