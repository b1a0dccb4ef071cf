"""Liability in the console: read, closed by a typed word, compared, downloaded, opened again by two."""

from datetime import timedelta

import pytest
from closing_shop import DOCUMENT, settle
from till_shop import open_shop

from regulars.contexts.economics.models import Close
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import Role
from regulars.core.economics.statement import month_name
from regulars.core.economics.vintages import month_of
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction

PAGE = "/console/liability/"
EVIL = {**DOCUMENT["currencies"]["points"], "title": "Points <b>&"}
TITLED = {**DOCUMENT, "currencies": {**DOCUMENT["currencies"], "points": EVIL}}


@pytest.fixture
def shop(django_on_fresh_database):
    """Sales of the last hundred days, a part of them paid with points."""
    begins = utc_now() - timedelta(days=100)
    with open_shop(django_on_fresh_database, TITLED, begins) as shop:
        anna = shop.enrol("anna")
        for day in range(0, 100, 9):
            shop.now = begins + timedelta(days=day)
            shop.sell(anna, 500 + day, **({"points": None} if day % 2 else {}))
        shop.now = utc_now()
        settle(shop)
        yield shop


@pytest.fixture
def over(shop):
    """The last month that is over."""
    return month_of(utc_now(), in_transaction(lambda: compiled_at(utc_now())).zone) - 1


def page(browser, path=PAGE):
    answer = browser.get(path)
    assert answer.status_code == 200, answer.content.decode()[:600]
    return answer.content.decode()


def test_an_open_month_is_reckoned_a_moment_later(shop, over, sign_in):
    browser = sign_in()
    first = page(browser)
    assert f"{PAGE}{month_name(over)}/figures/" in first
    assert "No month is closed yet" in first
    figures = page(browser, f"{PAGE}{month_name(over)}/figures/")
    assert "Points &lt;b&gt;&amp;" in figures
    assert "<b>&" not in figures
    assert "Still waits" in figures
    assert "Stamps" in figures  # has no price in money


def test_a_month_is_closed_by_its_name_and_opened_again_by_two(shop, over, sign_in):
    first, second = sign_in(Role.CONTROLLER), sign_in(Role.OWNER)
    name = month_name(over)
    first.post(f"{PAGE}{name}/close/", {"typed": month_name(over - 1)})
    first.post(f"{PAGE}{name}/close/", {"typed": name, "redeemed": "170"})
    assert not Close.objects.exists()
    answer = first.post(f"{PAGE}{name}/close/", {"typed": name, "redeemed": "80"}, follow=True)
    closed = answer.content.decode()
    assert "is closed." in closed
    assert "SHA-256" in closed
    assert "80.0%" in closed
    assert "the same" in page(first, f"{PAGE}{name}/comparison/")
    journal = first.get(f"{PAGE}{name}/journal/")
    assert journal["Content-Disposition"].endswith(f'journal-{name}.csv"')
    assert journal.content.decode().startswith("date,debit,credit,amount,text\r\n")
    russian = first.get(f"{PAGE}{name}/journal/?form=1c").content
    assert russian.decode("utf-8-sig").startswith("Дата;Дт;Кт;Сумма;Содержание")

    reason = "An <i>invoice</i> is missing"
    asked = first.post(f"{PAGE}{name}/reopen/", {"reason": reason}, follow=True).content.decode()
    assert "waits for a second person" in asked
    waiting = page(second, "/console/approvals/")
    assert name in waiting
    assert "An &lt;i&gt;invoice" in waiting
    decide = waiting.split('action="/console/approvals/')[1].split("/")[0]
    own = {"decision": "approved"}
    first.post(f"/console/approvals/{decide}/decide/", own)
    assert Close.objects.count() == 1
    second.post(f"/console/approvals/{decide}/decide/", own)
    assert "opened again" in page(first)
    first.post(f"{PAGE}{name}/close/", {"typed": name})
    assert "closed, replaced" in page(first, f"{PAGE}?month={name}")


def test_only_who_may_closes_and_nobody_without_reports_reads(shop, over, sign_in):
    name = month_name(over)
    cashier, marketer = sign_in(Role.CASHIER), sign_in(Role.MARKETER)
    for path in ("", f"{name}/figures/", f"{name}/comparison/", f"{name}/journal/"):
        assert cashier.get(PAGE + path).status_code == 403, path
    assert "Close the month" not in page(marketer)
    assert marketer.post(f"{PAGE}{name}/close/", {"typed": name}).status_code == 403
    assert marketer.post(f"{PAGE}{name}/reopen/", {"reason": "so"}).status_code == 403
    assert marketer.get(f"{PAGE}{name}/journal/").status_code == 404
    assert marketer.get(f"{PAGE}2026-13/journal/").status_code == 404
    strict = sign_in(Role.CONTROLLER, enforce_csrf_checks=True)
    assert strict.post(f"{PAGE}{name}/close/", {"typed": name}).status_code == 403


def test_without_a_programme_the_page_says_what_comes(django_on_fresh_database, sign_in):
    assert "Nothing is owed yet" in page(sign_in())
