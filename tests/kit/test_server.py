"""The supervisor of the embedded PostgreSQL: starts, ends, is killed, and starts again."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest

from regulars.kit.database.attach import database
from regulars.kit.database.cluster import cluster_name
from regulars.kit.database.failures import (
    DatabaseOfOtherVersion,
    DatabasePasswordLost,
    DatabaseUnavailable,
)
from regulars.kit.database.home import Home
from regulars.kit.database.server import EmbeddedServer

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(scope="module")
def made_home():
    """An installation that has been started once, to be copied: making one takes longest."""
    folder = Path(tempfile.mkdtemp(prefix="made-", dir=os.environ["REGULARS_TEST_ROOT"]))
    folder.chmod(0o711)
    with database(folder / "home"):
        pass
    yield Home(folder / "home")
    shutil.rmtree(folder)


@pytest.fixture
def new_home(own_folder, monkeypatch):
    """An installation of its own that has never been started, as durable as a real one."""
    monkeypatch.delenv("REGULARS_DATABASE_FSYNC", raising=False)
    home = Home(own_folder / "home")
    yield home
    end_whatever_runs(home)


@pytest.fixture
def home(new_home, made_home):
    """The same, started once before."""
    subprocess.run(["cp", "-a", str(made_home.root), str(new_home.root)], check=True)
    return new_home


def end_whatever_runs(home):
    for process, _ in server_processes(home):
        process.kill()


def server_processes(home):
    """Every living process that works on the data directory of `home`, with its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            line = process.cmdline()
            dead = process.status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
        ours = str(home.data.resolve()) in line or cluster_name(home.data) in " ".join(line[:1])
        if ours and not dead:
            found.append((process, line))
    return found


def postmaster(home):
    return psutil.Process(int((home.data / "postmaster.pid").read_text().splitlines()[0]))


def put(dsn, value):
    with psycopg.connect(dsn.conninfo) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def kept(dsn):
    with psycopg.connect(dsn.conninfo) as connection:
        return [value for (value,) in connection.execute("SELECT value FROM kept ORDER BY value")]


def test_it_starts_answers_and_stops(new_home):
    home = new_home
    with database(home.root) as access:
        put(access.owner, 1)
        assert kept(access.owner) == [1]
        assert server_processes(home)
    assert server_processes(home) == []
    with database(home.root) as access:
        assert kept(access.owner) == [1]


def test_its_settings_keep_what_was_acknowledged(home):
    with database(home.root) as access, psycopg.connect(access.app.conninfo) as connection:

        def shown(name):
            return connection.execute("SELECT current_setting(%s)", [name]).fetchone()[0]

        assert [shown(n) for n in ("fsync", "full_page_writes", "synchronous_commit")] == ["on"] * 3
        assert shown("data_checksums") == "on"
        assert shown("listen_addresses") == ""
        assert shown("password_encryption") == "scram-sha-256"
        assert connection.execute("SELECT lower('ЖЁЛТЫЙ'), 'ПРИВЕТ' ILIKE 'привет'").fetchone() == (
            "жёлтый",
            True,
        )


def test_nobody_comes_in_without_the_password(home):
    with database(home.root) as access:
        for dsn in (access.owner, access.app):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(dsn.changed(password="guess").conninfo)
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(dsn.changed(password="").conninfo)


def test_its_secrets_and_files_are_private(home):
    with database(home.root):
        for name in ("database_owner", "database_app"):
            assert stat.S_IMODE((home.secrets / name).stat().st_mode) == 0o600
        socket = home.data.resolve().parent / "socket"
        for folder in (home.secrets, home.data.resolve(), socket):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        if os.geteuid() == 0:
            assert postmaster(home).uids().effective != 0


def test_the_password_is_on_no_command_line_and_in_no_log(home):
    with database(home.root) as access:
        words = [access.owner.get("password"), access.app.get("password")]
        lines = [" ".join(line) for _, line in server_processes(home)]
        text = (home.logs / "postgres.log").read_text() + "".join(lines)
    assert not any(word in text for word in words)


def test_no_folder_above_is_changed(new_home):
    home = new_home
    above = list(home.root.parents)
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    with database(home.root):
        pass
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before


def test_the_last_user_stops_it(home):
    first, second = EmbeddedServer(home), EmbeddedServer(home)
    access = first.start()
    pid = postmaster(home).pid
    second.start()
    first.stop()
    assert postmaster(home).pid == pid
    psycopg.connect(access.app.conninfo).close()
    second.stop()
    assert server_processes(home) == []


def test_many_that_start_at_once_share_one(new_home):
    home = new_home
    servers = [EmbeddedServer(home) for _ in range(6)]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda server: server.start(), servers))
        assert len(set(found)) == 1
        assert len([1 for _, line in server_processes(home) if "-D" in line]) == 1
        list(threads.map(lambda server: server.stop(), servers))
    assert server_processes(home) == []


