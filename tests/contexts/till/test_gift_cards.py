"""Gift cards and stored value through the desk on a real database: stories, refusals, the books proved."""

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest
from card_shop import CARDS, CardShop, card_line, use, wallet_line
from till_shop import BOOKS, open_shop

from regulars.contexts.rewards.queries.gift_cards import get_gift_card, list_gift_cards
from regulars.contexts.rewards.usecases.gift_cards import (
    block_gift_card,
    replace_gift_card,
    request_card_adjustment,
)
from regulars.contexts.till.types import CommitSale, QuoteChanged
from regulars.contexts.till.usecases.verify import verify_books
from regulars.core.purchase import TOP_UP
from regulars.core.rewards.gift_card import (
    CardNotValid,
    CardNumberMissing,
    CardTwice,
    TopUpNeedsMember,
)
from regulars.core.till.decision import PaymentNotPossible
from regulars.core.till.tenders import CardUse
from regulars.kit.database.lead import django_on
from regulars.kit.transactions import in_transaction


@pytest.fixture(scope="module")
def access(make_database, drop_database, django_db_blocker):
    access = make_database()
    with django_db_blocker.unblock(), django_on(access):
        yield access
    drop_database(access)


@pytest.fixture(scope="module")
def shop(access):
    with open_shop(access, CARDS) as shop:
        yield shop


@pytest.fixture
def cards(shop, settings, request):
    settings.SECRET_KEY = "s" * 32
    return CardShop(shop, batch=request.node.name[-55:])


def is_sound():
    verdict = verify_books()
    return verdict.books_are_right or verdict.differences


def test_a_card_is_sold_paid_with_in_part_and_the_goods_come_back_onto_it(cards, shop):
    gift, *_ = cards.cards
    assert cards.look(gift).status == "new"
    cards.load(gift, 500)
    assert (cards.look(gift).status, cards.look(gift).balance) == ("active", 50_000)
    sale = cards.sell(100, 60, cards=[use(gift)])
    assert [tender[2] for tender in sale.decision.tenders] == [16_000]
    assert sale.decision.due_minor == 16_000
    assert cards.look(gift).balance == 34_000
    part = cards.give_back(sale.key, {"1": 1})
    assert (part.refund_minor, sum(part.tenders.values())) == (5_000, 5_000)
    assert cards.look(gift).balance == 39_000
    whole = cards.give_back(sale.key)
    assert (whole.refund_minor, sum(whole.tenders.values())) == (11_000, 11_000)
    assert cards.look(gift).balance == 50_000
    assert is_sound() is True


def test_two_cards_and_money_pay_one_receipt_and_get_back_their_shares(cards):
    first, second, *_ = cards.cards
    cards.load(first, 50)
    cards.load(second, 70)
    sale = cards.sell(100, 100, cards=[use(first), use(second)])
    assert [tender[2] for tender in sale.decision.tenders] == [5_000, 7_000]
    back = cards.give_back(sale.key, {"1": 1})
    assert back.refund_minor == 5_000
    assert sum(back.tenders.values()) == 3_000
    cards.give_back(sale.key, {"1": 1, "2": 1})
    cards.give_back(sale.key)
    assert [cards.look(each).balance for each in (first, second)] == [5_000, 7_000]
    assert is_sound() is True


def test_points_are_earned_on_all_of_it_though_a_card_pays(cards, shop):
    gift, *_ = cards.cards
    cards.load(gift, 60)
    anna = shop.enrol(f"anna-{gift.number}")
    sale = cards.sell(100, cards=[use(gift)], member=anna)
    assert {award[1]: award[2] for award in sale.decision.awards}["points"] == 10
    assert shop.books(anna).balances["points"].active == 10
    back = cards.give_back(sale.key)
    assert (back.refund_minor, sum(back.tenders.values())) == (10_000, 6_000)
    assert shop.books(anna).balances["points"].active == 0
    assert cards.look(gift).balance == 6_000
    assert is_sound() is True


