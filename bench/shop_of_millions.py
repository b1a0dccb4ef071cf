"""Made by a seed: a shop's receipts in Parquet, and customers' repeat purchases, as large as asked."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.analytics.books import calendar_of
from regulars.core.metrics.clv.counts import Counts

CUSTOMERS, RECEIPTS = 1_000_000, 11_000_000
_FIRST = np.datetime64("2025-01-01", "D")
_DAYS = 365


def write_receipts(path: Path, *, receipts: int = RECEIPTS, customers: int = CUSTOMERS) -> None:
    """Receipts of a year in the shape of `analytics.books`, one file; the same bytes for the same sizes."""
    random = np.random.default_rng(20261122)
    rates = random.gamma(0.8, 1.0, customers)
    who = np.repeat(np.arange(customers), random.multinomial(receipts, rates / rates.sum()))
    random.shuffle(who)
    came = random.integers(0, _DAYS - 30, customers)
    days = came[who] + (random.random(receipts) * (_DAYS - came[who])).astype(np.int64)
    amount = np.exp(random.normal(6.5, 0.8, receipts)).astype(np.int64) * 10 + 100
    returned = random.random(receipts) < 0.02
    known = random.random(receipts) < 0.85
    order = np.argsort(days, kind="stable")
    at = (_FIRST + days[order]).astype("datetime64[us]") + np.timedelta64(12, "h")
    writer = None
    for start in range(0, receipts, 1_000_000):
        part = order[start : start + 1_000_000]
        table = pa.table(
            {
                "receipt": pa.array(part),
                "customer": pa.array(who[part], mask=~known[part]),
                **calendar_of(pa.array(at[start : start + 1_000_000])),
                "store": pa.array((who[part] % 40).astype(str)),
                "channel": pa.array(np.where(who[part] % 7 == 0, "web", "store")),
                "tier": pa.array(np.where(who[part] % 11 == 0, "gold", "base")),
                "quantity": pa.array(np.full(len(part), 1000)),
                "amount_minor": pa.array(np.where(returned[part], -amount[part], amount[part])),
                "discount_minor": pa.array(np.zeros(len(part), np.int64)),
                "points_minor": pa.array(np.zeros(len(part), np.int64)),
                "returned": pa.array(returned[part]),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def make_counts(customers: int = CUSTOMERS) -> Counts:
    """Counts drawn from the models themselves: BG/NBD of the CDNOW sample, gamma spending."""
    random = np.random.default_rng(20261122)
    rate = random.gamma(0.243, 1.0 / 4.414, customers)
    leaves = random.beta(0.793, 2.426, customers)
    age = random.uniform(26.0, 52.0, customers)
    frequency, recency, alive = (
        np.zeros(customers, np.int64),
        np.zeros(customers),
        np.ones(customers, bool),
    )
    now = np.zeros(customers)
    for _ in range(400):
        now = np.where(alive, now + random.exponential(1.0 / np.maximum(rate, 1e-12)), now)
        bought = alive & (now <= age)
        frequency += bought
        recency = np.where(bought, now, recency)
        alive = bought & (random.random(customers) >= leaves)
        if not alive.any():
            break
    nu = random.gamma(3.745, 1.0 / 15.448, customers)
    value = random.gamma(6.249 * np.maximum(frequency, 1), 1.0 / nu) / np.maximum(frequency, 1)
    return Counts(frequency, recency, age, np.where(frequency > 0, value, 0.0))
