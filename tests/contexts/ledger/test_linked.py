"""Accounts that belong to one sale are saved all or none by `ledger_post`, in any order and mixture."""

from datetime import UTC, datetime
from importlib import import_module
from itertools import product
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
import pytest

from regulars.contexts.ledger.usecases.posting import Arrays, in_lock_order
from regulars.core.ledger.accounts import SOLD, Account
from regulars.core.ledger.book import Book
from regulars.core.ledger.draft import Changes
from regulars.core.ledger.lots import Lot

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
_TYPES = (
    *("smallint", "uuid", "bigint", "bigint", "bytea", "bigint", "text", "text", "int"),
    *("int", "bigint", "text", "timestamptz", "timestamptz", "uuid", "int"),
    *("text", "text", "text", "bytea"),
    *("int", "boolean", "int", "text", "uuid", "timestamptz", "timestamptz", "timestamptz"),
    *("int", "int", "bigint", "bigint", "bigint", "bigint", "boolean"),
)
_POST = f"SELECT ledger_post({', '.join(f'%s::{name}[]' for name in _TYPES)})"


@pytest.fixture
def connection(django_on_fresh_database):
    with psycopg.connect(django_on_fresh_database.app.conninfo, autocommit=True) as connection:
        yield connection


def changes(number: int, version: int = 0) -> Changes:
    """Ten more on the account of that number, decided on that version of it."""
    account = Account(UUID(int=number), version, lots={}, history=())
    book = Book(account, zone=ZoneInfo("UTC"), posted_at=NOW)
    book.last_lot = version * 100
    book.earn(Lot(0, "gift_card", None, NOW, NOW, None, 0, 0, 10, 10), SOLD)
    book.record_transaction("card_sale", NOW, source=None, version=1, facts={})
    return book.close()


def post(connection, groups, links):
    """Save in lock order; whether each of `groups` was saved, as they were given."""
    ordered = in_lock_order(groups)
    by_id = {each.account.member_id: link for each, link in zip(groups, links, strict=True)}
    columns = Arrays(ordered, [by_id[each.account.member_id] for each in ordered]).columns
    rows = connection.execute(_POST, [list(column) for column in columns]).fetchone()
    saved = {each.account.member_id: ok for each, ok in zip(ordered, rows[0], strict=True)}
    return [saved[each.account.member_id] for each in groups]


def stored(connection):
    rows = connection.execute("SELECT member_id, version FROM ledger_account").fetchall()
    counted = connection.execute("SELECT count(*) FROM ledger_transaction").fetchone()[0]
    assert counted == sum(version for _, version in rows)
    return {member.int: version for member, version in rows}


def test_one_that_moved_keeps_those_of_its_link_back_and_no_others(connection):
    for number in (1, 2, 3, 4):
        assert post(connection, [changes(number)], [0]) == [True]
    groups = [changes(1, 1), changes(2, 7), changes(3, 1), changes(4, 1)]
    assert post(connection, groups, [5, 5, 0, 9]) == [False, False, True, True]
    assert stored(connection) == {1: 1, 2: 1, 3: 2, 4: 2}


def test_an_account_that_is_locked_keeps_those_of_its_link_back(
    connection, django_on_fresh_database
):
    for number in (1, 2, 3):
        post(connection, [changes(number)], [0])
    with psycopg.connect(django_on_fresh_database.owner.conninfo) as other:
        other.execute("SELECT 1 FROM ledger_account WHERE member_id = %s FOR UPDATE", [UUID(int=2)])
        groups = [changes(1, 1), changes(2, 1), changes(3, 1)]
        assert post(connection, groups, [1, 1, 1]) == [False, False, False]
    assert post(connection, groups, [1, 1, 1]) == [True, True, True]


def test_a_new_account_whose_link_is_broken_undoes_the_whole_call(connection):
    post(connection, [changes(1)], [0])
    post(connection, [changes(9)], [0])
    with pytest.raises(psycopg.Error) as broken:
        post(connection, [changes(1, 5), changes(2), changes(9, 1)], [1, 1, 0])
    assert broken.value.sqlstate == "RG003"
    assert stored(connection) == {1: 1, 9: 1}
    assert post(connection, [changes(1, 1), changes(2), changes(9, 1)], [1, 1, 0]) == [True] * 3


@pytest.mark.parametrize("moved", list(product([False, True], repeat=3)))
def test_every_mixture_of_two_links_is_saved_as_links_say(connection, moved):
    for number in range(1, 5):
        post(connection, [changes(number)], [0])
    groups = [changes(n, 9 if n <= 3 and moved[n - 1] else 1) for n in range(1, 5)]
    saved = post(connection, groups, [1, 1, 2, 2])
    assert saved == [not any(moved[:2])] * 2 + [not moved[2]] * 2
    assert stored(connection) == {n: 2 if saved[n - 1] else 1 for n in range(1, 5)}


def test_a_data_folder_of_before_gets_the_one_function_of_now(connection, django_on_fresh_database):
    migration = import_module("regulars.contexts.ledger.migrations.0003_linked").Migration
    with psycopg.connect(django_on_fresh_database.owner.conninfo, autocommit=True) as owner:
        owner.execute("CREATE FUNCTION ledger_post(int) RETURNS int LANGUAGE sql AS 'SELECT 1'")
        for operation in migration.operations:
            owner.execute(operation.sql)
        found = owner.execute("SELECT pronargs FROM pg_proc WHERE proname = 'ledger_post'")
        assert found.fetchall() == [(len(_TYPES),)]
    assert post(connection, [changes(1), changes(2)], [1, 1]) == [True, True]
