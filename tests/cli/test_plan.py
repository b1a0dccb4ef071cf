"""`regulars plan`: the documented plan is computed, changed, compared and drawn; a wrong one is told."""

import json
import re
from html import escape
from pathlib import Path

import openpyxl
import pytest

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.core.economics.budget_items import ITEMS
from regulars.core.economics.plan import parse_plan
from regulars.core.economics.results import case_of
from regulars.core.wording.catalogue import sentence
from regulars.kit.documents import load_yaml

PAGE = Path(__file__).parents[2] / "docs" / "plan.md"
DOCUMENTED = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(DOCUMENTED)
    return str(path)


@pytest.fixture
def said(capsys):
    """Runs the command; its output read as JSON where that was asked for."""

    def run(*line, code=ExitCode.OK):
        assert main.run(["plan", *line]) == code
        out = capsys.readouterr().out
        return json.loads(out) if "--json" in line else out

    return run


def test_the_documented_plan_is_shown_as_it_computes(said, file):
    told = said("show", file, "--json")
    expected = case_of(parse_plan(load_yaml(DOCUMENTED))).results
    assert told["results"]["npv"] == expected.npv
    assert len(told["months"]) == 37
    for month in told["months"]:
        costs = sum(value for name, value in month.items() if name.startswith("cost_"))
        assert month["cost"] == pytest.approx(costs)
        assert month["net"] == pytest.approx(month["margin"] - costs)


def test_a_person_reads_it_in_their_language(said, file):
    assert "Магазины у дома, 36 месяцев с 2026-11" in said("show", file, "--language", "ru")
    shown = said("show", file, "--months", "--language", "en")
    assert "Net present value" in shown
    assert shown.splitlines()[-1].startswith("36 ")


def test_a_new_plan_can_be_computed_and_earns_nothing_without_response(said, tmp_path):
    path = tmp_path / "new.yaml"
    said("new", "--money", "RUB", "--out", str(path), "--language", "en")
    plan = parse_plan(load_yaml(path.read_text()))
    assert plan.money == "RUB"
    assert len(plan.budget) == len(ITEMS)
    shown = said("show", str(path), "--language", "en")
    assert "with no response nothing can pay back" in shown
    assert "never" in shown


def test_a_file_that_is_there_is_not_written_over(said, file):
    said("new", "--out", file, code=ExitCode.REFUSED)
    assert Path(file).read_text() == DOCUMENTED


def test_a_changed_assumption_shows_what_it_does(said, file, tmp_path):
    path = tmp_path / "changed.yaml"
    told = said(
        "set", file, "base.check=18/22/25", "budget.app.amount=0", "--out", str(path), "--json"
    )
    assert told["before"] == said("show", file, "--json")["results"]
    assert told["after"] == said("show", str(path), "--json")["results"]
    assert told["after"]["npv"] > told["before"]["npv"]
    assert parse_plan(load_yaml(path.read_text())).base.check.ends == (18, 25)


@pytest.mark.parametrize(
    "change",
    [
        "base.check",
        "base.check=x",
        "base.check=1/2",
        "base.check=3/2/1",
        "a=nan",
        "base.nothing=1",
        "base.margin=2",
    ],
)
def test_a_change_that_cannot_be_is_refused(said, file, tmp_path, change):
    path = tmp_path / "changed.yaml"
    said("set", file, change, "--out", str(path), code=ExitCode.REFUSED)
    assert not path.exists()


def test_a_refused_change_says_what_can_be(said, file, capsys):
    assert main.run(["plan", "set", file, "base.margin=2", "--language", "en"]) == ExitCode.REFUSED
    assert "base.margin: The number must lie between 0 and 1" in capsys.readouterr().err


def test_scenarios_stand_side_by_side(said, file):
    told = said("compare", file, "--json")
    assert [one["scenario"] for one in told] == [None, "no_lift", "dear_points"]
    assert told[1]["payback"] is None
    assert told[2]["npv"] < told[0]["npv"]
    assert "Никто не покупает больше" in said("compare", file, "--language", "ru")


def test_a_tornado_names_what_matters_first(said, file):
    told = said("tornado", file, "--swing", "0.1", "--json")
    widths = [abs(bar["npv_high"] - bar["npv_low"]) for bar in told["bars"]]
    assert widths == sorted(widths, reverse=True)
    assert told["bars"][0]["name"] == "response.frequency"
    assert "moved by 10.0%" in said("tornado", file, "--swing", "0.1", "--language", "en")


def test_risk_is_the_same_for_the_same_seed(said, file):
    line = ("risk", file, "--paths", "2000", "--json")
    told = said(*line)
    assert told == said(*line)
    assert len(told["fan"]) == 37
    assert 0 < told["loss"] < 1
    assert "P50" in said("risk", file, "--paths", "500", "--language", "ru")


