"""Use the database for a while: our own server or the one that DATABASE_URL names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regulars.kit.database.external import external_access
from regulars.kit.database.home import Home, default_home
from regulars.kit.database.server import EmbeddedServer
from regulars.kit.dsn import Access, Dsn

OWNER_VARIABLE = "REGULARS_DATABASE_OWNER"
APP_VARIABLE = "REGULARS_DATABASE_APP"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A hold on the database for as long as its block lasts."""

    access: Access
    server: EmbeddedServer | None

    def keep(self) -> None:
        """Bring our own server back if it has died; somebody else's is somebody else's matter."""
        if self.server is not None:
            self.server.ensure()


@contextmanager
def attachment(data_dir: Path | None = None) -> Iterator[Attachment]:
    """Hold the database, which runs at least for the length of the block.

    `data_dir` (default: REGULARS_HOME, else the user's data folder) counts only without
    DATABASE_URL. Raises DatabaseUnavailable and its kin.
    """
    url = os.environ.get("DATABASE_URL")
    if url:
        yield Attachment(external_access(url), None)
        return
    server = EmbeddedServer(Home(data_dir or default_home()))
    access = server.start()
    try:
        yield Attachment(access, server)
    finally:
        server.stop()


@contextmanager
def database(data_dir: Path | None = None) -> Iterator[Access]:
    """The ways into the database, held as `attachment` does."""
    with attachment(data_dir) as held:
        yield held.access


def publish(access: Access) -> None:
    """Tell Django's settings, and the processes we start, where the database is."""
    os.environ[OWNER_VARIABLE] = access.owner.url
    os.environ[APP_VARIABLE] = access.app.url


def published() -> Access | None:
    """What `publish` told, here or in the process that started us."""
    owner, app = os.environ.get(OWNER_VARIABLE), os.environ.get(APP_VARIABLE)
    return Access(Dsn.parse(owner), Dsn.parse(app)) if owner and app else None