def test_two_programs_that_start_at_once_share_one(new_home):
    home = new_home
    program = textwrap.dedent("""
        import sys
        from pathlib import Path
        import psycopg
        from regulars.kit.database.attach import database
        with database(Path(sys.argv[1])) as access:
            with psycopg.connect(access.owner.conninfo) as connection:
                print(connection.execute("SELECT pg_postmaster_start_time()::text").fetchone()[0])
            sys.stdin.readline()
    """)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(home.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    moments = {each.stdout.readline() for each in started}
    for each in started:
        each.communicate("\n", timeout=30)
    assert len(moments) == 1
    assert moments != {""}
    assert server_processes(home) == []


def test_what_was_acknowledged_survives_kill_9(home):
    acknowledged = []
    for round_number in range(3):
        server = EmbeddedServer(home)
        access = server.start()
        for value in range(20):
            put(access.owner, round_number * 100 + value)
            acknowledged.append(round_number * 100 + value)
        postmaster(home).kill()
    with database(home.root) as access:
        assert kept(access.owner) == acknowledged


def test_a_killed_server_is_brought_back_under_the_same_address(home):
    server = EmbeddedServer(home)
    access = server.start()
    put(access.owner, 1)
    postmaster(home).kill()
    wait_until(lambda: not server.is_running())
    server.ensure()
    assert kept(access.owner) == [1]
    server.stop()


def test_removed_data_are_not_replaced_by_an_empty_database(home):
    server = EmbeddedServer(home)
    server.start()
    end_whatever_runs(home)
    wait_until(lambda: not server.is_running())
    home.data.rename(home.root / "removed")
    with pytest.raises(DatabaseUnavailable):
        server.ensure()
    assert not home.data.exists()
    (home.root / "removed").rename(home.data)
    server.ensure()
    server.stop()


def test_the_server_of_a_killed_program_is_adopted_and_stopped(home):
    program = "\n".join(
        [
            "import os, signal, sys",
            "from pathlib import Path",
            "from regulars.kit.database.home import Home",
            "from regulars.kit.database.server import EmbeddedServer",
            "EmbeddedServer(Home(Path(sys.argv[1]))).start()",
            "os.kill(os.getpid(), signal.SIGKILL)",
        ]
    )
    ended = subprocess.run([sys.executable, "-c", program, str(home.root)], timeout=60)
    assert ended.returncode == -signal.SIGKILL
    orphan = postmaster(home).pid
    with database(home.root) as access:
        assert postmaster(home).pid == orphan
        psycopg.connect(access.app.conninfo).close()
    assert server_processes(home) == []


def test_a_stale_pid_file_that_names_a_stranger_does_not_hinder(home):
    server = EmbeddedServer(home)
    access = server.start()
    put(access.owner, 1)
    noted = (home.data / "postmaster.pid").read_text().splitlines()
    end_whatever_runs(home)
    wait_until(lambda: not server_processes(home))
    # The number has gone to somebody else meanwhile, of the same account: a restarted container.
    owner = home.data.stat()
    stranger = subprocess.Popen(["sleep", "60"], user=owner.st_uid, group=owner.st_gid)
    noted[0] = str(stranger.pid)
    (home.data / "postmaster.pid").write_text("\n".join(noted) + "\n")
    try:
        with database(home.root) as access:
            assert kept(access.owner) == [1]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_data_directory_is_made_again(new_home):
    home = new_home
    home.prepare()
    partial = home.root / "postgres.partial"
    partial.mkdir()
    (partial / "PG_VERSION").write_text("18\n")
    with database(home.root) as access:
        put(access.owner, 1)
    assert not partial.exists()


def test_a_long_path_gets_a_short_private_socket_folder(own_folder):
    home = Home(own_folder / ("long-" * 20) / "home")
    home.root.parent.mkdir(mode=0o711)
    with database(home.root) as access:
        folder = Path(access.app.get("host"))
        assert len(str(folder)) < 90
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        psycopg.connect(access.app.conninfo).close()
    with database(home.root) as access:
        assert Path(access.app.get("host")) == folder
    folder.rmdir()


def test_a_data_directory_of_another_major_version_is_refused(home):
    with database(home.root):
        pass
    (home.data / "PG_VERSION").write_text("16\n")
    with pytest.raises(DatabaseOfOtherVersion) as refused, database(home.root):
        pass
    assert refused.value.params["found"] == "16"
    assert server_processes(home) == []


def test_lost_passwords_are_named_as_such(home):
    with database(home.root):
        pass
    (home.secrets / "database_owner").unlink()
    with pytest.raises(DatabasePasswordLost), database(home.root):
        pass
    assert server_processes(home) == []


def test_a_lost_application_password_is_replaced(home):
    with database(home.root) as before:
        pass
    (home.secrets / "database_app").unlink()
    with database(home.root) as access:
        assert access.app.get("password") != before.app.get("password")
        psycopg.connect(access.app.conninfo).close()


def test_a_server_that_cannot_start_says_why(home):
    with database(home.root):
        pass
    (home.data.resolve() / "local.conf").write_text("shared_buffers = 'a lot'\n")
    with pytest.raises(DatabaseUnavailable) as refused, database(home.root):
        pass
    assert "local.conf" in refused.value.params["reason"]


@pytest.mark.skipif("os.geteuid() != 0", reason="only root has folders that others may not enter")
def test_under_root_a_closed_folder_above_is_left_closed(own_folder):
    closed = own_folder / "closed"
    closed.mkdir(mode=0o700)
    home = Home(closed / "home")
    with database(home.root) as access:
        put(access.owner, 1)
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700
        place = home.data.resolve().parent
        assert place.parent == Path("/var/lib")
    with database(home.root) as access:
        assert kept(access.owner) == [1]
    subprocess.run(["rm", "-rf", str(place)], check=True)


def wait_until(holds, seconds=10):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)
