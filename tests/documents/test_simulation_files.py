"""What is printed of a comparison and of a frontier: whole, tied to its data, in both languages, harmless."""

import csv
import json
import re
from html.parser import HTMLParser

import pytest
from frontiers import made_frontier
from openpyxl import load_workbook
from outcomes import made_comparison

from regulars.core.wording.catalogue import SENTENCES
from regulars.documents.frontier_report import write_frontier
from regulars.documents.simulation_files import write_simulation
from regulars.documents.simulation_short import given_by_group, side_by_side
from regulars.documents.simulation_tables import comparison_table, tables_of
from regulars.kit.documents import load_yaml

HOSTILE = '<script>alert(1)</script> & "quoted" =1+1'


class Page(HTMLParser):
    """What a page holds: its elements and what they would load."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.loads, self.open = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data") and not value.startswith(
                "#"
            ):
                self.loads.append(value)


def read_csv(path):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(("language", "count"), [("en", 1), ("ru", 3)])
def test_a_comparison_is_written_whole_in_either_language(tmp_path, language, count):
    found = made_comparison(count, response=count == 3)
    written = {path.name for path in write_simulation(found, tmp_path, language=language)}
    assert {
        "simulation.html",
        "simulation.json",
        "simulation.xlsx",
        "comparison.csv",
        "costs.png",
    } <= written
    assert written == {path.name for path in tmp_path.iterdir()}
    text = (tmp_path / "simulation.html").read_text()
    assert f'<html lang="{language}">' in text
    assert not re.search(r"(simulation_page|frontier|optimise)\.[a-z_]+", text)
    for path in tmp_path.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_a_page_loads_nothing_and_runs_nothing(tmp_path):
    found = made_comparison(2, titles=[HOSTILE, "B"])
    write_simulation(found, tmp_path, language="en")
    text = (tmp_path / "simulation.html").read_text()
    page = Page(text)
    assert "script" not in page.tags
    assert page.loads == []
    assert "default-src 'none'" in text
    assert "&lt;script&gt;" in text


def test_no_cell_of_a_table_becomes_a_formula(tmp_path):
    found = made_comparison(2, titles=["=cmd()", "@B"])
    write_simulation(found, tmp_path, language="en")
    rows = read_csv(tmp_path / "comparison.csv")
    assert [row[0] for row in rows[1:]] == ["'=cmd()", "'@B"]
    book = load_workbook(tmp_path / "simulation.xlsx")
    for sheet in book:
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_assumptions_and_gaps_come_before_any_figure(tmp_path):
    write_simulation(made_comparison(3), tmp_path, language="en")
    text = (tmp_path / "simulation.html").read_text()
    assert text.index(SENTENCES["en"]["simulation_page.assumed"]) < text.index("<svg")
    assert text.index(SENTENCES["en"]["simulation_page.unknown"]) < text.index("<table")


def test_every_chart_says_what_it_shows_and_has_its_figures_beside_it(tmp_path):
    write_simulation(made_comparison(3), tmp_path, language="en")
    text = (tmp_path / "simulation.html").read_text()
    assert text.count("<svg") == text.count('role="img" aria-label="')
    assert text.count("<table") >= text.count("<svg")


def test_the_figures_of_the_tables_are_those_of_the_outcomes():
    found = made_comparison(3)
    table = comparison_table(found, "en")
    heads = {head: place for place, head in enumerate(table.heads)}
    for row, outcome in zip(table.rows, found.outcomes, strict=True):
        assert row[heads["Cost"]] == outcome.cost_minor / 100
        assert row[heads["Sales at full prices"]] == outcome.totals.gross_minor / 100
        share = outcome.cost_minor / outcome.totals.sales_minor
        assert row[heads["Cost, of sales as paid"]] == pytest.approx(share)
    tables = {table.code: table for table in tables_of(found, "en")}
    monthly = [sum(row[1:2]) for row in tables["costs"].rows]
    first = found.outcomes[0]
    assert sum(monthly) == pytest.approx(
        (first.totals.discounts_minor + first.totals.spent_minor) / 100
    )
    last = first.liability[max(first.liability)]
    assert tables["liability"].rows[-1][1:4] == (
        last.outstanding_minor / 100, last.expected_minor / 100, last.breakage,
    )  # fmt: skip


def test_shares_of_members_by_reward_add_up_to_all():
    tables = {table.code: table for table in tables_of(made_comparison(3), "en")}
    for place in (1, 2, 3):
        assert sum(row[place] for row in tables["rewards"].rows) == pytest.approx(1)


def test_the_short_tables_hold_the_same_figures():
    found = made_comparison(3)
    short = side_by_side(found, "en")
    assert len(short.rows) == len(comparison_table(found, "en").heads) - 1
    deciles = given_by_group(found, "en", "deciles")
    group = found.outcomes[2].deciles[0].figures
    assert deciles.rows[0][5] == pytest.approx(group.reward_minor / group.gross_minor)


def test_two_candidates_of_one_title_are_told_apart():
    names = [row[0] for row in comparison_table(made_comparison(2, titles=["A", "A"]), "en").rows]
    assert names == ["A (p0)", "A (p1)"]


def test_the_data_read_back_as_they_were(tmp_path):
    found = made_comparison(3)
    write_simulation(found, tmp_path, language="en")
    assert json.loads((tmp_path / "simulation.json").read_text()) == json.loads(
        json.dumps(found.as_json())
    )


def test_the_same_comparison_gives_the_same_page(tmp_path):
    for name in ("a", "b"):
        write_simulation(made_comparison(1), tmp_path / name, language="en")
    pages = [(tmp_path / name / "simulation.html").read_bytes() for name in ("a", "b")]
    assert pages[0] == pages[1]


@pytest.mark.parametrize(("language", "value"), [("en", False), ("ru", True)])
def test_a_frontier_is_written_whole_in_either_language(tmp_path, language, value):
    found = made_frontier(value=value)
    written = {path.name for path in write_frontier(found, tmp_path, language=language)}
    assert {"frontier.html", "frontier.png", "frontier.csv", "frontier.xlsx", "frontier.json", "tried.csv",
            "simulation.html"} <= written  # fmt: skip
    text = (tmp_path / "frontier.html").read_text()
    assert not re.search(r"(simulation_page|frontier|optimise)\.[a-z_]+_", text)
    page = Page(text)
    assert "script" not in page.tags
    assert page.loads == []
    rows = read_csv(tmp_path / "frontier.csv")
    assert [row[-1] for row in rows[1:]] == [point.code for point in found.best]
    for point in found.best:
        document = load_yaml((tmp_path / f"candidate-{point.code}.yaml").read_text())
        assert document["code"] == point.code


def test_a_frontier_without_an_answer_says_that_nobody_buys_more(tmp_path):
    write_frontier(made_frontier(), tmp_path, language="en")
    text = (tmp_path / "frontier.html").read_text()
    assert SENTENCES["en"]["frontier.no_answer"] in text
    write_frontier(made_frontier(value=True), tmp_path, language="en")
    assert SENTENCES["en"]["frontier.no_answer"] not in (tmp_path / "frontier.html").read_text()


def test_a_budget_that_nothing_fits_says_so(tmp_path):
    write_frontier(made_frontier(budget=0.001), tmp_path, language="en")
    assert SENTENCES["en"]["frontier.none"] in (tmp_path / "frontier.html").read_text()
    assert not (tmp_path / "frontier.csv").exists()