def test_selling_a_card_earns_nothing_and_is_no_purchase(cards, shop):
    gift, *_ = cards.cards
    bela = shop.enrol(f"bela-{gift.number}")
    sale = cards.sell(100, extra=[card_line(gift, 900)], member=bela)
    assert {award[1]: award[2] for award in sale.decision.awards}["points"] == 10
    assert sale.decision.due_minor == 100_000
    assert shop.books(bela).tier == "base"
    assert is_sound() is True


def test_stored_value_is_topped_up_pays_and_comes_back(cards, shop):
    vera = shop.enrol(f"vera-{cards.cards[0].number}")
    top = cards.sell(extra=[wallet_line(50)], member=vera)
    assert shop.books(vera).balances["wallet"].active == 5_000
    sale = cards.sell(80, member=vera, wallet=None)
    assert [tender[1:3] for tender in sale.decision.tenders] == [("wallet", 5_000)]
    assert shop.books(vera).balances["wallet"].active == 0
    nothing = cards.give_back(top.key)
    assert (nothing.refund_minor, nothing.kept_minor) == (0, 5_000)
    cards.give_back(sale.key)
    assert shop.books(vera).balances["wallet"].active == 5_000
    assert is_sound() is True


def test_a_returned_top_up_gives_back_what_is_unspent(cards, shop):
    gleb = shop.enrol(f"gleb-{cards.cards[0].number}")
    top = cards.sell(extra=[wallet_line(50)], member=gleb)
    cards.sell(20, member=gleb, wallet=None)
    back = cards.give_back(top.key)
    assert (back.refund_minor, back.kept_minor) == (3_000, 2_000)
    assert shop.books(gleb).balances["wallet"].active == 0
    assert is_sound() is True


def test_a_top_up_without_a_member_is_refused(cards):
    with pytest.raises(TopUpNeedsMember):
        cards.sell(extra=[wallet_line(50)])


def test_what_is_loaded_does_not_pay_the_same_receipt(cards):
    gift, *_ = cards.cards
    cards.load(gift, 10)
    sale = cards.sell(100, cards=[use(gift)], extra=[card_line(gift, 50, kind=TOP_UP)])
    assert [tender[2] for tender in sale.decision.tenders] == [1_000]
    assert cards.look(gift).balance == 5_000
    assert is_sound() is True


def test_a_returned_card_is_dead_and_gives_back_only_what_is_unspent(cards):
    gift, *_ = cards.cards
    sold = cards.load(gift, 50)
    cards.sell(20, cards=[use(gift)])
    back = cards.give_back(sold.key)
    assert (back.refund_minor, back.kept_minor) == (3_000, 2_000)
    assert [reason[0] for reason in back.reasons] == ["return.load_spent"]
    assert (cards.look(gift).status, cards.look(gift).balance) == ("new", 0)
    with pytest.raises(CardNotValid):
        cards.sell(20, cards=[use(gift)])
    assert is_sound() is True


def test_a_refund_is_put_onto_a_new_card(cards, shop):
    """odoo-222: the refund turned into a gift card of the same amount."""
    gift, *_ = cards.cards
    sale = cards.sell(198)
    back = cards.give_back(sale.key, onto=gift.number)
    assert (back.refund_minor, back.onto) == (19_800, (str(cards.look(gift).id), 19_800))
    assert (cards.look(gift).status, cards.look(gift).balance) == ("active", 19_800)
    assert is_sound() is True


def test_a_card_is_sold_once(cards):
    gift, *_ = cards.cards
    first = cards.load(gift, 50)
    for wrong in (gift.number, "9900000000000000001", "x"):
        with pytest.raises(CardNotValid):
            cards.sell(extra=[card_line(gift, 50)._replace(card=wrong)])
    with pytest.raises(CardNumberMissing):
        cards.sell(extra=[card_line(gift, 50)._replace(card="")])
    assert cards.look(gift).balance == 5_000
    assert cards.give_back(first.key).refund_minor == 5_000


