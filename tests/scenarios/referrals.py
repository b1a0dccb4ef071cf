"""What a record says of referral, as the referral section of our document."""

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.conditions import is_set
from scenarios.words import check, number, plain, whole

REFERRAL_FIELDS = frozenset(
    {"referrer", "referee", "friend", "per_friend_days", "max_rewarded", "points", "reward"}
)


def holder_of(programmes: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The programme that rewards referral."""
    return next((p for p in programmes if p.get("referral") is not None), None)


def referral_of(
    programmes: Sequence[Mapping[str, Any]], currencies: Mapping[str, str]
) -> dict[str, Any] | None:
    """The section; who gets what at once on joining. Without amounts each gets one point.

    Raises UnknownWord.
    """
    programme = holder_of(programmes)
    if programme is None:
        return None
    where = f"programme {programme.get('id')} referral"
    given = check(where, programme["referral"], REFERRAL_FIELDS)
    currency = currencies.get(str(programme["id"]))
    if currency is None:
        return None
    section: dict[str, Any] = {
        "earned_by": "joining",
        "waiting": {},
    }
    referrer = given.get("referrer", given.get("points", given.get("reward")))
    friend = given.get("referee", given.get("friend"))
    for key, amount in (("referrer", referrer), ("friend", friend)):
        if is_set(amount) and number(amount, where) > 0:
            section[key] = {"currency": currency, "points": plain(number(amount, where))}
    if "referrer" not in section and "friend" not in section:
        section["referrer"] = section["friend"] = {"currency": currency, "points": "1"}
    if is_set(given.get("max_rewarded")):
        section["caps"] = [{"friends": max(1, whole(given["max_rewarded"], where))}]
    return section
