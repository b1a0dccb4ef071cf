"""Several close one month, or open it, at the same instant: it happens once."""

from datetime import timedelta

import pytest
from closing_shop import BEGAN, FIRST, clerk, close, found, hire, settle
from races.crowd import in_threads
from till_shop import open_shop

from regulars.contexts.economics.queries.closes import list_closes
from regulars.contexts.economics.types import CloseView
from regulars.contexts.economics.usecases.closes import (
    close_period,
    decide_reopening,
    request_reopening,
)
from regulars.contexts.security.types import Role
from regulars.kit.transactions import in_transaction

OWNER = clerk(9, Role.OWNER)


@pytest.fixture
def shop(django_on_fresh_database, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with open_shop(django_on_fresh_database, now=BEGAN) as shop:
        yield shop


def test_of_many_who_close_at_once_one_closes_and_all_see_the_same(shop):
    anna = shop.enrol("anna")
    shop.sell(anna, 500)
    shop.now += timedelta(days=40)
    settle(shop)

    def one():
        return in_transaction(lambda: close_period(FIRST, now=shop.now, by=clerk(1)))

    views = in_threads([one] * 6)
    assert all(isinstance(view, CloseView) for view in views), views
    assert sum(view.is_new for view in views) == 1
    assert len({view.line.hash for view in views}) == 1
    assert len(list_closes(by=OWNER)) == 1
    assert found(shop) == []


def test_of_many_who_agree_at_once_one_opens_it_and_whoever_closes_meanwhile_is_in_order(shop):
    shop.sell(shop.enrol("anna"), 500)
    shop.now += timedelta(days=40)
    close(shop, FIRST)
    people = [hire(shop, number) for number in range(5)]
    asked = in_transaction(lambda: request_reopening(FIRST, "Why not", now=shop.now, by=people[0]))

    def agree(by):
        return in_transaction(lambda: decide_reopening(asked.id, True, now=shop.now, by=by))

    def again():
        return in_transaction(lambda: close_period(FIRST, now=shop.now, by=people[0]))

    told = in_threads([*(lambda by=by: agree(by) for by in people[1:]), again])
    opened = [one for one in told[:-1] if isinstance(one, tuple)]
    assert len(opened) == 1
    assert {getattr(one, "code", "") for one in told[:-1] if one not in opened} == {
        "approval.decided"
    }
    kinds = [one.kind for one in reversed(list_closes(by=OWNER))]
    assert kinds[:2] == ["closed", "reopened"]
    assert kinds == ["closed", "reopened", *["closed"] * told[-1].is_new]
    assert found(shop) == []
