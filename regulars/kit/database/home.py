"""The folders of one installation, and where the database's own files can live."""

import logging
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_data_dir

from regulars.kit.database.account import Account
from regulars.kit.database.failures import DatabaseUnavailable

log = logging.getLogger(__name__)

# A Unix socket's path may have 107 bytes on Linux, 103 on macOS; the server adds the file's name.
_SOCKET_PATH_BYTES_MAX = 103
_SOCKET_NAME = ".s.PGSQL.5432.lock"
# Where the database goes when root keeps its installation in a folder only root may enter.
_OPEN_PLACE = Path("/var/lib")
_OURS = {"postgres", "postgres.partial", "programs", "socket", "secrets", "logs", "run"}


def default_home() -> Path:
    """REGULARS_HOME, or the folder for Regulars among the user's data."""
    named = os.environ.get("REGULARS_HOME")
    return Path(named).expanduser().absolute() if named else Path(user_data_dir("regulars"))


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder of one installation. Nothing above it is ever changed."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "postgres"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    def prepare(self) -> None:
        """Make the folders that are not there; private ones to their owner only."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.secrets, self.logs, self.run):
            folder.mkdir(mode=0o700, exist_ok=True)

    def place_for_database(self, account: Account) -> Path:
        """The folder that will hold `postgres/` (and a copy of the programs, if need be).

        It is the installation's own folder. When root runs us and the account may not come that
        far, a folder that is ours alone is opened to pass through (not to read), never one above
        it; when one of those is closed, a new folder in /var/lib is used and `postgres` links to
        it. Raises DatabaseUnavailable where that is not possible either.
        """
        if self.data.is_symlink():
            return self.data.resolve().parent
        closed = account.first_closed_folder(self.root)
        if closed is None:
            return self.root
        if closed == self.root.resolve() and {path.name for path in self.root.iterdir()} <= _OURS:
            self.root.chmod(self.root.stat().st_mode | 0o011)
            return self.root
        place = _new_open_place(account, closed)
        self.data.symlink_to(place / "postgres")
        return place

    def socket_folder(self, account: Account) -> Path:
        """An existing folder, 0700 and the account's, whose path is short enough for a socket."""
        wanted = self.data.resolve().parent / "socket"
        if len(os.fsencode(wanted / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES_MAX:
            wanted.mkdir(mode=0o700, exist_ok=True)
            account.give(wanted)
            return wanted
        note = self.run / "socket-folder"
        noted = Path(note.read_text()) if note.exists() else None
        if noted is None or not _is_private(noted, account):
            noted = Path(tempfile.mkdtemp(prefix="regulars-", dir="/tmp"))
            account.give(noted)
            note.write_text(str(noted))
        return noted

    def secret(self, name: str) -> str:
        """The secret called `name`, made on first use (256 random bits, file mode 0600)."""
        path = self.secrets / name
        if not path.exists():
            fresh = self.secrets / f".{name}.{secrets.token_hex(4)}"
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(32))
            try:
                # A link, not a rename: of two makers the first one's secret stays.
                path.hardlink_to(fresh)
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()


def _new_open_place(account: Account, closed: Path) -> Path:
    if not _OPEN_PLACE.is_dir() or account.first_closed_folder(_OPEN_PLACE) is not None:
        raise DatabaseUnavailable(
            reason=f"its account may not enter {closed}: choose another folder"
        )
    place = Path(tempfile.mkdtemp(prefix="regulars-", dir=_OPEN_PLACE))
    place.chmod(0o711)
    log.warning("the database's account may not enter %s: its files are in %s", closed, place)
    return place


def _is_private(folder: Path, account: Account) -> bool:
    if folder.is_symlink() or not folder.is_dir():
        return False
    found = folder.stat()
    return found.st_uid == account.uid and found.st_mode & 0o077 == 0
