"""The hash that seals a day: over every transaction posted on it, chained to the day before."""

from datetime import date
from hashlib import sha256


class DayDigest:
    """The transactions of one UTC day, added in the order of (bucket, member, seq)."""

    def __init__(self) -> None:
        self.count = 0
        self._digest = sha256()

    def add(self, transaction_hash: bytes) -> None:
        self.count += 1
        self._digest.update(transaction_hash)

    def digest(self) -> bytes:
        return self._digest.digest()


def seal_hash(previous: bytes, day: date, transactions: DayDigest) -> bytes:
    """SHA-256 over the previous seal, the day, and how many and which transactions it had."""
    about = f"{day.isoformat()} {transactions.count} ".encode()
    return sha256(previous + about + transactions.digest()).digest()
