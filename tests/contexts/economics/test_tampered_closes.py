"""Whatever is changed in closed months, or in the books under them, `regulars verify` names it."""

from datetime import timedelta

import pytest
from closing_shop import BEGAN, DOCUMENT, FIRST, close, found
from tamperings_of_closes import TAMPERINGS
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
