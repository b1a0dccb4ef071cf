"""A PostgreSQL of somebody else's, named by DATABASE_URL."""

import logging

import psycopg
from psycopg import sql

from regulars.kit.database.cluster import APP
from regulars.kit.database.failures import DatabaseTooOld, DatabaseUnavailable
from regulars.kit.dsn import Access, Dsn, DsnInvalid

log = logging.getLogger(__name__)

_LEAST_MAJOR = 15
_CONNECT_S = "30"


def external_access(url: str) -> Access:
    """The two ways into the database at `url`.

    The login owns the tables. It acts as the role `regulars_app` for everything but migrations, if
    that role exists or can be made; otherwise it acts as itself, and a warning says so.
    Raises DatabaseUnavailable, DatabaseTooOld.
    """
    try:
        owner = Dsn.parse(url)
        with psycopg.connect(
            owner.changed(connect_timeout=_CONNECT_S).conninfo, autocommit=True
        ) as connection:
            major = connection.info.server_version // 10_000
            if major < _LEAST_MAJOR:
                raise DatabaseTooOld(found=major, least=_LEAST_MAJOR)
            separate = _may_act_as_app(connection)
    except DsnInvalid:
        raise DatabaseUnavailable(reason="DATABASE_URL is not a connection string") from None
    except psycopg.OperationalError:
        # The driver's text names host and user: it goes nowhere.
        raise DatabaseUnavailable(reason="no server at DATABASE_URL lets us in") from None
    if not separate:
        log.warning("the role %s cannot be used: the application runs as the owner", APP)
    return Access(owner, owner.as_role(APP) if separate else owner)


def _may_act_as_app(connection: psycopg.Connection) -> bool:
    role = sql.Identifier(APP)
    there = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone()
    try:
        if there is None:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(role))
        if not _can_set(connection, role):
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.DuplicateObject:
        pass  # Another program has made it in this very moment.
    return _can_set(connection, role)


def _can_set(connection: psycopg.Connection, role: sql.Identifier) -> bool:
    try:
        connection.execute(sql.SQL("SET ROLE {}").format(role))
        connection.execute("RESET ROLE")
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True
