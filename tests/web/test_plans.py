"""Plans over the API: kept, changed with and without saving, computed, followed, downloaded."""

import io
from datetime import timedelta

import openpyxl
import pytest

from regulars.contexts.economics.queries.actuals import MoneyDiffers, track_plan
from regulars.contexts.economics.usecases.plans import create_plan
from regulars.core.economics.plan import parse_plan, with_changes
from regulars.core.economics.results import case_of
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction
from regulars.web.api.manage.plan_examples import DOCUMENT

PLANS = "/manage/v1/plans"
SOMEBODY = "0193a5f0-7c00-7000-8000-00000000ffff"


@pytest.fixture
def kept(api):
    answer = api("manage/all", "POST", PLANS, {"document": DOCUMENT})
    assert answer.status_code == 201, answer.text
    return f"{PLANS}/{answer.json()['id']}"


def get(api, path, **query):
    answer = api("manage/all", "GET", path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_plan_is_computed_as_by_hand(api, kept):
    told, ours = get(api, f"{kept}/results"), case_of(parse_plan(DOCUMENT))
    assert told["results"]["npv"] == ours.results.npv
    assert told["results"]["irr"] == list(ours.results.irr)
    assert len(told["months"]) == 25
    assert told["months"][5]["series"]["sales"] == ours.flows.sales[5, 0]
    assert told["months"][0]["costs"]["software"] == 900000


def test_an_assumption_is_tried_before_it_is_saved(api, kept):
    body = {"set": {"base.check": 1000, "base.margin": {"likely": 0.3, "low": 0.2, "high": 0.4}}}
    tried = api("manage/all", "PATCH", kept, body | {"seen": 1, "dry_run": True}).json()
    ours = with_changes(parse_plan(DOCUMENT), {"base.check": 1000.0})
    assert tried["after"]["npv"] == case_of(ours).results.npv
    assert (tried["is_saved"], tried["plan"]["version"]) == (False, 1)
    assert get(api, kept)["version"] == 1
    saved = api("manage/all", "PATCH", kept, body | {"seen": 1}).json()
    assert (saved["is_saved"], saved["plan"]["version"]) == (True, 2)
    assert saved["after"] == tried["after"] == get(api, f"{kept}/results")["results"]
    late = api("manage/all", "PATCH", kept, {"set": {"base.check": 1}, "seen": 1})
    assert (late.status_code, late.json()["code"]) == (409, "plan.changed_meanwhile")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"base.margin": 2}, "/base.margin"),
        ({"base.nothing": 2}, "/base.nothing"),
        ({"base.check": {"likely": 1, "low": 2, "high": 3}}, "/set/base.check"),
        ({"base.check": "1"}, "/set/base.check"),
        ({"base.check": 1e13}, "/set/base.check"),
        ({}, "/set"),
    ],
)
def test_an_impossible_change_is_refused_with_its_place(api, kept, change, pointer):
    answer = api("manage/all", "PATCH", kept, {"set": change, "seen": 1})
    assert answer.status_code == 422, answer.text
    assert answer.json()["pointer"].startswith(pointer)
    assert get(api, kept)["version"] == 1


def test_what_a_plan_may_come_to_is_told(api, kept):
    scenarios = get(api, f"{kept}/scenarios")["scenarios"]
    assert [one["code"] for one in scenarios] == [None, "no_lift"]
    assert scenarios[1]["results"]["payback"] is None
    bars = get(api, f"{kept}/tornado", swing="0.1")["bars"]
    assert {bar["stated"] for bar in bars} == {True, False}
    risk = get(api, f"{kept}/risk", paths="500", seed="3")
    assert risk == get(api, f"{kept}/risk", paths="500", seed="3")
    assert sum(risk["counts"]) == 500


@pytest.mark.parametrize(
    "query",
    [{"paths": "0"}, {"paths": "100001"}, {"paths": "1e3"}, {"seed": "-1"}, {"version": "0"},
     {"nothing": "1"}],
)  # fmt: skip
def test_impossible_questions_are_refused(api, kept, query):
    assert api("manage/all", "GET", f"{kept}/risk", params=query).status_code == 422


@pytest.mark.parametrize("swing", ["nan", "inf", "-1", "2", "x"])
def test_no_swing_is_beyond_all(api, kept, swing):
    query = {"swing": swing}
    assert api("manage/all", "GET", f"{kept}/tornado", params=query).status_code == 422


