"""The console over a million members and ten million postings: each page by the server's time and its queries."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import psycopg
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from bench.ground import card, ground, member_id
from bench.past_of_millions import fill_past
from bench.report import Figure, Options

TITLE = "Console: server time of its pages"
_SEARCH_MS, _PAGE_MS = 300, 200
_GIVEN = [
    "Анна",
    "Мария",
    "Иван",
    "Пётр",
    "Елена",
    "Сергей",
    "Ольга",
    "Дмитрий",
    "Наталья",
    "Алексей",
    "Вера",
    "Борис",
]
_FAMILY = [
    "Иванова",
    "Петров",
    "Сидорова",
    "Кузнецов",
    "Смирнова",
    "Попов",
    "Волкова",
    "Новиков",
    "Морозова",
    "Лебедев",
]
# Every family name with thousands of endings: some beginnings fit hundreds of thousands.
_PEOPLE = """
INSERT INTO members_profile (bucket, member_id, given_name, family_name, phone, name_key, name_key_reversed)
SELECT bucket, id, given, family, '', lower(family || ' ' || given), lower(given || ' ' || family)
FROM (
    SELECT bucket, id, (%(given)s::text[])[1 + n %% 12] AS given,
           (%(family)s::text[])[1 + n / 7 %% 10] || 'ская' || n %% 9973 AS family
    FROM (SELECT bucket, id, row_number() OVER () AS n FROM members_member) AS m
) AS p
ON CONFLICT DO NOTHING
"""
_NAMELESS = """
SELECT 1 FROM members_member m WHERE NOT EXISTS (
    SELECT FROM members_profile p WHERE p.bucket = m.bucket AND p.member_id = m.id
) LIMIT 1
"""

Ask = Callable[[], HttpResponse]


def run(options: Options) -> list[Figure]:
    """Fill what is missing, then ask each page several times and take the middle."""
    with ground(options.members, options.home) as (access, _):
        began = time.perf_counter()
        held, postings = fill_past(access, options.console_members, options.postings)
        with psycopg.connect(access.owner.conninfo, autocommit=True) as owner:
            if owner.execute(_NAMELESS).fetchone():
                owner.execute(_PEOPLE, {"given": _GIVEN, "family": _FAMILY})
                owner.execute("VACUUM ANALYZE members_profile")
        filled = Figure(
            "members and postings in the tables",
            f"{held:,} and {postings:,}",
            remark=f"filled or found in {time.perf_counter() - began:.0f} s",
        )
        with override_settings(ALLOWED_HOSTS=["testserver"]):
            return [filled, *_figures(_signed_in(), options, held)]


def _figures(browser: Client, options: Options, held: int) -> list[Figure]:
    figures = [_behind(browser)]
    for name, path in _pages(held).items():
        figures.append(_timed(name, _PAGE_MS, options, _getting(browser, path)))
    for name, text in _searches(held).items():
        figures.append(_timed(name, _SEARCH_MS, options, _searching(browser, text)))
    return figures


def _pages(held: int) -> dict[str, str]:
    member = member_id(held // 20 * 10 + 1)
    return {
        "home": "/console/",
        "home, its figures": "/console/figures/",
        "members, the newest": "/console/members/",
        "members by tag": "/console/members/?tag=vip",
        "members frozen, of none": "/console/members/?status=blocked",
        "own staff, of none": "/console/members/?staff=yes",
        "members who joined at a store, of none": "/console/members/?store=s3",
        "members who joined a year ago": "/console/members/?since=2025-01-01&until=2025-01-31",
        "a member's card": f"/console/members/{member}/",
        "a member's statement": f"/console/members/{member}/statement/",
        "support": "/console/support/",
        "programme": "/console/programme/",
        "a version in words": "/console/programme/1/words/",
        "audit": "/console/audit/",
        "audit of stores": "/console/audit/?kind=store",
        "audit of one colleague, of none": "/console/audit/?actor=nobody",
        "audit of a day months ago": f"/console/audit/?since={_ago(200)}&until={_ago(200)}",
        "approvals": "/console/approvals/",
        "liability, the frame": "/console/liability/",
        "analytics": "/console/analytics/",
        "analyses": "/console/analytics/studies/",
        "plans": "/console/plan/",
        "simulations": "/console/simulate/",
        "stores": "/console/stores/",
        "a store": "/console/stores/at/s1/",
        "rewards": "/console/rewards/",
        "orders": "/console/rewards/orders/",
        "coupons": "/console/coupons/",
        "cards": "/console/cards/",
        "front page": "/",
    }


def _searches(held: int) -> dict[str, str]:
    return {
        "search: a name that 100,000s begin with": "куз",
        "search: a given name": "анна",
        "search: family name and given name": "кузнецовская77 ",
        "search: a card": card(held // 2),
        "search: nobody": "яяяяя",
    }


def _behind(browser: Client) -> Figure:
    """How long the home page's figures take to be counted behind the page, while it waits for nothing."""
    from regulars.kit.clock import utc_now
    from regulars.web.console.overview import OVERVIEW

    began = time.perf_counter()
    with _queries() as seen:
        OVERVIEW.at(utc_now())
    took = time.perf_counter() - began
    return Figure(
        "figures of the home page, counted anew behind it",
        f"{took:.1f} s",
        remark=f"{len(seen)} queries",
    )


def _timed(name: str, most_ms: int, options: Options, ask: Ask) -> Figure:
    ask()
    with _queries() as seen:
        answer = ask()
    assert answer.status_code == 200, (name, answer.status_code)
    times = []
    for _ in range(max(3, options.rounds * 3)):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    middle = median(times)
    return Figure(
        name=name,
        product=f"{middle:.0f} ms",
        target=f"≤ {most_ms} ms",
        holds=middle <= most_ms,
        remark=f"{len(seen)} queries, {_slowest(seen):.0f} ms the slowest",
    )


@contextmanager
def _queries() -> Iterator[list[dict[str, Any]]]:
    """What is asked of the database in the block, transactions' own statements left out."""
    seen: list[dict[str, Any]] = []
    with CaptureQueriesContext(connection) as captured:
        yield seen
    seen += [
        one for one in captured.captured_queries
        if not one["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SET "))
    ]  # fmt: skip


def _slowest(seen: list[dict[str, Any]]) -> float:
    return max((float(one["time"]) * 1000 for one in seen), default=0.0)


def _getting(browser: Client, path: str) -> Ask:
    return lambda: browser.get(path)  # type: ignore[return-value]


def _searching(browser: Client, text: str) -> Ask:
    return lambda: browser.post(  # type: ignore[return-value]
        "/console/members/", {"search": text}, headers={"HX-Request": "true"}
    )


def _ago(days: int) -> str:
    from datetime import timedelta

    from regulars.kit.clock import utc_now

    return str((utc_now() - timedelta(days=days)).date())


def _signed_in() -> Client:
    from regulars.contexts.security.types import Holder, Role, system_actor
    from regulars.contexts.security.usecases.sessions import begin_session
    from regulars.contexts.security.usecases.staff import create_staff
    from regulars.kit.clock import utc_now
    from regulars.kit.ids import new_id

    now = utc_now()
    made = create_staff(
        email=f"bench-{new_id(now=now)}@example.org", name="Bench", role=Role.OWNER,
        language="ru", password=secrets.token_urlsafe(24), now=now, by=system_actor("bench"),
    )  # fmt: skip
    session = begin_session(Holder("staff", made.id), method="passkey", device="bench", now=now)
    browser = Client()
    browser.cookies["regulars_staff"] = session.token
    return browser
