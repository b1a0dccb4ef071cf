"""`regulars plan`: the documented plan is computed, changed, compared and drawn; a wrong one is told."""

import json
import re
from pathlib import Path

import pytest

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.core.economics.budget_items import ITEMS
from regulars.core.economics.plan import parse_plan
from regulars.core.economics.results import case_of
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
