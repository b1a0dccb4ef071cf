"""Plans in the console: begun, changed and recomputed, saved, tracked, downloaded; by those who may."""

from datetime import timedelta

import pytest
from till_shop import DOCUMENT, open_shop

from regulars.contexts.economics.queries.past_months import list_past_months
from regulars.contexts.economics.queries.plans import get_plan, get_plan_document, list_plan_costs
from regulars.contexts.economics.usecases.plans import create_plan
from regulars.contexts.security.types import Role
from regulars.core.economics.starting import starting_document
from regulars.kit.clock import utc_now
from regulars.kit.transactions import in_transaction


@pytest.fixture
def shop(django_on_fresh_database):
    with open_shop(django_on_fresh_database, DOCUMENT, utc_now()) as shop:
        yield shop


@pytest.fixture
def plan(shop):
    document = starting_document("RUB", f"{utc_now() - timedelta(days=70):%Y-%m}", "en")
    document["title"] = "Hope <b>& co"
    document["response"] = {"frequency": {"likely": 0.1, "low": 0, "high": 0.2}}
    document["budget"][0]["amount"] = 5000
    document["scenarios"] = [
        {"code": "none", "title": "No <i>lift", "set": {"response.frequency": 0}}
    ]
    return in_transaction(lambda: create_plan(document, now=utc_now(), by=shop.by))


def test_the_list_is_empty_at_first_and_then_names_plans(shop, sign_in):
    browser = sign_in(Role.CONTROLLER)
    assert "No plan yet" in browser.get("/console/plan/").content.decode()
    answer = browser.post(
        "/console/plan/new/",
        {"title": "Our <b>first", "base": "typical", "margin": "35", "start": "2026-11",
         "months": "12", "money": "RUB"},
    )  # fmt: skip
    assert answer.status_code == 302
    page = browser.get("/console/plan/").content.decode()
    assert "Our &lt;b&gt;first" in page
    page = browser.get(answer["Location"]).content.decode()
    assert "Our &lt;b&gt;first" in page
    assert 'value="35"' in page


def test_a_new_plan_that_cannot_be_is_refused_beside_its_fields(shop, sign_in):
    browser = sign_in()
    answer = browser.post(
        "/console/plan/new/",
        {"title": "", "base": "typical", "margin": "135", "start": "11/2026", "months": "0",
         "money": "roubles"},
    )  # fmt: skip
    assert answer.status_code == 422
    page = answer.content.decode()
    for said in ("Between 0 and 100.", "A year and a month such as 2026-11."):
        assert said in page


OWN = {"title": "Own", "base": "own", "margin": "", "start": "2026-11", "months": "12",
       "money": "RUB"}  # fmt: skip


def test_a_base_of_own_receipts_needs_months_and_says_so(shop, sign_in):
    answer = sign_in().post("/console/plan/new/", OWN)
    assert answer.status_code == 422
    assert "at least 3 are needed" in answer.content.decode()


def test_a_base_of_own_receipts_is_what_the_months_were(shop, sign_in):
    ana, bob = shop.enrol("ana"), shop.enrol("bob")
    until = utc_now()
    start = until - timedelta(days=300)
    for day in range(0, 290, 10):
        shop.now = start + timedelta(days=day)
        shop.sell(ana, 200)
        shop.sell(None, 50)
        if day < 100:
            shop.sell(bob, 400)
    shop.now = until
    months = in_transaction(lambda: list_past_months(now=until))
    assert [one.present for one in months][-1] == 1
    assert sum(one.lost or 0 for one in months) == 1
    paid = {one.member_sales / one.receipts for one in months[-3:]}
    assert paid == {190}  # gold members get a twentieth off
    assert all(one.new == 0 for one in months)
    answer = sign_in().post("/console/plan/new/", OWN)
    assert answer.status_code == 302
    base = get_plan_document(answer["Location"].split("/")[3]).base
    assert base.members.likely == 1
    assert 2 < base.visits.likely < 3.3
    assert "own receipts" in base.check.source


