"""Months of a real programme closed as they end: frozen for good, tied to the ledger, opened by two."""

from datetime import timedelta
from itertools import pairwise

import psycopg
import pytest
from closing_shop import BEGAN, DOCUMENT, FIRST, Years, clerk, close, found, held_at, hire, settle
from till_shop import open_shop

from regulars.contexts.economics.queries.closes import (
    CloseNotFound,
    compare_close,
    get_close,
    get_close_by_number,
    list_closes,
    read_statement,
    statement_of,
)
from regulars.contexts.economics.usecases.closes import (
    CloseChanged,
    DueUnposted,
    MonthBetween,
    MonthClosed,
    MonthImpossible,
    MonthNotOver,
    MonthOpen,
    NothingToClose,
    NotTheLastClosed,
    PostingUnderWay,
    ReopeningAsked,
    close_period,
    decide_reopening,
    request_reopening,
)
from regulars.contexts.security.types import Role
from regulars.contexts.security.usecases.access import PermissionMissing
from regulars.contexts.security.usecases.approvals import ApprovalDecided, SecondPersonNeeded
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.economics.breakage import Assumed
from regulars.core.economics.closing import Nature, Policy
from regulars.core.economics.frozen import read_text, text_of
from regulars.core.economics.vintages import Flow
from regulars.kit.transactions import in_transaction

OWNER = clerk(9, Role.OWNER)


@pytest.fixture
def shop(django_on_fresh_database, settings):
    settings.SECRET_KEY = "s" * 32
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with open_shop(django_on_fresh_database, DOCUMENT, now=BEGAN) as shop:
        yield shop


def at_month(shop, number, day=3):
    """The clock some days into the month that is so many after the first."""
    year, month = divmod(FIRST + number, 12)
    shop.now = BEGAN.replace(year=year, month=month + 1, day=day)


@pytest.fixture
def pair(shop):
    """Two controllers."""
    return hire(shop, 1), hire(shop, 2)


def ledger_kinds(shop):
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        return {kind for (kind,) in connection.execute("SELECT kind FROM ledger_transaction")}


def ask(shop, month, by, reason="An invoice is missing"):
    return in_transaction(lambda: request_reopening(month, reason, now=shop.now, by=by))


def agree(shop, asked, by):
    return in_transaction(lambda: decide_reopening(asked.id, True, now=shop.now, by=by))


def test_two_years_closed_month_by_month_tie_to_the_ledger_and_to_each_other(shop):
    views = []
    years = Years(shop)
    years.live(24, lambda month: views.append(close(shop, month)))
    for view in views:
        frozen = view.frozen
        held = {
            code: one.end.total.closing_points
            for code, one in frozen.currencies.items()
            if one.end.total.closing_points
        }
        assert held == held_at(shop, frozen.month, frozen.until)
        for one in frozen.currencies.values():
            assert all(entry.adds_up for entry in one.end.entries)
        assert read_text(text_of(frozen)) == frozen
        again = in_transaction(lambda month=frozen.month: get_close(month, by=OWNER))
        assert again.frozen == frozen
    for before, after in pairwise(view.frozen for view in views):
        for code, one in after.currencies.items():
            was = before.currencies[code].end.total if code in before.currencies else None
            now = one.end.total
            assert now.opening_points == (was.closing_points if was else 0)
            assert now.money.opening_minor == (was.money.closing_minor if was else 0)
    last = views[-1].frozen
    assert {one.terms.nature for one in last.currencies.values()} == set(Nature)
    for code in ("gift_card", "wallet"):
        total = last.currencies[code].end.total
        assert total.money.closing_minor == total.closing_points > 0
    assert (
        last.currencies["stamps"].closing_minor
        == 0
        < last.currencies["stamps"].end.total.closing_points
    )
    assert last.currencies["points"].found.tested is not None
    late = [note for view in views for note in view.frozen.late]
    assert len({note.month for note in late}) == 23
    summed = Flow()
    for view in views:
        for months in view.frozen.currencies["points"].flows.values():
            for flow in months.values():
                summed = summed.plus(flow)
    assert summed.outstanding == last.currencies["points"].end.total.closing_points
    kinds = ledger_kinds(shop)
    assert kinds >= {"give", "receive", "adjust", "card_sale", "card_replace", "return", "sale"}
    assert found(shop) == []
    assert verify_books().books_are_right