def test_versions_can_be_read_again(api, kept):
    other = DOCUMENT | {"months": 12}
    saved = api("manage/all", "PUT", kept, {"document": other, "seen": 1, "note": "shorter"})
    assert saved.json()["version"] == 2
    again = api("manage/all", "PUT", kept, {"document": other, "seen": 1})
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert [one["number"] for one in get(api, f"{kept}/versions")["versions"]] == [2, 1]
    part = get(api, f"{kept}/versions", limit="1")
    assert get(api, f"{kept}/versions", cursor=part["next"])["versions"][0]["number"] == 1
    document = get(api, f"{kept}/versions/1")["document"]
    assert parse_plan(document) == parse_plan(DOCUMENT)
    assert len(get(api, f"{kept}/results", version="2")["months"]) == 13
    assert api("manage/all", "GET", f"{kept}/versions/3").status_code == 404


def test_plans_are_listed_in_parts(api):
    for place in range(3):
        api("manage/all", "POST", PLANS, {"document": DOCUMENT | {"title": f"Plan {place}"}})
    first = get(api, PLANS, limit="2")
    rest = get(api, PLANS, cursor=first["next"])
    titles = [plan["title"]["en"] for part in (first, rest) for plan in part["plans"]]
    assert titles == ["Plan 2", "Plan 1", "Plan 0"]
    assert rest["next"] is None


def test_a_workbook_is_downloaded(api, kept):
    answer = api("manage/all", "GET", f"{kept}/files/xlsx")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="plan.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    assert book["Results"]["B9"].value == pytest.approx(
        get(api, f"{kept}/results")["results"]["npv"]
    )


@pytest.mark.parametrize(
    ("form", "starts"),
    [("html", b"<!doctype html>"), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf")],
)
def test_it_can_be_shown_in_other_forms(api, kept, form, starts):
    answer = api("manage/all", "GET", f"{kept}/files/{form}", language="ru")
    assert answer.content.startswith(starts)
    if form == "html":
        assert "script" not in answer.text
        assert "чего это стоит" in answer.text


def test_a_file_of_another_form_is_refused(api, kept):
    for form in ("pdf", "..%2F..%2Fetc", "xlsx.exe"):
        assert api("manage/all", "GET", f"{kept}/files/{form}").status_code in (404, 422)


def test_actuals_are_what_the_till_and_the_ledger_say(api, kept, receipt, world):
    assert get(api, f"{kept}/actuals")["months"] != []  # it began before this month
    now = utc_now()
    plan = DOCUMENT | {"start": f"{now:%Y-%m}", "programme": DOCUMENT["programme"] | {"worth": 2}}
    view = in_transaction(lambda: create_plan(plan, now=now, by=world.owner))
    sold = api("s1/1", "PUT", "/till/v1/receipts/R1", receipt(minutes_ago=0)).json()
    assert api("manage/all", "PUT", f"{PLANS}/{view.id}/costs/{now:%Y-%m}/people",
               {"amount_minor": 123456}).status_code == 200  # fmt: skip
    assert in_transaction(lambda: track_plan(view.id, now=now)).months[0].lines[3].actual is None
    later = now + timedelta(days=40)
    (month, *_) = in_transaction(lambda: track_plan(view.id, now=later)).months
    lines = {line.line: line.actual for line in month.lines}
    paid = sold["totals"]["to_pay_minor"] if "totals" in sold else 20000
    assert lines["sales"] == paid / 100
    assert lines["receipts"] == 1
    assert lines["members"] == 2
    assert lines["cost_people"] == 1234.56
    # A point of the programme is worth 1 RUB, one of the plan 2: half as many of those.
    assert lines["issued"] == pytest.approx(paid / 100 * 0.05 / 2, abs=0.5)
    assert lines["spent"] == lines["cost_points_spent"] == 0


def test_a_plan_in_another_money_has_no_actuals(api, world):
    now = utc_now()
    document = DOCUMENT | {"money": "EUR"}
    view = in_transaction(lambda: create_plan(document, now=now, by=world.owner))
    answer = api("manage/all", "GET", f"{PLANS}/{view.id}/actuals")
    assert (answer.status_code, answer.json()["code"]) == (409, MoneyDiffers.code)


def test_who_may_only_read_the_programme_sees_no_plan(api, kept):
    for path in ("", "/results", "/actuals", "/files/xlsx", "/versions/1"):
        assert api("manage/reader", "GET", kept + path).status_code == 403
    assert api("manage/reader", "POST", PLANS, {"document": DOCUMENT}).status_code == 403


def test_a_plan_of_nobody_is_not_there(api):
    for path in ("", "/results", "/scenarios", "/tornado", "/risk", "/actuals", "/costs",
                 "/versions", "/versions/1", "/files/xlsx"):  # fmt: skip
        assert api("manage/all", "GET", f"{PLANS}/{SOMEBODY}{path}").status_code == 404
