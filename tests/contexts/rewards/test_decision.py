"""The decision by itself: window, tier gate, limit and stock, and what is named first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from regulars.core.rewards.decision import (
    Offer,
    RewardForOtherTiers,
    RewardLimitReached,
    RewardNotOffered,
    RewardSoldOut,
    refusal_of,
    stock_after_cancellation,
    stock_after_redemption,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
moments = st.none() | st.integers(-3, 3).map(lambda hours: NOW + timedelta(hours=hours))
offers = st.builds(
    Offer,
    code=st.just("mug"),
    status=st.sampled_from(["draft", "live", "ended"]),
    stock=st.none() | st.integers(0, 3),
    per_member_limit=st.none() | st.integers(1, 3),
    tiers=st.sampled_from([(), ("gold",), ("silver", "gold")]),
    since=moments,
    until=moments,
)
tiers = st.sampled_from(["", "base", "silver", "gold"])


@given(offer=offers, tier=tiers, taken=st.integers(0, 4))
def test_it_is_refused_exactly_when_something_is_in_the_way(offer, tier, taken):
    refusal = refusal_of(offer, tier=tier, taken=taken, now=NOW)
    is_open = (
        offer.status == "live"
        and (offer.since is None or offer.since <= NOW)
        and (offer.until is None or offer.until > NOW)
    )
    is_for_tier = not offer.tiers or tier in offer.tiers
    is_within_limit = offer.per_member_limit is None or taken < offer.per_member_limit
    has_stock = offer.stock is None or offer.stock > 0
    assert (refusal is None) == (is_open and is_for_tier and is_within_limit and has_stock)
    expected = (
        (is_open, RewardNotOffered),
        (is_for_tier, RewardForOtherTiers),
        (is_within_limit, RewardLimitReached),
        (has_stock, RewardSoldOut),
    )
    first = next((kind for is_fine, kind in expected if not is_fine), type(None))
    assert type(refusal) is first


@given(offer=offers)
def test_what_is_taken_and_put_back_leaves_the_stock_as_it_was(offer):
    if offer.stock == 0:
        return
    left = stock_after_redemption(offer)
    after = Offer(code=offer.code, status=offer.status, stock=left)
    assert stock_after_cancellation(after, from_stock=offer.stock is not None) == offer.stock


def test_what_was_taken_without_a_stock_does_not_return_to_one():
    counted_since = Offer(code="mug", status="live", stock=5)
    assert stock_after_cancellation(counted_since, from_stock=False) == 5
    without = Offer(code="mug", status="live", stock=None)
    assert stock_after_cancellation(without, from_stock=True) is None


def test_the_window_is_closed_at_its_end_and_open_at_its_start():
    window = Offer(code="mug", status="live", since=NOW, until=NOW + timedelta(hours=1))
    assert refusal_of(window, tier="", taken=0, now=NOW) is None
    ended = refusal_of(window, tier="", taken=0, now=NOW + timedelta(hours=1))
    assert type(ended) is RewardNotOffered
