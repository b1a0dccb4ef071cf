"""Files of made-up receipts with returns, the same for the same seed."""

import random
from pathlib import Path

from receipt_files import HEADING, write_csv


def rows_of(seed: int, customers: int = 12, receipts: int = 60) -> list[list[str]]:
    """Receipts, each a list of lines of a file; some are given back, by their number or by the goods."""
    rng = random.Random(seed)
    made: list[list[str]] = []
    sold: list[tuple[str, str, str, str, str]] = []
    for number in range(receipts):
        day = (
            f"2025-{1 + number % 12:02d}-{1 + rng.randrange(28):02d} {rng.randrange(8, 22):02d}:15"
        )
        who = "" if rng.random() < 0.15 else f"c{rng.randrange(customers)}"
        if sold and rng.random() < 0.15:
            of, sku, quantity, price, whose = rng.choice(sold)
            named = of if rng.random() < 0.5 else ""
            made.append(
                [
                    f"R{number};2026-01-{1 + number % 28:02d};{sku};-{quantity};{price};{whose};{named}"
                ]
            )
            continue
        lines = []
        for _ in range(rng.randrange(1, 4)):
            sku, price = f"sku{rng.randrange(9)}", rng.randrange(10, 3000)
            quantity = rng.randrange(1, 4)
            lines.append(f"{number};{day};{sku};{quantity};{price};{who};")
            sold.append((str(number), sku, str(quantity), str(price), who))
        made.append(lines)
    return made


def file_of(folder: Path, receipts: list[list[str]]) -> Path:
    """The receipts as a file; the column `of` names the receipt that a return is of."""
    heading = f"{HEADING};of"
    return write_csv(
        folder / "receipts.csv", *(line for one in receipts for line in one), heading=heading
    )
