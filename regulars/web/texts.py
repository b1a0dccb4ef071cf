"""The texts of the pages: which there are, which lack Russian, which nobody says any more.

`python -m regulars.web.texts [part…]` lists what is wrong; with `--write` it first adds what is
missing to the .po of its part, empty, and drops what is unused. Messages are in English; plural forms
are three. The parts share one vocabulary: the same message has the same Russian everywhere.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from regulars.web.build_assets import WEB

_CALL = re.compile(r"(?<![\w.])(?:(?:n|p|np)?gettext(?:_lazy|_noop)?|_)\(")
_NAMES = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "ngettext": (None, 0, 1),
    "pgettext": (0, 1, None),
    "npgettext": (0, 1, 2),
}
# Templates of ui/ belong to the design package, every other folder to the package of its name.
_OWNERS = {"ui": "design"}


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it stands in the program."""

    id: str
    plural: str | None = None
    context: str | None = None

    @property
    def key(self) -> tuple[str | None, str]:
        """What finds it in a catalogue."""
        return self.context, self.id


def parts() -> tuple[str, ...]:
    """The packages under web that keep texts of their own."""
    return tuple(sorted(path.parent.name for path in WEB.glob("*/locale")))


def spoken(part: str) -> dict[tuple[str | None, str], Text]:
    """All messages of a part's modules and templates."""
    found: dict[tuple[str | None, str], Text] = {}
    for path in sorted((WEB / part).rglob("*.py")):
        for text in _in_code(path.read_text(), str(path)):
            found[text.key] = text
    folders = [part, *(name for name, owner in _OWNERS.items() if owner == part)]
    for path in (
        file for name in folders for file in sorted((WEB / "templates" / name).rglob("*"))
    ):
        if path.suffix in (".html", ".txt"):
            for text in _in_template(path):
                found[text.key] = text
    return found


def catalogue(part: str) -> Catalog:
    """The Russian of a part; empty where there is none yet."""
    path = _path(part)
    if not path.is_file():
        return Catalog(locale="ru", project="Regulars", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale="ru")


def flaws(part: str) -> Iterator[str]:
    """What is untranslated, unused, or translated with other gaps than the message has."""
    wanted, known = spoken(part), catalogue(part)
    have = {(message.context, _id(message)): message for message in known if message.id}
    for key in sorted(have.keys() - wanted.keys(), key=str):
        yield f"{part}: unused: {key[1]!r}"
    for key, text in wanted.items():
        message = have.get(key)
        if message is None:
            yield f"{part}: missing: {text.id!r}"
        elif message.fuzzy:
            yield f"{part}: not certain: {text.id!r}"
        else:
            yield from _flaws_of(part, text, message)


def clashes() -> Iterator[str]:
    """Messages that two parts put into different Russian: only one of them would be shown."""
    said: dict[tuple[str | None, str], tuple[str, object]] = {}
    for part in parts():
        for message in catalogue(part):
            if not message.id or not all(_forms(message)):
                continue
            first = said.setdefault((message.context, _id(message)), (part, message.string))
            if first[1] != message.string:
                yield f"{part}: {_id(message)!r} is {message.string!r}, in {first[0]} {first[1]!r}"


def write(part: str) -> None:
    """Bring a part's .po up to its texts: missing ones empty, unused ones gone."""
    wanted, known = spoken(part), catalogue(part)
    fresh = Catalog(locale="ru", project="Regulars", fuzzy=False)
    for text in wanted.values():
        said = known.get(text.id, text.context)
        string = said.string if said else ("", "", "") if text.plural else ""
        if text.plural and isinstance(string, str):
            string = ("", "", "")
        fresh.add((text.id, text.plural) if text.plural else text.id, string, context=text.context)
    path = _path(part)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, fresh, sort_output=True, omit_header=False, width=0)
    # Dates of the header change with every run and say nothing.
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(_HEADER_NOISE)))


_HEADER_NOISE = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Generated-By')


def _path(part: str) -> Path:
    return WEB / part / "locale" / "ru" / "LC_MESSAGES" / "django.po"


def _id(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _forms(message: Message) -> list[str]:
    said = message.string or ""
    return [said] if isinstance(said, str) else list(said)


def _flaws_of(part: str, text: Text, message: Message) -> Iterator[str]:
    forms = _forms(message)
    if len(forms) != (3 if text.plural else 1) or not all(forms):
        yield f"{part}: untranslated: {text.id!r}"
        return
    for form in forms:
        # A Russian form may leave the number out of nothing else than the plural's own words.
        if _gaps(form) != _gaps(text.plural or text.id):
            yield f"{part}: other gaps: {text.id!r}"


def _gaps(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", text))


def _in_template(path: Path) -> Iterator[Text]:
    return _in_code(templatize(path.read_text(), origin=str(path)), str(path), parse=False)


def _in_code(source: str, where: str, *, parse: bool = True) -> Iterator[Text]:
    if parse:
        tree = ast.parse(source)
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    else:
        calls = (_call_at(source, match.start(), where) for match in _CALL.finditer(source))
    for call in calls:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        name = name.removesuffix("_lazy").removesuffix("_noop")
        if name in _NAMES and call.args:
            yield _text(call, _NAMES[name], where)


def _call_at(source: str, start: int, where: str) -> ast.Call:
    """The call that starts here: the shortest text up to a bracket that is one."""
    end = source.find(")", start)
    while end != -1:
        try:
            tree = ast.parse(source[start : end + 1], mode="eval")
        except SyntaxError:
            end = source.find(")", end + 1)
            continue
        if isinstance(tree.body, ast.Call):
            return tree.body
        break
    raise ValueError(f"{where}: {source[start : start + 60]!r} cannot be read")


def _text(call: ast.Call, places: tuple[int | None, int, int | None], where: str) -> Text:
    def at(place: int | None) -> str | None:
        if place is None:
            return None
        node = call.args[place]
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            raise ValueError(
                f"{where}:{call.lineno}: a text has to be written out where it is said"
            )
        return node.value

    context, id, plural = map(at, places)
    return Text(id or "", plural, context)


def main(arguments: list[str]) -> int:
    """Write if asked to, list what is wrong; 1 where something is."""
    named = [argument for argument in arguments if not argument.startswith("-")] or list(parts())
    if "--write" in arguments:
        for part in named:
            write(part)
    found = [flaw for part in named for flaw in flaws(part)] + list(clashes())
    sys.stdout.write("".join(f"{flaw}\n" for flaw in found))
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