def test_a_receipt_sent_again_pays_once(cards):
    """odoo#108240: a gift card used twice."""
    gift, *_ = cards.cards
    cards.load(gift, 100)
    receipt = cards.receipt(60)
    first = cards.commit(receipt, use(gift))
    again = cards.commit(receipt, use(gift))
    assert again == first
    assert again.replayed
    assert cards.look(gift).balance == 4_000


def test_refusals_are_all_alike_and_write_nothing(cards, shop):
    """SyliusGiftCard#297: an error that tells whether the card exists."""
    good, new, stolen, spent, _ = cards.cards
    for each in (good, stolen, spent):
        cards.load(each, 50)
    cards.sell(50, cards=[use(spent)])
    in_transaction(
        lambda: block_gift_card(stolen.number, True, reason_text="Lost", now=shop.now, by=shop.by)
    )
    before = shop.rows(*BOOKS)
    answers = set()
    for shown in (
        use(new),
        use(stolen),
        use(spent),
        use(good, pin="0000" if good.pin != "0000" else "1111"),
        use(good, pin=""),
        CardUse("9900000000000000001", "1234", None),
        CardUse("nonsense'; --", "\x00", 5),
        CardUse("", "", None),
    ):
        with pytest.raises(CardNotValid) as refused:
            cards.sell(100, cards=[shown])
        answers.add((refused.value.code, refused.value.pointer, str(refused.value.params)))
        with pytest.raises(CardNotValid):
            cards.quote(cards.receipt(100), shown)
    assert answers == {("gift_card.not_valid", "/gift_cards/0", "{}")}
    assert shop.rows(*BOOKS) == before


def test_one_card_under_two_spellings_is_one_card(cards):
    gift, *_ = cards.cards
    cards.load(gift, 50)
    spaced = f"{gift.number[:4]} {gift.number[4:10]}-{gift.number[10:]}"
    with pytest.raises(CardTwice):
        cards.sell(100, cards=[use(gift), CardUse(spaced, gift.pin, None)])
    sale = cards.sell(100, cards=[CardUse(spaced, gift.pin, None)])
    assert sale.decision.tenders[0][2] == 5_000


def test_an_exact_amount_is_paid_or_refused(cards):
    gift, *_ = cards.cards
    cards.load(gift, 50)
    with pytest.raises(PaymentNotPossible):
        cards.sell(100, cards=[use(gift, 5_001)])
    assert cards.sell(100, cards=[use(gift, 1_234)]).decision.tenders[0][2] == 1_234
    assert cards.look(gift).balance == 3_766


def test_a_quote_keeps_its_cards_without_asking_for_the_pin_again(cards):
    gift, *_ = cards.cards
    cards.load(gift, 50)
    receipt = cards.receipt(80)
    view = cards.quote(receipt, use(gift))
    assert [tender[2] for tender in view.decision.tenders] == [5_000]
    sale = cards.commit(receipt, quote=view.token)
    assert sale.decision.tenders == view.decision.tenders
    assert cards.look(gift).balance == 0


def test_a_quote_whose_card_was_used_meanwhile_is_told_what_is_possible_now(cards):
    gift, *_ = cards.cards
    cards.load(gift, 50)
    receipt = cards.receipt(80)
    view = cards.quote(receipt, use(gift))
    cards.sell(30, cards=[use(gift)])
    with pytest.raises(QuoteChanged) as changed:
        cards.commit(receipt, quote=view.token)
    fresh = changed.value.fresh
    assert [tender[2] for tender in fresh.decision.tenders] == [2_000]
    assert cards.commit(receipt, quote=fresh.token).decision.tenders[0][2] == 2_000
    assert cards.look(gift).balance == 0


