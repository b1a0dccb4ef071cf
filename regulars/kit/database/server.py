"""Our own PostgreSQL on one data folder, shared by every program that works on that folder."""

import logging
import time
from pathlib import Path

import psycopg
from psycopg import sql

from regulars.kit.database.account import Account, database_account
from regulars.kit.database.cluster import (
    APP,
    DATABASE,
    OWNER,
    check_version,
    make_cluster,
    write_settings,
)
from regulars.kit.database.failures import DatabasePasswordLost, DatabaseUnavailable
from regulars.kit.database.home import Home
from regulars.kit.database.locks import FileLock, locked
from regulars.kit.database.postmaster import Postmaster
from regulars.kit.database.programs import Programs, reachable_programs
from regulars.kit.dsn import Access, Dsn

log = logging.getLogger(__name__)

# Recovery after a crash may have to read all of max_wal_size.
_START_S = 600.0
# What a server just killed leaves behind (its backends, its memory) is gone much sooner.
_REMAINS_S = 60.0
_POLL_S = 0.05
_PASSING = ("pre-existing shared memory block", "lock file")


class EmbeddedServer:
    """A user's hold on the server of one data folder.

    The first to `start` starts the server, the last to `stop` stops it. A user that is killed
    counts as gone; a server whose users were all killed goes on until the next one adopts it.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._users = FileLock(home.run / "database.users")
        self._postmaster: Postmaster | None = None
        self._access: Access | None = None

    def start(self) -> Access:
        """Attach to the server, starting it (and first making its data directory) if need be.

        Answers when a real query has been answered. Raises DatabaseUnavailable and its kin.
        """
        self._home.prepare()
        with locked(self._home.run / "database.lock"):
            self._users.take_shared()
            try:
                self._access = self._running()
            except BaseException:
                self._leave()
                raise
        return self._access

    def ensure(self) -> None:
        """Bring the server back if it has died since `start`. Raises DatabaseUnavailable."""
        if not self.is_running():
            log.warning("the database is gone: starting it again")
            with locked(self._home.run / "database.lock"):
                # Somebody may have removed the data: an empty database must not take its place.
                if not self._home.data.exists():
                    raise DatabaseUnavailable(reason=f"{self._home.data} is gone")
                self._running()

    def stop(self) -> None:
        """Detach, and stop the server unless another program is attached."""
        with locked(self._home.run / "database.lock"):
            self._leave()

    def is_running(self) -> bool:
        """Whether the server process lives."""
        return self._postmaster is not None and not self._postmaster.is_gone()

    def _leave(self) -> None:
        self._users.release()
        if self._postmaster is not None and self._users.try_exclusive():
            try:
                self._postmaster.stop()
            finally:
                self._users.release()

    def _running(self) -> Access:
        account = database_account(self._home.data)
        place = self._home.place_for_database(account)
        programs = reachable_programs(account, place)
        data = place / "postgres"
        if data.exists():
            check_version(data)
        else:
            make_cluster(data, programs, account, self._home.secret("database_owner"))
        socket = self._home.socket_folder(account)
        if self._postmaster is None:
            self._postmaster = Postmaster(data, self._home.logs / "postgres.log")
        access = self._access_through(socket)
        self._bring_up(self._postmaster, programs, account, socket, access)
        return access

    def _bring_up(
        self,
        postmaster: Postmaster,
        programs: Programs,
        account: Account,
        socket: Path,
        access: Access,
    ) -> None:
        until = time.monotonic() + _START_S
        remains_until = time.monotonic() + _REMAINS_S
        self._drop_unreachable(postmaster, socket)
        while True:
            if postmaster.is_gone():
                write_settings(self._home.data.resolve(), account, socket)
                postmaster.launch(programs, account, socket)
            if self._answers(postmaster, access, until):
                return
            if time.monotonic() > remains_until or not _may_pass(postmaster.last_words()):
                raise DatabaseUnavailable(reason=postmaster.last_words())
            time.sleep(10 * _POLL_S)

    def _drop_unreachable(self, postmaster: Postmaster, socket: Path) -> None:
        """End a server whose socket somebody has cleaned away from under it."""
        gone = not (socket / ".s.PGSQL.5432").exists()
        if gone and postmaster.says_ready() and postmaster.find() is not None:
            postmaster.stop()

    def _answers(self, postmaster: Postmaster, access: Access, until: float) -> bool:
        """Wait for a real query's answer; False when the server ends or time runs out first."""
        while time.monotonic() < until:
            try:
                _prepare_database(access)
            except psycopg.OperationalError as failure:
                if _is_wrong_password(failure):
                    raise DatabasePasswordLost(folder=str(self._home.secrets)) from None
                if postmaster.is_gone():
                    return False
                time.sleep(_POLL_S)
            else:
                return True
        return False

    def _access_through(self, socket: Path) -> Access:
        owner = Dsn.of(
            host=str(socket),
            port="5432",
            dbname=DATABASE,
            user=OWNER,
            password=self._home.secret("database_owner"),
        )
        return Access(owner, owner.changed(user=APP, password=self._home.secret("database_app")))


def _may_pass(words: str) -> bool:
    """Whether what stopped a start goes away by itself: the remains of a server just killed."""
    return any(passing in words for passing in _PASSING)


def _prepare_database(access: Access) -> None:
    """Make the application's role and the database where they are not there yet."""
    maintenance = access.owner.changed(dbname="postgres", connect_timeout="10")
    with psycopg.connect(maintenance.conninfo, autocommit=True) as connection:
        found = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [APP])
        if found.fetchone() is None:
            _set_password(connection, "CREATE", access.app)
        elif not _lets_in(access.app.changed(dbname="postgres", connect_timeout="10")):
            _set_password(connection, "ALTER", access.app)
        there = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if there.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))


def _set_password(connection: psycopg.Connection, verb: str, app: Dsn) -> None:
    secret = connection.pgconn.encrypt_password(
        app.get("password").encode(), APP.encode(), b"scram-sha-256"
    )
    statement = sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
        sql.SQL(verb), sql.Identifier(APP), sql.Literal(secret.decode())
    )
    connection.execute(statement)


def _lets_in(dsn: Dsn) -> bool:
    try:
        psycopg.connect(dsn.conninfo).close()
    except psycopg.OperationalError as failure:
        if _is_wrong_password(failure):
            return False
        raise
    return True


def _is_wrong_password(failure: psycopg.OperationalError) -> bool:
    # A failed connect carries no SQLSTATE; our server speaks English (lc_messages).
    return "password authentication failed" in str(failure)
