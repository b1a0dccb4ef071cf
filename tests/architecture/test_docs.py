"""What the documents promise exists, and what exists is in the documents."""

import re
from pkgutil import iter_modules

import click
import pytest

import regulars.cli.commands as commands
from architecture.source import ROOT, python_files
from regulars.cli.main import regulars
from regulars.cli.session import ExitCode

CLI = (ROOT / "docs" / "cli.md").read_text()
VARIABLE = re.compile(r"REGULARS_[A-Z0-9_]*[A-Z]")
NAMES = sorted(module.name.replace("_", "-") for module in iter_modules(commands.__path__))
# Links to folders and files of the repository, not to the web.
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#]+)")


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_documented_with_its_subcommands(name):
    row = next(line for line in CLI.splitlines() if line.startswith(f"| `{name}` |"))
    command = regulars.get_command(click.Context(regulars), name)
    for below in getattr(command, "commands", {}):
        assert f"`{below}`" in row


def test_every_documented_command_exists():
    table = CLI.partition("## Options")[0]
    assert sorted(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_command_says_what_it_does(name):
    command = regulars.get_command(click.Context(regulars), name)
    for each in (command, *getattr(command, "commands", {}).values()):
        assert each.help


def test_every_exit_code_is_documented():
    documented = re.findall(r"^\| (\d) \|", CLI, re.MULTILINE)
    assert [int(code) for code in documented] == sorted(ExitCode)


def test_every_variable_is_documented_and_used():
    used = {name for path in python_files() for name in VARIABLE.findall(path.read_text())}
    assert used == set(VARIABLE.findall(CLI))


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda p: p.name
)
def test_a_link_between_documents_leads_somewhere(page):
    for target in LINK.findall(page.read_text()):
        assert (page.parent / target.strip()).exists(), target
