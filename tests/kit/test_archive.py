"""Backup and restore: everything comes back, and nothing is overwritten or half done."""

import psycopg
import pytest

from regulars.kit.database.archive import (
    DatabaseNotEmpty,
    FileUnwritable,
    NotABackup,
    NothingToSave,
    RestoreFailed,
    count_tables,
    restore_database,
    save_database,
)
from regulars.kit.migrate import migrate


@pytest.fixture
def empty_database(server_access, drop_database):
    """A database without any table, and its owner's way in."""
    access = server_access.to_database("tests_empty")
    maintenance = server_access.owner.changed(dbname="postgres")
    with psycopg.connect(maintenance.conninfo, autocommit=True) as connection:
        connection.execute("CREATE DATABASE tests_empty")
    yield access.owner
    drop_database(access)


def rows(dsn, table):
    with psycopg.connect(dsn.conninfo) as connection:
        return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()


@pytest.fixture
def filled(fresh_database):
    """A migrated database with something of its own in it."""
    with psycopg.connect(fresh_database.owner.conninfo) as connection:
        connection.execute("CREATE TABLE kept (id int PRIMARY KEY, says text, at timestamptz)")
        connection.execute(
            "INSERT INTO kept SELECT i, 'число ' || i, now() FROM generate_series(1, 500) i"
        )
    return fresh_database.owner


def test_everything_comes_back(filled, empty_database, tmp_path, django_db_blocker):
    file = tmp_path / "all.backup"
    size = save_database(filled, file)
    assert size == file.stat().st_size > 1000
    assert file.stat().st_mode & 0o077 == 0
    restore_database(empty_database, file)
    for table in ("kept", "django_migrations"):
        assert rows(empty_database, table) == rows(filled, table) != []
    with django_db_blocker.unblock():
        migrate(empty_database)


def test_a_database_that_is_not_empty_is_left_alone(filled, tmp_path):
    file = tmp_path / "all.backup"
    save_database(filled, file)
    with psycopg.connect(filled.conninfo) as connection:
        connection.execute("DELETE FROM kept WHERE id > 1")
    with pytest.raises(DatabaseNotEmpty):
        restore_database(filled, file)
    assert len(rows(filled, "kept")) == 1


@pytest.mark.parametrize("content", [None, b"", b"PG", b"-- SQL dump\n" * 50])
def test_what_is_no_backup_is_refused(empty_database, tmp_path, content):
    file = tmp_path / "some.backup"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(NotABackup):
        restore_database(empty_database, file)
    assert count_tables(empty_database) == 0


def test_a_damaged_backup_changes_nothing(filled, empty_database, tmp_path):
    file = tmp_path / "all.backup"
    save_database(filled, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(RestoreFailed):
        restore_database(empty_database, file)
    assert count_tables(empty_database) == 0


def test_an_empty_database_is_not_worth_a_file(empty_database, tmp_path):
    with pytest.raises(NothingToSave):
        save_database(empty_database, tmp_path / "all.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_fails_leaves_the_last_one_alone(filled, tmp_path):
    file = tmp_path / "all.backup"
    save_database(filled, file)
    before = file.read_bytes()
    with pytest.raises(psycopg.OperationalError):
        save_database(filled.changed(password="wrong"), file)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["all.backup"]


def test_a_place_that_cannot_be_written_is_named(filled, tmp_path):
    with pytest.raises(FileUnwritable):
        save_database(filled, tmp_path / "no such folder" / "all.backup")
