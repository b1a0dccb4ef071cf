"""The setting of the demo: its plan, remembered in the audit trail, and staff, places, programme, rewards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from regulars.contexts.members.usecases.consent_texts import publish_first_texts
from regulars.contexts.programme.queries import get_timeline
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.rewards.queries.catalogue import list_rewards
from regulars.contexts.rewards.queries.coupons import list_batches
from regulars.contexts.rewards.types import BatchTerms, RewardTerms
from regulars.contexts.rewards.usecases.catalogue import create_reward, launch_reward
from regulars.contexts.rewards.usecases.coupon_batches import create_batch, generate_codes
from regulars.contexts.security.queries import find_staff_actor, list_audit_rows
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.security.usecases.staff import create_staff, set_password
from regulars.contexts.till.queries.places import list_stores
from regulars.contexts.till.usecases.cashiers import set_cashier
from regulars.contexts.till.usecases.places import create_store, create_till
from regulars.core.calendar import micros, moment_of
from regulars.core.demo.goods import REWARDS
from regulars.core.demo.year import STORES, TILLS
from regulars.kit.secrets import new_password
from regulars.kit.transactions import in_transaction
from regulars.programmes.catalogue import load

PROGRAMME = "grocery"
LETTER, LETTER_PROMOTION = "letter", "come-back"
_LETTERS_MORE = 50
CASHIER, PIN = "Вера", "2580"
OWNER = "owner@regulars.local"
MARKETER, CONTROLLER = "marketer@regulars.local", "controller@regulars.local"
SYSTEM = system_actor("demo")
_BEGIN, _BUILT = "demo.begin", "demo.built"
_SUBJECT = ("demo", "chain")
_TITLES = {
    "centre": "Центральный",
    "station": "У вокзала",
    "park": "Парк",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a chain, over which time, from which seed."""

    members: int
    since: datetime
    now: datetime
    seed: int


def find_plan() -> tuple[Plan, bool] | None:
    """By which plan this installation was begun, and whether it is built; None where it was not."""
    kind, subject = _SUBJECT
    rows = list_audit_rows(object_kind=kind, object_id=subject, by=SYSTEM).items
    begun = next((row for row in rows if row.action == _BEGIN), None)
    if begun is None:
        return None
    told: Any = begun.detail
    plan = Plan(
        told["members"],
        moment_of(told["since_us"]),
        moment_of(told["now_us"]),
        told["seed"],
    )
    return plan, any(row.action == _BUILT for row in rows)


def begin(plan: Plan) -> None:
    """Remember the plan, before anything is made by it."""
    detail: dict[str, str | int | bool | None] = {
        "members": plan.members,
        "since_us": micros(plan.since),
        "now_us": micros(plan.now),
        "seed": plan.seed,
    }
    record_audit(_BEGIN, *_SUBJECT, detail, now=plan.now, by=SYSTEM)


def finish(plan: Plan, *, now: datetime) -> None:
    """Remember that all of the plan is in the books."""
    record_audit(_BUILT, *_SUBJECT, now=now, by=SYSTEM)


def make_setting(plan: Plan) -> None:
    """Staff, stores and tills, the programme in force, and rewards, as far as not there yet."""
    in_transaction(lambda: _make_staff(plan.now))
    in_transaction(lambda: publish_first_texts("Наш магазин", now=plan.since, by=SYSTEM))
    in_transaction(lambda: _make_places(plan.since))
    in_transaction(lambda: _publish_programme(plan))
    in_transaction(lambda: _offer_rewards(plan.since))
    in_transaction(lambda: _send_letter(plan))


def _make_staff(now: datetime) -> None:
    for email, name, role in (
        (MARKETER, "Marketer", Role.MARKETER),
        (CONTROLLER, "Controller", Role.CONTROLLER),
    ):
        if find_staff_actor(email) is None:
            create_staff(email=email, name=name, role=role, language="ru", now=now, by=SYSTEM)


def let_people_in(now: datetime, *, owner: bool) -> dict[str, str]:
    """New passwords for the demo's people, by address: good until the next start."""
    passwords = {}
    for email in (*((OWNER,) if owner else ()), MARKETER, CONTROLLER):
        person = find_staff_actor(email)
        if person is not None and person.staff_id is not None:
            passwords[email] = new_password()
            set_password(person.staff_id, passwords[email], now=now, by=SYSTEM)
    return passwords


def let_cashier_work(now: datetime) -> None:
    """The demo's cashier can enter by the demo's PIN at any till of the first store."""
    set_cashier(STORES[0], "vera", name=CASHIER, pin=PIN, active=True, now=now, by=SYSTEM)


def _make_places(since: datetime) -> None:
    if list_stores(limit=1):
        return
    for store in STORES:
        create_store(store, _TITLES[store], now=since, by=SYSTEM)
        for till in range(1, TILLS + 1):
            create_till(store, f"till-{till}", f"{_TITLES[store]} {till}", now=since, by=SYSTEM)


def _publish_programme(plan: Plan) -> None:
    """The marketer drafts and publishes, the controller approves: two people, as always."""
    if get_timeline().timeline.version_at(plan.since) is not None:
        return
    marketer, controller = find_staff_actor(MARKETER), find_staff_actor(CONTROLLER)
    assert marketer is not None
    assert controller is not None
    document: Any = load(PROGRAMME)
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


def _offer_rewards(since: datetime) -> None:
    if list_rewards(limit=1):
        return
    for reward in REWARDS:
        terms = RewardTerms(
            reward.title,
            "points",
            reward.points,
            per_member_limit=reward.limit,
            tiers=reward.tiers,
        )
        create_reward(reward.code, terms, stock=reward.stock, now=since, by=SYSTEM)
        launch_reward(reward.code, now=since, by=SYSTEM)


def _send_letter(plan: Plan) -> None:
    """One coupon for each member and some to spare, as codes printed in a letter."""
    if list_batches(promotion=LETTER_PROMOTION, limit=1, by=SYSTEM):
        return
    terms = BatchTerms(title="Письмо участникам", promotion=LETTER_PROMOTION)
    create_batch(LETTER, terms, pattern="LETTER-????-?????", now=plan.since, by=SYSTEM)
    generate_codes(LETTER, plan.members + _LETTERS_MORE, now=plan.since, by=SYSTEM)
