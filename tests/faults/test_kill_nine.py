"""Processes are killed with `kill -9` under load: nothing acknowledged is lost, nothing happens twice.

By default a few kills; with REGULARS_LONG=1 ten of each kind.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from running import Up, alive, modules, wait_until
from web.world import CARD, OTHER_CARD, PROGRAMME, build_world

from regulars.kit.database.attach import attachment
from regulars.kit.database.lead import django_on
from regulars.kit.dsn import Access
from regulars.kit.migrate import migrate

KILLS_OF_EACH = 10 if os.environ.get("REGULARS_LONG") else 2
CLIENTS = 4
BETWEEN_KILLS = 25  # acknowledged requests

BUDGET = 60_00  # is spent while processes are being killed
COUPONS = 3_000  # for each client

PROMOTED = {
    **PROGRAMME,
    "budgets": [{"id": "spring", "title": "Spring", "money": 60, "over": "cut"}],
    "promotions": [
        {
            "id": "hundredth",
            "title": "A hundredth off",
            "kind": "percent",
            "params": {"percent": 1},
            "budget": "spring",
            "caps": [{"per": "all", "period": "year", "uses": 1_000_000}],
        },
        {
            "id": "shown",
            "title": "For who shows a coupon",
            "kind": "percent",
            "params": {"percent": 5},
            "trigger": {"kind": "coupon"},
        },
    ],
}

pytestmark = pytest.mark.timeout(900)


class Client(threading.Thread):
    """A till that rings up receipts and returns, and repeats each request until it is answered."""

    def __init__(self, number: int, port: int, key: str, ending: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number, self.port, self.key, self.ending = number, port, key, ending
        self.card: dict[str, str] = {}  # a gift card that pays now and then
        self.done: dict[str, tuple[str, dict, dict]] = {}  # path → (key, body, answer)
        self.refused: Counter[str] = Counter()
        self.failures: list[str] = []
        self._connection: http.client.HTTPConnection | None = None

    def run(self) -> None:
        count = 0
        while not self.ending.is_set():
            count += 1
            name = f"{self.number}-{count}"
            body = self._receipt(count)
            answer = self._insist(f"/till/v1/receipts/{name}", f"k-{name}", body)
            if answer and count % 6 == 0:
                back = {
                    "sale": {"receipt_id": name},
                    "occurred_at": body["occurred_at"],
                    "lines": [{"id": "1", "quantity": 1}],
                }
                self._insist(f"/till/v1/returns/R-{name}", f"r-{name}", back)

    def repeat(self, path: str) -> tuple[dict, bool]:
        """The answer to the same request once more, and whether it says it is a repetition."""
        key, body, _ = self.done[path]
        status, answer, replayed = self._send(path, key, body)
        assert status == 201, answer
        return answer, replayed

    def _receipt(self, count: int) -> dict:
        pay = {"pay": {"points": "max"}} if count % 5 == 0 else {}
        if count % 4 == 0:
            pay["gift_cards"] = [{**self.card, "amount_minor": 1_000}]
        return {
            "member": {"card": CARD if count % 3 else OTHER_CARD},
            "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "lines": [
                {"id": "1", "sku": "milk", "quantity": 2, "price_minor": 8990},
                {"id": "2", "sku": "tea", "quantity": "0.137", "price_minor": 99900},
            ],
            "codes": [f"K{self.number}N{count}"],
            **pay,
        }

    def sell_card(self, card: dict[str, str]) -> None:
        """Sell the gift card it pays with from now on."""
        line = {"id": "1", "sku": "card", "quantity": 1, "price_minor": 9_000_000}
        body = {
            "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "lines": [{**line, "kind": "gift_card", "card": card["number"]}],
        }
        assert self._insist(f"/till/v1/receipts/card-{self.number}", f"c-{self.number}", body)
        self.card = card

    def make_cards(self, count: int, key: str) -> list[dict[str, str]]:
        """New gift cards, by somebody who may make them."""
        body = {"code": "b1", "count": count}
        path = "/manage/v1/gift-card-batches"
        status, answer, _ = self._send(path, "cards", body, method="POST", bearer=key)
        assert status == 201, answer
        return answer["cards"]

    def _insist(self, path: str, key: str, body: dict) -> dict | None:
        """Send until there is an answer that is final."""
        while True:
            try:
                status, answer, _ = self._send(path, key, body)
            except (OSError, http.client.HTTPException):
                self._connection = None
                time.sleep(0.05)
                continue
            if status in (429, 503):
                time.sleep(0.05)
                continue
            if status == 201:
                self.done[path] = (key, body, answer)
                return answer
            if status >= 500 or status != 409:
                self.failures.append(f"{path}: {status} {answer}")
            self.refused[answer["code"]] += 1
            return None

    def _send(
        self, path: str, key: str, body: dict, *, method: str = "PUT", bearer: str = ""
    ) -> tuple[int, dict, bool]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Authorization": f"Bearer {bearer or self.key}",
            "Idempotency-Key": key,
            "Content-Type": "application/json",
        }
        self._connection.request(method, path, json.dumps(body), headers)
        answer = self._connection.getresponse()
        replayed = answer.headers.get("Idempotent-Replayed") == "true"
        return answer.status, json.loads(answer.read()), replayed


@pytest.fixture
def running(own_folder: Path, django_db_blocker, monkeypatch):
    # Other tests do without durability; here it is what is tested.
    monkeypatch.delenv("REGULARS_DATABASE_FSYNC", raising=False)
    home = own_folder / "home"
    with attachment(home) as held, django_db_blocker.unblock(), django_on(held.access):
        migrate(held.access.owner)
        world = build_world(PROMOTED)
        _make_coupons(held.access)
    up = Up(own_folder)
    up.wait_until_ready()
    yield up, home, world
    up.end(signal.SIGTERM)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(own_folder) in process.cmdline():
                process.kill()


def test_what_was_acknowledged_is_there_once_after_any_kill(running):
    up, home, world = running
    ending = threading.Event()
    keys = [world.keys[name] for name in ("s1/1", "s1/2", "s2/1", "s2/2")]
    clients = [Client(i, up.port, keys[i], ending) for i in range(CLIENTS)]
    cards = clients[0].make_cards(CLIENTS, world.keys["manage/all"])
    for client, card in zip(clients, cards, strict=True):
        client.sell_card(card)
        client.start()
    for _ in range(KILLS_OF_EACH):
        for kill in (_kill_web_worker, _kill_web, _kill_database):
            seen = _acknowledged(clients)
            wait_until(lambda seen=seen: _acknowledged(clients) >= seen + BETWEEN_KILLS, 120)
            kill(up, home)
    seen = _acknowledged(clients)
    wait_until(lambda: _acknowledged(clients) >= seen + BETWEEN_KILLS, 120)
    ending.set()
    for client in clients:
        client.join(timeout=120)
        assert not client.is_alive()
        assert not client.failures, client.failures[:3]

    for client in clients:
        for path, (_, _, answer) in client.done.items():
            again, replayed = client.repeat(path)
            assert replayed, (path, answer, again)
            assert again == answer
    _check_rows(home, clients)
    _check_promotions(home, clients)
    assert _verify(home)["books_are_right"]


def _acknowledged(clients: list[Client]) -> int:
    return sum(len(client.done) for client in clients)


def _kill_web_worker(up: Up, home: Path) -> None:
    """The process that answers requests; its parent brings up another."""
    web = modules(up)["regulars.project.web_process"]
    for worker in alive(web.children()):
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def _kill_web(up: Up, home: Path) -> None:
    wait_until(lambda: "regulars.project.web_process" in modules(up))
    modules(up)["regulars.project.web_process"].kill()


def _kill_database(up: Up, home: Path) -> None:
    pid_file = home / "postgres" / "postmaster.pid"
    wait_until(pid_file.exists)
    pid = int(pid_file.read_text().split()[0])
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _check_rows(home: Path, clients: list[Client]) -> None:
    """Every acknowledged receipt and return is there, once; nothing is there that was never sent."""
    done = [path for client in clients for path in client.done]
    sales = Counter(path.rpartition("/")[2] for path in done if "/receipts/" in path)
    backs = Counter(path.rpartition("/")[2] for path in done if "/returns/" in path)
    with (
        attachment(home) as held,
        psycopg.connect(held.access.app.conninfo) as connection,
    ):
        stored = Counter(number for (number,) in connection.execute("SELECT number FROM till_sale"))
        returned = Counter(
            number for (number,) in connection.execute("SELECT number FROM till_return")
        )
    assert stored == sales
    assert returned == backs


def _make_coupons(access: Access) -> None:
    """One of one use for each receipt there may be."""
    with psycopg.connect(access.owner.conninfo) as connection:
        connection.execute(
            "INSERT INTO rewards_coupon_batch (code, title, promotion, kind, uses_max, bound,"
            " transferable, status, created_at, created_by, changed_at)"
            " VALUES ('b', 'B', 'shown', 'imported', 1, false, true, 'open', now(), 't', now())"
        )
        connection.execute(
            "INSERT INTO rewards_coupon (code, batch, uses_max, issued_at)"
            " SELECT 'K' || c || 'N' || n, 'b', 1, now()"
            " FROM generate_series(0, %s) AS c, generate_series(1, %s) AS n",
            [CLIENTS - 1, COUPONS],
        )


def _check_promotions(home: Path, clients: list[Client]) -> None:
    """Every acknowledged sale used its coupon, once; the budget was spent to its end and no further."""
    shown = {
        code
        for client in clients
        for _, body, _ in client.done.values()
        for code in body.get("codes", ())
    }
    with (
        attachment(home) as held,
        psycopg.connect(held.access.app.conninfo) as connection,
    ):
        used = connection.execute("SELECT code, uses FROM rewards_coupon WHERE uses > 0")
        assert dict(used.fetchall()) == dict.fromkeys(shown, 1)
        ((given, back),) = connection.execute(
            "SELECT (SELECT sum(used)::bigint FROM till_allowance WHERE key = 'budget:spring:ever'),"
            " (SELECT count(*) FROM till_return)"
        )
    assert given <= BUDGET
    assert back or given == BUDGET


def _verify(home: Path) -> dict:
    line = [sys.executable, "-c", "from regulars.cli.main import main; main()"]
    done = subprocess.run(
        [*line, "verify", "--data", str(home), "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)
