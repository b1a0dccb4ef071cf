"""Studies over HTTP: asked for, watched, files fetched by those who may and by exactly their names."""

from uuid import UUID

import pytest

from regulars.contexts.economics.models import Study
from regulars.contexts.security.queries import find_staff_actor
from regulars.contexts.security.types import Plane, Role, Scope, system_actor
from regulars.contexts.security.usecases.keys import issue_api_key
from regulars.contexts.security.usecases.staff import create_staff
from regulars.kit.clock import utc_now
from regulars.kit.outbox import QUEUE_OF_STUDIES, run_worker
from regulars.kit.transactions import in_transaction
from regulars.studies.folders import study_folder
from regulars.studies.registry import RUNS

PATH = "/manage/v1/studies"
UNKNOWN = "0193a5f0-7c00-7000-8000-00000000ffff"
PAGE = "<!doctype html><title>x</title><script>alert(1)</script>"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def small(monkeypatch, home):
    """A study that is done at once."""

    def run(request, work):
        (work.folder / "report.html").write_text(PAGE)
        (work.folder / "customers.csv").write_bytes(b"customer\r\n" + b"x" * 600_000)
        return {"customers": 3, "language": work.language}

    monkeypatch.setitem(RUNS, "analysis", run)


def ask(api, who="manage/all", **more):
    return api(who, "POST", PATH, {"kind": "analysis", **more})


def done(api):
    study = ask(api).json()["id"]
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    return study


def test_a_study_is_asked_for_watched_and_fetched(api, small):
    asked = ask(api, margin="0.35", period="week")
    assert asked.status_code == 202, asked.text
    told = asked.json()
    assert (told["state"], told["progress"], told["files"]) == ("queued", None, 0)
    assert told["request"]["language"] == "en"
    path = f"{PATH}/{told['id']}"
    early = api("manage/all", "GET", f"{path}/files")
    assert (early.status_code, early.json()["code"]) == (409, "study.not_done")
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    found = api("manage/all", "GET", path).json()
    assert (found["state"], found["summary"]["customers"]) == ("done", 3)
    assert (found["files"], found["files_until"] > found["finished_at"]) == (2, True)
    files = api("manage/all", "GET", f"{path}/files").json()["files"]
    assert [(file["name"], file["media_type"]) for file in files] == [
        ("customers.csv", "text/csv; charset=utf-8"),
        ("report.html", "text/html; charset=utf-8"),
    ]
    for file in files:
        answer = api("manage/all", "GET", f"{path}/files/{file['name']}")
        assert answer.status_code == 200
        assert len(answer.content) == file["bytes"] == int(answer.headers["Content-Length"])
        assert answer.headers["Content-Type"] == file["media_type"]


def test_a_page_is_a_download_that_runs_nothing(api, small):
    answer = api("manage/all", "GET", f"{PATH}/{done(api)}/files/report.html")
    assert answer.text == PAGE
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert answer.headers["Content-Disposition"] == 'attachment; filename="report.html"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_only_what_the_study_wrote_is_given_out(api, small, home):
    study = done(api)
    folder = study_folder(home, UUID(study))
    (folder / "secret").write_text("not of the study")
    (home / "outside.csv").write_text("outside")
    for name in ("secret", "..%2f..%2foutside.csv", "../../outside.csv", "%2e%2e", ".", "",
                 "report.html%00.csv", "REPORT.HTML", "a" * 101):  # fmt: skip
        answer = api("manage/all", "GET", f"{PATH}/{study}/files/{name}")
        assert answer.status_code in (404, 422) or answer.json().keys() == {"files"}, name
        assert b"outside" not in answer.content
        assert b"not of" not in answer.content
    assert api("manage/all", "GET", f"{PATH}/{UNKNOWN}/files/report.html").status_code == 404


