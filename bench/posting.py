"""Commit of a 5-line receipt under a 20-rule programme, 64 in flight, against pgbench TPC-B."""

import asyncio
import gc
import json
import os
import random
import subprocess
import sys
import time
from datetime import timedelta
from uuid import uuid4

from bench import switching, yardstick
from bench.ground import ground, member_id
from bench.programme import receipt
from bench.report import Figure, Options, middle, percentile
from regulars.kit.dsn import Access

TITLE = "Posting: commit of a 5-line receipt under 20 rules, through the till use case"
IN_FLIGHT = 64
RATIO_MIN = 2.0
HOT_PER_S_MIN = 1000
PROMOTED_MIN = 0.7
_MOST_PER_S = 12_000
_WARMING = 300


def run(options: Options) -> list[Figure]:
    """Product and yardstick by turns on one server; medians."""
    with ground(options.members, options.home) as (access, _):
        yardstick.prepare(access, options.scale)
        switching.prepare(access)
        references, products, hot, promoted = [], [], [], []
        for number in range(options.rounds):
            references.append(yardstick.run(access, options.seconds))
            products.append(_product(options, access, number, spread=options.members))
            hot.append(_product(options, access, number, spread=1))
            with switching.promotions_on(access):
                promoted.append(
                    _product(options, access, number, spread=options.members, coupons=True)
                )
    return [*_figures(references, products), _hot(references, hot), *_promoted(products, promoted)]


def _figures(references: list[yardstick.Run], products: list[yardstick.Run]) -> list[Figure]:
    reference = middle([r.per_second for r in references])
    product = middle([r.per_second for r in products])
    return [
        Figure(
            "sales per second", f"{product:,.0f}", f"{reference:,.0f} tps",
            product / reference, str(RATIO_MIN), product >= RATIO_MIN * reference,
        ),
        _all_cpu(products, references),
        _pair("p50 ms", "p50_ms", products, references),
        _pair("p99 ms", "p99_ms", products, references),
        _pair("client CPU ms per operation", "client_ms", products, references),
        _pair("server CPU ms per operation", "server_ms", products, references),
    ]  # fmt: skip


def _all_cpu(products: list[yardstick.Run], references: list[yardstick.Run]) -> Figure:
    """CPU of client and server together: a ratio that a busy machine disturbs less."""
    product = middle([r.client_ms + r.server_ms for r in products])
    reference = middle([r.client_ms + r.server_ms for r in references])
    return Figure(
        "CPU ms per operation, client and server", f"{product:.3f}", f"{reference:.3f}",
        reference / product,
    )  # fmt: skip


def _hot(references: list[yardstick.Run], hot: list[yardstick.Run]) -> Figure:
    reference = middle([r.per_second for r in references])
    product = middle([r.per_second for r in hot])
    return Figure(
        "sales per second, all of one member", f"{product:,.0f}", f"{reference:,.0f} tps",
        product / reference, f"{HOT_PER_S_MIN:,}/s", product >= HOT_PER_S_MIN,
    )  # fmt: skip


def _promoted(products: list[yardstick.Run], promoted: list[yardstick.Run]) -> list[Figure]:
    """Fifty promotions and a coupon shown with every receipt, against the same sales without."""
    plain = middle([r.per_second for r in products])
    with_them = middle([r.per_second for r in promoted])
    cpu = [middle([r.client_ms + r.server_ms for r in runs]) for runs in (products, promoted)]
    return [
        Figure(
            "sales per second, 50 promotions and a coupon each", f"{with_them:,.0f}",
            f"{plain:,.0f} without", with_them / plain, str(PROMOTED_MIN),
            with_them >= PROMOTED_MIN * plain,
        ),
        Figure(
            "CPU ms of one of these, client and server", f"{cpu[1]:.3f}", f"{cpu[0]:.3f}",
            cpu[0] / cpu[1],
        ),
        _pair("client CPU ms of one of these", "client_ms", promoted, products),
        _pair("server CPU ms of one of these", "server_ms", promoted, products),
        _pair("p99 ms of one of these", "p99_ms", promoted, products),
    ]  # fmt: skip


