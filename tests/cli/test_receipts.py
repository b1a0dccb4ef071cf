"""`regulars receipts import`, `statement` and `report kpi` as somebody types them."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from past_shop import books_of
from receipt_files import write_csv
from till_shop import open_shop

from regulars.cli.main import run
from regulars.cli.session import ExitCode
from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.database.lead import django_on

LINES = (
    "1;2026-03-01 10:00;milk;6;10.00;anna",
    "2;2026-03-02 11:00;milk;4;10.00;anna",
    "C3;2026-03-04 12:00;milk;-1;10.00;anna",
    "4;2026-03-05 12:00;=cmd;0;10.00;+79161234567",
    "5;2026-03-06 12:00;tea;1;7.00;",
)


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database) as shop:
        yield shop


@pytest.fixture
def file(tmp_path):
    return write_csv(tmp_path / "receipts.csv", *LINES)


def asked(capsys, *arguments):
    """Exit code and JSON of one command."""
    code = run([*map(str, arguments), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_an_import_accounts_for_every_row_and_again_adds_nothing(shop, file, capsys):
    for already in (0, 3):
        code, told = asked(capsys, "receipts", "import", file, "--enrol")
        assert code == ExitCode.OK
        assert told["file"]["rows"] == 5
        assert told["file"]["amount_minor"] == 9700
        assert told["sales"] == {
            "rows": 3,
            "amount_minor": 10700,
            "receipts": 3,
            "already": already,
        }
        assert told["returns"]["rows"] == 1
        assert told["rejected"]["rows"] == 1
        assert told["members"] == {"customers": 1, "new": int(not already)}
        assert [*told["rejected"]["by_reason"]] == ["import.quantity_zero"]
    assert verify_books().books_are_right


def test_what_is_guessed_is_shown_before_work_begins(shop, file, capsys):
    assert run(["receipts", "import", str(file), "--language", "ru"]) == 0
    told = capsys.readouterr()
    assert "number ← receipt" in told.err
    assert "customer ← customer" in told.err
    assert "Europe/Moscow" in told.err
    assert "Продажи:" in told.out
    assert "1 продажа" not in told.out
    assert "2 продажи неизвестных покупателей" in told.out


def test_rejected_rows_go_to_a_file_that_no_spreadsheet_runs(shop, file, tmp_path):
    target = tmp_path / "bad.csv"
    assert run(["receipts", "import", str(file), "--enrol", "--rejects", str(target)]) == 0
    with target.open(newline="") as opened:
        heading, row = csv.reader(opened)
    assert heading == [
        "line",
        "code",
        "reason",
        "receipt",
        "date",
        "sku",
        "quantity",
        "price",
        "customer",
    ]
    assert row[:3] == ["5", "import.quantity_zero", "The quantity is zero."]
    assert row[5] == "'=cmd"
    assert row[8] == "'+79161234567"
    assert target.stat().st_mode & 0o077 == 0


def test_rejected_rows_can_be_mended_and_imported_from_their_file(shop, file, tmp_path, capsys):
    bad = tmp_path / "bad.csv"
    run(["receipts", "import", str(file), "--enrol", "--rejects", str(bad)])
    bad.write_text(bad.read_text().replace(",0,10.00,", ",3,10.00,"))
    capsys.readouterr()
    _, told = asked(capsys, "receipts", "import", bad, "--enrol", "--column", "number=receipt")
    assert told["sales"]["rows"] == 1
    assert told["rejected"]["rows"] == 0
    # The apostrophes that guard a spreadsheet are no part of what the row says.
    assert shop.rows("members_identifier")[0][0][0].startswith("(external,+79161234567,")
    assert '"=cmd"' in books_text(shop)


def books_text(shop):
    with psycopg.connect(shop.access.owner.conninfo) as connection:
        return connection.execute("SELECT string_agg(receipt::text, '') FROM till_sale").fetchone()[
            0
        ]


def test_without_rejected_rows_there_is_no_such_file(shop, tmp_path):
    file = write_csv(tmp_path / "receipts.csv", LINES[0])
    assert run(["receipts", "import", str(file)]) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["receipts.csv"]


def test_a_trial_run_writes_nothing(shop, file, capsys):
    code, told = asked(capsys, "receipts", "import", file, "--enrol", "--dry-run")
    assert (code, told["dry_run"]) == (0, True)
    assert told["sales"]["rows"] == 3
    assert shop.rows("till_sale", "members_member") == ((), ())


def test_columns_store_and_till_can_be_said(shop, tmp_path, capsys):
    file = write_csv(tmp_path / "a.csv", "A1;2026-03-01;milk;6;10", heading="x;y;z;q;p")
    columns = ("number=x", "occurred_at=y", "sku=z", "quantity=q", "price=p")
    named = [word for column in columns for word in ("--column", column)]
    arguments = [*named, "--store", "park", "--till", "2"]
    code, told = asked(capsys, "receipts", "import", file, *arguments)
    assert code == 0
    assert told["file"]["columns"]["sku"] == ["z"]
    assert [row[:3] for row in books_of(shop)[2]] == [("park", "2", "A1")]


def truncated_parquet(folder):
    pq.write_table(pa.table({"a": list(range(500))}), folder / "whole.parquet")
    (folder / "f").write_bytes((folder / "whole.parquet").read_bytes()[:-30])


def wrong_zip(folder):
    (folder / "f").write_bytes(b"PK\x03\x04" + bytes(500))


def nul(folder):
    (folder / "f").write_bytes(b"receipt;date;price\n1;\0;\0\n")


def endless_line(folder):
    (folder / "f").write_bytes(b"receipt;date;price\n" + b"9" * 10_000_000)


def no_columns(folder):
    (folder / "f").write_text("colour;shape\nred;round\n")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (truncated_parquet, "import.file_broken"),
        (wrong_zip, "import.file_broken"),
        (nul, "import.file_not_table"),
        (endless_line, "import.file_too_large"),
        (no_columns, "import.columns_missing"),
        (lambda folder: None, "import.file_unreadable"),
    ],
)
def test_a_broken_file_is_refused_with_a_code_and_nothing_happens(tmp_path, capsys, make, code):
    make(tmp_path)
    exit_code, told = asked(capsys, "receipts", "import", tmp_path / "f")
    assert (exit_code, told["error"]["code"]) == (ExitCode.REFUSED, code)


def test_without_a_programme_nothing_is_imported(django_on_fresh_database, file, capsys):
    code, told = asked(capsys, "receipts", "import", file)
    assert (code, told["error"]["code"]) == (ExitCode.REFUSED, "programme.none_in_force")


def test_an_unknown_time_zone_is_refused(file, capsys):
    code, told = asked(capsys, "receipts", "import", file, "--time-zone", "Mars/North")
    assert (code, told["error"]["code"]) == (ExitCode.REFUSED, "place.time_zone_unknown")


def test_a_killed_import_started_again_ends_with_the_same_books(
    make_database, drop_database, django_db_blocker, tmp_path
):
    """kill -9 in the middle; what the second run ends with is what a run in one piece ends with."""
    lines = [
        f"{n};2026-03-{1 + n // 20:02d} 10:{n % 60:02d};sku-{n % 7};{1 + n % 5};10.00;member-{n % 9}"
        for n in range(500)
    ]
    lines += [f"C{n};2026-04-01;sku-{n % 7};-2;10.00;member-{n % 9}" for n in range(0, 500, 9)]
    file = write_csv(tmp_path / "a.csv", *lines)
    command = ["receipts", "import", str(file), "--enrol"]
    accesses = [make_database(), make_database()]
    books = []
    for access, is_killed in zip(accesses, (False, True), strict=True):
        with django_db_blocker.unblock(), django_on(access), open_shop(access) as shop:
            if is_killed:
                assert 0 < killed_after(command, access, 40) < 500
            assert run(command) == 0
            assert verify_books().books_are_right
            books.append(books_of(shop))
    assert books[0] == books[1]
    assert len(books[0][3]) > 40
    for access in accesses:
        drop_database(access)


def killed_after(command, access, sales):
    """Start the command as a program of its own, and kill it when so many sales are in the books."""
    program = "from regulars.cli.main import main; main()"
    # Small batches: a quick machine would be done before it can be killed.
    slowed = f"import regulars.contexts.till.usecases.imports as i; i.BATCH_MAX = 5; {program}"
    code = f"import django; django.setup(); {slowed}"
    started = subprocess.Popen(
        [sys.executable, "-c", code, *command],
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "regulars.project.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 120
    with psycopg.connect(access.owner.conninfo, autocommit=True) as connection:
        count = 0
        while count < sales and started.poll() is None and time.monotonic() < until:
            count = connection.execute("SELECT count(*) FROM till_sale").fetchone()[0]
            time.sleep(0.01)
        os.kill(started.pid, signal.SIGKILL)
        started.wait()
        return connection.execute("SELECT count(*) FROM till_sale").fetchone()[0]


def test_a_statement_shows_every_movement_with_reasons_and_the_balance_after_it(shop, file, capsys):
    run(["receipts", "import", str(file), "--enrol"])
    capsys.readouterr()
    code, told = asked(capsys, "statement", "anna")
    assert code == 0
    points = [line["balances"].get("points", {}).get("active") for line in told["lines"]]
    kinds = [line["kind"] for line in told["lines"]]
    assert (kinds[0], kinds[-1]) == ("sale", "return")
    assert (points[0], points[-1]) == (6, 9)
    assert told["lines"][0]["receipt"] == {"store": "import", "till": "import", "number": "1"}
    assert told["lines"][0]["reasons"][0]["says"]
    for before, after in zip(told["lines"], told["lines"][1:], strict=False):
        for code_, wallet in after["balances"].items():
            move = after["moves"].get(code_, {"active": 0})["active"]
            assert wallet["active"] == before["balances"].get(code_, {"active": 0})["active"] + move
    assert told["now"]["balances"]["points"]["active"] >= 0
    assert run(["statement", told["member"], "--language", "ru"]) == 0
    shown = capsys.readouterr().out
    assert "Покупка 1" in shown
    assert "Возврат товаров C3" in shown
    assert "действует" in shown


def test_a_statement_can_be_cut_to_the_latest_lines(shop, file, capsys):
    run(["receipts", "import", str(file), "--enrol"])
    capsys.readouterr()
    whole = asked(capsys, "statement", "anna")[1]
    cut = asked(capsys, "statement", "anna", "--limit", "2")[1]
    assert cut["lines"] == whole["lines"][-2:]
    assert (cut["complete"], whole["complete"]) == (False, True)


@pytest.mark.parametrize("name", ["nobody", "00000000-0000-7000-8000-000000000000", "x" * 500, ""])
def test_a_statement_of_nobody_is_refused(shop, capsys, name):
    code, told = asked(capsys, "statement", name)
    assert (code, told["error"]["code"]) == (ExitCode.REFUSED, "member.not_found")


def test_the_report_adds_up_by_month_and_by_store(shop, file, capsys):
    run(["receipts", "import", str(file), "--enrol"])
    capsys.readouterr()
    period = ("--from", "2026-01-01", "--to", "2026-05-01")
    code, months = asked(capsys, "report", "kpi", "--by", "month", *period)
    assert code == 0
    assert [row["label"] for row in months["rows"]] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    _, stores = asked(capsys, "report", "kpi", "--by", "store", *period)
    assert [row["label"] for row in stores["rows"]] == ["", "import"]
    for table in (months, stores):
        assert table["total"]["sales_minor"] == 10_700 - 1_000
        assert sum(row["sales_minor"] for row in table["rows"]) == table["total"]["sales_minor"]
        issued = sum(row["points"].get("points", {"issued": 0})["issued"] for row in table["rows"])
        assert issued == table["total"]["points"]["points"]["issued"] == 9
    assert run(["report", "kpi", "--by", "day", "--language", "ru", *period]) == 0
    assert "Проникновение" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "2026-05-01", "--to", "2026-04-01"), "kpi.period_empty"),
        (("--from", "soon"), "cli.programme_moment_malformed"),
        (("--from", "1971-01-01", "--by", "day"), "kpi.periods_too_many"),
    ],
)
def test_a_report_over_nothing_is_refused(shop, capsys, arguments, code):
    exit_code, told = asked(capsys, "report", "kpi", *arguments)
    assert (exit_code, told["error"]["code"]) == (ExitCode.REFUSED, code)


def test_the_report_posts_what_is_due_first_unless_told_otherwise(shop, tmp_path, capsys):
    old = write_csv(tmp_path / "old.csv", "1;2024-03-01;milk;6;10.00;anna")
    run(["receipts", "import", str(old), "--enrol"])
    capsys.readouterr()
    flow = asked(capsys, "report", "kpi", "--as-posted")[1]["total"]["points"]["points"]
    assert (flow["expired"], flow["outstanding"]) == (0, 6)
    flow = asked(capsys, "report", "kpi")[1]["total"]["points"]["points"]
    assert (flow["issued"], flow["expired"], flow["outstanding"]) == (6, 6, 0)
