"""A live API on a small business, a new copy of it for each test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient

from regulars.kit.clock import utc_now
from regulars.kit.database.lead import django_on
from regulars.kit.dsn import Access
from regulars.web.api.app import build_app
from web.caller import Caller
from web.world import CARD, World, build_world

_copies = count(1)


@pytest.fixture(scope="session")
def business(make_database: Callable[[], Access], django_db_blocker: Any) -> tuple[Access, World]:
    """A database with the business in it, to be copied and otherwise left alone."""
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        return access, build_world()


@pytest.fixture(scope="session")
def copied(
    business: tuple[Access, World],
    server_access: Access,
    drop_database: Callable[[Access], None],
    django_db_blocker: Any,
) -> Callable[[], Any]:
    """Gives a copy of the business that Django is led to, for the length of a block."""
    template, _ = business

    @contextmanager
    def copy() -> Iterator[Access]:
        name = f"{template.app.database}_copy_{next(_copies)}"
        maintenance = server_access.owner.changed(dbname="postgres")
        with psycopg.connect(maintenance.conninfo, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                    sql.Identifier(name), sql.Identifier(template.app.database)
                )
            )
        access = server_access.to_database(name)
        with django_db_blocker.unblock(), django_on(access):
            yield access
        drop_database(access)

    return copy


@pytest.fixture
def world_database(copied: Callable[[], Any]) -> Iterator[Access]:
    """A copy of the business that Django is led to."""
    with copied() as access:
        yield access


@pytest.fixture(scope="session")
def world(business: tuple[Access, World]) -> World:
    """What is known of the business."""
    return business[1]


@pytest.fixture
def api(world_database: Access, world: World) -> Iterator[Caller]:
    """The API, served."""
    with TestClient(build_app()) as client:
        yield Caller(client, world)


@pytest.fixture(scope="module")
def shared_api(copied: Callable[[], Any], world: World) -> Iterator[Caller]:
    """The same for a whole file of tests that leave nothing behind."""
    with copied(), TestClient(build_app()) as client:
        yield Caller(client, world)


@pytest.fixture
def receipt() -> Callable[..., dict[str, Any]]:
    """Makes a receipt of two lines, 200.00 in all, some minutes ago."""

    def make(card: str | None = CARD, minutes_ago: int = 1, **more: Any) -> dict:
        moment = utc_now() - timedelta(minutes=minutes_ago)
        body = {
            "occurred_at": moment.isoformat(),
            "lines": [
                {"id": "1", "sku": "milk", "quantity": 2, "price_minor": 5000},
                {"id": "2", "sku": "cheese", "quantity": "0.5", "price_minor": 20000},
            ],
        }
        if card is not None:
            body["member"] = {"card": card}
        return body | more

    return make