def test_a_blocked_card_keeps_its_money_and_its_replacement_has_it(cards, shop):
    old, new, *_ = cards.cards
    cards.load(old, 100)
    sale = cards.sell(40, cards=[use(old)])
    about = {"reason_text": "Lost in the bus", "now": shop.now, "by": shop.by}
    in_transaction(lambda: block_gift_card(old.number, True, **about))
    with pytest.raises(CardNotValid):
        cards.sell(10, cards=[use(old)])
    view = in_transaction(lambda: replace_gift_card(old.number, new.number, **about))
    assert (view.status, view.balance) == ("active", 6_000)
    assert cards.look(old).status == "replaced"
    back = cards.give_back(sale.key)
    assert sum(back.tenders.values()) == 4_000
    assert cards.look(new).balance == 10_000
    assert cards.sell(100, cards=[use(new)]).decision.tenders[0][2] == 10_000
    assert is_sound() is True


def test_a_card_expires_by_the_clock_and_lives_again_on_a_new_one(cards, shop):
    old, new, *_ = cards.cards
    cards.load(old, 100)
    begun = shop.now
    try:
        shop.now = begun + timedelta(days=101)
        assert (cards.look(old).status, cards.look(old).balance) == ("spent", 0)
        with pytest.raises(CardNotValid):
            cards.sell(10, cards=[use(old)])
        about = {"reason_text": "Expired, by law", "now": shop.now, "by": shop.by}
        view = in_transaction(lambda: replace_gift_card(old.number, new.number, **about))
        assert view.balance == 10_000
        assert cards.sell(10, cards=[use(new)]).decision.tenders[0][2] == 1_000
        assert is_sound() is True
    finally:
        shop.now = begun


def test_a_correction_is_booked_or_waits_for_a_second_person(cards, shop):
    gift, *_ = cards.cards
    cards.load(gift, 100)
    about = {"reason_text": "Typed wrong", "limit": 5_000, "now": shop.now, "by": shop.by}
    done = in_transaction(lambda: request_card_adjustment(gift.number, -2_500, **about))
    assert (done.card.balance, done.approval) == (7_500, None)
    assert cards.look(gift).balance == 7_500
    assert is_sound() is True


def test_cards_of_a_batch_are_listed_with_what_their_books_say(cards, shop):
    first, *_ = cards.cards
    cards.load(first, 100)
    lines = in_transaction(lambda: list_gift_cards(cards_batch(cards), by=shop.by))
    assert sorted((line.status, line.balance) for line in lines) == [
        ("active", 10_000),
        *[("new", 0)] * 4,
    ]
    assert all(len(line.shown) == 7 for line in lines)


def cards_batch(cards):
    view = in_transaction(
        lambda: get_gift_card(cards.cards[0].number, now=cards.shop.now, by=cards.shop.by)
    )
    return view.batch


def test_a_batch_of_commands_on_one_card_never_takes_it_below_zero(cards, shop):
    """odoo#249775: many confirmations at once drive a card below zero."""
    gift, other, *_ = cards.cards
    cards.load(gift, 100)
    cards.load(other, 30)
    receipts = [cards.receipt(30) for _ in range(10)]

    async def all_at_once():
        commands = [
            cards_command(receipt, [use(gift, 3_000), use(other)][: 1 + (i % 2)])
            for i, receipt in enumerate(receipts)
        ]
        return await asyncio.gather(
            *(shop.desk.submit(command) for command in commands), return_exceptions=True
        )

    answers = shop.run(all_at_once())
    done = [answer for answer in answers if not isinstance(answer, Exception)]
    spent = sum(
        tender[2]
        for sale in done
        for tender in sale.decision.tenders
        if tender[0] == str(cards.look(gift).id)
    )
    assert cards.look(gift).balance == 10_000 - spent
    assert len(done) == 3
    assert {type(answer) for answer in answers if isinstance(answer, Exception)} <= {
        PaymentNotPossible,
        CardNotValid,
    }
    assert is_sound() is True


def cards_command(receipt, uses):
    digest = sha256(repr(receipt).encode()).digest()
    return CommitSale(receipt, None, digest, cards=tuple(uses))
