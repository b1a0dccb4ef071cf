"""What a draft would have cost on last month's receipts, seen before anybody approves it."""

import re

import pytest
from till_shop import DOCUMENT, open_shop

from regulars.contexts.programme.usecases import draft_version
from regulars.contexts.security.types import Role
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker
from regulars.kit.transactions import in_transaction

DEARER = {
    **DOCUMENT,
    "earning": [
        {**rule, "params": {"points": 20, "per": 100}} if rule["id"] == "base" else rule
        for rule in DOCUMENT["earning"]
    ],
}


@pytest.fixture
def shop(django_on_fresh_database, tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    with open_shop(django_on_fresh_database, DOCUMENT, utc_now()) as shop:
        in_transaction(lambda: draft_version(DEARER, now=utc_now(), by=shop.author))
        for name in ("Anna", "Boris"):
            shop.sell(shop.enrol(name), 1000)
        yield shop


def test_a_draft_that_gives_more_is_shown_to_cost_more(shop, sign_in):
    browser = sign_in(Role.MARKETER)
    assert "See its cost" in browser.get("/console/programme/2/").content.decode()
    address = browser.post("/console/programme/2/cost/")["Location"]
    assert 'hx-trigger="every' in browser.get(address).content.decode()
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    page = browser.get(address).content.decode()
    # Two receipts of a thousand: ten points more for each hundred.
    assert re.search(r"\+RUB\s200\.00", page)
    assert "hx-trigger" not in page.split('id="cost"')[1]
    part = browser.get(address, headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div id="cost"')


def test_the_study_of_another_version_is_not_found(shop, sign_in):
    browser = sign_in(Role.MARKETER)
    address = browser.post("/console/programme/2/cost/")["Location"]
    in_transaction(lambda: draft_version(DEARER, now=utc_now(), by=shop.author))
    assert browser.get(address.replace("/2/", "/3/")).status_code == 404
    assert browser.post("/console/programme/99/cost/").status_code == 404


def test_only_those_who_may_run_studies_ask_for_a_cost(shop, sign_in):
    assert sign_in(Role.AUDITOR).post("/console/programme/2/cost/").status_code == 403
    assert sign_in(Role.CASHIER).post("/console/programme/2/cost/").status_code == 403
