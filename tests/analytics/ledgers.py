"""Small books made by hand for tests of analytics, and a plain-Python reading of what figures mean."""

from datetime import datetime, timedelta

import pyarrow as pa

from regulars.analytics import kpis

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  (wall clocks have no zone)


def rows_of(receipts):
    """A canonical table of (customer, day since 1970, amount in minor units, store), one line each."""
    columns = {
        "line": range(1, len(receipts) + 1),
        "receipt": [f"r{n}" for n in range(len(receipts))],
        "customer": [each[0] for each in receipts],
        "at": [EPOCH + timedelta(days=each[1], hours=12) for each in receipts],
        "store": [each[3] for each in receipts],
        "channel": ["" for _ in receipts],
        "sku": ["goods" for _ in receipts],
        "name": ["" for _ in receipts],
        "category": ["" for _ in receipts],
        "quantity": [1000 if each[2] >= 0 else -1000 for each in receipts],
        "amount_minor": [each[2] for each in receipts],
        "kind": ["sale" if each[2] >= 0 else "return" for each in receipts],
    }
    kinds = {
        "line": pa.int64(),
        "at": pa.timestamp("us"),
        "quantity": pa.int64(),
        "amount_minor": pa.int64(),
    }
    return pa.table({k: pa.array(list(v), kinds.get(k, pa.string())) for k, v in columns.items()})


def parts_of(receipts, step, since, until, horizon):
    """What `count_parts` must say, one period after the other, straight from the definitions."""
    last_day = max(day for _, day, _, _ in receipts)
    found = {}
    for number in range(since, until):
        start, end = kpis.start_of(number, step), kpis.start_of(number + 1, step)
        inside = [each for each in receipts if start <= each[1] < end]
        sold = [each for each in inside if each[2] >= 0]
        visits = {}
        for who, *_ in sold:
            if who is not None:
                visits[who] = visits.get(who, 0) + 1
        first = {}
        for who, day, amount, _ in receipts:
            if who is not None and amount >= 0:
                first[who] = min(day, first.get(who, day))
        bought = [each for each in receipts if each[0] is not None and each[2] >= 0]
        close = min(end, last_day + 1)

        def there(moment, bought=bought):
            return {who for who, day, _, _ in bought if moment - horizon <= day < moment}

        here = there(start)
        found[number] = {
            "paid_minor": sum(each[2] for each in sold),
            "refund_minor": -sum(each[2] for each in inside if each[2] < 0),
            "receipts": len(sold),
            "member_receipts": sum(visits.values()),
            "member_paid_minor": sum(each[2] for each in sold if each[0] is not None),
            "members": sum(1 for day in first.values() if day < end),
            "new": sum(1 for day in first.values() if start <= day < end),
            "active": len(visits),
            "repeating": sum(1 for count in visits.values() if count >= 2),
            "present": len(here),
            "lost": len(here - there(close)),
        }
    return found
