"""The benches run from nothing and print their figures; how fast is not a test's matter."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def bench(*arguments: str) -> str:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("REGULARS_") and name != "DATABASE_URL"
    }
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (0, 1), done.stderr  # 1: a figure falls short
    return done.stdout


@pytest.mark.timeout(280)
def test_the_till_benches_make_their_ground_and_tell_product_reference_and_ratio():
    sizes = ("--seconds", "1", "--rounds", "1", "--members", "1000", "--scale", "1")
    told = bench("posting", "posting_http", *sizes)
    sales = [line.split() for line in told.splitlines() if "sales per second" in line]
    assert len(sales) == 4, told  # spread, one member, with promotions, over HTTP
    for line in sales:
        assert "tps" in line or ("promotions" in line and "without" in line)
    for word in ("p50 ms", "p99 ms", "web server CPU ms per operation"):
        assert word in told


@pytest.mark.timeout(120)
def test_the_coupon_bench_compares_with_ready_rows():
    told = bench("coupons", "--seconds", "1", "--rounds", "1")
    (line,) = [each for each in told.splitlines() if "10,000 codes, s" in each]
    assert "COPY of ready rows" in line


@pytest.mark.timeout(120)
def test_the_promotions_bench_checks_the_discounts_it_times():
    told = bench("promotions", "--seconds", "0.8", "--rounds", "1", "--no-peers")
    for size, discount in (("N=10 M=10", 8984), ("N=10 M=50", 48651), ("N=1000 M=20", 18165)):
        (line,) = [each for each in told.splitlines() if f"{size} " in each]
        assert f"discount {discount}" in line


@pytest.mark.timeout(120)
def test_the_plan_bench_compares_with_a_plain_loop_of_the_same_model():
    told = bench("plan", "--rounds", "1")
    assert len([each for each in told.splitlines() if "plain loop " in each]) >= 2, told
    (change,) = [each for each in told.splitlines() if "one assumption changed" in each]
    assert "computed anew" in change


def test_an_unknown_bench_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "bench", "nonsense"], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2


def test_the_allocation_bench_agrees_with_the_exact_solver():
    told = bench("allocation", "--rounds", "1", "--members", "5000")
    (line,) = [each for each in told.splitlines() if "HiGHS" in each and " × 5, ms" in each]
    assert " ok " in line, told
