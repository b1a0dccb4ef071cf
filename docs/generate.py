"""Writes the reference pages from the code: `python docs/generate.py`; a test proves them current."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.earning.mechanic import Example as MechanicExample
from regulars.core.metrics.definitions import FIGURES, PARTS
from regulars.core.purchase import QUANTITY_SCALE, Line
from regulars.core.scene import decimal_text
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.condition import Example as ConditionExample
from regulars.core.wording.catalogue import SENTENCES
from regulars.kit.documents import dump_yaml

FOLDER = Path(__file__).parent / "reference"
_HEAD = "<!-- Written by docs/generate.py from the code. Do not edit. -->\n"
_KINDS = {
    "purchase": "Earns on purchases. · Начисляет за покупки.",
    "multiplier": "Multiplies what other rules earn. · Умножает начисленное другими правилами.",
    "event": "Earns for events. · Начисляет за события.",
}
_LOOKS = {
    "member": "Asks about the member. · Спрашивает об участнике.",
    "time": "Asks about the time. · Спрашивает о времени.",
    "receipt": "Asks about the receipt: not for events. · Спрашивает о чеке: не для событий.",
}

_UNITS = {
    "money": "money",
    "count": "number",
    "units": "units",
    "share": "share",
    "number": "number",
}
_ABOUT_FIGURES = """\
# Key figures · Ключевые показатели

One definition each; `regulars analyse` and the API compute exactly these, by period, store, channel,
tier, segment or cohort. A part that the data do not know leaves its figures unknown rather than zero.

У каждого показателя одно определение; `regulars analyse` и API считают ровно их. Чего данные не знают,
то остаётся неизвестным, а не нулём.
"""
_ABOUT_MECHANICS = """\
A rule names one of these under `mechanic` and its parameters under `params`. The worked examples are
run as tests: money in them has two decimals, points have none, and amounts are rounded half up.

Правило называет одну из них в `mechanic`, а параметры в `params`. Примеры проверяются тестами: у
денег в них два знака после запятой, у баллов ни одного, округление к ближайшему.
"""
_ABOUT_CONDITIONS = """\
Under `when` stands one condition by its name, or several joined by `all`, `any` and `not`, several
levels deep. The worked examples are run as tests.

В `when` стоит одно условие по имени или несколько, соединённых через `all`, `any` и `not`, в
несколько уровней. Примеры проверяются тестами.

