"""`regulars plan store|list|actual|pay|archive` on a shop that sells."""

import json
import re
from pathlib import Path

import pytest
from cli.test_rewards import shop

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.contexts.economics.queries.plans import get_plan, list_plan_costs
from regulars.kit.clock import utc_now

__all__ = ["shop"]

PAGE = Path(__file__).parents[2] / "docs" / "plan.md"
DOCUMENTED = re.search(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)[1]


@pytest.fixture
def said(capsys):
    def run(*line, code=ExitCode.OK):
        assert main.run(["plan", *line]) == code
        out = capsys.readouterr().out
        return json.loads(out) if "--json" in line else out

    return run


@pytest.fixture
def file(tmp_path):
    """The documented plan, begun three months ago in the money of the shop."""
    now = utc_now()
    months = now.year * 12 + now.month - 4
    path = tmp_path / "plan.yaml"
    text = DOCUMENTED.replace("2026-11", f"{months // 12}-{months % 12 + 1:02}")
    path.write_text(text.replace("money: EUR", "money: RUB"))
    return path


BY = ("--by", "owner@shop.example")


def test_a_plan_is_kept_changed_and_put_away(said, file, tmp_path):
    told = said("store", str(file), *BY, "--note", "first", "--json")
    assert told["version"] == 1
    kept = told["id"]
    assert [one["id"] for one in said("list", "--json")] == [kept]
    assert said("show", kept, "--json") == said("show", str(file), "--json")
    changed = tmp_path / "changed.yaml"
    said("set", kept, "base.check=21", "--out", str(changed))
    assert said("store", str(changed), "--as", kept, *BY, "--json")["version"] == 2
    assert "Corner shops" in said("list", "--language", "en")
    said("archive", kept, *BY)
    assert said("list", "--json") == []
    said("store", str(file), "--as", kept, *BY, code=ExitCode.REFUSED)
    assert get_plan(kept).version == 2


def test_actuals_stand_beside_the_plan(said, file, tmp_path):
    kept = said("store", str(file), *BY, "--json")["id"]
    month = re.search(r"start: ([\d-]+)", file.read_text())[1]
    said("pay", kept, month, "people", "650.50", *BY, "--note", "bill")
    assert [cost.amount_minor for cost in list_plan_costs(kept)] == [65050]
    told = said("actual", kept, "--json")
    assert [one["month"] for one in told["months"]] == [1, 2, 3]
    first = {line["line"]: line for line in told["months"][0]["lines"]}
    assert first["cost_people"]["actual"] == 650.5
    assert first["sales"]["actual"] == 0
    assert "Потраченные баллы" in said("actual", kept, "--language", "ru")
    page = tmp_path / "plan.html"
    said("export", kept, "--out", str(page), "--paths", "100", "--language", "en")
    assert "Plan and actual" in page.read_text()
    said("pay", kept, month, "people", "none", *BY)
    assert list_plan_costs(kept)[0].amount_minor is None


@pytest.mark.parametrize(
    "line",
    [("actual", "nonsense"), ("actual", "0193a5f0-7c00-7000-8000-00000000ffff"),
     ("archive", "0193a5f0-7c00-7000-8000-00000000ffff")],
)  # fmt: skip
def test_a_plan_that_is_not_there_is_told(said, line):
    said(*line, code=ExitCode.REFUSED)


@pytest.mark.parametrize("amount", ["x", "1.001", "-5", "1e30", "nan"])
def test_an_impossible_cost_is_refused(said, file, amount):
    kept = said("store", str(file), *BY, "--json")["id"]
    month = re.search(r"start: ([\d-]+)", file.read_text())[1]
    said("pay", kept, month, "people", *BY, "--", amount, code=ExitCode.REFUSED)
    assert list_plan_costs(kept) == ()
