"""Promotion kinds by themselves: a basket without the engine around it, and receipts at random."""

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from regulars.core.example import buyer, line
from regulars.core.goods import Goods, selector
from regulars.core.money import Rounding
from regulars.core.promotions.basket import Basket, Rules
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.pieces import NO_DISCOUNT
from regulars.core.promotions.promotion import Example, Given, Gives, Kind, Missing
from regulars.core.purchase import DELIVERY, Buyer, Line
from regulars.core.terms import Terms

GIVING = [kind for kind in KINDS.values() if kind.code != "points_multiplier"]


TERMS = Terms()  # of all: selections are numbered before a basket looks at them


def prepared(kind: Kind, params: Mapping[str, Any]) -> Gives:
    found = kind.prepare(kind.params.model_validate(params), TERMS, 0)
    assert callable(found)
    return found


for _kind in GIVING:
    for _example in _kind.examples:
        prepared(_kind, _example.params)


def basket_of(
    lines: Sequence[Line], rules: Rules | None = None, who: Buyer | None = None, **more: Any
) -> Basket:
    order = sorted(range(len(lines)), key=lambda i: lines[i].id)
    return Basket(lines, order, rules or Rules(), None, who or buyer(), **more)


def scope(kind: Kind, basket: Basket, goods: Mapping[str, Any] | None = None) -> list[int]:
    """The positions that the engine would hand over."""
    takes = selector(Goods.model_validate(goods or {}))
    return [
        i
        for i in basket.order
        if basket.lines[i].kind == kind.on
        and basket.lines[i].quantity
        and NO_DISCOUNT not in basket.lines[i].tags
        and (kind.on == DELIVERY or takes is None or takes(basket.lines[i]))
    ]


def run(kind: Kind, example: Example) -> Given | Missing:
    """What the kind gives on its worked receipt."""
    basket = basket_of(example.lines, who=buyer(**example.buyer))
    positions = scope(kind, basket, example.promotion.get("goods"))
    return prepared(kind, example.params)(basket, positions, example.times)


def given(
    code: str, params: Mapping[str, Any], *lines: Line, times: int = 1, **rules: Any
) -> Given | Missing:
    kind = KINDS[code]
    basket = basket_of(lines, Rules(**rules))
    return prepared(kind, params)(basket, scope(kind, basket), times)


def cuts_of(found: Given | Missing, count: int) -> tuple[int, ...]:
    """The cuts as one amount for each line."""
    cuts = [0] * count
    if isinstance(found, Given):
        for position, cut in found.cuts:
            cuts[position] += cut
    return tuple(cuts)


_SKUS = ("bread", "table", "shirt", "laptop", "pizza", "cola", "bag", "dessert", "express", "ball")
_quantities = st.one_of(
    st.integers(1, 12).map(lambda pieces: pieces * 1000), st.sampled_from([137, 1500, 999, 250_000])
)


@st.composite
def _lines(draw: st.DrawFn) -> Line:
    quantity = draw(_quantities)
    amount = draw(st.one_of(st.integers(0, 40_00), st.integers(0, 10**7)))
    made = line(
        amount,
        sku=draw(st.sampled_from(_SKUS)),
        category=draw(st.sampled_from(["", "bags", "toys"])),
        tags=draw(st.sampled_from([[], [], [], [NO_DISCOUNT]])),
        quantity=quantity,
    )
    return made._replace(
        minimum_minor=draw(st.sampled_from([0, 0, 0, amount // 2, amount, amount + 1])),
        tax_rate_bp=draw(st.sampled_from([None, 0, 1000, 2000, 1530])),
        kind=draw(st.sampled_from(["goods", "goods", "goods", "goods", DELIVERY])),
    )


receipts = st.lists(_lines(), min_size=1, max_size=7).map(
    lambda lines: tuple(each._replace(id=f"{i:02}") for i, each in enumerate(lines))
)
settings_of = st.builds(
    Rules,
    rounding=st.sampled_from(list(Rounding)),
    per=st.sampled_from(["receipt", "line", "unit"]),
    initial=st.booleans(),
    net=st.booleans(),
    minimum_moves=st.booleans(),
    step=st.sampled_from([1, 1, 10, 100]),
    extra_gifts=st.booleans(),
    conditions_initial=st.booleans(),
)
promotions = st.sampled_from(GIVING).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.sampled_from([example.params for example in kind.examples]),
        st.integers(1, 4),
    )
)
members = st.builds(
    lambda tier, bought: buyer(tier=tier, turnover_minor=bought),
    st.sampled_from(["", "silver", "gold"]),
    st.sampled_from([0, 10_000_00, 60_000_00]),
)
