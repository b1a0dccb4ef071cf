"""The ground of the till benches: a server of our own, 500,000 members, books partly filled."""

import asyncio
import json
import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import django
import psycopg

from bench.programme import document
from regulars.kit.database.attach import attachment, publish
from regulars.kit.dsn import Access
from regulars.kit.migrate import migrate

_OPENED = 10  # every tenth member has points already


def member_id(number: int) -> UUID:
    """The id of the `number`-th member: a UUIDv7 as enrolment would have made it."""
    moment = 1_700_000_000_000 + number * 40
    return UUID(
        int=(moment << 80)
        | (0x7 << 76)
        | (0b10 << 62)
        | (number * 0x9E3779B97F4A7C15 & (1 << 62) - 1)
    )


@contextmanager
def ground(members: int, home: str) -> Iterator[tuple[Access, Path]]:
    """The ways into a database filled in the folder `home`, whoever filled it, and the folder."""
    folder = Path(home)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    os.environ["REGULARS_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")
    os.environ.pop("REGULARS_DATABASE_FSYNC", None)
    os.environ.pop("DATABASE_URL", None)
    with attachment(folder) as held:
        publish(held.access)
        django.setup()
        migrate(held.access.owner)
        _fill(held.access, members)
        yield held.access, folder


def _fill(access: Access, members: int) -> None:
    with psycopg.connect(access.owner.conninfo) as connection:
        if connection.execute("SELECT 1 FROM members_member LIMIT 1").fetchone():
            return
        _publish_programme(connection)
        enrol(connection, range(members))
    from bench.opening import fill_books

    asyncio.run(fill_books(access, range(0, members, _OPENED)))
    with psycopg.connect(access.owner.conninfo, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _publish_programme(connection: psycopg.Connection) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    connection.execute(
        "INSERT INTO programme_version (number, code, title, document, digest, status, author,"
        " editors, created_at, changed_at, approved_by, approved_at)"
        " VALUES (1, 'bench', '{\"en\": \"Bench\"}', %s, 'bench', 'approved', 'a', '{}', %s, %s, 'b', %s)",
        [json.dumps(document()), long_ago, long_ago, long_ago],
    )
    connection.execute(
        "INSERT INTO programme_publication (id, version_id, live_from, revision, published_by,"
        " published_at) VALUES (%s, 1, %s, 1, 'b', %s)",
        [UUID(int=1), long_ago, long_ago],
    )
    connection.execute(
        "INSERT INTO programme_timeline (id, revision) VALUES (1, 1)"
        " ON CONFLICT (id) DO UPDATE SET revision = 1"
    )


def enrol(connection: psycopg.Connection, numbers: range) -> None:
    """Members of these numbers, each with a card."""
    from regulars.core.ledger.accounts import bucket_of

    rng = random.Random(2 + numbers.start)
    opened = datetime(2024, 1, 1, tzinfo=UTC)
    tags = ([], [], [], ["vip"], ["parents", "town"])
    copy = "COPY members_member (bucket, id, enrolled_at, language, tags) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy) as out:
        for number in numbers:
            member = member_id(number)
            enrolled = opened + timedelta(minutes=2 * number)
            out.write_row((bucket_of(member), member, enrolled, "ru", rng.choice(tags)))
    copy = "COPY members_identifier (kind, value, bucket, member_id, since) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(copy) as out:
        for number in numbers:
            member = member_id(number)
            out.write_row(("card", card(number), bucket_of(member), member, opened))


def card(number: int) -> str:
    """The card of the `number`-th member."""
    return f"77{number:010d}"
