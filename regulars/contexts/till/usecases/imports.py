"""Past receipts out of a file, decided by the real engine in their order; the same again adds nothing.

The order is kept for each member and for nothing else: a member's next receipt is decided only when the
one before is in the books, many members at a time. So whenever the program ends, every member's books
hold a beginning of that member's receipts, and when it is started again it goes on from there.
"""

import asyncio
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from regulars.contexts.members.types import MemberRef
from regulars.contexts.security.types import Actor, Permission
from regulars.contexts.security.usecases.access import require
from regulars.contexts.till.queries.past import (
    GivenBack,
    find_claims,
    list_given_back,
    list_sold_goods,
)
from regulars.contexts.till.types import CommitSale, MemberKey, ReturnGoods, SaleKey
from regulars.contexts.till.usecases.desk import Desk
from regulars.core.calendar import micros, moment_of, subtract
from regulars.core.receipts.grouping import Slip, digest_of, receipt_of, sku_of
from regulars.core.receipts.matching import SoldGoods, Stock
from regulars.core.receipts.plan import (
    Part,
    Plan,
    part_number,
    plan_return,
    rows_given_back,
    wanted_of,
)
from regulars.core.receipts.problem import Problem
from regulars.core.receipts.references import References, StockKey
from regulars.core.receipts.rows import Rows
from regulars.core.receipts.tally import Tally
from regulars.core.receipts.turns import Turns
from regulars.core.refusal import Refused

BATCH_MAX = 200  # receipts decided together
FLIGHTS_MAX = 2  # batches under way: one is decided while the database saves the other
AHEAD_MAX = 8 * BATCH_MAX

Key = tuple[str, str, str]  # store, till, number
Holder = MemberRef | Problem | None


@dataclass(frozen=True, slots=True, repr=False)
class PastReceipts:
    """What is to be imported: the file's rows, its receipts in order, and whose each customer is.

    A customer that `holders` does not know is nobody: their sales are anonymous. A Problem instead
    of a member is why the customer's receipts are not taken.
    """

    rows: Rows
    slips: Sequence[Slip]
    holders: Mapping[str, Holder]
    dry_run: bool = False


class _PartLeft(NamedTuple):
    """A part of a planned return that is to be booked; after the last the rows are accounted for."""

    slip: Slip
    plan: Plan
    place: int
    failed: dict[int, Problem]

    @property
    def part(self) -> Part:
        return self.plan.parts[self.place]

    @property
    def is_last(self) -> bool:
        return self.place + 1 == len(self.plan.parts)


_Step = Slip | _PartLeft


async def import_receipts(
    desk: Desk,
    past: PastReceipts,
    *,
    advance: Callable[[int], None],
    by: Actor,
) -> Tally:
    """Bring every receipt into the books that is not there yet; says what became of each row.

    `advance` is told of rows as they are done with. With `dry_run` nothing is written, and sales
    are taken to be accepted. Raises PermissionMissing, DatabaseUnavailable: what was done stays
    done, and the same call again does the rest.
    """
    require(by, Permission.RECEIPTS_IMPORT)
    importing = _Import(desk, past, advance)
    await importing.prepare()
    await importing.run()
    assert not importing.tally.open_rows, "every row is accounted for"
    return importing.tally


