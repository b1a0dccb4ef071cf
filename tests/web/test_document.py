"""The OpenAPI document: committed, current, whole; its examples do what they say."""

import json
import os
import re
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from regulars.contexts.security.types import Plane
from regulars.kit.clock import utc_now
from regulars.web.api.app import build_app
from regulars.web.api.till import examples

SNAPSHOT = Path(__file__).parent / "openapi.json"
METHODS = {"get", "put", "post", "patch", "delete"}
APP = build_app()
# What the examples rest on is made first; what undoes it, last.
FIRST = (
    *("commit_receipt", "create_reward", "launch_reward", "draft_programme_version"),
    *("create_card_range", "open_till", "adjust_points"),
)
LAST = ("return_lines", "block_member", "unblock_member")


def document():
    return json.loads(json.dumps(APP.openapi()))


def test_the_committed_document_is_current():
    """Run with REGULARS_WRITE_SNAPSHOT=1 to commit a change of the API."""
    text = json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("REGULARS_WRITE_SNAPSHOT") == "1":
        SNAPSHOT.write_text(text)
    assert SNAPSHOT.read_text() == text


def test_every_operation_is_documented_wholly():
    found = document()
    assert found["openapi"].startswith("3.1")
    ids = set()
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            assert method in METHODS
            ids.add(operation["operationId"])
            assert operation["summary"], path
            assert operation["tags"], path
            (security,) = operation["security"]
            plane = path.split("/")[1]
            assert security == {f"{plane}Key": []}
            assert operation["x-permissions"], path
            assert {"401", "403", "422", "429", "500", "503"} <= operation["responses"].keys()
    assert ids == {operation.id for operation in APP.operations}
    assert len(ids) == len(APP.operations), "an operation id stands twice"


def test_every_schema_has_a_name_of_its_own():
    # Two classes of one name would get the paths of their modules for names.
    assert not [name for name in document()["components"]["schemas"] if "__" in name]


def test_every_reference_of_the_document_leads_somewhere():
    found = document()

    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                yield value["$ref"]
            for part in value.values():
                yield from walk(part)
        elif isinstance(value, list):
            for part in value:
                yield from walk(part)

    for reference in walk(found):
        place = found
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def in_order(operations):
    def rank(operation):
        if operation.id in FIRST:
            return FIRST.index(operation.id)
        return 2000 + LAST.index(operation.id) if operation.id in LAST else 1000

    return sorted(operations, key=rank)


def at_these_times(body):
    """The example with its moments moved to the present: the programme refuses old receipts."""
    moved = deepcopy(body)

    def move(value):
        if isinstance(value, dict):
            for name, part in value.items():
                if name == "occurred_at":
                    value[name] = (utc_now() - timedelta(minutes=5)).isoformat()
                else:
                    move(part)
        elif isinstance(value, list):
            for part in value:
                move(part)

    move(moved)
    return moved


@pytest.mark.parametrize("plane", [Plane.MANAGE, Plane.TILL])
def test_every_example_of_the_document_does_what_it_says(api, world, plane):
    who = {Plane.TILL: "s1/1", Plane.MANAGE: "manage/all"}
    if plane is Plane.TILL:
        offer_a_mug(api)
    pay_in(api)
    done = 0
    for operation in in_order(APP.operations):
        if operation.plane is not plane:
            continue
        answers = TypeAdapter(route_of(operation).response_model)
        sent = {}
        for example in operation.examples:
            path = re.sub(r"\{(\w+)\}", lambda m, e=example: e.path[m[1]], operation.path)
            path = path.replace(examples.MEMBER_ID, str(world.member))
            body, key = at_these_times(example.body), f"{operation.id}/{done}"
            if operation.effect == "by_number":
                # The same number again is the same request again, moments and key included.
                body, key = sent.setdefault(path, body), path
            answer = api(
                who[plane], operation.method, path, body, params=dict(example.query), key=key
            )
            assert answer.status_code == example.status, (operation.id, example.says, answer.text)
            if answer.status_code < 300 and answer.content:
                answers.validate_json(answer.content)
            done += 1
    assert done > 15


def route_of(operation):
    return next(
        route
        for route in APP.router.routes
        if getattr(route, "operation", None) is not None and route.operation.id == operation.id
    )


def offer_a_mug(api):
    body = {
        "code": "mug",
        "title": {"en": "Mug", "ru": "Кружка"},
        "currency": "points",
        "price_minor": 5,
    }
    assert api("manage/all", "POST", "/manage/v1/rewards", body).status_code == 201
    assert api("manage/all", "POST", "/manage/v1/rewards/mug/launch").status_code == 200


def pay_in(api):
    body = {"currency": "points", "amount": 500, "reason": "opening balance"}
    path = f"/manage/v1/members/{api.world.member}/adjustments"
    assert api("manage/all", "POST", path, body).status_code == 201
