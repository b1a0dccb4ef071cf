"""The `regulars` command: finds its subcommands, and turns what they raise into an exit code."""

import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import FrameType
from typing import Any, NoReturn

import click
import django
import psycopg
from django.apps import apps
from django.db import OperationalError

import regulars.cli.commands as commands
from regulars.cli.session import ExitCode, Session
from regulars.core.refusal import Refused
from regulars.core.wording.catalogue import LANGUAGES
from regulars.kit import logging as kit_logging
from regulars.kit.database.failures import DatabaseUnavailable


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    """Keep a common option in the session, wherever on the command line it was given."""
    session = ctx.ensure_object(Session)
    if value is None or value is False:
        return
    if param.name == "data":
        session.use_home(value)
    elif param.name == "json":
        session.as_json = True
    elif param.name == "language":
        session.language = value
    else:
        session.verbose = True


def _common_options() -> list[click.Option]:
    shared: dict[str, Any] = {"expose_value": False, "callback": _remember, "is_eager": True}
    folder = click.Path(file_okay=False, path_type=Path)
    return [
        click.Option(["--data"], type=folder, help="Folder of the installation.", **shared),
        click.Option(["--json"], is_flag=True, help="Print the result as JSON.", **shared),
        click.Option(
            ["--language"], type=click.Choice(LANGUAGES), help="Language of what is said.", **shared
        ),
        click.Option(["-v", "--verbose"], is_flag=True, help="Say what is going on.", **shared),
    ]


def _with_common_options(command: click.Command) -> click.Command:
    """Let `command`, and every command below it, take the common options too."""
    taken = {spelling for param in command.params for spelling in param.opts}
    command.params += [o for o in _common_options() if not taken & set(o.opts)]
    if isinstance(command, click.Group):
        for child in command.commands.values():
            _with_common_options(child)
    return command


class Discovered(click.Group):
    """A group whose subcommands are the modules of `regulars.cli.commands`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all subcommands, sorted."""
        return sorted(module.name.replace("_", "-") for module in iter_modules(commands.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The subcommand of that name, or None. Django is ready when its module is imported."""
        if cmd_name not in self.list_commands(ctx):
            return None
        if not apps.ready:
            django.setup()
        known = self.commands.get(cmd_name)
        if known is None:
            module = import_module(f"regulars.cli.commands.{cmd_name.replace('-', '_')}")
            known = self.commands[cmd_name] = _with_common_options(module.COMMAND)
        return known


@click.group(cls=Discovered, params=_common_options())
@click.version_option(package_name="regulars")
@click.pass_context
def regulars(ctx: click.Context) -> None:
    """Plan, simulate, run and measure a loyalty programme."""
    ctx.ensure_object(Session)


def run(arguments: list[str] | None = None) -> int:
    """Run one command line and return its exit code; prints what went wrong, never raises."""
    session = Session()
    try:
        outcome = regulars.main(arguments, standalone_mode=False, obj=session)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as wrong:
        wrong.show()
        return ExitCode.USAGE
    except (KeyboardInterrupt, click.Abort):
        return _report(session, ExitCode.INTERRUPTED, "cli.interrupted", {}, None)
    except BrokenPipeError:
        # Whoever read our output has enough; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except Refused as refusal:
        kind = ExitCode.DATABASE if isinstance(refusal, DatabaseUnavailable) else ExitCode.REFUSED
        return _report(session, kind, refusal.code, refusal.params, refusal.pointer)
    except (OperationalError, psycopg.OperationalError) as failure:
        kit_logging.note_fault(failure)
        return _report(session, ExitCode.DATABASE, "database.lost", {}, None)
    except Exception as fault:
        kit_logging.note_fault(fault)
        return _report(session, ExitCode.FAULT, "cli.fault", {"kind": type(fault).__name__}, None)
    return outcome if isinstance(outcome, int) else ExitCode.OK


def _report(
    session: Session,
    exit_code: ExitCode,
    code: str,
    params: dict[str, object],
    pointer: str | None,
) -> int:
    words = session.say(code, **params)
    if session.as_json:
        error = {"code": code, "says": words, "pointer": pointer, "exit_code": int(exit_code)}
        click.echo(json.dumps({"error": error}, ensure_ascii=False))
    else:
        click.echo(f"{words} ({pointer})" if pointer else words, err=True)
    return exit_code


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def main() -> NoReturn:
    """The entry point of the `regulars` program."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")
    # An end by SIGTERM is as orderly as one by Ctrl-C: the database is let go, files are closed.
    signal.signal(signal.SIGTERM, _interrupt)
    kit_logging.configure(verbose=bool({"-v", "--verbose"} & set(sys.argv)))
    sys.exit(run())
