"""A small business for the tests of the API: a programme, two stores, tills, people, keys, members."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from regulars.contexts.members.types import Enrolment, Identifier, IdentifierKind, Profile
from regulars.contexts.members.usecases.enrolment import enrol_member
from regulars.contexts.programme.usecases import approve_version, draft_version, publish_version
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import Actor, Plane, Role, Scope, system_actor
from regulars.contexts.security.usecases.keys import issue_api_key
from regulars.contexts.security.usecases.staff import create_staff
from regulars.contexts.till.usecases.places import create_store, create_till, issue_till_key
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

CARD = "2000000000015"
OTHER_CARD = "2000000000022"
PHONE = "+79161234567"
PROGRAMME = {
    "format": 1,
    "code": "grocery",
    "title": {"en": "Grocery", "ru": "Продукты"},
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "ru",
    "currencies": {
        "points": {
            "title": "Points",
            "redeem": {"kind": "money", "worth": 1, "share_max": 50},
            "expiry": {"kind": "after", "after": {"months": 12}},
        },
    },
    "gift_cards": {"most": 100000, "top_up": True},
    "earning": [
        {
            "id": "base",
            "title": "5 points for 100",
            "mechanic": "rate_per_amount",
            "currency": "points",
            "params": {"points": 5, "per": 100},
        },
        {
            "id": "welcome",
            "title": "Welcome",
            "mechanic": "event_bonus",
            "currency": "points",
            "params": {"event": "sign_up", "points": 50},
        },
        {
            "id": "visit",
            "title": "Checked in",
            "mechanic": "event_bonus",
            "currency": "points",
            "params": {"event": "check_in", "points": 3, "once": "always"},
        },
    ],
    "tiers": {
        "measure": "spend",
        "window": {"kind": "rolling", "length": {"months": 12}},
        "levels": [
            {"code": "base", "title": "Base"},
            {"code": "gold", "title": "Gold", "threshold": 1000, "discount": {"percent": 5}},
        ],
    },
    "promotions": [
        {
            "id": "spring",
            "title": {"en": "Spring letter", "ru": "Весеннее письмо"},
            "kind": "percent",
            "params": {"percent": 10},
            "trigger": {"kind": "coupon"},
        }
    ],
}
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """What the tests know of the business."""

    owner: Actor
    second: Actor
    member: UUID
    other: UUID
    keys: dict[str, str] = field(default_factory=dict, repr=False)


def build_world(document: dict | None = PROGRAMME) -> World:
    """Make it in the database that Django is led to; None: without a programme."""
    return in_transaction(lambda: _build(document))


def _build(document: dict | None) -> World:
    now = utc_now()
    owner, second = (_person(name, now) for name in ("owner", "second"))
    if document is not None:
        _publish(document, owner, second, now)
    for store in ("s1", "s2"):
        create_store(store, f"Store {store}", now=now, by=owner)
        for till in ("1", "2"):
            create_till(store, till, f"Till {till}", now=now, by=owner)
    members = [
        enrol_member(
            Enrolment(
                (Identifier(IdentifierKind.CARD, card), *more),
                profile=Profile(given_name=name, family_name=family),
                store="s1",
                enrolled_at=now - timedelta(days=400),
            ),
            now=now,
            by=system_actor("tests"),
        ).member.id
        for card, name, family, more in (
            (CARD, "Анна", "Ковалёва", (Identifier(IdentifierKind.PHONE, PHONE),)),
            (OTHER_CARD, "Борис", "Лужин", ()),
        )
    ]
    keys = {
        f"{store}/{till}": issue_till_key(store, till, now=now, by=owner).token
        for store in ("s1", "s2")
        for till in ("1", "2")
    }
    for name, scopes in (
        ("all", [scope for scope in Scope if not scope.startswith("till:")]),
        ("reader", [Scope.PROGRAMME_READ]),
    ):
        keys[f"manage/{name}"] = issue_api_key(
            name=name,
            plane=Plane.MANAGE,
            scopes=scopes,
            staff_id=owner.staff_id,
            now=now,
            by=owner,
        ).token
    keys["manage/second"] = issue_api_key(
        name="second",
        plane=Plane.MANAGE,
        scopes=[scope for scope in Scope if not scope.startswith("till:")],
        staff_id=second.staff_id,
        now=now,
        by=second,
    ).token
    return World(owner, second, members[0], members[1], keys)


def _publish(document: dict, owner: Actor, second: Actor, now: datetime) -> None:
    version = draft_version(document, now=now, by=owner)
    approve_version(version.number, now=now, by=second)
    publish_version(version.number, LONG_AGO, backdated=True, has_sales=False, now=now, by=owner)


def _person(name: str, now: datetime) -> Actor:
    create_staff(
        email=f"{name}@example.org",
        name=name.title(),
        role=Role.OWNER,
        language="en",
        password="a-long-passphrase-of-tests",
        now=now,
        by=system_actor("tests"),
    )
    found = find_staff_actor(f"{name}@example.org")
    assert found is not None
    return found