def _pair(
    name: str, field: str, products: list[yardstick.Run], references: list[yardstick.Run]
) -> Figure:
    product = middle([getattr(r, field) for r in products])
    reference = middle([getattr(r, field) for r in references]) if references else None
    shown = "" if reference is None else f"{reference:.3f}"
    return Figure(name, f"{product:.3f}", shown)


def _product(
    options: Options, access: Access, number: int, *, spread: int, coupons: bool = False
) -> yardstick.Run:
    """One run in a process of its own, as a till server would be; with a coupon each, if wanted."""
    codes = switching.add_coupons(access, _most(options.seconds)) if coupons else ""
    before = yardstick.server_cpu_s(access)
    arguments = {
        "seconds": options.seconds,
        "seed": number,
        "spread": spread,
        "members": options.members,
        "codes": codes,
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench.posting", json.dumps(arguments)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(done.stdout.splitlines()[-1])
    server_ms = (yardstick.server_cpu_s(access) - before) * 1000 / told["count"]
    return yardstick.Run(
        told["per_second"], told["p50_ms"], told["p99_ms"], told["client_ms"], server_ms
    )


def _most(seconds: float) -> int:
    """More commits than so many seconds can see."""
    return int(seconds * _MOST_PER_S) + 1000


async def measure(
    seconds: float, seed: int, spread: int, members: int, codes: str
) -> dict[str, float]:
    """Keep 64 commits in flight for so long, with receipts of `spread` members.

    `codes` is what the codes of the coupons begin with that are shown, one with each receipt.
    """
    from regulars.contexts.security.types import system_actor
    from regulars.contexts.till.usecases.desk import open_desk
    from regulars.contexts.till.usecases.sales import commit_sale
    from regulars.kit.clock import utc_now
    from regulars.kit.database.attach import published

    access = published()
    assert access is not None
    desk = await open_desk(access.app, secret=b"s" * 32, clock=utc_now)
    by = system_actor("bench")
    commands = iter(_commands(seed, spread, members, _most(seconds), codes))
    took: list[float] = []
    for command in [next(commands) for _ in range(_WARMING)]:
        await commit_sale(desk, command, by=by)
    gc.collect()
    gc.freeze()
    until = time.perf_counter() + seconds

    async def till() -> None:
        for command in commands:
            began = time.perf_counter()
            if began > until:
                return
            await commit_sale(desk, command, by=by)
            took.append(time.perf_counter() - began)

    print("started", flush=True)
    cpu, began = os.times(), time.perf_counter()
    await asyncio.gather(*[till() for _ in range(IN_FLIGHT)])
    used, wall = os.times(), time.perf_counter() - began
    user, system = used.user - cpu.user, used.system - cpu.system
    await desk.close()
    return {
        "count": len(took) + _WARMING,
        "per_second": len(took) / wall,
        "p50_ms": percentile(took, 0.5) * 1000,
        "p99_ms": percentile(took, 0.99) * 1000,
        "client_ms": (user + system) * 1000 / len(took),
        "client_system_ms": system * 1000 / len(took),
    }


def _commands(seed: int, spread: int, members: int, most: int, codes: str):
    from hashlib import sha256

    from regulars.contexts.members.types import MemberRef
    from regulars.contexts.till.types import CommitSale, MemberKey
    from regulars.core.ledger.accounts import bucket_of
    from regulars.kit.clock import utc_now

    rng = random.Random(seed)
    first = rng.randrange(members)  # another hot member each time
    run, now = uuid4().hex[:8], utc_now()
    made = []
    for n in range(most):
        member = member_id((first + rng.randrange(spread)) % members)
        at = now - timedelta(hours=1) + timedelta(milliseconds=n)
        digest = sha256(f"{run}{n}".encode()).digest()
        key = MemberKey(MemberRef(bucket_of(member), member))
        shown = (f"{codes}{n}",) if codes else ()
        made.append(
            CommitSale(
                receipt(rng, f"{run}-{n}", at), key, digest, key_digest=digest[::-1], codes=shown
            )
        )
    return made


def main(arguments: dict) -> None:
    import django
    import uvloop

    django.setup()
    print(json.dumps(uvloop.run(measure(**arguments))))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
