"""`regulars demo`: a year that always comes out the same, also when it was interrupted on the way."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta

import psutil
import psycopg
import pytest

from regulars.cli.demo_chain import ChainSealed, build_chain, find_regular
from regulars.cli.demo_setting import SYSTEM, Plan, begin, find_plan, finish
from regulars.cli.main import run
from regulars.contexts.ledger.usecases.sealing import seal_days
from regulars.contexts.till.usecases.places import create_store
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.demo.people import people
from regulars.core.demo.year import ZONE, year
from regulars.core.identifiers import is_ean13
from regulars.kit.database.attach import APP_VARIABLE, OWNER_VARIABLE
from regulars.kit.database.lead import django_on
from regulars.kit.transactions import in_transaction

NOW = datetime(2026, 5, 20, 15, 30, tzinfo=UTC)
PLAN = Plan(120, NOW.replace(hour=0, minute=0) - timedelta(days=30), NOW, 25)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C at this instant."""


@pytest.fixture
def chains(make_database, drop_database, django_db_blocker):
    """Builds the chain in a database of its own, and tells everything in it but ids."""
    with django_db_blocker.unblock(), ExitStack() as stack:

        def make():
            access = make_database()
            stack.callback(drop_database, access)
            stack.enter_context(django_on(access))
            return access

        yield make


def build(access, advance=lambda days: None):
    return build_chain(PLAN, access.app, b"s" * 32, advance)


EVERYTHING = {
    "sales": """
        SELECT store, till, number, occurred_at, received_at, tier, gross_minor, points_minor,
               paid_minor, returns, returned::text, receipt::text
        FROM till_sale ORDER BY 1, 2, 3""",
    "returns": """
        SELECT store, till, number, refund_minor, lines::text FROM till_return ORDER BY 1, 2, 3""",
    "redemptions": """
        SELECT request_key, reward_code, status, redeemed_at FROM rewards_redemption ORDER BY 1""",
    "accounts": """
        SELECT i.value, a.version, a.state ->> 'w', a.state ->> 'c', a.state ->> 'v'
        FROM ledger_account a JOIN members_identifier i USING (bucket, member_id)
        WHERE i.kind = 'card' ORDER BY 1""",
    "letters": """
        SELECT uses, count(*) FROM rewards_coupon WHERE batch = 'letter' GROUP BY uses ORDER BY 1""",
    "issued": """
        SELECT batch, uses, count(*) FROM rewards_coupon WHERE batch <> 'letter'
        GROUP BY 1, 2 ORDER BY 1, 2""",
    "promotions": """
        SELECT d ->> 0, count(*), sum((d ->> 1)::bigint)
        FROM till_sale, json_array_elements(decision -> 'discounts') AS d GROUP BY 1 ORDER BY 1""",
    "seals": "SELECT day, transactions FROM ledger_seal ORDER BY 1",
    "rewards": "SELECT code, stock FROM rewards_reward ORDER BY 1",
}


def everything(access):
    """Sales, returns, redemptions and balances, by names instead of ids."""
    with psycopg.connect(access.owner.conninfo) as connection:
        return {what: connection.execute(q).fetchall() for what, q in EVERYTHING.items()}


def test_the_same_seed_makes_the_same_people_and_receipts():
    persons = people(50, PLAN.since.date(), NOW.date(), 7)
    assert persons == people(50, PLAN.since.date(), NOW.date(), 7)
    assert persons != people(50, PLAN.since.date(), NOW.date(), 8)
    days = list(year(persons, PLAN.since.date(), 7, now=NOW))
    assert days == list(year(persons, PLAN.since.date(), 7, now=NOW))
    assert [day.day for day in days] == [
        PLAN.since.date() + timedelta(days=number) for number in range(31)
    ]
    assert all(is_ean13(person.card) for person in persons)


