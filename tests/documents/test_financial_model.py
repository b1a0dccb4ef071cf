"""The workbook of a plan: its formulas give our figures, now and after any change of an assumption."""

import shutil
import subprocess
import zipfile

import openpyxl
import pytest
from documents.plan_workbooks import PLANS, differences, expected, moved
from documents.spreadsheet import Spreadsheet

from regulars.core.economics.plan import assumptions, with_changes
from regulars.core.economics.results import case_of
from regulars.core.wording.catalogue import sentence
from regulars.documents.financial_model import write_workbook
from regulars.documents.model_results import FIGURES

FIRST = 4  # the row of the first figure, as spreadsheets count
NAMES = list(FIGURES)
ASSUMED, RESULTS, SCENARIOS = "Assumptions", "Results", "Scenarios"
RATES, NOISE = "Rates of return", 40
SOFFICE = shutil.which("soffice")


@pytest.fixture(scope="module", params=PLANS)
def written(request, tmp_path_factory):
    plan = PLANS[request.param]
    path = tmp_path_factory.mktemp("workbook") / "plan.xlsx"
    write_workbook(case_of(plan), path, language="en")
    return plan, path


def places_of(sheet):
    """The cell to type into for each assumption, by the name that stands in its row."""
    return {row[8].value: row[1] for row in sheet.iter_rows(min_row=4) if row[8].value}


def results(book, sheet=RESULTS, column=2):
    return [book.at((sheet, column, FIRST + place)) for place in range(len(NAMES))]


def test_every_formula_carries_the_value_it_comes_to(written):
    _, path = written
    book, cached = Spreadsheet(path), openpyxl.load_workbook(path, data_only=True)
    places = book.formulas()
    assert len(places) > 2000
    for sheet, column, row in places:
        if sheet == RATES and row > NOISE:
            continue  # the last halvings are decided by the last bit of a sum
        told = cached[sheet].cell(row, column).value
        found = book.at((sheet, column, row))
        if isinstance(found, str):
            assert (told or "") == found, (sheet, column, row)
        else:
            told = (told - told.__class__(1899, 12, 30)).days if hasattr(told, "year") else told
            assert told == pytest.approx(found, rel=1e-9, abs=1e-6), (sheet, column, row)


def test_the_results_are_ours(written):
    plan, path = written
    assert not differences(results(Spreadsheet(path)), expected(plan), NAMES)


def test_a_changed_assumption_changes_every_figure_as_ours(written):
    plan, path = written
    book = Spreadsheet(path)
    places = places_of(openpyxl.load_workbook(path)[ASSUMED])
    for name, estimate in assumptions(plan).items():
        cell, number = places[name], moved(plan, name)
        place = (ASSUMED, cell.column, cell.row)
        book.put(place, number)
        ours = expected(with_changes(plan, {name: number}))
        assert not differences(results(book), ours, NAMES), name
        book.put(place, estimate.likely)


@pytest.mark.parametrize(
    ("name", "number", "change"),
    [
        ("programme.expiry_months", 6, {"programme": {"expiry_months": 6}}),
        ("programme.expiry_months", 0, {"programme": {"expiry_months": None}}),
        ("programme.expiry_months", 29, {"programme": {"expiry_months": 29}}),
        ("response.ramp_months", 0, {"response": {"ramp_months": 0}}),
        ("response.ramp_months", 11, {"response": {"ramp_months": 11}}),
        ("start.month", 12, {"start": "2026-12"}),
        ("settle", 0, {"settle": False}),
        ("settle", 1, {"settle": True}),
    ],
)
def test_what_has_no_range_can_be_changed_too(written, name, number, change):
    plan, path = written
    book = Spreadsheet(path)
    cell = places_of(openpyxl.load_workbook(path)[ASSUMED])[name]
    book.put((ASSUMED, cell.column, cell.row), number)
    if name == "start.month":
        change = {"start": f"{plan.start[:4]}-12"}
    parts = {
        key: getattr(plan, key).model_copy(update=part) if isinstance(part, dict) else part
        for key, part in change.items()
    }
    other = plan.model_copy(update=parts)
    assert not differences(results(book), expected(other), NAMES)


