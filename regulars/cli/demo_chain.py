"""Fill an empty installation with the demo chain: a year of receipts through the till's own code."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any

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
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import Actor, Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.contexts.till.types import (
    Command,
    CommitSale,
    MemberKey,
    RecordEvent,
    ReturnGoods,
    SaleKey,
)
from regulars.contexts.till.usecases.desk import Desk, open_desk
from regulars.contexts.till.usecases.places import create_store, create_till
from regulars.core.demo.people import Person, card_of, people
from regulars.core.demo.year import STORES, TILLS, ZONE, Day, DemoReturn, DemoSale, year
from regulars.core.purchase import Event
from regulars.core.refusal import Refused
from regulars.kit.dsn import Dsn
from regulars.kit.transactions import in_transaction
from regulars.programmes.catalogue import load

PROGRAMME = "grocery"
MARKETER, CONTROLLER = "marketer@regulars.local", "controller@regulars.local"
_TITLES = {
    "centre": "Центральный",
    "station": "У вокзала",
    "park": "Парк",
}


@dataclass(frozen=True, slots=True)
class Built:
    """What the demo now has."""

    members: int
    sales: int
    returns: int
    refused: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a chain, over which time, from which seed."""

    members: int
    since: datetime
    now: datetime
    seed: int


def build_chain(plan: Plan, app: Dsn, secret: bytes, advance: Callable[[int], None]) -> Built:
    """Make staff, stores, programme, members and a year of sales. `advance` is told of each day."""
    by = system_actor("demo")
    in_transaction(lambda: _make_staff(plan.now, by))
    in_transaction(lambda: _make_places(plan.since, by))
    _publish_programme(plan)
    persons = people(plan.members, plan.since.date(), plan.now.date(), plan.seed)
    chain = _Chain(plan, by)
    with asyncio.Runner() as runner:
        desk = runner.run(open_desk(app, secret=secret, clock=lambda: plan.now))
        with closing(_Closing(runner, desk)):
            for day in year(persons, plan.since.date(), plan.now, plan.seed):
                chain.live(day, runner, desk)
                advance(1)
    in_transaction(lambda: seal_days(now=plan.now))
    return Built(len(chain.refs), chain.sales, chain.returns, chain.refused)


def find_card() -> str | None:
    """The card of a demo member who still comes; None where there are none of the demo's members."""
    cards = [card_of(number) for number in range(1, 21)]
    held = find_holders(IdentifierKind.CARD, cards)
    return next((card for card in cards if card in held), None)


class _Closing:
    """Closes the desk on its own loop."""

    def __init__(self, runner: asyncio.Runner, desk: Desk) -> None:
        self._runner, self._desk = runner, desk

    def close(self) -> None:
        self._runner.run(self._desk.close())


class _Chain:
    """The running totals while the year goes by."""

    def __init__(self, plan: Plan, by: Actor) -> None:
        self._plan = plan
        self._by = by
        self.refs: dict[int, MemberRef] = {}
        self.sales = self.returns = self.refused = 0

    def live(self, day: Day, runner: asyncio.Runner, desk: Desk) -> None:
        """Enrol the day's newcomers, then deliver its receipts and returns."""
        morning = datetime.combine(day.day, time(7), tzinfo=ZONE).astimezone(UTC)
        evening = min(morning + timedelta(hours=16), self._plan.now)
        commands: list[Command] = [*self._welcome(day.newcomers, min(morning, evening))]
        commands += [self._sale(sale) for sale in day.sales]
        commands += [_return(back) for back in day.returns]
        for result in runner.run(desk.run(commands, now=evening)) if commands else ():
            if isinstance(result, Refused):
                self.refused += 1
            elif isinstance(result, Exception):
                raise result
        self.sales += len(day.sales)
        self.returns += len(day.returns)

    def _welcome(self, newcomers: Iterable[Person], at: datetime) -> list[RecordEvent]:
        persons = list(newcomers)
        if not persons:
            return []
        enrolments = [_enrolment(person, at) for person in persons]
        outcomes = in_transaction(lambda: enrol_many(enrolments, now=at, by=self._by))
        events = []
        for person, outcome in zip(persons, outcomes, strict=True):
            if not isinstance(outcome, Enrolled):
                raise outcome
            self.refs[person.number] = outcome.member
            events.append(RecordEvent(MemberKey(ref=outcome.member), Event("sign_up", at)))
        return events

    def _sale(self, sale: DemoSale) -> CommitSale:
        receipt = sale.receipt
        member = MemberKey(ref=self.refs[sale.person]) if sale.person else None
        pay: dict[str, int | None] = {"points": None} if sale.spends else {}
        digest = sha256(f"{receipt!r}{pay}".encode()).digest()
        return CommitSale(receipt, member, digest, pay)


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


def _make_staff(now: datetime, by: Actor) -> None:
    for email, name, role in (
        (MARKETER, "Marketer", Role.MARKETER),
        (CONTROLLER, "Controller", Role.CONTROLLER),
    ):
        if find_staff_actor(email) is None:
            create_staff(email=email, name=name, role=role, language="ru", now=now, by=by)


def _make_places(since: datetime, by: Actor) -> None:
    for store in STORES:
        create_store(store, _TITLES[store], now=since, by=by)
        for till in range(1, TILLS + 1):
            create_till(store, f"till-{till}", f"{_TITLES[store]} {till}", now=since, by=by)


def _publish_programme(plan: Plan) -> None:
    """The marketer drafts and publishes, the controller approves: two people, as always."""
    marketer, controller = find_staff_actor(MARKETER), find_staff_actor(CONTROLLER)
    assert marketer is not None
    assert controller is not None
    document: Any = load(PROGRAMME)

    def publish() -> None:
        version = draft_version(document, now=plan.now, by=marketer)
        approve_version(version.number, now=plan.now, by=controller)
        publish_version(
            version.number,
            plan.since - timedelta(days=1),
            backdated=True,
            has_sales=False,
            now=plan.now,
            by=marketer,
        )

    in_transaction(publish)
