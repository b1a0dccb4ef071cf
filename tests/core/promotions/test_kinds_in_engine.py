"""Promotions of all kinds together in the whole engine: what no combination of them may break."""

from random import Random
from typing import Any

from engine_cases import compiled, rule, scene
from hypothesis import given as drawn
from hypothesis import strategies as st
from kind_cases import receipts
from seed import examples

from regulars.core.example import buyer
from regulars.core.programme.compiled import Compiled
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.evaluate import promote
from regulars.core.promotions.result import NOTHING, Promoted
from regulars.core.purchase import Line

BASE = rule("base")
_kinds = [(kind.code, example.params) for kind in KINDS.values() for example in kind.examples]
_offers = st.fixed_dictionaries(
    {
        "which": st.sampled_from(_kinds),
        "priority": st.integers(0, 3),
        "level": st.sampled_from(["line", "order", None]),
        "not_discounted": st.booleans(),
        "stacks": st.sampled_from(["all", "all", "all", "none"]),
        "caps": st.sampled_from(
            [
                [],
                [],
                [{"per": "receipt", "money": 5}],
                [{"per": "receipt", "units": 2}],
                [{"per": "receipt", "units": 1, "over": "refuse"}],
            ]
        ),
    }
)
_policies = st.fixed_dictionaries(
    {
        "percent_of": st.sampled_from(["left", "initial"]),
        "conditions_on": st.sampled_from(["left", "initial"]),
        "round_per": st.sampled_from(["receipt", "line", "unit"]),
        "amounts": st.sampled_from(["gross", "net"]),
        "minimum_price": st.sampled_from(["moves", "lost"]),
        "free_goods": st.sampled_from(["basket", "extra"]),
    }
)


def document(offers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    made = [
        {
            "id": f"p{number}",
            "title": "it",
            "kind": offer["which"][0],
            "params": offer["which"][1],
            **{key: value for key, value in offer.items() if key != "which"},
        }
        for number, offer in enumerate(offers)
    ]
    next_10 = {"id": "next-10", "title": "next", "kind": "percent", "params": {"percent": 10}}
    return [*made, next_10 | {"trigger": {"kind": "coupon"}}]


def promoted(programme: Compiled, lines: tuple[Line, ...]) -> Promoted:
    who = buyer(tier="silver", turnover_minor=20_000_00)
    return promote(programme, scene(*lines, who=who), NOTHING, member=True)


@examples(150)
@drawn(receipts, st.lists(_offers, min_size=1, max_size=6), _policies, st.randoms())
def test_all_kinds_together_add_up_and_do_not_depend_on_order(
    lines: tuple[Line, ...], offers: list[dict[str, Any]], policy: dict[str, str], chance: Random
) -> None:
    promotions = document(offers)
    found = promoted(compiled(BASE, promotions=promotions, promotion_policy=policy), lines)
    cut, borne = [0] * len(lines), [0] * len(lines)
    for discount in found.discounts:
        assert discount.amount_minor == sum(discount.shares) > 0
        assert min(discount.shares) >= 0
        spread = discount.shares if discount.spread is None else discount.spread
        assert sum(spread) == discount.amount_minor
        assert min(spread) >= 0
        cut = [a + b for a, b in zip(cut, discount.shares, strict=True)]
        borne = [a + b for a, b in zip(borne, spread, strict=True)]
        caps = promotions[int(discount.id[1:])]["caps"]
        for cap in caps:
            assert discount.amount_minor <= cap.get("money", 10**9) * 100
    for sold, less, heard in zip(lines, cut, borne, strict=True):
        assert less <= max(0, sold.amount_minor - sold.minimum_minor)
        assert heard <= sold.amount_minor
        if "no_discount" in sold.tags:
            assert not less

    mixed, shuffled = list(lines), promotions.copy()
    chance.shuffle(mixed)
    chance.shuffle(shuffled)
    other = promoted(compiled(BASE, promotions=shuffled, promotion_policy=policy), tuple(mixed))
    left = {sold.id: less for sold, less in zip(lines, cut, strict=True)}
    again = dict.fromkeys(left, 0)
    for discount in other.discounts:
        for sold, less in zip(mixed, discount.shares, strict=True):
            again[sold.id] += less
    assert again == left
    assert [d.id for d in other.discounts] == [d.id for d in found.discounts]
    assert (other.gifts, other.issued, other.boosts) == (found.gifts, found.issued, found.boosts)
