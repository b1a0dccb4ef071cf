"""Documents for the tests of the programme."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def document() -> Callable[..., dict[str, Any]]:
    """Makes a small sound document; parts of it may be replaced."""

    def make(**parts: Any) -> dict[str, Any]:
        return {
            "format": 1,
            "code": "corner_shop",
            "title": {"en": "Corner shop", "ru": "Лавка на углу"},
            "time_zone": "Europe/Moscow",
            "money": "RUB",
            "language": "ru",
            "currencies": {"points": {"title": {"en": "Points", "ru": "Баллы"}}},
        } | parts

    return make
