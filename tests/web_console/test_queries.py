"""How often a page asks the database does not depend on how much there is."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from till_shop import DOCUMENT, open_shop

from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.audit import record_audit
from regulars.contexts.till.usecases.places import create_store
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.console.overview import OVERVIEW
from regulars.web.pages.figures import FIGURES

PAGES = (
    "/console/",
    "/console/figures/",
    "/console/members/",
    "/console/audit/",
    "/console/audit/?since=2020-01-01&until=2030-01-01",
    "/console/approvals/",
    "/console/support/",
    "/console/programme/",
    "/console/liability/",
    "/console/analytics/",
    "/console/analytics/studies/",
    "/console/plan/",
    "/console/simulate/",
    "/console/stores/",
    "/console/rewards/",
    "/console/rewards/orders/",
    "/console/coupons/",
    "/console/cards/",
    "/console/gift-cards/",
    "/console/keys/",
    "/console/staff/",
)


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, DOCUMENT, utc_now() - timedelta(days=3)) as shop:
        yield shop
    FIGURES.forget()
    OVERVIEW.forget()


def grow(shop, sign_in, turn):
    """Some more of everything that lists show."""

    def more(number):
        code = f"s{turn}-{number}"
        create_store(code, code, now=shop.now, by=shop.by)
        record_audit("store.create", "store", code, now=shop.now, by=shop.by)

    for number in range(4):
        member = shop.enrol(f"m{turn}-{number}")
        shop.sell(member, 500)
        in_transaction(lambda number=number: more(number))
        sign_in(Role.SUPPORT)


def counted(browser, path):
    OVERVIEW.at(utc_now())
    with CaptureQueriesContext(connection) as seen:
        assert browser.get(path).status_code == 200, path
    return [one["sql"][:200] for one in seen.captured_queries]


def test_no_page_asks_more_often_when_there_is_more(shop, sign_in):
    browser = sign_in()
    grow(shop, sign_in, 1)
    for path in PAGES:  # what is read once per process is read by now
        counted(browser, path)
    few = {path: counted(browser, path) for path in PAGES}
    grow(shop, sign_in, 2)
    grow(shop, sign_in, 3)
    for path in PAGES:
        many = counted(browser, path)
        assert len(many) <= len(few[path]), (path, sorted(set(many) - set(few[path])))
        assert len(many) <= 32, (path, len(many))


def test_a_member_card_asks_as_often_whatever_was_bought(shop, sign_in):
    browser = sign_in()
    member = shop.enrol("anna")
    path = f"/console/members/{member.id}/"
    for _ in range(2):
        shop.sell(member, 100)
    counted(browser, path)
    few = counted(browser, path)
    for _ in range(12):
        shop.sell(member, 100)
    many = counted(browser, path)
    assert len(many) <= len(few), sorted(set(many) - set(few))
    assert len(many) <= 35
