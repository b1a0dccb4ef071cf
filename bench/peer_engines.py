"""Other promotion engines on the same baskets: installed beside the bench, timed in the same run.

They come from npm in the versions that `bench/peers/package.json` pins, without their install
scripts, into the user's cache. Each runs in memory, its own way of reading promotions left out.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from platformdirs import user_cache_path

from bench.report import Figure

HERE = Path(__file__).parent / "peers"
ENGINES: Mapping[str, str] = {
    "Vendure 3.5 order calculator": "vendure.cjs",
    "Medusa 2.21 rule functions": "medusa.cjs",
}
INSTALL_SECONDS_MAX = 900


class PeerMissing(Exception):
    """The peer engines cannot be installed here; the message says why."""


class PeerFigure(NamedTuple):
    """What one engine did: its discount on the basket (minor units), and its speed."""

    discount_minor: float
    baskets_per_second: float


def install() -> Path:
    """The folder in which the engines are installed; done once per pinned version.

    Raises PeerMissing.
    """
    pinned = (HERE / "package.json").read_bytes()
    folder = user_cache_path("regulars-bench") / sha256(pinned).hexdigest()[:16]
    if (folder / "complete").exists():
        return folder
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise PeerMissing("node and npm are not installed")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "package.json").write_bytes(pinned)
    command = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS_MAX,
        )
    except subprocess.TimeoutExpired:
        raise PeerMissing("npm did not end in time") from None
    if done.returncode:
        raise PeerMissing(done.stderr.strip().splitlines()[-1][:200])
    (folder / "complete").touch()
    return folder


def time_engine(script: str, folder: Path, work: Mapping[str, Any]) -> PeerFigure:
    """Run one engine on `work` (lines, promotions, seconds); raises PeerMissing where it fails."""
    done = subprocess.run(
        ["node", str(HERE / script)],
        check=False,
        input=json.dumps(work),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
    )
    if done.returncode:
        raise PeerMissing(done.stderr.strip().splitlines()[-1][:200])
    told = json.loads(done.stdout)
    return PeerFigure(told["discount"], told["baskets_per_second"])


def compare(
    name: str, ours: float, exact_minor: float, work: Mapping[str, Any]
) -> Iterator[Figure]:
    """Our baskets per second against those of each engine on the same work, its discount checked.

    Each engine may round per unit: its discount is right within half a unit per piece.
    """
    pieces = sum(line["quantity"] for line in work["lines"])
    for engine, script in ENGINES.items():
        try:
            theirs = time_engine(script, install(), work)
        except PeerMissing as missing:
            yield Figure(
                f"{name}, {engine}", f"{ours:,.0f} baskets/s", remark=f"not run: {missing}"
            )
            continue
        right = abs(theirs.discount_minor - exact_minor) <= pieces / 2
        yield Figure(
            f"{name}, {engine}",
            f"{ours:,.0f} baskets/s",
            f"{theirs.baskets_per_second:,.0f} baskets/s",
            ours / theirs.baskets_per_second,
            remark=f"its discount {theirs.discount_minor:.2f}{'' if right else ': NOT THE SAME WORK'}",
            holds=None if right else False,
        )