def test_removed_files_are_said_to_be_gone(api, small, home):
    study = done(api)
    Study.objects.update(removed_at=utc_now())
    for path in ("files", "files/report.html"):
        answer = api("manage/all", "GET", f"{PATH}/{study}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "study.files_gone")
    Study.objects.update(removed_at=None)
    study_folder(home, UUID(study)).rename(home / "elsewhere")
    answer = api("manage/all", "GET", f"{PATH}/{study}/files/report.html")
    assert (answer.status_code, answer.json()["code"]) == (404, "study.files_gone")


def test_the_same_request_again_asks_once(api, small):
    first = api("manage/all", "POST", PATH, {"kind": "analysis"}, key="k1")
    again = api("manage/all", "POST", PATH, {"kind": "analysis"}, key="k1")
    assert first.json()["id"] == again.json()["id"]
    assert Study.objects.count() == 1


def test_it_is_called_off(api, small):
    study = ask(api).json()["id"]
    answer = api("manage/all", "DELETE", f"{PATH}/{study}")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    assert api("manage/all", "GET", f"{PATH}/{study}").json()["state"] == "cancelled"
    assert api("manage/all", "DELETE", f"{PATH}/{UNKNOWN}").status_code == 404


def test_a_refusal_is_told_in_the_language_of_the_reader(api, home):
    study = ask(api).json()["id"]
    run_worker(queues=(QUEUE_OF_STUDIES,), wait=False)
    told = api("manage/all", "GET", f"{PATH}/{study}", language="ru").json()
    assert (told["state"], told["problem"]["code"]) == ("refused", "analysis.nothing")
    assert "чек" in told["problem"]["detail"]


def test_the_newest_come_first_in_parts(api, small):
    made = [ask(api).json()["id"] for _ in range(3)]
    first = api("manage/all", "GET", PATH, params={"limit": 2}).json()
    second = api("manage/all", "GET", PATH, params={"limit": 2, "cursor": first["next"]}).json()
    seen = [study["id"] for part in (first, second) for study in part["studies"]]
    assert (seen, second["next"]) == (made[::-1], None)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "nothing"},
        {"kind": "analysis", "margin": "1.5"},
        {"kind": "analysis", "margin": "nan"},
        {"kind": "analysis", "horizon_days": 6},
        {"kind": "analysis", "discount": 1e400},
        {"kind": "analysis", "weeks": "52"},
        {"kind": "analysis", "language": "de"},
        {"kind": "analysis", "model": "../x"},
        {"kind": "analysis", "surprise": 1},
        {"kind": "analysis", "borders": {"recency_days": [1], "receipts": [], "money_minor": []}},
    ],
)
def test_what_makes_no_sense_is_refused_before_it_is_queued(api, body):
    answer = api("manage/all", "POST", PATH, body)
    assert answer.status_code == 422, answer.text
    assert Study.objects.count() == 0


def key_of(api, scopes, role):
    def issue():
        now = utc_now()
        create_staff(email="m@example.org", name="M", role=role, language="en",
                     password="a-long-passphrase-of-tests", now=now, by=system_actor("tests"))  # fmt: skip
        person = find_staff_actor("m@example.org")
        return issue_api_key(name="m", plane=Plane.MANAGE, scopes=scopes,
                             staff_id=person.staff_id, now=now, by=api.world.owner)  # fmt: skip

    api.world.keys["manage/m"] = in_transaction(issue).token
    return "manage/m"


def test_who_only_reads_reports_starts_and_stops_nothing(api, small):
    study = done(api)
    who = key_of(api, [Scope.REPORTS_READ], Role.OWNER)
    assert api(who, "GET", f"{PATH}/{study}/files/report.html").status_code == 200
    assert ask(api, who).status_code == 403
    assert api(who, "DELETE", f"{PATH}/{study}").status_code == 403


def test_writing_to_members_needs_the_permission_to_change_them(api, small):
    who = key_of(api, [Scope.STUDIES_RUN], Role.MARKETER)
    assert ask(api, who).status_code == 202
    refused = ask(api, who, write_back=True)
    assert (refused.status_code, refused.json()["code"]) == (403, "access.permission_missing")


def test_a_till_sees_no_studies(api, small):
    study = done(api)
    assert api("s1/1", "GET", f"{PATH}/{study}/files/report.html").status_code == 403
