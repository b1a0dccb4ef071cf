"""A live API on a small business, a new copy of it for each test."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from psycopg import sql
from starlette.testclient import TestClient
from web.caller import Caller
from web.world import World, build_world

from regulars.kit.clock import utc_now
from regulars.kit.database.lead import django_on
from regulars.kit.dsn import Access
from regulars.web.api.app import build_app

_copies = count(1)


@pytest.fixture(scope="session")
def business(make_database: Callable[[], Access], django_db_blocker: Any) -> tuple[Access, World]:
    """A database with the business in it, to be copied and otherwise left alone."""
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        return access, build_world()


@pytest.fixture
def world_database(
    business: tuple[Access, World],
    server_access: Access,
    drop_database: Callable[[Access], None],
    django_db_blocker: Any,
) -> Iterator[Access]:
    """A copy of the business that Django is led to."""
    template, _ = business
    name = f"{template.app.database}_copy_{next(_copies)}"
    maintenance = server_access.owner.changed(dbname="postgres")
    with psycopg.connect(maintenance.conninfo, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template.app.database)
            )
        )
    access = server_access.to_database(name)
    with django_db_blocker.unblock(), django_on(access):
        yield access
    drop_database(access)


@pytest.fixture
def world(business: tuple[Access, World]) -> World:
    """What is known of the business."""
    return business[1]


@pytest.fixture
def api(world_database: Access, world: World) -> Iterator[Caller]:
    """The API, served."""
    with TestClient(build_app()) as client:
        yield Caller(client, world)


@pytest.fixture
def receipt() -> Callable[..., dict[str, Any]]:
    """Makes a receipt of two lines, 200.00 in all, some minutes ago."""

    def make(card: str | None = "2000000000015", minutes_ago: int = 1, **more: Any) -> dict:
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
