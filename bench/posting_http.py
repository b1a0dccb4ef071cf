"""The same commits over HTTP: one server process, a client process with 16 kept connections."""

import asyncio
import gc
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psutil

from bench import yardstick
from bench.ground import ground, member_id
from bench.programme import receipt
from bench.report import Figure, Options, middle, percentile
from regulars.kit.dsn import Access

TITLE = "Posting over HTTP: the same commits, 16 kept connections, one server process"
CONNECTIONS = 16
RATIO_MIN = 0.6
P99_MS_MAX = 50.0


def run(options: Options) -> list[Figure]:
    """Product and yardstick by turns on one server; medians."""
    with ground(options.members, options.home) as (access, _):
        yardstick.prepare(access, options.scale)
        references, products = [], []
        with served() as (port, keys, server):
            for number in range(options.rounds):
                references.append(yardstick.run(access, options.seconds))
                products.append(_product(options, access, number, port, keys, server))
    return _figures(references, products)


@contextmanager
def served() -> Iterator[tuple[int, list[str], psutil.Process]]:
    """A web server on the database that has been published, as `regulars up` starts it."""
    from bench.tills import open_tills

    keys = open_tills(CONNECTIONS)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = os.environ | {"REGULARS_TILL_REQUESTS_PER_S": "1000000"}
    command = [sys.executable, "-m", "regulars.project.web_process", "127.0.0.1", str(port), "1"]
    process = subprocess.Popen(command, env=environment)
    try:
        wait_for(port, process)
        yield port, keys, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wait_for(port: int, process: subprocess.Popen) -> None:
    """Return once something listens on the port."""
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("the server did not start") from None
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def _figures(references: list[yardstick.Run], products: list[dict[str, float]]) -> list[Figure]:
    reference = middle([r.per_second for r in references])

    def of(field: str) -> float:
        return middle([product[field] for product in products])

    ratio = of("per_second") / reference
    database = middle([r.server_ms for r in references])
    client = middle([r.client_ms for r in references])
    return [
        Figure(
            "sales per second", f"{of('per_second'):,.0f}", f"{reference:,.0f} tps",
            ratio, str(RATIO_MIN), ratio >= RATIO_MIN,
        ),
        Figure("p50 ms", f"{of('p50_ms'):.1f}"),
        Figure("p99 ms", f"{of('p99_ms'):.1f}", target=f"{P99_MS_MAX:.0f}", holds=of("p99_ms") <= P99_MS_MAX),
        Figure("client CPU ms per operation", f"{of('client_ms'):.3f}", f"{client:.3f}"),
        Figure("web server CPU ms per operation", f"{of('web_ms'):.3f}"),
        Figure("database CPU ms per operation", f"{of('database_ms'):.3f}", f"{database:.3f}"),
    ]  # fmt: skip


def _product(
    options: Options,
    access: Access,
    number: int,
    port: int,
    keys: list[str],
    server: psutil.Process,
) -> dict[str, float]:
    arguments = {
        "seconds": options.seconds,
        "seed": number,
        "members": options.members,
        "port": port,
        "keys": keys,
    }
    database, web = yardstick.server_cpu_s(access), _family_cpu_s(server)
    done = subprocess.run(
        [sys.executable, "-m", "bench.posting_http"],
        input=json.dumps(arguments), check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    told["database_ms"] = (yardstick.server_cpu_s(access) - database) * 1000 / told["count"]
    told["web_ms"] = (_family_cpu_s(server) - web) * 1000 / told["count"]
    return told


def _family_cpu_s(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


async def measure(
    seconds: float, seed: int, members: int, port: int, keys: list[str]
) -> dict[str, float]:
    """Keep one commit in flight on each of the connections for so long."""
    rng = random.Random(seed)
    most = int(seconds * 6000 / len(keys)) + 200
    requests = [[_request(rng, members, key) for _ in range(most)] for key in keys]
    gc.collect()
    gc.freeze()
    took: list[float] = []
    ready = asyncio.Barrier(len(keys))

    async def till(mine: list[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in mine[:20]:
            await _ask(reader, writer, request)
        await ready.wait()
        until = time.perf_counter() + seconds
        for request in mine[20:]:
            began = time.perf_counter()
            if began > until:
                break
            await _ask(reader, writer, request)
            took.append(time.perf_counter() - began)
        writer.close()

    cpu, began = time.process_time(), time.perf_counter()
    await asyncio.gather(*map(till, requests))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - began
    return {
        "count": len(took) + 20 * len(keys),
        "per_second": len(took) / min(wall, seconds),
        "p50_ms": percentile(took, 0.5) * 1000,
        "p99_ms": percentile(took, 0.99) * 1000,
        "client_ms": cpu * 1000 / len(took),
    }


async def _ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> None:
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 201"):
        raise RuntimeError(head + await reader.read(2000))
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))


def _request(rng: random.Random, members: int, key: str) -> bytes:
    number = uuid4().hex
    sold = receipt(rng, number, datetime.now(UTC) - timedelta(minutes=5))
    body = json.dumps(
        {
            "member": {"id": str(member_id(rng.randrange(members)))},
            "occurred_at": sold.occurred_at.isoformat(),
            "lines": [
                {
                    "id": line.id,
                    "sku": line.sku,
                    "quantity": f"{line.quantity / 1000:.3f}",
                    "price_minor": line.price_minor,
                    "amount_minor": line.amount_minor,
                    "category": list(line.category),
                    "brand": line.brand,
                }
                for line in sold.lines
            ],
        }
    ).encode()
    head = (
        f"PUT /till/v1/receipts/{number} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n"
        f"Idempotency-Key: {number}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


if __name__ == "__main__":
    import uvloop

    print(json.dumps(uvloop.run(measure(**json.load(sys.stdin)))))
