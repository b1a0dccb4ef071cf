"""Fill an installation with the demo chain: a year of receipts through the till's own code.

Building may be interrupted at any moment: begun again it goes on with the day it was at, and what of
that day is in the books already stays as it is.
"""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from regulars.cli.demo_setting import LETTER, SYSTEM, Plan, make_setting
from regulars.contexts.ledger.queries import last_sealed_day, list_statement
from regulars.contexts.ledger.usecases.sealing import seal_days
from regulars.contexts.members.queries import find_holders
from regulars.contexts.members.types import (
    ConsentGiven,
    Enrolled,
    Enrolment,
    Identifier,
    IdentifierKind,
    MemberRef,
    Profile,
)
from regulars.contexts.members.usecases.enrolment import enrol_many
from regulars.contexts.rewards.queries.coupons import list_coupons
from regulars.contexts.rewards.usecases.orders import cancel_redemption, redeem_reward
from regulars.contexts.till.queries.figures import last_received_at
from regulars.contexts.till.types import (
    Command,
    CommitSale,
    MemberKey,
    RecordEvent,
    ReturnGoods,
    SaleKey,
)
from regulars.contexts.till.usecases.desk import Desk, open_desk
from regulars.core.demo.goods import REWARDS
from regulars.core.demo.people import Person, people
from regulars.core.demo.year import STORES, ZONE, Day, DemoReturn, DemoSale, DemoWish, year
from regulars.core.purchase import Event, Receipt
from regulars.core.refusal import Refused
from regulars.kit.dsn import Dsn
from regulars.kit.transactions import in_transaction

_CUSTOMERS_LOOKED_AT = 60
_AT_ONCE = 1000


class ChainSealed(Refused):
    """An unfinished chain was served meanwhile, and its days were sealed as they were."""

    code = "demo.sealed"


@dataclass(frozen=True, slots=True)
class Built:
    """What the demo now has; `rewards` were taken, `cancelled` of them brought back."""

    members: int
    sales: int
    returns: int
    rewards: int
    cancelled: int


def build_chain(plan: Plan, app: Dsn, secret: bytes, advance: Callable[[int], None]) -> Built:
    """Make staff, stores, programme, rewards, members and a year of sales, as far as not there yet.

    The same plan always makes the same books. `advance` is told of each day. Raises ChainSealed.
    """
    make_setting(plan)
    persons = people(plan.members, plan.since.date(), plan.now.date(), plan.seed)
    latest = in_transaction(last_received_at)
    resumed = plan.since.date() if latest is None else latest.astimezone(ZONE).date()
    sealed = in_transaction(last_sealed_day)
    if sealed is not None and sealed >= resumed:
        raise ChainSealed
    chain = _Chain(plan, _enrolled(persons, resumed))
    with asyncio.Runner() as runner:
        desk = runner.run(open_desk(app, secret=secret, clock=lambda: plan.now))
        with closing(_Closing(runner, desk)):
            for day in year(persons, plan.since.date(), plan.seed, now=plan.now):
                chain.count(day)
                if day.day >= resumed:
                    chain.live(day, runner, desk)
                advance(1)
    in_transaction(lambda: seal_days(now=plan.now))
    return chain.built()


def find_regular(plan: Plan) -> Person:
    """A member who still comes and has points to spend."""
    persons = people(plan.members, plan.since.date(), plan.now.date(), plan.seed)
    staying = [person for person in persons if person.leaves_on is None] or persons
    held = find_holders(
        IdentifierKind.CARD, [person.card for person in staying[:_CUSTOMERS_LOOKED_AT]]
    )
    card = max(sorted(held), key=lambda card: _points(held[card][0]))
    return next(person for person in persons if person.card == card)


def _points(member: MemberRef) -> int:
    lines = list_statement(member, limit=1)
    points = lines[0].balances.get("points") if lines else None
    return points.active if points else 0


def _enrolled(persons: Iterable[Person], before: date) -> dict[int, MemberRef]:
    """The members who joined on the days that need not be lived again."""
    cards = {person.card: person.number for person in persons if person.enrolled_on < before}
    held = in_transaction(lambda: find_holders(IdentifierKind.CARD, list(cards)))
    return {cards[card]: ref for card, (ref, _) in held.items()}


class _Closing:
    """Closes the desk on its own loop."""

    def __init__(self, runner: asyncio.Runner, desk: Desk) -> None:
        self._runner, self._desk = runner, desk

    def close(self) -> None:
        self._runner.run(self._desk.close())


