"""Points that one member gives to another: both accounts written together, or neither."""

from datetime import datetime
from uuid import UUID

from regulars.contexts.ledger.books import load_account, lock, save
from regulars.contexts.ledger.models import LedgerTransaction
from regulars.contexts.ledger.types import Posted
from regulars.contexts.members.queries import get_survivor
from regulars.contexts.members.types import EVERYONE, MemberRef, MemberStatus
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.security.usecases.audit import record_audit
from regulars.core.calendar import Period, period_number
from regulars.core.ledger.book import Book
from regulars.core.ledger.settle import settle
from regulars.core.ledger.transfer import GIVEN, TransferToOneself, check_transfer, transfer
from regulars.core.programme.compiled import Compiled
from regulars.core.reasons import Reason
from regulars.core.till.commit import facts_of
from regulars.core.till.decision import MemberNotActive, MemberRests
from regulars.core.till.terms import terms_of


def transfer_points(
    giver: MemberRef,
    taker: MemberRef,
    *,
    programme: Compiled,
    currency: str,
    amount: int,
    source: UUID,
    now: datetime,
    by: Actor,
) -> tuple[Posted, Posted]:
    """Move `amount` minor units from one member to another; how the books of both stand then.

    Expiry goes by the currency's rules. The same `source` again moves nothing more. Raises
    PermissionMissing, MemberNotFound, MemberNotActive, MemberRests, TransferToOneself, TransferNotOffered,
    TransferOutOfBounds, PointsInsufficient.
    """
    require(by, Permission.LEDGER_ADJUST)
    refs = _hold_both(giver, taker)
    books = {ref: _open(ref, programme, now) for ref in refs}
    from_book, to_book = books[refs[0]], books[refs[1]]
    if not _is_done(refs[0], source):
        _check_rest(refs[0], now)
        day = period_number(now, Period.DAY, programme.zone)
        key = GIVEN.format(currency=currency)
        period, given = from_book.counters_at(now).get(key, (day, 0))
        check_transfer(programme, currency, amount, given if period == day else 0)
        transfer(from_book, to_book, programme, currency, amount, source=source, at=now)
        from_book.count(key, day, amount)
        told = {"by": f"{by.kind}:{by.id}"}
        for book, kind, counters in (
            (from_book, "give", [(key, day, amount)]),
            (to_book, "receive", []),
        ):
            reason = Reason.of(f"transfer.{kind}")
            facts = facts_of([], counters, (), reason=[reason.code, {}], **told)
            book.record_transaction(
                kind, now, source=source, version=programme.version, facts=facts
            )
        detail: dict[str, str | int | bool | None] = {"currency": currency, "amount": amount}
        record_audit("ledger.transfer", "member", str(refs[0].id), detail, now=now, by=by)
    posted = save([from_book, to_book])
    return posted[0], posted[1]


def _hold_both(giver: MemberRef, taker: MemberRef) -> tuple[MemberRef, MemberRef]:
    """Who gives and who takes now (a merged one is the one who stays), both accounts held."""
    while True:
        refs = (_active(giver), _active(taker))
        if refs[0] == refs[1]:
            raise TransferToOneself(pointer="/to")
        for ref in sorted(refs):
            lock(ref)
        if refs == (_active(giver), _active(taker)):
            return refs


def _active(member: MemberRef) -> MemberRef:
    found = get_survivor(member, within=EVERYONE)
    if found.status is not MemberStatus.ACTIVE:
        raise MemberNotActive(status=found.status.value)
    return found.ref


def _check_rest(giver: MemberRef, now: datetime) -> None:
    until = get_survivor(giver, within=EVERYONE).rests_until
    if until is not None and now < until:
        raise MemberRests(until=until.isoformat())


def _open(ref: MemberRef, programme: Compiled, now: datetime) -> Book:
    account = load_account(ref, terms_of(programme).fingerprint)
    book = Book(account, zone=programme.zone, posted_at=now)
    settle(book, at=now, version=programme.version, zone=programme.zone)
    return book


def _is_done(giver: MemberRef, source: UUID) -> bool:
    found = LedgerTransaction.objects.filter(bucket=giver.bucket, member_id=giver.id)
    return found.filter(kind="give", source=source).exists()
