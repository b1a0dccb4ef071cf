"""The account the database server runs under: our own, or an unprivileged one for root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from regulars.kit.database.failures import DatabaseUnavailable

_PREFERRED = ("regulars", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and its group; `other` when it is not the one this process runs as."""

    uid: int
    gid: int
    other: bool

    def popen(self) -> dict[str, object]:
        """The arguments of subprocess that make a child run as this account."""
        if not self.other:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make this account the owner of one file or folder (never of what is above it)."""
        if self.other:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def first_closed_folder(self, path: Path) -> Path | None:
        """The uppermost folder of `path`, itself included, that this account may not enter."""
        if not self.other:
            return None
        resolved = path.resolve()
        for folder in [*reversed(resolved.parents), resolved]:
            if folder.is_dir() and not self._may_enter(folder.stat()):
                return folder
        return None

    def _may_enter(self, found: os.stat_result) -> bool:
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        if found.st_gid == self.gid:
            return bool(found.st_mode & stat.S_IXGRP)
        return bool(found.st_mode & stat.S_IXOTH)


def database_account(data: Path) -> Account:
    """Who shall run the server on the data directory `data`.

    PostgreSQL refuses to run as root. Then it is, in this order: the owner of an existing data
    directory, the account named in REGULARS_SERVICE_USER, `regulars`, `nobody`.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), other=False)
    if data.is_dir() and data.stat().st_uid != 0:
        found = data.stat()
        return Account(found.st_uid, found.st_gid, other=True)
    entry = _service_entry()
    return Account(entry.pw_uid, entry.pw_gid, other=True)


def _service_entry() -> pwd.struct_passwd:
    named = os.environ.get("REGULARS_SERVICE_USER")
    for name in (named,) if named else _PREFERRED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return entry
    raise DatabaseUnavailable(reason="no unprivileged account to run PostgreSQL under")
