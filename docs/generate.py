"""Writes the reference pages from the code: `python docs/generate.py`; a test proves them current."""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.earning.mechanic import Example as MechanicExample
from regulars.core.goods import Goods
from regulars.core.metrics.definitions import FIGURES, PARTS
from regulars.core.promotions.catalogue import KINDS
from regulars.core.promotions.promotion import Example as PromotionExample
from regulars.core.promotions.promotion import Kind
from regulars.core.purchase import GOODS, QUANTITY_SCALE, Line
from regulars.core.rewards.catalogue import REWARD_KINDS
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

_ABOUT_FIGURES = """\
# Key figures · Ключевые показатели

One definition each; `regulars analyse` computes exactly these, by period, store, channel,
tier, segment or cohort. A part that the data do not know leaves its figures unknown rather than zero.

У каждого показателя одно определение; `regulars analyse` считает ровно их. Чего данные не знают, то
остаётся неизвестным, а не нулём.
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
_ABOUT_PROMOTIONS = """\
A promotion names one of these under `kind` and its parameters under `params`; what it applies to, when,
how often and together with what are fields of every promotion. The worked receipts are run as tests:
money has two decimals, `less` is what each line gets cheaper by.

Акция называет один из них в `kind`, а параметры в `params`; к чему, когда, сколько раз и вместе с чем
она действует — поля любой акции. Примеры проверяются тестами: у денег два знака, `less` — на сколько
дешевеет каждая строка.
"""
_PHASES = {
    "line": "Evaluated with the line promotions, unless `level` says otherwise. · "
    "Считается с акциями на строки, если `level` не велит иначе.",
    "order": "Evaluated with the order promotions, unless `level` says otherwise. · "
    "Считается с акциями на чек, если `level` не велит иначе.",
}
_PIECES = (
    "By the piece: the units it takes count for no other promotion by the piece. · "
    "Поштучная: взятые ею штуки не участвуют в других поштучных акциях.\n"
)

_ABOUT_REWARDS = """\
A reward of the [catalogue](../rewards.md) names one of these under `kind` and its parameters under
`params`. The worked examples are run as tests.

