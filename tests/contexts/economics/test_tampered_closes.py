"""Whatever is changed in closed months, or in the books under them, `regulars verify` names it."""

from datetime import timedelta

import pytest
from closing_shop import BEGAN, DOCUMENT, FIRST, close, found
from till_shop import open_shop

from regulars.cli import main
from regulars.cli.session import ExitCode
from regulars.contexts.economics.chain import hash_of
from regulars.contexts.economics.models import Close


@pytest.fixture
def shop(django_on_fresh_database, settings):
    settings.SECRET_KEY = "s" * 32
    with open_shop(django_on_fresh_database, DOCUMENT, now=BEGAN) as shop:
        yield shop


TAMPERINGS = {
    "a figure changed": (
        """UPDATE economics_close SET content = replace(content, '"transactions":', '"transactions":1')
        WHERE number = 1""",
        {"verify.close_chain", "verify.close_inputs"},
    ),
    "the moment changed": (
        "UPDATE economics_close SET until = until + interval '1 day' WHERE number = 2",
        {"verify.close_chain", "verify.close_unreadable"},
    ),
    "nothing left of it": (
        "UPDATE economics_close SET content = '{}' WHERE number = 2",
        {"verify.close_chain", "verify.close_unreadable"},
    ),
    "the last one removed": (
        "DELETE FROM economics_close WHERE number = 2",
        {"verify.close_missing"},
    ),
    "the first one removed": (
        "DELETE FROM economics_close WHERE number = 1",
        {"verify.close_chain", "verify.close_missing", "verify.close_inputs", "verify.close_books"},
    ),
    "who did it changed": (
        "UPDATE economics_close SET by = 'staff:nobody' WHERE number = 2",
        {"verify.close_chain"},
    ),
    "the audit trail's row removed": (
        "DELETE FROM security_audit_row WHERE action = 'period.close' AND detail ->> 'number' = '2'",
        {"verify.close_unknown"},
    ),
    "a transaction moved to another month": (
        "UPDATE ledger_transaction SET occurred_at = '2025-06-01' WHERE kind = 'sale' AND seq = 1",
        {"verify.close_inputs", "verify.close_books"},
    ),
    "a receipt's money changed": (
        "UPDATE till_sale SET paid_minor = paid_minor + 1 WHERE seq = 1",
        {"verify.close_books"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERINGS)
def test_a_tampered_close_is_found(shop, case, capsys):
    anna = shop.enrol("anna")
    shop.sell(anna, 1000)
    shop.now += timedelta(days=30)
    shop.sell(anna, 600)
    shop.now += timedelta(days=32)
    close(shop, FIRST)
    close(shop, FIRST + 1)
    assert found(shop) == []
    statement, codes = TAMPERINGS[case]
    assert shop.tamper(statement) == 1
    assert set(found(shop)) == codes
    assert main.run(["verify"]) == ExitCode.DIFFERENCES
    shown = capsys.readouterr().out
    assert "2024-1" in shown or "close 2" in shown
    assert "verify.close" not in shown


def test_a_close_rewritten_with_its_hash_is_found_by_the_books_and_the_audit_trail(shop):
    shop.sell(shop.enrol("anna"), 1000)
    shop.now += timedelta(days=30)
    view = close(shop, FIRST)
    row = Close.objects.get(number=1)
    row.content = row.content.replace(f"{view.frozen.sales[FIRST].price_minor}", "777")
    shop.tamper(
        "UPDATE economics_close SET content = %s, hash = %s", row.content, bytes(hash_of(row))
    )
    assert set(found(shop)) >= {"verify.close_unknown", "verify.close_books"}
