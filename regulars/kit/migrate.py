"""Bring the tables up to date and give the application's role exactly what it needs."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from regulars.kit.database.cluster import APP
from regulars.kit.dsn import Dsn

# Rows of these are written once and never changed or removed, not even by us.
APPEND_ONLY = (
    "economics_close",
    "economics_plan_cost",
    "economics_plan_version",
    "ledger_seal",
    "members_consent",
    "members_consent_text",
    "programme_brand",
    "rewards_coupon_event",
    "rewards_stock_move",
    "security_audit_row",
)
# Rows of these are written by the posting functions alone.
POSTED_ONLY = (
    "ledger_account",
    "ledger_lot",
    "ledger_transaction",
    "till_allowance",
    "till_claim",
    "till_return",
    "till_sale",
)

_LOCK_KEY = zlib.crc32(b"regulars migrations")


def migrate(owner: Dsn, *, verbosity: int = 0) -> None:
    """Apply all migrations as the owner, then set the rights of the role `regulars_app`.

    Safe when several start at once: one works, the others wait and find nothing left to do.
    Repeating it changes nothing and costs a few reads.
    """
    with psycopg.connect(owner.conninfo, autocommit=True) as guard:
        # Held by this session: the lock is gone with us, however we end.
        guard.execute("SELECT pg_advisory_lock(%s)", [_LOCK_KEY])
        with _owner_alias_on(owner):
            executor = MigrationExecutor(connections["owner"])
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", database="owner", interactive=False, verbosity=verbosity)
        if not _is_granted(guard):
            grant(guard)


def grant(connection: psycopg.Connection) -> None:
    """Let `regulars_app` read and write everything, but rewrite no history.

    It only adds to append-only tables, and what postings are made of it writes by functions alone.
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


@contextmanager
def _owner_alias_on(owner: Dsn) -> Iterator[None]:
    """Lead Django's alias `owner` to the database that is to be migrated."""
    settings = connections.settings["owner"]
    before = dict(settings)
    connections["owner"].close()
    settings.update(owner.django())
    try:
        yield
    finally:
        connections["owner"].close()
        settings.update(before)


def _is_granted(connection: psycopg.Connection) -> bool:
    """Whether every right is as `grant` would set it (also where there is no such role)."""
    missing = connection.execute(
        """
        SELECT 1 FROM pg_roles AS role, pg_class AS present
        WHERE role.rolname = %(app)s
          AND present.relnamespace = 'public'::regnamespace AND present.relkind IN ('r', 'p')
          AND (
            NOT has_table_privilege(role.oid, present.oid, 'SELECT')
            OR has_table_privilege(role.oid, present.oid, 'UPDATE')
               = (present.relname = ANY(%(closed)s))
          )
        LIMIT 1
        """,
        {"app": APP, "closed": [*APPEND_ONLY, *POSTED_ONLY, "django_migrations"]},
    )
    return missing.fetchone() is None
