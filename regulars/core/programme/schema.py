"""The JSON Schema of the programme document, with the parameters of every mechanic, condition and kind."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.programme.document import Programme
from regulars.core.promotions.catalogue import KINDS
from regulars.core.when.catalogue import CONDITIONS
from regulars.core.when.tree import JOINTS

ID = "https://regulars.example/programme-1.json"


def json_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 for documents as people write them (before defaults are filled in).

    For editors and forms. `parse_programme` has the last word: it checks what is beyond a schema
    (references between the parts, decimals) and reads numbers that are written as text.
    """
    schema = Programme.model_json_schema(mode="validation", by_alias=True)
    definitions: dict[str, Any] = schema.pop("$defs")
    rule = definitions["EarningRule"]
    rule["properties"]["mechanic"] = {
        "title": "Mechanic",
        "oneOf": [
            {
                "const": mechanic.code,
                "title": mechanic.title["en"],
                "description": mechanic.summary["en"],
            }
            for mechanic in MECHANICS.values()
        ],
    }
    rule["properties"]["when"] = {"$ref": "#/$defs/When"}
    rule["properties"]["params"] = {"type": "object", "title": "Parameters"}
    rule["allOf"] = [
        {
            "if": {"properties": {"mechanic": {"const": code}}, "required": ["mechanic"]},
            "then": {
                "properties": {
                    "params": _taken_in(mechanic.params, f"Mechanic.{code}", definitions)
                }
            },
        }
        for code, mechanic in MECHANICS.items()
    ]
    _promotions(definitions)
    definitions["When"] = _when(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        **schema,
        "title": "Regulars programme",
        "$defs": dict(sorted(definitions.items())),
    }


def _promotions(definitions: dict[str, Any]) -> None:
    """Kinds of promotions by name, each with its own parameters."""
    promotion = definitions["Promotion"]
    promotion["properties"]["kind"] = {
        "title": "Kind",
        "oneOf": [
            {"const": kind.code, "title": kind.title["en"], "description": kind.summary["en"]}
            for kind in KINDS.values()
        ],
    }
    promotion["properties"]["when"] = {"$ref": "#/$defs/When"}
    promotion["properties"]["params"] = {"type": "object", "title": "Parameters"}
    promotion["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": code}}, "required": ["kind"]},
            "then": {"properties": {"params": _taken_in(kind.params, f"Kind.{code}", definitions)}},
        }
        for code, kind in KINDS.items()
    ]


def _when(definitions: dict[str, Any]) -> dict[str, Any]:
    many = {"type": "array", "items": {"$ref": "#/$defs/When"}}
    joints = {"all": many, "any": many, "not": {"$ref": "#/$defs/When"}}
    assert tuple(joints) == JOINTS
    options = [_one_key(code, value, code) for code, value in joints.items()]
    for code, condition in CONDITIONS.items():
        params = _taken_in(condition.params, f"Condition.{code}", definitions)
        option = _one_key(code, params, condition.title["en"])
        option["description"] = condition.summary["en"]
        options.append(option)
    return {"title": "Conditions", "oneOf": options}


def _one_key(code: str, value: Any, title: str) -> dict[str, Any]:
    return {
        "type": "object",
        "title": title,
        "properties": {code: value},
        "required": [code],
        "additionalProperties": False,
    }


def _taken_in(model: type[BaseModel], name: str, definitions: dict[str, Any]) -> dict[str, str]:
    """Put the model's schema among the definitions under `name`, and refer to it."""
    schema = model.model_json_schema(mode="validation", by_alias=True)
    inner: Mapping[str, Any] = schema.pop("$defs", {})
    for key, definition in inner.items():
        definitions.setdefault(key, definition)
    definitions[name] = schema
    return {"$ref": f"#/$defs/{name}"}