@dataclass(slots=True, repr=False)
class _Import:
    desk: Desk
    past: PastReceipts
    advance: Callable[[int], None]
    tally: Tally = field(init=False)
    stock: Stock = field(init=False)
    turns: Turns[_Step] = field(default_factory=Turns)
    references: References = field(init=False)

    async def prepare(self) -> None:
        """Note what returns ask for, and what of it was sold and came back before this run."""
        rows = self.past.rows
        await self.desk.learn_programmes()
        self.tally = Tally(rows)
        self.advance(len(rows.problems))
        self.references = References(rows, self.past.slips)
        returns = [slip for slip in self.past.slips if slip.is_return]
        keys = {
            key: sku_of(rows, row)
            for slip in returns
            for row in slip.rows
            if not isinstance(key := self._key(slip, row), Problem)
        }
        self.stock = Stock(frozenset(keys))
        members = {ref for slip in returns if isinstance(ref := self._holder(slip), MemberRef)}
        sales = {named for _, named, _ in keys if isinstance(named, tuple)}
        async for sold in list_sold_goods(self.desk.fetch, members, sales, keys.values()):
            self._add(sold.member, sold.sku, sold.goods, sold.returned)
        await self._forget_unfinished(returns)

    async def run(self) -> None:
        """Everything in turn, a few batches under way at a time."""
        flights: set[asyncio.Task[None]] = set()
        try:
            await self._fly(flights)
        finally:
            for flight in flights:
                flight.cancel()
            await asyncio.gather(*flights, return_exceptions=True)

    async def _fly(self, flights: set[asyncio.Task[None]]) -> None:
        chunks = iter(self._chunks())
        more = True
        while True:
            while more and len(self.turns) < AHEAD_MAX:
                chunk = next(chunks, None)
                more = chunk is not None
                await self._feed(chunk or [])
            while len(flights) < FLIGHTS_MAX and self.turns.ready:
                flights.add(asyncio.create_task(self._decide(self.turns.take(BATCH_MAX))))
            if not flights:
                return
            done, _ = await asyncio.wait(flights, return_when=asyncio.FIRST_COMPLETED)
            flights -= done
            for flight in done:
                flight.result()

    def _chunks(self) -> "list[Sequence[Slip]]":
        slips = self.past.slips
        return [slips[i : i + AHEAD_MAX] for i in range(0, len(slips), AHEAD_MAX)]

    async def _feed(self, chunk: Sequence[Slip]) -> None:
        """Take in the next receipts; those that are in the books already are done with at once."""
        wanted = [(slip.key, "return" if slip.is_return else "sale") for slip in chunk]
        claims = await find_claims(self.desk.fetch, wanted)
        known_returns = []
        for slip, key in zip(chunk, wanted, strict=True):
            claimed = claims.get(key)
            holder = self._holder(slip)
            if isinstance(holder, Problem):
                self._refuse(slip, holder)
            elif claimed is None:
                self.turns.push(self._owner(slip), slip)
            elif claimed != digest_of(self.past.rows, slip):
                self._refuse(slip, Problem.of("receipt.conflict"))
            elif slip.is_return:
                known_returns.append(slip)
            else:
                self._sold(slip, known=True)
        await self._account_for(known_returns)

    async def _decide(self, batch: "list[tuple[Hashable | None, _Step]]") -> None:
        """Decide one step of each owner; what comes of it, and what is next."""
        steps: list[tuple[Hashable | None, Slip | _PartLeft]] = []
        commands: list[CommitSale | ReturnGoods] = []
        for owner, step in batch:
            planned = self._planned(step) if isinstance(step, Slip) and step.is_return else step
            if planned is None:
                self.turns.finished(owner)
                continue
            steps.append((owner, planned))
            commands.append(self._command(planned))
        results: Sequence[object] = commands
        if commands and not self.past.dry_run:
            results = await self.desk.run(commands)
        for (owner, step), result in zip(steps, results, strict=True):
            if isinstance(result, Exception) and not isinstance(result, Refused):
                raise result
            problem = _problem_of(result) if isinstance(result, Refused) else None
            self.turns.finished(owner, self._settle(step, problem))

    def _settle(self, step: Slip | _PartLeft, problem: Problem | None) -> Sequence[_Step]:
        """Account for a step that was decided; what of its owner comes next."""
        if isinstance(step, Slip):
            if problem is None:
                self._sold(step, known=False)
            else:
                self._refuse(step, problem)
            return ()
        if problem is not None:
            step.failed.update(dict.fromkeys(step.part.rows, problem))
        if not step.is_last:
            return [step._replace(place=step.place + 1)]
        done = step.plan.rows - step.failed.keys()
        for row, why in step.failed.items():
            self.tally.refused([row], why)
        if done:
            self.tally.returned(sorted(done), known=False)
        self.advance(len(step.plan.rows))
        return ()

    def _planned(self, slip: Slip) -> _PartLeft | None:
        """The first part of a return; None where nothing of it can be matched."""
        plan = plan_return(
            self.past.rows,
            slip,
            self.stock,
            key_of=lambda row: self._key(slip, row),
            since=self._oldest_returnable(slip.at),
            digest=digest_of(self.past.rows, slip),
        )
        for row, problem in plan.refused.items():
            self.tally.refused([row], problem)
        self.advance(len(plan.refused))
        return _PartLeft(slip, plan, 0, {}) if plan.parts else None

    def _command(self, step: Slip | _PartLeft) -> CommitSale | ReturnGoods:
        if isinstance(step, _PartLeft):
            slip, part = step.slip, step.part
            return ReturnGoods(
                part.number,
                slip.store,
                slip.till,
                moment_of(slip.at),
                SaleKey(*part.sale),
                part.digest,
                dict(part.lines),
            )
        holder = self._holder(step)
        assert not isinstance(holder, Problem)
        member = None if holder is None else MemberKey(ref=holder)
        digest = digest_of(self.past.rows, step)
        return CommitSale(receipt_of(self.past.rows, step), member, digest, history=True)

    def _sold(self, slip: Slip, *, known: bool) -> None:
        """A sale is in the books: returns may refer to it."""
        rows, holder = self.past.rows, self._holder(slip)
        self.tally.sold(slip.rows, known=known)
        self.tally.anonymous += holder is None and slip.customer is not None
        member = holder.id if isinstance(holder, MemberRef) else None
        # What is in the books already was put in stock at the start.
        for place, row in enumerate(() if known else slip.rows, 1):
            quantity = rows.quantity[row] or 0
            goods = SoldGoods(slip.key, str(place), slip.at, quantity, rows.amount[row], place)
            self._add(member, sku_of(rows, row), goods, 0)
        self.advance(len(slip.rows))

    def _add(self, member: UUID | None, sku: str, goods: SoldGoods, returned: int) -> None:
        self.stock.add(("member", member, sku), goods, returned=returned)
        self.stock.add(("sale", goods.sale, sku), goods, returned=returned)

    def _refuse(self, slip: Slip, problem: Problem) -> None:
        self.tally.refused(slip.rows, problem)
        self.advance(len(slip.rows))

    async def _account_for(self, known: Sequence[Slip]) -> None:
        """Which rows of returns that are in the books already were booked, and which refused then."""
        rows = self.past.rows
        given: dict[Key, dict[str, int]] = {slip.key: {} for slip in known}
        for base, back in await self._parts_of([slip.key for slip in known], since=1):
            sums = given[base]
            sums[back.sku] = sums.get(back.sku, 0) + back.part.quantity
        for slip in known:
            booked = rows_given_back(rows, slip, given[slip.key])
            if booked:
                self.tally.returned(booked, known=True)
            for row in set(slip.rows).difference(booked):
                self.tally.refused([row], self._why_not(slip, row))
            self.advance(len(slip.rows))

    def _why_not(self, slip: Slip, row: int) -> Problem:
        key = self._key(slip, row)
        if isinstance(key, Problem):
            return key
        wanted = wanted_of(self.past.rows, row, key, slip.at)
        return self.stock.why_not(wanted, since=self._oldest_returnable(slip.at))

    async def _forget_unfinished(self, returns: Sequence[Slip]) -> None:
        """Returns of which only first parts were booked are planned again as if nothing of them were."""
        claims: dict[tuple[Key, str], bytes] = {}
        for i in range(0, len(returns), AHEAD_MAX):
            some = [(slip.key, "return") for slip in returns[i : i + AHEAD_MAX]]
            claims |= await find_claims(self.desk.fetch, some)
        unfinished = [slip.key for slip in returns if (slip.key, "return") not in claims]
        for _, back in await self._parts_of(unfinished, since=2):
            self.stock.put_back([back.part])

    async def _parts_of(self, keys: Sequence[Key], *, since: int) -> "list[tuple[Key, GivenBack]]":
        """What the parts of returns gave back, from the part of that place on, with the return's key."""
        found: list[tuple[Key, GivenBack]] = []
        place = since
        left = {(store, till, part_number(number, place)): (store, till, number)
                for store, till, number in keys}  # fmt: skip
        while left:
            names = list(left)
            backs = []
            for i in range(0, len(names), AHEAD_MAX):
                backs += await list_given_back(self.desk.fetch, names[i : i + AHEAD_MAX])
            found += [(left[back.key], back) for back in backs]
            bases = {left[back.key] for back in backs}
            place += 1
            left = {(store, till, part_number(number, place)): (store, till, number)
                    for store, till, number in bases}  # fmt: skip
        return found

    def _key(self, slip: Slip, row: int) -> StockKey | Problem:
        """By what the goods of a returned row are looked for."""
        return self.references.stock_key(slip, row, self._member_of(slip))

    def _owner(self, slip: Slip) -> Hashable | None:
        """Whose turn a receipt takes: the member's, or that of the sale that its return names."""
        sale = slip
        if slip.is_return:
            numbers = (self.past.rows.reference[row] for row in slip.rows)
            number = next((number for number in numbers if number), None)
            if number is not None:
                key = self.references.sale_named(slip, number)
                if key not in self.references.sales:
                    return self._member_of(slip) or key
                sale = self.references.sales[key]
        return self._member_of(sale) or (sale.key if sale.key in self.references.sales else None)

    def _member_of(self, slip: Slip) -> UUID | None:
        holder = self._holder(slip)
        return holder.id if isinstance(holder, MemberRef) else None

    def _holder(self, slip: Slip) -> Holder:
        return None if slip.customer is None else self.past.holders.get(slip.customer)

    def _oldest_returnable(self, at: int) -> int | None:
        """Sales before this moment are too old to be returned from at `at`; None: none is."""
        moment = moment_of(at)
        programme = self.desk.programme_at(moment)
        within = programme.document.returns.within if programme else None
        if programme is None or within is None:
            return None
        return micros(subtract(moment, within, programme.zone))


def _problem_of(refused: Refused) -> Problem:
    """A refusal of the engine as the reason against a row."""
    params = {
        name: value if isinstance(value, int) else str(value)
        for name, value in refused.params.items()
    }
    return Problem.of(refused.code, **params)