def test_the_page_sends_back_what_it_shows_and_changes_nothing(plan, sign_in):
    browser = sign_in()
    page = browser.get(f"/console/plan/{plan.id}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Hope &lt;b&gt;&amp; co" in text
    assert "No &lt;i&gt;lift" in text
    fields = {field.name: field for group in page.context["groups"] for field in group.fields}
    typed = {}
    for name, field in fields.items():
        parts = ("likely", "low", "high", "spread", "source", "owner")
        typed |= {f"{name}:{part}": getattr(field, part) for part in parts}
    answer = browser.post(f"/console/plan/{plan.id}/save/", {**typed, "seen": "1"})
    assert answer.status_code == 302
    assert get_plan(plan.id).version == 1


def test_a_change_is_recomputed_and_nothing_kept(plan, sign_in):
    browser = sign_in(Role.AUDITOR)
    before = browser.get(f"/console/plan/{plan.id}/").context["outcome"]["tiles"][0]
    answer = browser.post(
        f"/console/plan/{plan.id}/try/",
        {"base.joins:likely": "900", "base.joins:high": "1 000", "base.joins:low": "250"},
    )
    page = answer.content.decode()
    after = answer.context["outcome"]["tiles"][0]
    assert after.figure != before.figure
    assert after.more == f"was {before.figure}"
    assert 'hx-swap-oob="true"' in page
    assert page.count("data-chart=") >= 4
    assert get_plan(plan.id).version == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"base.joins:likely": "<script>"}, "This is no number."),
        ({"base.joins:likely": "5000", "base.joins:low": "1", "base.joins:high": "2"}, "must not fall"),
        ({"base.joins:likely": "1e400"}, "This is no number."),
        ({"base.margin:likely": "130"}, "must lie between"),
        ({"base.joins:likely": "400", "base.joins:low": "1", "base.joins:high": ""}, "two ends"),
        ({"months": "9999"}, ""),
        ({"months": "many"}, "This is no number."),
        ({"start": "yesterday"}, ""),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told_with_its_field(plan, sign_in, typed, said):
    browser = sign_in()
    answer = browser.post(f"/console/plan/{plan.id}/try/", typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    name = next(iter(typed)).removesuffix(":likely")
    assert f'data-wrong="{name}"' in page
    assert said in page
    assert "<script>" not in page
    answer = browser.post(f"/console/plan/{plan.id}/save/", {**typed, "seen": "1"})
    assert answer.status_code == 422
    assert get_plan(plan.id).version == 1


def test_it_is_saved_as_a_version_and_not_over_somebody_elses(plan, sign_in):
    browser = sign_in()
    typed = {
        "base.margin:likely": "31,5", "base.margin:low": "", "base.margin:high": "",
        "base.margin:source": "books <b>2025", "base.margin:owner": "Анна",
        "budget.sms.amount:likely": "0.05", "months": "24", "expiry_months": "", "note": "less",
    }  # fmt: skip
    browser.post(f"/console/plan/{plan.id}/save/", {**typed, "seen": "1"})
    kept = get_plan_document(plan.id)
    assert (kept.base.margin.likely, kept.base.margin.low) == (0.315, None)
    assert (kept.base.margin.source, kept.base.margin.owner) == ("books <b>2025", "Анна")
    assert (kept.months, kept.programme.expiry_months) == (24, None)
    assert next(item for item in kept.budget if item.code == "sms").amount.likely == 0.05
    page = browser.get(f"/console/plan/{plan.id}/").content.decode()
    assert "books &lt;b&gt;2025" in page
    late = {"base.margin:likely": "20", "seen": "1"}
    browser.post(f"/console/plan/{plan.id}/save/", late)
    assert get_plan(plan.id).version == 2
    earlier = browser.get(f"/console/plan/{plan.id}/?version=1").content.decode()
    assert "An earlier version" in earlier


def test_changes_become_a_scenario_and_the_plan_stays(plan, sign_in):
    browser = sign_in()
    typed = {"base.check:likely": "25", "base.check:low": "", "base.check:high": "", "seen": "1"}
    browser.post(f"/console/plan/{plan.id}/scenario/", {**typed, "scenario": "Dear <u>goods"})
    kept = get_plan_document(plan.id)
    assert [one.code for one in kept.scenarios] == ["none", "s1"]
    assert kept.scenarios[1].set["base.check"].likely == 25
    assert kept.base.check.likely == 20
    assert "Dear &lt;u&gt;goods" in browser.get(f"/console/plan/{plan.id}/").content.decode()
    browser.post(f"/console/plan/{plan.id}/scenario/drop/", {"seen": "2", "code": "none"})
    assert [one.code for one in get_plan_document(plan.id).scenarios] == ["s1"]
    answer = browser.post(f"/console/plan/{plan.id}/scenario/", {"seen": "3", "scenario": "Same"})
    assert answer.status_code == 422


def test_the_plan_is_handed_out_as_files(plan, sign_in):
    browser = sign_in(Role.AUDITOR)
    answer = browser.get(f"/console/plan/{plan.id}/file/xlsx/")
    assert answer.content[:2] == b"PK"
    assert answer["Content-Disposition"] == 'attachment; filename="plan.xlsx"'
    assert browser.get(f"/console/plan/{plan.id}/file/csv/").status_code == 200
    assert browser.get(f"/console/plan/{plan.id}/file/exe/").status_code == 404


def test_what_was_paid_stands_beside_the_plan_and_is_taken_back(plan, sign_in):
    browser = sign_in()
    month = f"{utc_now() - timedelta(days=60):%Y-%m}"
    page = browser.get(f"/console/plan/{plan.id}/actual/").content.decode()
    assert "So far, and the whole plan" in page
    paid = {"month": month, "group": "people", "amount": "650,50", "note": "Wages <b>"}
    browser.post(f"/console/plan/{plan.id}/actual/pay/", paid)
    assert [one.amount_minor for one in list_plan_costs(plan.id)] == [65050]
    page = browser.get(f"/console/plan/{plan.id}/actual/").content.decode()
    assert "Wages &lt;b&gt;" in page
    browser.post(f"/console/plan/{plan.id}/actual/pay/", {**paid, "amount": ""})
    assert [one.amount_minor for one in list_plan_costs(plan.id)] == [None]
    wrong = browser.post(f"/console/plan/{plan.id}/actual/pay/", {**paid, "amount": "much"})
    assert wrong.status_code == 422


def test_a_plan_is_put_away_and_taken_up_again(plan, sign_in):
    browser = sign_in()
    browser.post(f"/console/plan/{plan.id}/archive/")
    assert "Hope" not in browser.get("/console/plan/").content.decode()
    assert "Hope" in browser.get("/console/plan/?show=archived").content.decode()
    assert "put away" in browser.get(f"/console/plan/{plan.id}/").content.decode()
    browser.post(f"/console/plan/{plan.id}/restore/")
    assert "Hope" in browser.get("/console/plan/").content.decode()


def test_only_those_who_may_write_plans_change_them(plan, sign_in):
    reader = sign_in(Role.AUDITOR)
    page = reader.get(f"/console/plan/{plan.id}/").content.decode()
    assert "Save as version" not in page
    here = f"/console/plan/{plan.id}"
    for place in ("save", "scenario", "scenario/drop", "archive", "restore", "actual/pay"):
        assert reader.post(f"{here}/{place}/", {"seen": "1"}).status_code == 403
    assert reader.get("/console/plan/new/").status_code == 403
    cashier = sign_in(Role.CASHIER)
    for place in ("/console/plan/", f"{here}/", f"{here}/actual/", f"{here}/file/xlsx/"):
        assert cashier.get(place).status_code == 403
    assert get_plan(plan.id).version == 1


def test_a_plan_of_another_id_is_not_there(shop, sign_in):
    browser = sign_in()
    here = "/console/plan/01a00000-0000-7000-8000-000000000000"
    for place in ("/", "/actual/", "/file/xlsx/"):
        assert browser.get(here + place).status_code == 404
    for place in ("/try/", "/save/", "/archive/", "/scenario/drop/"):
        assert browser.post(here + place, {"seen": "1"}).status_code == 404


def test_a_forged_form_changes_nothing(plan, sign_in):
    browser = sign_in(enforce_csrf_checks=True)
    answer = browser.post(f"/console/plan/{plan.id}/archive/")
    assert answer.status_code == 403
    assert get_plan(plan.id).archived_at is None
