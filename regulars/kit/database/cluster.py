"""Make a data directory, and keep the settings of its server."""

import os
import shutil
from hashlib import sha256
from pathlib import Path

from regulars.kit.database.account import Account
from regulars.kit.database.failures import DatabaseOfOtherVersion, DatabaseUnavailable
from regulars.kit.database.programs import Programs, ours_major

OWNER = "regulars_owner"
APP = "regulars_app"
DATABASE = "regulars"

_MIB = 1024 * 1024
_INCLUDES = "\ninclude_if_exists = 'regulars.conf'\ninclude_if_exists = 'local.conf'\n"


def make_cluster(data: Path, programs: Programs, account: Account, password: str) -> None:
    """Create the data directory `data`, complete or not at all.

    Passwords are checked by scram on every way in; text sorts by code point and lower() knows
    every alphabet (builtin C.UTF-8), so a system upgrade cannot change an index's order.
    """
    partial = data.with_name(data.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700)
    account.give(partial)
    note = partial.with_suffix(".password")
    note.unlink(missing_ok=True)
    note.touch(mode=0o600)
    note.write_text(password)
    account.give(note)
    try:
        done = programs.run(
            "initdb",
            f"--pgdata={partial}",
            f"--username={OWNER}",
            f"--pwfile={note}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--data-checksums",
            *(["--no-sync"] if without_fsync() else []),
            account=account,
            cwd=partial,
        )
    finally:
        note.unlink()
    if done.returncode:
        raise DatabaseUnavailable(reason=_last_line(done.stderr) or "initdb failed")
    with (partial / "postgresql.conf").open("a") as conf:
        conf.write(_INCLUDES)
    local = partial / "local.conf"
    local.write_text("# Your own settings for the database: they win over regulars.conf.\n")
    account.give(local)
    partial.rename(data)
    _sync_folder(data.parent)


def check_version(data: Path) -> None:
    """Raises DatabaseOfOtherVersion for a data directory that our programs cannot open."""
    found, ours = (data / "PG_VERSION").read_text().strip(), ours_major()
    if found != ours:
        raise DatabaseOfOtherVersion(folder=str(data), found=found, ours=ours)


def write_settings(data: Path, account: Account, socket_folder: Path) -> None:
    """Write our settings for the next start; the owner's own go into `local.conf` and win."""
    path = data / "regulars.conf"
    settings = _settings(socket_folder) | {"cluster_name": cluster_name(data)}
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    fresh = path.with_suffix(".fresh")
    fresh.write_text("# Written at every start. Your own settings belong into local.conf.\n")
    with fresh.open("a") as conf:
        conf.write("\n".join(lines) + "\n")
    account.give(fresh)
    fresh.replace(path)


def cluster_name(data: Path) -> str:
    """The name that every process of this data directory's server carries in its title."""
    return "regulars-" + sha256(os.fsencode(data.resolve())).hexdigest()[:16]


def without_fsync() -> bool:
    """Whether this is a test run that has said it needs no durability."""
    return os.environ.get("REGULARS_DATABASE_FSYNC") == "off"


def _settings(socket_folder: Path) -> dict[str, str]:
    durable = "off" if without_fsync() else "on"
    return {
        "listen_addresses": "",
        "unix_socket_directories": f'"{socket_folder}"',
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "100",
        "fsync": durable,
        "full_page_writes": durable,
        "synchronous_commit": durable,
        "wal_compression": "on",
        "checkpoint_timeout": "15min",
        "checkpoint_completion_target": "0.9",
        "max_wal_size": "4GB",
        "min_wal_size": "256MB",
        "shared_buffers": f"{_shared_buffers_mib()}MB",
        "effective_cache_size": f"{max(_memory_mib() // 2, 512)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "random_page_cost": "1.1",
        "jit": "off",
        "autovacuum_naptime": "20s",
        "autovacuum_vacuum_scale_factor": "0.1",
        "autovacuum_analyze_scale_factor": "0.05",
        "autovacuum_vacuum_cost_limit": "1000",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "default_text_search_config": "pg_catalog.simple",
        "lc_messages": "C",
        # Rows and values must not reach the log: no statements, no DETAIL lines.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": "0",
        "log_line_prefix": "%m [%p] ",
    }


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _shared_buffers_mib() -> int:
    if without_fsync():
        return 128
    return min(max(_memory_mib() // 8, 256), 8192)


def _memory_mib() -> int:
    """Memory of the machine, or of the control group we are confined to."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    if limit.exists() and (text := limit.read_text().strip()).isdigit():
        total = min(total, int(text))
    return total // _MIB


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]
