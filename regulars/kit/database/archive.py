"""Save a whole database into one file and bring it back (the formats of pg_dump and pg_restore)."""

import os
import shutil
import subprocess
from pathlib import Path

import psycopg

from regulars.core.refusal import Refused
from regulars.kit.database.programs import Programs, plain_environment, wheel_programs
from regulars.kit.dsn import Dsn

_MAGIC = b"PGDMP"


class FileUnwritable(Refused):
    """The file cannot be written there."""

    code = "backup.file_unwritable"
    kind = "invalid"


class BackupFailed(Refused):
    """pg_dump gave up; `reason` is its last line."""

    code = "backup.failed"


class NothingToSave(Refused):
    """The database has no tables: most likely it is not the one that was meant."""

    code = "backup.nothing"


class NotABackup(Refused):
    """The file is something else."""

    code = "restore.not_a_backup"
    kind = "invalid"


class DatabaseNotEmpty(Refused):
    """There are tables in the database."""

    code = "restore.not_empty"


class RestoreFailed(Refused):
    """pg_restore gave up and everything was rolled back; `reason` is its last line."""

    code = "restore.failed"


def save_database(owner: Dsn, file: Path) -> int:
    """Write the database into `file`, complete or not at all; returns its size in bytes.

    It is one consistent moment, taken while everybody goes on working. Replaces an older file of
    that name. Raises NothingToSave, FileUnwritable, BackupFailed.
    """
    if not count_tables(owner):
        raise NothingToSave(database=owner.database)
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        partial.touch(mode=0o600)
    except OSError:
        raise FileUnwritable(file=str(file)) from None
    try:
        done = _run(
            "pg_dump", owner, "--format=custom", "--no-owner", "--no-acl", f"--file={partial}"
        )
        if done.returncode:
            raise BackupFailed(reason=_reason(done))
        _sync(partial)
        partial.replace(file)
        _sync(file.parent)
    finally:
        partial.unlink(missing_ok=True)
    return file.stat().st_size


def restore_database(owner: Dsn, file: Path) -> None:
    """Fill the empty database from `file`, in one transaction.

    Raises NotABackup, DatabaseNotEmpty, RestoreFailed; nothing has changed then.
    """
    if not _is_backup(file):
        raise NotABackup(file=str(file))
    tables = count_tables(owner)
    if tables:
        raise DatabaseNotEmpty(tables=tables)
    done = _run(
        "pg_restore",
        owner,
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-acl",
        f"--dbname={owner.database}",
        str(file),
    )
    if done.returncode:
        raise RestoreFailed(reason=_reason(done))


def count_tables(owner: Dsn) -> int:
    """How many tables the database holds, in any schema but PostgreSQL's own."""
    with psycopg.connect(owner.conninfo) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchone()
    return found[0] if found else 0


def _run(name: str, owner: Dsn, *arguments: str) -> "subprocess.CompletedProcess[str]":
    # By the environment: arguments are readable by every user of the machine.
    environment = plain_environment() | {
        f"PG{key.replace('dbname', 'database').upper()}": value for key, value in owner.params
    }
    return subprocess.run(
        [_programs_for(owner).path(name), *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        env=environment,
        check=False,
    )


def _programs_for(owner: Dsn) -> Programs:
    """Our own programs; for a server elsewhere the machine's, which know encrypted connections."""
    installed = shutil.which("pg_dump")
    if owner.get("host").startswith("/") or installed is None:
        return wheel_programs()
    return Programs(Path(installed).parent)


def _is_backup(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _reason(done: "subprocess.CompletedProcess[str]") -> str:
    # Only what names no row: a failing COPY quotes the values it could not store.
    lines = [line for line in done.stderr.splitlines() if "error:" in line]
    return (
        lines[0].partition("error:")[2].strip()[:200] if lines else f"exit code {done.returncode}"
    )
