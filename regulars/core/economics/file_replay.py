"""A part of a receipts file replayed under every candidate: the order, matching and refusals of an import."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import NAMESPACE_OID, uuid5
from zlib import crc32

from regulars.core.calendar import micros, moment_of, subtract
from regulars.core.economics.replay import Kept, Replay
from regulars.core.economics.replayed import ROW, WHY, Replayed
from regulars.core.receipts.grouping import Slip, receipt_of, sku_of
from regulars.core.receipts.matching import SoldGoods, Stock
from regulars.core.receipts.plan import plan_return
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.references import Key, References, StockKey
from regulars.core.receipts.rows import Rows
from regulars.core.refusal import Refused
from regulars.core.till.decision import MemberFacts

SOLD, RETURNED, REJECTED = "sold", "returned", "rejected"
Holder = MemberFacts | Problem

_UNSEALED = b""
_KEY_BITS = 2**63 - 1


def holders_of(
    slips: Iterable[Slip], spell: Callable[[str], str | Problem], *, now: datetime
) -> dict[str, Holder]:
    """Who each customer is: a member since their first receipt, or why they cannot be one.

    `spell` gives the one spelling of an identifier: two customers with one are one member.
    """
    firsts: dict[str, int] = {}
    for slip in slips:
        if slip.customer is not None:
            firsts[slip.customer] = min(slip.at, firsts.get(slip.customer, slip.at))
    spelled = {name: spell(name) for name in firsts}
    since: dict[str, int] = {}
    for name, first in firsts.items():
        one = spelled[name]
        if isinstance(one, str):
            since[one] = min(first, since.get(one, first))
    made = {one: _member(one, min(moment_of(first), now)) for one, first in since.items()}
    return {name: one if isinstance(one, Problem) else made[one] for name, one in spelled.items()}


def member_key(facts: MemberFacts) -> int:
    """What a member is called in the table of members."""
    return facts.id.int & _KEY_BITS  # the lower half: the upper one of a UUIDv7 is its moment


def is_taken(name: str, share: float, seed: int) -> bool:
    """Whether who is called so is in a sample; a larger sample has everybody of a smaller one."""
    return share >= 1 or crc32(f"{seed} {name}".encode()) < share * 2**32


def sampled(rows: Rows, slips: Sequence[Slip], share: float, seed: int) -> list[Slip]:
    """The receipts of a sample of customers; nobody's receipts are drawn each for itself."""
    if share >= 1:
        return list(slips)
    return [slip for slip in slips if is_taken(_name(slip), share, seed)]


def replay_file(
    rows: Rows,
    slips: Sequence[Slip],
    holders: Mapping[str, Holder],
    replays: Sequence[Replay],
    until: datetime,
) -> list[Replayed]:
    """What each candidate comes to over these receipts, which stand in the order of an import.

    Nobody's history may reach into another part: a return that names a sale stands with that sale.
    """
    references = References(rows, slips)
    keys: set[StockKey] = set()
    for slip in slips:
        for row in slip.rows if slip.is_return else ():
            key = _key(references, slip, row, holders)
            if not isinstance(key, Problem):
                keys.add(key)
    wanted = frozenset(sku for _, _, sku in keys)
    candidates = [
        _Candidate(rows, replay, references, Stock(frozenset(keys)), wanted) for replay in replays
    ]
    for slip in slips:
        holder = None if slip.customer is None else holders[slip.customer]
        if isinstance(holder, Problem):
            for one in candidates:
                one.refuse(slip.rows, holder)
        elif slip.is_return:
            for one in candidates:
                one.give_back(slip, holders)
        else:
            receipt = receipt_of(rows, slip)
            for one in candidates:
                one.sell(slip, receipt, holder)
    return [one.close(until) for one in candidates]


def count_refused(rows: Rows, replays: Sequence[Replay], taken: Callable[[int], bool]) -> None:
    """Account for the rows that reading or grouping refused."""
    for row, problem in rows.problems.items():
        if taken(row):
            for replay in replays:
                _refused(replay, rows, [row], problem)


