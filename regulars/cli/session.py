"""What every command works with: the installation, its database, and how results are printed."""

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import click
from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from regulars.core.wording.catalogue import LANGUAGES, sentence
from regulars.kit.database.attach import Attachment, attachment, published
from regulars.kit.database.home import Home, default_home
from regulars.kit.database.lead import django_on
from regulars.kit.migrate import migrate


class ExitCode(IntEnum):
    """What a command's exit code says; documented in docs/cli.md."""

    OK = 0
    DIFFERENCES = 1
    USAGE = 2
    REFUSED = 3
    DATABASE = 4
    INTERRUPTED = 5
    FAULT = 6


def _language_of_environment() -> str:
    for name in ("REGULARS_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")[:2].lower()
        if value in LANGUAGES:
            return value
    return "en"


@dataclass
class Session:
    """One run of the command: where, how to print, in which language."""

    home: Home = field(default_factory=lambda: Home(default_home()))
    as_json: bool = False
    language: str = field(default_factory=_language_of_environment)
    verbose: bool = False

    def use_home(self, folder: Path) -> None:
        """Work on the installation in `folder`; the processes we start do so too."""
        self.home = Home(folder.expanduser().absolute())
        os.environ["REGULARS_HOME"] = str(self.home.root)

    def prepare_home(self) -> None:
        """Make the installation's folders and its secret key where they are not there yet."""
        self.home.prepare()
        if not os.environ.get("REGULARS_SECRET_KEY"):
            settings.SECRET_KEY = self.home.secret("secret_key")

    @contextmanager
    def database(self, *, migrated: bool = True) -> Iterator[Attachment]:
        """The database, up and (unless told otherwise) with its tables up to date, for the block.

        Django's ORM goes to it meanwhile. The embedded server is shared with other programs on the
        same data folder, started if need be and stopped by the last one.
        Raises DatabaseUnavailable and its kin.
        """
        self.prepare_home()
        with self._attachment() as held, django_on(held.access):
            if migrated:
                migrate(held.access.owner)
            yield held

    @contextmanager
    def _attachment(self) -> Iterator[Attachment]:
        told = published()
        if told is not None:
            yield Attachment(told, None)
            return
        with attachment(self.home.root) as held:
            yield held

    def say(self, code: str, **params: object) -> str:
        """The sentence for `code` in the language of this run."""
        return sentence(code, params, self.language)

    def show(self, data: object, lines: str | Iterable[str], *, stream: bool = False) -> None:
        """Print the result on stdout: `data` with --json, else `lines` for a person.

        A command that shows several results in turn is a `stream`: one JSON document on each line.
        """
        if self.as_json:
            indent = None if stream else 2
            click.echo(json.dumps(data, ensure_ascii=False, indent=indent, default=str))
        else:
            click.echo(lines if isinstance(lines, str) else "\n".join(lines))

    def tell(self, code: str, **params: object) -> None:
        """Print a remark on stderr, beside the result."""
        click.echo(self.say(code, **params), err=True)

    @contextmanager
    def progress(self, code: str, *, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """A progress bar on stderr, titled by the sentence for `code`; gives what moves it.

        `total` is the number of steps, None where nobody knows. Nothing is drawn where stderr is
        no terminal.
        """
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        console = Console(stderr=True)
        hidden = not console.is_terminal
        with Progress(*columns, console=console, disable=hidden, transient=True) as bar:
            task = bar.add_task(self.say(code), total=total)
            yield lambda steps: bar.advance(task, steps)

    def finish(self, code: ExitCode) -> None:
        """End the command with `code`, after its result has been shown. Does not return."""
        sys.stdout.flush()
        raise click.exceptions.Exit(int(code))


pass_session = click.make_pass_decorator(Session, ensure=True)
