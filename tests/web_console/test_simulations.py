"""Simulations in the console: asked for, watched while they run, compared, fetched, called off."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from till_shop import DOCUMENT, NOW, open_shop

from regulars.contexts.economics.models import Study
from regulars.contexts.economics.queries.studies import list_studies
from regulars.contexts.economics.usecases.studies import request_study, start_study
from regulars.contexts.programme.queries import export_version
from regulars.contexts.security.types import Role, system_actor
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker
from regulars.kit.transactions import in_transaction

BY = system_actor("tests")
ASKED = {"behaviour": "recorded", "sample": "100"}


@pytest.fixture
def shop(django_on_fresh_database, tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    with open_shop(django_on_fresh_database, DOCUMENT) as shop:
        people = [shop.enrol(f"member{n}") for n in range(4)]
        for day in range(3):
            shop.now = NOW + timedelta(days=20 * day)
            for place, member in enumerate(people):
                shop.sell(member, 100 + 10 * day + 5 * place)
        yield shop


def asked_for(kind="simulation", **request):
    stored = {"kind": kind, "language": "en", **request}
    return in_transaction(lambda: request_study(kind, stored, now=utc_now(), by=BY)).id


def test_programmes_are_compared_and_files_fetched(shop, sign_in):
    browser = sign_in()
    assert "Nothing was simulated yet" in browser.get("/console/simulate/").content.decode()
    dearer = export_version(1).replace("title: Shop", "title: Dear <b>shop", 1)
    upload = SimpleUploadedFile("dear.yaml", dearer.encode())
    answer = browser.post(
        "/console/simulate/new/",
        {**ASKED, "versions": ["1"], "ready": ["coffee_shop"], "upload": upload,
         "frequency": "2/5/8"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[-4000:]
    here = answer["Location"]
    assert 'hx-trigger="every 2s"' in browser.get(here).content.decode()
    assert Study.objects.get().request["response"] == "frequency=0.02/0.05/0.08"
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    page = browser.get(here, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in page
    assert "every 2s" not in page
    assert "Cost beside the first" in page
    assert "<b>shop" not in page
    file = browser.get(f"{here}files/simulation.html/")
    assert file["Content-Disposition"] == 'attachment; filename="simulation.html"'
    assert file["X-Content-Type-Options"] == "nosniff"
    assert browser.get(f"{here}files/..%2Fsecret/").status_code == 404
    assert browser.get(f"{here}files/other.html/").status_code == 404


def test_a_search_under_a_budget_tells_its_frontier(shop, sign_in):
    browser = sign_in(Role.MARKETER)
    answer = browser.post(
        "/console/simulate/search/", {**ASKED, "budget": "3%", "models": ["points"]}
    )
    assert answer.status_code == 302
    study = Study.objects.get()
    assert (study.request["budget"], study.request["models"]) == ("3%", ["points"])
    study.state, study.finished_at = "done", utc_now()
    study.summary = {
        "page": "frontier.html", "budget_share": 0.03, "measure": "reach", "tried": 7,
        "evaluations": 9,
        "frontier": [{"code": "p1", "kind": "points", "titles": {"en": "One <i>%"}, "cost": 0.01,
                      "benefit": 0.4, "low": 0.3, "high": 0.5, "sample": 1, "stage": "whole",
                      "best": True}],
    }  # fmt: skip
    study.save()
    page = browser.get(answer["Location"]).content.decode()
    assert "One &lt;i&gt;%" in page
    assert "Members reached" in page
    assert "The efficient frontier" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"frequency": "often"}, "This is no number."),
        ({"frequency": "8/5/2"}, "frequency"),
        ({"behaviour": "share", "extent": ""}, "This is no number."),
        ({"behaviour": "share", "extent": "300"}, "share"),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "Later than the first day."),
        ({"versions": ["77"]}, "77"),
        ({"sample": "0"}, "1"),
    ],
)
def test_what_cannot_be_asked_is_told_beside_its_field(shop, sign_in, typed, said):
    answer = sign_in().post("/console/simulate/new/", {**ASKED, **typed})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Study.objects.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"- a\n- b", b"title: <script>alert(1)</script>"])
def test_a_file_that_is_no_programme_is_refused(shop, sign_in, content):
    upload = SimpleUploadedFile("bad.yaml", content)
    answer = sign_in().post("/console/simulate/new/", {**ASKED, "upload": upload})
    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()
    assert not Study.objects.exists()


def test_one_that_runs_is_called_off(shop, sign_in):
    browser, study = sign_in(), asked_for()
    in_transaction(lambda: start_study(study, now=utc_now()))
    here = f"/console/simulate/{study}/"
    assert "Call it off" in browser.get(here).content.decode()
    browser.post(f"{here}cancel/")
    assert Study.objects.get().stops
    assert "Call it off" not in browser.get(here).content.decode()


def test_studies_of_other_kinds_are_not_among_them(shop, sign_in):
    study = asked_for("analysis")
    browser = sign_in()
    assert browser.get(f"/console/simulate/{study}/").status_code == 404
    assert browser.post(f"/console/simulate/{study}/cancel/").status_code == 404
    assert "Nothing was simulated yet" in browser.get("/console/simulate/").content.decode()
    assert len(in_transaction(lambda: list_studies(limit=5, by=BY))) == 1


def test_only_those_who_may_run_studies_begin_them(shop, sign_in):
    study, auditor, cashier = asked_for(), sign_in(Role.AUDITOR), sign_in(Role.CASHIER)
    assert auditor.get(f"/console/simulate/{study}/").status_code == 200
    assert auditor.post(f"/console/simulate/{study}/cancel/").status_code == 403
    for place in ("new", "search"):
        assert auditor.get(f"/console/simulate/{place}/").status_code == 403
        assert auditor.post(f"/console/simulate/{place}/", ASKED).status_code == 403
    for place in ("", f"{study}/", f"{study}/files/simulation.html/"):
        assert cashier.get(f"/console/simulate/{place}").status_code == 403


def test_a_forged_form_begins_nothing(shop, sign_in):
    answer = sign_in(enforce_csrf_checks=True).post("/console/simulate/new/", ASKED)
    assert answer.status_code == 403
    assert not Study.objects.exists()
