"""Choices on which systems differ and ours is documented: why a record that rests on another is declined."""

import re

from scenarios.records import Case

REASONS: tuple[tuple[str, str], ...] = (
    (
        r"points of the running order|first earned, first spent",
        (
            "points are earned on what is paid after discounts (docs/programme.md, earning_policy), "
            "so that the order earns less than the reward costs"
        ),
    ),
    (
        r"order-wide discount|share of the category|discount share",
        (
            "an order discount is shared by all its goods and points are earned on what is paid for "
            "each (docs/promotions.md)"
        ),
    ),
    (
        r"level per evaluation|points? balance|downgrade",
        (
            "levels follow what was earned in the window; spending points lowers no level "
            "(docs/programme.md, tiers)"
        ),
    ),
)
"""(what the remark `policy` of a record speaks of, our documented decision)."""

BY_WORD: tuple[tuple[str, str], ...] = (
    (
        r"points_balance|points_earned|unspent_of_lot|points_spent|coupon_balance",
        (
            "points are earned on what is paid after discounts, whole order discounts shared by all "
            "goods (docs/programme.md, earning_policy)"
        ),
    ),
    (
        r"level",
        "levels follow what was earned in the window (docs/programme.md, tiers)",
    ),
    (
        r"last_day_usable|points_expired|lots_active",
        (
            "points expire so long after they were earned, in calendar months by the same day "
            "(docs/programme.md, expiry)"
        ),
    ),
    (
        r"code_accepted|applied|codes|available",
        (
            "line promotions, then order promotions, then those by code, each by priority; conditions "
            "look at what is left to pay (docs/promotions.md, settings)"
        ),
    ),
    (
        r"total|discount|adjustments|unit_|line_|net|free_units|units_",
        (
            "line promotions, then order promotions, then those by code, each by priority and not by "
            "the order of entry; a fixed amount is shared by all goods in proportion to what is left of "
            "them (docs/promotions.md, settings)"
        ),
    ),
)
"""(the figure that differs, our documented decision on how it is reckoned)."""


def why_declined(case: Case, differs: str) -> str | None:
    """Our decision on what the record's `policy` speaks of, else on the figure that differs."""
    said = case.policy.lower()
    for pattern, reason in REASONS:
        if re.search(pattern, said):
            return reason
    for pattern, reason in BY_WORD:
        if re.search(pattern, differs):
            return reason
    return None
