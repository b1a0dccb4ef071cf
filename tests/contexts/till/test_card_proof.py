"""`regulars verify` names whatever was changed about gift cards."""

from card_shop import CARDS, CardShop, use
from tamperings_of_cards import OF_CARDS
from till_shop import open_shop

from regulars.contexts.till.usecases.verify import verify_books
from regulars.kit.database.lead import django_on


def test_whatever_is_changed_about_a_card_is_found(
    make_database, drop_database, settings, django_db_blocker
):
    settings.SECRET_KEY = "s" * 32
    own = make_database()
    try:
        with django_db_blocker.unblock(), django_on(own), open_shop(own, CARDS) as shop:
            cards = CardShop(shop)
            first, second, *_ = cards.cards
            cards.load(first, 100)
            cards.load(second, 100)
            cards.give_back(cards.sell(30, cards=[use(first), use(second)]).key, {"1": 1})
            assert verify_books().books_are_right
            card = cards.look(first).id
            for change, codes in OF_CARDS.values():
                assert shop.tamper(change, card) > 0
                found = {difference.code for difference in verify_books().differences}
                assert codes <= found, (codes, found)
    finally:
        drop_database(own)