def test_what_comes_after_a_close_leaves_it_alone_and_is_told_in_the_next(shop):
    anna = shop.enrol("anna")
    sale = shop.sell(anna, 500)
    shop.sell(anna, 300)
    at_month(shop, 1)
    first = close(shop, FIRST)
    shop.now += timedelta(minutes=5)
    shop.sell(anna, 100, at=BEGAN + timedelta(days=5))
    shop.give_back(sale.key, at=BEGAN + timedelta(days=6))
    assert get_close(FIRST, by=OWNER).frozen == first.frozen
    told = in_transaction(lambda: compare_close(FIRST, by=OWNER))["points"]
    assert not told.is_same
    assert told.frozen.closing_points == 80
    assert told.today.closing_points == 80 + 10 - 50
    assert (told.late.transactions, told.late.flow.granted) == (2, -40)
    assert told.frozen.money.closing_minor > told.today.money.closing_minor > 0
    at_month(shop, 2)
    second = close(shop, FIRST + 1).frozen
    points = second.currencies["points"].end.total
    assert (points.opening_points, points.flow.granted, points.closing_points) == (80, -40, 40)
    (note,) = [note for note in second.late if note.currency == "points"]
    assert (note.month, note.came) == (FIRST, told.late)
    # The vintage keeps its rate: what a return undoes takes out as much as was put off for it.
    closing = first.frozen.currencies["points"].closing_minor
    assert points.money.granted_minor == -round(closing * 40 / 80)
    assert found(shop) == []


def test_a_month_is_closed_once_and_the_same_close_comes_back(shop):
    shop.sell(shop.enrol("anna"), 1000)
    at_month(shop, 1)
    first = close(shop, FIRST)
    again = close(shop, FIRST, by=clerk(3))
    assert (first.is_new, again.is_new) == (True, False)
    assert (again.frozen, again.line) == (first.frozen, first.line)
    assert close(shop, FIRST, first.frozen.policy).line == first.line
    with pytest.raises(MonthClosed):
        close(shop, FIRST, Policy(Assumed(tail_months=3)))
    assert len(list_closes(by=OWNER)) == 1


def test_the_next_month_goes_on_with_the_same_policy_unless_told_otherwise(shop):
    shop.sell(shop.enrol("anna"), 1000)
    at_month(shop, 1)
    policy = Policy(Assumed(settled_months=12))
    close(shop, FIRST, policy)
    at_month(shop, 3)
    assert close(shop, FIRST + 1).frozen.policy == policy
    assert close(shop, FIRST + 2, Policy()).frozen.policy == Policy()


def test_months_are_closed_when_they_are_over_and_one_after_the_other(shop):
    with pytest.raises(NothingToClose):
        close(shop, FIRST - 2)
    shop.sell(shop.enrol("anna"), 1000)
    with pytest.raises(MonthNotOver):
        close(shop, FIRST)
    with pytest.raises(NothingToClose):
        close(shop, FIRST - 1)
    for impossible in (0, -5, 10**6):
        with pytest.raises(MonthImpossible):
            close(shop, impossible)
    at_month(shop, 4)
    close(shop, FIRST + 1)
    for month in (FIRST, FIRST + 3):
        with pytest.raises(MonthBetween) as refusal:
            close(shop, month)
        assert refusal.value.params["next"] == "2025-01"


def test_what_is_due_is_posted_first_and_who_posts_is_waited_for(shop):
    anna = shop.enrol("anna")
    shop.sell(anna, 1000)
    at_month(shop, 1)
    with pytest.raises(DueUnposted):  # cashback ripened, and nobody has posted it
        in_transaction(lambda: close_period(FIRST, now=shop.now, by=clerk(1)))
    settle(shop)
    shop.sell(anna, 100, at=BEGAN + timedelta(days=15))
    with pytest.raises(PostingUnderWay):
        in_transaction(lambda: close_period(FIRST, now=shop.now, by=clerk(1)))
    assert close(shop, FIRST).is_new


