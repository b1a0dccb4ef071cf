"""Closed months and the liability over the API."""

from datetime import timedelta

import pytest

from regulars.kit.clock import utc_now
from regulars.web.api import serving
from web.world import CARD

ALL, SECOND = "manage/all", "manage/second"


@pytest.fixture
def month(api, monkeypatch):
    """A month with a sale in it, over for the API since the clock went on."""
    now = utc_now()
    body = {
        "member": {"card": CARD},
        "occurred_at": now.isoformat(),
        "lines": [{"id": "1", "sku": "milk", "quantity": 1, "price_minor": 40_000}],
    }
    assert api("s1/1", "PUT", "/till/v1/receipts/1", body).status_code == 201
    monkeypatch.setattr(serving, "utc_now", lambda: now + timedelta(days=40))
    return f"{now.astimezone().strftime('%Y-%m')}"


def ask(api, method, path, body=None, who=ALL):
    return api(who, method, f"/manage/v1{path}", body)


def test_a_month_is_closed_and_read_back(api, month):
    made = ask(api, "POST", "/closes", {"month": month})
    assert made.status_code == 201, made.text
    told = made.json()
    assert told["is_new"]
    assert told["close"]["in_force"]
    points = told["liability"]["currencies"]["points"]
    assert points["outstanding"] == 20
    assert points["roll_forward"]["closing_minor"] == points["liability_minor"] > 0
    again = ask(api, "POST", "/closes", {"month": month})
    assert (again.status_code, again.json()["is_new"]) == (201, False)
    assert again.json()["liability"] == told["liability"]
    other = ask(api, "POST", "/closes", {"month": month, "redeemed_share": 0.25})
    assert (other.status_code, other.json()["code"]) == (409, "close.closed_already")
    assert ask(api, "GET", f"/closes/{month}").json()["liability"] == told["liability"]
    assert ask(api, "GET", f"/liability?month={month}").json() == told["liability"]
    assert [one["month"] for one in ask(api, "GET", "/closes").json()["closes"]] == [month]
    compared = ask(api, "GET", f"/closes/{month}/comparison").json()["currencies"]["points"]
    assert compared["is_same"]
    entries = ask(api, "GET", f"/closes/{month}/journal").json()["entries"]
    put_off = sum(
        one["amount_minor"] if one["credit"] == "98.01" else -one["amount_minor"] for one in entries
    )
    assert put_off == points["roll_forward"]["closing_minor"]


def test_a_month_is_opened_by_a_second_person(api, month):
    ask(api, "POST", "/closes", {"month": month})
    asked = ask(api, "POST", f"/closes/{month}/reopening", {"reason": "An invoice"})
    assert asked.status_code == 202
    approval = asked.json()["approval"]
    assert (approval["kind"], approval["subject"]) == ("economics.reopening", month)
    listed = ask(api, "GET", "/approvals").json()["approvals"]
    assert [one["id"] for one in listed] == [approval["id"]]
    path, yes = f"/approvals/{approval['id']}/decide", {"decision": "approved"}
    own = ask(api, "POST", path, yes)
    assert (own.status_code, own.json()["code"]) == (403, "approval.second_person_needed")
    done = ask(api, "POST", path, yes, SECOND)
    assert (done.status_code, done.json()["status"]) == (200, "posted")
    assert ask(api, "GET", f"/closes/{month}").status_code == 404
    assert ask(api, "POST", "/closes", {"month": month}).json()["is_new"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/closes", None),
        ("GET", "/closes/2026-01", None),
        ("GET", "/closes/2026-01/comparison", None),
        ("GET", "/closes/2026-01/journal", None),
        ("GET", "/liability", None),
        ("POST", "/closes", {"month": "2026-01"}),
        ("POST", "/closes/2026-01/reopening", {"reason": "x"}),
    ],
)
def test_who_may_not_does_not(api, method, path, body):
    assert api("s1/1", method, f"/manage/v1{path}", body).status_code == 403
    assert api(None, method, f"/manage/v1{path}", body).status_code == 401


@pytest.mark.parametrize(
    "bad", ["2026-13", "26-01", "2026-1", "9999-01", "2026-01x", "0001-01", ""]
)
def test_no_month_is_no_month_anywhere(api, bad):
    assert ask(api, "POST", "/closes", {"month": bad}).status_code == 422
    assert ask(api, "GET", f"/liability?month={bad}").status_code == 422
    if bad:
        assert ask(api, "GET", f"/closes/{bad}").status_code == 422
