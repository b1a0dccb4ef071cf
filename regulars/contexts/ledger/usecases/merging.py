"""Merge two memberships of one person: the members, and everything in their books."""

from datetime import datetime

from regulars.contexts.ledger.books import load_account, lock, save
from regulars.contexts.ledger.models import LedgerTransaction
from regulars.contexts.ledger.types import Posted
from regulars.contexts.members.types import MemberRef
from regulars.contexts.members.usecases.membership import mark_merged
from regulars.contexts.security.types import Actor
from regulars.core.ledger.book import Book
from regulars.core.ledger.merge import merge_books
from regulars.core.ledger.settle import settle
from regulars.core.programme.compiled import Compiled
from regulars.core.till.terms import terms_of


def merge_members(
    loser: MemberRef,
    winner: MemberRef,
    *,
    programme: Compiled,
    reason_text: str,
    now: datetime,
    by: Actor,
) -> Posted:
    """From now on the loser's cards, points, tier history and past sales belong to the winner.

    Holds of open quotes of the loser end. Done again it changes nothing. Raises what
    `members.mark_merged` raises.
    """
    mark_merged(loser, winner, reason_text, now=now, by=by)
    for ref in sorted((loser, winner)):
        lock(ref)
    # Asked under the locks: of two that merge the same pair at once the second finds it done.
    if str(loser.id) in lot_offsets(winner):
        return save([_open(winner, programme, now)])[0]
    lost, won = _open(loser, programme, now), _open(winner, programme, now)
    merge_books(
        lost,
        won,
        load_account(loser).state,
        loser_id=loser.id,
        winner_id=winner.id,
        rungs=terms_of(programme).rungs,
        version=programme.version,
        offsets=lot_offsets(loser),
        about={"reason": ["ledger.merge", {"text": reason_text}], "by": f"{by.kind}:{by.id}"},
        at=now,
        floors={code: currency.floor for code, currency in programme.currencies.items()},
    )
    return save([won, lost])[0]


def _open(ref: MemberRef, programme: Compiled, now: datetime) -> Book:
    account = load_account(ref, terms_of(programme).fingerprint)
    book = Book(account, zone=programme.zone, posted_at=now)
    settle(book, at=now, version=programme.version, zone=programme.zone)
    return book


def lot_offsets(ref: MemberRef) -> dict[str, int]:
    """Where in this member's lots those of each member ever merged into it begin, by their ids."""
    offsets: dict[str, int] = {}
    rows = LedgerTransaction.objects.filter(bucket=ref.bucket, member_id=ref.id, kind="merge")
    for facts in rows.order_by("seq").values_list("facts", flat=True):
        offsets.update(facts["offsets"])
    return offsets
