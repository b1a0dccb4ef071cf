"""What every test may ask for: a real PostgreSQL, databases on it, and the shared data sets."""

import glob
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import chain, count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from psycopg import sql

from regulars.kit.database.home import Home
from regulars.kit.database.lead import django_on
from regulars.kit.database.locks import FileLock, locked
from regulars.kit.database.server import EmbeddedServer
from regulars.kit.dsn import Access
from regulars.kit.migrate import migrate

_ROOT_VARIABLE = "REGULARS_TEST_ROOT"
_TEMPLATE = "tests_template"
_PLACES = ("/dev/shm", "/tmp")  # in memory, on disk
_IN_MEMORY_MIN = 8 * 2**30  # bytes that have to be free
_alive: FileLock | None = None
_numbers = count(1)

# The machine is shared, and a slow moment is not a wrong answer.
settings.register_profile("shared", deadline=None, print_blob=True)
settings.load_profile("shared")


def pytest_configure(config: pytest.Config) -> None:
    """Give this run a folder of its own, shared by its xdist workers."""
    global _alive
    os.environ["REGULARS_DATABASE_FSYNC"] = "off"
    os.environ.pop("DATABASE_URL", None)
    if not hasattr(config, "workerinput"):
        _clear_after_killed_runs()
        root = Path(tempfile.mkdtemp(prefix="regulars-tests-", dir=_roomy_place()))
        # The tests may run as root, the database never does: its account has to pass through.
        root.chmod(0o711)
        _alive = FileLock(root / "alive")
        _alive.take_exclusive()
        os.environ[_ROOT_VARIABLE] = str(root)
    os.environ["REGULARS_HOME"] = str(_root() / "home")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked `long`, unless REGULARS_LONG=1 (`make test-long`) asks for it."""
    if os.environ.get("REGULARS_LONG") == "1":
        return
    left_out = [item for item in items if item.get_closest_marker("long")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    if _alive is not None:
        _remove_run(_root())
        _alive.release()


@pytest.fixture(scope="session")
def server_access() -> Iterator[Access]:
    """The roles on this run's server; it starts with the first worker and ends with the last."""
    server = EmbeddedServer(Home(_root() / "home"))
    yield server.start()
    server.stop()


@pytest.fixture(scope="session")
def template_access(server_access: Access, django_db_blocker: object) -> Access:
    """A database with all migrations applied, to be copied and otherwise left alone."""
    access = server_access.to_database(_TEMPLATE)
    ready = _root() / "template-is-ready"
    with locked(_root() / "template.lock"):
        if not ready.exists():
            _run_as_owner(server_access, "CREATE DATABASE {}", _TEMPLATE)
            with django_db_blocker.unblock(), django_on(access):
                migrate(access.owner)
            # Django's test cases empty tables by TRUNCATE, which the application never may.
            with psycopg.connect(access.owner.conninfo) as connection:
                connection.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO regulars_app")
            ready.touch()
    return access


@pytest.fixture(scope="session")
def make_database(server_access: Access, template_access: Access) -> Callable[[], Access]:
    """Makes a new migrated database each time it is called (about 50 ms)."""

    def make() -> Access:
        name = f"tests_{os.getpid()}_{next(_numbers)}"
        # Copied as files: faster than the usual copy through the log, where nothing is synced.
        statement = "CREATE DATABASE {} TEMPLATE tests_template STRATEGY FILE_COPY"
        _run_as_owner(server_access, statement, name)
        return server_access.to_database(name)

    return make


@pytest.fixture(scope="session")
def drop_database(server_access: Access) -> Callable[[Access], None]:
    """Removes a database that `make_database` made, whoever is still connected to it."""

    def drop(access: Access) -> None:
        _run_as_owner(server_access, "DROP DATABASE {} WITH (FORCE)", access.app.database)

    return drop


@pytest.fixture(scope="session")
def django_db_setup(
    make_database: Callable[[], Access],
    drop_database: Callable[[Access], None],
    django_db_blocker: object,
) -> Iterator[None]:
    """pytest-django's databases: one per worker; tests marked `django_db` roll back in it."""
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        yield
    drop_database(access)


@pytest.fixture
def fresh_database(
    make_database: Callable[[], Access], drop_database: Callable[[Access], None]
) -> Iterator[Access]:
    """A migrated database for one test that really commits (asyncpg, several connections)."""
    access = make_database()
    yield access
    drop_database(access)


@pytest.fixture
def django_on_fresh_database(fresh_database: Access, django_db_blocker: object) -> Iterator[Access]:
    """The same, with Django's connections (of every thread) led to it: for races and the till."""
    with django_db_blocker.unblock(), django_on(fresh_database):
        yield fresh_database


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, named by REGULARS_DATA; without it the test is skipped."""
    named = os.environ.get("REGULARS_DATA")
    folder = Path(named) if named else Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the shared data sets: set REGULARS_DATA to their folder")
    return folder


@pytest.fixture
def own_folder() -> Iterator[Path]:
    """An empty folder that the database's account can reach (pytest's tmp_path is closed to it)."""
    folder = Path(tempfile.mkdtemp(prefix="own-", dir=_root()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def _run_as_owner(access: Access, statement: str, name: str) -> None:
    maintenance = access.owner.changed(dbname="postgres")
    with psycopg.connect(maintenance.conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _root() -> Path:
    return Path(os.environ[_ROOT_VARIABLE])


def _roomy_place() -> str:
    """In memory where there is room: most tests have a database made, which is a thousand files."""
    memory, disk = _PLACES
    is_there = os.path.ismount(memory) and os.access(memory, os.W_OK)
    return memory if is_there and shutil.disk_usage(memory).free >= _IN_MEMORY_MIN else disk


def _clear_after_killed_runs() -> None:
    for found in chain.from_iterable(glob.glob(f"{place}/regulars-tests-*") for place in _PLACES):
        lock = FileLock(Path(found) / "alive")
        if (Path(found) / "alive").exists() and lock.try_exclusive():
            _remove_run(Path(found))
            lock.release()


def _remove_run(root: Path) -> None:
    home = Home(root / "home")
    if (
        home.data / "PG_VERSION"
    ).exists():  # else it was killed while it made or removed its server
        server = EmbeddedServer(home)
        server.start()
        server.stop()
    shutil.rmtree(root, ignore_errors=True)
