"""Sales and returns side by side with the books of gift cards, and those with the register of cards."""

from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from regulars.contexts.rewards.queries.card_proof import list_register_differences
from regulars.core.ledger.audit import Difference

_DISAGREE = (Path(__file__).parent / "sql" / "card_proof.sql").read_text()
_AT_ONCE = 1_000


def list_card_differences() -> Iterator[Difference]:
    """Every sale or return whose gift cards and top-ups the ledger knows otherwise; every odd card."""
    with connection.cursor() as cursor:
        cursor.execute(_DISAGREE)
        while rows := cursor.fetchmany(_AT_ONCE):
            for (source,) in rows:
                yield Difference("verify.card_sale", None, (("sale", str(source)),))
    yield from list_register_differences()
