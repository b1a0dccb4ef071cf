"""Identifiers that sort by time, and connection strings that keep their secrets."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.kit.database.external import external_access
from regulars.kit.database.failures import DatabaseUnavailable
from regulars.kit.dsn import Dsn, DsnInvalid
from regulars.kit.ids import first_id, new_id

START = datetime(1990, 1, 1, tzinfo=UTC)
moments = st.timedeltas(timedelta(0), timedelta(days=75_000)).map(lambda since: START + since)
plain = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=20)


@given(now=moments)
def test_an_id_says_when_it_was_made(now):
    made = new_id(now=now)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert made.int >> 80 == (now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@given(now=moments, later=st.integers(1, 10**9))
def test_ids_sort_by_the_time_they_were_made(now, later):
    assert new_id(now=now) < new_id(now=now + timedelta(milliseconds=later))


@given(now=moments, apart=st.integers(0, 10**9))
def test_the_first_id_of_a_moment_parts_what_was_made_before_from_what_came_then(now, apart):
    assert first_id(now) <= new_id(now=now + timedelta(milliseconds=apart))
    assert new_id(now=now) < first_id(now + timedelta(milliseconds=1 + apart))
    assert first_id(datetime(1, 1, 1, tzinfo=UTC)) < first_id(START)


def test_ids_of_one_millisecond_grow():
    now = datetime(2026, 11, 1, tzinfo=UTC)
    made = [new_id(now=now) for _ in range(5000)]
    assert made == sorted(set(made))


@given(user=plain, password=plain, name=plain)
def test_a_connection_string_survives_every_form(user, password, name):
    dsn = Dsn.of(host="/tmp/some where", port="5432", dbname=name, user=user, password=password)
    assert Dsn.parse(dsn.url) == dsn
    assert Dsn.parse(dsn.conninfo) == dsn
    django = dsn.django()
    assert (django["USER"], django["PASSWORD"], django["NAME"]) == (user, password, name)


def test_a_password_is_never_printed():
    dsn = Dsn.parse("postgresql://me:s3cret@db.example/shop?sslmode=require")
    assert "s3cret" not in repr(dsn) + str(dsn) + f"{dsn}"
    assert dsn.django()["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize("text", ["postgresql://a:s3cret@[::/x", "host=a s3cret", "mysql://s3cret"])
def test_a_malformed_string_is_refused_without_repeating_it(text):
    with pytest.raises(DsnInvalid) as refused:
        Dsn.parse(text)
    assert "s3cret" not in str(refused.value)
    with pytest.raises(DatabaseUnavailable):
        external_access(text)


def test_a_server_of_somebody_else_is_used_as_the_application(fresh_database):
    access = external_access(fresh_database.owner.url)
    with psycopg.connect(access.app.conninfo) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("regulars_app",)
    with psycopg.connect(access.owner.conninfo) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("regulars_owner",)


def test_a_login_without_rights_is_used_as_it_is(fresh_database):
    with psycopg.connect(fresh_database.owner.conninfo, autocommit=True) as connection:
        connection.execute("CREATE ROLE tests_plain LOGIN PASSWORD 'plain'")
        plain_login = fresh_database.owner.changed(user="tests_plain", password="plain")
        try:
            access = external_access(plain_login.url)
            assert access.app == access.owner
        finally:
            connection.execute("DROP ROLE tests_plain")


def test_a_server_that_does_not_answer_is_unavailable_and_unnamed():
    with pytest.raises(DatabaseUnavailable) as refused:
        external_access("postgresql://me:s3cret@127.0.0.1:1/shop")
    assert "s3cret" not in str(refused.value.params)
    assert "127.0.0.1" not in str(refused.value.params)
