"""The JSON Schema of the document agrees with the parser."""

import copy
from typing import Any

import jsonschema
import pytest
from engine_cases import BASE, programmes, rule
from hypothesis import given
from seed import examples

from regulars.core.earning.catalogue import MECHANICS
from regulars.core.programme.document import Programme, to_mapping
from regulars.core.programme.schema import json_schema
from regulars.core.when.catalogue import CONDITIONS
from regulars.kit.documents import load_yaml
from regulars.programmes.catalogue import list_programmes, load

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", list_programmes())
def test_ready_programmes_fit(name: str) -> None:
    VALIDATOR.validate(load_yaml(load(name)))


@examples(50)
@given(programmes())
def test_what_is_written_fits(document: Programme) -> None:
    VALIDATOR.validate(to_mapping(document))
    VALIDATOR.validate(to_mapping(document, full=True))


def test_params_of_every_mechanic_and_condition_are_in_it() -> None:
    definitions = SCHEMA["$defs"]
    assert {f"Mechanic.{code}" for code in MECHANICS} <= definitions.keys()
    assert {f"Condition.{code}" for code in CONDITIONS} <= definitions.keys()


def test_every_reference_is_resolved() -> None:
    wanted: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                wanted.add(value["$ref"].removeprefix("#/$defs/"))
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(SCHEMA)
    assert wanted == SCHEMA["$defs"].keys()


@pytest.mark.parametrize(
    "changes",
    [
        {"surprise": 1},
        {"format": 2},
        {"currencies": {}},
        {"earning": [rule("a", "magic")]},
        {"earning": [rule("a", params={"points": 1})]},
        {"earning": [rule("a", params={"points": 0, "per": 10})]},
        {"earning": [rule("a", params={"points": 1, "per": 10, "surprise": 1})]},
        {"earning": [rule("a", when={"tyer": {}})]},
        {"earning": [rule("a", when={"all": [{"hours": {"from": "8:00", "to": "09:00"}}]})]},
    ],
)
def test_what_makes_no_sense_does_not_fit(changes: dict[str, Any]) -> None:
    document = copy.deepcopy(BASE) | changes
    assert not VALIDATOR.is_valid(document)