```yaml
when:
  all:
    - tier: {at_least: silver}
    - not: {weekday: {in: [sat, sun]}}
```
"""


def pages() -> dict[str, str]:
    """The text of every reference page by its file name."""
    return {"mechanics.md": _mechanics(), "conditions.md": _conditions(), "figures.md": _figures()}


def _figures() -> str:
    """Every key figure of analytics, from the definitions that compute it."""
    rows = [
        f"| `{figure.code}` | {figure.en} | {figure.ru} | {_UNITS[figure.unit]} | {figure.formula} |"
        for figure in FIGURES
    ]
    parts = [f"| `{name}` | {english} | {russian} |" for name, (english, russian) in PARTS.items()]
    heads = "| figure | what | что | unit | formula |\n|---|---|---|---|---|"
    below = "| part | what is counted | что считается |\n|---|---|---|"
    return "\n".join(
        [_HEAD, _ABOUT_FIGURES, heads, *rows, "", "## Parts · Слагаемые\n", below, *parts, ""]
    )


def _mechanics() -> str:
    parts = [
        _HEAD,
        "# Earning mechanics · Механики начисления\n",
        _ABOUT_MECHANICS,
        _contents(MECHANICS.values()),
    ]
    for mechanic in MECHANICS.values():
        parts += [
            f"## `{mechanic.code}`: {mechanic.title['en']} · {mechanic.title['ru']}\n",
            f"{_KINDS[mechanic.kind]}\n",
            f"{mechanic.summary['en']}\n",
            f"{mechanic.summary['ru']}\n",
            _table(mechanic.params),
        ]
        parts += [_mechanic_example(example) for example in mechanic.examples]
    return "\n".join(parts)


def _conditions() -> str:
    parts = [
        _HEAD,
        "# Conditions · Условия\n",
        _ABOUT_CONDITIONS,
        _contents(CONDITIONS.values()),
    ]
    for condition in CONDITIONS.values():
        parts += [
            f"## `{condition.code}`: {condition.title['en']} · {condition.title['ru']}\n",
            f"{_LOOKS[condition.looks_at]}\n",
            f"{condition.summary['en']}\n",
            f"{condition.summary['ru']}\n",
            _table(condition.params),
        ]
        parts += [_condition_example(condition.code, each) for each in condition.examples]
    return "\n".join(parts)


def _contents(items: Iterable[Any]) -> str:
    rows = [f"- [`{item.code}`](#{_anchor(item)}) {item.title['en']}" for item in items]
    return "\n".join([*rows, ""])


def _anchor(item: Any) -> str:
    heading = f"{item.code}: {item.title['en']} · {item.title['ru']}".lower()
    kept = "".join(char for char in heading if char.isalnum() or char in " _-")
    return kept.replace(" ", "-")


def _table(model: type[BaseModel]) -> str:
    if not model.model_fields:
        return "No parameters. · Параметров нет.\n"
    schema = model.model_json_schema(by_alias=True)
    rows = ["| field | what | что | values | default |", "|---|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        default = "needed" if field.is_required() else _default(field.get_default())
        values = _values(schema["properties"][key], schema.get("$defs", {}))
        russian = SENTENCES["ru"][f"field.{key}"]
        rows.append(f"| `{key}` | {field.title} | {russian} | {values} | {default} |")
    return "\n".join([*rows, ""])


def _default(value: object) -> str:
    if value is None or value in ((), frozenset(), {}):
        return "—"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _values(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    if "$ref" in schema:
        return _values(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        kinds = [_values(each, definitions) for each in schema["anyOf"]]
        kinds = [kind for kind in dict.fromkeys(kinds) if kind != "nothing"]
        return "number" if kinds == ["number", "text"] else " or ".join(kinds)
    kind = schema.get("type")
    if kind == "array":
        return f"list of: {_values(schema['items'], definitions)}"
    if kind == "object" and "properties" not in schema:
        return "table: number by name"
    if kind == "object":
        return "fields: " + ", ".join(f"`{name}`" for name in schema["properties"])
    if kind in ("integer", "number"):
        return _range(schema, "whole number" if kind == "integer" else "number")
    named = {"string": "text", "boolean": "`true`, `false`", "null": "nothing"}
    if schema.get("format") in ("date", "date-time"):
        return "date" if schema["format"] == "date" else "moment"
    return named.get(str(kind), str(kind))


def _range(schema: Mapping[str, Any], name: str) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is None or most is None or most >= 10**9:
        return name
    return f"{name} {least} to {most}"


def _mechanic_example(example: MechanicExample) -> str:
    shown: dict[str, Any] = {}
    if example.beside:
        shown["beside"] = [
            {"mechanic": each["mechanic"], "params": each["params"]} for each in example.beside
        ]
    shown["params"] = dict(example.params)
    if example.goods:
        shown["goods"] = dict(example.goods)
    if example.buyer:
        shown["member"] = _plain(example.buyer)
    if example.lines:
        shown["receipt"] = [_line(line) for line in example.lines]
    if example.event is not None:
        shown["event"] = example.event.kind
    shown["earns"] = example.earns
    return _block(example.says, shown)


def _condition_example(code: str, example: ConditionExample) -> str:
    shown: dict[str, Any] = {"when": {code: dict(example.params)}}
    if example.at is not None:
        shown["at"] = f"{example.at:%Y-%m-%dT%H:%M}Z"
    if example.buyer:
        shown["member"] = _plain(example.buyer)
    if example.receipt:
        shown["receipt"] = _plain(example.receipt)
    if example.lines:
        shown["lines"] = [_line(line) for line in example.lines]
    shown["holds"] = example.holds
    return _block(example.says, shown)


def _block(says: Mapping[str, str], shown: Mapping[str, Any]) -> str:
    english, russian = (text[0].upper() + text[1:] for text in (says["en"], says["ru"]))
    heading = f"{english} · {russian}:"
    return f"{heading}\n\n```yaml\n{dump_yaml(shown)}```\n"


def _line(line: Line) -> dict[str, Any]:
    told: dict[str, Any] = {"sku": line.sku, "amount": decimal_text(line.amount_minor, 2)}
    if line.quantity != QUANTITY_SCALE:
        told["quantity"] = decimal_text(line.quantity, 3)
    if line.category:
        told["category"] = "/".join(line.category)
    if line.brand:
        told["brand"] = line.brand
    if line.tags:
        told["tags"] = sorted(line.tags)
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | str | bool) else str(value)


def main() -> int:
    """Write the pages; say which changed."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        page = FOLDER / name
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
