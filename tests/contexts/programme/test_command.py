"""`regulars programme`, from the command line to the database and back."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from regulars.cli.main import run
from regulars.cli.programme_files import MomentMalformed, moment_from
from regulars.contexts.programme import queries
from regulars.contexts.security.models import StaffUser
from regulars.contexts.security.types import Role, system_actor
from regulars.contexts.security.usecases.staff import create_staff
from regulars.core.programme.check import SIZE_MAX
from regulars.kit.clock import utc_now
from regulars.programmes.catalogue import list_programmes

on_a_database = pytest.mark.usefixtures("django_on_fresh_database")


@pytest.fixture
def file(tmp_path, document):
    """Writes a programme (or any text) into a file and gives its name."""

    def write(name="shop.yaml", text=None, **parts):
        path = tmp_path / name
        content = yaml.safe_dump(document(**parts), sort_keys=False) if text is None else text
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def regulars(capsys):
    """Runs one command line with --json; gives its exit code and what it printed."""

    def act(*arguments):
        capsys.readouterr()
        code = run(["programme", *arguments, "--json"])
        printed = capsys.readouterr().out
        return code, json.loads(printed) if printed else None

    return act


def test_a_sound_file_is_said_to_be_sound_in_both_languages(file, capsys):
    assert run(["programme", "check", file(), "--language", "en"]) == 0
    assert "Corner shop" in capsys.readouterr().out
    assert run(["programme", "check", file(), "--language", "ru"]) == 0
    assert "Лавка на углу" in capsys.readouterr().out


def test_each_problem_is_named_with_its_line(file, regulars, capsys):
    text = (
        "format: 1\ncode: shop\ntitle: Shop\ntime_zone: Mars/Olympus\nmoney: RUB\nlanguage: ru\n"
        "currencies:\n  points:\n    title: Points\n    scale: 9\n"
    )
    code, said = regulars("check", file(text=text))
    assert (code, said["sound"]) == (1, False)
    assert [(p["line"], p["pointer"]) for p in said["problems"]] == [
        (4, "/time_zone"),
        (10, "/currencies/points/scale"),
    ]
    assert run(["programme", "check", file(text=text), "--language", "en"]) == 1
    assert "line 10:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "a: [",
        "just words",
        b"\xff\xfe\x00",
        "x" * (SIZE_MAX + 1),
        "a: &a [*a]",
        "[" * 50_000,
        "format: 1\nformat: 1\n",
        "? [1]\n: 2\n",
        "a\0b: 1",
    ],
)
@pytest.mark.parametrize("command", ["check", "load"])
def test_a_hostile_file_gets_a_sentence_and_an_exit_code(command, text, file, capsys):
    assert run(["programme", command, file(text=text), "--language", "en"]) in (1, 3)
    out, err = capsys.readouterr()
    assert out + err
    assert "Traceback" not in out + err
    assert len(out + err) < 5000


def test_a_file_that_is_not_there_is_refused(tmp_path, regulars):
    code, said = regulars("check", str(tmp_path / "none.yaml"))
    assert (code, said["error"]["code"]) == (3, "cli.programme_unreadable")


@pytest.mark.parametrize("name", list_programmes())
def test_every_ready_programme_is_sound_and_can_be_named(name, regulars):
    code, said = regulars("check", name)
    assert (code, said["sound"]) == (0, True)


def test_a_difference_is_told_and_none_is_success(file, regulars):
    old, new = file("old.yaml"), file("new.yaml", rounding="down")
    assert regulars("diff", old, old) == (0, [])
    code, changes = regulars("diff", old, new)
    assert code == 1
    assert [change["pointer"] for change in changes] == ["/rounding"]
    assert changes[0]["says"]


def test_the_schema_is_a_json_schema(regulars):
    code, schema = regulars("schema")
    assert code == 0
    assert schema["$schema"].startswith("https://json-schema.org/draft/2020-12")


@on_a_database
def test_a_programme_goes_from_a_file_to_being_in_force(file, regulars, capsys, tmp_path):
    code, loaded = regulars("load", file(), "--note", "first")
    assert (code, loaded["number"], loaded["status"], loaded["new"]) == (0, 1, "draft", True)
    code, again = regulars("load", file("copy.yaml"))
    assert (code, again["number"], again["new"]) == (0, 1, False)
    code, alone = regulars("approve", "1")
    assert (code, alone["error"]["code"]) == (3, "approval.alone_reason_needed")
    assert regulars("approve", "1", "--alone-reason", "one-man shop")[0] == 0
    code, published = regulars("publish", "1", "--from", "2020-03-01")
    assert code == 0
    # Midnight in Moscow, where the shop is: nothing was sold yet, so the past is open.
    assert published["live_from"] == "2020-02-29T21:00:00+00:00"
    now = utc_now()
    assert queries.get_version(1, now=now).status == "live"
    target = tmp_path / "exported.yaml"
    assert regulars("export", "1", "--output", str(target))[0] == 0
    assert regulars("diff", "1", str(target)) == (0, [])
    code, listed = regulars("list")
    assert [(v["number"], v["status"]) for v in listed["versions"]] == [(1, "live")]
    assert [p["version"] for p in listed["publications"]] == [1]
    capsys.readouterr()
    assert run(["programme", "list", "--language", "ru"]) == 0
    assert "действует" in capsys.readouterr().out


@on_a_database
def test_the_first_command_makes_the_first_owner_once(file, regulars, capsys):
    assert run(["programme", "load", file()]) == 0
    owner = StaffUser.objects.get()
    assert owner.email in capsys.readouterr().err
    assert run(["programme", "load", file("other.yaml", code="other")]) == 0
    assert capsys.readouterr().err == ""
    assert StaffUser.objects.count() == 1


@on_a_database
def test_who_acts_is_named_where_it_is_not_plain(file, regulars):
    now = utc_now()
    for name, role in (("anna", Role.OWNER), ("boris", Role.OWNER), ("vera", Role.CASHIER)):
        create_staff(
            email=f"{name}@example.org",
            name=name,
            role=role,
            language="ru",
            now=now,
            by=system_actor("test"),
        )
    assert regulars("load", file())[1]["error"]["code"] == "cli.acting_not_named"
    code, said = regulars("load", file(), "--by", "nobody@example.org")
    assert (code, said["error"]["code"]) == (3, "cli.acting_unknown")
    code, said = regulars("load", file(), "--by", "vera@example.org")
    assert (code, said["error"]["code"]) == (3, "access.permission_missing")
    assert queries.list_versions(now=now) == ()
    assert regulars("load", file(), "--by", "Anna@example.org")[0] == 0
    assert regulars("approve", "1", "--by", "anna@example.org")[0] == 3
    assert regulars("approve", "1", "--by", "boris@example.org")[0] == 0


@on_a_database
def test_stopping_and_rolling_back(file, regulars):
    for number in (1, 2):
        assert regulars("load", file(f"{number}.yaml", code=f"shop{number}"))[0] == 0
        assert regulars("approve", str(number), "--alone-reason", "alone")[0] == 0
        assert regulars("publish", str(number), "--from", f"202{number}-01-01")[0] == 0
    second = regulars("list")[1]["publications"][1]["id"]
    assert regulars("withdraw", second, "--reason", "too generous")[0] == 0
    assert queries.get_version_number_at(utc_now()) == 1
    assert regulars("retire", "1")[1]["error"]["code"] == "programme.version_in_use"
    assert regulars("roll-back", "2")[0] == 0
    assert [p["version"] for p in regulars("list")[1]["publications"]] == [1, 2, 2]


@on_a_database
@pytest.mark.parametrize("number", ["0", "-1", "x", "99999999999"])
def test_a_number_that_is_none_is_wrong_usage(number):
    assert run(["programme", "export", number]) == 2


@on_a_database
def test_a_date_that_is_none_is_refused(file, regulars):
    regulars("load", file())
    regulars("approve", "1", "--alone-reason", "alone")
    for date in ("tomorrow", "2026-13-01", "2026-02-30T00:00", "9999-12-31T23:59-12:00"):
        code, said = regulars("publish", "1", "--from", date)
        assert (code, said["error"]["code"]) == (3, "cli.programme_moment_malformed")
    assert queries.list_publications() == ()


def test_a_date_is_its_midnight_where_the_business_is():
    zone = ZoneInfo("Asia/Omsk")
    assert moment_from("2026-05-01", zone) == datetime(2026, 4, 30, 18, tzinfo=UTC)
    assert moment_from("2026-05-01T09:00", zone) == datetime(2026, 5, 1, 3, tzinfo=UTC)
    assert moment_from("2026-05-01T09:00Z", zone) == datetime(2026, 5, 1, 9, tzinfo=UTC)
    with pytest.raises(MomentMalformed):
        moment_from("0001-01-01", zone)
