"""Run the benches by name, or all: `python -m bench [NAME…] [--seconds S] [--rounds N]`."""

import argparse
import importlib
import shutil
import sys
import tempfile

from bench.report import Options, show

BENCHES = (
    "earning",
    "promotions",
    "posting",
    "posting_http",
    "verify_and_import",
    "coupons",
    "analytics",
    "warehouse",
    "allocation",
    "plan",
    "simulate",
    "console",
    "lighthouse",
)


def main(arguments: list[str]) -> int:
    """Print a table for each bench asked for; 1 where a figure falls short."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []])
    parser.add_argument("--seconds", type=float, default=10.0, help="length of a run")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, by turns")
    parser.add_argument("--members", type=int, default=500_000)
    parser.add_argument("--scale", type=int, default=50, help="of pgbench")
    parser.add_argument(
        "--promotions", action="store_true", help="verify_and_import: with fifty promotions more"
    )
    parser.add_argument("--home", help="a data folder to be kept and used again")
    parser.add_argument(
        "--no-peers", action="store_true", help="promotions: without engines from npm beside ours"
    )
    parser.add_argument("--console-members", type=int, default=1_000_000)
    parser.add_argument("--postings", type=int, default=10_000_000, help="under the console")
    chosen = parser.parse_args(arguments)
    home = chosen.home or tempfile.mkdtemp(prefix="regulars-bench-", dir="/tmp")
    options = Options(
        chosen.seconds,
        chosen.rounds,
        chosen.members,
        chosen.scale,
        home,
        chosen.promotions,
        not chosen.no_peers,
        chosen.console_members,
        chosen.postings,
    )
    short = False
    try:
        for name in chosen.names or BENCHES:
            module = importlib.import_module(f"bench.{name}")
            figures = module.run(options)
            show(module.TITLE, figures)
            short = short or any(figure.holds is False for figure in figures)
    finally:
        if not chosen.home:
            shutil.rmtree(home, ignore_errors=True)
    return int(short)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
