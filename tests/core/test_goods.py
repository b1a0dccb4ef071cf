"""A selection of goods takes exactly the lines it names, and what lies below its categories."""

from hypothesis import given
from hypothesis import strategies as st
from make import line
from seed import examples

from regulars.core.goods import Goods, category_prefixes, selector

WORDS = ("a", "b", "c")
SETS = st.frozensets(st.sampled_from(WORDS), max_size=2)
PATHS = st.lists(st.sampled_from(WORDS), max_size=3).map(tuple)
CATEGORIES = st.frozensets(PATHS.filter(bool).map("/".join), max_size=2)
GOODS = st.builds(
    Goods,
    skus=SETS,
    categories=CATEGORIES,
    brands=SETS,
    tags=SETS,
    exclude_skus=SETS,
    exclude_categories=CATEGORIES,
    exclude_brands=SETS,
    exclude_tags=SETS,
)


def below(path, categories):
    text = "/".join(path)
    return any(text == c or text.startswith(c + "/") for c in categories)


@examples(300)
@given(GOODS, st.sampled_from(WORDS), PATHS, st.sampled_from(WORDS), SETS)
def test_a_line_is_taken_if_any_word_fits_and_none_excludes_it(goods, sku, path, brand, tags):
    takes = selector(goods)
    one = line(sku=sku, category=path, brand=brand, tags=tags)
    named = [goods.skus, goods.categories, goods.brands, goods.tags]
    fits = not any(named) or (
        sku in goods.skus
        or below(path, goods.categories)
        or brand in goods.brands
        or bool(tags & goods.tags)
    )
    excluded = (
        sku in goods.exclude_skus
        or below(path, goods.exclude_categories)
        or brand in goods.exclude_brands
        or bool(tags & goods.exclude_tags)
    )
    assert (takes is None or takes(one)) == (fits and not excluded)


def test_every_line_is_meant_where_nothing_is_said():
    assert selector(Goods()) is None


def test_a_category_covers_what_is_below_it_and_not_its_namesakes():
    takes = selector(Goods(categories=["food/dairy"]))
    assert takes(line(category=("food", "dairy", "milk")))
    assert takes(line(category=("food", "dairy")))
    assert not takes(line(category=("food",)))
    assert not takes(line(category=("food", "dairy-free")))


def test_the_prefixes_of_a_path_are_its_categories():
    assert category_prefixes(("food", "dairy")) == ("food", "food/dairy")
    assert category_prefixes(()) == ()
