"""A day in the office as requests: shown in the API document, run by a test."""

from typing import Any

from regulars.web.api.operation import Example

MEMBER_ID = "0193a5f0-7c00-7000-8000-000000000001"
PROGRAMME: dict[str, Any] = {
    "format": 1,
    "code": "grocery",
    "title": {"en": "Grocery", "ru": "Продукты"},
    "time_zone": "Europe/Moscow",
    "money": "RUB",
    "language": "ru",
    "currencies": {
        "points": {
            "title": {"en": "Points", "ru": "Баллы"},
            "redeem": {"kind": "money", "worth": 1, "share_max": 30},
        }
    },
    "earning": [
        {
            "id": "base",
            "title": {"en": "3 points for 100", "ru": "3 балла за 100 рублей"},
            "mechanic": "rate_per_amount",
            "currency": "points",
            "params": {"points": 3, "per": 100},
        }
    ],
}
LIST = (Example("The first of them", status=200),)
VERSION = (Example("The first version", path={"number": "1"}, status=200),)
DRAFTS = (
    Example("Three points for 100", body={"document": PROGRAMME, "note": "Less"}, status=201),
)
CHECKS = (
    Example("A sound one", body={"document": PROGRAMME}, status=200),
    Example("One in YAML that lacks almost everything", body={"yaml": "format: 1\n"}, status=200),
)
OF_MEMBER = (Example("A member", path={"member_id": MEMBER_ID}, status=200),)
ENROLMENTS = (
    Example(
        "Found by card and phone",
        body={
            "identifiers": [
                {"kind": "card", "value": "2000000000053"},
                {"kind": "phone", "value": "+7 916 000-00-17"},
            ],
            "profile": {"given_name": "Глеб", "city": "Омск"},
            "birthday": "1984-02-29",
            "consents": [{"purpose": "marketing", "given": True, "channel": "paper"}],
            "tags": ["staff family"],
        },
        status=201,
    ),
)
SEARCHES = (
    Example("By how a name begins", body={"search": "Ковал"}, status=200),
    Example("Everybody of one store", body={"store": "s1", "limit": 20}, status=200),
)
CHANGES = (
    Example(
        "Another city, a tag",
        path={"member_id": MEMBER_ID},
        body={"profile": {"city": "Томск"}, "tags": ["early bird"]},
        status=200,
    ),
)
BLOCKS = (
    Example("Lost phone", path={"member_id": MEMBER_ID}, body={"reason": "lost phone"}, status=200),
)
UNBLOCKS = (
    Example("Found again", path={"member_id": MEMBER_ID}, body={"reason": "found"}, status=200),
)
IDENTIFIERS = (
    Example(
        "A second phone",
        path={"member_id": MEMBER_ID},
        body={"kind": "phone", "value": "+7 916 000-00-27"},
        status=201,
    ),
)
CONSENTS = (
    Example(
        "Marketing, on paper",
        path={"member_id": MEMBER_ID},
        body={"consents": [{"purpose": "marketing", "given": True, "channel": "paper"}]},
        status=201,
    ),
)
RANGES = (
    Example(
        "Plastic cards in an own range of EAN-13",
        body={"code": "plastic-2026", "prefix": "0412", "length": 13, "checksum": "ean13"},
        status=201,
    ),
)
BATCHES = (
    Example("Five cards", path={"range_code": "plastic-2026"}, body={"count": 5}, status=201),
)
ADJUSTMENTS = (
    Example(
        "Points that were missing",
        path={"member_id": MEMBER_ID},
        body={"currency": "points", "amount": 100, "reason": "missing points of 3 May"},
        status=201,
    ),
    Example(
        "More than one person may give",
        path={"member_id": MEMBER_ID},
        body={"currency": "points", "amount": 100_000, "reason": "lottery"},
        status=201,
    ),
)
GRANTS = (
    Example(
        "Gold by invitation",
        path={"member_id": MEMBER_ID},
        body={"tier": "gold", "until": "2027-12-31T23:59:59+03:00", "reason": "press"},
        status=201,
    ),
)
REWARDS = (
    Example(
        "A mug",
        body={
            "code": "mug",
            "title": {"en": "Mug", "ru": "Кружка"},
            "currency": "points",
            "price_minor": 20,
            "stock": 100,
            "per_member_limit": 2,
        },
        status=201,
    ),
)
LAUNCHES = (Example("The mug", path={"code": "mug"}, status=200),)
ONE_REWARD = (Example("The mug", path={"code": "mug"}, status=200),)
STORES = (
    Example(
        "A store in another time zone",
        body={"code": "s9", "title": "Lenin street", "time_zone": "Asia/Omsk"},
        status=201,
    ),
)
ONE_STORE = (Example("The first store", path={"store": "s1"}, status=200),)
TILLS = (
    Example("A third till", path={"store": "s1"}, body={"code": "3", "title": "Door"}, status=201),
)
TILL_KEYS = (Example("For the third till", path={"store": "s1", "till": "3"}, body={}, status=201),)
STAFF = (
    Example(
        "Somebody who looks only",
        body={"email": "auditor@example.org", "name": "Auditor", "role": "auditor"},
        status=201,
    ),
)
KEYS = (
    Example(
        "For a program that reads members",
        body={"name": "warehouse", "scopes": ["members:read"]},
        status=201,
    ),
)
