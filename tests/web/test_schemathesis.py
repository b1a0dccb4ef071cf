"""Requests made up from the API document: no fault of ours, no answer that is not documented."""

import os
from copy import deepcopy
from itertools import count

import pytest
import schemathesis
from django.test import override_settings
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from starlette.testclient import TestClient

from regulars.contexts.security.types import Plane
from regulars.web.api.app import build_app

LONG = os.environ.get("REGULARS_LONG") == "1"
EXAMPLES = 200 if LONG else 4
APP = build_app()
DOCUMENT = deepcopy(APP.openapi())
for _operations in DOCUMENT["paths"].values():
    for _operation in _operations.values():
        del _operation["security"]  # what happens without keys is tested apart
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
PLANES = {operation.id: operation.plane for operation in APP.operations}
ALWAYS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *("response_schema_conformance", "response_headers_conformance"),
)
REJECTED = (*ALWAYS, "negative_data_rejection")
_keys = count(1)


@pytest.fixture(scope="module")
def client(copied):
    """The API on one business for all of them, so that each finds what the others left."""
    without_limits = override_settings(
        TILL_REQUESTS_PER_S=10**9,
        MANAGE_REQUESTS_PER_S=10**9,
        UNKNOWN_MEMBERS_PER_10_MIN=10**9,
    )
    with copied(), without_limits, TestClient(build_app(), raise_server_exceptions=False) as made:
        yield made


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.label)
def test_whatever_is_sent_the_answer_is_documented_and_no_fault(operation, mode, client, world):
    name = operation.definition.raw["operationId"]
    who = world.keys["s1/1" if PLANES[name] is Plane.TILL else "manage/all"]
    named = {parameter.name for parameter in operation.path_parameters}
    real = {"member_id": str(world.member), "store": "s1", "till": "1", "number": "1"}
    checks = [CHECKS.get_one(check) for check in (ALWAYS if mode.is_positive else REJECTED)]

    @seed(20261121)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case):
        if mode.is_positive and real.keys() & named:
            # Half of the time things that there are.
            flip = next(_keys) % 2
            case.path_parameters |= {n: real[n] for n in real.keys() & named if flip}
        kwargs = case.as_transport_kwargs(base_url="http://testserver")
        headers = {**kwargs.pop("headers", {}), "Authorization": f"Bearer {who}"}
        if mode.is_positive:
            headers["Idempotency-Key"] = f"key-{next(_keys)}"
        answer = client.request(
            kwargs["method"],
            kwargs["url"],
            headers=headers,
            params=kwargs.get("params"),
            content=kwargs.get("data") if kwargs.get("json") is None else None,
            json=kwargs.get("json"),
        )
        if answer.status_code != 413 and name != "send_batch":
            case.validate_response(answer, checks=checks)
        else:  # too much at once is refused as well, and a batch answers each item by itself
            case.validate_response(answer, checks=[CHECKS.get_one(check) for check in ALWAYS])

    try:
        send()
    except Unsatisfiable:
        pytest.skip("takes nothing that could be wrong")
