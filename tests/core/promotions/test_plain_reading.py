"""The engine against a plain reading of the document: no index, no plans, fractions for everything."""

from fractions import Fraction
from math import floor

from hypothesis import given, settings
from hypothesis import strategies as st
from offer_cases import amount, compiled, percent, promoted

from regulars.core.example import line
from regulars.core.promotions.result import Presented
from regulars.core.rewards.codes import normalised

CODES = ("ALPHA", "BETA")
CATEGORIES = ("food", "home", "toys")

lines = st.lists(
    st.tuples(st.integers(0, 200_00), st.sampled_from(CATEGORIES), st.sampled_from([1, 2, 5])),
    min_size=1,
    max_size=6,
)
offers = st.lists(
    st.fixed_dictionaries(
        {
            "percent": st.sampled_from([None, None, "10", "33.3", "0.7", "100"]),
            "amount": st.sampled_from(["0.01", "5", "99.99"]),
            "category": st.sampled_from([None, None, *CATEGORIES]),
            "least": st.sampled_from([None, None, 50, 150]),
            "least_of": st.sampled_from([None, *CATEGORIES]),
            "level": st.sampled_from(["line", "order"]),
            "priority": st.sampled_from([1, 1, 2]),
            "code": st.sampled_from([None, None, None, *CODES]),
            "until": st.sampled_from([None, None, "2026-03-04", "2026-03-05"]),
        }
    ),
    min_size=1,
    max_size=7,
)


def written(number: int, told: dict) -> dict:
    more = {"level": told["level"], "priority": told["priority"], "title": "x"}
    if told["category"]:
        more["goods"] = {"categories": [told["category"]]}
    if told["least"] is not None and told["least_of"] is not None:
        goods = {"categories": [told["least_of"]]}
        more["when"] = {"goods": {"goods": goods, "amount_min": told["least"]}}
    elif told["least"] is not None:
        more["when"] = {"amount": {"min": told["least"]}}
    if told["code"]:
        more["trigger"] = {"kind": "code", "codes": [told["code"]]}
    if told["until"]:
        more["valid"] = {"until": told["until"]}
    if told["percent"] is not None:
        return percent(f"p{number}", told["percent"], **more)
    return amount(f"p{number}", told["amount"], **more)


def shared(total: int, weights: list[int]) -> list[int]:
    """By largest remainder, ties to the earlier."""
    whole = sum(weights)
    exact = [Fraction(total * weight, whole) for weight in weights]
    parts = [floor(each) for each in exact]
    by_rest = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_rest[: total - sum(parts)]:
        parts[i] += 1
    return parts


def read(bought, told, entered) -> dict[str, tuple[int, ...]]:
    """What each promotion takes off, by line (2026-03-04 at noon, so `until` of that day is over)."""
    left = [cost for cost, _, _ in bought]
    found = {}

    def place(number: int) -> tuple[int, int, str]:
        one = told[number]
        phase = 2 if one["code"] else 1 if one["level"] == "order" else 0
        return phase, one["priority"], f"p{number}"

    for number in sorted(range(len(told)), key=place):
        one = told[number]
        if (one["code"] and one["code"] not in entered) or one["until"] == "2026-03-04":
            continue
        measured = sum(
            cost
            for cost, (_, category, _) in zip(left, bought, strict=True)
            if one["least_of"] in (None, category)
        )
        if one["least"] is not None:
            there = any(one["least_of"] in (None, category) for _, category, _ in bought)
            if measured < one["least"] * 100 or not there:
                continue
        scope = [
            i for i, (_, category, _) in enumerate(bought) if one["category"] in (None, category)
        ]
        whole = sum(left[i] for i in scope)
        if one["percent"] is not None:
            off = floor(Fraction(one["percent"]) / 100 * whole + Fraction(1, 2))
        else:
            off = min(whole, int(Fraction(one["amount"]) * 100))
        if off:
            cuts = [0] * len(bought)
            for i, cut in zip(scope, shared(off, [left[i] for i in scope]), strict=True):
                cuts[i] = cut
                left[i] -= cut
            found[f"p{number}"] = tuple(cuts)
    return found


@settings(max_examples=400, deadline=None)
@given(lines, offers, st.sets(st.sampled_from(CODES)))
def test_the_engine_does_what_the_document_says(bought, told, entered):
    programme = compiled(*[written(number, one) for number, one in enumerate(told)])
    sold = [
        line(cost, id=str(i), category=category, quantity=pieces * 1000)
        for i, (cost, category, pieces) in enumerate(bought)
    ]
    presented = Presented(codes=tuple(normalised(code) for code in sorted(entered)))
    result = promoted(programme, *sold, presented=presented)
    assert {d.id: d.shares for d in result.discounts} == read(bought, told, entered)
