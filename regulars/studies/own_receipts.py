"""The histories of our own members laid out for simulations: one snapshot, streamed member by member."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID
from zlib import crc32

from django.db import connection, transaction

from regulars.analytics.simulation.parts import Parts, part_name, temporary_folder, write_items
from regulars.contexts.till.queries.histories import (
    Extent,
    RawChain,
    read_extent,
    read_ties,
    stream_chains,
)
from regulars.core.calendar import micros
from regulars.core.programme.document import Programme
from regulars.core.programme.texts import text_in
from regulars.studies.simulation import LAYING, NothingToSimulate, Prepared
from regulars.studies.work import Advance

PART_ENTRIES = 5_000
_PARTS_MAX = 512
_BUFFERED = 2_000  # families laid aside before they are written


@contextmanager
def prepared_own(
    programme: Programme, language: str, advance: Advance, *, part_entries: int = PART_ENTRIES
) -> Iterator[Prepared]:
    """The books as they are now, in temporary files that go at the end; Django's ORM reaches them.

    `programme` says the money and the zone of its first candidate. Nothing is written to the
    database and nothing locked. Raises NothingToSimulate, and what `advance` raises.
    """
    with temporary_folder() as folder:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            extent = read_extent()
            if extent.first is None or extent.last is None:
                raise NothingToSimulate
            parts = _lay(folder, extent, advance, part_entries)
        name = text_in(programme.title, language)
        yield Prepared(name, parts, programme.zone, programme.money_scale)


def _lay(folder: Path, extent: Extent, advance: Advance, part_entries: int) -> Parts:
    count = min(_PARTS_MAX, max(1, -(-extent.entries // part_entries)))
    for part in range(count):
        (folder / part_name(part)).touch()
    ties = read_ties()
    sizes = [0] * count
    buffers: dict[int, list[list[RawChain]]] = defaultdict(list)
    families: dict[UUID, list[RawChain]] = defaultdict(list)
    done = waiting = 0
    for chain in stream_chains():
        done += len(chain.rows)
        advance(LAYING, min(done, extent.entries), extent.entries)
        if chain.member is not None and chain.member.id in ties:
            families[ties[chain.member.id]].append(chain)
            continue
        part = _part_of(chain, count)
        sizes[part] += len(chain.rows)
        buffers[part].append([chain])
        waiting += 1
        if waiting >= _BUFFERED:
            _write(folder, buffers)
            waiting = 0
    for stands, chains in families.items():
        part = crc32(stands.bytes) % count
        sizes[part] += sum(len(chain.rows) for chain in chains)
        buffers[part].append(chains)
    _write(folder, buffers)
    names = tuple(part_name(part) for part in range(count))
    first, last = (0 if at is None else micros(at) for at in (extent.first, extent.last))
    return Parts(folder, "chains", names, tuple(sizes), first, last)


def _part_of(chain: RawChain, count: int) -> int:
    name = chain.rows[0][0] if chain.member is None else chain.member.id
    return crc32(name.bytes) % count


def _write(folder: Path, buffers: dict[int, list[list[RawChain]]]) -> None:
    for part, families in buffers.items():
        write_items(folder, part, families)
    buffers.clear()
