"""Laws that every kind of reward obeys, whoever adds one; and what a sound reward is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make import ZONE, moment
from seed import examples

from regulars.core.calendar import Period
from regulars.core.programme.check import parse_programme
from regulars.core.programme.model import Frozen
from regulars.core.rewards.catalogue import (
    REWARD_KINDS,
    RewardKindUnknown,
    RewardParamsInvalid,
    params_of,
)
from regulars.core.rewards.decision import (
    Offer,
    RewardLimitReached,
    RewardNotOffered,
    RewardSoldOut,
    counted_since,
    refusal_of,
    stock_after_cancellation,
    stock_after_redemption,
)
from regulars.core.rewards.order import (
    OrderClosed,
    OrderExpired,
    OrderFinal,
    OrderFulfilled,
    check_cancel,
    check_fulfil,
    check_issue,
    status_at,
    status_when_issued,
)
from regulars.core.wording.catalogue import SENTENCES

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
KINDS = sorted(REWARD_KINDS)
EXPECTED = ["coupon", "donation", "event", "free_delivery"]
EXPECTED += ["gift", "money_off", "partner", "privilege"]


def programme(**parts):
    return parse_programme(
        {
            "format": 1,
            "code": "t",
            "title": "T",
            "time_zone": "Europe/Moscow",
            "money": "RUB",
            "language": "en",
            "currencies": {"points": {"title": "Points"}},
            **parts,
        }
    )


def promotion(id, trigger, **more):
    kind = {"kind": trigger, "codes": ["WORD"]} if trigger == "code" else {"kind": trigger}
    told = {"id": id, "title": id, "kind": "percent", "params": {"percent": 5}, "trigger": kind}
    return told | more


def test_the_kinds_of_the_product_are_there():
    assert KINDS == EXPECTED


@pytest.mark.parametrize("code", KINDS)
def test_a_kind_tells_what_it_is_in_both_languages(code):
    kind = REWARD_KINDS[code]
    for text in (kind.title, kind.summary, kind.fulfilment, *(e.says for e in kind.examples)):
        assert text.keys() == {"en", "ru"}
        assert all(text.values())
    assert kind.examples


@pytest.mark.parametrize("code", KINDS)
def test_the_examples_of_a_kind_do_what_they_say(code):
    kind = REWARD_KINDS[code]
    for example in kind.examples:
        params = params_of(code, example.params)
        assert kind.effect(params) == example.effect
        again = params_of(code, params.model_dump(mode="json", exclude_unset=True))
        assert again == params


@pytest.mark.parametrize("code", KINDS)
def test_the_parameters_of_a_kind_are_closed_and_worded(code):
    kind = REWARD_KINDS[code]
    assert issubclass(kind.params, Frozen)
    with pytest.raises(RewardParamsInvalid) as refused:
        params_of(code, {**kind.examples[0].params, "no_such_thing": 1})
    assert refused.value.pointer == "/params/no_such_thing"
    for language in ("en", "ru"):
        for name, field in kind.params.model_fields.items():
            assert f"field.{field.alias or name}" in SENTENCES[language]


@pytest.mark.parametrize("code", KINDS)
def test_what_a_kind_promises_out_of_the_programme_is_looked_for(code):
    kind = REWARD_KINDS[code]
    for example in kind.examples:
        refusal = kind.check(params_of(code, example.params), programme())
        assert (refusal is not None) == (example.effect.does != "nothing")


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(RewardKindUnknown) as refused:
        params_of("teleport", {})
    assert "gift" in refused.value.params["known"]


@pytest.mark.parametrize(
    ("kind", "trigger", "fits"),
    [
        ("coupon", "coupon", True),
        ("coupon", "auto", False),
        ("money_off", "coupon", True),
        ("money_off", "personal", False),
        ("free_delivery", "personal", True),
        ("free_delivery", "activated", True),
        ("free_delivery", "code", False),
    ],
)
def test_a_promotion_must_be_switched_on_the_way_the_reward_does_it(kind, trigger, fits):
    told = {"promotion": "p"} | ({"amount": 1} if kind == "money_off" else {})
    document = programme(promotions=[promotion("p", trigger)])
    assert (REWARD_KINDS[kind].check(params_of(kind, told), document) is None) == fits
    off = programme(promotions=[promotion("p", trigger, enabled=False)])
    assert REWARD_KINDS[kind].check(params_of(kind, told), off) is not None


def test_everybodys_level_is_no_privilege():
    ladder = {
        "measure": "spend",
        "window": {"kind": "lifetime"},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "gold", "title": "Gold", "threshold": 10},
        ],
    }
    check = REWARD_KINDS["privilege"].check
    for tier, fits in (("gold", True), ("base", False), ("none", False)):
        params = params_of("privilege", {"tier": tier})
        assert (check(params, programme(tiers=ladder)) is None) == fits
    for wrong in ({}, {"tier": "gold", "service": "both"}):
        with pytest.raises(RewardParamsInvalid):
            params_of("privilege", wrong)


def test_an_event_closes_when_it_begins():
    kind = REWARD_KINDS["event"]
    starts = kind.closes(params_of("event", {"starts_at": "2026-05-05T19:00:00+03:00"}))
    offer = Offer("e", "live", stock=5, closes=starts)
    before, at = starts - timedelta(microseconds=1), starts
    assert refusal_of(offer, tier="", taken=0, now=before) is None
    assert isinstance(refusal_of(offer, tier="", taken=0, now=at), RewardNotOffered)
    check_cancel(kind, "issued", starts, now=before)
    with pytest.raises(OrderFinal):
        check_cancel(kind, "issued", starts, now=at)
    with pytest.raises(RewardParamsInvalid):
        params_of("event", {"starts_at": "2026-05-05T19:00:00"})


def test_a_limit_counts_within_its_period_and_pieces_not_orders():
    offer = Offer("mug", "live", per_member_limit=3, limit_period=Period.MONTH)
    assert counted_since(offer, zone=ZONE, now=moment("2026-05-20")) == moment("2026-05-01")
    assert refusal_of(offer, tier="", taken=1, quantity=2, now=NOW) is None
    assert isinstance(refusal_of(offer, tier="", taken=2, quantity=2, now=NOW), RewardLimitReached)
    assert counted_since(Offer("mug", "live"), zone=ZONE, now=NOW) is None


@given(
    stock=st.none() | st.integers(0, 50),
    asked=st.lists(st.integers(1, 9), max_size=20),
    limit=st.none() | st.integers(1, 30),
)
@examples(200)
def test_no_row_of_orders_takes_more_than_stock_or_limit(stock, asked, limit):
    left, taken = stock, 0
    for quantity in asked:
        offer = Offer("mug", "live", stock=left, per_member_limit=limit)
        refusal = refusal_of(offer, tier="", taken=taken, quantity=quantity, now=NOW)
        if refusal is None:
            left = stock_after_redemption(offer, quantity)
            taken += quantity
        else:
            short = stock is not None and left < quantity
            full = limit is not None and taken + quantity > limit
            assert isinstance(refusal, RewardLimitReached if full else RewardSoldOut)
            assert short or full
    assert left is None or (left >= 0 and left + taken == stock)
    assert limit is None or taken <= limit
    offer = Offer("mug", "live", stock=left)
    assert stock_after_cancellation(offer, taken, from_stock=True) == stock


def test_a_reservation_ends_at_its_moment():
    until = NOW + timedelta(minutes=15)
    assert status_at("reserved", until, now=until - timedelta(microseconds=1)) == "reserved"
    assert status_at("reserved", until, now=until) == "expired"
    assert status_at("issued", until, now=until) == "issued"


def test_what_may_follow_what():
    for status, refusal in (("expired", OrderExpired), ("cancelled", OrderClosed)):
        with pytest.raises(refusal):
            check_issue(status)
    for status in ("reserved", "cancelled", "expired"):
        with pytest.raises(OrderClosed):
            check_fulfil(status)
    for status in ("issued", "fulfilled"):
        check_fulfil(status)
    gift, donation, coupon = (REWARD_KINDS[code] for code in ("gift", "donation", "coupon"))
    assert [status_when_issued(kind) for kind in (gift, donation, coupon)] == [
        "issued",
        "fulfilled",
        "fulfilled",
    ]
    check_cancel(gift, "issued", None, now=NOW)
    with pytest.raises(OrderFulfilled):
        check_cancel(gift, "fulfilled", None, now=NOW)
    with pytest.raises(OrderFinal):
        check_cancel(donation, "fulfilled", None, now=NOW)
    check_cancel(donation, "reserved", None, now=NOW)
    check_cancel(coupon, "fulfilled", None, now=NOW)
