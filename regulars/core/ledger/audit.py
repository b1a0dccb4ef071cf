"""Prove one member's stored books against their transactions; name every difference."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.core.calendar import micros, moment_of
from regulars.core.ledger.accounts import MEMBER_ACCOUNTS, Account, Transaction
from regulars.core.ledger.lots import Lot, balances, expiry_of
from regulars.core.ledger.postings import chain_hash
from regulars.core.ledger.replay import Replay
from regulars.core.tiers import Rungs, record_of

# What reckoning with values ends in that no transaction of ours contains.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Difference(NamedTuple):
    """Something in the books that is not as it must be; `code` is a key of the wording."""

    code: str
    member: UUID | None
    params: tuple[tuple[str, object], ...] = ()


class Standards(NamedTuple):
    """What the books are held against: ladders by fingerprint, lowest balances, the business zone."""

    rungs: Mapping[str, Rungs]
    floors: Mapping[
        str, int | None
    ]  # None: no limit; a currency that is not named may not go below 0
    zone: ZoneInfo


def read_chain(books: Replay, transactions: Iterable[Transaction]) -> list[Difference]:
    """Replay `transactions` into `books`; differences in their order, links and sums.

    A transaction that was changed until it cannot be read any more is one difference, too.
    """
    found = []
    for transaction in transactions:
        if transaction.seq != books.seq + 1:
            found.append(_difference(books, "verify.gap", seq=books.seq + 1))
        changed = chain_hash(books.chain, books.member_id, transaction) != transaction.hash
        try:
            books.apply(transaction)
        except _UNREADABLE:
            changed = True
        if changed:
            found.append(_difference(books, "verify.chain", seq=transaction.seq))
    found += [_difference(books, "verify.unbalanced", seq=seq) for seq in books.unbalanced]
    return found


def compare(
    books: Replay, account: Account | None, lots: Mapping[int, Lot], standards: Standards
) -> list[Difference]:
    """Differences between what the transactions say and what is stored.

    Transactions with values that nobody can reckon with are a difference, never a failure.
    """
    if account is None:
        return [_difference(books, "verify.account_missing")]
    found: list[Difference] = []
    try:
        found += _compare_head(books, account)
        found += _compare_wallets(books, account, lots, standards)
        found += _compare_lots(books, account, lots)
        found += _compare_tier(books, account, standards)
        found += _compare_due(books, account, lots, standards)
    except _UNREADABLE:
        found.append(_difference(books, "verify.unreadable"))
    return found


def _compare_head(books: Replay, account: Account) -> Iterable[Difference]:
    if (account.version, account.chain) != (books.seq, books.chain):
        yield _difference(books, "verify.head", version=account.version, seq=books.seq)
    state = account.state
    if (state.visits, state.last_at) != (books.visits, books.last_at):
        yield _difference(books, "verify.visits", stored=state.visits, proved=books.visits)
    if dict(state.counters) != books.counters:
        yield _difference(books, "verify.counters")
    if tuple(state.grants) != books.grants:
        yield _difference(books, "verify.grants")
    if dict(state.holds) != books.holds:
        yield _difference(books, "verify.holds")


def _compare_wallets(
    books: Replay, account: Account, lots: Mapping[int, Lot], standards: Standards
) -> Iterable[Difference]:
    by_lots = balances(lots.values())
    codes = books.wallets.keys() | account.state.wallets.keys() | by_lots.keys()
    for code in sorted(codes):
        posted = tuple(books.wallets.get(code, (0, 0, 0)))
        stored = tuple(account.state.wallets.get(code, (0, 0, 0)))
        summed = by_lots.get(code, (0, 0, 0))
        for side, name in enumerate(MEMBER_ACCOUNTS):
            if not posted[side] == stored[side] == summed[side]:
                yield _difference(
                    books, "verify.balance", currency=code, account=name, postings=posted[side],
                    stored=stored[side], lots=summed[side],
                )  # fmt: skip
        floor = standards.floors.get(code, 0)
        if posted[0] < 0 or posted[2] < 0 or (floor is not None and posted[1] < floor):
            yield _difference(books, "verify.floor", currency=code, balance=posted[1])
        held = sum(hold.amount for hold in books.holds.values() if hold.currency == code)
        if held != posted[2]:
            yield _difference(books, "verify.held", currency=code, holds=held, postings=posted[2])


def _compare_lots(books: Replay, account: Account, lots: Mapping[int, Lot]) -> Iterable[Difference]:
    for number in sorted(books.lots.keys() | lots.keys()):
        if books.lots.get(number) != lots.get(number):
            yield _difference(books, "verify.lot", lot=number)
    for lot in lots.values():
        if not 0 <= lot.held <= max(lot.remaining, 0) or lot.expired < 0:
            yield _difference(books, "verify.lot_range", lot=lot.number)
    if account.state.last_lot != max(books.lots, default=0):
        yield _difference(books, "verify.lot_count", stored=account.state.last_lot)


def _compare_tier(books: Replay, account: Account, standards: Standards) -> Iterable[Difference]:
    rungs = standards.rungs.get(account.ladder)
    if rungs is not None and record_of(books.history, rungs) != account.state.record:
        yield _difference(books, "verify.tier")


def _compare_due(
    books: Replay, account: Account, lots: Mapping[int, Lot], standards: Standards
) -> Iterable[Difference]:
    """Nothing may become due before the moment at which the account is next looked at."""
    last = None if books.last_at is None else moment_of(books.last_at)
    due = [hold.until for hold in books.holds.values()]
    for lot in lots.values():
        if lot.remaining > 0 and not lot.active:
            due.append(micros(lot.active_at))
        expires = expiry_of(lot, last, standards.zone) if lot.free > 0 else None
        if expires is not None:
            due.append(micros(expires))
    first = min(due, default=None)
    if first is not None and (account.next_due is None or account.next_due > first):
        yield _difference(books, "verify.due")


def _difference(books: Replay, code: str, **params: object) -> Difference:
    return Difference(code, books.member_id, tuple(params.items()))
