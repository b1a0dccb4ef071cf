"""Bring the tables up to date and give the application's role exactly what it needs."""

import zlib

import psycopg
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from regulars.kit.database.cluster import APP
from regulars.kit.dsn import Dsn

# Rows of these are written once and never changed or removed, not even by us.
APPEND_ONLY = ("ledger_seal", "members_consent", "security_audit_row")
# Rows of these are written by the posting functions alone.
POSTED_ONLY = (
    "ledger_account",
    "ledger_lot",
    "ledger_transaction",
    "till_claim",
    "till_return",
    "till_sale",
)

_LOCK_KEY = zlib.crc32(b"regulars migrations")


def migrate(owner: Dsn, *, verbosity: int = 0) -> None:
    """Apply all migrations as the owner, then set the rights of the role `regulars_app`.

    Safe when several start at once: one works, the others wait and find nothing left to do.
    Repeating it changes nothing.
    """
    with psycopg.connect(owner.conninfo, autocommit=True) as guard:
        guard.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
        # Held by this session: the lock is gone with us, however we end.
        call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
        connections["owner"].close()
        grant(guard)


def grant(connection: psycopg.Connection) -> None:
    """Let `regulars_app` read and write everything, but only add to append-only tables.

    Does nothing where that role does not exist (a DATABASE_URL whose login may not make roles).
    """
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone() is None:
        return
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    present = {name for (name,) in tables}
    closed = [(name, "UPDATE, DELETE, TRUNCATE") for name in sorted(present & set(APPEND_ONLY))]
    closed += [
        (name, "INSERT, UPDATE, DELETE, TRUNCATE") for name in sorted(present & set(POSTED_ONLY))
    ]
    app = sql.Identifier(APP)
    with connection.transaction():
        for rights in (
            "USAGE ON SCHEMA public",
            "SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public",
            "USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public",
            "EXECUTE ON ALL FUNCTIONS IN SCHEMA public",
        ):
            connection.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(rights), app))
        for table, rights in closed:
            connection.execute(
                sql.SQL("REVOKE {} ON {} FROM {}").format(
                    sql.SQL(rights), sql.Identifier(table), app
                )
            )
        if "django_migrations" in present:
            connection.execute(
                sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}").format(app)
            )
