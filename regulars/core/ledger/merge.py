"""Two members' books become one: every lot keeps its times, every count goes on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.core.ledger.accounts import State
from regulars.core.ledger.book import Book, qualifying_json
from regulars.core.tiers import Record, Rungs, record_of


def merge_books(
    loser: Book,
    winner: Book,
    lost: State,
    *,
    loser_id: UUID,
    winner_id: UUID,
    rungs: Rungs | None,
    version: int,
    offsets: Mapping[str, int],
    about: Mapping[str, Any],
    at: datetime,
    floors: Mapping[str, int | None] = {},
) -> None:
    """Move everything from `loser` to `winner`, both settled and with all lots and history.

    Lot n of the loser becomes lot `offset + n` of the winner, consumed ones too, so that a later
    return of the loser's sale finds the lots that paid. `offsets` are those of members merged into
    the loser before; the new ones stand in the winner's transaction. The loser's chain gets its
    last transaction even when there is nothing to move: whoever decided on the old books must
    decide again. What two debts are together below the floor of a currency is written off.
    """
    if loser.holds:
        for key in sorted(loser.holds):
            loser.release(key)
        loser.record_transaction("release", at, source=None, version=version, facts={})
    offset = winner.last_lot
    for number in sorted(loser.lots):
        lot = loser.lots[number]
        winner.adopt(lot)
        if lot.remaining:
            loser.transfer_out(number)
    winner.settle_debts()
    for currency, floor in sorted(floors.items()):
        below = 0 if floor is None else floor - winner.wallet(currency).active
        if below > 0:
            winner.forgive(currency, below)
    history = loser.history
    assert history is not None, "books are merged with their history"
    assert winner.history is not None, "books are merged with their history"
    for entry in history:
        winner.remember(entry)
        winner.purchase(entry.at, entry.visits)
    if rungs is None:
        winner.qualify(Record(), "")
    else:
        winner.qualify(record_of(winner.history, rungs), rungs.fingerprint)
    counters = [(key, *pair) for key, pairs in lost.counters.items() for pair in pairs]
    for key, period, value in counters:
        winner.count(key, period, value)
    for grant in lost.grants:
        winner.grant(grant)
    moved = {known: offset + before for known, before in offsets.items()}
    moved[str(loser_id)] = offset
    facts: dict[str, Any] = {**about, "offsets": moved}
    if history:
        facts["q"] = [qualifying_json(entry) for entry in history]
    if counters:
        facts["c"] = [list(counter) for counter in counters]
    if lost.grants:
        facts["g"] = [list(grant) for grant in lost.grants]
    winner.record_transaction("merge", at, source=loser_id, version=version, facts=facts)
    loser.record_transaction("merged", at, source=winner_id, version=version, facts=dict(about))
