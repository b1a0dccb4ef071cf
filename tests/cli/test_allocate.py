"""`regulars allocate`: a file of offers shared out under a budget; what cannot be used is told by line."""

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.cli import main
from regulars.cli.session import ExitCode

PAGE = Path(__file__).parents[2] / "docs" / "allocation.md"
OFFERS = """customer,offer,cost,margin
ann,tea,1.50,4
ann,cake,3,6
bob,tea,1.50,1
eve,cake,2,9.5
"""


@pytest.fixture
def said(capsys):
    """Runs the command; its output read as JSON."""

    def run(*line, code=ExitCode.OK):
        assert main.run(["allocate", *map(str, line), "--json"]) == code
        out = capsys.readouterr().out
        return json.loads(out)

    return run


@pytest.fixture
def offers(tmp_path):
    """Writes a file of offers."""

    def write(text, name="offers.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def chosen(folder):
    with (folder / "allocation.csv").open(newline="", encoding="utf-8") as file:
        return [(row["customer"], row["offer"], row["cost"]) for row in csv.DictReader(file)]


def refused(folder):
    with (folder / "rejects.csv").open(newline="", encoding="utf-8") as file:
        return [(int(row["line"]), row["code"], row["pointer"]) for row in csv.DictReader(file)]


def test_the_budget_goes_where_it_brings_most(said, offers, tmp_path):
    told = said(offers(OFFERS), "--budget", "3.50", "--out", tmp_path / "out")
    assert chosen(tmp_path / "out") == [("ann", "tea", "1.5"), ("eve", "cake", "2")]
    assert (told["cost"], told["margin"], told["chosen"], told["customers"]) == (3.5, 13.5, 2, 3)
    assert told["gap"] == 0
    assert json.loads((tmp_path / "out" / "allocation.json").read_text()) == told
    assert not (tmp_path / "out" / "rejects.csv").exists()


def test_another_budget_is_told_beside_it(said, offers, tmp_path):
    told = said(offers(OFFERS), "--budget", "5", "--out", tmp_path)
    points = {point["budget"]: point for point in told["curve"]}
    assert points[10.0] == {"budget": 10.0, "margin": 16.5, "shadow_price": 0}
    margins = [point["margin"] for point in told["curve"]]
    assert margins == sorted(margins)


def test_the_file_beside_it_is_where_the_choice_goes_unless_told(said, offers):
    path = offers(OFFERS)
    said(path, "--budget", "1.5")
    assert chosen(path.with_name("offers.csv.allocation")) == [("ann", "tea", "1.5")]


def test_every_bad_row_is_told_by_line_and_reason_and_the_others_are_used(said, offers, tmp_path):
    path = offers(
        OFFERS + "\nbob,tea,1,1\ncat,,1,2\ncat,tea,-1,2\ncat,tea,x,2\ndan,tea,1\n"
        f"{'x' * 101},tea,1,1\neve,tea,1,nan\neve,pie,1e3,1\nzoe,pie,1,1\n"
    )
    told = said(path, "--budget", "100", "--out", tmp_path / "out", code=ExitCode.DIFFERENCES)
    assert refused(tmp_path / "out") == [
        (7, "allocation.row_twice", ""),
        (8, "allocation.row_empty", "/offer"),
        (9, "allocation.row_negative", "/cost"),
        (10, "allocation.row_number", "/cost"),
        (11, "allocation.row_cells", ""),
        (12, "allocation.row_long", "/customer"),
        (13, "allocation.row_number", "/margin"),
        (14, "allocation.row_number", "/cost"),
    ]
    assert told["refused"] == 8
    assert [name for name, *_ in chosen(tmp_path / "out")] == ["ann", "bob", "eve", "zoe"]


def test_a_second_run_without_bad_rows_leaves_no_old_list(said, offers, tmp_path):
    said(offers(OFFERS + "x\n"), "--budget", "9", "--out", tmp_path, code=ExitCode.DIFFERENCES)
    assert (tmp_path / "rejects.csv").exists()
    said(offers(OFFERS), "--budget", "9", "--out", tmp_path)
    assert not (tmp_path / "rejects.csv").exists()


def test_semicolons_and_decimal_commas_are_read(said, offers, tmp_path):
    told = said(offers("\ufeffMargin;Offer;Customer;Cost;note\n4,5;tea;ann;1,25;x\n"), "--budget",
                "1,25", "--out", tmp_path)  # fmt: skip
    assert (told["cost"], told["margin"]) == (1.25, 4.5)


def test_parquet_gives_the_same(said, offers, tmp_path):
    path = tmp_path / "offers.parquet"
    columns = {"customer": ["ann", "ann", "bob", "eve", None], "offer": ["tea", "cake", "tea", "cake", "x"],
               "cost": [1.5, 3.0, 1.5, 2.0, 1.0], "margin": [4.0, 6.0, 1.0, 9.5, 1.0]}  # fmt: skip
    pq.write_table(pa.table(columns), path)
    told = said(path, "--budget", "3.5", "--out", tmp_path / "a", code=ExitCode.DIFFERENCES)
    other = said(offers(OFFERS), "--budget", "3.5", "--out", tmp_path / "b")
    assert chosen(tmp_path / "a") == chosen(tmp_path / "b")
    assert told["margin"] == other["margin"]
    assert refused(tmp_path / "a") == [(5, "allocation.row_empty", "/customer")]


def test_what_is_finer_than_kept_never_overruns_the_budget(said, offers, tmp_path):
    text = "customer,offer,cost,margin\n" + "".join(f"c{i},o,0.00001,1\n" for i in range(10))
    told = said(offers(text), "--budget", "0.0005", "--out", tmp_path)
    assert told["chosen"] == 5  # each counts as 0.0001


def test_no_cell_becomes_a_formula(said, offers, tmp_path):
    said(offers("customer,offer,cost,margin\n=1+1,@x,1,2\n"), "--budget", "1", "--out", tmp_path)
    assert chosen(tmp_path) == [("'=1+1", "'@x", "1")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("customer,offer,cost\na,b,1\n", "allocation.columns_missing"),
        ("customer,offer,cost,margin,Margin\na,b,1,2,3\n", "allocation.columns_missing"),
        ("customer,offer,cost,margin\n", "allocation.empty"),
        ("customer,offer,cost,margin\na,b,x,2\n", "allocation.empty"),
        ("", "allocation.columns_missing"),
        (b"customer,offer,cost,margin\n\xff\xfe,b,1,2\n", "allocation.file_unreadable"),
        (b"\xff\xfe\x00", "allocation.file_unreadable"),
        (b"PAR1 and no more", "allocation.file_unreadable"),
    ],
)
def test_a_file_that_is_none_is_refused(said, offers, tmp_path, text, code):
    out = tmp_path / "out"
    told = said(offers(text), "--budget", "1", "--out", out, code=ExitCode.REFUSED)
    assert told["error"]["code"] == code
    assert not out.exists()


