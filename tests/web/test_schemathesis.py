"""Requests made up from the API document: no fault of ours, no answer that is not documented."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi import checks as openapi_checks

from regulars.web.api.app import build_app

LONG = os.environ.get("REGULARS_LONG") == "1"
EXAMPLES = 300 if LONG else 6
SCHEMA = schemathesis.openapi.from_dict(build_app().openapi())
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
print(CHECKS.get_all_names())
