"""The console over a million members: searches, lists and cards, by the server's time."""

import secrets
import time
from collections.abc import Callable
from statistics import median

import psycopg
from django.test import Client
from django.test.utils import override_settings

from bench.ground import card, ground, member_id
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
"""


def run(options: Options) -> list[Figure]:
    """Fill what is missing, then ask each page several times and take the middle."""
    with ground(options.members, options.home) as (access, _):
        with psycopg.connect(access.owner.conninfo, autocommit=True) as owner:
            if not owner.execute("SELECT 1 FROM members_profile LIMIT 1").fetchone():
                owner.execute(_PEOPLE, {"given": _GIVEN, "family": _FAMILY})
                owner.execute("ANALYZE members_profile")
            holds = owner.execute("SELECT count(*) FROM members_member").fetchone()
        with override_settings(ALLOWED_HOSTS=["testserver"]):
            return _figures(_signed_in(), options, int(holds[0]) if holds else 0)


def _figures(browser: Client, options: Options, held: int) -> list[Figure]:
    searched: dict[str, str] = {
        "search: a name that 100,000s begin with": "куз",
        "search: a given name": "анна",
        "search: family name and given name": "кузнецовская77 ",
        "search: a card": card(options.members // 2),
        "search: nobody": "яяяяя",
    }
    figures = [
        _timed(name, _SEARCH_MS, options, held, lambda text=text: _search(browser, text))  # type: ignore[misc]
        for name, text in searched.items()
    ]
    member = member_id(options.members // 20 * 10)
    pages = {
        "members, the newest": "/console/members/",
        "members by tag": "/console/members/?tag=vip",
        "members frozen, of none": "/console/members/?status=blocked",
        "a member's card": f"/console/members/{member}/",
        "a member's statement": f"/console/members/{member}/statement/",
        "support": "/console/support/",
    }
    figures += [
        _timed(name, _PAGE_MS, options, held, lambda path=path: browser.get(path))  # type: ignore[misc]
        for name, path in pages.items()
    ]
    return figures


def _timed(
    name: str, most_ms: int, options: Options, held: int, ask: Callable[[], object]
) -> Figure:
    answer = ask()
    assert answer.status_code == 200, (name, answer.status_code)  # type: ignore[attr-defined]
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
        remark=f"{held:,} members",
    )


def _search(browser: Client, text: str) -> object:
    return browser.post("/console/members/", {"search": text}, headers={"HX-Request": "true"})


def _signed_in() -> Client:
    from regulars.contexts.security.types import Holder, Role, system_actor
    from regulars.contexts.security.usecases.sessions import begin_session
    from regulars.contexts.security.usecases.staff import create_staff
    from regulars.kit.clock import utc_now
    from regulars.kit.ids import new_id

    now = utc_now()
    made = create_staff(
        email=f"bench-{new_id(now=now)}@example.org", name="Bench", role=Role.SUPPORT,
        language="ru", password=secrets.token_urlsafe(24), now=now, by=system_actor("bench"),
    )  # fmt: skip
    session = begin_session(Holder("staff", made.id), method="passkey", device="bench", now=now)
    browser = Client()
    browser.cookies["regulars_staff"] = session.token
    return browser