Награда [каталога](../rewards.md) называет один из них в `kind`, а параметры в `params`. Примеры
проверяются тестами.
"""
_FULFILLED = {
    "at_once": "Fulfilled with the order · Выполняется сразу с заказом:",
    "by_hand": "Fulfilled when somebody says so · Выполняется, когда это отметят:",
}
_RETURNABLE = {
    "until_fulfilled": "Given back until it is fulfilled. · Возвращается, пока не выполнено.",
    "while_unused": "Given back while it is unused. · Возвращается, пока не использовано.",
    "never": "Not given back. · Не возвращается.",
}


def pages() -> dict[str, str]:
    """The text of every reference page by its file name."""
    kinds = {f"promotions/{kind.code}.md": _promotion(kind) for kind in KINDS.values()}
    return {
        "mechanics.md": _mechanics(),
        "conditions.md": _conditions(),
        "figures.md": _figures(),
        "rewards.md": _rewards(),
        "promotions/index.md": _promotions(),
        **kinds,
    }


def _promotions() -> str:
    rows = [
        f"- [`{kind.code}`]({kind.code}.md) {kind.title['en']} · {kind.title['ru']}"
        for kind in KINDS.values()
    ]
    heading = "# Promotion kinds · Виды акций\n"
    return "\n".join([_HEAD, heading, _ABOUT_PROMOTIONS, *rows, ""])


def _promotion(kind: Kind) -> str:
    parts = [
        _HEAD,
        f"# `{kind.code}`: {kind.title['en']} · {kind.title['ru']}\n",
        f"{kind.summary['en']}\n",
        f"{kind.summary['ru']}\n",
        f"{_PHASES[kind.phase]}\n",
        *([_PIECES] if kind.pieces else []),
        "## Parameters · Параметры\n",
        _table(kind.params, kind.code),
    ]
    for key, inner in _inner_models(kind.params):
        parts += [f"Fields of `{key}` · Поля `{key}`:\n", _table(inner)]
    parts.append("## Worked receipts · Примеры чеков\n")
    parts += [_promotion_example(example) for example in kind.examples]
    parts.append("## Corner cases · Особые случаи\n")
    for case in kind.corner_cases:
        parts += [f"- {case['en']}", f"  {case['ru']}"]
    return "\n".join([*parts, ""])


def _inner_models(model: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    """The parts of the parameters that have fields of their own, selections of goods left out."""
    found = []
    for name, field in model.model_fields.items():
        for inner in get_args(field.annotation):
            if isinstance(inner, type) and issubclass(inner, BaseModel) and inner is not Goods:
                found.append((field.alias or name, inner))
    return found


def _promotion_example(example: PromotionExample) -> str:
    shown: dict[str, Any] = {"params": _plain(example.params), **_plain(example.promotion)}
    if example.buyer:
        shown["member"] = {
            key: decimal_text(value, 2) if key.endswith("_minor") else value
            for key, value in example.buyer.items()
        }
    shown["receipt"] = [_line(line) for line in example.lines]
    if example.times != 1:
        shown["sets"] = example.times
    if example.gifts:
        shown["gifts"] = [
            {"sku": sku, "quantity": decimal_text(quantity, 3)} for sku, quantity in example.gifts
        ]
    if example.coupons:
        shown["coupons"] = dict(example.coupons)
    shown["less"] = [decimal_text(cut, 2) for cut in example.cuts]
    return _block(example.says, shown)


def _figures() -> str:
    """Every key figure of analytics, from the definitions that compute it."""
    rows = [
        f"| `{one.code}` | {one.en} | {one.ru} | {one.unit.replace('count', 'number')} | {one.formula} |"
        for one in FIGURES
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


def _rewards() -> str:
    parts = [
        _HEAD,
        "# Kinds of reward · Виды наград\n",
        _ABOUT_REWARDS,
        _contents(REWARD_KINDS.values()),
    ]
    for kind in REWARD_KINDS.values():
        parts += [
            f"## `{kind.code}`: {kind.title['en']} · {kind.title['ru']}\n",
            f"{kind.summary['en']}\n",
            f"{kind.summary['ru']}\n",
            f"{_FULFILLED[kind.fulfilled]} {kind.fulfilment['en']} · {kind.fulfilment['ru']}\n",
            f"{_RETURNABLE[kind.returnable]}\n",
            _table(kind.params),
        ]
        parts += [_block(each.says, {"params": _plain(each.params)}) for each in kind.examples]
    return "\n".join(parts)


def _contents(items: Iterable[Any]) -> str:
    rows = [f"- [`{item.code}`](#{_anchor(item)}) {item.title['en']}" for item in items]
    return "\n".join([*rows, ""])


def _anchor(item: Any) -> str:
    heading = f"{item.code}: {item.title['en']} · {item.title['ru']}".lower()
    kept = "".join(char for char in heading if char.isalnum() or char in " _-")
    return kept.replace(" ", "-")


def _table(model: type[BaseModel], kind: str = "") -> str:
    if not model.model_fields:
        return "No parameters. · Параметров нет.\n"
    schema = model.model_json_schema(by_alias=True)
    rows = ["| field | what | что | values | default |", "|---|---|---|---|---|"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        default = "needed" if field.is_required() else _default(field.get_default())
        values = _values(schema["properties"][key], schema.get("$defs", {}))
        russian = SENTENCES["ru"].get(f"kind.{kind}.{key}") or SENTENCES["ru"][f"field.{key}"]
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
        if len(kinds) == 2 and kinds[0].startswith("number") and kinds[1] == "text":
            return kinds[0]
        return " or ".join(kinds)
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
    if line.minimum_minor:
        told["minimum"] = decimal_text(line.minimum_minor, 2)
    if line.tax_rate_bp is not None:
        told["tax"] = f"{decimal_text(line.tax_rate_bp, 2)} %"
    if line.kind != GOODS:
        told["kind"] = line.kind
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | str | bool | float) else str(value)


def main() -> int:
    """Write the pages; say which changed."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        page = FOLDER / name
        page.parent.mkdir(exist_ok=True)
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{page}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