class _Candidate:
    """One candidate's side of a file: what can be given back, and the sales it was sold in."""

    def __init__(
        self,
        rows: Rows,
        replay: Replay,
        references: References,
        stock: Stock,
        wanted: frozenset[str],
    ) -> None:
        self.replay = replay
        self._rows = rows
        self._references = references
        self._stock = stock
        self._wanted = wanted  # goods that come back
        self._kept: dict[Key, Kept] = {}
        self._sold = self._sold_minor = 0

    def sell(self, slip: Slip, receipt: object, holder: MemberFacts | None) -> None:
        replay, rows = self.replay, self._rows
        account = None if holder is None else replay.account(holder, member_key(holder))
        try:
            kept = replay.sell(account, receipt)  # type: ignore[arg-type]
        except Refused as refused:
            self.refuse(slip.rows, Problem.of(refused.code))
            return
        self._sold += len(slip.rows)
        self._sold_minor += sum([rows.amount[row] for row in slip.rows])
        member = None if holder is None else holder.id
        if not self._wanted:
            return
        for place, row in enumerate(slip.rows, 1):
            sku = sku_of(rows, row)
            if sku not in self._wanted:
                continue
            self._kept[slip.key] = kept
            quantity = rows.quantity[row] or 0
            goods = SoldGoods(slip.key, str(place), slip.at, quantity, rows.amount[row], place)
            self._stock.add(("member", member, sku), goods)
            self._stock.add(("sale", slip.key, sku), goods)

    def give_back(self, slip: Slip, holders: Mapping[str, Holder]) -> None:
        rows, at = self._rows, moment_of(slip.at)
        plan = plan_return(
            rows,
            slip,
            self._stock,
            key_of=lambda row: _key(self._references, slip, row, holders),
            since=self._oldest(at),
            digest=_UNSEALED,
        )
        for row, problem in plan.refused.items():
            self.refuse([row], problem)
        failed: dict[int, Problem] = {}
        for part in plan.parts:
            try:
                self.replay.give_back(self._kept[part.sale], part.lines, at)
            except Refused as refused:
                failed.update(dict.fromkeys(part.rows, Problem.of(refused.code)))
        for row, problem in failed.items():
            self.refuse([row], problem)
        _count(self.replay, rows, sorted(plan.rows - failed.keys()), RETURNED)

    def close(self, until: datetime) -> Replayed:
        """What it all came to."""
        if self._sold:
            self.replay.note((ROW, SOLD, 0), self._sold)
            self.replay.note((ROW, SOLD, 1), self._sold_minor)
        return self.replay.close(until)

    def refuse(self, some: Sequence[int], problem: Problem) -> None:
        _refused(self.replay, self._rows, some, problem)

    def _oldest(self, at: datetime) -> int | None:
        programme = self.replay.programme
        within = programme.document.returns.within
        return None if within is None else micros(subtract(at, within, programme.zone))


def _key(
    references: References, slip: Slip, row: int, holders: Mapping[str, Holder]
) -> StockKey | Problem:
    holder = None if slip.customer is None else holders[slip.customer]
    member = holder.id if isinstance(holder, MemberFacts) else None
    return references.stock_key(slip, row, member)


def _count(replay: Replay, rows: Rows, some: Sequence[int], state: str) -> None:
    if some:
        replay.note((ROW, state, 0), len(some))
        replay.note((ROW, state, 1), sum([rows.amount[row] for row in some]))


def _refused(replay: Replay, rows: Rows, some: Sequence[int], problem: Problem) -> None:
    _count(replay, rows, some, REJECTED)
    replay.note((WHY, problem.code, 0), len(some))
    replay.note((WHY, problem.code, 1), sum([rows.amount[row] for row in some]))


def _member(spelled: str, since: datetime) -> MemberFacts:
    return MemberFacts(uuid5(NAMESPACE_OID, spelled), "active", since, None, "en", frozenset(), {})


def _name(slip: Slip) -> str:
    return slip.customer or "\t".join(slip.key)
