"""Referral decided: who may name whom, which purchase counts, what both get."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from make import ZONE, identity, moment, programme
from seed import examples

from regulars.core.programme.check import ProgrammeInvalid
from regulars.core.referral import (
    CHAIN_MAX,
    Gift,
    Naming,
    Purchase,
    ReferralAfterPurchase,
    ReferralCodeUnknown,
    ReferralNotOffered,
    ReferralOfOneself,
    ReferralRing,
    ReferralSamePerson,
    ReferralTooLate,
    ReferrerCameLater,
    ReferrerNamedAlready,
    above,
    counting,
    link_of,
    mailbox,
    refusal_of,
    rewards_of,
    spelled,
)

JOINED = moment("2026-03-01")
TERMS = {
    "friend": {"currency": "points", "points": 50},
    "referrer": {"currency": "points", "points": 100},
    "purchase_from": 500,
    "purchase_within": {"days": 30},
    "named_within": {"days": 7},
    "waiting": {"days": 14},
    "link": "https://shop.example/r/{code}",
}
NAMING = Naming(
    friend=identity("Boris"),
    friend_joined=JOINED,
    friend_purchases=0,
    referrer=identity("Anna"),
    referrer_joined=moment("2025-01-01"),
    referrer_active=True,
)


def rules(**more):
    return programme(referral=TERMS | more)


def refused(naming=NAMING, *, now=JOINED, **more):
    return refusal_of(rules(**more).document.referral, naming, zone=ZONE, now=now)


def test_a_friend_names_who_brought_them():
    assert refused() is None


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        (ReferralOfOneself, {"referrer": NAMING.friend}),
        (ReferrerNamedAlready, {"named": identity("Clara")}),
        (ReferrerNamedAlready, {"named": identity("Anna")}),
        (ReferralCodeUnknown, {"referrer_active": False}),
        (ReferralRing, {"above": (identity("Clara"), NAMING.friend)}),
        (ReferralRing, {"above": tuple(UUID(int=n) for n in range(CHAIN_MAX))}),
        (ReferrerCameLater, {"referrer_joined": JOINED}),
        (ReferrerCameLater, {"referrer_joined": JOINED + timedelta(days=1)}),
        (ReferralAfterPurchase, {"friend_purchases": 1}),
        (ReferralSamePerson, {"shared": frozenset({"phone"})}),
    ],
)
def test_what_is_no_referral(refusal, change):
    assert isinstance(refused(NAMING._replace(**change)), refusal)


def test_a_referrer_is_named_in_time():
    last = JOINED + timedelta(days=7)
    assert refused(now=last - timedelta(microseconds=1)) is None
    assert isinstance(refused(now=last), ReferralTooLate)
    assert refused(now=last, named_within=None) is None


def test_a_programme_may_let_a_household_share_a_phone():
    shared = NAMING._replace(shared=frozenset({"phone"}))
    assert refused(shared, same_contact="allow") is None


def test_a_programme_without_referral_refuses_it():
    assert isinstance(refusal_of(None, NAMING, zone=ZONE, now=JOINED), ReferralNotOffered)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
@examples(200)
def test_nobody_ever_stands_above_themselves(names):
    """Whoever joins names one of those before, in any way they like: rings do not come about."""
    brought: dict[UUID, UUID] = {}
    people = [UUID(int=n + 1) for n in range(31)]
    for step, number in enumerate(names):
        friend, referrer = people[step % 31], people[number]
        chain = above(referrer, brought.get)
        naming = Naming(
            friend,
            JOINED,
            0,
            referrer,
            JOINED - timedelta(days=1),
            True,
            brought.get(friend),
            chain,
        )
        if refused(naming) is None:
            brought[friend] = referrer
    for person in people:
        assert person not in above(person, brought.get)


def test_walking_up_a_ring_made_elsewhere_ends():
    ring = {UUID(int=1): UUID(int=2), UUID(int=2): UUID(int=1)}
    assert above(UUID(int=1), ring.get) == (UUID(int=2),)


def purchase(name, day, paid):
    return Purchase(identity(name), moment(f"2026-03-{day:02}"), paid)


def test_the_first_real_purchase_counts():
    bought = [
        purchase("small", 2, 499_99),
        purchase("returned", 3, 0),
        purchase("real", 5, 500_00),
        purchase("later", 4 + 10, 900_00),
    ]
    assert counting(rules(), JOINED, bought) == bought[2]
    assert counting(rules(), JOINED, reversed(bought)) == bought[2]
    assert counting(rules(), JOINED, bought[:2]) is None
    assert counting(rules(), JOINED, []) is None


def test_a_purchase_too_late_does_not_count():
    late = Purchase(identity("late"), JOINED + timedelta(days=30), 600_00)
    assert counting(rules(), JOINED, [late]) is None
    assert counting(rules(purchase_within=None), JOINED, [late]) == late


def test_without_a_threshold_something_must_have_been_paid():
    free = purchase("points paid it", 2, 0)
    kopeck = purchase("kopeck", 3, 1)
    assert counting(rules(purchase_from=0), JOINED, [free, kopeck]) == kopeck


def test_both_get_what_the_programme_says_after_the_time_for_returns():
    at = moment("2026-03-05")
    found = rewards_of(rules(), [], at)
    ripe = moment("2026-03-19")
    assert found == (Gift("points", 50, ripe), Gift("points", 100, ripe), False)
    only = programme(referral={"referrer": TERMS["referrer"], "waiting": {}})
    assert rewards_of(only, [], at) == (None, Gift("points", 100, at), False)


def test_a_referrer_has_enough_friends_at_some_point_and_the_friend_still_gets_theirs():
    capped = rules(caps=[{"friends": 2, "period": "month"}, {"friends": 3}])
    at = moment("2026-03-20")
    march = [moment("2026-03-01"), moment("2026-03-31")]
    february = [moment("2026-02-01"), moment("2026-02-27")]
    for before, enough in (([], False), (march[:1], False), (march, True), (february, False)):
        found = rewards_of(capped, before, at)
        assert found.capped is enough
        assert (found.referrer is None) is enough
        assert found.friend is not None
    assert rewards_of(capped, [*february, march[0]], at).capped


@given(st.lists(st.integers(0, 400), max_size=40), st.integers(1, 5), st.integers(1, 12))
@examples(200)
def test_caps_hold_in_any_row_of_friends(days, by_month, ever):
    capped = rules(caps=[{"friends": by_month, "period": "month"}, {"friends": ever}])
    rewarded = []
    for day in sorted(days):
        at = JOINED + timedelta(days=day)
        if rewards_of(capped, rewarded, at).referrer is not None:
            rewarded.append(at)
    months = [at.astimezone(ZONE).strftime("%Y-%m") for at in rewarded]
    assert len(rewarded) <= ever
    assert all(months.count(month) <= by_month for month in months)


def test_a_code_is_read_however_it_is_typed():
    assert spelled("abcd-efgh 234") == "ABCDEFGH234"
    for wrong in ("", "ABC", "ABCDEFGH2345", "ABCDEFGHI23", "ABCDEFGH0O1", "а" * 11, "A" * 10**6):
        assert spelled(wrong) == ""


@given(st.text(max_size=60))
@examples(200)
def test_spelling_a_code_again_changes_nothing(text):
    assert spelled(spelled(text)) == spelled(text)


def test_one_mailbox_has_many_spellings():
    assert mailbox("an.na+shop@gmail.com") == mailbox("anna@googlemail.com")
    assert mailbox("an.na@shop.example") != mailbox("anna@shop.example")
    assert mailbox("anna+1@shop.example") == "anna@shop.example"


def test_the_link_carries_the_code():
    assert link_of(rules().document.referral, "ABC") == "https://shop.example/r/ABC"
    assert link_of(rules(link=None).document.referral, "ABC") is None
    assert link_of(None, "ABC") is None


def gift(currency, points):
    return {"currency": currency, "points": points}


@pytest.mark.parametrize(
    ("wrong", "pointer", "code"),
    [
        ({"friend": None, "referrer": None}, "/referral", "programme.referral_empty"),
        ({"friend": gift("no", 1)}, "/referral/friend/currency", "programme.currency_unknown"),
        ({"friend": gift("points", 1.5)}, "/referral/friend/points", "programme.too_many_decimals"),
        ({"purchase_from": 1.234}, "/referral/purchase_from", "programme.too_many_decimals"),
        ({"link": "http://shop.example/{code}"}, "/referral/link", "programme.pattern"),
        ({"link": "https://shop.example/"}, "/referral/link", "programme.pattern"),
        ({"caps": [{"friends": 0}]}, "/referral/caps/0/friends", "programme.at_least"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_document_is_named(wrong, pointer, code):
    with pytest.raises(ProgrammeInvalid) as found:
        rules(**wrong)
    assert [(p.pointer, p.code) for p in found.value.problems] == [(pointer, code)]
