"""The `regulars` command as a whole: where options may stand, and what each end is worth."""

import json

import click
import psycopg
import pytest

from regulars.cli import main
from regulars.cli.session import ExitCode, Session, pass_session
from regulars.core.refusal import Invalid
from regulars.kit.database.failures import DatabaseUnavailable


@pytest.fixture
def command(monkeypatch):
    """Puts a command of the test's own beside the real ones."""

    def put(body):
        @click.command("probe")
        @click.argument("words", nargs=-1)
        @pass_session
        def probe(session, words):
            """Probe."""
            return body(session)

        probe = main._with_common_options(probe)
        monkeypatch.setitem(main.regulars.commands, "probe", probe)
        names = main.Discovered.list_commands
        monkeypatch.setattr(main.Discovered, "list_commands", lambda *a: [*names(*a), "probe"])

    return put


@pytest.mark.parametrize(
    "line",
    [
        ["--data", "{}", "--json", "--language", "ru", "probe"],
        ["probe", "--data", "{}", "--json", "--language", "ru"],
        ["--json", "probe", "--language=ru", "--data={}"],
        ["probe", "some", "--json", "words", "--data", "{}", "--language", "ru"],
    ],
)
def test_common_options_may_stand_anywhere(command, tmp_path, monkeypatch, line):
    monkeypatch.setenv("REGULARS_HOME", "/somewhere/else")
    seen = []
    command(seen.append)
    assert main.run([word.replace("{}", str(tmp_path)) for word in line]) == ExitCode.OK
    (session,) = seen
    assert session.home.root == tmp_path
    assert session.as_json
    assert session.language == "ru"


def raising(failure):
    def body(session):
        raise failure

    return body


@pytest.mark.parametrize(
    ("failure", "code"),
    [
        (Invalid(pointer="/lines/3"), ExitCode.REFUSED),
        (DatabaseUnavailable(reason="disk full"), ExitCode.DATABASE),
        (psycopg.OperationalError("server closed the connection"), ExitCode.DATABASE),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (ZeroDivisionError("+79123456789"), ExitCode.FAULT),
        (click.UsageError("which one?"), ExitCode.USAGE),
        (click.exceptions.Exit(1), ExitCode.DIFFERENCES),
    ],
)
def test_each_end_has_its_exit_code(command, failure, code):
    command(raising(failure))
    assert main.run(["probe"]) == code


@pytest.mark.parametrize("line", [["no-such-command"], ["backup"], ["up", "--port", "many"]])
def test_a_wrong_command_line_ends_with_two(line):
    assert main.run(line) == ExitCode.USAGE


def test_a_refusal_is_a_sentence_in_the_language_of_the_run(command, capsys):
    command(raising(Invalid(pointer="/lines/3")))
    main.run(["probe", "--language", "ru"])
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == "Запрос не удалось понять. (/lines/3)\n"


def test_with_json_a_refusal_is_json_on_stdout(command, capsys):
    command(raising(Invalid(pointer="/lines/3")))
    main.run(["probe", "--json"])
    error = json.loads(capsys.readouterr().out)["error"]
    assert error == {
        "code": "request.invalid",
        "says": "The request cannot be understood.",
        "pointer": "/lines/3",
        "exit_code": 3,
    }


def test_a_fault_is_told_without_the_values_in_its_text(command, capsys, caplog):
    command(raising(ZeroDivisionError("+79123456789")))
    main.run(["probe"])
    assert "79123456789" not in capsys.readouterr().err


def test_a_result_is_shown_once_in_the_form_asked_for(command, capsys):
    command(lambda session: session.show({"число": 1}, ["одно", "число"]))
    main.run(["probe"])
    assert capsys.readouterr().out == "одно\nчисло\n"
    main.run(["probe", "--json"])
    assert json.loads(capsys.readouterr().out) == {"число": 1}


def test_a_command_can_end_with_differences(command):
    command(lambda session: session.finish(ExitCode.DIFFERENCES))
    assert main.run(["probe"]) == 1


def test_a_command_finds_the_database_migrated(command, django_on_fresh_database):
    def body(session: Session):
        with session.database() as held, psycopg.connect(held.access.app.conninfo) as connection:
            assert connection.execute("SELECT count(*) FROM django_session").fetchone() == (0,)

    command(body)
    assert main.run(["probe"]) == ExitCode.OK


def test_help_names_every_command(capsys):
    assert main.run(["--help"]) == ExitCode.OK
    shown = capsys.readouterr().out
    for name in ("up", "backup", "restore"):
        assert f"\n  {name} " in shown
