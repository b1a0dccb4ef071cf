"""The commands of the walk-through and what the page says they print."""

import re
import shlex
from pathlib import Path

from regulars.cli import main

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "walk-through.md"
_STEP = re.compile(r"```sh\nregulars (.*?)\n```\n\n```text\n(.*?)```", re.DOTALL)


def steps():
    """Each command with the text that the page shows for it."""
    return [(shlex.split(command), shown) for command, shown in _STEP.findall(PAGE.read_text())]


def lay_out(folder, receipts):
    """What the page asks to have in one directory."""
    (folder / "online_retail.parquet").symlink_to(receipts)
    for programme in (ROOT / "docs" / "walk-through").glob("*.yaml"):
        (folder / programme.name).write_text(programme.read_text())


def walk(folder, capsys, monkeypatch):
    """Follow the page in `folder`: what each command printed, as (command, shown on the page, printed)."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("REGULARS_LANGUAGE", "en")
    capsys.readouterr()
    found = []
    for command, shown in steps():
        assert main.run(command) == 0, command
        found.append((command, shown, capsys.readouterr().out))
    return found


def rewrite(printed):
    """Put what was printed into the page."""
    outputs = iter(printed)
    text = _STEP.sub(
        lambda step: f"```sh\nregulars {step[1]}\n```\n\n```text\n{next(outputs).rstrip()}\n```",
        PAGE.read_text(),
    )
    PAGE.write_text(text)
