"""A replay remembers a tier as the books give it afresh, late receipts and returns included."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from regulars.core.economics.behaviour import Behaviour
from regulars.core.economics.replay import Replay
from regulars.core.programme.check import parse_programme
from regulars.core.programme.compiled import compile_programme
from regulars.core.purchase import Line, Receipt
from regulars.core.till.decision import MemberFacts
from regulars.core.till.standing import standing_at
from regulars.core.till.terms import terms_of

START = datetime(2024, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=2000)
MEMBER = MemberFacts(UUID(int=7), "active", START, None, "en", frozenset(), {})


def programme(landing):
    return compile_programme(
        parse_programme(
            {
                "format": 1, "code": "shop", "title": "Shop", "time_zone": "Europe/Berlin",
                "money": "EUR", "language": "en",
                "currencies": {"points": {"title": "Points", "redeem": {"kind": "money", "worth": 1}}},
                "earning": [
                    {"id": "base", "title": "Base", "mechanic": "rate_per_amount",
                     "currency": "points", "params": {"points": 1, "per": 20}}
                ],
                "tiers": {
                    "measure": "spend", "landing": landing,
                    "window": {"kind": "rolling", "length": {"months": 2}},
                    "levels": [
                        {"code": "base", "title": "Base"},
                        {"code": "silver", "title": "Silver", "threshold": 100},
                        {"code": "gold", "title": "Gold", "threshold": 300},
                    ],
                },
                "timing": {"late_max": {"days": 400}},
            }
        ),
        1,
    )  # fmt: skip


STEPS = st.lists(
    st.tuples(st.integers(-60, 90), st.integers(1, 200), st.booleans()), min_size=2, max_size=25
)


# Silver of the 3rd day rests on a purchase that is returned, that of the 13th does not; then a
# receipt of the 6th day comes in late.
RETURNED_BEFORE_LATE = [
    *((0, 60, False), (1, 60, False), (1, 1, False), (10, 60, False), (1, 1, False)),
    *((0, 1, True), (-8, 5, False)),
]


@pytest.mark.parametrize("landing", ["soft", "hard"])
@given(steps=STEPS)
@example(steps=RETURNED_BEFORE_LATE)
def test_the_remembered_tier_is_the_fresh_one(landing, steps):
    compiled = programme(landing)
    replay = Replay(compiled, Behaviour("never"), now=NOW)
    account = replay.account(MEMBER, 7)
    rungs = terms_of(compiled).rungs
    at, kept = START + timedelta(days=60), []
    for number, (days, euros, is_return) in enumerate(steps):
        at = max(START, at + timedelta(days=days))
        if is_return and kept:
            replay.give_back(kept.pop(0), None, at)
            continue
        fresh = standing_at(account.book, rungs, at)
        line = Line("1", "goods", 1000, euros * 100, euros * 100)
        sold = replay.sell(account, Receipt(str(number), "s", "t", at, (line,)))
        assert sold.decision.tier == fresh.tier
        kept.append(sold)
