"""Simulations and searches asked for as studies: done over own books, their files there, refused in words."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from till_shop import NOW, open_shop

from regulars.contexts.economics.queries.studies import get_study
from regulars.contexts.economics.types import StudyState
from regulars.contexts.economics.usecases.studies import request_study
from regulars.contexts.programme.queries import compiled_at
from regulars.contexts.security.types import system_actor
from regulars.core.programme.check import parse_programme
from regulars.core.programme.document import to_mapping
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import study_folder
from regulars.studies.requests import read_request

BY = system_actor("tests")


@pytest.fixture
def books(django_on_fresh_database, tmp_path, monkeypatch) -> Path:
    """A shop with some sales; gives the installation's folder."""
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    with open_shop(django_on_fresh_database) as shop:
        people = [shop.enrol(f"member{n}") for n in range(6)]
        for day in range(5):
            shop.now = NOW + timedelta(days=20 * day)
            for place, member in enumerate(people):
                if day % (place % 3 + 1) == 0:
                    shop.sell(member, 100 + 10 * day + 5 * place)
    return tmp_path / "home"


def done(**request):
    """The study of that request, after a worker has had its turn."""
    stored = read_request({"language": "en", **request}).model_dump(mode="json")
    study = in_transaction(lambda: request_study(request["kind"], stored, now=utc_now(), by=BY)).id
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    return in_transaction(lambda: get_study(study, by=BY))


def test_a_simulation_without_candidates_replays_the_programme_in_force(books):
    found = done(kind="simulation")
    assert found.state is StudyState.DONE, found
    (one,) = found.summary["candidates"]
    assert found.summary["customers"] == 6
    assert one["totals"]["issued_minor"] > 0
    names = {file.name for file in found.files}
    assert {"simulation.html", "simulation.json", "simulation.xlsx", "comparison.csv"} <= names
    told = json.loads((study_folder(books, found.id) / "simulation.json").read_text())
    assert told["outcomes"][0]["totals"] == one["totals"]


def test_versions_and_documents_are_compared(books):
    document = in_transaction(lambda: compiled_at(utc_now())).document
    doubled = {**to_mapping(document), "code": "other"}
    found = done(kind="simulation", versions=[1], documents=[doubled], behaviour="never")
    assert found.state is StudyState.DONE, found
    first, second = found.summary["candidates"]
    assert second["code"] == "other"
    assert first["totals"] == second["totals"]


def test_a_search_gives_its_frontier_and_the_programmes_of_it(books):
    models = ["points", "discount_card"]
    found = done(kind="optimisation", budget="5%", models=models, behaviour="at-once")
    assert found.state is StudyState.DONE, found
    frontier = found.summary["frontier"]
    assert frontier
    assert all(point["cost"] <= 0.05 for point in frontier)
    folder = study_folder(books, found.id)
    for point in frontier:
        assert (folder / f"candidate-{point['code']}.yaml").exists()
    told = json.loads((folder / "frontier.json").read_text())
    for document in told["documents"].values():
        parse_programme(document)
    assert (folder / "frontier.html").exists()


def test_a_search_around_a_version_confirms_it_unchanged(books):
    found = done(
        kind="optimisation", budget="20%", version=1, answer="0.5/1/2,most=0.2", margin="0.4"
    )
    assert found.state is StudyState.DONE, found
    assert found.summary["measure"] == "value"
    told = json.loads((study_folder(books, found.id) / "frontier.json").read_text())
    kinds = {point["kind"] for point in told["points"]}
    assert kinds == {"base", "given"}


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"kind": "simulation", "versions": [99]}, "programme.not_found"),
        ({"kind": "simulation", "documents": [{"format": 1}]}, "programme.invalid"),
        ({"kind": "simulation", "behaviour": "as-they-like"}, "simulation.behaviour_wrong"),
        ({"kind": "optimisation", "budget": "much"}, "budget.wrong"),
        ({"kind": "optimisation", "models": ["lottery"]}, "optimise.kind_unknown"),
        ({"kind": "optimisation", "answer": "1"}, "optimise.needs_margin"),
        ({"kind": "optimisation", "notice": "4%"}, "optimise.notice_wrong"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_code(books, request_, code):
    found = done(**request_)
    assert (found.state, found.refusal) == (StudyState.REFUSED, code)