def test_scenarios_are_live_and_follow_the_plan(written):
    plan, path = written
    book = Spreadsheet(path)
    assert (SCENARIOS in book.sheets) == bool(plan.scenarios)
    cell = places_of(openpyxl.load_workbook(path)[ASSUMED])["base.visits"]
    for visits in (plan.base.visits.likely, 2.0):
        book.put((ASSUMED, cell.column, cell.row), visits)
        for place, scenario in enumerate(plan.scenarios):
            changes = {"base.visits": visits, **scenario.set}
            ours = expected(with_changes(plan, changes))
            assert not differences(results(book, SCENARIOS, 3 + place), ours, NAMES)


def test_what_a_person_typed_is_never_a_formula(written):
    plan, path = written
    sheet = openpyxl.load_workbook(path)[RESULTS]
    assert (sheet["A1"].data_type, sheet["A1"].value) == ("s", plan.title["en"])


def test_the_budget_adds_up_to_all_costs(written):
    plan, path = written
    sheet = openpyxl.load_workbook(path, data_only=True)["Budget"]
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    groups = sum(row[-2] for row in rows[:-1] if row[0])
    assert groups == pytest.approx(rows[-1][-2])
    assert groups == pytest.approx(case_of(plan).results.cost)
    for row in rows[:-1]:
        assert sum(row[3:-2]) == pytest.approx(row[-2])


def test_a_tornado_says_that_it_does_not_follow(written):
    _, path = written
    sheet = openpyxl.load_workbook(path)["What matters"]
    assert sheet["A2"].value == sentence("plan.how_tornado", {}, "en")


def test_no_half_written_workbook_is_left(tmp_path, monkeypatch):
    def fails(self):
        raise OSError(28, "no space left")

    monkeypatch.setattr("regulars.documents.financial_model._Workbook.write", fails)
    with pytest.raises(OSError, match="no space"):
        write_workbook(case_of(PLANS["rich"]), tmp_path / "plan.xlsx", language="en")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_workbook_speaks_the_language(tmp_path, language):
    path = tmp_path / "plan.xlsx"
    write_workbook(case_of(PLANS["rich"]), path, language=language)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == sentence("plan.sheet_results", {}, language)
    said = {cell.value for row in book.worksheets[1].iter_rows() for cell in row}
    assert sentence("plan.of_base.check", {}, language) in said


@pytest.mark.skipif(SOFFICE is None, reason="no LibreOffice (soffice) on PATH")
def test_libreoffice_computes_our_figures_after_each_change(tmp_path):
    """Saved by openpyxl the cells have no values any more: LibreOffice must compute them all."""
    plan, path = PLANS["rich"], tmp_path / "plan.xlsx"
    write_workbook(case_of(plan), path, language="en")
    changes = {"": None} | {
        name: moved(plan, name)
        for name in ("discount", "base.check", "base.loss", "programme.reward_rate",
                     "programme.redeemed", "programme.lag", "response.frequency",
                     "budget.app.amount", "budget.people.growth")
    }  # fmt: skip
    files = []
    for place, (name, number) in enumerate(changes.items()):
        book = openpyxl.load_workbook(path)
        if name:
            places_of(book[ASSUMED])[name].value = number
        files.append(tmp_path / f"{place}.xlsx")
        book.save(files[-1])
    computed = tmp_path / "computed"
    subprocess.run(
        [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless",
         "--convert-to", "xlsx", "--outdir", str(computed), *map(str, files)],
        check=True, capture_output=True, timeout=240,
    )  # fmt: skip
    for file, (name, number) in zip(files, changes.items(), strict=True):
        book = openpyxl.load_workbook(computed / file.name, data_only=True)
        told = [book[RESULTS].cell(FIRST + place, 2).value for place in range(len(NAMES))]
        ours = expected(with_changes(plan, {name: number}) if name else plan)
        assert not differences(told, ours, NAMES), name
        for sheet in book:
            for row in sheet.iter_rows(values_only=True):
                assert not [v for v in row if isinstance(v, str) and v.startswith(("#", "Err:"))]


def test_there_are_charts_that_spreadsheets_draw_themselves(written):
    plan, path = written
    with zipfile.ZipFile(path) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 5 + bool(plan.scenarios)
