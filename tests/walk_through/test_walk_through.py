"""The walk-through is true: its commands print what it shows; on fewer customers they run and agree."""

import json
import os
import shutil

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from regulars.core.economics.plan import parse_plan
from regulars.kit.documents import load_yaml
from walk_through.walking import ROOT, lay_out, rewrite, steps, walk

FILE = "online_retail.parquet"
PICTURES = {"costs": "walk-through-costs.png", "deciles": "walk-through-deciles.png"}


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_every_figure_of_the_page_is_what_its_command_prints(
    tmp_path, shared_data, capsys, monkeypatch
):
    lay_out(tmp_path, shared_data / FILE)
    walked = walk(tmp_path, capsys, monkeypatch)
    if os.environ.get("REGULARS_WRITE_SNAPSHOT"):
        rewrite([printed for *_, printed in walked])
        for chart, picture in PICTURES.items():
            shutil.copy(
                tmp_path / "simulation" / f"{chart}.png", ROOT / "docs" / "pictures" / picture
            )
        return
    for command, shown, printed in walked:
        assert printed.rstrip() == shown.rstrip(), command
    assert (tmp_path / "plan.xlsx").exists()


def test_on_fewer_customers_the_steps_run_and_hand_on_the_same_figures(
    tmp_path, shared_data, capsys, monkeypatch
):
    whole = pq.read_table(shared_data / FILE)
    few = pc.equal(pc.bit_wise_and(pc.cast(whole["CustomerID"], pa.int64()), 15), 3)
    pq.write_table(whole.filter(few), tmp_path / "few.parquet")
    lay_out(tmp_path, tmp_path / "few.parquet")
    walk(tmp_path, capsys, monkeypatch)
    analysis = json.loads((tmp_path / "analysis" / "analysis.json").read_text())
    told = json.loads((tmp_path / "simulation" / "simulation.json").read_text())
    assert told["customers"] == analysis["source"]["sold_customers"]
    assert [one["code"] for one in told["outcomes"]] == ["points", "tiers", "card"]
    grosses = {one["totals"]["gross_minor"] for one in told["outcomes"]}
    assert len(grosses) == 1
    plan = parse_plan(load_yaml((tmp_path / "plan.yaml").read_text()))
    points = told["outcomes"][0]
    assert plan.programme.reward_rate.likely == pytest.approx(points["rates"]["reward"], rel=1e-3)
    assert plan.programme.worth.likely == 0.01
    assert plan.base.margin.likely == 0.3
    changed = parse_plan(load_yaml((tmp_path / "plan-with-response.yaml").read_text()))
    assert changed.response.frequency.ends == (0.05, 0.15)
    assert changed.programme == plan.programme
    book = load_workbook(tmp_path / "plan.xlsx")
    assert any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_the_page_has_all_its_steps():
    commands = [command[:2] for command, _ in steps()]
    assert [command[0] for command in commands] == ["analyse", "simulate", *["plan"] * 5]
    assert all(shown.strip() for _, shown in steps())
