"""Coupons as requests: shown in the API document, run by a test."""

from regulars.web.api.manage.examples import MEMBER_ID
from regulars.web.api.operation import Example

LIST = (Example("The first of them", status=200),)
BATCHES = (
    Example(
        "A letter to everybody, codes made here",
        body={
            "code": "spring-letter",
            "title": "Spring letter",
            "promotion": "spring",
            "pattern": "SPRING-????-????",
            "until": "2099-05-31T23:59:59+03:00",
        },
        status=201,
    ),
    Example(
        "Codes of a partner, each for one member",
        body={
            "code": "partner",
            "title": "Cinema",
            "promotion": "spring",
            "bound": True,
            "valid_days": 14,
        },
        status=201,
    ),
)
ONE = (Example("The spring letter", path={"batch": "spring-letter"}, status=200),)
GENERATES = (
    Example("A thousand", path={"batch": "spring-letter"}, body={"count": 1000}, status=200),
    Example(
        "More than the pattern can hide",
        path={"batch": "spring-letter"},
        body={"count": 1_000_000},
        status=422,
    ),
)
IMPORTS = (
    Example(
        "Two codes, one of them no code",
        path={"batch": "partner"},
        body={"codes": [{"code": "CINEMA-7HK2-99TR"}, {"code": "?"}]},
        status=200,
    ),
)
LOOK_UPS = (
    Example("A code as it was typed", body={"code": "cinema 7hk2 99tr"}, status=200),
    Example("A code that does not exist", body={"code": "CINEMA-0000"}, status=404),
)
OF_MEMBER = (Example("A member", path={"member_id": MEMBER_ID}, status=200),)
ISSUES = (
    Example(
        "A code of the partner",
        path={"member_id": MEMBER_ID},
        body={"batch": "partner"},
        status=201,
    ),
)
