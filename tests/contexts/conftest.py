"""People and races for the tests of every context."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from regulars.contexts.security.access import ROLE_PERMISSIONS
from regulars.contexts.security.types import Actor, Role


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def later(now: datetime) -> Callable[..., datetime]:
    return lambda **length: now + timedelta(**length)


@pytest.fixture
def person() -> Callable[[int, Role], Actor]:
    """Makes a person who acts in a role; no account is needed for it."""

    def make(number: int, role: Role) -> Actor:
        staff_id = UUID(int=number)
        return Actor("staff", str(staff_id), staff_id, ROLE_PERMISSIONS[role])

    return make


@pytest.fixture
def author(person) -> Actor:
    return person(1, Role.MARKETER)


@pytest.fixture
def approver(person) -> Actor:
    return person(2, Role.OWNER)


@pytest.fixture
def cashier(person) -> Actor:
    return person(3, Role.CASHIER)


@pytest.fixture
def at_once() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Runs all at the same instant, a thread each; gives results or exceptions in their order."""

    def run(works: list[Callable[[], Any]]) -> list[Any]:
        barrier = threading.Barrier(len(works))

        def one(work: Callable[[], Any]) -> Any:
            try:
                barrier.wait()
                return work()
            except Exception as failure:
                return failure
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(works)) as threads:
            return list(threads.map(one, works))

    return run
