"""Analytics in the console: asked for, watched, looked into; every figure with its definition."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from till_shop import DOCUMENT, open_shop

from regulars.contexts.economics.models import Study
from regulars.contexts.security.types import Role
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker
from regulars.studies.folders import study_folder
from regulars.web.insight import found

PAGE = "/console/analytics/"
TABS = ("", "segments/", "cohorts/", "value/", "studies/")
LIFE = {
    "model": "BG/NBD", "weeks": 52.0, "margin": None, "customers": 3, "alive": 2.4, "purchases": 9.2,
    "value_minor": 123456.7, "value_low_minor": 100000.0, "value_high_minor": 150000.0,
    "deciles_minor": [9000.0, 10.5],
    "validation": {"until": "2026-09-01", "expected": 4.4, "actual": 6, "deviation": -0.27},
}  # fmt: skip
LOSSES = {
    "horizon_days": 90, "customers": 3, "expected": 0.8, "auc": 0.71,
    "calibration": [[0.2, 0.25], [0.7, 0.6]],
}  # fmt: skip


@pytest.fixture
def home(django_on_fresh_database, tmp_path, monkeypatch):
    """A shop with four months behind it, and a folder for the installation."""
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    begins = utc_now() - timedelta(days=120)
    with open_shop(django_on_fresh_database, DOCUMENT, begins) as shop:
        people = [shop.enrol(f"member{number}") for number in range(3)]
        for day in range(0, 120, 20):
            shop.now = begins + timedelta(days=day)
            for place, member in enumerate(people):
                if day // 20 % (place + 1) == 0:
                    shop.sell(member, 100 + day)
    return tmp_path / "home"


def page(browser, path):
    answer = browser.get(PAGE + path)
    assert answer.status_code == 200, (path, answer.content.decode()[:600])
    return answer.content.decode()


def test_an_analysis_is_asked_for_watched_and_looked_into(home, sign_in):
    browser = sign_in(Role.MARKETER)
    assert "Nothing is analysed yet" in page(browser, "")
    wrong = browser.post(f"{PAGE}studies/begin/", {"period": "year", "horizon": "3"})
    assert wrong.status_code == 422
    answer = browser.post(f"{PAGE}studies/begin/", {"period": "month", "horizon": "30"})
    study = Study.objects.get()
    assert answer["Location"] == f"{PAGE}studies/{study.id}/"
    assert "every 2s" in page(browser, f"studies/{study.id}/")
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    over = page(browser, f"studies/{study.id}/")
    assert "The analysis is done" in over
    assert "every 2s" not in over
    report = browser.get(f"{PAGE}studies/{study.id}/files/report.html")
    assert report["Content-Disposition"].startswith("attachment")
    assert "sandbox" in report["Content-Security-Policy"]
    assert browser.get(f"{PAGE}studies/{study.id}/files/other.html").status_code == 404

    figures = page(browser, "?figure=penetration&side=segment")
    assert "member_paid_minor" in figures
    assert "money paid for receipts" in figures
    assert "By segment" in figures
    assert "Champions" in page(browser, "segments/")
    assert "heat" in page(browser, "cohorts/")
    assert "heat" in page(browser, "cohorts/?by=purchases")
    assert "Too few customers" in page(browser, "value/")
    path = study_folder(home, study.id) / found.FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | {"lifetime": LIFE, "losses": LOSSES}))
    found.forget()
    told = page(browser, "value/")
    assert "off by more than a tenth" in told
    assert "0.71" in told
    russian = sign_in(Role.AUDITOR, language="ru")
    for tab in TABS:
        assert page(russian, tab)


def test_a_study_that_waits_is_called_off(home, sign_in):
    browser = sign_in(Role.MARKETER)
    browser.post(f"{PAGE}studies/begin/", {"period": "week", "horizon": "90", "margin": "35"})
    study = Study.objects.get()
    assert study.request["margin"] == "0.35"
    browser.post(f"{PAGE}studies/{study.id}/cancel/")
    assert "It was called off" in page(browser, f"studies/{study.id}/")


def test_others_neither_read_nor_begin(home, sign_in):
    cashier, auditor = sign_in(Role.CASHIER), sign_in(Role.AUDITOR)
    begin = {"period": "month", "horizon": "90"}
    for tab in (*TABS, f"studies/{uuid4()}/", f"studies/{uuid4()}/files/report.html"):
        assert cashier.get(PAGE + tab).status_code == 403, tab
    assert auditor.post(f"{PAGE}studies/begin/", begin).status_code == 403
    assert auditor.post(f"{PAGE}studies/{uuid4()}/cancel/").status_code == 403
    assert auditor.get(f"{PAGE}studies/{uuid4()}/").status_code == 404
    marketer = sign_in(Role.MARKETER)
    marketer.post(f"{PAGE}studies/begin/", {**begin, "write_back": "on"})
    assert not Study.objects.exists()  # that needs the right to change members
    strict = sign_in(Role.MARKETER, enforce_csrf_checks=True)
    assert strict.post(f"{PAGE}studies/begin/", begin).status_code == 403
