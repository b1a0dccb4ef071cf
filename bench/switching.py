"""Put the bench's programme with fifty promotions in force and out of it again, and make coupons for it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg

from bench.programme import document
from bench.promoted import BUDGET, SHOWN, SOLD, promotions
from regulars.kit.dsn import Access

_VERSION = 2
_LIVE_FROM = datetime(2021, 1, 1, tzinfo=UTC)


def prepare(access: Access) -> None:
    """Make the second version where it is not there yet."""
    promoted = document() | {"promotions": promotions(*SOLD), "budgets": [BUDGET]}
    with psycopg.connect(access.owner.conninfo) as connection:
        connection.execute(
            "INSERT INTO programme_version (number, code, title, document, digest, status, author,"
            " editors, created_at, changed_at, approved_by, approved_at)"
            " VALUES (%(n)s, 'bench', '{\"en\": \"Bench\"}', %(document)s, 'bench', 'approved', 'a', '{}', %(at)s,"
            " %(at)s, 'b', %(at)s) ON CONFLICT DO NOTHING",
            {"n": _VERSION, "document": json.dumps(promoted), "at": _LIVE_FROM},
        )


@contextmanager
def promotions_on(access: Access) -> Iterator[None]:
    """For the length of the block the version with promotions is in force."""
    publication = uuid4()
    with psycopg.connect(access.owner.conninfo) as connection:
        connection.execute("UPDATE programme_timeline SET revision = revision + 1")
        connection.execute(
            "INSERT INTO programme_publication (id, version_id, live_from, revision, published_by,"
            " published_at) SELECT %s, %s, %s, revision, 'b', now() FROM programme_timeline",
            [publication, _VERSION, _LIVE_FROM],
        )
    try:
        yield
    finally:
        with psycopg.connect(access.owner.conninfo) as connection:
            connection.execute("UPDATE programme_timeline SET revision = revision + 1")
            connection.execute(
                "UPDATE programme_publication SET withdrawn_by = 'b', withdrawn_at = now()"
                " WHERE id = %s",
                [publication],
            )


def add_coupons(access: Access, most: int) -> str:
    """Make so many coupons of one use; what their codes begin with (a number follows, from 0)."""
    start = f"B{uuid4().hex[:8].upper()}N"
    with psycopg.connect(access.owner.conninfo, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO rewards_coupon_batch (code, title, promotion, kind, uses_max, bound,"
            " transferable, status, created_at, created_by, changed_at)"
            " VALUES (%s, 'Bench', %s, 'imported', 1, false, true, 'open', now(), 'b', now())",
            [start, SHOWN],
        )
        connection.execute(
            "INSERT INTO rewards_coupon (code, batch, uses_max, issued_at)"
            " SELECT %s::text || n, %s, 1, now() FROM generate_series(0, %s) AS n",
            [start, start, most],
        )
        connection.execute("VACUUM ANALYZE rewards_coupon")
        connection.execute("CHECKPOINT")
    return start
