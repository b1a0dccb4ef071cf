"""`regulars simulate --optimise`: the frontier over a file, within its budget, repeatable; or refused."""

import json
from datetime import date, timedelta

import pytest

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.core.economics.budget_text import read_budget
from regulars.core.programme.check import parse_programme
from regulars.kit.clock import utc_now
from regulars.kit.documents import load_yaml
from regulars.studies.optimisation import Wish, optimise
from regulars.studies.simulation import (
    Options,
    ReceiptsFile,
    candidates_of,
    prepared_file,
    simulate,
)
from regulars.studies.work import unheard

SMALL = ("--model", "points", "--model", "discount_card", "--workers", "1", "--money", "EUR")


@pytest.fixture(scope="module")
def receipts(tmp_path_factory):
    """Thirty customers of different habits over half a year."""
    path = tmp_path_factory.mktemp("receipts") / "receipts.csv"
    lines = ["number,occurred_at,customer,sku,quantity,amount"]
    for customer in range(30):
        for visit in range(1 + customer % 7):
            day = date(2026, 1, 5) + timedelta(days=visit * (9 + customer % 5))
            amount = 8 + 3 * (customer % 11) + visit
            lines.append(f"r{customer}-{visit},{day} 12:00,c{customer},g{visit % 3},1,{amount}.50")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def said(capsys):
    """Runs the command; its output read as JSON."""

    def run(*line, code=ExitCode.OK):
        assert main.run(["simulate", "--optimise", *map(str, line), "--json"]) == code
        return json.loads(capsys.readouterr().out)

    return run


def best(told):
    return [point for point in told["points"] if point["best"]]


def test_the_frontier_keeps_the_budget_and_is_what_a_simulation_of_its_programmes_says(
    said, receipts, tmp_path
):
    told = said("--receipts", receipts, "--budget", "3%", *SMALL, "--out", tmp_path / "out")
    assert told["budget_share"] == 0.03
    points = best(told)
    assert points
    assert all(0 < point["cost"] <= 0.03 for point in points)
    assert [p["benefit"] for p in points] == sorted({p["benefit"] for p in points})
    files = [tmp_path / "out" / f"candidate-{point['code']}.yaml" for point in points]
    documents = [parse_programme(load_yaml(file.read_text())) for file in files]
    with prepared_file(ReceiptsFile(receipts), documents[0], unheard) as prepared:
        candidates = candidates_of(documents, "en")
        found = simulate(candidates, prepared, Options(), unheard, now=utc_now())
    for point, outcome in zip(points, found.outcomes, strict=True):
        cost = outcome.cost_stated_minor / outcome.totals.gross_minor
        assert point["cost"] == pytest.approx(cost)


def test_an_amount_is_a_budget_too_and_the_base_is_confirmed_unchanged(said, receipts, tmp_path):
    base = tmp_path / "base.yaml"
    base.write_text(
        "format: 1\ncode: mine\ntitle: Mine\ntime_zone: UTC\nmoney: EUR\nlanguage: en\n"
        "currencies:\n  points:\n    title: P\n    redeem: {kind: money, worth: 0.01}\n"
        "earning:\n- {id: base, title: B, mechanic: rate_per_amount, currency: points,"
        " params: {points: 6, per: 1}}\n"
    )
    told = said(base, "--receipts", receipts, "--budget", "60", "--workers", "1",
                "--answer", "1/2/3,most=0.2", "--margin", "0.5")  # fmt: skip
    gross = told["comparison"]["outcomes"][0]["totals"]["gross_minor"]
    assert told["budget_share"] == pytest.approx(6000 / gross)
    (given,) = [point for point in told["points"] if point["kind"] == "given"]
    assert (given["code"], given["stage"]) == ("mine", "whole")
    for point in told["points"]:
        assert point["low"] <= point["benefit"] <= point["high"]
    assert {point["kind"] for point in told["points"]} == {"given", "base"}


def test_the_search_is_the_same_for_any_number_of_workers(receipts):
    wish = Wish(read_budget("3%"), kinds=("discount_card",))
    found = []
    for workers in (1, 2):
        with prepared_file(ReceiptsFile(receipts), wish.nobody_gains(), unheard) as prepared:
            options = Options(workers=workers)
            found.append(optimise(prepared, wish, options, unheard, now=utc_now()).as_json())
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ((), "optimise.budget_missing"),
        (("--budget", "lots"), "budget.wrong"),
        (("--budget", "2%", "grocery", "fashion"), "optimise.one_base"),
        (("--budget", "2%", "--answer", "1"), "optimise.needs_margin"),
        (("--budget", "2%", "--answer", "1", "--margin", "2"), "optimise.margin_wrong"),
        (("--budget", "2%", "--answer", "x", "--margin", "0.3"), "optimise.answer_wrong"),
        (("--budget", "2%", "--notice", "4%"), "optimise.notice_wrong"),
    ],
)
def test_what_makes_no_search_is_refused(said, receipts, line, code):
    told = said("--receipts", receipts, *line, code=ExitCode.REFUSED)
    assert told["error"]["code"] == code


def test_receipts_of_nobody_leave_nothing_to_search(said, tmp_path):
    path = tmp_path / "nobody.csv"
    path.write_text(
        "number,occurred_at,customer,sku,quantity,amount\nr1,2026-01-05 12:00,,g,1,5.00\n"
    )
    told = said("--receipts", path, "--budget", "2%", *SMALL, code=ExitCode.REFUSED)
    assert told["error"]["code"] == "optimise.nothing"


def test_a_person_reads_the_frontier_in_their_language(receipts, capsys):
    line = ["simulate", "--optimise", "--receipts", str(receipts), "--budget", "3%"]
    line += ["--model", "discount_card", "--workers", "1", "--language", "ru"]
    assert main.run(line) == ExitCode.OK
    told = capsys.readouterr().out
    assert "Никто из-за программы больше не покупает" in told
    assert "Скидочная карта" in told
