"""Migrations at the start, and the rights that the application's role ends up with."""

import subprocess
import sys

import psycopg
import pytest
from psycopg import errors

from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE
from regulars.kit.migrate import APPEND_ONLY, POSTED_ONLY, grant

PROGRAM = """
import os, django
django.setup()
from regulars.kit.dsn import Dsn
from regulars.kit.migrate import migrate
migrate(Dsn.parse(os.environ["REGULARS_DATABASE_OWNER"]))
"""


def test_two_that_migrate_at_once_both_end_well(server_access, drop_database):
    access = server_access.to_database("tests_twice")
    maintenance = server_access.owner.changed(dbname="postgres")
    with psycopg.connect(maintenance.conninfo, autocommit=True) as connection:
        connection.execute("CREATE DATABASE tests_twice")
    environment = {
        OWNER_VARIABLE: access.owner.url,
        APP_VARIABLE: access.app.url,
        "DJANGO_SETTINGS_MODULE": "regulars.project.settings",
        "PATH": "/usr/bin:/bin",
    }
    both = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], env=environment, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [each.communicate(timeout=120)[1].decode() for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    with psycopg.connect(access.app.conninfo) as connection:
        names = connection.execute("SELECT app || name FROM django_migrations").fetchall()
    assert len(names) == len(set(names)) > 0
    drop_database(access)


@pytest.mark.parametrize("table", APPEND_ONLY + POSTED_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {} SET {} = {}", "DELETE FROM {0}", "TRUNCATE {0}"])
def test_the_application_cannot_rewrite_history(fresh_database, table, statement):
    with psycopg.connect(fresh_database.owner.conninfo) as owner:
        # The template of the tests allows TRUNCATE, for Django's test cases alone.
        owner.execute(f"REVOKE TRUNCATE ON {table} FROM regulars_app")
    with psycopg.connect(fresh_database.app.conninfo) as connection:
        columns = connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0", [table]
        )
        column = columns.fetchone()[0]
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(statement.format(table, column, column))


@pytest.mark.parametrize("table", POSTED_ONLY)
def test_the_application_posts_by_functions_alone(fresh_database, table):
    with (
        psycopg.connect(fresh_database.app.conninfo) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(f"INSERT INTO {table} DEFAULT VALUES")


def test_the_application_writes_everywhere_else_but_changes_no_table(fresh_database):
    with psycopg.connect(fresh_database.app.conninfo, autocommit=True) as connection:
        connection.execute("INSERT INTO django_session VALUES ('key', 'data', now())")
        assert connection.execute("DELETE FROM django_session").rowcount == 1
        for statement in ("CREATE TABLE own (id int)", "DROP TABLE django_session"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement)
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())"
            )


def test_repeating_the_grants_changes_nothing(fresh_database):
    question = (
        "SELECT relname, relacl::text FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace ORDER BY relname"
    )
    with psycopg.connect(fresh_database.owner.conninfo) as connection:
        grant(connection)
        before = connection.execute(question).fetchall()
        grant(connection)
        assert connection.execute(question).fetchall() == before
