"""Referral as our core decides it: who may name whom, and what both get."""

from collections.abc import Mapping
from typing import Any

from regulars.core.ledger.lots import Lot
from regulars.core.referral import Gift, Naming, above, refusal_of, rewards_of
from scenarios.books import VERSION, open_book
from scenarios.purses import programme_now
from scenarios.registry import does
from scenarios.words import listed, text
from scenarios.world import START, World, identity


def register_friend(world: World, friend: str, referrer: str) -> bool:
    """The friend names who sent them; both are rewarded if our core lets it. Whether it did."""
    programme = programme_now(world)
    is_new = friend not in world.people
    one, other = world.person(friend), world.person(referrer)
    if is_new:
        one.enrolled_at = START
    by_id = {person.account.member_id: person for person in world.people.values()}

    def referrer_of(member: Any) -> Any:
        named = by_id[member].referred_by
        return None if named is None else world.person(named).account.member_id

    naming = Naming(
        one.account.member_id,
        one.enrolled_at if friend != referrer else START,
        one.account.state.visits,
        other.account.member_id,
        other.enrolled_at,
        True,
        None if one.referred_by is None else world.person(one.referred_by).account.member_id,
        above(other.account.member_id, referrer_of),
    )
    refused = refusal_of(programme.document.referral, naming, zone=programme.zone, now=world.clock)
    world.last.ok = refused is None
    if refused is not None:
        return False
    one.referred_by = referrer
    rewarded = world.referrals.setdefault(referrer, [])
    rewards = rewards_of(programme, rewarded, world.clock)
    paid = False
    for person, gift in ((one, rewards.friend), (other, rewards.referrer)):
        if gift is not None:
            _give(world, person, gift)
            paid = True
    if rewards.referrer is not None:
        rewarded.append(world.clock)
    world.last.told["referral_paid"] = paid
    return True


def _give(world: World, person: Any, gift: Gift) -> None:
    programme = programme_now(world)
    book = open_book(world, person, programme)
    source = identity(f"referral {person.name} {person.account.version}")
    at_once = gift.active_at <= world.clock
    book.earn(
        Lot(0, gift.currency, source, world.clock, gift.active_at, None, 0, 0, gift.amount,
            gift.amount, active=at_once)
    )  # fmt: skip
    book.record_transaction("event", world.clock, source=source, version=VERSION, facts={})
    person.account = book.close().account


@does("refer", fields="referrer friends friend")
def refer(world: World, step: Mapping[str, Any]) -> None:
    """A member brings friends: a number of them, or named ones."""
    referrer = text(step.get("referrer"), "referrer")
    world.person(referrer)
    friends = step.get("friends", step.get("friend", 1))
    if isinstance(friends, list) or not str(friends).isdigit():
        names = [text(name, "friend") for name in listed(friends)]
    else:
        first = sum(1 for person in world.people.values() if person.referred_by is not None) + 1
        names = [str(first + i) for i in range(min(int(friends), 1000))]
    before = len(world.referrals.get(referrer, []))
    invited = 0
    for name in names:
        invited += register_friend(world, name, referrer)
    world.last.told["invited"] = invited
    world.last.told["rewarded"] = len(world.referrals.get(referrer, [])) - before


@does("refer_again", fields="friend referrer")
def refer_again(world: World, step: Mapping[str, Any]) -> None:
    world.person(text(step.get("referrer"), "referrer"))
    register_friend(
        world, text(step.get("friend"), "friend"), text(step.get("referrer"), "referrer")
    )


@does("self_refer", fields="customer")
def self_refer(world: World, step: Mapping[str, Any]) -> None:
    name = text(step.get("customer", "self"), "customer")
    register_friend(world, name, name)


@does("concurrent_refer", fields="friend referrers")
def concurrent_refer(world: World, step: Mapping[str, Any]) -> None:
    """Several name the same friend at once: whoever is decided second meets the first one's books."""
    friend = text(step.get("friend"), "friend")
    referrers = [text(name, "referrers") for name in listed(step.get("referrers"))]
    for name in referrers:
        world.person(name)
    accepted = paid = 0
    for name in referrers:
        if register_friend(world, friend, name):
            accepted += 1
            paid += bool(world.last.told["referral_paid"])
    world.last.told |= {"accepted": accepted, "rewards_paid": paid}
