"""The index over selections of goods says the same as each selection asked alone."""

from typing import Any

from engine_cases import goods, line_lists
from hypothesis import given
from hypothesis import strategies as st
from seed import examples

from regulars.core.example import line
from regulars.core.goods import Goods, selector
from regulars.core.goods_index import REMEMBERED_MAX, GoodsIndex
from regulars.core.purchase import Line


@examples(200)
@given(st.lists(goods, max_size=6), line_lists)
def test_every_selection_takes_the_lines_that_it_takes_alone(
    selections: list[dict[str, Any]], lines: tuple[Line, ...]
) -> None:
    index = GoodsIndex()
    parsed = [Goods.model_validate(each) for each in selections]
    numbers = [index.number_of(each) for each in parsed]
    masks = index.masks_of(lines)
    for each, number in zip(parsed, numbers, strict=True):
        takes = selector(each)
        for sold, mask in zip(lines, masks, strict=True):
            assert bool(mask >> number & 1) is (takes is None or takes(sold))


def test_the_same_selection_has_one_number() -> None:
    index = GoodsIndex()
    assert index.number_of(Goods(skus=frozenset({"a", "b"}))) == 0
    assert index.number_of(Goods()) == 1
    assert index.number_of(Goods(skus=frozenset({"b", "a"}))) == 0


def test_a_selection_added_later_is_seen() -> None:
    index = GoodsIndex()
    milk = line(1, sku="milk", category="food/dairy")
    assert index.masks_of([milk]) == [0]
    index.number_of(Goods(categories=frozenset({"food"})))
    assert index.masks_of([milk]) == [1]


def test_no_more_is_remembered_than_allowed() -> None:
    index = GoodsIndex()
    index.number_of(Goods(categories=frozenset({"food"})))
    many = [line(1, category=f"food/{i}") for i in range(REMEMBERED_MAX + 10)]
    assert index.masks_of(many) == [1] * len(many)
    assert len(index._paths) <= REMEMBERED_MAX