def test_nothing_in_the_year_lies_in_the_future_or_comes_twice():
    persons = people(80, PLAN.since.date(), NOW.date(), 3)
    numbers = set()
    for day in year(persons, PLAN.since.date(), 3, now=NOW):
        for sale in day.sales:
            moment = sale.receipt.occurred_at
            assert moment < NOW
            assert 0 <= (day.day - moment.astimezone(ZONE).date()).days <= 1
            key = (sale.receipt.store, sale.receipt.till, sale.receipt.number)
            assert key not in numbers
            numbers.add(key)
        for back in day.returns:
            assert back.sale in numbers
            assert back.occurred_at < NOW


def test_the_chain_is_sound_and_has_everything(chains):
    access = chains()
    built = build(access)
    assert built.members == 120
    assert min(built.sales // 1000, built.returns, built.rewards, built.cancelled) >= 1, built
    verdict = verify_books()
    assert verdict.books_are_right
    assert (verdict.sales, verdict.returns) == (built.sales, built.returns)
    told = everything(access)
    assert {row[2] for row in told["redemptions"]} == {"issued", "cancelled"}
    assert len(told["redemptions"]) == built.rewards
    assert [len(told[what]) for what in ("rewards", "accounts", "seals")] == [3, 120, 30]
    sales = told["sales"]
    late = [row for row in sales if row[4] - row[3] > timedelta(hours=20)]
    assert late
    assert any(row[7] for row in sales)  # paid with points
    (unused, _), (used, letters) = told["letters"]
    assert (unused, used) == (0, 1)
    assert letters >= 3
    assert [row[0] for row in told["issued"]] == ["issued:come-back"]
    applied = {row[0] for row in told["promotions"]}
    assert {"evening-bread", "third-sweet", "cleaning", "come-back"} <= applied
    assert find_regular(PLAN).card in {row[0] for row in told["accounts"]}


@pytest.mark.timeout(300)
def test_interrupted_anywhere_and_begun_again_it_ends_the_same(chains, monkeypatch):
    access = chains()
    whole = build(access)
    expected = everything(access)

    access = chains()
    days = []

    def until(limit):
        def advance(steps):
            days.append(steps)
            if len(days) == limit:
                raise Interrupted

        return advance

    with pytest.raises(Interrupted):
        build(access, until(7))
    calls = []
    where = "regulars.cli.demo_chain"
    for name in ("redeem_reward", "enrol_many", "CommitSale"):
        calls.clear()

        real = getattr(sys.modules[where], name)

        def failing(*arguments, real=real, **more):
            calls.append(real)
            if len(calls) == 3:  # in the middle of a day
                raise Interrupted
            return real(*arguments, **more)

        with monkeypatch.context() as patched:
            patched.setattr(f"{where}.{name}", failing)
            with pytest.raises(Interrupted):
                build(access)
    days.clear()
    with pytest.raises(Interrupted):
        build(access, until(20))
    again = build(access)
    assert everything(access) == expected
    assert (again.members, again.sales, again.returns) == (
        whole.members,
        whole.sales,
        whole.returns,
    )
    assert verify_books().books_are_right
    before = everything(access)
    build(access)
    assert everything(access) == before


def test_an_unfinished_chain_whose_days_were_sealed_is_not_added_to(chains):
    access = chains()
    days = []

    def advance(steps):
        days.append(steps)
        if len(days) == 5:
            raise Interrupted

    with pytest.raises(Interrupted):
        build(access, advance)
    in_transaction(lambda: seal_days(now=NOW))
    before = everything(access)
    with pytest.raises(ChainSealed):
        build(access)
    assert everything(access) == before
    assert verify_books().books_are_right


def test_the_plan_is_remembered(chains):
    chains()
    assert find_plan() is None
    in_transaction(lambda: begin(PLAN))
    assert find_plan() == (PLAN, False)
    in_transaction(lambda: finish(PLAN, now=NOW))
    assert find_plan() == (PLAN, True)


def test_a_folder_in_use_is_left_alone(chains, capsys):
    chains()
    in_transaction(lambda: create_store("mine", "My store", now=NOW, by=SYSTEM))
    assert run(["demo", "--build-only", "--members", "10", "--days", "1", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "demo.folder_in_use"
    assert find_plan() is None


def hear_ctrl_c():
    """Whoever is run by a shell in the background ignores it, and so would all it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Demo:
    """A running `regulars demo` and what it has said."""

    def __init__(self, folder, *more):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        environment = {
            k: v for k, v in os.environ.items() if k not in (OWNER_VARIABLE, APP_VARIABLE)
        }
        line = [sys.executable, "-c", "from regulars.cli.main import main; main()", "demo"]
        line += ["--data", str(folder / "home"), "--port", str(self.port), "--json", *more]
        self.process = subprocess.Popen(
            line,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
            preexec_fn=hear_ctrl_c,  # noqa: PLW1509  (one thread here)
        )
        self.said = {}

    def wait_for(self, what):
        while what not in self.said:
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read()
            self.said |= json.loads(line)
        return self.said[what]

    def end(self):
        """Ctrl-C; the exit code and what was said on stderr."""
        self.process.send_signal(signal.SIGINT)
        _, remarks = self.process.communicate(timeout=90)
        return self.process.returncode, remarks


@pytest.fixture
def start(own_folder):
    """Starts demos on this test's own folder; whatever is left at the end is killed."""
    started = []

    def begin_demo(*more):
        started.append(Demo(own_folder, *more))
        return started[-1]

    yield begin_demo
    left = [demo.process.pid for demo in started]
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid in left or str(own_folder) in process.cmdline():
                process.kill()


def paste(line):
    """What the shell prints for a line as it was printed, and the HTTP status."""
    told = subprocess.run(
        f"{line} -w '\\n%{{http_code}}'", shell=True, capture_output=True, text=True, timeout=60
    )
    body, _, status = told.stdout.rpartition("\n")
    assert told.stderr == ""
    return int(status), json.loads(body)


@pytest.mark.timeout(300)
@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl: apt-get install curl")
def test_the_three_printed_lines_do_what_they_say_and_so_after_another_start(start):
    tiny = ("--members", "60", "--days", "40")
    first = start(*tiny)
    lines = first.wait_for("curl")
    first.wait_for("urls")
    assert first.said["built"]["members"] == 60
    assert first.said["administrator"]["password"]
    _check_lines(lines)
    code, _ = first.end()
    assert code == 0

    second = start(*tiny)
    again = second.wait_for("curl")
    second.wait_for("urls")
    assert not {"built", "administrator"} & second.said.keys()
    assert not set(again) & set(lines)
    _check_lines(again)
    told = subprocess.run(
        ["curl", "-sS", second.said["open"]], capture_output=True, text=True, timeout=60
    )
    assert 'class="front-doors"' in told.stdout
    assert (
        paste(lines[0].replace(str(first.port), str(second.port)))[0] == 401
    )  # that key has ended
    assert second.end()[0] == 0


def _check_lines(lines):
    quote, commit, back = lines
    status, quoted = paste(quote)
    assert status == 200
    assert (quoted["gross_minor"], quoted["due_minor"]) == (26034, 26034)
    (points,) = quoted["spendable"]
    assert points["most"] >= 10
    status, sale = paste(commit)
    assert status == 201
    paid = sale["points_minor"]
    assert paid == points["most"] * 100
    assert sale["due_minor"] == 26034 - paid
    assert sale["earned"] == points["earned_if_spent"]
    assert paste(commit) == (status, sale)  # pasted twice, sold once
    status, returned = paste(back)
    assert status == 201
    assert returned["refund_minor"] == sale["lines"][0]["due_minor"]
    left = sale["balances"]["points"]["active"] + returned["points_restored"]["points"]
    assert returned["balances"]["points"]["active"] == left


@pytest.mark.timeout(300)
def test_ctrl_c_while_building_leaves_something_to_go_on_with(start):
    more = ("--members", "150", "--days", "200", "--build-only")
    broken = start(*more)
    broken.wait_for("administrator")
    time.sleep(0.7)
    code, remarks = broken.end()
    assert code == 5, remarks
    assert "built" not in broken.said
    resumed = start("--build-only")
    built = resumed.wait_for("built")
    assert resumed.process.wait(60) == 0
    assert "150 members was begun here" in resumed.process.stderr.read()
    assert built["members"] == 150