@pytest.mark.parametrize("budget", ["-1", "x", "2%", "1e9", "", "9999999999999"])
def test_a_budget_that_is_none_is_refused(said, offers, tmp_path, budget):
    out = tmp_path / "out"
    told = said(offers(OFFERS), f"--budget={budget}", "--out", out, code=ExitCode.REFUSED)
    assert told["error"]["code"] in ("budget.wrong", "allocation.budget_impossible")
    assert not out.exists()


def test_a_file_that_is_not_there_is_refused(said, tmp_path):
    told = said(tmp_path / "none.csv", "--budget", "1", code=ExitCode.REFUSED)
    assert told["error"]["code"] == "allocation.file_unreadable"


def test_a_file_longer_than_a_block_keeps_its_lines_and_its_answer(said, tmp_path, monkeypatch):
    monkeypatch.setattr("regulars.integrations.offers.reading._BLOCK", 4096)
    rng = np.random.default_rng(5)
    offers = range(3)
    rows = [
        f"c{i},o{j},{rng.integers(1, 9)},{rng.integers(1, 99)}" for i in range(900) for j in offers
    ]
    rows[1500] = "broken"
    rows[2600] = "c1,o1,1,abc"
    path = tmp_path / "long.csv"
    path.write_text("customer,offer,cost,margin\n" + "\n".join(rows) + "\n")
    told = said(path, "--budget", "500", "--out", tmp_path, code=ExitCode.DIFFERENCES)
    assert [line for line, *_ in refused(tmp_path)] == [1502, 2602]
    assert told["rows"] == 2699
    assert told["cost"] <= 500
    assert told["gap"] < 0.01


def test_a_person_reads_it_in_their_language(offers, tmp_path, capsys):
    assert main.run(["allocate", str(offers(OFFERS)), "--budget", "2", "--out", str(tmp_path),
                     "--language", "ru"]) == ExitCode.OK  # fmt: skip
    told = capsys.readouterr().out
    assert "Ожидаемый прирост маржи" in told
    assert "Бюджет стоит увеличить" in told


def test_the_documented_example_is_what_the_command_prints(offers, tmp_path, capsys):
    page = PAGE.read_text()
    text = page.partition("```csv\n")[2].partition("```")[0]
    shown = page.partition("```text\n")[2].partition("```")[0]
    main.run(
        ["allocate", str(offers(text)), "--budget", "4", "--out", str(tmp_path), "--language", "en"]
    )
    told = capsys.readouterr().out
    assert told.partition("\nWritten")[0].rstrip() == shown.rstrip()
