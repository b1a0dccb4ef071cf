"""A million coupon codes: generated and stored, against COPY of ready rows into the same table."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import django
import psycopg

from bench.report import Figure, Options, middle
from regulars.kit.database.attach import attachment, publish
from regulars.kit.dsn import Access
from regulars.kit.migrate import migrate

TITLE = "Coupon codes, generated and stored"
COUNT = 1_000_000
SECONDS_MAX = 20.0
PATTERN = "SPRING-?????-????"
_COLUMNS = "code, batch, uses_max, until, issued_at"
_CHUNK = 1 << 20


def run(options: Options) -> list[Figure]:
    """Rounds by turns, each into an empty table: ours, then the very same rows ready in memory."""
    count = COUNT if options.seconds >= 5 else COUNT // 100
    ours, plain = [], []
    with _fresh_database() as access:
        _prepare()
        for _ in range(options.rounds):
            ours.append(_generated(access, count))
            rows = _rows(access)
            plain.append(_copied(access, rows))
        drawn = middle([_drawn(count) for _ in range(options.rounds)])
    seconds, reference = middle(ours), middle(plain)
    return [
        Figure(
            name=f"{count:,} codes, s",
            product=f"{seconds:.1f}",
            reference=f"COPY of ready rows {reference:.1f}",
            ratio=seconds / reference,
            target=f"≤ {SECONDS_MAX:.0f} for {COUNT:,}",
            holds=seconds <= SECONDS_MAX if count == COUNT else None,
            remark=f"{PATTERN}; drawing them alone {drawn:.1f} s",
        ),
        Figure(name="codes per second", product=f"{count / seconds:,.0f}"),
    ]


@contextmanager
def _fresh_database() -> Iterator[Access]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-coupons-", dir="/tmp"))
    folder.chmod(0o711)
    os.environ["REGULARS_HOME"] = str(folder)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "regulars.project.settings")
    os.environ.pop("REGULARS_DATABASE_FSYNC", None)
    os.environ.pop("DATABASE_URL", None)
    try:
        with attachment(folder) as held:
            publish(held.access)
            django.setup()
            migrate(held.access.owner)
            yield held.access
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepare() -> None:
    """A programme with a promotion that coupons switch on, and a batch of it."""
    from regulars.contexts.programme.usecases import (
        approve_version,
        draft_version,
        publish_version,
    )
    from regulars.contexts.rewards.types import BatchTerms
    from regulars.contexts.rewards.usecases.coupon_batches import create_batch
    from regulars.contexts.security.access import ROLE_PERMISSIONS
    from regulars.contexts.security.types import Actor, Role
    from regulars.kit.transactions import in_transaction

    now = datetime.now(UTC)
    one, by = (
        Actor("staff", str(UUID(int=n)), UUID(int=n), ROLE_PERMISSIONS[Role.OWNER]) for n in (1, 2)
    )

    def work() -> None:
        number = draft_version(_document(), now=now, by=one).number
        approve_version(number, now=now, by=by)
        since = now - timedelta(days=1)
        publish_version(number, since, backdated=True, has_sales=False, now=now, by=by)

    in_transaction(work)
    terms = BatchTerms(title="Bench", promotion="letter")
    in_transaction(lambda: create_batch("bench", terms, pattern=PATTERN, now=now, by=by))


def _document() -> dict[str, object]:
    letter = {"id": "letter", "title": "Letter", "kind": "percent", "params": {"percent": 10}}
    return {
        "format": 1,
        "code": "bench",
        "title": "Bench",
        "time_zone": "Europe/Moscow",
        "money": "RUB",
        "language": "en",
        "currencies": {"points": {"title": "Points"}},
        "promotions": [{**letter, "trigger": {"kind": "coupon"}}],
    }


def _generated(access: Access, count: int) -> float:
    from regulars.contexts.rewards.usecases.coupon_batches import generate_codes
    from regulars.contexts.security.types import system_actor
    from regulars.kit.transactions import in_transaction

    _empty(access)
    begun = time.perf_counter()
    now, by = datetime.now(UTC), system_actor("bench")
    in_transaction(lambda: generate_codes("bench", count, now=now, by=by))
    seconds = time.perf_counter() - begun
    with psycopg.connect(access.owner.conninfo) as connection:
        found = connection.execute("SELECT count(DISTINCT code) FROM rewards_coupon").fetchone()
    assert found == (count,), found
    return seconds


def _rows(access: Access) -> list[bytes]:
    """What is in the table now, as COPY writes it."""
    with psycopg.connect(access.owner.conninfo) as connection, connection.cursor() as cursor:
        told = f"COPY (SELECT {_COLUMNS} FROM rewards_coupon ORDER BY ctid) TO STDOUT"
        with cursor.copy(told) as copy:
            whole = b"".join(bytes(part) for part in copy)
    return [whole[i : i + _CHUNK] for i in range(0, len(whole), _CHUNK)]


def _copied(access: Access, rows: list[bytes]) -> float:
    _empty(access)
    with psycopg.connect(access.app.conninfo) as connection:
        begun = time.perf_counter()
        told = f"COPY rewards_coupon ({_COLUMNS}) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(told) as copy:
            for part in rows:
                copy.write(part)
        connection.commit()
        return time.perf_counter() - begun


def _drawn(count: int) -> float:
    from regulars.core.rewards.patterns import bytes_for, codes_from, read_pattern

    pattern = read_pattern(PATTERN)
    begun = time.perf_counter()
    codes_from(pattern, os.urandom(bytes_for(pattern, count)))
    return time.perf_counter() - begun


def _empty(access: Access) -> None:
    with psycopg.connect(access.owner.conninfo, autocommit=True) as connection:
        connection.execute("TRUNCATE rewards_coupon")
        connection.execute("UPDATE rewards_coupon_batch SET made = 0")
        connection.execute("CHECKPOINT")