class _Chain:
    """The members and the running totals while the year goes by."""

    def __init__(self, plan: Plan, refs: dict[int, MemberRef]) -> None:
        self._plan = plan
        self._refs = refs
        self._coupons = in_transaction(lambda: _letters(plan))
        self._sales = self._returns = self._rewards = self._cancelled = 0

    def built(self) -> Built:
        """What there is at the end."""
        return Built(len(self._refs), self._sales, self._returns, self._rewards, self._cancelled)

    def count(self, day: Day) -> None:
        """Add the day to the totals, whether it is lived now or was before."""
        self._sales += len(day.sales)
        self._returns += len(day.returns)

    def live(self, day: Day, runner: asyncio.Runner, desk: Desk) -> None:
        """Enrol the day's newcomers, deliver its receipts and returns, then hand out rewards."""
        morning = datetime.combine(day.day, time(7), tzinfo=ZONE).astimezone(UTC)
        evening = min(morning + timedelta(hours=16), self._plan.now)
        commands: list[Command] = [*self._welcome(day.newcomers, min(morning, evening))]
        commands += [self._sale(sale) for sale in day.sales]
        commands += [_return(back) for back in day.returns]
        for result in runner.run(desk.run(commands, now=evening)) if commands else ():
            if isinstance(result, Exception):
                raise result
        for wish in day.wishes:
            in_transaction(lambda wish=wish: self._grant(wish, evening))  # type: ignore[misc]

    def _welcome(self, newcomers: Iterable[Person], at: datetime) -> list[RecordEvent]:
        persons = list(newcomers)
        if not persons:
            return []
        enrolments = [_enrolment(person, at) for person in persons]
        outcomes = in_transaction(
            lambda: enrol_many(enrolments, on_existing="return", now=at, by=SYSTEM)
        )
        events = []
        for person, outcome in zip(persons, outcomes, strict=True):
            if not isinstance(outcome, Enrolled):
                raise outcome
            self._refs[person.number] = outcome.member
            events.append(RecordEvent(MemberKey(ref=outcome.member), Event("sign_up", at)))
        return events

    def _sale(self, sale: DemoSale) -> CommitSale:
        receipt = sale.receipt
        member = MemberKey(ref=self._refs[sale.person]) if sale.person else None
        pay: dict[str, int | None] = {"points": None} if sale.spends else {}
        # The seed and the number say what the receipt is: its till would hash the whole of it.
        about = (self._plan.seed, *_key(receipt), receipt.occurred_at, receipt.amount_minor)
        digest = sha256(repr(about).encode()).digest()
        place = sale.coupon
        codes = () if place is None else tuple(self._coupons[place : place + 1])
        return CommitSale(receipt, member, digest, pay, codes=codes)

    def _grant(self, wish: DemoWish, at: datetime) -> None:
        """A reward for who has the points, and may have it; the others hear no."""
        member, reward = self._refs[wish.person], REWARDS[wish.reward]
        try:
            taken = redeem_reward(member, reward.code, request_key=wish.key, now=at, by=SYSTEM)
        except Refused:
            return
        self._rewards += 1
        if wish.regrets:
            cancel_redemption(member, taken.id, reason="changed their mind", now=at, by=SYSTEM)
            self._cancelled += 1


def _letters(plan: Plan) -> list[str]:
    """The codes that went out with the letter, always in the same order."""
    codes: list[str] = []
    while True:
        after = codes[-1] if codes else ""
        page = list_coupons(LETTER, after=after, limit=_AT_ONCE, now=plan.now, by=SYSTEM)
        codes += [code for code, _ in page]
        if len(page) < _AT_ONCE:
            return codes


def _key(receipt: Receipt) -> SaleKey:
    return SaleKey(receipt.store, receipt.till, receipt.number)


def _return(back: DemoReturn) -> ReturnGoods:
    digest = sha256(repr(back).encode()).digest()
    return ReturnGoods(
        back.number,
        back.store,
        back.till,
        back.occurred_at,
        SaleKey(*back.sale),
        digest,
        {back.line: back.quantity},
    )


def _enrolment(person: Person, at: datetime) -> Enrolment:
    return Enrolment(
        identifiers=(
            Identifier(IdentifierKind.CARD, person.card),
            Identifier(IdentifierKind.PHONE, person.phone),
        ),
        profile=Profile(given_name=person.given_name, family_name=person.family_name),
        birthday=person.birthday,
        consents=(ConsentGiven("programme", True, "till", "demo-1"),),
        store=STORES[person.store],
        enrolled_at=at,
    )
