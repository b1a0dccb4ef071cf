"""Log lines say what happened and where, and never whose."""

import json
import logging

import pytest

from regulars.kit.logging import JsonLines, PlainLines


def record_of(failure, **extra):
    return logging.makeLogRecord(
        {
            "name": "regulars.test",
            "levelno": logging.ERROR,
            "levelname": "ERROR",
            "msg": "could not save %s rows",
            "args": (3,),
            "exc_info": (type(failure), failure, failure.__traceback__),
            **extra,
        }
    )


@pytest.fixture
def failure():
    try:
        raise ValueError("duplicate key: phone=+79123456789")
    except ValueError as raised:
        return raised


@pytest.mark.parametrize("formatter", [JsonLines(), PlainLines()])
def test_a_failure_is_told_without_the_values_in_its_text(formatter, failure):
    line = formatter.format(record_of(failure))
    assert "79123456789" not in line
    assert "ValueError" in line
    assert "test_logging.py" in line
    assert "could not save 3 rows" in line


def test_json_lines_carry_extra_fields(failure):
    line = json.loads(JsonLines().format(record_of(failure, rows=3)))
    assert line["rows"] == 3
    assert line["level"] == "error"
    assert line["at"].endswith("+00:00")