def test_reopening_needs_a_second_person_and_what_is_closed_again_tells_the_differences(shop, pair):
    anna = shop.enrol("anna")
    shop.sell(anna, 500)
    at_month(shop, 1)
    first = close(shop, FIRST)
    shop.now += timedelta(minutes=5)
    shop.sell(anna, 400, at=BEGAN + timedelta(days=5))
    one, other = pair
    asked = ask(shop, FIRST, one)
    with pytest.raises(ReopeningAsked):
        ask(shop, FIRST, other)
    with pytest.raises(SecondPersonNeeded):
        agree(shop, asked, one)
    assert get_close(FIRST, by=OWNER).line.in_force
    _, line = agree(shop, asked, other)
    assert line is not None
    assert line.kind == "reopened"
    with pytest.raises(CloseNotFound):
        get_close(FIRST, by=OWNER)
    open_now = in_transaction(lambda: read_statement(FIRST, now=shop.now, by=OWNER))
    assert open_now.closed is None
    again = close(shop, FIRST)
    assert again.is_new
    frozen = again.frozen
    assert (frozen.replaces, frozen.late) == (first.line.number, ())
    assert frozen.differences["points"]["granted"] == 40
    assert frozen.differences["points"]["closing_points"] == 40
    grown = (
        frozen.currencies["points"].closing_minor - first.frozen.currencies["points"].closing_minor
    )
    assert frozen.differences["points"]["closing_minor"] == grown > 0
    assert [(one.kind, one.in_force) for one in list_closes(by=OWNER)] == [
        ("closed", True), ("reopened", False), ("closed", False),
    ]  # fmt: skip
    old = get_close_by_number(1, by=OWNER)
    assert (old.frozen, old.line.in_force) == (first.frozen, False)
    assert statement_of(old).of(Nature.POINTS)[1].total.closing_points == 50
    assert found(shop) == []


def test_only_the_last_closed_month_is_opened(shop, pair):
    shop.sell(shop.enrol("anna"), 1000)
    at_month(shop, 2)
    close(shop, FIRST)
    one, other = pair
    asked = ask(shop, FIRST, one)
    close(shop, FIRST + 1)
    with pytest.raises(NotTheLastClosed):
        agree(shop, asked, other)
    with pytest.raises(MonthOpen):
        ask(shop, FIRST + 2, one)
    agree(shop, ask(shop, FIRST + 1, one), other)
    agree(shop, asked, other)
    with pytest.raises(ApprovalDecided):
        agree(shop, asked, other)
    close(shop, FIRST)
    close(shop, FIRST + 1)
    with pytest.raises(NotTheLastClosed):
        ask(shop, FIRST, one)
    assert found(shop) == []


def test_a_word_about_a_close_that_is_gone_opens_nothing(shop, pair):
    shop.sell(shop.enrol("anna"), 1000)
    at_month(shop, 1)
    close(shop, FIRST)
    one, other = pair
    agree(shop, ask(shop, FIRST, one), other)
    close(shop, FIRST)
    stale = ask(shop, FIRST, one)
    shop.tamper(
        "UPDATE security_approval SET payload = jsonb_set(payload, '{close}', '1') WHERE id = %s",
        stale.id,
    )
    with pytest.raises(CloseChanged):
        agree(shop, stale, other)
    assert get_close(FIRST, by=OWNER).line.in_force


def test_who_may_not_close_does_not(shop):
    shop.sell(shop.enrol("anna"), 1000)
    at_month(shop, 1)
    for role in (Role.MARKETER, Role.AUDITOR, Role.SUPPORT, Role.CASHIER):
        with pytest.raises(PermissionMissing):
            close(shop, FIRST, by=clerk(4, role))
    close(shop, FIRST)
    with pytest.raises(PermissionMissing):
        in_transaction(
            lambda: request_reopening(FIRST, "x", now=shop.now, by=clerk(4, Role.MARKETER))
        )
    with pytest.raises(PermissionMissing):
        get_close(FIRST, by=clerk(4, Role.CASHIER))
    assert get_close(FIRST, by=clerk(4, Role.AUDITOR)).line.in_force


def test_the_application_cannot_rewrite_a_close(shop):
    shop.sell(shop.enrol("anna"), 1000)
    at_month(shop, 1)
    close(shop, FIRST)
    for statement in (
        "UPDATE economics_close SET content = '{}'",
        "DELETE FROM economics_close",
    ):
        with (
            psycopg.connect(shop.access.app.conninfo) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


def test_a_month_before_the_first_closed_one_is_told_from_what_that_froze(shop):
    anna = shop.enrol("anna")
    shop.sell(anna, 1000)
    shop.now += timedelta(days=25)
    shop.sell(anna, 500)
    at_month(shop, 2)
    settle(shop)
    before = in_transaction(lambda: read_statement(FIRST, now=shop.now, by=OWNER))
    close(shop, FIRST + 1)
    shop.now += timedelta(minutes=5)
    shop.sell(anna, 700, at=BEGAN + timedelta(days=40))
    after = in_transaction(lambda: read_statement(FIRST, now=shop.now, by=OWNER))
    assert after == before
    assert after.closed is None


def test_an_unknown_close_is_not_found(shop):
    with pytest.raises(CloseNotFound):
        get_close_by_number(7, by=OWNER)
    with pytest.raises(CloseNotFound):
        compare_close(FIRST, by=OWNER)
