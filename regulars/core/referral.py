"""Referral decided: may this friend name that member, which purchase counts, who gets what and when."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import add, period_number
from regulars.core.programme.compiled import Compiled
from regulars.core.programme.referral import CODE_GAP, Referral, ReferralReward
from regulars.core.programme.texts import to_minor
from regulars.core.refusal import NotFound, Refused

CHAIN_MAX = 1_000  # so far up a ring is looked for; longer chains are refused as rings are
CODE_BITS = 49  # with a hundred million members one guess in five million hits somebody
_CODE = re.compile(r"[2-9A-HJKMNP-Z]{11}")


class ReferralNotOffered(Refused):
    """The programme in force rewards no referral."""

    code = "referral.not_offered"


class ReferralCodeUnknown(NotFound):
    """The code is nobody's, or of somebody who may refer no more: the two are not told apart."""

    code = "referral.code_unknown"


class ReferralOfOneself(Refused):
    """Nobody brings themselves."""

    code = "referral.oneself"


class ReferrerNamedAlready(Refused):
    """A referrer is named once and stays."""

    code = "referral.named_already"


class ReferralAfterPurchase(Refused):
    """Who has bought before came by themselves."""

    code = "referral.after_purchase"


class ReferralTooLate(Refused):
    """The time after joining in which a referrer may be named is over."""

    code = "referral.too_late"


class ReferrerCameLater(Refused):
    """The referrer joined after the friend (or in the same instant)."""

    code = "referral.referrer_newer"


class ReferralRing(Refused):
    """The friend has, through others, brought the referrer."""

    code = "referral.ring"


class ReferralSamePerson(Refused):
    """Both memberships share a phone, an address or a device."""

    code = "referral.same_person"


class Naming(NamedTuple):
    """A friend names a referrer: what is known of both at that moment.

    `named` is whom the friend named before; `above` are those who brought the referrer, the nearest
    first; `shared` the kinds of contact that both have in common.
    """

    friend: UUID
    friend_joined: datetime
    friend_purchases: int
    referrer: UUID
    referrer_joined: datetime
    referrer_active: bool
    named: UUID | None = None
    above: Sequence[UUID] = ()
    shared: frozenset[str] = frozenset()


class Purchase(NamedTuple):
    """A purchase of the friend; `paid_minor` is what was paid for the goods that were kept."""

    id: UUID
    at: datetime
    paid_minor: int


class Gift(NamedTuple):
    """Points for one of the two, in minor units; usable from `active_at`."""

    currency: str
    amount: int
    active_at: datetime


class Rewards(NamedTuple):
    """What both get; None where the programme gives that one nothing, or the referrer had enough."""

    friend: Gift | None
    referrer: Gift | None
    capped: bool = False  # the referrer's is left out because of a cap


def refusal_of(
    terms: Referral | None, naming: Naming, *, zone: ZoneInfo, now: datetime
) -> Refused | None:
    """Why this friend may not name this referrer at `now`; None where nothing is in the way.

    A friend who names the same referrer again is told the same as one who names another: the
    caller answers a repeated request before it asks here.
    """
    if terms is None:
        return ReferralNotOffered()
    if naming.friend == naming.referrer:
        return ReferralOfOneself(pointer="/referrer")
    if naming.named is not None:
        return ReferrerNamedAlready(pointer="/referrer")
    if not naming.referrer_active:
        return ReferralCodeUnknown(pointer="/referrer")
    if naming.friend in naming.above or len(naming.above) >= CHAIN_MAX:
        return ReferralRing(pointer="/referrer")
    if naming.referrer_joined >= naming.friend_joined:
        return ReferrerCameLater(pointer="/referrer")
    if naming.friend_purchases > 0:
        return ReferralAfterPurchase()
    if terms.named_within and add(naming.friend_joined, terms.named_within, zone) <= now:
        return ReferralTooLate()
    if naming.shared and terms.same_contact == "refuse":
        return ReferralSamePerson(pointer="/referrer")
    return None


def above(member: UUID, referrer_of: Callable[[UUID], UUID | None]) -> tuple[UUID, ...]:
    """Who brought `member`, who brought them, and so on; ends at a ring, or at `CHAIN_MAX`."""
    chain: list[UUID] = []
    seen = {member}
    found = referrer_of(member)
    while found is not None and found not in seen and len(chain) < CHAIN_MAX:
        chain.append(found)
        seen.add(found)
        found = referrer_of(found)
    return tuple(chain)


def counting(
    programme: Compiled, joined: datetime, purchases: Iterable[Purchase]
) -> Purchase | None:
    """The friend's first purchase that is real: large enough, soon enough, not given back; or None."""
    terms = programme.document.referral
    if terms is None:
        return None
    least = to_minor(terms.purchase_from, programme.money_scale)
    within = terms.purchase_within
    until = None if within is None else add(joined, within, programme.zone)
    real = [
        purchase
        for purchase in purchases
        if purchase.paid_minor >= max(1, least) and (until is None or purchase.at < until)
    ]
    return min(real, key=lambda purchase: (purchase.at, purchase.id), default=None)


def rewards_of(programme: Compiled, rewarded: Sequence[datetime], at: datetime) -> Rewards:
    """What both get for a friend who earned it at `at`.

    `rewarded` are the moments of the friends that the referrer was rewarded for before.
    """
    terms = programme.document.referral
    assert terms is not None, "asked of a programme that rewards no referral"
    capped = terms.referrer is not None and _has_enough(terms, rewarded, at, programme.zone)
    return Rewards(
        _gift(terms.friend, terms, programme, at),
        None if capped else _gift(terms.referrer, terms, programme, at),
        capped,
    )


def spelled(code: str) -> str:
    """The one spelling of a referral code as people type it; empty where it cannot be one."""
    plain = "".join(sign for sign in code[:40].upper() if sign not in " -\u00a0\u2013\u2014")
    return plain if _CODE.fullmatch(plain) else ""


def mailbox(email: str) -> str:
    """What of a normalised address is one mailbox: without `+tag`, for Gmail without dots."""
    local, _, domain = email.lower().rpartition("@")
    local = local.partition("+")[0]
    if domain in ("gmail.com", "googlemail.com"):
        return f"{local.replace('.', '')}@gmail.com"
    return f"{local}@{domain}"


def link_of(terms: Referral | None, code: str) -> str | None:
    """The link to give to friends, where the programme has one."""
    return None if terms is None or terms.link is None else terms.link.replace(CODE_GAP, code)


def _has_enough(
    terms: Referral, rewarded: Sequence[datetime], at: datetime, zone: ZoneInfo
) -> bool:
    for cap in terms.caps:
        counted = len(rewarded)
        if cap.period is not None:
            number = period_number(at, cap.period, zone)
            counted = sum(period_number(found, cap.period, zone) == number for found in rewarded)
        if counted >= cap.friends:
            return True
    return False


def _gift(
    reward: ReferralReward | None, terms: Referral, programme: Compiled, at: datetime
) -> Gift | None:
    if reward is None:
        return None
    amount = to_minor(reward.points, programme.currencies[reward.currency].scale)
    active_at = at if terms.waiting.is_zero else add(at, terms.waiting, programme.zone)
    return Gift(reward.currency, amount, active_at)