def test_a_wrong_plan_is_told_line_by_line(said, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(
        DOCUMENTED.replace("margin: 0.3", "margin: 3").replace("months: 36", "months: 0")
    )
    told = said("show", str(path), "--json", code=ExitCode.DIFFERENCES)
    places = {(problem["pointer"], problem["line"]) for problem in told["problems"]}
    assert places == {("/months", 4), ("/base/margin", 11)}
    path.write_text("months: [")
    assert said("show", str(path), "--json", code=ExitCode.DIFFERENCES)["problems"]


def test_an_exported_workbook_says_what_the_command_says(said, file, tmp_path):
    out = tmp_path / "plan.xlsx"
    said("export", file, "--out", str(out), "--language", "en")
    told = openpyxl.load_workbook(out, data_only=True)["Results"]["B9"].value
    assert told == pytest.approx(said("show", file, "--json")["results"]["npv"])


@pytest.mark.parametrize(
    ("form", "starts"),
    [("html", b"<!doctype html>"), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf")],
)
def test_a_plan_is_exported_in_the_form_asked_for(said, file, tmp_path, form, starts):
    out = tmp_path / "plan"
    said("export", file, "--to", form, "--out", str(out), "--paths", "200")
    assert out.read_bytes().startswith(starts)
    assert [path.name for path in tmp_path.iterdir()].count("plan") == 1


def test_an_export_overwrites_nothing_and_guesses_no_form(said, file, tmp_path):
    out = tmp_path / "there.csv"
    out.write_text("mine")
    said("export", file, "--out", str(out), code=ExitCode.REFUSED)
    assert out.read_text() == "mine"
    said("export", file, "--out", str(tmp_path / "plan.pdf"), code=ExitCode.REFUSED)
    said("export", file, code=ExitCode.REFUSED)
    assert not (tmp_path / "plan.pdf").exists()


def test_a_folder_that_is_not_there_is_told(said, file, tmp_path):
    for form in ("xlsx", "html", "png", "csv"):
        out = tmp_path / "nowhere" / f"plan.{form}"
        said("export", file, "--out", str(out), "--paths", "50", code=ExitCode.REFUSED)


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_page_for_a_board_loads_nothing_and_hides_no_gap(said, file, tmp_path, language):
    out = tmp_path / "plan.html"
    said("export", file, "--out", str(out), "--paths", "500", "--language", language)
    page = out.read_text()
    assert not re.search(
        r"<(script|link|img|iframe)|(src|href)=[\"']?(https?:)?//|url\((?!#)", page
    )
    for code in ("page_response", "how_naive", "page_opening", "page_irr_many", "page_risk"):
        assert escape(sentence(f"plan.{code}", {}, language)) in page


def test_hostile_texts_of_a_plan_are_only_texts(said, tmp_path):
    document = load_yaml(DOCUMENTED)
    document["title"] = "<script>alert(1)</script>=cmd|' /C calc'!A0"
    document["base"]["visits"] = {"likely": 1.5, "source": "</td><script>"}
    document["scenarios"][0]["title"] = "<b>x"
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    for form in ("html", "csv", "xlsx", "png"):
        out = tmp_path / f"out.{form}"
        said("export", str(path), "--out", str(out), "--paths", "50")
    page = (tmp_path / "out.html").read_text()
    assert "<script>" not in page
    assert "<b>x" not in page


def sold(path, months=8):
    """Receipts of three customers by month, as CSV."""
    rows = ["receipt,date,customer,sku,quantity,price"]
    for month in range(months):
        for customer in range(3):
            for visit in range(2):
                day = f"2025-{month + 1:02}-{5 + 10 * visit:02}"
                rows.append(f"{month}-{customer}-{visit},{day}T10:00:00,c{customer},milk,1,10.00")
    path.write_text("\n".join(rows) + "\n")


def test_a_plan_starts_from_receipts_and_says_so(said, tmp_path):
    sold(tmp_path / "sold.csv")
    out = tmp_path / "plan.yaml"
    said("new", "--receipts", str(tmp_path / "sold.csv"), "--margin", "0.4", "--money", "EUR",
         "--out", str(out), "--language", "en",
         "--column", "number=receipt", "--column", "occurred_at=date")  # fmt: skip
    plan = parse_plan(load_yaml(out.read_text()))
    assert plan.base.check.likely == 10
    assert plan.base.visits.likely == 2
    assert plan.base.margin.likely == 0.4
    assert plan.base.members.likely == 3
    assert "own receipts" in plan.base.check.source
    assert said("show", str(out), "--json")["results"]["npv"] is not None


def test_a_simulated_programme_is_taken_over(said, tmp_path):
    outcome = {
        "code": "a", "title": "Points", "rates": {"reward": 0.03, "effective": 0.024},
        "totals": {"receipts": 100, "sales_minor": 1_000_000, "discounts_minor": 5_000},
        "currencies": {"points": {"worth": 1.0, "flows": {"issued": 500}}},
    }  # fmt: skip
    simulation = tmp_path / "sim.json"
    simulation.write_text(json.dumps({"money_scale": 2, "outcomes": [outcome]}))
    out = tmp_path / "plan.yaml"
    said("new", "--simulation", str(simulation), "--out", str(out))
    plan = parse_plan(load_yaml(out.read_text()))
    assert (plan.programme.reward_rate.likely, plan.programme.redeemed.likely) == (0.03, 0.8)
    assert plan.programme.worth.likely == 0.01
    discounts = next(item for item in plan.budget if item.code == "discounts")
    assert discounts.amount.likely == 0.5


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"outcomes": 1}', "\x00"])
def test_a_file_that_is_no_simulation_is_refused(said, tmp_path, text):
    simulation = tmp_path / "sim.json"
    simulation.write_text(text)
    said("new", "--simulation", str(simulation), code=ExitCode.REFUSED)
