"""`regulars close` is killed with `kill -9` in its transaction: the month is closed whole or not at all."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import psutil
import psycopg
import pytest
from closing_shop import BEGAN, found
from running import wait_until
from till_shop import open_shop

from regulars.cli.session import ExitCode
from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE, attachment
from regulars.kit.database.lead import django_on
from regulars.kit.migrate import migrate

_WAITS = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'security_audit_row'::regclass"
)


def regulars(*words):
    environment = {k: v for k, v in os.environ.items() if k not in (OWNER_VARIABLE, APP_VARIABLE)}
    return subprocess.Popen(
        [sys.executable, "-c", "from regulars.cli.main import main; main()", *words, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


@pytest.mark.timeout(300)
def test_a_close_that_is_killed_leaves_nothing_and_is_done_when_asked_again(
    own_folder, django_db_blocker, monkeypatch
):
    monkeypatch.delenv("REGULARS_DATABASE_FSYNC", raising=False)
    home = own_folder / "home"
    with attachment(home) as held, django_db_blocker.unblock(), django_on(held.access):
        migrate(held.access.owner)
        with open_shop(held.access, now=BEGAN) as shop:
            anna = shop.enrol("anna")
            shop.sell(anna, 500)
            shop.now += timedelta(days=3)
            shop.sell(anna, 300, points=20)
        made = regulars("close", "2024-10", "--data", str(home))  # refused; makes the first owner
        made.communicate(timeout=120)
        assert made.returncode == ExitCode.REFUSED
        with psycopg.connect(held.access.owner.conninfo, autocommit=True) as other:
            with other.transaction():
                # The row of the close is written and its audit entry waits: the middle of it.
                other.execute("LOCK TABLE security_audit_row IN SHARE MODE")
                closing = regulars("close", "2024-11", "--data", str(home))
                with psycopg.connect(held.access.owner.conninfo, autocommit=True) as watch:
                    wait_until(lambda: watch.execute(_WAITS).fetchone()[0], 90)
                psutil.Process(closing.pid).kill()
                closing.wait(timeout=30)
            wait_until(lambda: not other.execute(_WAITS).fetchone()[0], 30)
            assert other.execute("SELECT count(*) FROM economics_close").fetchone() == (0,)
        again = regulars("close", "2024-11", "--data", str(home))
        out, err = again.communicate(timeout=120)
        assert again.returncode == 0, err
        assert json.loads(out)["is_new"]
        repeated = regulars("close", "2024-11", "--data", str(home))
        assert not json.loads(repeated.communicate(timeout=120)[0])["is_new"]
        assert found(shop) == []
