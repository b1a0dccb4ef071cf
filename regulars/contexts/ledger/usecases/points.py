"""Move points for reasons other than a sale: rewards, corrections, granted tiers."""

from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.contexts.ledger.books import lock, open_book, save
from regulars.contexts.ledger.models import LedgerTransaction
from regulars.contexts.ledger.types import Posted
from regulars.contexts.ledger.usecases.merging import lot_offsets
from regulars.contexts.members.types import MemberRef
from regulars.contexts.security.types import Actor
from regulars.core.calendar import add, micros
from regulars.core.ledger.accounts import ADJUSTED, bucket_of
from regulars.core.ledger.book import Book
from regulars.core.ledger.lots import Taken
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.refusal import NotFound, Refused
from regulars.core.tiers import Entry, Grant
from regulars.core.till.commit import facts_of
from regulars.core.till.decision import CurrencyUnknown, PointsInsufficient
from regulars.core.till.standing import note_entry
from regulars.core.till.terms import new_lot, terms_of


class SpendUnknown(NotFound):
    """Nothing was spent under this reference, or it was given back already."""

    code = "ledger.spend_unknown"


class AmountInvalid(Refused):
    """An amount of zero corrects nothing."""

    code = "ledger.amount_invalid"
    kind = "invalid"


class TierUnknown(Refused):
    """The programme has no such tier."""

    code = "tier.unknown"
    kind = "invalid"


def lock_account(member: MemberRef) -> None:
    """Hold the member's account until the open transaction ends; others wait."""
    lock(member)


def spend_points(
    member: MemberRef,
    *,
    programme: Compiled,
    currency: str,
    amount: int,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> Posted:
    """Spend `amount` minor units, soonest expiry first.

    Raises PointsInsufficient, CurrencyUnknown, AmountInvalid.
    """
    _check(programme, currency, amount)
    book = open_book(member, programme, now=now)
    if book.available(currency) < amount:
        raise PointsInsufficient(currency=currency)
    taken = book.spend(currency, amount)
    _record(
        book,
        "spend",
        programme,
        source,
        reason,
        now,
        by,
        taken={currency: [list(t) for t in taken]},
    )
    return save([book])[0]


def return_points(
    member: MemberRef,
    *,
    programme: Compiled,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
) -> Posted:
    """Give back in full what `source` spent, to the lots it came from.

    What expired meanwhile lives on for the grace of the returns policy. Raises SpendUnknown.
    """
    book = open_book(member, programme, now=now)
    found = _find_spend(member, source)
    if found is None:
        raise SpendUnknown
    spent, offset = found
    policy = programme.document.returns
    grace = None if policy.expired_grace.is_zero else add(now, policy.expired_grace, programme.zone)
    for currency, parts in spent["taken"].items():
        taken = [Taken(number + offset, amount) for number, amount in parts]
        book.give_back(currency, taken, at=now, grace=grace)
    _record(book, "unspend", programme, source, reason, now, by)
    return save([book])[0]


def adjust_points(
    member: MemberRef,
    *,
    programme: Compiled,
    currency: str,
    amount: int,
    source: UUID,
    reason_text: str,
    approved_by: str | None = None,
    now: datetime,
    by: Actor,
) -> Posted:
    """Correct a wallet by `amount` (negative takes away, never below what is there).

    The correction is a transaction of its own with its reason, who made it and who approved it.
    Raises PointsInsufficient, CurrencyUnknown, AmountInvalid.
    """
    check_adjustment(programme, currency, amount)
    book = open_book(member, programme, now=now)
    if amount > 0:
        terms = programme.document.currencies[currency]
        lot = new_lot(terms, currency, source, amount, now, programme.zone)
        book.earn(lot._replace(active_at=now, active=True), ADJUSTED)
    else:
        if book.available(currency) < -amount:
            raise PointsInsufficient(currency=currency)
        book.spend(currency, -amount, ADJUSTED)
    entry = Entry(micros(now), 0, 0, {currency: amount})
    note_entry(book, entry, terms_of(programme).rungs)
    reason = Reason.of("ledger.adjustment", text=reason_text)
    _record(book, "adjust", programme, source, reason, now, by, entry, approved_by=approved_by)
    return save([book])[0]


def grant_tier(
    member: MemberRef,
    *,
    programme: Compiled,
    tier: str,
    until: datetime | None,
    source: UUID,
    reason_text: str,
    now: datetime,
    by: Actor,
) -> Posted:
    """Put a member on a level by invitation until a moment (None: for good). Raises TierUnknown."""
    rungs = terms_of(programme).rungs
    if rungs is None or tier not in rungs.rank:
        raise TierUnknown(pointer="/tier", tier=tier)
    book = open_book(member, programme, now=now)
    grant = Grant(tier, micros(now), None if until is None else micros(until), str(source))
    book.grant(grant)
    reason = Reason.of("ledger.tier_granted", text=reason_text, tier=tier)
    _record(book, "grant", programme, source, reason, now, by, grants=[grant])
    return save([book])[0]


def check_adjustment(programme: Compiled, currency: str, amount: int) -> None:
    """Raises CurrencyUnknown, AmountInvalid where no wallet could be corrected by this."""
    _check(programme, currency, abs(amount))


def _check(programme: Compiled, currency: str, amount: int) -> None:
    if currency not in programme.currencies:
        raise CurrencyUnknown(pointer="/currency", currency=currency)
    if amount <= 0:
        raise AmountInvalid(pointer="/amount")


def _find_spend(member: MemberRef, source: UUID) -> tuple[dict[str, Any], int] | None:
    """What `source` spent and was not given back, and how far the lots it took have moved since.

    The member may have spent it, or one merged into it since.
    """
    holders = [(member, 0)]
    for merged, offset in lot_offsets(member).items():
        holders.append((MemberRef(bucket_of(UUID(merged)), UUID(merged)), offset))
    if any(_find(holder, "unspend", source) is not None for holder, _ in holders):
        return None
    for holder, offset in holders:
        spent = _find(holder, "spend", source)
        if spent is not None:
            return spent, offset
    return None


def _find(member: MemberRef, kind: str, source: UUID) -> dict[str, Any] | None:
    return (
        LedgerTransaction.objects.filter(
            bucket=member.bucket, member_id=member.id, kind=kind, source=source
        )
        .values_list("facts", flat=True)
        .first()
    )


def _record(
    book: Book,
    kind: str,
    programme: Compiled,
    source: UUID,
    reason: Reason,
    now: datetime,
    by: Actor,
    entry: Entry | None = None,
    grants: tuple[Grant, ...] | list[Grant] = (),
    **more: Any,
) -> None:
    told = {key: value for key, value in more.items() if value is not None}
    facts = facts_of(
        [entry] if entry else [],
        (),
        grants,
        reason=[reason.code, dict(reason.params)],
        by=f"{by.kind}:{by.id}",
        **told,
    )
    book.record_transaction(kind, now, source=source, version=programme.version, facts=facts)
